"""Somebody who is hired again: the current employment counts, whatever a record still says of others."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dayone.hr.connectors.base import kind_called
from dayone.hr.connectors.full_records import person_in
from dayone.hr.mapping import mapped
from dayone.hr.merge import STATUS_FOLLOWS_WITHIN
from dayone.model.commands import ApplyHrRecord
from dayone.model.hr_sources import FieldRule, Source
from tests.builders import a_group, a_policy
from tests.unit import hr_world
from tests.unit.hr.connectors.test_standard_hr import _body, _read
from tests.unit.hr_senders import NOW, Receiving, sample, with_body
from tests.unit.hr_world import ADA, later, notes_of, tells
from tests.unit.world import World

_LONG_AGO = "2022-06-30"
_NAMES = {"first_name": "Ada", "last_name": "Lovelace"}
# What each system says of somebody who is here, with the last day of an employment before still in the record.
_HIRED_AGAIN: dict[str, Mapping[str, Any]] = {
    "bamboohr": {"id": "1", "hireDate": "2026-11-02", "terminationDate": _LONG_AGO, "status": "Active"},
    "hibob": {
        "/root/id": {"value": "1"},
        "/work/startDate": {"value": "2018-01-08"},
        "/internal/terminationDate": {"value": _LONG_AGO},
        "/internal/status": {"value": "active"},
    },
    "gusto": {
        "uuid": "1",
        "terminated": False,
        "terminations": [{"effective_date": _LONG_AGO}, {"effective_date": "2020-01-31"}],
    },
    "deel": {"id": "1", "direct_employee_termination_last_day": _LONG_AGO, "hiring_status": "active"},
    "merge": {
        **_NAMES,
        "id": "1",
        "employment_status": "ACTIVE",
        "start_date": "2026-11-02T00:00:00Z",
        "termination_date": f"{_LONG_AGO}T00:00:00Z",
    },
    "workday": {"Employee_ID": "1", "Hire_Date": "2018-01-08", "Termination_Date": _LONG_AGO, "Active_Status": "1"},
    "csv": {"id": "1", "status": "active", "end_date": _LONG_AGO},
    "json": {"id": "1", "status": "active", "end_date": _LONG_AGO},
}


def _said(kind: str, record: object, *, at: datetime = NOW) -> Mapping[str, str]:
    return person_in(record, rules=kind_called(kind).mapping, at=at)[1]


@pytest.mark.parametrize("kind", sorted(_HIRED_AGAIN))
def test_the_status_outranks_a_last_day_of_long_ago_in_every_kind(kind: str) -> None:
    assert _said(kind, _HIRED_AGAIN[kind])["end_date"] == ""


def test_every_kind_that_tells_of_last_days_is_in_the_table() -> None:
    kinds = ("bamboohr", "hibob", "gusto", "deel", "merge", "okta", "workday", "csv", "json")
    assert {kind for kind in kinds if "end_date" in kind_called(kind).mapping} == set(_HIRED_AGAIN)


def test_the_generic_source_has_to_state_the_status_for_that() -> None:
    assert _read(_body(status="active", end_date=_LONG_AGO)).person.end_date is None
    assert _read(_body(end_date=_LONG_AGO)).person.end_date == date(2022, 6, 30)
    assert _read(_body({"type": "person.ended"}, status="active", end_date=_LONG_AGO)).person.status == "ended"


def test_a_status_that_is_only_a_default_outranks_nothing() -> None:
    record = {name: value for name, value in _HIRED_AGAIN["hibob"].items() if name != "/internal/status"}
    assert _said("hibob", record)["end_date"] == _LONG_AGO


_INACTIVE: dict[str, Mapping[str, Any]] = {
    "bamboohr": {"status": "Inactive", "hireDate": "2018-01-08"},
    "hibob": {"/internal/status": {"value": "inactive"}},
}


@pytest.mark.parametrize("kind", sorted(_INACTIVE))
def test_a_system_that_says_inactive_of_who_has_left_does_not_bring_them_back(kind: str) -> None:
    said = _said(kind, {**_HIRED_AGAIN[kind], **_INACTIVE[kind]})
    assert said["status"] == "ended" or said["end_date"] == _LONG_AGO


@pytest.mark.parametrize(("days", "counts"), [(-1, True), (0, True), (7, True), (8, False)])
def test_a_last_day_that_is_hardly_over_counts_since_a_status_may_lag(days: int, counts: bool) -> None:  # noqa: FBT001
    last = (NOW - timedelta(days=days)).date().isoformat()
    assert bool(_said("csv", {"id": "1", "status": "active", "end_date": last})["end_date"]) is counts


def test_a_last_day_before_the_first_is_of_before_however_short_ago() -> None:
    record = {"id": "1", "status": "active", "start_date": "2026-11-20", "end_date": "2026-11-19"}
    assert _said("csv", record)["end_date"] == ""


def test_who_is_hired_again_has_access_by_the_webhook_of_their_system() -> None:
    delivery = sample("merge_created")
    body = json.loads(delivery.body)
    body["data"] |= {"start_date": "2026-11-02T00:00:00Z", "termination_date": f"{_LONG_AGO}T00:00:00Z"}
    receiving = Receiving()
    receiving.takes(with_body(delivery, body))
    (command,) = receiving.inbox.commands
    world = _world(receiving.sources.text)
    world.inbox.put([command])
    world.settle()
    assert world.groups()["staff"] == world.users() != set()
    assert isinstance(command, ApplyHrRecord)
    note = f"merge says that the person is here, so its old last day {_LONG_AGO} does not count"
    assert notes_of(world, command) == (note,)


def _world(setup: str) -> World:
    world = World()
    world.hr_sources.text = setup
    world.policy_is(a_policy(a_group("staff", id="*")))
    world.settle()
    later(world, seconds=1)
    return world


def _tells(world: World, source: Source, **record: str) -> ApplyHrRecord:
    row = {"id": "e-1", **ADA, **record}
    person = person_in(row, rules=source.mapping, at=world.now)
    return tells(world, person.id, person.attributes, source=source.name)


def test_an_announced_last_day_stays_one_however_often_the_same_is_said_afterwards() -> None:
    world = _world("version: 1\nsources: {people: {kind: csv}}")
    source = world.hr_sources.configuration().sources["people"]
    last = (world.now + timedelta(days=2)).date()
    _tells(world, source, status="active", end_date=last.isoformat())
    world.settle()
    assert world.groups()["staff"] != set()
    later(world, days=4 + STATUS_FOLLOWS_WITHIN.days)
    _tells(world, source, status="active", end_date=last.isoformat(), title="Analyst")
    world.settle()
    assert world.groups()["staff"] == set()
    later(world, days=1)
    # A new first day is a new employment.
    first = world.now.date().isoformat()
    _tells(world, source, status="active", start_date=first, end_date=last.isoformat())
    world.settle()
    assert world.groups()["staff"] != set()


def test_who_had_ended_and_is_active_again_has_access_though_the_last_day_is_left_and_keeps_it() -> None:
    world = _world("version: 1\nsources: {people: {kind: csv}}")
    source = world.hr_sources.configuration().sources["people"]
    last = world.now.date().isoformat()
    _tells(world, source, status="ended", end_date=last)
    world.settle()
    later(world, days=30)
    for title in ("SRE", "Lead"):
        _tells(world, source, status="active", end_date=last, title=title)
        world.settle()
        assert world.groups()["staff"] == {"ada@example.com"}
        later(world, days=1)
    assert getattr(hr_world.person_in(world, "e-1"), "title", "") == "Lead"


_JOBS = [
    {"title": "Director", "day": "2027-01-01"},
    {"title": "Analyst", "day": "2020-01-01T00:00:00Z"},
    {"title": "SRE", "day": "2026-10-01"},
    {"title": "Trainee", "day": None},
]


@pytest.mark.parametrize(
    ("jobs", "path", "title"),
    [
        (_JOBS, "jobs[current by day].title", "SRE"),
        (_JOBS[::-1], "jobs[current by day].title", "SRE"),
        (_JOBS, "jobs[last by day].title", "Director"),
        (_JOBS[:1], "jobs[current by day].title", "Director"),
        ([_JOBS[0], {"title": "CEO", "day": "2028-01-01"}], "jobs[current by day].title", "Director"),
        (_JOBS[3:], "jobs[current by day].title", "Trainee"),
        ([], "jobs[current by day].title", ""),
        (None, "jobs[last by day].title", ""),
        ("SRE", "jobs[last by day].title", ""),
    ],
)
def test_of_several_entries_the_dates_tell_the_current_in_whatever_order_they_are(
    jobs: object, path: str, title: str
) -> None:
    found = mapped({"jobs": jobs}, rules={"title": FieldRule(fields=(path,))}, at=NOW)
    assert (found.attributes["title"], found.problems) == (title, ())


def test_entries_that_cannot_be_ordered_are_a_mistake_and_no_guess() -> None:
    jobs = [{"title": "SRE", "day": "soon"}, {"title": "Analyst", "day": "2020-01-01"}]
    found = mapped({"jobs": jobs}, rules={"title": FieldRule(fields=("jobs[current by day].title",))}, at=NOW)
    assert found.problems == ("title: not a day as YYYY-MM-DD: give its format in `form`",)


def test_merge_s_newest_employment_counts() -> None:
    employments = [
        {"job_title": "Admin", "effective_date": "2020-01-01T00:00:00Z", "employment_type": "FULL_TIME"},
        {"job_title": "Writer", "effective_date": "2026-10-01T00:00:00Z", "employment_type": "CONTRACTOR"},
    ]
    for record in (employments, employments[::-1]):
        said = _said("merge", {"id": "1", "employments": record}, at=datetime(2026, 11, 20, tzinfo=UTC))
        assert (said["title"], said["employment"]) == ("Writer", "CONTRACTOR")
