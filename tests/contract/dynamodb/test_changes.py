"""The port Changes, in memory and over DynamoDB alike."""

from dataclasses import replace
from typing import Any

import pytest

from dayone.errors import NotFound, Outdated
from dayone.model.changes import Change, ChangeState, Decision
from dayone.model.operations import OperationState
from tests.contract.state.test_held_removals import held_plan
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import ADA, BOB, HIRED, LEFT, NOW, USER, cause, done, entry, in_group, plan, planned

pytest_plugins = ("tests.contract.state_fixtures",)


def change_in(ports: StatePorts) -> Change:
    change = ports.records.change(HIRED)
    assert change is not None
    return change


def test_an_opened_change_does_not_know_how_many_subjects_it_has(ports: StatePorts) -> None:
    ports.changes.open(cause())
    assert change_in(ports) == Change(cause=cause(), subjects=None)
    assert change_in(ports).state is ChangeState.PLANNING


def test_a_dismissed_change_leads_to_nothing_and_says_why(ports: StatePorts) -> None:
    ports.changes.dismiss(cause(), note="a repeat")
    change = change_in(ports)
    assert (change.state, change.subjects, change.notes) == (ChangeState.SUCCEEDED, 0, ("a repeat",))


def test_what_is_there_is_not_dismissed(ports: StatePorts) -> None:
    planned(ports, ADA, USER)
    ports.changes.dismiss(cause(), note="a repeat")
    assert (change_in(ports).planned, change_in(ports).notes) == (1, ())


def test_a_subject_that_is_given_up_is_counted_once_and_named(ports: StatePorts) -> None:
    for note in ("ADA: no", "ADA: no again"):
        ports.changes.give_up(cause(), subject=ADA, note=note)
    change = change_in(ports)
    assert (change.subjects, change.planned, change.unplanned) == (1, 0, 1)
    assert (change.state, change.notes) == (ChangeState.FAILED, ("ADA: no",))


def test_one_that_is_asked_for_again_is_to_be_planned_again(ports: StatePorts) -> None:
    ports.changes.give_up(cause(), subject=ADA, note="no")
    for _ in range(2):
        ports.changes.ask_again(HIRED, subject=ADA)
    ports.changes.ask_again(LEFT, subject=ADA)
    assert (change_in(ports).unplanned, change_in(ports).state, change_in(ports).notes) == (0, ChangeState.PLANNING, ())
    assert ports.records.change(LEFT) is None
    ports.changes.give_up(cause(), subject=ADA, note="no again")
    assert (change_in(ports).unplanned, change_in(ports).notes) == (1, ("no again",))


def test_what_is_planned_is_not_given_up(ports: StatePorts) -> None:
    planned(ports, ADA, USER)
    ports.changes.give_up(cause(), subject=ADA, note="no")
    assert (change_in(ports).planned, change_in(ports).unplanned, change_in(ports).notes) == (1, 0, ())


def test_one_that_is_planned_after_all_makes_the_change_whole(ports: StatePorts) -> None:
    ports.changes.open(cause())
    ports.changes.give_up(cause(), subject=ADA, note="no")
    assert change_in(ports).state is ChangeState.PLANNING
    ports.changes.expect(HIRED, subjects=1)
    assert change_in(ports).state is ChangeState.FAILED
    planned(ports, ADA)
    assert change_in(ports).state is ChangeState.SUCCEEDED


def test_a_plan_does_not_end_that(ports: StatePorts) -> None:
    ports.changes.open(cause())
    planned(ports, ADA, USER)
    assert (change_in(ports).subjects, change_in(ports).planned) == (None, 1)


def test_opening_again_changes_nothing(ports: StatePorts) -> None:
    ports.changes.open(cause())
    ports.changes.expect(HIRED, subjects=3)
    ports.changes.open(cause())
    assert change_in(ports).subjects == 3


def test_opening_again_names_the_subjects_of_the_first_time_until_they_are_counted(ports: StatePorts) -> None:
    assert list(ports.changes.open(cause(), subjects=[ADA, BOB])) == [ADA, BOB]
    planned(ports, ADA)
    assert list(ports.changes.open(cause(), subjects=[BOB])) == [ADA, BOB]
    ports.changes.expect(HIRED, subjects=2)
    assert list(ports.changes.open(cause(), subjects=[BOB])) == []
    assert (change_in(ports).subjects, change_in(ports).planned) == (2, 1)


