"""Flaws that keep nobody out: invisible characters, null for nothing, a day as a time stamp."""

import json
import unicodedata
from collections.abc import Callable, Mapping

import pytest

from dayone.errors import Invalid
from dayone.hr.connectors.base import kind_called
from dayone.hr.connectors.full_records import person_in
from dayone.hr.connectors.person_record import read_as
from dayone.hr.connectors.standard import PersonEvent
from dayone.hr.connectors.workforce_file import MAPPING
from dayone.model.hr_sources import FieldRule
from tests.builders import NOON

_PERSON = {"id": "e-1", "email": "ann@example.com", "given_name": "Ann", "family_name": "Lee"}
_KINDS = ("bamboohr", "hibob", "merge", "gusto", "deel", "okta", "workday", "csv", "json")
# One person as each kind has them, where everything that is not needed is `nothing`.
_NOTHING_MORE: Mapping[str, Callable[[object], dict[str, object]]] = {
    "bamboohr": lambda nothing: {
        "id": "e-1",
        "workEmail": "ann@example.com",
        "firstName": "Ann",
        "lastName": "Lee",
        "preferredName": nothing,
        "department": nothing,
        "jobTitle": nothing,
        "division": nothing,
        "location": nothing,
        "status": nothing,
        "employmentHistoryStatus": nothing,
        "supervisorEId": nothing,
        "hireDate": nothing,
        "terminationDate": nothing,
        "lastChanged": nothing,
    },
    "hibob": lambda nothing: {
        "/root/id": "e-1",
        "/root/email": "ann@example.com",
        "/root/firstName": "Ann",
        "/root/surname": "Lee",
        "/root/displayName": {"value": nothing},
        "/work/department": {"value": nothing},
        "/work/title": nothing,
        "/work/site": nothing,
        "/payroll/employment/type": nothing,
        "/work/reportsTo/id": nothing,
        "/work/startDate": nothing,
        "/internal/terminationDate": nothing,
        "/internal/status": nothing,
        "/internal/lifecycleStatus": nothing,
    },
    "merge": lambda nothing: {
        "id": "e-1",
        "employee_number": nothing,
        "remote_id": nothing,
        "work_email": "ann@example.com",
        "first_name": "Ann",
        "preferred_name": nothing,
        "last_name": "Lee",
        "display_full_name": nothing,
        "username": nothing,
        "team": {"name": nothing},
        "work_location": {"name": nothing},
        "groups": [{"type": kind, "name": nothing} for kind in ("DEPARTMENT", "TEAM", "COST_CENTER")],
        "employments": [{"job_title": nothing, "employment_type": nothing}],
        "manager": {"id": nothing, "employee_number": nothing, "remote_id": nothing},
        "start_date": nothing,
        "termination_date": nothing,
        "employment_status": nothing,
    },
    "gusto": lambda nothing: {
        "uuid": "e-1",
        "work_email": "ann@example.com",
        "first_name": "Ann",
        "last_name": "Lee",
        "preferred_first_name": nothing,
        "department": nothing,
        "current_employment_status": nothing,
        "manager_uuid": nothing,
        "terminated": nothing,
        "terminations": [{"effective_date": nothing}],
        "jobs": [{"primary": True, "title": nothing, "hire_date": nothing}],
    },
    "deel": lambda nothing: {
        "id": "e-1",
        "emails": [{"type": "work", "value": "ann@example.com"}],
        "first_name": "Ann",
        "last_name": "Lee",
        "preferred_first_name": nothing,
        "preferred_last_name": nothing,
        "updated_at": nothing,
        "department": {"name": nothing},
        "job_title": nothing,
        "work_location": nothing,
        "country": nothing,
        "hiring_type": nothing,
        "direct_manager": {"id": nothing},
        "start_date": nothing,
        "timezone": nothing,
        "direct_employee_termination_last_day": nothing,
        "completion_date": nothing,
        "hiring_status": nothing,
    },
    "okta": lambda nothing: {
        "id": "e-1",
        "status": nothing,
        "lastUpdated": nothing,
        "profile": {
            "email": "ann@example.com",
            "firstName": "Ann",
            "lastName": "Lee",
            "login": nothing,
            "displayName": nothing,
            "department": nothing,
            "title": nothing,
            "division": nothing,
            "costCenter": nothing,
            "city": nothing,
            "userType": nothing,
            "managerId": nothing,
            "timezone": nothing,
        },
    },
    "workday": lambda nothing: {
        "Employee_ID": "e-1",
        "Work_Email": "ann@example.com",
        "First_Name": "Ann",
        "Last_Name": "Lee",
        "Email": nothing,
        "Preferred_First_Name": nothing,
        "Preferred_Last_Name": nothing,
        "Department": nothing,
        "Supervisory_Organization": nothing,
        "Business_Title": nothing,
        "Job_Title": nothing,
        "Cost_Center": nothing,
        "Location": nothing,
        "Worker_Type": nothing,
        "Manager_Employee_ID": nothing,
        "Hire_Date": nothing,
        "Termination_Date": nothing,
        "Active_Status": nothing,
    },
    **dict.fromkeys(("csv", "json"), lambda nothing: {**dict.fromkeys(MAPPING, nothing), **_PERSON}),
}

