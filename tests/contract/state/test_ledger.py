"""The port Ledger: what exists and what was let go is counted by the transaction that makes it so."""

from dataclasses import replace
from datetime import date

import pytest

from dayone.errors import Conflicting
from dayone.model.guardrails import RemovalBudget, Tally
from dayone.model.operations import Action, Operation, OperationState
from dayone.model.subjects import Resource
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import (
    ADA,
    BOB,
    HIRED,
    LEFT,
    MOVED,
    SHOP,
    USER,
    assigned,
    confirmed,
    done,
    doubtful,
    end,
    in_group,
    plan,
    planned,
)

pytest_plugins = ("tests.contract.state_fixtures",)

TODAY, TOMORROW = date(2026, 3, 2), date(2026, 3, 3)


def tally(ports: StatePorts, *, change: str = LEFT, day: date = TODAY) -> Tally:
    return ports.ledger.tally(change, day=day)


def existing(ports: StatePorts) -> int:
    return tally(ports).existing


def made(ports: StatePorts, resource: Resource = in_group("a"), *, change: str = HIRED) -> Operation:  # noqa: B008
    """The operation that made a membership, confirmed."""
    (operation,) = planned(ports, ADA, resource, change=change).operations
    return done(ports, operation)


def removal(ports: StatePorts) -> Operation:
    (operation,) = planned(ports, ADA, in_group("a"), change=LEFT, token="d1", action=Action.DELETE).operations
    return operation


def begun(ports: StatePorts, operation: Operation) -> Operation:
    """An operation on something that is there, in doubt from now on."""
    applied = ports.queue.applied([operation.target])[operation.target]
    begun = ports.queue.begin(operation, doubt=replace(applied, doubt=operation.action), own=applied)
    assert begun is not None
    return begun


class TestExisting:
    def test_nothing_exists_at_first(self, ports: StatePorts) -> None:
        assert tally(ports) == Tally()

    def test_memberships_and_assignments_are_counted_once_they_are_confirmed(self, ports: StatePorts) -> None:
        resources = [USER, in_group("a"), in_group("b")]
        for operation in planned(ports, ADA, *resources).operations:
            in_doubt = ports.queue.begin(operation, doubt=doubtful(operation))
            assert in_doubt is not None
            assert existing(ports) == max(0, operation.number - 1)
            ports.queue.finish([end(in_doubt, applied=confirmed(operation.resource))])
        (operation,) = planned(ports, SHOP, assigned("ViewOnly", to="a"), change=MOVED).operations
        done(ports, operation)
        assert existing(ports) == 3

    def test_what_has_gone_is_not_counted_any_more(self, ports: StatePorts) -> None:
        made(ports)
        ports.queue.finish([end(begun(ports, removal(ports)))])
        assert existing(ports) == 0

    def test_what_is_on_its_way_out_is_counted_until_it_has_gone(self, ports: StatePorts) -> None:
        made(ports)
        begun(ports, removal(ports))
        assert existing(ports) == 1

    def test_a_removal_that_failed_changes_nothing(self, ports: StatePorts) -> None:
        made(ports)
        operation = removal(ports)
        applied = ports.queue.applied([operation.target])[operation.target]
        ports.queue.finish([end(begun(ports, operation), state=OperationState.FAILED, applied=applied)])
        assert existing(ports) == 1

    def test_a_creation_that_failed_counts_for_nothing(self, ports: StatePorts) -> None:
        (operation,) = planned(ports, ADA, in_group("a")).operations
        done(ports, operation, state=OperationState.FAILED, applied=None)
        assert existing(ports) == 0

    def test_what_is_made_again_after_a_removal_that_was_begun_is_counted_once(self, ports: StatePorts) -> None:
        made(ports)
        begun(ports, removal(ports))
        (again,) = planned(ports, ADA, in_group("a"), change=MOVED, token="b2").operations
        ports.queue.finish([end(begun(ports, again), applied=confirmed(again.resource))])
        assert existing(ports) == 1
        assert ports.queue.applied([again.target])[again.target].counted

    def test_the_same_end_told_twice_counts_once(self, ports: StatePorts) -> None:
        operation = made(ports)
        ports.queue.finish([end(operation, applied=confirmed(operation.resource))])
        assert existing(ports) == 1

    def test_an_operation_for_which_aws_was_not_called_counts_for_nothing(self, ports: StatePorts) -> None:
        made(ports)
        ports.queue.finish([end(removal(ports), state=OperationState.SUPERSEDED, untouched=True)])
        assert existing(ports) == 1


