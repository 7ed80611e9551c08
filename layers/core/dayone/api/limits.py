"""Length limits of the texts of a request, as documented in the API's document; longer texts are refused."""

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from dayone.api.params import Event, check_whole
from dayone.errors import Malformed

# Characters. What has a name in HR, in a policy or in AWS has no longer one, and 128 characters of four bytes fit every
# key of the table, with what stands beside them.
_LONGEST = 128
_LONGEST_OF: Mapping[str, int] = {
    "actor": 2048,  # an ARN. Source: IAM API Reference, arnType
    "author": 2048,  # an ARN
    "cursor": 8192,  # two keys and two places in an index, as JSON in base64
    "ends": 1280,  # ten ends of lanes: lane, number, day and hash
    "If-Match": 1024,
    "ou": 2048,  # five names with every character escaped, and patterns of them
    "subject": 160,  # a name and its kind
}
type NextStep = Callable[[APIGatewayRestResolver], Response[str]]


def longest(name: str) -> int:
    """Return the maximum number of characters of a parameter of this name."""
    return _LONGEST_OF.get(name, _LONGEST)


def bounded(app: APIGatewayRestResolver, next_step: NextStep) -> Response[str]:
    """Stands around every route; raises Malformed for a text that is too long, or that no character set can write."""
    check_bounds(app.current_event)
    return next_step(app)


def check_bounds(event: Event) -> None:
    """Raise Malformed for a part of the path, a parameter or a header that is too long, or holds half a character."""
    for what, text, most in _texts(event):
        if len(text) > most:
            raise Malformed(f"{what} has more than {most:,} characters")
        check_whole(text, what=what)


def _texts(event: Event) -> Iterator[tuple[str, str, int]]:
    for part in unquote(event["path"]).split("/"):
        yield "a part of the path", part, _LONGEST
    several = event.get("multiValueQueryStringParameters") or {}
    for name, value in (event.get("queryStringParameters") or {}).items():
        yield "the name of a parameter", name, _LONGEST
        yield from ((f"`{name}`", str(each or ""), longest(name)) for each in (value, *several.get(name, ())))
    for name, value in (event.get("headers") or {}).items():
        if name.lower() == "if-match":
            yield "`If-Match`", str(value or ""), longest("If-Match")
