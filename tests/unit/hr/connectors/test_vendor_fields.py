"""Each field that a kind reads, each word for a status, and the request for a record, as vendors document them."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dayone.hr.connectors.base import kind_called
from dayone.hr.connectors.full_records import person_in
from dayone.model.hr_sources import Source
from tests.unit.hr_records import published
from tests.unit.hr_senders import NOW, Receiving

KINDS = ("bamboohr", "hibob", "gusto", "deel", "okta", "merge", "workday")
type Record = Mapping[str, Any]
# A record with a value of its own in every field, and beside what is meant something that is not.
_WHOLE: Mapping[str, tuple[Record, Mapping[str, str]]] = {
    "bamboohr": (
        {
            "id": "1",
            "workEmail": "jo@example.com",
            "homeEmail": "jo@home.example",
            "preferredName": "Jo",
            "firstName": "Joanna",
            "lastName": "Doe",
            "department": "Engineering",
            "division": "Platform",
            "jobTitle": "SRE",
            "location": "Berlin",
            "employmentHistoryStatus": "Full-Time",
            "supervisorEId": "7",
            "supervisorId": "8",
            "hireDate": "2026-01-05",
            "terminationDate": "2027-01-31",
            "status": "Inactive",
        },
        {"team": "Platform", "employment": "Full-Time", "status": "on_leave"},
    ),
    "hibob": (
        {
            f"/{name}": {"value": value}
            for name, value in {
                "root/id": "1",
                "root/email": "jo@example.com",
                "root/firstName": "Jo",
                "root/surname": "Doe",
                "root/displayName": "Jo D.",
                "work/department": "Engineering",
                "work/title": "SRE",
                "work/site": "Berlin",
                "payroll/employment/type": "Permanent",
                "work/reportsTo/id": 7,
                "work/startDate": "2026-01-05",
                "internal/terminationDate": "2027-01-31",
                "internal/status": "Inactive",
                "internal/lifecycleStatus": "Employed",
            }.items()
        },
        {"display_name": "Jo D.", "employment": "Permanent", "status": "on_leave"},
    ),
    "gusto": (
        {
            "uuid": "1",
            "work_email": "jo@example.com",
            "email": "jo@home.example",
            "first_name": "Joanna",
            "preferred_first_name": "Jo",
            "last_name": "Doe",
            "department": "Engineering",
            "manager_uuid": "7",
            "current_employment_status": "full_time",
            "terminated": False,
            "jobs": [
                {"title": "SRE", "primary": True, "hire_date": "2026-01-05"},
                {"title": "Barista", "primary": False, "hire_date": "2026-06-01"},
            ],
            "terminations": [{"effective_date": "2027-01-31"}, {"effective_date": "2020-05-31"}],
        },
        {"employment": "full_time", "location": "", "status": "active"},
    ),
    "deel": (
        {
            "id": "1",
            "first_name": "Joanna",
            "preferred_first_name": "Jo",
            "last_name": "Dough",
            "preferred_last_name": "Doe",
            "department": {"id": "d-1", "name": "Engineering"},
            "job_title": "SRE",
            "work_location": "Berlin",
            "country": "DE",
            "hiring_type": "eor",
            "direct_manager": {"id": "7"},
            "start_date": "2026-01-05",
            "direct_employee_termination_last_day": "2027-01-31",
            "completion_date": "2028-01-31",
            "timezone": "Europe/Berlin",
            "hiring_status": "active",
            "emails": [{"type": "primary", "value": "jo@home.example"}, {"type": "work", "value": "jo@example.com"}],
        },
        {"employment": "eor", "time_zone": "Europe/Berlin", "status": "active"},
    ),
    "okta": (
        {
            "id": "1",
            "status": "SUSPENDED",
            "profile": {
                "login": "jo",
                "email": "jo@example.com",
                "secondEmail": "jo@home.example",
                "firstName": "Jo",
                "lastName": "Doe",
                "displayName": "Jo D.",
                "department": "Engineering",
                "title": "SRE",
                "division": "Platform",
                "costCenter": "4711",
                "city": "Berlin",
                "userType": "Employee",
                "managerId": "7",
                "timezone": "Europe/Berlin",
            },
        },
        {
            "user_name": "jo",
            "display_name": "Jo D.",
            "team": "Platform",
            "cost_centre": "4711",
            "employment": "Employee",
            "time_zone": "Europe/Berlin",
            "status": "on_leave",
        },
    ),
    "merge": (
        {
            "id": "m-1",
            "remote_id": "r-1",
            "employee_number": "1",
            "work_email": "jo@example.com",
            "personal_email": "jo@home.example",
            "first_name": "Joanna",
            "preferred_name": "Jo",
            "last_name": "Doe",
            "display_full_name": "Jo D.",
            "username": "jo",
            "groups": [
                {"type": "TEAM", "name": "A group of theirs"},
                {"type": "COST_CENTER", "name": "4711"},
                {"type": "DEPARTMENT", "name": "Engineering"},
            ],
            "employments": [
                {"effective_date": "2026-06-01", "job_title": "SRE", "employment_type": "FULL_TIME"},
                {"effective_date": "2026-11-21", "job_title": "Lead", "employment_type": "PART_TIME"},
                {"effective_date": "2026-01-05", "job_title": "Trainee", "employment_type": "INTERN"},
            ],
            "team": {"name": "Platform"},
            "work_location": {"name": "Berlin"},
            "manager": {"employee_number": "7", "remote_id": "r-7", "id": "m-7"},
            "start_date": "2026-01-05",
            "termination_date": "2027-01-31",
            "employment_status": "ACTIVE",
        },
        {
            "user_name": "jo",
            "display_name": "Jo D.",
            "team": "Platform",
            "cost_centre": "4711",
            "employment": "FULL_TIME",
            "status": "active",
        },
    ),
    "workday": (
        {
            "Employee_ID": "1",
            "Work_Email": "jo@example.com",
            "Email": "jo@home.example",
            "Preferred_First_Name": "Jo",
            "First_Name": "Joanna",
            "Preferred_Last_Name": "Doe",
            "Last_Name": "Dough",
            "Department": "Engineering",
            "Supervisory_Organization": "Dev (Lee)",
            "Business_Title": "SRE",
            "Job_Title": "Engineer II",
            "Cost_Center": "4711",
            "Location": "Berlin",
            "Worker_Type": "Employee",
            "Manager_Employee_ID": "7",
            "Hire_Date": "2026-01-05",
            "Termination_Date": "2027-01-31",
            "Active_Status": "1",
        },
        {"cost_centre": "4711", "employment": "Employee", "status": "active"},
    ),
}
# What nearly all have.
_USUAL = {
    "email": "jo@example.com",
    "given_name": "Jo",
    "family_name": "Doe",
    "department": "Engineering",
    "title": "SRE",
    "location": "Berlin",
    "manager": "7",
    "start_date": "2026-01-05",
    "end_date": "2027-01-31",
}
# Of several fields for the same, what counts when those before it are not there.
_NEXT = [
    ("bamboohr", ("preferredName",), "given_name", "Joanna"),
    ("gusto", ("preferred_first_name",), "given_name", "Joanna"),
    ("deel", ("preferred_first_name",), "given_name", "Joanna"),
    ("deel", ("preferred_last_name",), "family_name", "Dough"),
    ("deel", ("work_location",), "location", "DE"),
    ("deel", ("direct_employee_termination_last_day",), "end_date", "2028-01-31"),
    ("merge", ("employee_number",), "id", "r-1"),
    ("merge", ("employee_number", "remote_id"), "id", "m-1"),
    ("merge", ("preferred_name",), "given_name", "Joanna"),
    ("merge", ("team",), "team", "A group of theirs"),
    ("workday", ("Work_Email",), "email", "jo@home.example"),
    ("workday", ("Preferred_First_Name",), "given_name", "Joanna"),
    ("workday", ("Preferred_Last_Name",), "family_name", "Dough"),
    ("workday", ("Department",), "department", "Dev (Lee)"),
    ("workday", ("Business_Title",), "title", "Engineer II"),
]
_STATUSES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "bamboohr": ("status", {"Active": "active", "Inactive": "on_leave", "Terminated": "ended"}),
    "hibob": ("/internal/status", {"Active": "active", "Inactive": "on_leave", "Terminated": "ended"}),
    "gusto": ("terminated", {"false": "active", "true": "ended"}),
    "deel": (
        "hiring_status",
        {
            **dict.fromkeys(("active", "onboarding", "onboarding_overdue", "offboarding"), "active"),
            **dict.fromkeys(("inactive", "offboarded", "terminated"), "ended"),
        },
    ),
    "okta": (
        "status",
        {
            **dict.fromkeys(
                ("STAGED", "PROVISIONED", "ACTIVE", "RECOVERY", "PASSWORD_EXPIRED", "LOCKED_OUT"), "active"
            ),
            "SUSPENDED": "on_leave",
            "DEPROVISIONED": "ended",
        },
    ),
    "merge": ("employment_status", {"ACTIVE": "active", "PENDING": "active", "INACTIVE": "ended"}),
    "workday": ("Active_Status", {"1": "active", "true": "active", "0": "ended", "false": "ended"}),
}


def _read(kind: str, record: Record) -> Mapping[str, str]:
    person = person_in(record, rules=kind_called(kind).mapping, at=NOW)
    return {"id": person.id, **person.attributes}


@pytest.mark.parametrize("kind", KINDS)
def test_every_attribute_comes_from_the_field_that_is_meant(kind: str) -> None:
    record, own = _WHOLE[kind]
    mapping = kind_called(kind).mapping
    expected = {name: text for name, text in {"id": "1", **_USUAL, **own}.items() if name in mapping}
    assert _read(kind, record) == expected
    assert expected.keys() == mapping.keys()


@pytest.mark.parametrize(("kind", "without", "attribute", "text"), _NEXT)
def test_of_several_fields_the_next_counts_when_one_is_not_there(
    kind: str, without: tuple[str, ...], attribute: str, text: str
) -> None:
    record = {name: value for name, value in _WHOLE[kind][0].items() if name not in without}
    assert _read(kind, record)[attribute] == text
    # Nor when it is there and empty.
    assert _read(kind, {**_WHOLE[kind][0], **dict.fromkeys(without)})[attribute] == text


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_for_a_status_means_what_its_vendor_means(kind: str) -> None:
    field, words = _STATUSES[kind]
    records = {word: {**published(kind), field: {"value": word} if kind == "hibob" else word} for word in words}
    assert {word: _read(kind, record)["status"] for word, record in records.items()} == words
    assert {word.casefold() for word in words} == kind_called(kind).mapping["status"].values.keys()


def test_without_a_status_only_hibob_takes_somebody_for_active() -> None:
    """Its API leaves out what a service user may not read, and whom it has deactivated it says so of."""
    silent = {"hibob": "active"}
    for kind in KINDS:
        field, _ = _STATUSES[kind]
        record = {name: value for name, value in published(kind).items() if name != field}
        assert _read(kind, record).get("status", "") == silent.get(kind, "")


def _source(name: str) -> Source:
    return Receiving().sources.configuration().sources[name]


@pytest.mark.parametrize(
    ("kind", "method", "path", "query", "headers"),
    [
        (
            *("bamboohr", "GET", "/api/v1/employees/1/"),
            {"onlyCurrent": ["true"]},
            {"Authorization": f"Basic {base64.b64encode(b'secret:x').decode()}"},
        ),
        (
            *("hibob", "POST", "/v1/people/1", {}),
            {"Authorization": f"Basic {base64.b64encode(b'secret').decode()}", "Content-Type": "application/json"},
        ),
        (
            *("gusto", "GET", "/v1/employees/1", {}),
            {"Authorization": "Bearer secret", "X-Gusto-API-Version": "2024-04-01"},
        ),
        ("deel", "GET", "/rest/v2/people/1", {}, {"Authorization": "Bearer secret"}),
        ("okta", "GET", "/api/v1/users/1", {}, {"Authorization": "SSWS secret"}),
    ],
)
def test_a_record_is_requested_as_its_vendor_documents_it(
    kind: str, method: str, path: str, query: Mapping[str, list[str]], headers: Mapping[str, str]
) -> None:
    asks = kind_called(kind).asks
    assert asks is not None
    question = asks.question("1", _source(kind), "secret")
    address = urlsplit(question.path)
    found = {name: values for name, values in parse_qs(address.query).items() if name != "fields"}
    assert (question.method, address.path, found) == (method, path, query)
    assert question.headers == {"Accept": "application/json", **headers}


def test_bamboohr_and_hibob_are_asked_for_every_field_that_is_read() -> None:
    bamboohr, hibob = kind_called("bamboohr").asks, kind_called("hibob").asks
    assert bamboohr is not None
    assert hibob is not None
    (fields,) = parse_qs(urlsplit(bamboohr.question("1", _source("bamboohr"), "secret").path).query)["fields"]
    read = _WHOLE["bamboohr"][0].keys() - {"homeEmail", "supervisorId"}
    assert set(fields.split(",")) == read | {"lastChanged"}
    asked = json.loads(hibob.question("1", _source("hibob"), "secret").body)["fields"]
    assert set(asked) == {name.removeprefix("/").replace("/", ".") for name in _WHOLE["hibob"][0]} | {"id"}