def spend(ports: StatePorts, count: int, *, at_most: int, day: date = TODAY, change: str = LEFT) -> None:
    """A plan of nothing that takes so many removals from the budget; each time of another person."""
    names = ports.subjects.names(ADA.kind, after="", limit=99)
    subject = replace(ADA, name=f"e-2{len(names):03d}")
    budget = RemovalBudget(day=day, count=count, at_most=at_most)
    ports.subjects.commit(replace(plan(ports.subjects.load(subject).head, change=change), removals=budget))


class TestRemovals:
    def test_removals_are_counted_for_their_day_and_their_change(self, ports: StatePorts) -> None:
        spend(ports, 2, at_most=5)
        spend(ports, 1, at_most=5, change=MOVED)
        spend(ports, 2, at_most=5, day=TOMORROW)
        assert tally(ports) == Tally(today=3, in_change=4)
        assert tally(ports, change=MOVED, day=TOMORROW) == Tally(today=2, in_change=1)

    def test_the_last_of_the_budget_can_be_taken_and_no_more(self, ports: StatePorts) -> None:
        spend(ports, 4, at_most=5, change=MOVED)
        spend(ports, 1, at_most=5)
        with pytest.raises(Conflicting):
            spend(ports, 1, at_most=5, change=HIRED)
        assert tally(ports).today == 5
        assert ports.records.change(HIRED) is None

    def test_a_change_has_one_budget_on_whatever_days_it_is_planned(self, ports: StatePorts) -> None:
        spend(ports, 4, at_most=5)
        with pytest.raises(Conflicting):
            spend(ports, 2, at_most=5, day=TOMORROW)
        assert tally(ports, day=TOMORROW) == Tally(today=0, in_change=4)

    def test_a_plan_that_is_refused_takes_nothing_from_the_budget(self, ports: StatePorts) -> None:
        before = ports.subjects.load(BOB).head
        planned(ports, BOB, USER, change=MOVED)
        budget = RemovalBudget(day=TODAY, count=1, at_most=5)
        with pytest.raises(Conflicting):
            ports.subjects.commit(replace(plan(before, change=LEFT), removals=budget))
        assert tally(ports) == Tally()


class TestAdditions:
    def _spend(self, ports: StatePorts, count: int, *, at_most: int, removals: int = 0, change: str = LEFT) -> None:
        names = ports.subjects.names(ADA.kind, after="", limit=99)
        made = plan(ports.subjects.load(replace(ADA, name=f"e-3{len(names):03d}")).head, change=change)
        budget = RemovalBudget(day=TODAY, count=count, at_most=at_most)
        taken = RemovalBudget(day=TODAY, count=removals, at_most=removals) if removals else None
        ports.subjects.commit(replace(made, additions=budget, removals=taken))

    def test_they_are_counted_apart_from_removals(self, ports: StatePorts) -> None:
        self._spend(ports, 2, at_most=5, removals=1)
        self._spend(ports, 1, at_most=5, change=MOVED)
        assert tally(ports) == Tally(today=1, in_change=1, added_today=3, added_in_change=2)
        change = ports.records.change(LEFT)
        assert change is not None
        assert (change.additions, change.removals) == (2, 1)

    def test_what_is_over_the_limit_of_the_day_or_of_the_change_is_refused(self, ports: StatePorts) -> None:
        self._spend(ports, 3, at_most=5)
        for change in (LEFT, MOVED):
            with pytest.raises(Conflicting):
                self._spend(ports, 3, at_most=5, change=change)
        assert tally(ports).added_today == 3

    def test_a_plan_that_is_refused_for_one_budget_takes_nothing_from_the_other(self, ports: StatePorts) -> None:
        self._spend(ports, 1, at_most=1, removals=1)
        with pytest.raises(Conflicting):
            self._spend(ports, 1, at_most=1, removals=2, change=MOVED)
        assert tally(ports) == Tally(today=1, in_change=1, added_today=1, added_in_change=1)
