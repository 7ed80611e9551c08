"""Okta event hooks: events that name a user, whose profile is then fetched.

Nothing is signed: a secret comes in a header, and a new hook is verified by a challenge that is to be echoed. Okta
waits for three seconds. Source: developer.okta.com/docs/concepts/event-hooks.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from pydantic import AliasChoices, AwareDatetime, BaseModel, Field

from dayone.errors import Malformed
from dayone.hr.connectors.base import ApiRecord, Asks, Heard, Kind, Question, carries_secret, is_recent
from dayone.hr.connectors.person_record import read_as
from dayone.messages.deliveries import Delivery
from dayone.model.hr_sources import ChangeNotification, FieldRule, Source

_ABOUT_USERS = ("user.lifecycle.", "user.account.update_profile", "user.account.update_primary_email")
_DELETED = "user.lifecycle.delete.completed"

MAPPING = {
    "id": FieldRule(fields=("id",)),
    "user_name": FieldRule(fields=("profile.login",)),
    "email": FieldRule(fields=("profile.email",)),
    "given_name": FieldRule(fields=("profile.firstName",)),
    "family_name": FieldRule(fields=("profile.lastName",)),
    "display_name": FieldRule(fields=("profile.displayName",)),
    "department": FieldRule(fields=("profile.department",)),
    "title": FieldRule(fields=("profile.title",)),
    "team": FieldRule(fields=("profile.division",)),
    "cost_centre": FieldRule(fields=("profile.costCenter",)),
    "location": FieldRule(fields=("profile.city",)),
    "employment": FieldRule(fields=("profile.userType",)),
    "manager": FieldRule(fields=("profile.managerId",)),
    "time_zone": FieldRule(fields=("profile.timezone",)),
    "status": FieldRule(
        fields=("status",),
        values={
            "staged": "active",
            "provisioned": "active",
            "active": "active",
            "recovery": "active",
            "password_expired": "active",
            "locked_out": "active",
            # A suspended user cannot log in to Okta, and comes back as they were.
            "suspended": "on_leave",
            "deprovisioned": "ended",
        },
    ),
}


class _Target(BaseModel):
    # Not every thing that an event names has an id, and what is no user is of no interest.
    id: str | None = None
    type: str | None = None


class _LogEvent(BaseModel):
    uuid: str
    published: AwareDatetime
    eventType: str  # noqa: N815 - Okta's name
    target: list[_Target] | None = None


class _Events(BaseModel):
    events: list[_LogEvent] = Field(min_length=1)


class _Body(BaseModel):
    # Its page of 2019 spells it with a large D.
    eventId: str = Field(min_length=1, validation_alias=AliasChoices("eventId", "eventID"))  # noqa: N815 - Okta's name
    data: _Events


def read(delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> Heard:
    """Verify and read one delivery; see Reads."""
    carries_secret(delivery.headers.get(source.header, ""), keys=keys)
    body = read_as(_Body, delivery.body)
    at = max(event.published for event in body.data.events)
    is_recent(at, now=now, max_age=source.max_age)
    notifications = {notification.record: notification for notification in _notifications(body)}
    ignored = "" if notifications else "it is not about users"
    return Heard(reference=body.eventId, at=at, notifications=tuple(notifications.values()), ignored=ignored)


def _notifications(body: _Body) -> Iterator[ChangeNotification]:
    # In the order they were published, so that the last one about a user is the one that counts.
    for event in sorted(body.data.events, key=lambda entry: entry.published):
        for target in event.target or []:
            if target.id and target.type == "User" and event.eventType.startswith(_ABOUT_USERS):
                is_deletion = event.eventType == _DELETED
                yield ChangeNotification(record=target.id, at=event.published, is_deletion=is_deletion)


def question(record: str, source: Source, secret: str) -> Question:
    """One user; the secret is an API token."""
    del source
    headers = {"Accept": "application/json", "Authorization": f"SSWS {secret}"}
    return Question(path=f"/api/v1/users/{quote(record, safe='')}", headers=headers)


def answer(record: Any) -> ApiRecord:  # noqa: ANN401 - any JSON
    """Return the user in the response."""
    if not isinstance(record, dict):
        raise Malformed("the answer is not a user")
    try:
        changed_at = datetime.fromisoformat(str(record.get("lastUpdated")))
    except ValueError:
        changed_at = None
    return ApiRecord(
        record=record, id=str(record.get("id")), changed_at=changed_at if changed_at and changed_at.tzinfo else None
    )


KIND = Kind(read=read, mapping=MAPPING, signs=False, asks=Asks(question=question, answer=answer))
