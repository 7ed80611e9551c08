"""Deliveries and answers of HR systems of several kinds, by their documentation: nothing of Day One reads it here."""

import base64
import csv
import hmac
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from standardwebhooks import Webhook

# Sources that only say that something has changed, that send a whole record, and that send everybody in a file.
THIN, WHOLE, FILES = "thin", "whole", "files"
KINDS: Mapping[str, tuple[str, ...]] = {
    THIN: ("hibob", "deel", "bamboohr", "gusto", "okta"),
    WHOLE: ("merge", "workday"),
    FILES: ("csv", "json"),
}
KEYS = {THIN: "key-of-the-thin-system", WHOLE: "somebody:a-password", FILES: "yHwFrw3p1C6hX9kq0bJmTz8u5eVdL2sA"}
SENDER = "192.0.2.7"
# What the deliveries and answers below have of everybody.
SAYS: Mapping[str, Mapping[str, str]] = {"merge": {"team": "Blue"}, "bamboohr": {"employment": "Full-Time"}}
_UNSIGNED = ("okta", "workday")
_FIELDS = ("id", "email", "given_name", "family_name", "department", "title", "start_date", "end_date")


@dataclass(frozen=True, kw_only=True)
class Employee:
    """A person as an HR system has them; days are in ISO 8601, or empty."""

    id: str
    department: str = ""
    title: str = ""
    start_date: str = ""
    end_date: str = ""
    has_left: bool = False
    changed_at: datetime

    @property
    def email(self) -> str:
        return f"{self.id}@example.com"

    @property
    def attributes(self) -> dict[str, str]:
        """Attributes of the person, by the names of docs/hr.md."""
        names = {"given_name": "Ada", "family_name": self.id, "email": self.email}
        texts = {**names, "id": self.id, "department": self.department, "title": self.title}
        return {**texts, "start_date": self.start_date, "end_date": self.end_date}


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """The headers and the body of one delivery."""

    body: str
    headers: dict[str, str] = field(default_factory=dict)


def configured(source: str, kind: str) -> str:
    """Return the entry of a source in the configuration of HR systems."""
    senders = f", senders: [{SENDER}/32]" if kind in _UNSIGNED else ""
    shrinks = ", may_shrink: {percent: 20, at_least: 2}" if source == FILES else ""
    api = ", api: {url: 'https://acme.example.com'}" if source == THIN else ""
    return f"{source}: {{kind: {kind}{senders}{shrinks}{api}}}"


def told(kind: str, employee: Employee, *, at: datetime, is_deletion: bool = False, number: int) -> Parcel:
    """Return an event of a kind that names an employee, or has the whole record."""
    parcel: Parcel = _EVENTS[kind](employee, at=at, is_deletion=is_deletion, number=number)
    return parcel


def file_of(kind: str, employees: Iterable[Employee], *, number: int, sent: datetime) -> Parcel:
    """Return everybody in one file, signed."""
    rows = [{**each.attributes, "status": "ended" if each.has_left else "active"} for each in employees]
    text = io.StringIO()
    if kind == "json":
        text.write(json.dumps({"people": rows}))
    else:
        writer = csv.DictWriter(text, (*_FIELDS, "status"), delimiter=";" if number % 2 else ",")
        writer.writeheader()
        writer.writerows(rows)
    body, name = text.getvalue(), f"file-{number}"
    signature = Webhook(KEYS[FILES]).sign(name, sent, body)
    stamp = str(int(sent.timestamp()))
    return Parcel(body=body, headers={"webhook-id": name, "webhook-timestamp": stamp, "webhook-signature": signature})


def answered(kind: str, employee: Employee) -> object:
    """Return the record of an employee as the system's API has it."""
    return _RECORDS[kind](employee)


def _mac(text: str, *, what: str = "sha256", key: str = KEYS[THIN]) -> bytes:
    return hmac.digest(key.encode(), text.encode(), what)


def _of_hibob(employee: Employee, *, at: datetime, is_deletion: bool, number: int) -> Parcel:
    kind = "employee.deleted" if is_deletion else "employee.updated"
    body = json.dumps(
        {"type": kind, "triggeredAt": at.isoformat(), "data": {"employeeId": employee.id}, "number": number}
    )
    return Parcel(body=body, headers={"bob-signature": base64.b64encode(_mac(body, what="sha512")).decode()})


def _of_deel(employee: Employee, *, at: datetime, is_deletion: bool, number: int) -> Parcel:
    meta = {"event_type": "worker.deleted" if is_deletion else "worker.updated", "number": number}
    body = json.dumps({"data": {"meta": meta, "resource": {"id": employee.id}}, "timestamp": at.isoformat()})
    return Parcel(body=body, headers={"x-deel-signature": _mac(f"POST{body}").hex()})


def _of_bamboohr(employee: Employee, *, at: datetime, is_deletion: bool, number: int) -> Parcel:
    stamp = str(int(at.timestamp()))
    action = "deleted" if is_deletion else "updated"
    event: dict[str, Any] = {"employees": [{"id": employee.id, "action": action.title()}], "number": number}
    if number % 2:
        data = {"employeeId": employee.id, "number": number}
        event = {"type": f"employee.{action}", "timestamp": at.isoformat(), "data": data}
    body = json.dumps(event)
    headers = {"x-bamboohr-timestamp": stamp, "x-bamboohr-signature": _mac(body + stamp).hex()}
    return Parcel(body=body, headers={**headers, "content-type": "application/json"})


def _of_gusto(employee: Employee, *, at: datetime, is_deletion: bool, number: int) -> Parcel:
    kind = "employee.deleted" if is_deletion else "employee.updated"
    about = {"event_type": kind, "entity_type": "Employee", "entity_uuid": employee.id}
    body = json.dumps({"uuid": f"event-{number}", "timestamp": int(at.timestamp()), **about})
    return Parcel(body=body, headers={"x-gusto-signature": _mac(body).hex()})


