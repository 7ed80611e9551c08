"""Collect news in windows, decide when a window is sent, and write its message."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from dayone.model.policy.notifications import (
    Destination,
    Message,
    Notice,
    NoticeDelivery,
    NoticeWindow,
    NotificationKind,
    Outbox,
    WebhookFormat,
)

# So many are written out; the others are counted.
MOST_WRITTEN_OUT = 20
# What belongs together comes within seconds: forty urgent events at once are one message, too.
_URGENT_WAITS = timedelta(minutes=1)
_PHRASES: Mapping[str, tuple[str, str]] = {
    NotificationKind.CHANGE_HELD: ("change is held", "changes are held"),
    NotificationKind.CHANGE_FAILED: ("change has failed", "changes have failed"),
    NotificationKind.CHANGE_EXPIRED: ("change was not decided in time", "changes were not decided in time"),
    NotificationKind.OPERATION_FAILED: ("operation has failed", "operations have failed"),
    NotificationKind.OPERATION_DENIED: ("operation is denied by AWS", "operations are denied by AWS"),
    NotificationKind.DRIFT_FOUND: ("difference was found", "differences were found"),
    NotificationKind.ACCOUNT_READY: ("account is ready", "accounts are ready"),
    NotificationKind.PERSON_READY: ("person is ready", "people are ready"),
}


def with_notices(window: NoticeWindow, notices: Iterable[Notice]) -> NoticeWindow:
    """Return the window with further notices."""
    added = tuple(notices)
    counts = Counter(window.counts) + Counter(str(notice.kind) for notice in added)
    return replace(window, counts=dict(counts), first=(*window.first, *added)[:MOST_WRITTEN_OUT])


def due_at(window: NoticeWindow, *, destination: Destination, outbox: Outbox) -> datetime:
    """Return when the window is to become a message.

    What is urgent waits a minute, and then until the last urgent message is as old as the collection of one takes.
    """
    if window.is_urgent:
        last = outbox.delivery(destination.name).urgent_at
        soonest = window.opened_at + _URGENT_WAITS
        return max(soonest, last + destination.collect) if last else soonest
    at = window.opened_at + destination.collect
    return destination.quiet.over_at(at) if destination.quiet else at


def is_due(window: NoticeWindow, *, destination: Destination, outbox: Outbox, now: datetime) -> bool:
    """Return whether the window becomes a message now; what is not urgent waits while another message waits."""
    waits = any(message.destination == destination.name and not message.is_urgent for message in outbox.messages)
    if not window.is_urgent and (waits or (destination.quiet and destination.quiet.over_at(now) > now)):
        return False
    return due_at(window, destination=destination, outbox=outbox) <= now


def message_of(window: NoticeWindow, *, to: Destination, message_id: str, now: datetime) -> Message:
    """Return the message of a window."""
    lines = [f"{number} {_PHRASES[kind][number != 1]}" for kind, number in sorted(window.counts.items())]
    title = "Day One: " + ", ".join(lines)
    omitted = sum(window.counts.values()) - len(window.first)
    more = [f"… and {omitted} more"] if omitted else []
    text = "\n".join([title, *(f"• {notice.text}" for notice in window.first), *more])
    content = {
        "counts": dict(sorted(window.counts.items())),
        "notices": [_notice(notice) for notice in window.first],
        "omitted": omitted,
        "since": window.opened_at.isoformat(),
    }
    body = _body(to, kind="dayone.notification", text=text, now=now, content=content)
    return Message(
        id=message_id, destination=to.name, body=body, created_at=now, next_at=now, is_urgent=window.is_urgent
    )


def trial_message_of(message_id: str, *, to: Destination, now: datetime) -> Message:
    """Return the message by which somebody tests a destination."""
    text = f"Day One: this is a test message to {to.name}. Nothing has happened."
    body = _body(to, kind="dayone.test", text=text, now=now, content={})
    return Message(id=message_id, destination=to.name, body=body, created_at=now, next_at=now, is_urgent=True)


def _body(to: Destination, *, kind: str, text: str, now: datetime, content: Mapping[str, object]) -> str:
    if to.webhook is None:
        return json.dumps({"subject": text.partition("\n")[0], "text": text}, ensure_ascii=False)
    if to.webhook.format is WebhookFormat.SLACK:
        # Source: Slack, "Formatting text for app surfaces": these three characters are escaped.
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return json.dumps({"text": escaped}, ensure_ascii=False)
    data = {"destination": to.name, "text": text, **content}
    return json.dumps({"type": kind, "timestamp": now.isoformat(), "data": data}, ensure_ascii=False)


def _notice(notice: Notice) -> dict[str, str]:
    return {
        "id": notice.id,
        "kind": notice.kind,
        "time": notice.at.isoformat(),
        "text": notice.text,
        "change": notice.change,
        "subject": notice.subject,
    }


# After each failed attempt; the last one is a day and four hours after the first.
_PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)


def after_refusal(message: Message, *, reason: str, now: datetime) -> Message | None:
    """Return the message as it waits for its next attempt, or None after the last one."""
    if message.attempts >= len(_PAUSES):
        return None
    pause = _PAUSES[message.attempts]
    return replace(message, attempts=message.attempts + 1, next_at=now + pause, reason=reason)


def delivered(before: NoticeDelivery, message: Message, *, now: datetime) -> NoticeDelivery:
    """Return the state of a destination after it has taken a message."""
    return replace(before, delivered_at=now, message=message.id)


def failed(before: NoticeDelivery, *, reason: str, now: datetime) -> NoticeDelivery:
    """Return the state of a destination after it has not taken a message."""
    return replace(before, failed_at=now, reason=reason)
