"""HiBob: webhooks (version 2) that name an employee, whose record is then fetched.

The signature is the HMAC-SHA512 of the raw body in base64. Sources: apidocs.hibob.com/docs/working-with-webhooks,
/reference/getting-started-webhooks, /reference/post_people-identifier, /docs/people-read-api-contract.
"""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel

from dayone.errors import Malformed
from dayone.hr.connectors.base import ApiRecord, Asks, Heard, Kind, Question, delivery_id, is_recent, signed_in_base64
from dayone.hr.connectors.person_record import read_as
from dayone.messages.deliveries import Delivery
from dayone.model.hr_sources import ChangeNotification, FieldRule, Source

# HiBob's test of a new webhook; it is undocumented whether it is signed, and it carries no data.
_DELETED = "employee.deleted"
_ID = "root/id"
# Of the two statuses only that of the life cycle shows that somebody has left.
_STATUS, _LIFE_CYCLE, _TERMINATED = "internal/status", "internal/lifecycleStatus", "terminated"


def _field(name: str) -> str:
    return f"/{name}.value"


# Keys of the answer are written with slashes, and lists give both an id and what people read.
MAPPING = {
    "id": FieldRule(fields=(_field("root/id"), "id.value")),
    "email": FieldRule(fields=(_field("root/email"),)),
    "given_name": FieldRule(fields=(_field("root/firstName"),)),
    "family_name": FieldRule(fields=(_field("root/surname"),)),
    "display_name": FieldRule(fields=(_field("root/displayName"),)),
    "department": FieldRule(fields=(_field("work/department"),)),
    "title": FieldRule(fields=(_field("work/title"),)),
    "location": FieldRule(fields=(_field("work/site"),)),
    "employment": FieldRule(fields=(_field("payroll/employment/type"),)),
    "manager": FieldRule(fields=(_field("work/reportsTo/id"),)),
    "start_date": FieldRule(fields=(_field("work/startDate"),)),
    "end_date": FieldRule(fields=(_field("internal/terminationDate"),)),
    "status": FieldRule(
        fields=(_field(_STATUS),),
        # Whoever is inactive cannot log in to HiBob, which HiBob does to people on leave, too.
        values={"active": "active", "inactive": "on_leave", _TERMINATED: "ended"},
        default="active",
    ),
}


class _Employee(BaseModel):
    employeeId: str | int | None = None  # noqa: N815 - HiBob's name


class _Event(BaseModel):
    type: str
    triggeredAt: datetime  # noqa: N815 - HiBob's name
    data: _Employee


def read(delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> Heard:
    """Verify and read one delivery; see Reads."""
    signed_in_base64(delivery.headers.get("bob-signature", ""), delivery.body, keys=keys, what="sha512")
    event = read_as(_Event, delivery.body)
    at = event.triggeredAt if event.triggeredAt.tzinfo else event.triggeredAt.replace(tzinfo=UTC)
    is_recent(at, now=now, max_age=source.max_age)
    reference = delivery_id(delivery.body)
    if event.data.employeeId is None:
        return Heard(reference=reference, at=at, ignored="it is not about an employee")
    notification = ChangeNotification(record=str(event.data.employeeId), at=at, is_deletion=event.type == _DELETED)
    return Heard(reference=reference, at=at, notifications=(notification,))


def question(record: str, source: Source, secret: str) -> Question:
    """Return the request for the mapped fields of one employee; the secret is `id:token` of a service user."""
    paths = {path.removeprefix("/").partition(".")[0] for rule in source.mapping.values() for path in rule.fields}
    fields = sorted(path.replace("/", ".") for path in {*paths, _LIFE_CYCLE, _ID})
    key = base64.b64encode(secret.encode()).decode()
    return Question(
        path=f"/v1/people/{quote(record, safe='')}",
        method="POST",
        body=json.dumps({"fields": fields, "humanReadable": "REPLACE"}).encode(),
        headers={"Accept": "application/json", "Content-Type": "application/json", "Authorization": f"Basic {key}"},
    )


def answer(record: Any) -> ApiRecord:  # noqa: ANN401 - any JSON
    """Return the employee in the response, with `{"value": ...}` around each field in any case.

    The status is `terminated` if the life cycle has it.
    """
    if not isinstance(record, dict):
        raise Malformed("the answer is not an employee")
    fields = {
        key: entry if isinstance(entry, dict) and "value" in entry else {"value": entry}
        for key, entry in record.items()
    }
    if str(fields.get(f"/{_LIFE_CYCLE}", {}).get("value")).strip().casefold() == _TERMINATED:
        fields[f"/{_STATUS}"] = {"value": _TERMINATED}
    return ApiRecord(record=fields, id=str(fields.get(f"/{_ID}", {}).get("value")))


# What was changed may take up to 20 seconds to show. Source: apidocs.hibob.com/reference/post_people.
ASKS = Asks(question=question, answer=answer, url="https://api.hibob.com", settles=20.0)
KIND = Kind(read=read, mapping=MAPPING, asks=ASKS)