# What holds other things in a record, and may be left empty as a whole.
_CONTAINERS = (
    *(("merge", member) for member in ("team", "work_location", "groups", "employments", "manager")),
    *(("gusto", member) for member in ("jobs", "terminations")),
    *(("deel", member) for member in ("department", "direct_manager")),
)


def _read(**attributes: object) -> PersonEvent:
    data = {**_PERSON, **attributes}
    event = {"type": "person.updated", "timestamp": "2026-11-20T09:00:00Z", "data": data}
    return read_as(PersonEvent, json.dumps(event).encode())


def _aws_takes(text: str) -> bool:
    return all(unicodedata.category(char)[0] in "LMSNP" or char in "\t\n\r \xa0\u3000" for char in text)


@pytest.mark.parametrize(
    ("attribute", "text"),
    [
        ("title", "\U0001f469\u200d\U0001f4bb Engineer"),
        ("title", "SRE\u200b"),
        ("title", "Eng\x07ineer"),
        ("given_name", "\u0645\u062d\u0645\u062f\u200f"),
        ("given_name", "\ufeffAnn"),
        ("display_name", "Ann\u2028Lee"),
        ("title", "Engineer \ud83d"),
        ("family_name", "Lee\ude00"),
    ],
)
def test_characters_that_aws_refuses_are_left_out_of_what_it_shows(attribute: str, text: str) -> None:
    cleaned = getattr(_read(**{attribute: text}).data.person(), attribute)
    assert cleaned
    assert _aws_takes(cleaned)


