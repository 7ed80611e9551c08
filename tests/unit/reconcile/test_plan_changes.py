"""Looking at one subject again: which fact holds, what must change, and what becomes of the plans before."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dayone.errors import Conflicting
from dayone.model.accounts import AccountState
from dayone.model.changes import ChangeState
from dayone.model.commands import Command
from dayone.model.operations import OperationState
from dayone.model.people import Status
from dayone.model.policy.rules import Guardrails, Policy, Protection
from tests.builders import (
    ACCOUNT_ID,
    NOON,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    membership,
    the_account,
    the_person,
)
from tests.unit.world import World, redelivered


def _policy(**protected: frozenset[str]) -> Policy:
    return a_policy(
        a_group("engineers"),
        a_group("data", department="Data"),
        a_set("ViewOnly"),
        an_assignment(),
        protection=Protection(**protected),
    )


@pytest.fixture
def world() -> World:
    """A policy is in force and all of it is carried out."""
    made = World()
    made.policy_is(_policy())
    made.settle()
    made.engine.rings = 0
    return made


def _notes(world: World, request: Command) -> tuple[str, ...]:
    return world.state.plans[request.cause.change, request.subject].notes


def test_a_joiner_becomes_a_user_and_a_member(world: World) -> None:
    request = world.hr_tells(a_person())
    world.plan_all()
    assert world.outcomes(request) == ["create user: pending", "create membership/engineers: pending"]
    assert world.engine.rings == 1
    assert world.head(the_person()).fact == a_person()
    assert world.state.changes[request.cause.change].state is ChangeState.RUNNING


def test_a_joiner_of_next_month_is_known_and_due_on_their_first_day(world: World) -> None:
    request = world.hr_tells(a_person(start_date=date(2026, 12, 1)))
    world.plan_all()
    assert world.outcomes(request) == []
    assert world.engine.rings == 0
    assert world.head(the_person()).due_at == NOON.replace(month=12, day=1, hour=0)
    assert world.state.changes[request.cause.change].state is ChangeState.SUCCEEDED


def test_a_mover_changes_groups(world: World) -> None:
    world.hr_tells(a_person(), at=NOON)
    world.settle()
    request = world.hr_tells(a_person(department="Data"))
    world.plan_all()
    assert world.outcomes(request) == ["delete membership/engineers: pending", "create membership/data: pending"]


def test_a_leaver_loses_every_group_and_stays_a_user(world: World) -> None:
    world.hr_tells(a_person(), at=NOON)
    world.settle()
    world.hr_tells(a_person(status=Status.ENDED))
    world.settle()
    assert world.groups() == {"engineers": set(), "data": set()}
    assert world.users() == {"e-1@example.com"}


def test_a_last_day_that_is_over_is_noticed_without_hr(world: World) -> None:
    world.hr_tells(a_person(end_date=NOON.date()))
    world.settle()
    assert world.groups()["engineers"] == {"e-1@example.com"}
    world.now = NOON + timedelta(hours=12)
    assert world.sweep() == 1
    world.settle()
    assert world.groups()["engineers"] == set()
    assert world.head(the_person()).due_at is None


def test_a_new_name_updates_the_user(world: World) -> None:
    world.hr_tells(a_person())
    world.settle()
    world.now += timedelta(days=1)
    world.hr_tells(a_person(given_name="Augusta"))
    world.settle()
    assert [user["given_name"] for user in world.center.users.values()] == ["Augusta"]


def test_the_same_request_again_plans_nothing_and_rings_once_more(world: World) -> None:
    request = world.hr_tells(a_person())
    world.plan_all()
    planned = list(world.state.operations)
    redelivered([request], world=world)
    assert list(world.state.operations) == planned
    assert world.engine.rings == 2
    assert world.state.changes[request.cause.change].planned == 1


def test_an_older_telling_that_comes_late_is_left_aside(world: World) -> None:
    world.hr_tells(a_person(department="Data"), at=NOON)
    late = world.hr_tells(a_person(department="Engineering"), at=NOON - timedelta(hours=1))
    world.settle()
    assert world.groups() == {"engineers": set(), "data": {"e-1@example.com"}}
    assert _notes(world, late) == (f"stale: the record of standard is from {NOON.isoformat()}",)


def test_the_same_telling_under_another_id_is_left_aside(world: World) -> None:
    world.hr_tells(a_person(), at=NOON)
    world.settle()
    again = world.hr_tells(a_person(), at=NOON, reference="evt-again")
    world.plan_all()
    assert world.state.changes[again.cause.change].notes == ("the same record was received before",)
    assert world.outcomes(again) == []


def test_two_tellings_of_one_moment_give_the_same_whichever_comes_first() -> None:
    facts = []
    source_records = [a_person(department="Data"), a_person(department="Engineering")]
    for order in (source_records, source_records[::-1]):
        world = World()
        for person in order:
            world.hr_tells(person, at=NOON)
        world.plan_all()
        facts.append(world.head(the_person()).fact)
    assert facts[0] == facts[1]


def test_every_telling_is_on_record_whether_it_counted_or_not(world: World) -> None:
    world.hr_tells(a_person(), at=NOON)
    world.hr_tells(a_person(title="Analyst"), at=NOON - timedelta(hours=1))
    world.plan_all()
    told = [entry for entry, _ in world.state.log if entry.action == "record-fact"]
    assert [entry.outcome for entry in told] == ["recorded", "ignored"]
    assert all(entry.subject == "person:e-1" and entry.actor == "hr:standard" for entry in told)
    assert "Lovelace" not in repr(told)


def test_a_protected_person_is_left_alone() -> None:
    world = World()
    world.policy_is(_policy(people=frozenset({"e-1"})))
    world.settle()
    request = world.hr_tells(a_person())
    world.settle()
    assert world.users() == set()
    assert _notes(world, request) == ("the person is protected by the policy",)


def test_protection_stops_what_was_planned_before_it(world: World) -> None:
    request = world.hr_tells(a_person())
    world.plan_all()
    world.policy_is(_policy(people=frozenset({"e-1"})))
    world.settle()
    assert world.users() == set()
    assert world.outcomes(request) == ["create user: superseded", "create membership/engineers: superseded"]


def test_an_account_gets_what_the_policy_says_for_its_place(world: World) -> None:
    world.account_is(an_account())
    world.settle()
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}


def test_an_account_that_comes_before_the_policy_waits_for_it() -> None:
    world = World()
    request = world.account_is(an_account())
    world.settle()
    assert world.outcomes(request) == []
    world.policy_is(_policy())
    world.settle()
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}


def test_an_account_that_moves_loses_what_its_old_place_gave(world: World) -> None:
    # It was all that the account had.
    world.approves = True
    world.account_is(an_account())
    world.settle()
    world.account_is(an_account(ou_path="/Graveyard"))
    world.settle()
    assert world.assignments() == set()


def test_an_account_that_is_being_made_is_looked_at_again_in_a_minute(world: World) -> None:
    world.account_is(an_account(state=AccountState.PENDING_ACTIVATION))
    world.plan_all()
    assert world.head(the_account()).due_at == world.now + timedelta(minutes=1)
    world.organization.accounts[ACCOUNT_ID] = an_account()
    world.now += timedelta(minutes=1)
    assert world.sweep() == 1
    world.settle()
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}
    assert world.head(the_account()).due_at is None


def test_an_account_of_somebody_else_is_noted_and_nothing_more(world: World) -> None:
    request = world.look_at_account("999988887777")
    world.plan_all()
    assert world.outcomes(request) == []
    assert "not an account of this organisation" in _notes(world, request)


def test_a_single_operation_that_is_open_runs_on_when_its_subject_is_planned_again() -> None:
    world = World()
    world.hr_tells(a_person(), at=NOON)
    world.plan_all()
    (begun,) = world.operations()
    world.hr_tells(a_person(department="Sales"), at=NOON + timedelta(seconds=1))
    world.plan_all()
    assert [operation.id for operation in world.operations()] == [begun.id]
    assert world.head(the_person()).generation == begun.generation


def test_the_same_plan_while_its_operations_are_open_lets_them_run_on(world: World) -> None:
    first = world.hr_tells(a_person(), at=NOON)
    world.plan_all()
    generation = world.head(the_person()).generation
    second = world.hr_tells(a_person(title="Dr"), at=NOON + timedelta(seconds=1))
    third = world.hr_tells(a_person(title="Dr"), at=NOON + timedelta(seconds=2))
    world.plan(second)
    superseding = world.head(the_person()).generation
    world.plan(third)
    assert superseding != generation
    assert world.head(the_person()).generation == superseding
    assert world.outcomes(third) == []
    world.inbox.commands.clear()
    world.settle()
    assert [outcome.rpartition(": ")[2] for outcome in world.outcomes(first)] == ["superseded", "superseded"]
    assert [outcome.rpartition(": ")[2] for outcome in world.outcomes(second)] == ["succeeded", "succeeded"]


def test_a_plan_that_says_otherwise_supersedes_what_has_not_begun(world: World) -> None:
    joined = world.hr_tells(a_person(), at=NOON)
    left = world.hr_tells(a_person(status=Status.ENDED), at=NOON + timedelta(seconds=1))
    world.settle()
    assert world.outcomes(joined) == ["create user: superseded", "create membership/engineers: superseded"]
    assert world.outcomes(left) == []
    assert world.users() == set()
    assert world.state.changes[joined.cause.change].state is ChangeState.SUCCEEDED


def test_a_failure_is_tried_again_with_the_next_telling(world: World) -> None:
    # A user of another person holds the address.
    world.center.users["user-x"] = {"user_name": "x", "email": "e-1@example.com"}
    first = world.hr_tells(a_person(), at=NOON)
    world.settle()
    assert world.outcomes(first) == ["create user: failed", "create membership/engineers: failed"]
    del world.center.users["user-x"]
    again = world.hr_tells(a_person(), at=NOON + timedelta(seconds=1))
    world.settle()
    assert world.outcomes(again) == ["create user: succeeded", "create membership/engineers: succeeded"]


class _MovingSubjects:
    """Somebody else writes the head between every reading of it and the commit."""

    def __init__(self, port: object, *, times: int) -> None:
        self._port = port
        self.times = times

    def __getattr__(self, name: str) -> object:
        return getattr(self._port, name)

    def commit(self, plan: object) -> None:
        if self.times:
            self.times -= 1
            raise Conflicting("the head has moved")
        self._port.commit(plan)  # type: ignore[attr-defined]


@pytest.mark.parametrize("times", [1, 4])
def test_a_head_that_moves_while_it_is_planned_is_planned_again(world: World, times: int) -> None:
    world.around = lambda name, port: _MovingSubjects(port, times=times) if name == "subjects" else port
    request = world.hr_tells(a_person())
    world.plan_all()
    assert len(world.outcomes(request)) == 2


def test_a_head_that_never_stands_still_is_left_to_the_queue(world: World) -> None:
    world.around = lambda name, port: _MovingSubjects(port, times=100) if name == "subjects" else port
    request = world.hr_tells(a_person())
    with pytest.raises(Conflicting):
        world.plan_all()
    assert world.outcomes(request) == []


def test_operations_say_what_caused_them_and_what_is_known_about_them_is_confirmed(world: World) -> None:
    request = world.hr_tells(a_person())
    world.settle()
    (member,) = [
        operation for operation in world.operations(OperationState.SUCCEEDED) if operation.resource == membership()
    ]
    assert (member.change, member.actor) == (request.cause.change, "hr:standard")
    applied = world.applied(the_person(), membership())
    assert applied is not None
    assert (applied.operation, applied.change, applied.request_id) == (member.id, member.change, member.request_id)
    assert applied.reasons == member.reasons


def test_a_removal_counts_on_the_day_it_is_planned_whenever_it_was_received(world: World) -> None:
    world.policy_is(replace(_policy(), guardrails=Guardrails(percent=0, at_least=3, additions_percent=100)))
    names = [f"e-{number}" for number in range(1, 8)]
    for name in names:
        world.hr_tells(a_person(name))
    world.settle()
    yesterday, world.now = world.now + timedelta(days=1), world.now + timedelta(days=2)
    for name in names:
        at = yesterday if name in names[:3] else world.now
        world.hr_tells(a_person(name, status=Status.ENDED), at=at)
    world.settle()
    assert world.groups()["engineers"] == {f"{name}@example.com" for name in names[3:]}