def test_what_there_is_to_audit_about_opening_is_recorded_once(ports: StatePorts) -> None:
    for _ in range(2):
        ports.changes.open(cause(), audit=entry(action="retry-change"))
    assert [audit_entry.action for audit_entry in ports.logged()] == ["retry-change"]


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


def test_a_change_never_has_fewer_subjects_than_were_asked_for(ports: StatePorts) -> None:
    ports.changes.open(cause())
    ports.changes.expect(HIRED, subjects=3)
    ports.changes.expect(HIRED, subjects=1)
    assert change_in(ports).subjects == 3


def test_a_change_that_was_never_opened_expects_nothing(ports: StatePorts) -> None:
    with pytest.raises(NotFound):
        ports.changes.expect(HIRED, subjects=3)
    assert ports.records.change(HIRED) is None


APPROVED = Decision(is_approved=True, actor="arn:aws:iam::111122223333:user/ada", at=NOW)


def _said(ports: StatePorts, decision: Decision, *, version: int = 0, change: str = HIRED) -> Decision:
    audit = entry(action="approve-change")
    return ports.changes.decide(change, decision, expected_version=version, audit=audit)


def test_a_decision_is_kept_with_its_audit_entry(ports: StatePorts) -> None:
    planned(ports, ADA, USER)
    assert _said(ports, APPROVED) == replace(APPROVED, version=1)
    change = change_in(ports)
    assert (change.decision, change.held_version, change.is_decided) == (replace(APPROVED, version=1), 1, True)
    assert change.operations == 1
    assert [audit_entry.action for audit_entry in ports.logged()] == ["approve-change"]


def test_what_was_decided_first_counts(ports: StatePorts) -> None:
    planned(ports, ADA, USER)
    first = _said(ports, APPROVED)
    rejected = replace(APPROVED, is_approved=False, actor="arn:aws:iam::111122223333:user/bob")
    assert _said(ports, rejected) == first
    assert change_in(ports).decision == first
    assert len(ports.logged()) == 1


@pytest.mark.parametrize(
    "part", [{"subjects": (ADA,)}, {"resources": (in_group("a"),)}, {"only_leavers": True}], ids=min
)
def test_a_decision_about_a_part_is_counted_and_leaves_the_change_to_be_decided_on(
    ports: StatePorts, part: dict[str, Any]
) -> None:
    planned(ports, ADA, USER)
    said = replace(APPROVED, **part)
    assert _said(ports, said) == replace(said, version=1)
    assert (change_in(ports).decision, change_in(ports).held_version, change_in(ports).is_decided) == (None, 1, False)
    with pytest.raises(Outdated):
        _said(ports, APPROVED)
    assert _said(ports, APPROVED, version=1).version == 2
    assert len(ports.logged()) == 2


def test_what_is_held_after_a_decision_is_to_be_decided_on_by_another(ports: StatePorts) -> None:
    held_plan(ports, ADA, in_group("a"), in_group("b"), change=HIRED)
    assert change_in(ports).held_version == 2
    with pytest.raises(Outdated):
        _said(ports, APPROVED, version=1)
    assert _said(ports, APPROVED, version=2).version == 3
    assert change_in(ports).is_decided
    held_plan(ports, BOB, in_group("a"), change=HIRED)
    assert not change_in(ports).is_decided
    with pytest.raises(Outdated):
        _said(ports, APPROVED, version=3)
    assert _said(ports, APPROVED, version=4).version == 5
    assert len(ports.logged()) == 2


def test_nothing_is_decided_on_a_change_that_is_unknown(ports: StatePorts) -> None:
    with pytest.raises(NotFound):
        _said(ports, APPROVED, change=LEFT)
    assert ports.records.change(LEFT) is None
    assert ports.logged() == []


def test_what_has_failed_in_the_plan_in_force_is_known(ports: StatePorts) -> None:
    assert ports.changes.failed_in_plan(ports.subjects.load(ADA).head) == []
    first, second, third = planned(ports, ADA, USER, in_group("a"), in_group("b")).operations
    done(ports, first)
    done(ports, second, state=OperationState.FAILED)
    head = ports.subjects.load(ADA).head
    assert [operation.resource for operation in ports.changes.failed_in_plan(head)] == [second.resource]
    made = plan(head, third.resource, in_group("c"), change=LEFT, token="b2")
    ports.subjects.commit(
        replace(made, operations=(replace(made.operations[0], failed_before=True), made.operations[1]))
    )
    again = ports.changes.failed_in_plan(ports.subjects.load(ADA).head)
    assert [(operation.resource, operation.state) for operation in again] == [(third.resource, OperationState.PENDING)]
