"""The port Subjects remembers which deliveries of the outside were taken, in memory and over DynamoDB alike."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.errors import Conflicting
from dayone.model.subject_state import Head, ReceivedMessage
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import ADA, BOB, HIRED, LEFT, NOW, plan

pytest_plugins = ("tests.contract.state_fixtures",)

DELIVERY = ReceivedMessage(name="hr:standard:msg_1", forget_at=NOW + timedelta(days=30))


def test_a_delivery_that_nobody_took_is_free(ports: StatePorts) -> None:
    assert ports.subjects.taken_by(DELIVERY.name) == ""


def test_a_delivery_is_taken_by_the_change_whose_plan_brought_it(ports: StatePorts) -> None:
    ports.subjects.commit(replace(plan(Head(subject=ADA), change=HIRED), delivery=DELIVERY))
    assert ports.subjects.taken_by(DELIVERY.name) == HIRED
    assert ports.subjects.taken_by("hr:standard:msg_2") == ""


def test_a_delivery_is_taken_once_and_the_second_plan_leaves_no_trace(ports: StatePorts) -> None:
    ports.subjects.commit(replace(plan(Head(subject=ADA), change=HIRED), delivery=DELIVERY))
    with pytest.raises(Conflicting):
        ports.subjects.commit(replace(plan(Head(subject=BOB), change=LEFT), delivery=DELIVERY))
    assert ports.subjects.taken_by(DELIVERY.name) == HIRED
    assert ports.subjects.load(BOB).head.revision == 0
