"""Gusto: webhooks that name an employee, whose record is then fetched.

The signature is the HMAC-SHA256 of the raw body in hexadecimal digits, which Gusto's documents do not state explicitly.
Sources: docs.gusto.com/embedded-payroll/docs/webhooks, the employee in Gusto's own client for Python.
"""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, Field

from dayone.errors import Malformed, Unauthentic
from dayone.hr.connectors.base import ApiRecord, Asks, Heard, Kind, Question, is_recent, signed_in_hex, unix_time
from dayone.hr.connectors.person_record import read_as
from dayone.messages.deliveries import Delivery
from dayone.model.hr_sources import ChangeNotification, FieldRule, Source

# Which release of the API the fields below are of.
_API_VERSION = "2024-04-01"

MAPPING = {
    "id": FieldRule(fields=("uuid",)),
    "email": FieldRule(fields=("work_email",)),
    "given_name": FieldRule(fields=("preferred_first_name", "first_name")),
    "family_name": FieldRule(fields=("last_name",)),
    "department": FieldRule(fields=("department",)),
    "title": FieldRule(fields=("jobs[primary=true].title",)),
    "employment": FieldRule(fields=("current_employment_status",)),
    "manager": FieldRule(fields=("manager_uuid",)),
    "start_date": FieldRule(fields=("jobs[primary=true].hire_date",)),
    "end_date": FieldRule(fields=("terminations[last by effective_date].effective_date",)),
    "status": FieldRule(fields=("terminated",), values={"false": "active", "true": "ended"}),
}


class _Event(BaseModel):
    uuid: str = Field(min_length=1)
    event_type: str
    entity_type: str
    entity_uuid: str
    timestamp: int


def read(delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> Heard:
    """Verify and read one delivery; see Reads."""
    signed_in_hex(delivery.headers.get("x-gusto-signature", ""), delivery.body, keys=keys)
    event = read_as(_Event, delivery.body)
    at = unix_time(event.timestamp)
    if at is None:
        raise Unauthentic("the signed timestamp is not a valid time")
    is_recent(at, now=now, max_age=source.max_age)
    if event.entity_type != "Employee":
        return Heard(reference=event.uuid, at=at, ignored="it is not about an employee")
    notification = ChangeNotification(
        record=event.entity_uuid, at=at, is_deletion=event.event_type == "employee.deleted"
    )
    return Heard(reference=event.uuid, at=at, notifications=(notification,))


def question(record: str, source: Source, secret: str) -> Question:
    """One employee; the secret is an access token of the company."""
    del source
    headers = {
        "Accept": "application/json",
        "Authorization": f"Bearer {secret}",
        "X-Gusto-API-Version": _API_VERSION,
    }
    return Question(path=f"/v1/employees/{quote(record, safe='')}", headers=headers)


def answer(record: Any) -> ApiRecord:  # noqa: ANN401 - any JSON
    """Return the employee in the response."""
    if not isinstance(record, dict):
        raise Malformed("the answer is not an employee")
    return ApiRecord(record=record, id=str(record.get("uuid")))


KIND = Kind(read=read, mapping=MAPPING, asks=Asks(question=question, answer=answer, url="https://api.gusto.com"))
