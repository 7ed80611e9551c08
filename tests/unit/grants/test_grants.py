"""Granted access lasts for its time, ends at the minute, and stays where another rule gives it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from dayone.errors import Refused
from dayone.model.accounts import AccountState
from dayone.model.commands import Command
from dayone.model.grants import MOST_OPEN, Ending, Grant, GrantState
from dayone.model.operations import OperationState, Priority
from dayone.model.people import OnLeave, Status
from dayone.model.policy.context import OffLimits
from dayone.model.policy.rules import Guardrails, Policy, Protection
from dayone.model.subject_state import Plan
from dayone.model.subjects import Subject
from tests.builders import (
    NOON,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    assignment,
    membership,
    the_account,
    the_person,
)
from tests.unit.granting import ADMIN, HOUR, a_grant, ended, extended, in_account, is_said, passes
from tests.unit.world import World

_NONE = Guardrails(percent=0, at_least=0)


def the_policy(*more: object, guardrails: Guardrails = _NONE, protection: Protection | None = None) -> Policy:
    """Nobody is in a group by a rule, and no removal goes without a human."""
    parts = (a_group(department="Nobody"), a_group("admins", department="Nobody"), a_set(), a_set("Admin"), *more)
    return replace(a_policy(*parts, protection=protection), guardrails=guardrails)  # type: ignore[arg-type]


@pytest.fixture
def world() -> World:
    world = World()
    world.policy_is(the_policy())
    world.hr_tells(a_person())
    world.account_is(an_account())
    world.settle()
    return world


def the_grant(world: World, name: str = "g-1") -> Grant:
    return world.state.grants[name]


def is_in(world: World, group: str = "engineers") -> bool:
    return world.groups()[group] == {"e-1@example.com"}


def given(world: World, grant: Grant) -> None:
    is_said(world, grant)
    world.settle()


class TestItsTime:
    def test_it_is_there_from_the_beginning_to_the_end(self, world: World) -> None:
        given(world, a_grant(begins=NOON + HOUR, until=NOON + 2 * HOUR))
        assert the_grant(world).noted is GrantState.SCHEDULED
        passes(world, until=NOON + HOUR - timedelta(minutes=1))
        assert not is_in(world)
        passes(world, until=NOON + HOUR + timedelta(minutes=1))
        assert (is_in(world), the_grant(world).noted) == (True, GrantState.ACTIVE)
        passes(world, until=NOON + 2 * HOUR - timedelta(minutes=1))
        assert is_in(world)
        passes(world, until=NOON + 2 * HOUR + timedelta(minutes=1))
        assert (is_in(world), the_grant(world).noted) == (False, GrantState.ENDED)

    def test_somebody_is_woken_at_the_minute(self, world: World) -> None:
        given(world, a_grant(begins=NOON + HOUR, until=NOON + 2 * HOUR))
        assert world.head(the_person()).due_at == NOON + HOUR
        passes(world, until=NOON + HOUR)
        assert world.head(the_person()).due_at == NOON + 2 * HOUR
        assert {NOON + HOUR, NOON + 2 * HOUR} <= set(world.schedules.moments)

    def test_an_account_comes_due_too(self, world: World) -> None:
        given(world, in_account())
        assert world.assignments() == {("444455556666", "ViewOnly", "engineers")}
        assert world.head(the_account()).due_at == NOON + HOUR
        passes(world, until=NOON + HOUR + timedelta(minutes=1))
        assert world.assignments() == set()
        assert world.head(the_account()).due_at is None

    def test_an_extension_and_an_early_end_are_kept_to(self, world: World) -> None:
        given(world, a_grant())
        given(world, extended(a_grant(), until=NOON + 2 * HOUR, at=world.now))
        passes(world, until=NOON + HOUR + timedelta(minutes=5))
        assert is_in(world)
        given(world, ended(a_grant(), at=world.now))
        assert (is_in(world), the_grant(world).ending(now=world.now)) == (False, Ending.ENDED_EARLY)

    def test_its_end_is_as_urgent_as_a_leaver_whoever_notices_it(self, world: World) -> None:
        given(world, a_grant())
        world.now = NOON + HOUR
        world.policy_is(the_policy(a_group("more", department="Engineering")))
        world.plan_all()
        (removal,) = [
            operation for operation in world.operations(OperationState.PENDING) if operation.kind == "delete-membership"
        ]
        assert removal.priority is Priority.REVOCATION

    def test_what_was_not_given_yet_is_never_given(self, world: World) -> None:
        is_said(world, a_grant())
        world.plan_all()
        is_said(world, ended(a_grant(), at=world.now))
        world.settle()
        assert not is_in(world)
        assert world.operations(OperationState.SUCCEEDED)[-1].kind != "create-membership"


class TestReasons:
    def test_a_grant_is_a_reason_with_its_ticket_and_its_end(self, world: World) -> None:
        given(world, a_grant(ticket="OPS-7"))
        applied = world.applied(the_person(), membership())
        assert applied is not None
        (reason,) = applied.reasons
        assert (reason.rule, reason.because) == ("grant:g-1", "OPS-7: on call, until 2026-11-23T13:00Z")

    def test_what_a_rule_gives_too_stays_and_says_so(self, world: World) -> None:
        given(world, a_grant())
        world.policy_is(replace(the_policy(), groups=(a_group(), a_group("admins", department="Nobody"))))
        world.settle()
        passes(world, until=NOON + HOUR + timedelta(minutes=1))
        applied = world.applied(the_person(), membership())
        assert is_in(world)
        assert applied is not None
        assert [reason.rule for reason in applied.reasons] == ["policy.yaml:1"]
        world.hr_tells(a_person(title="SRE"))
        world.settle()
        assert (is_in(world), world.head(the_person()).grants) == (True, ())

    def test_what_a_rule_has_brought_has_both_reasons_meanwhile(self, world: World) -> None:
        world.policy_is(replace(the_policy(), groups=(a_group(), a_group("admins", department="Nobody"))))
        world.settle()
        request = is_said(world, a_grant())
        world.settle()
        applied = world.applied(the_person(), membership())
        assert applied is not None
        assert [reason.rule for reason in applied.reasons] == ["policy.yaml:1", "grant:g-1"]
        assert world.outcomes(request) == []

    def test_of_two_grants_the_last_one_counts(self, world: World) -> None:
        given(world, a_grant())
        given(world, a_grant("g-2", until=NOON + 2 * HOUR))
        passes(world, until=NOON + HOUR + timedelta(minutes=1))
        assert is_in(world)
        passes(world, until=NOON + 2 * HOUR + timedelta(minutes=1))
        assert not is_in(world)
        assert not any(change.held for change in world.state.changes.values())

    def test_an_extension_shows_in_the_reason(self, world: World) -> None:
        given(world, a_grant())
        given(world, extended(a_grant(), until=NOON + 3 * HOUR, at=world.now))
        applied = world.applied(the_person(), membership())
        assert applied is not None
        assert applied.reasons[0].because == "on call, until 2026-11-23T15:00Z"


class TestGuardrails:
    def test_an_announced_end_is_neither_held_nor_counted(self, world: World) -> None:
        given(world, in_account())
        given(world, a_grant("g-2"))
        passes(world, until=NOON + HOUR + timedelta(minutes=1))
        assert (world.assignments(), is_in(world)) == (set(), False)
        assert sum(world.state.removals.values()) == 0

    def test_what_a_rule_has_brought_is_judged_as_always(self, world: World) -> None:
        world.policy_is(replace(the_policy(), groups=(a_group(), a_group("admins", department="Nobody"))))
        world.settle()
        given(world, a_grant())
        world.hr_tells(a_person(department="Sales"))
        world.settle()
        passes(world, until=NOON + HOUR + timedelta(minutes=1))
        assert is_in(world)
        assert [removal.resource for removal in world.head(the_person()).held] == [membership()]

    def test_what_a_rule_came_to_give_meanwhile_is_judged_as_always_though_the_rule_went_before_the_grant(
        self, world: World
    ) -> None:
        given(world, a_grant())
        given(world, in_account("g-2"))
        rule = (a_group(), a_group("admins", department="Nobody"))
        world.policy_is(replace(the_policy(an_assignment()), groups=rule))
        world.settle()
        world.policy_is(the_policy())
        world.settle()
        passes(world, until=NOON + HOUR + timedelta(minutes=1))
        assert (is_in(world), len(world.assignments())) == (True, 1)
        held = {operation.resource for operation in world.operations(OperationState.HELD)}
        assert held == {membership(), assignment("engineers", "ViewOnly")}

    def test_the_rest_of_the_same_plan_is_judged_as_always(self, world: World) -> None:
        world.policy_is(replace(the_policy(), groups=(a_group(department="Nobody"), a_group("admins"))))
        world.settle()
        given(world, a_grant())
        world.now = NOON + HOUR
        world.hr_tells(a_person(department="Sales"))
        world.settle()
        assert (is_in(world), is_in(world, "admins")) == (False, True)
        assert [removal.resource for removal in world.head(the_person()).held] == [membership("admins")]

    def test_a_held_removal_does_not_go_by_a_grant_for_a_minute(self, world: World) -> None:
        world.policy_is(replace(the_policy(), groups=(a_group(), a_group("admins", department="Nobody"))))
        world.settle()
        world.hr_tells(a_person(department="Sales"))
        world.settle()
        assert [removal.resource for removal in world.head(the_person()).held] == [membership()]
        given(world, a_grant(until=world.now + timedelta(minutes=2)))
        passes(world, until=NOON + HOUR)
        assert is_in(world)
        assert membership() in [removal.resource for removal in world.head(the_person()).held]

    def test_a_removal_that_aws_refused_is_still_an_announced_one(self, world: World) -> None:
        given(world, in_account())
        world.around = lambda name, port: NotDeleting(port) if name == "assignments" else port
        passes(world, until=NOON + HOUR + timedelta(minutes=1))
        assert [operation.failure_reason for operation in world.operations(OperationState.FAILED)] == [
            "AccessDeniedException: no"
        ]
        world.around = lambda _name, port: port
        world.look_at_account("444455556666")
        world.settle()
        assert (world.assignments(), world.head(the_account()).held) == (set(), ())


class NotDeleting:
    def __init__(self, port: Any) -> None:  # noqa: ANN401 - whichever port
        self._port = port

    def delete(self, _key: object) -> str:
        raise Refused("AccessDeniedException: no")

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any other method
        return getattr(self._port, name)


class Leaving:
    """The port Subjects; before the first plan of an account is committed somebody leaves, and is planned."""

    def __init__(self, port: Any, world: World) -> None:  # noqa: ANN401 - whichever port
        self._port, self._world = port, world

    def commit(self, plan: Plan) -> None:
        if plan.after.subject == the_account() and self._world.head(the_person()).has_access:
            self._world.around = lambda _name, port: port
            waiting, self._world.inbox.commands[:] = list(self._world.inbox.commands), []
            self._world.hr_tells(a_person(status=Status.ENDED), at=self._world.now)
            self._world.plan_all()
            self._world.inbox.commands[:] = waiting
        self._port.commit(plan)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any other method
        return getattr(self._port, name)


class TestWhoeverHasIt:
    def test_a_leavers_grants_end_with_them(self, world: World) -> None:
        world.policy_is_agreed_on(the_policy(guardrails=Guardrails(at_least=10)))
        given(world, a_grant(until=NOON + 9 * HOUR))
        given(world, in_account("g-2", to="person:e-1", until=NOON + 9 * HOUR))
        assert world.assignments() == {("444455556666", "ViewOnly", "e-1@example.com")}
        world.hr_tells(a_person(status=Status.ENDED), at=NOON + timedelta(minutes=1))
        world.settle()
        assert (is_in(world), world.assignments()) == (False, set())
        assert [the_grant(world, name).ending(now=world.now) for name in ("g-1", "g-2")] == [Ending.PERSON_LEFT] * 2
        world.hr_tells(a_person(), at=NOON + timedelta(minutes=2))
        world.settle()
        assert (is_in(world), world.assignments()) == (False, set())

    def test_somebody_who_leaves_while_they_are_given_something_does_not_get_to_keep_it(self, world: World) -> None:
        world.policy_is_agreed_on(the_policy(guardrails=Guardrails(at_least=10)))
        is_said(world, in_account(to="person:e-1", until=NOON + 9 * HOUR))
        # The account's plan has read that they are employed, and is committed when they have left.
        world.around = lambda name, port: Leaving(port, world) if name == "subjects" else port
        world.plan_all()
        world.around = lambda _name, port: port
        world.settle()
        assert world.assignments() == set()
        assert the_grant(world).ending(now=world.now) is Ending.PERSON_LEFT

    def test_whoever_has_not_begun_waits_for_their_first_day(self, world: World) -> None:
        world.hr_tells(a_person(start_date=date(2026, 11, 24)), at=NOON + timedelta(minutes=1))
        given(world, a_grant(until=NOON + 24 * HOUR))
        given(world, in_account("g-2", to="person:e-1", until=NOON + 24 * HOUR))
        assert (is_in(world), world.assignments()) == (False, set())
        assert the_grant(world).is_open(now=world.now)
        world.now = NOON + 12 * HOUR
        world.sweep()
        world.settle()
        assert (is_in(world), len(world.assignments())) == (True, 1)

    def test_on_a_leave_without_access_it_gives_nothing(self, world: World) -> None:
        policy = the_policy(guardrails=Guardrails(at_least=10))
        world.policy_is_agreed_on(policy)
        world.policy_is(replace(policy, people=replace(policy.people, on_leave=OnLeave.SUSPEND)))
        given(world, a_grant(until=NOON + 9 * HOUR))
        world.hr_tells(a_person(status=Status.ON_LEAVE), at=NOON + timedelta(minutes=1))
        world.settle()
        assert (is_in(world), the_grant(world).is_open(now=world.now)) == (False, True)
        world.hr_tells(a_person(), at=NOON + timedelta(minutes=2))
        world.settle()
        assert is_in(world)

    def test_whoever_is_protected_keeps_what_they_have(self, world: World) -> None:
        given(world, a_grant())
        world.policy_is(the_policy(protection=Protection(people=frozenset({"e-1"}))))
        world.settle()
        passes(world, until=NOON + HOUR + timedelta(minutes=1))
        assert (is_in(world), the_grant(world).noted) == (True, GrantState.ENDED)

    def test_a_hundred_and_first_is_refused(self, world: World) -> None:
        for number in range(MOST_OPEN + 1):
            is_said(world, a_grant(f"g-{number:03}"))
        world.settle()
        states = [grant.noted for grant in world.state.grants.values()]
        assert (states.count(GrantState.ACTIVE), states.count(GrantState.REFUSED)) == (MOST_OPEN, 1)
        passes(world, until=NOON + HOUR + timedelta(minutes=8))
        states = [grant.noted for grant in world.state.grants.values()]
        assert (states.count(GrantState.ENDED), states.count(GrantState.REFUSED)) == (MOST_OPEN, 1)
        assert world.head(the_person()).grants == ()
        assert not is_in(world)


class TestTheAccount:
    def test_a_suspended_one_is_left_alone_and_gets_it_when_it_is_back(self, world: World) -> None:
        world.account_is(an_account(state=AccountState.SUSPENDED))
        given(world, in_account(until=NOON + 2 * HOUR))
        assert world.assignments() == set()
        world.account_is(an_account())
        world.settle()
        assert world.assignments() == {("444455556666", "ViewOnly", "engineers")}

    def test_what_ends_meanwhile_goes_when_it_is_back_unasked(self, world: World) -> None:
        given(world, in_account())
        world.account_is(an_account(state=AccountState.SUSPENDED))
        passes(world, until=NOON + HOUR + timedelta(minutes=1))
        assert (len(world.assignments()), the_grant(world).noted) == (1, GrantState.ENDED)
        passes(world, until=NOON + 2 * HOUR)
        world.account_is(an_account())
        world.settle()
        assert (world.assignments(), world.head(the_account()).held) == (set(), ())

    def test_a_grant_ends_with_its_account(self, world: World) -> None:
        given(world, in_account())
        world.account_is(an_account(state=AccountState.CLOSED))
        world.settle()
        assert the_grant(world).ending(now=world.now) is Ending.ACCOUNT_GONE

    def test_the_management_account_has_to_be_meant(self, world: World) -> None:
        world.approves = True
        world.account_is(an_account(is_management=True))
        given(world, in_account())
        assert world.assignments() == set()
        # Whatever is given there is sensitive, so that a group that is not cannot be granted it.
        given(world, in_account("g-2", to="person:e-1", includes_management=True))
        assert len(world.assignments()) == 1

    def test_a_delegated_administrator_leaves_it_out(self, world: World) -> None:
        world.off_limits = OffLimits(account="444455556666")
        request = is_said(world, in_account(includes_management=True))
        world.settle()
        assert world.assignments() == set()
        assert any("delegated administrator" in note for note in world.state.plans[_of(request)].notes)

    def test_a_group_that_has_left_the_policy_gives_nothing(self, world: World) -> None:
        request = is_said(world, in_account(to="sales"))
        world.settle()
        assert world.assignments() == set()
        assert any("the policy has no group sales" in note for note in world.state.plans[_of(request)].notes)


def _of(request: Command) -> tuple[str, Subject]:
    return request.cause.change, request.subject


class TestTheLog:
    def test_every_step_is_there_with_whoever_took_it(self, world: World) -> None:
        given(world, a_grant(begins=NOON + timedelta(minutes=2)))
        passes(world, until=NOON + timedelta(minutes=3))
        given(world, extended(a_grant(), until=NOON + 2 * HOUR, at=world.now))
        given(world, ended(a_grant(), at=world.now))
        given(world, a_grant("g-2", until=world.now + timedelta(minutes=2)))
        passes(world, until=NOON + HOUR)
        said = [
            (audit_entry.action, audit_entry.actor)
            for audit_entry, _ in world.state.log
            if "grant:" in audit_entry.detail
        ]
        assert said == [
            ("give-grant", ADMIN),
            ("begin-grant", "dayone"),
            ("extend-grant", ADMIN),
            ("end-grant", ADMIN),
            ("give-grant", ADMIN),
            ("end-grant", "dayone"),
        ]
