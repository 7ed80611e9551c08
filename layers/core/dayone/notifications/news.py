"""Read events of the bus as notices, with ids and without names of people."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dayone.errors import Malformed
from dayone.model.policy.notifications import Notice, NotificationKind
from dayone.ports.messaging import DetailType

TEST = "Notification Test"
_SOURCE = "dayone"
_LONGEST_TEXT = 400
_LONGEST_REASON = 200


@dataclass(frozen=True, kw_only=True)
class TrialRequest:
    """A request for a test message to a destination."""

    id: str
    destination: str
    at: datetime


def read_news(body: str) -> Notice | TrialRequest | None:
    """Return the news in an event; None for an event that nobody can be notified of. Raises Malformed."""
    try:
        event = json.loads(body)
        detail, kind = event["detail"], event["detail-type"]
        if event["source"] != _SOURCE:
            raise Malformed("the event is not one of Day One")
        at = datetime.fromisoformat(event["time"])
        if at.tzinfo is None:
            raise Malformed("the event has a time without a zone")
        if kind == TEST:
            return TrialRequest(id=str(detail["id"]), destination=str(detail["destination"]), at=at)
        return _notice(kind, detail, at=at) if kind in _READERS else None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed("the event cannot be read") from error


def _notice(kind: str, detail: Mapping[str, Any], *, at: datetime) -> Notice:
    notification, write = _READERS[kind]
    return Notice(
        id=str(detail["id"]),
        kind=notification,
        at=at,
        text=_shortened(write(detail), most=_LONGEST_TEXT),
        change=str(detail.get("change", "")),
        subject=_subject(detail),
    )


def _subject(detail: Mapping[str, Any]) -> str:
    for kind in ("person", "account"):
        if kind in detail:
            return f"{kind}:{detail[kind]}"
    return str(detail.get("subject", ""))


def _shortened(text: str, *, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _held(detail: Mapping[str, Any]) -> str:
    reason = detail["held_reason"]
    return f"Change {detail['change']} is held: {_waiting(detail['held'])}" + (f" ({reason})" if reason else "")


def _waiting(number: int) -> str:
    return "1 operation waits for a decision" if number == 1 else f"{number} operations wait for a decision"


def _failed(detail: Mapping[str, Any]) -> str:
    return f"Change {detail['change']} has ended, and {detail['failed']} of {detail['operations']} operations failed"


def _expired(detail: Mapping[str, Any]) -> str:
    return f"Nobody decided in time on change {detail['change']}: held operations have expired"


def _operation(detail: Mapping[str, Any], *, how: str) -> str:
    reason = _shortened(str(detail["failure_reason"]), most=_LONGEST_REASON)
    what = f"{detail['kind']} {detail['resource']} of {detail['subject']} in change {detail['change']} {how}"
    return f"{what}: {reason}" if reason else what


def _drift(detail: Mapping[str, Any]) -> str:
    return f"Identity Center differs from the record: {detail['kind']} {detail['resource']} of {detail['subject']}"


def _account(detail: Mapping[str, Any]) -> str:
    return f"Account {detail['account']} has its access, {len(detail['assignments'])} assignments"


def _person(detail: Mapping[str, Any]) -> str:
    # The event has the user name and what the person can reach; whoever is notified needs neither.
    return f"Person {detail['person']} has the access of their first day"


_READERS: Mapping[str, tuple[NotificationKind, Callable[[Mapping[str, Any]], str]]] = {
    DetailType.CHANGE_HELD: (NotificationKind.CHANGE_HELD, _held),
    DetailType.CHANGE_FAILED: (NotificationKind.CHANGE_FAILED, _failed),
    DetailType.CHANGE_EXPIRED: (NotificationKind.CHANGE_EXPIRED, _expired),
    DetailType.OPERATION_FAILED: (
        NotificationKind.OPERATION_FAILED,
        lambda detail: _operation(detail, how="failed"),
    ),
    DetailType.OPERATION_DENIED: (
        NotificationKind.OPERATION_DENIED,
        lambda detail: _operation(detail, how="is denied by AWS"),
    ),
    DetailType.DRIFT_FOUND: (NotificationKind.DRIFT_FOUND, _drift),
    DetailType.ACCOUNT_READY: (NotificationKind.ACCOUNT_READY, _account),
    DetailType.PERSON_READY: (NotificationKind.PERSON_READY, _person),
}


def trial_request(destination: str, *, message_id: str, at: datetime) -> str:
    """Return the event by which somebody requests a test message."""
    detail = {"destination": destination, "id": message_id}
    return json.dumps({"source": _SOURCE, "detail-type": TEST, "time": at.isoformat(), "detail": detail})
