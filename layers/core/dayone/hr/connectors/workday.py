"""Workday: rows of a custom report that an integration posts after a business process.

Workday has no webhooks and signs nothing: an integration step sends the report with a user and a password, or with an
access token. What the fields are called is up to whoever builds the report.
"""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import RootModel

from dayone.errors import Invalid
from dayone.hr.connectors.base import Heard, Kind, be_of_the_past, carries_secret, carries_token, delivery_id
from dayone.hr.connectors.full_records import person_in
from dayone.hr.connectors.person_record import read_as
from dayone.hr.mapping import mapped
from dayone.hr.merge import clear_ends, source_record, stated_end
from dayone.messages.deliveries import Delivery
from dayone.model.hr_sources import FieldRule, Source
from dayone.model.subject_state import SourceRecord

# The rows of a report in JSON are under this name.
_ROWS = "Report_Entry"
_TIME = "changed_at"

MAPPING = {
    "id": FieldRule(fields=("Employee_ID",)),
    "email": FieldRule(fields=("Work_Email", "Email")),
    "given_name": FieldRule(fields=("Preferred_First_Name", "First_Name")),
    "family_name": FieldRule(fields=("Preferred_Last_Name", "Last_Name")),
    "department": FieldRule(fields=("Department", "Supervisory_Organization")),
    "title": FieldRule(fields=("Business_Title", "Job_Title")),
    "cost_centre": FieldRule(fields=("Cost_Center",)),
    "location": FieldRule(fields=("Location",)),
    "employment": FieldRule(fields=("Worker_Type",)),
    "manager": FieldRule(fields=("Manager_Employee_ID",)),
    "start_date": FieldRule(fields=("Hire_Date",)),
    "end_date": FieldRule(fields=("Termination_Date",)),
    "status": FieldRule(
        fields=("Active_Status",), values={"1": "active", "true": "active", "0": "ended", "false": "ended"}
    ),
}


class _Body(RootModel[dict[str, object] | list[dict[str, object]]]):
    """One row, several, or a report with its rows."""


def read(delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> Heard:
    """Verify and read one delivery; see Reads. With an issuer of tokens the keys are its public ones, as JSON."""
    if source.tokens is not None:
        carries_token(delivery.headers.get("authorization", ""), issuer=source.tokens, keys=keys, now=now)
    else:
        carries_secret(delivery.headers.get("authorization", ""), keys=[_basic(key) for key in keys])
    people: dict[str, SourceRecord] = {}
    ends: dict[str, list[Mapping[str, str]]] = {}
    findings: list[str] = []
    for number, row in enumerate(_rows(read_as(_Body, delivery.body).root), start=1):
        try:
            person, parsed, refused = _person_in(row, source=source, now=now)
        except Invalid as error:
            findings += [f"row {number}: {finding}" for finding in error.findings]
            ends.setdefault(error.person, []).append({})
            continue
        findings += [f"row {number}: {finding}" for finding in refused]
        if person in people:
            findings.append(f"row {number}: this person is in it twice")
        people[person] = parsed
        ends.setdefault(person, []).append(stated_end(parsed.attributes))
    if findings:
        people = {
            person: source_record(end, source=source.name, at=people[person].version.at)
            for person, end in clear_ends(ends).items()
        }
    at = max((record.version.at for record in people.values()), default=now)
    ignored = "" if people or findings else "the report has no rows"
    reference = delivery_id(delivery.body)
    return Heard(reference=reference, at=at, people=people, ignored=ignored, refused=tuple(findings))


def _person_in(
    row: Mapping[str, object], *, source: Source, now: datetime
) -> tuple[str, SourceRecord, tuple[str, ...]]:
    """Return the person's id, the record, and the mistakes because of which it is only their end."""
    mistakes: tuple[str, ...] = ()
    try:
        at = _changed_at(row, source=source, now=now)
    except Invalid as error:
        at, mistakes = now, error.findings
    rules = {name: rule for name, rule in source.mapping.items() if name != _TIME}
    person = person_in(row, rules=rules, at=now, changed_at=at, mistakes=mistakes)
    return person.id, source_record(person.attributes, source=source.name, at=at, flaws=person.flaws), person.refused


def _changed_at(row: Mapping[str, object], *, source: Source, now: datetime) -> datetime:
    """Return the time of change of the row, by the report's own time where one is mapped, else its arrival."""
    rule = source.mapping.get(_TIME)
    if rule is None:
        return now
    text = mapped(row, rules={_TIME: rule}, at=now).attributes.get(_TIME, "")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("this is not a time", findings=(f"{_TIME}: is missing or not in ISO 8601",)) from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    be_of_the_past(at, until=now)
    return at


def _rows(body: Mapping[str, object] | list[dict[str, object]]) -> list[Mapping[str, object]]:
    found = body.get(_ROWS, [body]) if isinstance(body, Mapping) else body
    rows = [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else []
    if isinstance(found, list) and len(rows) == len(found):
        return rows
    raise Invalid("the report is not valid", findings=(f"{_ROWS}: is not a list of rows",))


def _basic(user_and_password: str) -> str:
    return f"Basic {base64.b64encode(user_and_password.encode()).decode()}"


KIND = Kind(read=read, mapping=MAPPING, signs=False)