@pytest.mark.parametrize("text", ["ann\u200b@example.com", "ann\ud83d@example.com"])
@pytest.mark.parametrize("attribute", ["email", "user_name", "id"])
def test_what_is_matched_is_never_changed(attribute: str, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        _read(**{attribute: text})
    assert any(attribute in finding for finding in refused.value.findings)


def test_half_a_character_costs_nobody_their_access() -> None:
    record = _read(department="Sales \ud83d", manager="e-2\ude00").data
    assert (record.department, record.manager) == ("Sales", "e-2")


@pytest.mark.parametrize("nothing", [None, "", "  "])
@pytest.mark.parametrize(
    "attribute",
    [
        *("user_name", "display_name", "department", "title", "team", "cost_centre", "location", "employment"),
        *("manager", "start_date", "end_date", "leave_start", "leave_end", "time_zone", "status"),
    ],
)
def test_null_and_empty_and_absent_are_the_same(attribute: str, nothing: object) -> None:
    assert _read(**{attribute: nothing}).data == _read().data


@pytest.mark.parametrize(
    "nothing", ["0001-01-01", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "0000-00-00", "0000-00-00 00:00:00"]
)
@pytest.mark.parametrize("attribute", ["start_date", "end_date", "leave_start", "leave_end"])
def test_a_day_that_is_none_is_no_day(attribute: str, nothing: str) -> None:
    """A last day in the year 1 ended everybody's access at once."""
    assert _read(**{attribute: nothing}).data == _read().data
    assert person_in({**_PERSON, attribute: nothing}, rules=MAPPING, at=NOON).attributes[attribute] == ""


def test_a_day_that_is_none_is_no_day_in_another_form() -> None:
    rules = {**MAPPING, "end_date": FieldRule(fields=("end_date",), form="%d.%m.%Y")}
    assert person_in({**_PERSON, "end_date": "01.01.0001"}, rules=rules, at=NOON).attributes["end_date"] == ""


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize("attribute", ["email", "given_name", "family_name", "id"])
def test_what_is_needed_is_missing_when_it_is_empty(attribute: str, nothing: object) -> None:
    with pytest.raises(Invalid) as refused:
        _read(**{attribute: nothing})
    assert any(f"data.{attribute}" in finding for finding in refused.value.findings)


@pytest.mark.parametrize("nothing", [None, "", "  "])
@pytest.mark.parametrize("kind", _KINDS)
def test_null_and_empty_are_the_same_in_a_mapped_record(kind: str, nothing: object) -> None:
    asks, rules = kind_called(kind).asks, kind_called(kind).mapping
    record = _NOTHING_MORE[kind](nothing)
    person = person_in(asks.answer(record).record if asks else record, rules=rules, at=NOON)
    needed = {"email": "ann@example.com", "given_name": "Ann", "family_name": "Lee"}
    empty = dict.fromkeys(rules.keys() - {"id", *needed}, "")
    # HiBob's status stands for those that have none.
    assert person[:3] == ("e-1", {**empty, **needed, **({"status": "active"} if kind == "hibob" else {})}, ())


@pytest.mark.parametrize("nothing", [None, "", "  ", {}, []])
@pytest.mark.parametrize(("kind", "member"), _CONTAINERS)
def test_an_object_or_a_list_that_is_not_there_has_nothing_in_it(kind: str, member: str, nothing: object) -> None:
    asks, rules = kind_called(kind).asks, kind_called(kind).mapping
    record = _NOTHING_MORE[kind](None)

    def read(record: dict[str, object]) -> object:
        return person_in(asks.answer(record).record if asks else record, rules=rules, at=NOON)

    assert read({**record, member: nothing}) == read(record)


@pytest.mark.parametrize("zone", ["W. Europe Standard Time", "Berlin", "../../etc/passwd", "Europe"])
def test_a_zone_in_another_spelling_is_named_and_stays_as_it_was(zone: str) -> None:
    record = _read(time_zone=zone).data
    assert "time_zone" not in record.attributes(only_given=False)
    assert record.flaws == ("time_zone: not an IANA time zone, such as Europe/Berlin",)
    person = person_in({**_PERSON, "time_zone": zone}, rules=MAPPING, at=NOON)
    assert ("time_zone" in person.attributes, len(person.flaws)) == (False, 1)


@pytest.mark.parametrize(
    ("stamp", "zone", "day"),
    [
        ("2026-12-30T23:00:00.000Z", "Europe/Rome", "2026-12-31"),
        ("2026-12-31T03:00:00Z", "America/New_York", "2026-12-30"),
        ("2026-12-31T00:00:00Z", "America/New_York", "2026-12-31"),
        ("2026-12-31T00:00:00", "America/New_York", "2026-12-31"),
        ("2026-12-30T23:00:00Z", "nowhere", "2026-12-30"),
        ("9999-12-31T23:59:59.9999999Z", "Europe/Rome", "9999-12-31"),
    ],
)
def test_a_time_stamp_is_the_day_where_the_person_is(stamp: str, zone: str, day: str) -> None:
    record = {**_PERSON, "time_zone": zone, "end_date": stamp}
    assert person_in(record, rules=MAPPING, at=NOON).attributes["end_date"] == day
    assert str(_read(time_zone=zone, end_date=stamp).data.end_date) == day


@pytest.mark.parametrize("kind", _KINDS)
def test_a_status_that_no_mapping_knows_is_refused_and_named(kind: str) -> None:
    rules = {"id": MAPPING["id"], "status": kind_called(kind).mapping["status"]}
    record: dict[str, object] = {"id": "e-1", "profile": {}, "/internal/status": {"value": "gone"}}
    record |= {path: "gone" for path in rules["status"].fields if "/" not in path}
    with pytest.raises(Invalid) as refused:
        person_in(record, rules=rules, at=NOON)
    assert refused.value.findings[0].startswith("status: ")
