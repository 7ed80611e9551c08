"""Audit log over the API."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.model.audit import AuditEntry
from dayone.model.subjects import Reason
from tests.functions.access_api.state import CHANGE, NOW
from tests.functions.access_api.world import World, asking, load

ADDED = AuditEntry(
    at=NOW - timedelta(hours=1),
    actor="hr:standard",
    action="create-membership",
    subject="person:e-1001",
    change=CHANGE,
    outcome="succeeded",
    reasons=(Reason("policy.yaml:5", "department is Engineering"),),
    request_id="r-1",
)


@pytest.fixture
def world() -> World:
    world = World()
    for days in (40, 2, 0):
        world.state.record(replace(ADDED, at=ADDED.at - timedelta(days=days)))
    world.state.record(replace(ADDED, subject="account:123456789012", actor="aws.organizations"))
    return world


def test_an_entry_says_everything(world: World) -> None:
    first = world.send("list_audit").body["entries"][0]
    assert first.pop("hash")
    assert first == {
        "at": "2026-11-23T07:00:00+00:00",
        "actor": "hr:standard",
        "action": "create-membership",
        "subject": "person:e-1001",
        "change": CHANGE,
        "outcome": "succeeded",
        "operation": "",
        "reasons": [{"rule": "policy.yaml:5", "reason": "department is Engineering"}],
        "request_id": "r-1",
        "detail": "",
        "lane": "operations",
        "number": 3,
        "erased": [],
    }


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, [4, 3, 2]),
        ({"since": "2026-10-01"}, [4, 3, 2, 1]),
        ({"until": "2026-11-22"}, [2]),
        ({"since": "2026-11-22", "until": "2026-11-24", "actor": "hr:standard"}, [3]),
        ({"actor": "aws.organizations"}, [4]),
        ({"subject": "account:123456789012"}, [4]),
        ({"subject": "person:e-9"}, []),
    ],
)
def test_entries_are_looked_for(world: World, query: dict[str, str], numbers: list[int]) -> None:
    found = world.send(asking("list_audit", **query)).body["entries"]
    assert [pair["number"] for pair in found] == numbers


def test_the_list_goes_on(world: World) -> None:
    first = world.send(asking("list_audit", limit="1")).body
    second = world.send(asking("list_audit", limit="1", cursor=first["cursor"])).body
    assert [pair["number"] for part in (first, second) for pair in part["entries"]] == [4, 3]


@pytest.mark.parametrize("query", [{"since": "soon"}, {"since": "2026-11-24", "until": "2026-11-24"}])
def test_times_that_are_none_are_refused(world: World, query: dict[str, str]) -> None:
    assert world.send(asking("list_audit", **query)).status == 400


def test_a_whole_day_has_no_break(world: World) -> None:
    assert world.send("verify_audit").body == {
        "day": "2026-11-23",
        "entries": 2,
        "erased": 0,
        "first_break": None,
        "first_violation": None,
        "lanes": [{"lane": "operations", "entries": 2, "erased": 0, "first_break": None}],
        "cursor": "",
    }


def test_a_break_is_told(world: World) -> None:
    entry, digest = world.state.log[2]
    world.state.log[2] = (replace(entry, actor="somebody else"), digest)
    broken = world.send("verify_audit").body["first_break"]
    assert (broken["lane"], broken["number"]) == ("operations", 3)


def _end(world: World, place: int, **parts: str) -> str:
    record = world.state.audit_records()[place - 1]
    members = {"lane": record.lane, "number": f"{place}", "day": record.day, "hash": record.hash, **parts}
    return ":".join(members.values())


def test_ends_that_are_in_the_log_are_the_same(world: World) -> None:
    ends = ",".join(_end(world, number) for number in (1, 4))
    assert world.send(asking("compare_audit_ends", ends=ends)).body == {"compared": 2, "first_break": None}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hash": "5c" * 32}, "with another hash"),
        ({"day": "2026-11-20"}, "is gone"),
        ({"number": "5"}, "is gone"),
        ({"lane": "policy"}, "no such lane"),
    ],
)
def test_an_end_that_is_not_in_the_log_is_a_break(world: World, change: dict[str, str], says: str) -> None:
    broken = world.send(asking("compare_audit_ends", ends=_end(world, 4, **change))).body["first_break"]
    assert (broken["lane"], broken["number"]) == (change.get("lane", "operations"), int(change.get("number", "4")))
    assert says in broken["message"]


def test_what_is_no_end_of_a_lane_is_refused(world: World) -> None:
    end = _end(world, 4)
    for ends in (
        f"{end},",
        end[:-1],
        f"{end[:-64]}{'G' * 64}",
        "operations:4:2026-13-01:" + "5c" * 32,
        ",".join([end] * 11),
    ):
        assert world.send(asking("compare_audit_ends", ends=ends)).status == 400


@pytest.mark.parametrize("day", ["", "removals_today", "2026-02-30", "20261123"])
def test_a_day_that_is_none_is_refused(day: str) -> None:
    assert World().send(load("verify_audit") | {"queryStringParameters": {"day": day}}).status == 400


def test_the_audit_log_of_a_day_to_come_is_not_called_whole(world: World) -> None:
    tomorrow = (NOW + timedelta(days=1)).date().isoformat()
    answer = world.send(asking("verify_audit", day=tomorrow))
    assert (answer.status, "in the future" in answer.body["detail"]) == (400, True)
    assert world.send(asking("verify_audit", day=NOW.date().isoformat())).status == 200
