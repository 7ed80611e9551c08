"""The port FailedSubjects, in memory and over DynamoDB alike: what has failed is noted with its end."""

from dataclasses import replace
from datetime import timedelta

from dayone.model.failures import FailedWork, Obstacle
from dayone.model.operations import OperationState
from dayone.model.subjects import ResourceOf
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import ADA, BOB, MOVED, NOW, USER, done, doubtful, end, in_group, planned

pytest_plugins = ("tests.contract.state_fixtures",)

_OBSTACLE = Obstacle(resource=ResourceOf(BOB, USER))


def test_nothing_has_failed_to_begin_with(ports: StatePorts) -> None:
    (operation,) = planned(ports, ADA, USER).operations
    done(ports, operation)
    assert list(ports.failed.all()) == []


def test_what_has_failed_is_to_be_planned_again_in_five_minutes(ports: StatePorts) -> None:
    (operation,) = planned(ports, ADA, USER).operations
    done(ports, operation, state=OperationState.FAILED)
    (failed,) = ports.failed.all()
    expected = FailedWork(subject=ADA, at=NOW + timedelta(minutes=5))
    assert replace(failed, since=None, reason="", change="") == expected


def test_it_is_noted_since_when_it_failed_why_and_in_which_change(ports: StatePorts) -> None:
    for operation, reason in zip(planned(ports, ADA, USER, in_group("a")).operations, ("no", "no again"), strict=True):
        begun = ports.queue.begin(operation, doubt=doubtful(operation))
        assert begun is not None
        failed_so = end(begun, state=OperationState.FAILED)
        ports.queue.finish([replace(failed_so, operation=replace(failed_so.operation, failure_reason=reason))])
    (failed,) = ports.failed.all()
    assert (failed.since, failed.change) == (NOW, operation.change)
    assert failed.reason == f"{operation.kind} {operation.resource}: no again"


def test_what_has_succeeded_in_part_is_to_be_planned_again_as_well(ports: StatePorts) -> None:
    (operation,) = planned(ports, ADA, USER).operations
    done(ports, operation, is_incomplete=True)
    assert [failed.subject for failed in ports.failed.all()] == [ADA]
    assert list(ports.stuck.failed()) == list(ports.failed.all())


def test_what_it_waited_for_in_vain_is_noted_with_it_and_all_of_a_subject_together(ports: StatePorts) -> None:
    first, second = planned(ports, ADA, USER, in_group("a")).operations
    done(ports, first, state=OperationState.FAILED, obstacle=_OBSTACLE)
    other = Obstacle(resource=ResourceOf(BOB, in_group("a")), is_in_the_way=True)
    done(ports, second, state=OperationState.FAILED, obstacle=other)
    (failed,) = ports.failed.all()
    assert failed.obstacles == (_OBSTACLE, other)


def test_what_an_older_plan_wanted_is_nobodys_wish(ports: StatePorts) -> None:
    (operation,) = planned(ports, ADA, in_group("a")).operations
    begun = ports.queue.begin(operation, doubt=doubtful(operation))
    assert begun is not None
    planned(ports, ADA, in_group("b"), change=MOVED, token="b2")
    ports.queue.finish([end(begun, state=OperationState.FAILED)])
    assert list(ports.failed.all()) == []


def test_it_is_kept_otherwise_and_forgotten(ports: StatePorts) -> None:
    (operation,) = planned(ports, ADA, USER).operations
    done(ports, operation, state=OperationState.FAILED)
    (failed,) = ports.failed.all()
    later = replace(failed, at=NOW + timedelta(hours=2), retries=4, is_removal=True, obstacles=(_OBSTACLE,))
    ports.failed.keep(later)
    assert list(ports.failed.all()) == [later]
    ports.failed.forget(ADA)
    ports.failed.forget(ADA)
    assert list(ports.failed.all()) == []
