"""The port Echoes, in memory and over DynamoDB alike; beside the ports that meet what was noted."""

from dataclasses import replace
from datetime import timedelta

from dayone.model.changes import ChangeFilter, ChangeState
from dayone.model.subject_state import FactVersion, Head, ReceivedMessage
from dayone.ports.idempotency import Echo
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import ADA, BOB, HIRED, MOVED, NOW, VERSION, cause, plan, planned

pytest_plugins = ("tests.contract.state_fixtures",)

ECHO = Echo(
    cause=cause(),
    subject=ADA,
    source="standard",
    version=VERSION,
    delivery="hr:standard:msg_1",
    forget_at=NOW + timedelta(days=30),
    notes=("left aside: a flaw",),
)
LATER = FactVersion(at=NOW + timedelta(hours=1), digest="5f0c", read_at=NOW)


def test_nothing_is_heard_of_a_subject_before_its_first_echo(ports: StatePorts) -> None:
    assert ports.echoes.heard(ADA) == {}


def test_of_each_source_the_newest_echo_is_heard(ports: StatePorts) -> None:
    ports.echoes.note(ECHO)
    ports.echoes.note(replace(ECHO, source="payroll"))
    ports.echoes.note(replace(ECHO, version=LATER))
    assert ports.echoes.heard(ADA) == {"standard": LATER, "payroll": VERSION}
    assert ports.echoes.heard(BOB) == {}


def test_its_change_has_come_to_nothing_and_is_in_no_list(ports: StatePorts) -> None:
    ports.echoes.note(ECHO)
    change = ports.records.change(HIRED)
    assert change is not None
    assert (change.cause, change.state) == (cause(), ChangeState.SUCCEEDED)
    assert (change.subjects, change.planned, change.operations) == (0, 0, 0)
    assert change.notes == ("left aside: a flaw",)
    assert ports.history.changes(cursor="", limit=10).entries == []
    assert ports.history.changes(ChangeFilter(subject=ADA), cursor="", limit=10).entries == []


def test_its_delivery_is_taken_and_its_subject_is_as_it_was(ports: StatePorts) -> None:
    ports.echoes.note(ECHO)
    assert ports.subjects.taken_by("hr:standard:msg_1") == HIRED
    assert ports.subjects.load(ADA).head == Head(subject=ADA)
    assert ports.logged() == []


def test_what_is_noted_again_is_as_it_was(ports: StatePorts) -> None:
    ports.echoes.note(ECHO)
    ports.echoes.note(ECHO)
    change = ports.records.change(HIRED)
    assert change is not None
    assert (change.state, change.planned) == (ChangeState.SUCCEEDED, 0)


def test_a_change_is_counted_once_anything_but_an_echo_is_recorded_of_it(ports: StatePorts) -> None:
    assert not ports.echoes.is_counted(HIRED)
    ports.echoes.note(ECHO)
    assert not ports.echoes.is_counted(HIRED)
    ports.changes.open(cause(change=MOVED))
    assert ports.echoes.is_counted(MOVED)


def test_what_turned_out_to_be_no_echo_is_planned_by_the_same_change_and_stays(ports: StatePorts) -> None:
    ports.echoes.note(ECHO)
    delivery = ReceivedMessage(name=ECHO.delivery, forget_at=ECHO.forget_at)
    ports.subjects.commit(replace(plan(Head(subject=ADA)), delivery=delivery))
    assert ports.subjects.is_planned(ADA, change=HIRED)
    assert ports.echoes.is_counted(HIRED)
    change = ports.records.change(HIRED)
    assert change is not None
    assert (change.state, change.planned) == (ChangeState.SUCCEEDED, 1)
    assert [change.id for change in ports.history.changes(cursor="", limit=10).entries] == [HIRED]


def test_a_subject_that_its_change_did_not_expect_is_one_more(ports: StatePorts) -> None:
    ports.changes.open(cause())
    ports.changes.expect(HIRED, subjects=1)
    planned(ports, BOB)
    ports.subjects.commit(replace(plan(ports.subjects.load(ADA).head), adds_subject=True))
    change = ports.records.change(HIRED)
    assert change is not None
    assert (change.subjects, change.planned, change.state) == (2, 2, ChangeState.SUCCEEDED)
