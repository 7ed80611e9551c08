"""The port Changes, in memory and over DynamoDB alike."""

import pytest

from dayone.domain.changes import Change, ChangeState
from dayone.errors import NotFound
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import ADA, HIRED, USER, cause, planned

pytest_plugins = ("tests.contract.state_fixtures",)


def change_in(ports: StatePorts) -> Change:
    change = ports.records.change(HIRED)
    assert change is not None
    return change


def test_an_opened_change_does_not_know_how_many_subjects_it_has(ports: StatePorts) -> None:
    ports.changes.open(cause())
    assert change_in(ports) == Change(cause=cause(), subjects=None)
    assert change_in(ports).state is ChangeState.PLANNING


def test_a_plan_does_not_end_that(ports: StatePorts) -> None:
    ports.changes.open(cause())
    planned(ports, ADA, USER)
    assert (change_in(ports).subjects, change_in(ports).planned) == (None, 1)


def test_opening_again_changes_nothing(ports: StatePorts) -> None:
    ports.changes.open(cause())
    ports.changes.expect(HIRED, subjects=3)
    ports.changes.open(cause())
    assert change_in(ports).subjects == 3


def test_opening_after_a_plan_changes_nothing(ports: StatePorts) -> None:
    planned(ports, ADA, USER)
    ports.changes.open(cause())
    assert (change_in(ports).subjects, change_in(ports).operations) == (1, 1)


@pytest.mark.parametrize("subjects", [0, 2])
def test_the_number_of_subjects_can_be_told_before_and_after_plans(ports: StatePorts, subjects: int) -> None:
    ports.changes.open(cause())
    ports.changes.expect(HIRED, subjects=subjects)
    planned(ports, ADA)
    assert change_in(ports).subjects == subjects
    ports.changes.expect(HIRED, subjects=subjects + 1)
    assert change_in(ports).subjects == subjects + 1


def test_a_change_that_was_never_opened_expects_nothing(ports: StatePorts) -> None:
    with pytest.raises(NotFound):
        ports.changes.expect(HIRED, subjects=3)
    assert ports.records.change(HIRED) is None
