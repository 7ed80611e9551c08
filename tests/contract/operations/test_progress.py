"""The port Progress, in memory and over DynamoDB alike."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.adapters.dynamodb import changes as dynamodb_progress
from dayone.errors import Invalid
from dayone.model.changes import CauseKind, Change, Share
from dayone.model.operations import Action, Lane, Operation, OperationState, Priority
from dayone.model.subjects import Resource, Subject, SubjectKind
from tests.contract.state_ports import StatePorts, StateTable, ports_over
from tests.contract.state_samples import (
    ADA,
    BOB,
    HIRED,
    LEFT,
    MOVED,
    NOW,
    SHOP,
    USER,
    assigned,
    cause,
    done,
    doubtful,
    end,
    in_group,
    plan,
    planned,
)

pytest_plugins = ("tests.contract.state_fixtures",)

VIEW, ADMIN, AUDIT = (assigned(name, to="engineers") for name in ("ViewOnly", "Admin", "Audit"))
BANK = Subject(SubjectKind.ACCOUNT, "123456789013")


def ended(ports: StatePorts, operation: Operation, *, state: OperationState) -> None:
    done(ports, operation, state=state, applied=None)


def accounts(ports: StatePorts, *, change: str = HIRED) -> Sequence[Share]:
    return ports.progress.of_accounts(change, cursor="", limit=9).entries


def change_in(ports: StatePorts, change: str = HIRED) -> Change:
    found = ports.records.change(change)
    assert found is not None
    return found


def held(ports: StatePorts, subject: Subject, *resources: Resource) -> tuple[str, ...]:
    made = plan(ports.subjects.load(subject).head, *resources, action=Action.DELETE)
    operations = tuple(replace(operation, state=OperationState.HELD) for operation in made.operations)
    ports.subjects.commit(replace(made, operations=operations))
    return tuple(operation.id for operation in operations)


class TestOfAccounts:
    def test_each_is_there_with_what_has_become_of_its_operations(self, ports: StatePorts) -> None:
        first, second, _ = planned(ports, SHOP, VIEW, ADMIN, AUDIT).operations
        planned(ports, BANK, VIEW)
        ended(ports, first, state=OperationState.SUCCEEDED)
        ended(ports, second, state=OperationState.FAILED)
        assert accounts(ports) == [
            Share(subject=SHOP, operations=3, succeeded=1, failed=1),
            Share(subject=BANK, operations=1),
        ]

    def test_ends_that_are_recorded_together_are_all_counted(self, ports: StatePorts) -> None:
        operations = [*planned(ports, SHOP, VIEW, ADMIN).operations, *planned(ports, BANK, VIEW).operations]
        for operation in operations:
            ports.queue.begin(operation, doubt=doubtful(operation))
        ports.queue.finish([end(entry) for entry in operations])
        assert [(share.subject, share.done) for share in accounts(ports)] == [(SHOP, 2), (BANK, 1)]

    def test_what_ends_twice_is_counted_once(self, ports: StatePorts) -> None:
        (operation,) = planned(ports, SHOP, VIEW).operations
        for _ in range(2):
            ports.queue.finish([end(operation)])
        assert accounts(ports) == [Share(subject=SHOP, operations=1, succeeded=1)]

    def test_what_an_older_plan_left_is_counted_where_it_was_planned(self, ports: StatePorts) -> None:
        (old,) = planned(ports, SHOP, VIEW).operations
        planned(ports, SHOP, ADMIN, change=MOVED, token="b2")
        ports.queue.finish([end(old, state=OperationState.SUPERSEDED, untouched=True)])
        assert accounts(ports) == [Share(subject=SHOP, operations=1, superseded=1)]
        assert accounts(ports, change=MOVED) == [Share(subject=SHOP, operations=1)]

    def test_what_is_held_is_counted_and_so_is_what_becomes_of_it(self, ports: StatePorts) -> None:
        first, second, third = held(ports, SHOP, VIEW, ADMIN, AUDIT)
        assert accounts(ports) == [Share(subject=SHOP, operations=3, held=3)]
        for _ in range(2):
            ports.held.release(HIRED, [first])
            ports.held.drop(HIRED, [second], reason="rejected", at=NOW)
        assert accounts(ports) == [Share(subject=SHOP, operations=3, held=1, superseded=1)]
        ports.held.release(HIRED, [third])
        assert accounts(ports)[0].left == 2

    def test_one_without_operations_and_other_subjects(self, ports: StatePorts) -> None:
        planned(ports, ADA, USER)
        planned(ports, SHOP)
        assert accounts(ports) == [Share(subject=SHOP)]

    def test_they_come_page_by_page(self, ports: StatePorts) -> None:
        for number in range(3):
            planned(ports, Subject(SubjectKind.ACCOUNT, f"{number:012}"), VIEW)
        first = ports.progress.of_accounts(HIRED, cursor="", limit=2)
        second = ports.progress.of_accounts(HIRED, cursor=first.cursor, limit=2)
        assert [int(share.subject.name) for share in (*first.entries, *second.entries)] == [0, 1, 2]
        assert second.cursor == ""
        with pytest.raises(Invalid):
            ports.progress.of_accounts(MOVED, cursor=first.cursor, limit=2)


class TestWhatIsLeft:
    def test_a_change_has_left_what_was_planned_and_has_not_ended_lane_by_lane(self, ports: StatePorts) -> None:
        user, _, _ = planned(ports, ADA, USER, in_group("a"), in_group("b")).operations
        assignment, _ = planned(ports, SHOP, VIEW, ADMIN).operations
        assert change_in(ports).left == {Lane.USERS: 1, Lane.MEMBERSHIPS: 2, Lane.ASSIGNMENTS: 2}
        ended(ports, user, state=OperationState.SUCCEEDED)
        ended(ports, assignment, state=OperationState.FAILED)
        assert change_in(ports).left == {Lane.MEMBERSHIPS: 2, Lane.ASSIGNMENTS: 1}

    def test_what_is_held_is_not_left_before_it_is_released(self, ports: StatePorts) -> None:
        first, second = held(ports, SHOP, VIEW, ADMIN)
        assert change_in(ports).left == {}
        ports.held.release(HIRED, [first])
        ports.held.drop(HIRED, [second], reason="rejected", at=NOW)
        assert change_in(ports).left == {Lane.ASSIGNMENTS: 1}


class TestBefore:
    """Of the change that is asked about, planned at NOW."""

    def before(self, ports: StatePorts, *, kind: CauseKind = CauseKind.HR_EVENT, lane: Lane = Lane.ASSIGNMENTS) -> int:
        return ports.progress.before(Change(cause=replace(cause(), kind=kind)), lane)

    def waiting(self, ports: StatePorts, account: int, *, priority: Priority, age: int, change: str = LEFT) -> None:
        head = ports.subjects.load(Subject(SubjectKind.ACCOUNT, f"{account:012}")).head
        made = plan(head, VIEW, priority=priority, change=change)
        operations = [replace(operation, created_at=NOW - timedelta(seconds=age)) for operation in made.operations]
        ports.subjects.commit(replace(made, operations=tuple(operations)))

    def test_what_is_more_urgent_or_older_goes_before(self, ports: StatePorts) -> None:
        self.waiting(ports, 1, priority=Priority.REVOCATION, age=-60)
        self.waiting(ports, 2, priority=Priority.ONBOARDING, age=60)
        self.waiting(ports, 3, priority=Priority.ONBOARDING, age=-60)
        self.waiting(ports, 4, priority=Priority.POLICY, age=60)
        assert self.before(ports) == 2
        assert self.before(ports, kind=CauseKind.POLICY) == 4

    def test_what_is_its_own_does_not(self, ports: StatePorts) -> None:
        self.waiting(ports, 1, priority=Priority.REVOCATION, age=60, change=HIRED)
        assert self.before(ports) == 0

    def test_what_is_in_another_lane_does_not(self, ports: StatePorts) -> None:
        self.waiting(ports, 1, priority=Priority.REVOCATION, age=60)
        assert self.before(ports, lane=Lane.GROUPS) == 0

    def test_of_very_many_those_are_counted_that_their_changes_have_left(
        self, state_table: StateTable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ports = ports_over(state_table)
        monkeypatch.setattr(dynamodb_progress, "_MOST_COUNTED", 4)
        for account in range(7):
            self.waiting(ports, account, priority=Priority.REVOCATION, age=60)
        assert self.before(ports) == 7


class TestFailed:
    def test_the_subjects_of_failed_operations_come_in_order_a_part_at_a_time(self, ports: StatePorts) -> None:
        for subject, resource in ((SHOP, VIEW), (ADA, USER), (BANK, VIEW), (BOB, USER)):
            (operation,) = planned(ports, subject, resource).operations
            state = OperationState.SUCCEEDED if subject == BANK else OperationState.FAILED
            ended(ports, operation, state=state)
        assert ports.progress.failed(HIRED, after="", limit=2) == [SHOP, ADA]
        assert ports.progress.failed(HIRED, after=str(SHOP), limit=9) == [ADA, BOB]
        assert ports.progress.failed(HIRED, after=str(BOB), limit=9) == []
        assert ports.progress.failed(MOVED, after="", limit=9) == []


def test_the_subjects_that_a_change_has_planned_are_known(ports: StatePorts) -> None:
    planned(ports, ADA)
    planned(ports, SHOP, VIEW)
    planned(ports, BOB, USER, change=MOVED)
    assert ports.progress.planned(HIRED, [ADA, BOB, SHOP]) == {ADA, SHOP}
    assert ports.progress.planned(HIRED, []) == frozenset()
