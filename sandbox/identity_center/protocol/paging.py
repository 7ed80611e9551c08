"""Cuts a listing into pages the way AWS does: a token continues after the last entry, whatever changed meanwhile."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sandbox.identity_center.protocol.service_error import ServiceError

_NEXT, _SIZE = "NextToken", "MaxResults"


@dataclass(frozen=True)
class Listing:
    """The call that is being answered: its operation, and the most entries that its pages have whatever it asks for."""

    operation: str = ""
    page_entries: float | None = None


_NO_CALL = Listing()
_listing: ContextVar[Listing | None] = ContextVar("listing", default=None)


@contextmanager
def listing(operation: str, page_entries: float | None) -> Iterator[None]:
    """Have the pages of this call bound to its operation while the block runs, and hold few entries if so chosen."""
    before = _listing.set(Listing(operation, page_entries))
    try:
        yield
    finally:
        _listing.reset(before)


def page(
    name: str,
    entries: Iterable[tuple[str, Any]],
    parameters: Mapping[str, Any],
    *,
    shown: Callable[[Any], Any] = lambda entry: entry,
    size: int = 100,
    in_order: bool = False,
    refusal: ServiceError | None = None,
) -> dict[str, Any]:
    """Answer `{name: [...], "NextToken": ...}` with the entries after the request's NextToken.

    `entries` are (sort key, entry) pairs with distinct keys, `in_order` if they come sorted already; `shown` turns an
    entry into what the answer has for it; `size` is the page size when the request has no MaxResults. Where pages are
    short, every other one is empty, and the last may be. Raises `refusal` (default: ValidationException) for a token
    that this listing did not give to a request with these parameters.
    """
    call = _listing.get() or _NO_CALL
    request = _digest(call.operation or name, parameters)
    is_short, most = False, call.page_entries
    after, was_empty = _read_token(request, parameters.get(_NEXT) or "", refusal)
    limit = int(parameters.get(_SIZE) or size)
    if most is not None:
        is_short, limit = True, min(limit, int(most))
        if not was_empty:
            return {name: [], _NEXT: _token(request, after, is_empty=True)}
    rest = (pair for pair in entries if pair[0] > after)
    found = [*islice(rest if in_order else sorted(rest, key=lambda pair: pair[0]), limit + 1)]
    answer: dict[str, Any] = {name: [shown(entry) for _, entry in found[:limit]]}
    if len(found) > limit or (is_short and len(found) == limit):
        answer[_NEXT] = _token(request, found[limit - 1][0], is_empty=False)
    return answer


def _digest(operation: str, parameters: Mapping[str, Any]) -> str:
    """Return the digest a token is valid for: the operation with all parameters but the page's."""
    kept = {name: value for name, value in parameters.items() if name not in (_NEXT, _SIZE)}
    return hashlib.sha256(json.dumps([operation, kept], sort_keys=True).encode()).hexdigest()[:16]


def _token(request: str, key: str, *, is_empty: bool) -> str:
    text = json.dumps([request, key, is_empty])
    check = hashlib.sha256(text.encode()).hexdigest()[:16]
    return base64.urlsafe_b64encode(f"{check}{text}".encode()).decode()


def _read_token(request: str, token: str, refusal: ServiceError | None) -> tuple[str, bool]:
    """Return the key that the next page begins after, and whether the page before was an empty one."""
    if not token:
        return "", False
    try:
        text = base64.urlsafe_b64decode(token).decode()
        of, key, is_empty = json.loads(text[16:])
    except ValueError:
        text, of, key, is_empty = "", "", "", False
    if of != request or token != _token(request, key, is_empty=is_empty):
        raise refusal or ServiceError("ValidationException", "The pagination token is invalid.")
    return str(key), bool(is_empty)
