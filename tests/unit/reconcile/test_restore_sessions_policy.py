"""Somebody edits the policy that ends live sessions: whoever is to be in it is in it again by the next sweep."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.errors import NotFound
from dayone.messages.inbox import from_json, to_json
from dayone.model.changes import CauseKind
from dayone.model.commands import RestoreResources
from dayone.model.operations import OperationState, Priority
from dayone.model.people import LifeCycle, Status
from dayone.model.policy.rules import Guardrails
from tests.builders import NOON, a_group, a_person, a_policy
from tests.unit.world import World


def _world(*people: str, guardrails: Guardrails = Guardrails()) -> World:  # noqa: B008 - frozen
    """A company whose people have all left, and have their sessions ended."""
    world = World(approves=True)
    cycle = LifeCycle(can_end_sessions=True)
    world.policy_is(replace(a_policy(a_group()), people=cycle, guardrails=guardrails))
    for person in people:
        world.hr_tells(a_person(person), at=NOON - timedelta(hours=1))
    world.settle()
    for person in people:
        world.hr_tells(a_person(person, status=Status.ENDED))
    world.settle()
    return world


def _is_swept(world: World) -> None:
    world.now += timedelta(minutes=1)
    world.sweep()
    world.settle()


def test_who_was_taken_out_is_in_again_after_one_sweep() -> None:
    world = _world("e-1", "e-2")
    ended = set(world.sessions.ended)
    assert len(ended) == 2
    world.sessions.ended.clear()
    _is_swept(world)
    assert world.sessions.ended == ended


def test_it_is_a_change_with_its_reason_and_an_audit_entry() -> None:
    world = _world("e-1")
    world.sessions.ended.clear()
    before = len(world.state.log)
    _is_swept(world)
    repair = max(world.state.changes.values(), key=lambda change: change.id)
    assert (repair.cause.kind, repair.cause.reference) == (CauseKind.DRIFT, "sweep")
    (operation,) = [operation for operation in world.operations() if operation.change == repair.id]
    assert (operation.kind, operation.state) == ("update-ended-sessions", OperationState.SUCCEEDED)
    assert operation.priority is Priority.REVOCATION, "somebody who has left has access until then"
    assert "update-ended-sessions ended-sessions" in [entry.action for entry, _ in world.state.log[before:]]


def test_no_guardrail_holds_it() -> None:
    people = [f"e-{number}" for number in range(8)]
    world = _world(*people, guardrails=Guardrails(percent=0, at_least=1))
    assert len(world.sessions.ended) == 8
    world.approves = False
    world.sessions.ended.clear()
    _is_swept(world)
    assert len(world.sessions.ended) == 8


def test_a_whole_policy_is_left_alone_and_not_read_while_nobody_is_in_it() -> None:
    world = _world("e-1")
    operations = len(world.operations())
    _is_swept(world)
    assert len(world.operations()) == operations
    quiet = World()
    quiet.sweep()
    assert quiet.denied.reads == 0


def test_who_has_come_back_meanwhile_stays_out() -> None:
    world = _world("e-1")
    world.sessions.ended.clear()
    world.now += timedelta(minutes=1)
    world.sweep()
    world.hr_tells(a_person(), at=world.now)
    world.settle()
    assert world.sessions.ended == set()


def test_sweeps_while_the_repair_waits_make_no_second_one() -> None:
    world = _world("e-1")
    world.sessions.ended.clear()
    operations = len(world.operations())
    for _ in range(3):
        world.now += timedelta(minutes=1)
        world.sweep()
        world.plan_all()
    assert len(world.operations()) == operations + 1


def test_a_policy_that_is_gone_makes_the_sweep_fail_after_all_else_was_done() -> None:
    world = _world("e-1")
    world.denied.fails = NotFound("PolicyNotFoundException: gone")
    world.hr_tells(a_person("e-2"))
    world.plan_all()
    rings = world.engine.rings
    with pytest.raises(NotFound):
        world.sweep()
    assert world.engine.rings == rings + 1


def test_what_is_missing_travels_on_the_inbox() -> None:
    world = _world("e-1")
    world.sessions.ended.clear()
    world.inbox.commands.clear()
    world.sweep()
    (request,) = world.inbox.of(RestoreResources)
    assert json.loads(to_json(request))["missing"] == ["ended-sessions"]
    assert from_json(to_json(request)) == request
