"""Problem documents of RFC 9457, for callers who can correct the request, and kinds of text in the HTTP API."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, NotRequired, TypedDict

from dayone.errors import (
    AlreadyExists,
    Conflicting,
    Forbidden,
    Inapplicable,
    Invalid,
    KeyReused,
    Malformed,
    NotFound,
    Outdated,
    Throttled,
    TooLarge,
    Unauthentic,
    Unavailable,
    UnderWay,
)

if TYPE_CHECKING:
    from pydantic import ValidationError


MEDIA_TYPE = "application/problem+json"
# More would help nobody, and an answer that lists them all could outgrow what Lambda may return.
_MOST_FINDINGS, _LONGEST_FINDING = 201, 1000
_RETRY_AFTER = 5  # seconds; what a throttled table or queue needs is far less


class Problem(TypedDict):
    """A problem document (RFC 9457); `findings` lists the mistakes in the request, `instance` is the requested path."""

    type: str
    title: str
    status: int
    detail: str
    instance: NotRequired[str]
    findings: NotRequired[list[str]]
    request_id: NotRequired[str]


_KINDS: Mapping[type[Exception], tuple[int, str, str]] = {
    Malformed: (400, "malformed", "The request cannot be read"),
    Unauthentic: (401, "unauthenticated", "The request is not authenticated"),
    Forbidden: (403, "forbidden", "The caller may not do this"),
    NotFound: (404, "not-found", "Not found"),
    AlreadyExists: (409, "already-exists", "It already exists"),
    UnderWay: (409, "request-in-progress", "The same request is in progress"),
    Conflicting: (409, "conflict", "Another request is writing the same resource"),
    Inapplicable: (409, "invalid-state", "The request conflicts with the current state"),
    Outdated: (412, "precondition-failed", "The resource was changed since the caller read it"),
    TooLarge: (413, "too-large", "The request is too large"),
    KeyReused: (422, "idempotency-key-reused", "The idempotency key was used for another request"),
    Invalid: (422, "invalid", "The request is not valid"),
    Unavailable: (503, "unavailable", "Temporarily unavailable"),
    Exception: (500, "internal-error", "Day One failed"),
}

# The text of these errors is AWS's or our own inside; the caller gets what to do instead.
_ADVICE: Mapping[str, str] = {
    "conflict": "Nothing was changed by this request: send it again.",
    "unavailable": "The request may be right, but Day One cannot reach its state: send it again in a few seconds.",
    "internal-error": "This is not the caller's mistake: look for the request id in the function's log.",
}


def problem_of(error: Exception, *, instance: str = "", request_id: str = "") -> Problem:
    """Return the problem of an error; one that the caller cannot correct reveals nothing internal.

    `type` is a tag URI (RFC 4151) that names the kind for programs; `detail` describes the correction.
    """
    status, kind, title = next(_KINDS[kind] for kind in type(error).__mro__ if kind in _KINDS)
    problem = Problem(
        type=f"tag:dayone,2026:{kind}", title=title, status=status, detail=_ADVICE.get(kind) or str(error) or title
    )
    if isinstance(error, Invalid) and error.findings:
        listed = [finding[:_LONGEST_FINDING] for finding in error.findings[:_MOST_FINDINGS]]
        more = len(error.findings) - len(listed)
        problem["findings"] = [*listed, f"and {more} more that are not listed"] if more else listed
    if instance:
        problem["instance"] = instance
    if request_id:
        problem["request_id"] = request_id
    return problem


def problem_headers(error: Exception) -> dict[str, str]:
    """`Retry-After`, in whole seconds, for an error that another try may mend."""
    if not isinstance(error, Unavailable):
        return {}
    seconds = error.retry_after if isinstance(error, Throttled) else None
    return {"Retry-After": str(math.ceil(seconds or _RETRY_AFTER))}


class Described:
    """Further members for the JSON Schema of the annotated type; pydantic, which makes schemas, calls it."""

    def __init__(self, **keywords: object) -> None:
        self._keywords = keywords

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's own
        """Return the original schema with these members."""
        return {**handler(core), **self._keywords}


def enum_of(*words: str) -> Described:
    """One of these words and no other."""
    return Described(enum=[str(word) for word in words])


Moment = Annotated[str, Described(format="date-time")]
PersonId = Annotated[str, Described(pattern="^[A-Za-z0-9._@+-]{1,128}$")]
AccountId = Annotated[str, Described(pattern="^[0-9]{12}$")]
ChangeId = Annotated[str, Described(pattern="^[0-9A-HJKMNP-TV-Z]{26}$")]
Name = Annotated[str, Described(minLength=1, maxLength=128)]
Href = Annotated[str, Described(format="uri-reference")]
Count = Annotated[int, Described(minimum=0)]


def findings_of(error: "ValidationError") -> tuple[str, ...]:
    """One line a mistake: where in the document, and what is wrong there."""
    return tuple(
        f"{'.'.join(str(part) for part in pair['loc']) or 'the document'}: {pair['msg'].removeprefix('Value error, ')}"
        for pair in error.errors(include_input=False, include_url=False)
    )
