"""Planners, executors and approvers that meet in DynamoDB: no budget is overspent and nothing is counted twice."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dayone.errors import Conflicting, Outdated
from dayone.model.changes import Decision
from dayone.model.guardrails import HeldPart, RemovalBudget
from dayone.model.operations import Action, OperationState
from dayone.model.subjects import Subject, SubjectKind
from tests.contract.dynamodb.test_dynamodb_concurrency import at_once, conflicts
from tests.contract.state_ports import StatePorts, StateTable, ports_over
from tests.contract.state_samples import ADA, LEFT, NOW, confirmed, done, entry, in_group, plan, planned

pytest_plugins = ("tests.contract.state_fixtures",)

PEOPLE = [Subject(SubjectKind.PERSON, f"e-{number}") for number in range(6)]


@pytest.fixture
def ports(state_table: StateTable) -> StatePorts:
    return ports_over(state_table)


def test_of_many_planners_only_as_many_get_through_as_the_budget_has_room_for(ports: StatePorts) -> None:
    budget = RemovalBudget(day=NOW.date(), count=1, at_most=4)

    def spend(person: Subject, change: str) -> None:
        ports.subjects.commit(replace(plan(ports.subjects.load(person).head, change=change), removals=budget))

    outcomes = at_once(*(lambda entry=subject: spend(entry, f"01K{entry.name}") for subject in PEOPLE))
    assert conflicts(outcomes) == 2
    assert ports.ledger.tally(LEFT, day=NOW.date()).today == 4


def test_of_many_planners_of_one_change_neither(ports: StatePorts) -> None:
    days = [datetime(2026, 3, day, tzinfo=UTC).date() for day in range(1, 7)]

    def spend(person: Subject, budget: RemovalBudget) -> None:
        ports.subjects.commit(replace(plan(ports.subjects.load(person).head, change=LEFT), removals=budget))

    budgets = [RemovalBudget(day=day, count=1, at_most=4) for day in days]
    each = zip(PEOPLE, budgets, strict=True)
    outcomes = at_once(*(lambda person=person, budget=budget: spend(person, budget) for person, budget in each))
    assert conflicts(outcomes) == 2
    change = ports.records.change(LEFT)
    assert change is not None
    assert (change.removals, change.planned) == (4, 4)


def test_memberships_confirmed_at_once_are_all_counted(ports: StatePorts) -> None:
    operations = [planned(ports, person, in_group("a"), change=f"01K{person.name}").operations[0] for person in PEOPLE]
    at_once(
        *(lambda entry=operation: done(ports, entry, applied=confirmed(entry.resource)) for operation in operations)
    )
    assert ports.ledger.tally(LEFT, day=NOW.date()).existing == len(PEOPLE)


def test_of_many_who_decide_at_once_one_is_heard_and_the_others_are_told(ports: StatePorts) -> None:
    planned(ports, ADA, in_group("a"), change=LEFT)
    said = [Decision(is_approved=number % 2 == 0, actor=f"user/{number}", at=NOW) for number in range(6)]
    outcomes = at_once(
        *(
            lambda element=decision: ports.changes.decide(LEFT, element, expected_version=0, audit=entry())
            for decision in said
        )
    )
    assert not any(isinstance(decision, Conflicting) for decision in outcomes)
    assert len(set(map(str, outcomes))) == 1
    assert len(ports.logged()) == 1


def test_of_many_who_decide_on_parts_at_once_one_is_heard_and_the_others_are_told(ports: StatePorts) -> None:
    planned(ports, ADA, in_group("a"), change=LEFT)

    def decide(number: int) -> bool:
        said = Decision(is_approved=True, actor=f"user/{number}", at=NOW, subjects=(ADA,))
        try:
            ports.changes.decide(LEFT, said, expected_version=0, audit=entry())
        except Outdated:
            return False
        return True

    assert at_once(*(lambda number=number: decide(number) for number in range(6))).count(True) == 1
    change = ports.records.change(LEFT)
    assert change is not None
    assert (change.held_version, len(ports.logged())) == (1, 1)


def test_what_is_released_and_dropped_at_once_ends_one_way_and_is_counted_once(ports: StatePorts) -> None:
    made = plan(ports.subjects.load(ADA).head, *map(in_group, "abcdef"), change=LEFT, action=Action.DELETE)
    operations = tuple(replace(operation, state=OperationState.HELD) for operation in made.operations)
    held = tuple(HeldPart(resource=operation.resource, change=LEFT, operation=operation.id) for operation in operations)
    ports.subjects.commit(replace(made, operations=operations, after=replace(made.after, outstanding=0, held=held)))
    names = [operation.id for operation in operations]
    outcomes = at_once(
        lambda: ports.held.release(LEFT, names),
        lambda: ports.held.drop(LEFT, names, reason="no", at=NOW),
        lambda: ports.held.release(LEFT, names),
    )
    assert conflicts(outcomes) == 0
    change = ports.records.change(LEFT)
    assert change is not None
    running = [operation for operation in ports.runnable(limit=9) if operation.state is OperationState.PENDING]
    assert (change.held, change.superseded + len(running)) == (0, 6)
