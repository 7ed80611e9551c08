"""Ends of operations: the port OperationQueue's finish, in memory and over DynamoDB alike."""

from dataclasses import replace

import pytest

from dayone.model.audit import first_break
from dayone.model.changes import ChangeState
from dayone.model.operations import Action, Applied, DeletionOutcome, Operation, OperationState
from dayone.model.subject_state import PlanProgress
from dayone.model.subjects import Resource, ResourceKind
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import (
    ADA,
    HIRED,
    LEFT,
    MOVED,
    NOW,
    USER,
    begin,
    confirmed,
    done,
    end,
    in_group,
    plan,
    planned,
)

pytest_plugins = ("tests.contract.state_fixtures",)


def one_planned(ports: StatePorts) -> Operation:
    (operation,) = planned(ports, ADA, USER).operations
    return operation


def only(ports: StatePorts) -> Operation:
    """The one operation of the change, as it stands."""
    (operation,) = ports.records.operations(HIRED, cursor="", limit=9).entries
    return operation


def test_an_end_records_state_time_request_and_resource(ports: StatePorts) -> None:
    operation = begin(ports, one_planned(ports))
    ports.queue.finish([end(operation, applied=confirmed(USER))])
    assert only(ports) == replace(
        operation, state=OperationState.SUCCEEDED, request_id="r-9", finished_at=NOW, waiting_for=""
    )
    assert ports.queue.applied([operation.target]) == {operation.target: confirmed(USER)}


def test_an_end_records_the_reason_of_a_failure(ports: StatePorts) -> None:
    operation = begin(ports, one_planned(ports))
    ports.queue.finish([end(replace(operation, failure_reason="not allowed"), state=OperationState.FAILED)])
    assert (only(ports).state, only(ports).failure_reason) == (OperationState.FAILED, "not allowed")
    assert ports.queue.applied([operation.target]) == {}


def test_the_head_counts_what_has_failed_of_the_plan_in_force_alone(ports: StatePorts) -> None:
    first, second = planned(ports, ADA, USER, in_group("stays")).operations
    ports.queue.finish([end(begin(ports, first), state=OperationState.FAILED)])
    done(ports, second)
    assert ports.subjects.load(ADA).head.progress == PlanProgress(outstanding=0, failed=1)
    (stale,) = planned(ports, ADA, USER, change=LEFT, token="b2").operations
    planned(ports, ADA, USER, change=MOVED, token="c3")
    ports.queue.finish([end(stale, state=OperationState.FAILED, untouched=True)])
    assert ports.subjects.load(ADA).head.failed == 1


def test_an_end_records_what_was_taken_on_with_the_resource(ports: StatePorts) -> None:
    operation = begin(ports, one_planned(ports))
    policy, inline = Resource(ResourceKind.MANAGED_POLICY, "A"), Resource(ResourceKind.INLINE_POLICY)
    attached = (
        Applied(resource=policy, references={"permission_set_arn": "arn"}),
        Applied(resource=inline, attributes={"document": "{}"}, adopted=True, change=HIRED, at=NOW),
    )
    ports.queue.finish([end(operation, applied=confirmed(USER), attached=attached)])
    applied = ports.subjects.load(ADA).applied
    assert (applied[policy], applied[inline]) == attached
    assert USER in applied


def test_an_end_takes_away_the_resource_and_what_went_with_it(ports: StatePorts) -> None:
    policies = [Resource(ResourceKind.MANAGED_POLICY, name) for name in ("A", "B")]
    for operation in planned(ports, ADA, USER, *policies, in_group("stays")).operations:
        done(ports, operation)
    (deletion,) = planned(ports, ADA, USER, change=LEFT, token="c3", action=Action.DELETE).operations
    done(ports, deletion, applied=None, gone=[USER, *policies])
    assert set(ports.subjects.load(ADA).applied) == {in_group("stays")}


def test_an_end_leaves_the_resource_alone_when_aws_was_not_called(ports: StatePorts) -> None:
    first = one_planned(ports)
    done(ports, first)
    (second,) = planned(ports, ADA, USER, change=MOVED, token="b2").operations
    ports.queue.finish([end(second, state=OperationState.FAILED, untouched=True)])
    assert ports.queue.applied([first.target]) == {first.target: confirmed(USER)}


@pytest.mark.parametrize(
    ("state", "counts", "change_state"),
    [
        (OperationState.SUCCEEDED, (1, 0, 0), ChangeState.SUCCEEDED),
        (OperationState.FAILED, (0, 1, 0), ChangeState.FAILED),
        (OperationState.SUPERSEDED, (0, 0, 1), ChangeState.SUCCEEDED),
    ],
)
def test_an_end_counts_for_its_change(
    ports: StatePorts, state: OperationState, counts: tuple[int, int, int], change_state: ChangeState
) -> None:
    done(ports, one_planned(ports), state=state)
    change = ports.records.change(HIRED)
    assert change is not None
    assert (change.succeeded, change.failed, change.superseded) == counts
    assert change.state is change_state


