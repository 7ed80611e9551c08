"""ETags, and the headers that make a write depend on them: If-Match and If-None-Match (RFC 9110, 13.1)."""

import re

from dayone.api.params import Event, header_of
from dayone.api.spec import Parameter
from dayone.errors import Malformed
from dayone.model.preconditions import Precondition

_TAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
_TAGS = re.compile(rf"{_TAG}(?:[ \t]*,[ \t]*{_TAG})*")
_STRONG = re.compile(r'(?:^|[ \t,])"([\x21\x23-\x7e]*)"')

IF_MATCH = Parameter(
    name="If-Match",
    text="Write only if this ETag is the current one; `*`: only if the resource exists.",
    place="header",
    example='"7"',
)
IF_NONE_MATCH = Parameter(
    name="If-None-Match", text="`*`: write only if the resource does not exist yet.", place="header", example="*"
)
PRECONDITIONS = (IF_MATCH, IF_NONE_MATCH)


def etag_of(version: object) -> str:
    """Return the strong entity tag of a version, which is a number or a text of visible ASCII without quotes."""
    return f'"{version}"'


def precondition_of(event: Event) -> Precondition:
    """Return the precondition in a request's headers; raise Malformed for invalid ones."""
    match, none_match = header_of(event, "if-match").strip(), header_of(event, "if-none-match").strip()
    if none_match not in ("", "*"):
        raise Malformed("`If-None-Match` must be `*`, which writes only if the resource does not exist")
    if match and none_match:
        raise Malformed("`If-Match` and `If-None-Match: *` exclude each other: send one of them")
    if match in ("", "*"):
        return Precondition(must_exist=match == "*", must_be_new=none_match == "*")
    if not _TAGS.fullmatch(match):
        raise Malformed('`If-Match` must be a list of ETags: send the `ETag` of an answer, such as `If-Match: "7"`')
    # A weak tag never matches: two that are weakly the same need not be the same. None at all must not mean "any".
    return Precondition(versions=frozenset(_STRONG.findall(match)) or frozenset({match}))