def _of_okta(employee: Employee, *, at: datetime, is_deletion: bool, number: int) -> Parcel:
    kind = "user.lifecycle.delete.completed" if is_deletion else "user.account.update_profile"
    target = [{"id": employee.id, "type": "User"}, {"type": "AppInstance"}]
    entry = {"uuid": f"entry-{number}", "published": at.isoformat(), "eventType": kind, "target": target}
    body = json.dumps({"eventId": f"event-{number}", "data": {"events": [entry]}})
    return Parcel(body=body, headers={"authorization": KEYS[THIN]})


def _of_merge(employee: Employee, *, at: datetime, is_deletion: bool, number: int) -> Parcel:
    now = {"effective_date": "2026-01-01", "job_title": employee.title, "number": number}
    before = {"effective_date": "2020-01-01", "job_title": "before"}
    data = {
        "employee_number": employee.id,
        "work_email": employee.email,
        "first_name": "Ada",
        "last_name": employee.id,
        "groups": [{"type": "TEAM", "name": "Blue"}, {"type": "DEPARTMENT", "name": employee.department}],
        "employments": [now, before],
        "start_date": employee.start_date or None,
        "termination_date": employee.end_date or None,
        "employment_status": "INACTIVE" if employee.has_left else "ACTIVE",
        "modified_at": at.isoformat(),
        "remote_was_deleted": is_deletion,
    }
    body = json.dumps({"hook": {"event": "employee.changed"}, "data": data})
    signature = base64.urlsafe_b64encode(_mac(body, key=KEYS[WHOLE])).decode()
    return Parcel(body=body, headers={"x-merge-webhook-signature": signature})


def _of_workday(employee: Employee, *, at: datetime, is_deletion: bool, number: int) -> Parcel:
    del at
    row = {
        "Employee_ID": employee.id,
        "Work_Email": employee.email,
        "First_Name": "Ada",
        "Last_Name": employee.id,
        "Department": employee.department,
        "Business_Title": employee.title,
        "Hire_Date": employee.start_date,
        "Termination_Date": employee.end_date,
        "Active_Status": "0" if employee.has_left or is_deletion else "1",
        "Number": number,
    }
    password = base64.b64encode(KEYS[WHOLE].encode()).decode()
    return Parcel(body=json.dumps({"Report_Entry": [row]}), headers={"authorization": f"Basic {password}"})


def _as_hibob(employee: Employee) -> object:
    record = {
        "root/id": employee.id,
        "root/email": employee.email,
        "root/firstName": "Ada",
        "root/surname": employee.id,
        "work/department": employee.department,
        "work/title": {"value": employee.title},
        "work/startDate": employee.start_date or None,
        "internal/terminationDate": employee.end_date or None,
        "internal/lifecycleStatus": "Terminated" if employee.has_left else "Employed",
        "internal/status": "Inactive" if employee.has_left else "Active",
    }
    return {f"/{name}": value for name, value in record.items()}


def _as_deel(employee: Employee) -> object:
    emails = [{"type": "personal", "value": "ada@home.example"}, {"type": "work", "value": employee.email}]
    return {
        "data": {
            "id": employee.id,
            "emails": emails,
            "first_name": "Ada",
            "last_name": employee.id,
            "department": {"name": employee.department} if employee.department else {},
            "job_title": employee.title or None,
            "start_date": employee.start_date or None,
            "completion_date": employee.end_date or None,
            "hiring_status": "offboarded" if employee.has_left else "active",
            "updated_at": employee.changed_at.isoformat(),
        }
    }


def _as_bamboohr(employee: Employee) -> object:
    return {
        "id": employee.id,
        "workEmail": employee.email,
        "firstName": "Ada",
        "lastName": employee.id,
        "department": employee.department or None,
        "jobTitle": employee.title or None,
        "hireDate": employee.start_date or "0000-00-00",
        "terminationDate": employee.end_date or "0000-00-00",
        "status": "Inactive" if employee.has_left else "Active",
        "employmentHistoryStatus": "Terminated" if employee.has_left else "Full-Time",
        "lastChanged": employee.changed_at.isoformat(),
    }


def _as_gusto(employee: Employee) -> object:
    ends = [{"effective_date": "2019-01-01"}, {"effective_date": employee.end_date}] if employee.end_date else []
    job = {"primary": True, "title": employee.title or None, "hire_date": employee.start_date or None}
    return {
        "uuid": employee.id,
        "work_email": employee.email,
        "first_name": "Ada",
        "last_name": employee.id,
        "department": employee.department or None,
        "jobs": [{"primary": False, "title": "another"}, job],
        "terminations": ends,
        "terminated": employee.has_left,
    }


def _as_okta(employee: Employee) -> object:
    profile = {"login": employee.email, "email": employee.email, "firstName": "Ada", "lastName": employee.id}
    profile |= {"department": employee.department, "title": employee.title}
    status = "DEPROVISIONED" if employee.has_left else "ACTIVE"
    return {"id": employee.id, "status": status, "lastUpdated": employee.changed_at.isoformat(), "profile": profile}


_EVENTS: Mapping[str, Any] = {
    "hibob": _of_hibob,
    "deel": _of_deel,
    "bamboohr": _of_bamboohr,
    "gusto": _of_gusto,
    "okta": _of_okta,
    "merge": _of_merge,
    "workday": _of_workday,
}
_RECORDS: Mapping[str, Any] = {
    "hibob": _as_hibob,
    "deel": _as_deel,
    "bamboohr": _as_bamboohr,
    "gusto": _as_gusto,
    "okta": _as_okta,
}
