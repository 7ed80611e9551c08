"""A plan is refused when anything it was made from has moved: Subjects beside OperationQueue, in both forms."""

from dataclasses import replace

import pytest

from dayone.errors import Conflicting
from dayone.model.changes import CauseKind
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import (
    ADA,
    BOB,
    LEFT,
    MOVED,
    USER,
    cause,
    confirmed,
    done,
    doubtful,
    end,
    in_group,
    plan,
    planned,
)

pytest_plugins = ("tests.contract.state_fixtures",)


def test_a_plan_from_before_an_operation_began_is_refused(ports: StatePorts) -> None:
    (operation,) = planned(ports, ADA, USER).operations
    before = ports.subjects.load(ADA).head
    ports.queue.begin(operation, doubt=doubtful(operation))
    with pytest.raises(Conflicting):
        ports.subjects.commit(plan(before, change=LEFT))


def test_a_plan_from_before_an_operation_ended_is_refused(ports: StatePorts) -> None:
    (operation,) = planned(ports, ADA, USER).operations
    begun = ports.queue.begin(operation, doubt=doubtful(operation))
    assert begun is not None
    before = ports.subjects.load(ADA).head
    ports.queue.finish([end(begun, applied=confirmed(USER))])
    with pytest.raises(Conflicting):
        ports.subjects.commit(plan(before, change=LEFT))


def test_so_is_one_from_before_an_older_plans_operation_ended(ports: StatePorts) -> None:
    (operation,) = planned(ports, ADA, USER).operations
    begun = ports.queue.begin(operation, doubt=doubtful(operation))
    assert begun is not None
    planned(ports, ADA, in_group("engineers"), change=MOVED, token="b2")
    before = ports.subjects.load(ADA).head
    ports.queue.finish([end(begun, applied=confirmed(USER))])
    with pytest.raises(Conflicting):
        ports.subjects.commit(plan(before, change=LEFT))


def test_a_plan_from_before_an_attempt_was_taken_back_is_refused(ports: StatePorts) -> None:
    (operation,) = planned(ports, ADA, USER).operations
    ports.queue.begin(operation, doubt=doubtful(operation))
    before = ports.subjects.load(ADA).head
    ports.queue.settle(operation, applied=None, doubt=doubtful(operation))
    with pytest.raises(Conflicting):
        ports.subjects.commit(plan(before, change=LEFT))


def test_another_subjects_operations_do_not_disturb_a_plan(ports: StatePorts) -> None:
    (operation,) = planned(ports, BOB, USER).operations
    before = ports.subjects.load(ADA).head
    done(ports, operation)
    ports.subjects.commit(plan(before, USER, change=MOVED))
    assert ports.subjects.load(ADA).head.outstanding == 1


@pytest.mark.parametrize("kind", [CauseKind.HR_EVENT, CauseKind.POLICY])
def test_a_plan_that_is_refused_counts_for_nothing_in_its_change(ports: StatePorts, kind: CauseKind) -> None:
    """Counted by itself, or by what many plans of a change have noted together."""
    because = replace(cause(LEFT), kind=kind)
    (operation,) = planned(ports, ADA, USER).operations
    before = ports.subjects.load(ADA).head
    ports.queue.begin(operation, doubt=doubtful(operation))
    with pytest.raises(Conflicting):
        ports.subjects.commit(replace(plan(before, in_group("engineers"), change=LEFT), cause=because))
    ports.subjects.commit(replace(plan(ports.subjects.load(BOB).head, USER, change=LEFT), cause=because))
    change = ports.records.change(LEFT)
    assert change is not None
    assert (change.planned, change.operations) == (1, 1)
