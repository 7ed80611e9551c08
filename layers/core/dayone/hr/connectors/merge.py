"""Merge: webhooks with the whole employee in Merge's Common Model.

The signature is the HMAC-SHA256 of the raw body in base64 for URLs. Source:
docs.merge.dev/merge-unified/reading-data/webhooks/merge-webhooks.
"""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel

from dayone.errors import Invalid
from dayone.hr.connectors.base import Heard, Kind, be_of_the_past, delivery_id, signed_in_base64
from dayone.hr.connectors.full_records import person_in
from dayone.hr.connectors.person_record import read_as
from dayone.hr.merge import source_record
from dayone.messages.deliveries import Delivery
from dayone.model.hr_sources import FieldRule, Source

_ABOUT_EMPLOYEES = ("employee.created", "employee.updated", "employee.added", "employee.changed")
_REMOVED = ("employee.deleted", "employee.removed")

MAPPING = {
    "id": FieldRule(fields=("employee_number", "remote_id", "id")),
    "email": FieldRule(fields=("work_email",)),
    "given_name": FieldRule(fields=("preferred_name", "first_name")),
    "family_name": FieldRule(fields=("last_name",)),
    "display_name": FieldRule(fields=("display_full_name",)),
    "user_name": FieldRule(fields=("username",)),
    "department": FieldRule(fields=("groups[type=DEPARTMENT].name",)),
    "title": FieldRule(fields=("employments[current by effective_date].job_title",)),
    "team": FieldRule(fields=("team.name", "groups[type=TEAM].name")),
    "cost_centre": FieldRule(fields=("groups[type=COST_CENTER].name",)),
    "location": FieldRule(fields=("work_location.name",)),
    "employment": FieldRule(fields=("employments[current by effective_date].employment_type",)),
    "manager": FieldRule(fields=("manager.employee_number", "manager.remote_id", "manager.id")),
    "start_date": FieldRule(fields=("start_date",)),
    "end_date": FieldRule(fields=("termination_date",)),
    "status": FieldRule(
        fields=("employment_status",), values={"active": "active", "pending": "active", "inactive": "ended"}
    ),
}


class _Hook(BaseModel):
    event: str


class _Body(BaseModel):
    hook: _Hook
    data: dict[str, object]


def read(delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> Heard:
    """Verify and read one delivery; see Reads."""
    signed_in_base64(delivery.headers.get("x-merge-webhook-signature", ""), delivery.body, keys=keys)
    body, reference = read_as(_Body, delivery.body), delivery_id(delivery.body)
    event = body.hook.event.casefold()
    if event not in (*_ABOUT_EMPLOYEES, *_REMOVED):
        return Heard(reference=reference, at=now, ignored="it is not about an employee")
    is_removal = event in _REMOVED or body.data.get("remote_was_deleted") is True
    mistakes: tuple[str, ...] = ()
    try:
        at = _modified_at(body.data)
        be_of_the_past(at, until=now)
    except Invalid as error:
        at, mistakes = now, error.findings
    # A bare id of Merge has no meaning outside of it.
    relations = ("manager", "team", "work_location", "groups", "employments")
    bare = {name for name in relations if name in body.data and not _is_expanded(body.data[name])}
    person = person_in(
        {name: value for name, value in body.data.items() if name not in bare},
        rules=source.mapping,
        at=now,
        changed_at=at,
        is_end=is_removal,
        mistakes=mistakes,
    )
    record = source_record(person.attributes, source=source.name, at=at, flaws=person.flaws)
    return Heard(reference=reference, at=at, people={person.id: record}, refused=person.refused)


def _modified_at(employee: Mapping[str, object]) -> datetime:
    """Return Merge's time of the last change; without it a late delivery could not be distinguished from a new one."""
    try:
        at = datetime.fromisoformat(str(employee.get("modified_at")))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid("the event is not valid", findings=("data.modified_at: is missing or not a time with a zone",))
    return at


def _is_expanded(value: object) -> bool:
    entries = value if isinstance(value, list) else [value]
    return all(value is None or isinstance(value, dict) for value in entries)


KIND = Kind(read=read, mapping=MAPPING)
