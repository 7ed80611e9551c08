"""The port Portions, in memory and over DynamoDB alike."""

from dataclasses import replace

import pytest

from dayone.model.subject_state import Portion
from dayone.model.subjects import Subject, SubjectKind
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import ADA, BOB, HIRED, LEFT, SHOP

pytest_plugins = ("tests.contract.state_fixtures",)

SOME = Portion(number=3, subjects=(ADA, SHOP, Subject(SubjectKind.GROUP, "a # b")), total=7, last=BOB)
LAST = Portion(number=0, subjects=(), total=0, last=None)


def test_a_portion_that_no_run_has_come_to_is_not_there(ports: StatePorts) -> None:
    ports.portions.keep(HIRED, SOME)
    assert ports.portions.kept(HIRED, number=2) is None
    assert ports.portions.kept(LEFT, number=3) is None


@pytest.mark.parametrize("portion", [SOME, LAST])
def test_a_portion_is_read_as_it_was_kept(ports: StatePorts, portion: Portion) -> None:
    assert ports.portions.keep(HIRED, portion) == portion
    assert ports.portions.kept(HIRED, number=portion.number) == portion


def test_of_two_portions_of_one_number_the_first_counts(ports: StatePorts) -> None:
    ports.portions.keep(HIRED, SOME)
    assert ports.portions.keep(HIRED, replace(SOME, subjects=(BOB,), total=5, last=ADA)) == SOME
    assert ports.portions.kept(HIRED, number=SOME.number) == SOME
