"""Events about accounts, as EventBridge brings them from Organizations and Control Tower.

Where the account's id stands differs from event to event, so it is looked for instead of assumed.
Source: Organizations User Guide, "Logging and monitoring"; Control Tower User Guide, "Lifecycle events".
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dayone.errors import Invalid, Malformed

_ACCOUNT_ID = re.compile(r"\d{12}")
_ID_KEYS = frozenset({"accountid", "resourceid"})
_PLACES = ("serviceEventDetails", "requestParameters", "responseElements")
_ABOUT_SOMETHING_ELSE = re.compile(r"(ou|r|p|rp)-.+")


@dataclass(frozen=True, kw_only=True)
class AccountEvent:
    """Which account to look at again; `ignored` says why there is nothing to look at, and then the id may be empty."""

    id: str
    source: str
    name: str
    at: datetime
    account_id: str
    ignored: str = ""


def read(text: str) -> AccountEvent:
    """Read one EventBridge event. Raises Malformed when it is not one, Invalid when it names no account."""
    try:
        envelope = json.loads(text)
        detail = envelope["detail"]
        event = AccountEvent(
            id=str(envelope["id"]),
            source=str(envelope["source"]),
            name=str(detail.get("eventName", envelope["detail-type"])),
            at=_moment(envelope["time"]),
            account_id=_account_id(detail),
            ignored=_why_ignored(detail),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed("not an EventBridge event") from error
    if not event.account_id and not event.ignored:
        raise Invalid(f"{event.name} {event.id} names no account")
    return event


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at


def _why_ignored(detail: Mapping[str, Any]) -> str:
    if detail.get("errorCode"):
        return f"the call failed: {detail['errorCode']}"
    if any(value == "FAILED" for key, value in _entries(detail.get("serviceEventDetails")) if key == "state"):
        return "what it tells of has failed"
    named = [value for key, value in _entries(detail.get("requestParameters")) if key == "resourceid"]
    if any(_ABOUT_SOMETHING_ELSE.fullmatch(str(value)) for value in named):
        return "it is not about an account"
    return ""


def _account_id(detail: Mapping[str, Any]) -> str:
    for place in _PLACES:
        for key, value in _entries(detail.get(place)):
            if key in _ID_KEYS and _ACCOUNT_ID.fullmatch(str(value)):
                return str(value)
    return ""


def _entries(node: object) -> Iterator[tuple[str, object]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield str(key).casefold(), value
            yield from _entries(value)
    elif isinstance(node, list):
        for value in node:
            yield from _entries(value)
