"""Deprovisioning time: from the webhook to the last revocation."""

from dataclasses import replace
from datetime import timedelta

from dayone.changes.progress import AccessEnded, access_ended
from dayone.model.people import LifeCycle, Status
from dayone.model.policy.rules import Guardrails, Policy
from tests.builders import NOON, a_group, a_person, a_policy, a_set, an_account, an_assignment, the_account
from tests.fakes.table.records import MemoryRecords
from tests.unit.world import World

_OWN = replace(an_assignment(), group="", person="e-1")


def _policy(*, guardrails: Guardrails | None = None, own: bool = True) -> Policy:
    policy = a_policy(a_group(), a_group("data", department="Data"), a_set(), an_assignment())
    assignments = (*policy.assignments, _OWN) if own else policy.assignments
    return replace(
        policy,
        people=LifeCycle(can_end_sessions=True),
        guardrails=guardrails or Guardrails(),
        assignments=assignments,
    )


def _world(policy: Policy | None = None) -> World:
    world = World()
    world.policy_is(policy or _policy())
    world.account_is(an_account())
    world.hr_tells(a_person(), at=NOON - timedelta(hours=1))
    world.settle()
    return world


def _told(world: World, **changes: Status | str) -> str:
    person = a_person(**changes)  # type: ignore[arg-type]
    request = world.hr_tells(person, at=world.now - timedelta(minutes=10))
    # As the queue's consumer reads it: told ten minutes after it came to be so.
    cause = replace(request.cause, received_at=world.now)
    world.inbox.commands[-1] = replace(request, cause=cause)
    return cause.change


def _ended(world: World, change: str) -> AccessEnded | None:
    records = MemoryRecords(world.state)
    found = records.change(change)
    assert found is not None
    return access_ended(found, records.operations(change, cursor="", limit=100), records=records)


def test_it_counts_from_when_it_was_received_to_when_the_last_had_gone() -> None:
    world = _world()
    received = world.now
    change = _told(world, status=Status.ENDED)
    world.settle()
    ended = _ended(world, change)
    assert ended is not None
    finished = [
        operation.finished_at
        for operation in world.operations()
        if operation.subject == the_account() and operation.finished_at
    ]
    assert ended.at == max(finished), "the account's is the last, and belongs to a change beside this one"
    assert ended.seconds == (ended.at - received).total_seconds()
    assert ended.sessions_ended_at is not None


def test_while_something_is_left_nothing_is_said() -> None:
    world = _world()
    change = _told(world, status=Status.ENDED)
    world.plan(world.inbox.commands.pop(0))
    world.execute()
    world.plan_all()
    assert _ended(world, change) is None
    world.settle()
    assert _ended(world, change) is not None


def test_nor_while_it_is_held() -> None:
    world = _world(_policy(guardrails=Guardrails(percent=0, at_least=0), own=False))
    change = _told(world, status=Status.ENDED)
    world.settle()
    assert _ended(world, change) is None


def test_nor_of_a_move_or_a_hire() -> None:
    world = _world()
    change = _told(world, department="Data")
    world.settle()
    assert _ended(world, change) is None
