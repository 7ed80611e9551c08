"""BambooHR: event-based webhooks that name an employee, whose record is then fetched.

The signature is the HMAC-SHA256 of the raw body with the timestamp behind it, in hexadecimal digits. Sources, all at
documentation.bamboohr.com: /docs/webhooks-2, /docs/event-based-webhooks, /reference/get-employee, /docs/list-of-field-
names.
"""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from pydantic import BaseModel

from dayone.errors import Malformed, Unauthentic
from dayone.hr.connectors.base import (
    ApiRecord,
    Asks,
    Heard,
    Kind,
    Question,
    delivery_id,
    is_recent,
    signed_in_hex,
    unix_time,
)
from dayone.hr.connectors.person_record import read_as
from dayone.messages.deliveries import Delivery
from dayone.model.hr_sources import ChangeNotification, FieldRule, Source

_DELETED = "employee.deleted"
_HISTORY, _TERMINATED = "employmentHistoryStatus", "terminated"

MAPPING = {
    "id": FieldRule(fields=("id",)),
    "email": FieldRule(fields=("workEmail",)),
    "given_name": FieldRule(fields=("preferredName", "firstName")),
    "family_name": FieldRule(fields=("lastName",)),
    "department": FieldRule(fields=("department",)),
    "title": FieldRule(fields=("jobTitle",)),
    "team": FieldRule(fields=("division",)),
    "location": FieldRule(fields=("location",)),
    "employment": FieldRule(fields=(_HISTORY,)),
    "manager": FieldRule(fields=("supervisorEId",)),
    "start_date": FieldRule(fields=("hireDate",)),
    "end_date": FieldRule(fields=("terminationDate",)),
    # Whoever is inactive cannot log in to BambooHR; that somebody has left is in their employment history.
    "status": FieldRule(fields=("status",), values={"active": "active", "inactive": "on_leave", _TERMINATED: "ended"}),
}


class _Employee(BaseModel):
    employeeId: str | int  # noqa: N815 - BambooHR's name


class _Event(BaseModel):
    type: str
    timestamp: str
    data: _Employee


class _ChangedEmployee(BaseModel):
    id: str | int
    action: str = ""


class _FieldEvent(BaseModel):
    employees: list[_ChangedEmployee]


def read(delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> Heard:
    """Verify and read one delivery; see Reads."""
    stamp = delivery.headers.get("x-bamboohr-timestamp", "")
    signed_in_hex(delivery.headers.get("x-bamboohr-signature", ""), delivery.body + stamp.encode(), keys=keys)
    # The format is undocumented; observed are seconds of Unix time, while the events have ISO 8601.
    at = unix_time(stamp) or _moment(stamp)
    if at is None:
        raise Unauthentic("the signed timestamp is not a valid time")
    is_recent(at, now=now, max_age=source.max_age)
    reference = delivery_id(delivery.body)
    if delivery.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise Malformed("the body is a form: choose JSON as the encoding of the webhook")
    if b'"employees"' in delivery.body:
        employees = read_as(_FieldEvent, delivery.body).employees
        notifications = tuple(
            _notification(employee.id, at=at, is_deletion=employee.action.casefold() == "deleted")
            for employee in employees
        )
        return Heard(reference=reference, at=at, notifications=notifications)
    event = read_as(_Event, delivery.body)
    if not event.type.startswith("employee"):
        return Heard(reference=reference, at=at, ignored="it is not about an employee")
    notification = _notification(event.data.employeeId, at=at, is_deletion=event.type == _DELETED)
    return Heard(reference=reference, at=at, notifications=(notification,))


def question(record: str, source: Source, secret: str) -> Question:
    """Return the request for the mapped fields of one employee; the secret is an API key."""
    fields = sorted({_HISTORY} | {path.partition(".")[0] for rule in source.mapping.values() for path in rule.fields})
    query = urlencode({"fields": ",".join([*fields, "lastChanged"]), "onlyCurrent": "true"})
    key = base64.b64encode(f"{secret}:x".encode()).decode()
    headers = {"Accept": "application/json", "Authorization": f"Basic {key}"}
    return Question(path=f"/api/v1/employees/{quote(record, safe='')}/?{query}", headers=headers)


def answer(record: Any) -> ApiRecord:  # noqa: ANN401 - any JSON
    """Return the employee in the response, with the status `terminated` if their employment history has it."""
    if not isinstance(record, dict):
        raise Malformed("the answer is not an employee")
    if str(record.get(_HISTORY)).strip().casefold() == _TERMINATED:
        record = {**record, "status": _TERMINATED}
    return ApiRecord(record=record, id=str(record.get("id")), changed_at=_moment(record.get("lastChanged")))


def _notification(employee: str | int, *, at: datetime, is_deletion: bool) -> ChangeNotification:
    return ChangeNotification(record=str(employee), at=at, is_deletion=is_deletion)


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# It is undocumented whether a repeated delivery is signed anew. A replay only leads to another fetch.
_MAX_AGE = timedelta(days=1)
KIND = Kind(read=read, mapping=MAPPING, asks=Asks(question=question, answer=answer), max_age=_MAX_AGE)
