"""Cuts a listing into pages the way AWS does: a token continues after the last entry, whatever changed meanwhile."""

import base64
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from sandbox.identity_center.service_error import ServiceError


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
    entry into what the answer has for it; `size` is the page size when the request has no MaxResults. Raises `refusal`
    (default: ValidationException) for a token this listing did not give.
    """
    after = _read_token(name, parameters.get("NextToken") or "", refusal)
    limit = int(parameters.get("MaxResults") or size)
    rest = (pair for pair in entries if pair[0] > after)
    found = [*islice(rest if in_order else sorted(rest, key=lambda pair: pair[0]), limit + 1)]
    answer: dict[str, Any] = {name: [shown(entry) for _, entry in found[:limit]]}
    if len(found) > limit:
        answer["NextToken"] = _token(name, found[limit - 1][0])
    return answer


def _token(name: str, key: str) -> str:
    return base64.urlsafe_b64encode(f"{name}|{key}".encode()).decode()


def _read_token(name: str, token: str, refusal: ServiceError | None) -> str:
    if not token:
        return ""
    try:
        of, _, key = base64.urlsafe_b64decode(token).decode().partition("|")
    except ValueError:
        of, key = "", ""
    if of != name:
        raise refusal or ServiceError("ValidationException", "The pagination token is invalid.")
    return key
