"""Facts are read anew when a moment comes: a first day asks before it gives, a last day ends whoever answers."""

from datetime import timedelta
from typing import Any

import pytest

from dayone.errors import Unreachable
from tests.builders import NOON, a_group, a_policy, a_set, an_account, an_assignment
from tests.unit.hr_world import hints, later
from tests.unit.world import World

_SETUP = """
version: 1
sources:
  bamboohr: {kind: bamboohr, api: {url: "https://acme.bamboohr.com"}}
"""
_ADA = {
    "id": "67890",
    "firstName": "Ada",
    "lastName": "Lovelace",
    "workEmail": "ada@example.com",
    "department": "Engineering",
    "status": "Active",
}
_POLICY = a_policy(a_group("engineers"), a_set("ViewOnly"), an_assignment())
_MIDNIGHT = NOON + timedelta(hours=12)


def _world(**days: str) -> World:
    """Noon before the day that is in her record, which HR has told of by an event."""
    world = World()
    world.hr_sources.text = _SETUP
    world.hr_records.records["67890"] = {**_ADA, **days}
    world.policy_is(_POLICY)
    world.account_is(an_account())
    hints(world, "67890", source="bamboohr")
    world.settle()
    later(world, seconds=1)
    world.hr_records.asked.clear()
    return world


def _at(world: World, moment: Any) -> None:  # noqa: ANN401 - a datetime
    """The sweep of that minute, and what follows from it."""
    world.now = moment
    world.sweep()
    world.settle()


def _has_access(world: World) -> bool:
    return bool(world.groups()["engineers"])


def test_her_record_is_read_before_her_first_day_begins_and_not_again_for_it() -> None:
    world = _world(hireDate="2026-11-24")
    _at(world, _MIDNIGHT - timedelta(minutes=11))
    assert world.hr_records.asked == []
    for minutes in (10, 9, 5, 1):
        _at(world, _MIDNIGHT - timedelta(minutes=minutes))
        assert not _has_access(world)
    _at(world, _MIDNIGHT)
    assert (_has_access(world), world.hr_records.asked) == (True, ["67890"])


def test_a_hire_that_was_cancelled_without_an_event_gets_no_access() -> None:
    world = _world(hireDate="2026-11-24")
    world.hr_records.records["67890"] = {**_ADA, "hireDate": "2026-12-24"}
    for minutes in range(-10, 70, 5):
        _at(world, _MIDNIGHT + timedelta(minutes=minutes))
    assert not _has_access(world)


def test_a_sweep_that_comes_only_at_the_moment_asks_before_access_is_given() -> None:
    world = _world(hireDate="2026-11-24")
    world.hr_records.records["67890"] = {**_ADA, "hireDate": "2026-12-24"}
    _at(world, _MIDNIGHT + timedelta(minutes=30))
    assert (_has_access(world), world.hr_records.asked) == (False, ["67890"])


def test_a_first_day_waits_for_an_hr_system_that_is_down_for_an_hour_and_no_longer() -> None:
    world = _world(hireDate="2026-11-24")
    world.hr_records.breaks = Unreachable("no usable answer")
    for minutes in range(-10, 60, 5):
        _at(world, _MIDNIGHT + timedelta(minutes=minutes))
        assert not _has_access(world)
    _at(world, _MIDNIGHT + timedelta(minutes=60))
    assert _has_access(world)
    assert len(world.hints.waiting) == 1


def test_it_begins_as_soon_as_the_system_answers_again() -> None:
    world = _world(hireDate="2026-11-24")
    world.hr_records.breaks = Unreachable("no usable answer")
    _at(world, _MIDNIGHT)
    world.hr_records.breaks = None
    _at(world, _MIDNIGHT + timedelta(minutes=20))
    assert _has_access(world)


@pytest.mark.parametrize("is_down", [True, False])
def test_a_last_day_ends_access_at_its_moment_whether_the_system_answers_or_not(is_down: bool) -> None:  # noqa: FBT001
    world = _world(terminationDate="2026-11-23")
    assert _has_access(world)
    world.hr_records.breaks = Unreachable("no usable answer") if is_down else None
    _at(world, _MIDNIGHT - timedelta(minutes=5))
    assert _has_access(world)
    _at(world, _MIDNIGHT)
    assert not _has_access(world)


def test_a_last_day_that_was_put_off_without_an_event_ends_nothing() -> None:
    world = _world(terminationDate="2026-11-23")
    world.hr_records.records["67890"] = {**_ADA, "terminationDate": "2026-12-23"}
    for minutes in (-5, 0, 5):
        _at(world, _MIDNIGHT + timedelta(minutes=minutes))
        assert _has_access(world)


def test_whoever_no_system_can_be_asked_about_is_planned_as_ever() -> None:
    world = _world(hireDate="2026-11-24")
    world.hr_sources.text = "version: 1\nsources:\n  bamboohr: {kind: standard}\n"
    _at(world, _MIDNIGHT)
    assert (_has_access(world), world.hr_records.asked) == (True, [])
