"""Deel: webhooks that name a worker, whose record is then fetched.

The signature is the HMAC-SHA256 of `POST` and the raw body behind it, in hexadecimal digits. Sources:
developer.deel.com/docs/webhooks-get-started, developer.deel.com/api/reference/endpoints/people/get-person-by-id.
"""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel

from dayone.errors import Malformed
from dayone.hr.connectors.base import ApiRecord, Asks, Heard, Kind, Question, delivery_id, is_recent, signed_in_hex
from dayone.hr.connectors.person_record import read_as
from dayone.messages.deliveries import Delivery
from dayone.model.hr_sources import ChangeNotification, FieldRule, Source

MAPPING = {
    "id": FieldRule(fields=("id",)),
    "email": FieldRule(fields=("emails[type=work].value",)),
    "given_name": FieldRule(fields=("preferred_first_name", "first_name")),
    "family_name": FieldRule(fields=("preferred_last_name", "last_name")),
    "department": FieldRule(fields=("department.name",)),
    "title": FieldRule(fields=("job_title",)),
    "location": FieldRule(fields=("work_location", "country")),
    "employment": FieldRule(fields=("hiring_type",)),
    "manager": FieldRule(fields=("direct_manager.id",)),
    "start_date": FieldRule(fields=("start_date",)),
    "end_date": FieldRule(fields=("direct_employee_termination_last_day", "completion_date")),
    "time_zone": FieldRule(fields=("timezone",)),
    "status": FieldRule(
        fields=("hiring_status",),
        values={
            "active": "active",
            "onboarding": "active",
            "onboarding_overdue": "active",
            "offboarding": "active",
            "inactive": "ended",
            "offboarded": "ended",
            "terminated": "ended",
        },
    ),
}


class _Meta(BaseModel):
    event_type: str


class _Payload(BaseModel):
    meta: _Meta
    resource: object


class _Event(BaseModel):
    data: _Payload
    timestamp: AwareDatetime


def read(delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> Heard:
    """Verify and read one delivery; see Reads."""
    signed_in_hex(delivery.headers.get("x-deel-signature", ""), b"POST" + delivery.body, keys=keys)
    event = read_as(_Event, delivery.body)
    is_recent(event.timestamp, now=now, max_age=source.max_age)
    reference, kind = delivery_id(delivery.body), event.data.meta.event_type
    # An object for employees, a list for contracts.
    found = event.data.resource.get("id") if isinstance(event.data.resource, dict) else None
    record = str(found) if isinstance(found, str | int) else ""
    if not record or not kind.startswith(("employee.", "worker.", "person.", "people.")):
        return Heard(reference=reference, at=event.timestamp, ignored="it is not about a worker")
    notification = ChangeNotification(record=record, at=event.timestamp, is_deletion="deleted" in kind)
    return Heard(reference=reference, at=event.timestamp, notifications=(notification,))


def question(record: str, source: Source, secret: str) -> Question:
    """One person of the organisation; the secret is an API token that may read people."""
    del source
    headers = {"Accept": "application/json", "Authorization": f"Bearer {secret}"}
    return Question(path=f"/rest/v2/people/{quote(record, safe='')}", headers=headers)


def answer(record: Any) -> ApiRecord:  # noqa: ANN401 - any JSON
    """Return the person in the response, which has them under `data`."""
    found = record.get("data", record) if isinstance(record, dict) else None
    if not isinstance(found, dict):
        raise Malformed("the answer is not a person")
    try:
        changed_at = datetime.fromisoformat(str(found.get("updated_at")))
    except ValueError:
        changed_at = None
    return ApiRecord(
        record=found, id=str(found.get("id")), changed_at=changed_at if changed_at and changed_at.tzinfo else None
    )


KIND = Kind(read=read, mapping=MAPPING, asks=Asks(question=question, answer=answer, url="https://api.letsdeel.com"))