def test_what_failed_before_a_change_came_is_counted_and_does_not_make_it_fail(ports: StatePorts) -> None:
    made = plan(ports.subjects.load(ADA).head, USER, in_group("a"))
    ports.subjects.commit(
        replace(made, operations=(replace(made.operations[0], failed_before=True), made.operations[1]))
    )
    first, second = ports.records.operations(HIRED, cursor="", limit=9).entries
    assert (first.failed_before, second.failed_before) == (True, False)
    done(ports, second)
    done(ports, first, state=OperationState.FAILED)
    change = ports.records.change(HIRED)
    assert change is not None
    assert (change.failed, change.failed_before, change.state) == (1, 1, ChangeState.SUCCEEDED)


def test_what_failed_before_and_is_done_now_is_no_failure(ports: StatePorts) -> None:
    made = plan(ports.subjects.load(ADA).head, USER, in_group("a"))
    ports.subjects.commit(
        replace(made, operations=(replace(made.operations[0], failed_before=True), made.operations[1]))
    )
    first, second = ports.records.operations(HIRED, cursor="", limit=9).entries
    done(ports, first)
    done(ports, second, state=OperationState.FAILED)
    change = ports.records.change(HIRED)
    assert change is not None
    assert (change.failed, change.failed_before, change.state) == (1, 0, ChangeState.FAILED)


@pytest.mark.parametrize(
    ("outcome", "counted"),
    [(deletion_outcome, deletion_outcome is DeletionOutcome.ALREADY_DELETED) for deletion_outcome in DeletionOutcome],
)
def test_an_end_records_what_a_deletion_has_come_to(
    ports: StatePorts, outcome: DeletionOutcome, *, counted: bool
) -> None:
    done(ports, one_planned(ports))
    (deletion,) = planned(ports, ADA, USER, change=LEFT, token="c3", action=Action.DELETE).operations
    ports.queue.finish([end(replace(begin(ports, deletion), outcome=outcome))])
    (ended,) = ports.records.operations(LEFT, cursor="", limit=9).entries
    change = ports.records.change(LEFT)
    assert change is not None
    assert (ended.state, ended.outcome, change.already_deleted) == (OperationState.SUCCEEDED, outcome, counted)


def test_an_end_counts_down_what_is_outstanding_of_the_plan_in_force(ports: StatePorts) -> None:
    first, _ = planned(ports, ADA, USER, in_group("a")).operations
    done(ports, first)
    assert ports.subjects.load(ADA).head.outstanding == 1


def test_an_older_plans_operation_does_not_count_on_the_newer_plan(ports: StatePorts) -> None:
    operation = begin(ports, one_planned(ports))
    planned(ports, ADA, in_group("a"), change=MOVED, token="b2")
    ports.queue.finish([end(operation, applied=confirmed(USER))])
    assert ports.subjects.load(ADA).head.outstanding == 1
    assert USER in ports.subjects.load(ADA).applied
    change = ports.records.change(HIRED)
    assert change is not None
    assert change.succeeded == 1


def test_a_superseded_one_leaves_the_newer_plan_undisturbed(ports: StatePorts) -> None:
    operation = one_planned(ports)
    planned(ports, ADA, in_group("a"), change=MOVED, token="b2")
    before = ports.subjects.load(ADA).head
    ports.queue.finish([end(operation, state=OperationState.SUPERSEDED, untouched=True)])
    assert ports.subjects.load(ADA).head == before
    assert only(ports).state is OperationState.SUPERSEDED


def test_a_second_end_changes_nothing(ports: StatePorts) -> None:
    operation = done(ports, one_planned(ports))
    head, change, ended = ports.subjects.load(ADA), ports.records.change(HIRED), only(ports)
    ports.queue.finish([end(operation, state=OperationState.FAILED)])
    ports.queue.finish([end(operation, applied=confirmed(USER, adopted=True))])
    assert (ports.subjects.load(ADA), ports.records.change(HIRED), only(ports)) == (head, change, ended)
    assert len(ports.logged()) == 1


def test_every_end_is_logged_and_chained(ports: StatePorts) -> None:
    for operation in planned(ports, ADA, USER, in_group("a"), in_group("b")).operations:
        done(ports, operation)
    assert [audit_entry.action for audit_entry in ports.logged()] == [
        "create-user",
        "create-membership",
        "create-membership",
    ]
    assert all(first_break(chain) is None for chain in ports.chains())
