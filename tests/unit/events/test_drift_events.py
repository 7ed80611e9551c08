"""A finding of drift is on the bus when it is opened and when it is closed, with whether Day One has repaired it."""

from typing import Any

import pytest

from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import IgnoreFinding
from dayone.model.inventory import DriftFinding
from dayone.model.subjects import Subject, SubjectKind
from tests.builders import NOON, a_group, a_person, a_policy
from tests.bus_events import EventsClient, StreamingWorld


@pytest.fixture
def world() -> StreamingWorld:
    """A person in a group; an inventory has found nothing, and all that was published is read."""
    world = StreamingWorld.fresh()
    world.with_inventory()
    world.policy_is(a_policy(a_group()))
    world.hr_tells(a_person())
    world.carry_out()
    world.take_inventory()
    world.publish(EventsClient())
    return world


def _drift(world: StreamingWorld) -> list[dict[str, Any]]:
    """The events about drift since the last call, each with its type."""
    events = EventsClient()
    world.publish(events)
    found = [event for event in events.delivered if event["detail-type"].startswith("Drift ")]
    return [{**event["detail"], "type": event["detail-type"]} for event in found]


def _findings(world: StreamingWorld) -> list[DriftFinding]:
    return list(world.reading().inventory.findings())


def test_what_others_undo_is_resolved_and_not_repaired(world: StreamingWorld) -> None:
    kept = dict(world.center.memberships)
    world.center.memberships.clear()
    world.take_inventory()
    (found,) = _drift(world)
    assert (found["type"], found["kind"], found["subject"]) == ("Drift Found", "missing", "person:e-1")
    world.take_inventory()
    assert _drift(world) == []
    world.center.memberships |= kept
    world.take_inventory()
    (resolved,) = _drift(world)
    assert (resolved["type"], resolved["finding"]) == ("Drift Resolved", found["finding"])
    assert "change" not in resolved
    assert resolved["id"] != found["id"]


def test_the_same_difference_a_second_time_is_another_event(world: StreamingWorld) -> None:
    kept, ids = dict(world.center.memberships), set()
    for _ in range(2):
        world.center.memberships.clear()
        world.take_inventory()
        world.center.memberships |= kept
        world.take_inventory()
        ids |= {event["id"] for event in _drift(world)}
    assert len(ids) == 4


def test_a_decision_to_ignore_a_finding_opens_and_closes_nothing(world: StreamingWorld) -> None:
    world.center.memberships.clear()
    world.take_inventory()
    _drift(world)
    (finding,) = _findings(world)
    cause = Cause(
        change=ulid_of(NOON, name="ignored"), kind=CauseKind.DRIFT, actor="arn:x", reference=finding.id, at=NOON
    )
    whole = Subject(SubjectKind.CHANGE, cause.change)
    until = world.now.replace(year=2027)
    command = IgnoreFinding(subject=whole, cause=cause, finding=finding.id, until=until, reason="an audit")
    world.planning().handlers[IgnoreFinding](command)
    assert _findings(world)[0].ignored is not None
    assert _drift(world) == []


def test_no_user_name_goes_to_the_bus(world: StreamingWorld) -> None:
    group = next(iter(world.center.groups))
    world.center.users["user-x"] = {"user_name": "eve", "display_name": "Eve", "given_name": "E", "family_name": "V"}
    world.center.memberships["m-x"] = (group, "user-x")
    next(iter(world.center.users.values()))["display_name"] = "Somebody Else"
    world.take_inventory()
    assert {finding.difference.subject for finding in _findings(world)} == {"user:eve", "person:e-1"}
    events = _drift(world)
    assert {event["subject"] for event in events} == {"user:user-x", "person:e-1"}
    assert ["display_name"] in [event["attributes"] for event in events]
    assert not any(word in str(events) for word in ("eve", "Somebody"))
