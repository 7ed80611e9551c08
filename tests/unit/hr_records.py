"""One person as each HR system's published samples have them, and how each writes a status and a day."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dayone.hr.connectors.base import kind_called
from dayone.hr.connectors.workforce_file import table
from tests.unit.hr_senders import sample

# What an API answers, and what of it is to be found in the person.
ANSWERS: dict[str, tuple[Any, dict[str, str]]] = {
    "bamboohr": (
        {
            "id": "67890",
            "firstName": "Jane",
            "preferredName": None,
            "lastName": "Doe",
            "workEmail": "jane.doe@example.com",
            "department": "Engineering",
            "division": "Platform",
            "jobTitle": "SRE",
            "location": "Berlin",
            "employmentHistoryStatus": "Full-Time",
            "supervisorEId": "12",
            "hireDate": "2026-12-01",
            "terminationDate": "0000-00-00",
            "status": "Active",
            "lastChanged": "2026-11-20T18:41:58+00:00",
        },
        {"id": "67890", "team": "Platform", "employment": "Full-Time", "manager": "12", "end_date": ""},
    ),
    "hibob": (
        {
            "/root/id": {"value": "3332883884017713938"},
            "/root/email": {"value": "jane.doe@example.com"},
            "/root/firstName": {"value": "Jane"},
            "/root/surname": {"value": "Doe"},
            "/work/department": {"value": "Engineering"},
            "/work/title": {"value": "SRE"},
            "/work/site": {"value": "Berlin"},
            "/work/startDate": {"value": "2026-12-01"},
            "/internal/terminationDate": {"value": None},
            "/internal/status": {"value": "Active"},
        },
        {"id": "3332883884017713938", "location": "Berlin", "end_date": ""},
    ),
    "gusto": (
        {
            "uuid": "c0ffee00-1111-2222-3333-444455556666",
            "first_name": "Jane",
            "last_name": "Doe",
            "email": "jane@home.example",
            "work_email": "jane.doe@example.com",
            "department": "Engineering",
            "terminated": False,
            "manager_uuid": "m-1",
            "jobs": [
                {"title": "Barista", "primary": False, "hire_date": "2020-01-01"},
                {"title": "SRE", "primary": True, "hire_date": "2026-12-01"},
            ],
            "terminations": [],
        },
        {"id": "c0ffee00-1111-2222-3333-444455556666", "manager": "m-1", "end_date": ""},
    ),
    "deel": (
        {
            "data": {
                "id": "hris-profile-id",
                "first_name": "Jane",
                "last_name": "Doe",
                "emails": [
                    {"type": "primary", "value": "jane@home.example"},
                    {"type": "work", "value": "jane.doe@example.com"},
                ],
                "department": {"id": "d-1", "name": "Engineering"},
                "job_title": "SRE",
                "start_date": "2026-12-01",
                "hiring_status": "onboarding",
                "hiring_type": "direct_employee",
                "timezone": "Europe/Berlin",
                "direct_manager": None,
                "updated_at": "2026-11-20T15:39:38.070Z",
            }
        },
        {
            "id": "hris-profile-id",
            "employment": "direct_employee",
            "time_zone": "Europe/Berlin",
            "manager": "",
        },
    ),
    "okta": (
        {
            "id": "00u2",
            "status": "STAGED",
            "lastUpdated": "2026-11-20T16:59:52.000Z",
            "profile": {
                "login": "jane.doe@corp.example",
                "email": "jane.doe@example.com",
                "firstName": "Jane",
                "lastName": "Doe",
                "department": "Engineering",
                "title": "SRE",
                "costCenter": "4711",
            },
        },
        {"id": "00u2", "user_name": "jane.doe@corp.example", "cost_centre": "4711"},
    ),
}


def published(kind: str) -> dict[str, Any]:
    """The record of the sample, as it is mapped."""
    if kind in ANSWERS:
        asks = kind_called(kind).asks
        assert asks is not None
        return dict(asks.answer(json.loads(json.dumps(ANSWERS[kind][0]))).record)
    body = {"merge": "merge_created", "workday": "workday_hired", "csv": "workforce_csv", "json": "workforce_json"}
    text = sample(body[kind]).body.decode()
    if kind == "csv":
        return dict(next(iter(table(text)[1])))  # type: ignore[arg-type]
    read = json.loads(text)
    records = {"merge": lambda: read["data"], "workday": lambda: read["Report_Entry"][0]}
    return dict(records.get(kind, lambda: read["people"][0])())


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """Spelling of a first day, a last day, and each status that a kind has a word for.

    `silent` is a record that states no status.
    """

    first: Callable[[str], Mapping[str, Any]]
    last: Callable[[str], Mapping[str, Any]]
    active: Mapping[str, Any]
    ended: Mapping[str, Any]
    silent: Mapping[str, Any]
    on_leave: Mapping[str, Any] | None = None


def _field(name: str) -> Callable[[str], Mapping[str, Any]]:
    return lambda day: {name: day}


def _merge_day(name: str) -> Callable[[str], Mapping[str, Any]]:
    return lambda day: {name: f"{day}T00:00:00Z" if day else None}


_OURS = Spelling(
    first=_field("start_date"),
    last=_field("end_date"),
    active={"status": "active"},
    ended={"status": "ended"},
    silent={"status": ""},
    on_leave={"status": "on_leave"},
)
SPELLINGS: Mapping[str, Spelling] = {
    "bamboohr": Spelling(
        first=_field("hireDate"),
        last=lambda day: {"terminationDate": day or "0000-00-00"},
        active={"status": "Active"},
        ended={"employmentHistoryStatus": " Terminated "},
        silent={"status": None},
        on_leave={"status": "Inactive"},
    ),
    "hibob": Spelling(
        first=lambda day: {"/work/startDate": {"value": day or None}},
        last=lambda day: {"/internal/terminationDate": {"value": day or None}},
        active={"/internal/status": {"value": "Active"}},
        ended={"/internal/lifecycleStatus": {"value": " Terminated "}},
        silent={"/internal/status": {"value": None}},
        on_leave={"/internal/status": {"value": "Inactive"}},
    ),
    "gusto": Spelling(
        first=lambda day: {"jobs": [{"title": "SRE", "primary": True, "hire_date": day or None}]},
        last=lambda day: {"terminations": [{"effective_date": day}] if day else []},
        active={"terminated": False},
        ended={"terminated": True},
        silent={"terminated": None},
    ),
    "deel": Spelling(
        first=_field("start_date"),
        last=lambda day: {"completion_date": f"{day}T13:06:30.918Z" if day else None},
        active={"hiring_status": "active"},
        ended={"hiring_status": "inactive"},
        silent={"hiring_status": None},
    ),
    "merge": Spelling(
        first=_merge_day("start_date"),
        last=_merge_day("termination_date"),
        active={"employment_status": "ACTIVE"},
        ended={"employment_status": "INACTIVE"},
        silent={"employment_status": None},
    ),
    "workday": Spelling(
        first=_field("Hire_Date"),
        last=_field("Termination_Date"),
        active={"Active_Status": "1"},
        ended={"Active_Status": "0"},
        silent={"Active_Status": ""},
    ),
    "csv": _OURS,
    "json": _OURS,
}
