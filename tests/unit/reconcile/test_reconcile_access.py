"""The sweep: what has come due is looked at again, and open operations are rung for."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from dayone.model.accounts import AccountState
from dayone.model.changes import CauseKind
from dayone.model.commands import RefreshAccount
from dayone.model.people import LifeCycle, OnLeave
from dayone.model.policy.rules import Condition, GroupRule, PersonSelector
from tests.builders import HERE, NOON, a_person, a_policy, an_account, membership, the_account, the_person
from tests.unit.granting import HOUR, a_grant, is_said
from tests.unit.world import World


def _swept(world: World) -> list[tuple[str, bool]]:
    world.inbox.commands.clear()
    world.sweep()
    return [(str(command.subject), isinstance(command, RefreshAccount)) for command in world.inbox.commands]


def test_what_is_due_is_looked_at_again_and_what_is_not_is_left() -> None:
    world = World()
    world.hr_tells(a_person("e-1", start_date=date(2026, 11, 24)))
    world.hr_tells(a_person("e-2", start_date=date(2026, 11, 25)))
    world.plan_all()
    assert _swept(world) == []
    world.now += timedelta(hours=12)
    assert _swept(world) == [("person:e-1", False)]
    (request,) = world.inbox.commands
    assert (request.cause.kind, request.cause.actor) == (CauseKind.DUE, "dayone")


def test_an_account_that_is_due_is_read_anew() -> None:
    world = World()
    world.account_is(an_account(state=AccountState.PENDING_ACTIVATION))
    world.plan_all()
    world.now += timedelta(minutes=1)
    assert _swept(world) == [(str(the_account()), True)]


def test_what_was_looked_at_is_not_due_any_more() -> None:
    world = World()
    world.hr_tells(a_person(start_date=date(2026, 11, 24)))
    world.plan_all()
    world.now += timedelta(hours=12)
    world.sweep()
    world.plan_all()
    assert world.head(the_person()).due_at is None
    assert _swept(world) == []


def test_a_subject_whose_request_was_lost_is_asked_for_by_the_next_sweep() -> None:
    world = World()
    world.hr_tells(a_person(start_date=date(2026, 11, 24)))
    world.plan_all()
    world.now += timedelta(hours=12)
    assert _swept(world) == [("person:e-1", False)]
    world.now += timedelta(minutes=1)
    assert _swept(world) == [("person:e-1", False)]


def test_nothing_is_due_again_at_a_moment_that_has_come() -> None:
    """It would be planned again by each sweep, for ever: days, leave, conditions and grants, hour by hour."""
    conditions = (Condition("start_date", not_reached=1), Condition("start_date", reached=2))
    new, old = (PersonSelector((condition,), HERE) for condition in conditions)
    groups = [
        GroupRule(name=name, description="", members=(who,), location=HERE)
        for name, who in (("new", new), ("old", old))
    ]
    cycle = LifeCycle(created_days_before=1, access_until=time(18), on_leave=OnLeave.SUSPEND)
    world = World()
    world.policy_is(replace(a_policy(*groups), people=cycle))
    here = a_person(start_date=date(2026, 11, 25), end_date=date(2026, 11, 29))
    world.hr_tells(replace(here, leave_start=date(2026, 11, 27), leave_end=date(2026, 11, 27)))
    is_said(world, a_grant(resource=membership("old"), begins=NOON + 49 * HOUR, until=NOON + 50 * HOUR))
    world.plan_all()
    for _ in range(8 * 24):
        world.now += HOUR
        world.sweep()
        world.plan_all()
        due_at = world.head(the_person()).due_at
        assert due_at is None or due_at > world.now
    assert due_at is None


def test_open_operations_are_rung_for_and_silence_is_not_broken_without_them() -> None:
    world = World()
    world.sweep()
    assert world.engine.rings == 0
    world.hr_tells(a_person())
    world.plan_all()
    before = world.engine.rings
    world.sweep()
    assert world.engine.rings == before + 1


@pytest.mark.thorough
def test_one_sweep_takes_a_thousand_and_leaves_the_rest_to_the_next() -> None:
    world = World()
    for number in range(1001):
        world.hr_tells(a_person(f"e-{number:04}", start_date=date(2026, 11, 24)))
    world.plan_all()
    world.now += timedelta(hours=12)
    assert world.sweep() == 1000
    world.plan_all()
    assert world.sweep() == 1
