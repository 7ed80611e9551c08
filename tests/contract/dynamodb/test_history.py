"""The port History, in memory and over DynamoDB alike."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.adapters.dynamodb import changes as dynamodb_history
from dayone.errors import Invalid
from dayone.model.changes import CauseKind, ChangeFilter, ChangeState, ulid_of
from dayone.model.operations import Operation, OperationState
from dayone.model.subjects import Subject
from dayone.ports.records import Page
from tests.contract.state_ports import StatePorts, StateTable, ports_over
from tests.contract.state_samples import (
    ADA,
    BOB,
    HIRED,
    LEFT,
    MOVED,
    NOW,
    USER,
    cause,
    confirmed,
    doubtful,
    end,
    in_group,
    plan,
    planned,
)

pytest_plugins = ("tests.contract.state_fixtures",)


def ids_of(ports: StatePorts, *, limit: int = 2, **wanted: object) -> list[str]:
    found, cursor = list[str](), ""
    while True:
        page = ports.history.changes(ChangeFilter(**wanted), cursor=cursor, limit=limit)  # type: ignore[arg-type]
        assert len(page.entries) <= limit
        found += [change.id for change in page.entries]
        cursor = page.cursor
        if not cursor:
            return found


def hours_apart(ports: StatePorts, *kinds: CauseKind) -> list[str]:
    """Changes of these kinds, an hour between two, the first at NOW."""
    opened = []
    for number, kind in enumerate(kinds):
        at = NOW + timedelta(hours=number)
        opened.append(ulid_of(at, name=str(number)))
        ports.changes.open(replace(cause(opened[-1]), kind=kind, at=at))
    return opened


def test_what_a_subject_was_planned_by_is_found_by_the_subject(ports: StatePorts) -> None:
    for change in (HIRED, MOVED, LEFT):
        planned(ports, ADA, in_group(change[:4]), change=change)
    planned(ports, BOB, USER, change=MOVED)
    assert ids_of(ports, subject=ADA) == [LEFT, MOVED, HIRED]
    assert ids_of(ports, subject=BOB) == [MOVED]
    assert ids_of(ports, subject=replace(BOB, name="e-9")) == []


def test_states_are_those_of_now(ports: StatePorts) -> None:
    planned(ports, ADA, USER, change=HIRED)
    planned(ports, BOB, change=MOVED)
    assert ids_of(ports, state=ChangeState.RUNNING) == [HIRED]
    assert ids_of(ports, state=ChangeState.SUCCEEDED) == [MOVED]
    assert ids_of(ports, state=ChangeState.RUNNING, subject=BOB) == []


def test_kinds_of_causes_are_told_apart(ports: StatePorts) -> None:
    first, second, third = hours_apart(ports, CauseKind.POLICY, CauseKind.HR_EVENT, CauseKind.POLICY)
    assert ids_of(ports, kind=CauseKind.POLICY, limit=1) == [third, first]
    assert ids_of(ports, kind=CauseKind.HR_EVENT) == [second]


def test_those_of_a_kind_are_found_without_a_look_at_the_others(
    state_table: StateTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dynamodb_history, "_MOST_LOOKED_AT", 1)
    ports = ports_over(state_table)
    rare, *_ = hours_apart(ports, CauseKind.GRANT, *[CauseKind.HR_EVENT] * 3)
    assert ports.history.changes(ChangeFilter(kind=CauseKind.GRANT), cursor="", limit=5) == Page(
        [ports.history.glance(rare)]
    )


@pytest.mark.parametrize("limit", [1, 2])
def test_a_kind_a_state_and_a_time_count_together(ports: StatePorts, limit: int) -> None:
    first, _, third, last = hours_apart(ports, CauseKind.POLICY, CauseKind.HR_EVENT, CauseKind.POLICY, CauseKind.POLICY)
    ports.changes.expect(third, subjects=0)
    assert ids_of(ports, kind=CauseKind.POLICY, state=ChangeState.PLANNING, limit=limit) == [last, first]
    assert ids_of(ports, kind=CauseKind.POLICY, until=NOW + timedelta(hours=3), limit=limit) == [third, first]
    assert ids_of(ports, state=ChangeState.PLANNING, since=NOW + timedelta(hours=3), limit=limit) == [last]


def test_times_are_from_one_moment_until_before_another(ports: StatePorts) -> None:
    first, second, third = hours_apart(ports, *[CauseKind.POLICY] * 3)
    assert ids_of(ports, since=NOW + timedelta(hours=1)) == [third, second]
    assert ids_of(ports, until=NOW + timedelta(hours=1)) == [first]
    assert ids_of(ports, since=NOW + timedelta(hours=1), until=NOW + timedelta(hours=2)) == [second]
    assert ids_of(ports, since=NOW + timedelta(hours=3)) == []


def test_times_count_among_the_changes_of_a_subject_too(ports: StatePorts) -> None:
    for change in (HIRED, MOVED, LEFT):
        planned(ports, ADA, in_group(change[:4]), change=change)
    assert ids_of(ports, subject=ADA, since=NOW) == ids_of(ports, since=NOW)


def test_a_glance_is_the_change_as_it_stands_without_notes(ports: StatePorts) -> None:
    planned(ports, ADA, USER, notes=("a note",))
    found = ports.history.glance(HIRED)
    assert found is not None
    assert (found.state, found.operations, found.notes) == (ChangeState.RUNNING, 1, ())
    assert ports.history.glance(LEFT) is None


def test_a_cursor_of_another_subject_is_invalid(ports: StatePorts) -> None:
    for change in (HIRED, MOVED):
        planned(ports, ADA, in_group(change[:4]), change=change)
    cursor = ports.history.changes(ChangeFilter(subject=ADA), cursor="", limit=1).cursor
    for wanted in (ChangeFilter(), ChangeFilter(subject=BOB)):
        with pytest.raises(Invalid):
            ports.history.changes(wanted, cursor=cursor, limit=1)


def test_a_cursor_of_another_time_is_invalid(state_table: StateTable) -> None:
    ports = ports_over(state_table)
    hours_apart(ports, *[CauseKind.POLICY] * 3)
    cursor = ports.history.changes(cursor="", limit=1).cursor
    with pytest.raises(Invalid):
        ports.history.changes(ChangeFilter(until=NOW + timedelta(hours=1)), cursor=cursor, limit=1)


@pytest.mark.parametrize(
    "query", [ChangeFilter(state=ChangeState.SUCCEEDED), ChangeFilter(kind=CauseKind.DUE, subject=ADA)]
)
def test_a_page_ends_where_enough_was_looked_at(
    state_table: StateTable, monkeypatch: pytest.MonkeyPatch, query: ChangeFilter
) -> None:
    monkeypatch.setattr(dynamodb_history, "_MOST_LOOKED_AT", 2)
    monkeypatch.setattr(dynamodb_history, "_AT_ONCE", 2)
    ports = ports_over(state_table)
    for change in (HIRED, MOVED, LEFT):
        planned(ports, ADA, in_group(change[:4]), change=change)
    first = ports.history.changes(query, cursor="", limit=5)
    assert (first.entries, bool(first.cursor)) == ([], True)
    assert ports.history.changes(query, cursor=first.cursor, limit=5) == Page([])


def test_a_full_last_page_is_known_to_be_the_last(ports: StatePorts) -> None:
    planned(ports, ADA, USER)
    assert ports.history.changes(ChangeFilter(subject=ADA), cursor="", limit=1).cursor == ""


def test_a_change_knows_how_often_what_has_ended_was_tried_and_when_the_last_did(ports: StatePorts) -> None:
    first, second = planned(ports, ADA, USER, in_group("a")).operations
    later = NOW + timedelta(minutes=5)
    for operation, at in ((first, NOW), (second, later)):
        begun = ports.queue.begin(operation, doubt=doubtful(operation))
        assert begun is not None
        ports.queue.finish([replace(end(begun, applied=confirmed(operation.resource)), at=at)])
    found = ports.history.glance(HIRED)
    assert found is not None
    assert (found.attempts, found.ended_at, found.state) == (2, later, ChangeState.SUCCEEDED)


def test_a_change_of_which_nothing_has_ended_has_no_end(ports: StatePorts) -> None:
    planned(ports, ADA, USER)
    found = ports.history.glance(HIRED)
    assert found is not None
    assert (found.attempts, found.ended_at) == (0, None)


class TestWhatSomebodyMayHaveToLookAt:
    def test_what_is_held_is_found_until_it_is_decided_on(self, ports: StatePorts) -> None:
        held = holding(ports, ADA)
        planned(ports, BOB, USER, change=MOVED)
        assert ids_of(ports, state=ChangeState.HELD) == [HIRED]
        ports.held.release(HIRED, [held.id])
        assert ids_of(ports, state=ChangeState.HELD) == []
        assert ids_of(ports, state=ChangeState.RUNNING) == [MOVED, HIRED]

    def test_what_is_held_for_another_subject_is_still_found(self, ports: StatePorts) -> None:
        first = holding(ports, ADA)
        second = holding(ports, BOB)
        ports.held.drop(HIRED, [first.id], reason="rejected", at=NOW)
        assert ids_of(ports, state=ChangeState.HELD) == [HIRED]
        ports.held.drop(HIRED, [second.id], reason="rejected", at=NOW)
        assert ids_of(ports, state=ChangeState.HELD) == []

    def test_what_has_failed_is_found(self, ports: StatePorts) -> None:
        failing(ports, ADA, HIRED)
        planned(ports, BOB, change=MOVED)
        assert ids_of(ports, state=ChangeState.FAILED) == [HIRED]

    def test_what_had_failed_before_is_not_its_failure(self, ports: StatePorts) -> None:
        failing(ports, ADA, HIRED, failed_before=True)
        assert ids_of(ports, state=ChangeState.FAILED) == []

    def test_what_was_given_up_is_found_until_it_is_planned(self, ports: StatePorts) -> None:
        ports.changes.give_up(cause(), subject=ADA, note="a dead letter")
        assert ids_of(ports, state=ChangeState.FAILED) == [HIRED]
        ports.changes.ask_again(HIRED, subject=ADA)
        planned(ports, ADA)
        assert ids_of(ports, state=ChangeState.FAILED) == []

    def test_they_are_in_the_order_of_all_changes(self, ports: StatePorts) -> None:
        for number, change in enumerate((HIRED, MOVED, LEFT)):
            failing(ports, replace(ADA, name=f"e-{number}"), change)
        assert ids_of(ports, state=ChangeState.FAILED, limit=1) == ids_of(ports)


def test_changes_lie_by_when_they_were_taken_in_whatever_clock_their_causes_go_by(ports: StatePorts) -> None:
    for hours_off, minutes, change in ((5, 0, HIRED), (-5, 1, MOVED), (0, 2, LEFT)):
        received_at = NOW + timedelta(minutes=minutes)
        ports.changes.open(replace(cause(change), at=NOW + timedelta(hours=hours_off), received_at=received_at))
    assert ids_of(ports) == [LEFT, MOVED, HIRED]
    assert ids_of(ports, since=NOW + timedelta(minutes=1), until=NOW + timedelta(minutes=2)) == [MOVED]


def holding(ports: StatePorts, subject: Subject) -> Operation:
    """A plan that holds its only operation."""
    made = plan(ports.subjects.load(subject).head, in_group("held"))
    operations = tuple(replace(operation, state=OperationState.HELD) for operation in made.operations)
    ports.subjects.commit(replace(made, operations=operations, held_reason="too many"))
    return operations[0]


def failing(ports: StatePorts, subject: Subject, change: str, *, failed_before: bool = False) -> None:
    """A plan whose only operation fails."""
    made = plan(ports.subjects.load(subject).head, USER, change=change)
    made = replace(
        made, operations=tuple(replace(operation, failed_before=failed_before) for operation in made.operations)
    )
    ports.subjects.commit(made)
    begun = ports.queue.begin(made.operations[0], doubt=doubtful(made.operations[0]))
    assert begun is not None
    ports.queue.finish([end(begun, state=OperationState.FAILED)])
