"""The port HeldParts, and removals that were approved, in memory and over DynamoDB alike."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.errors import Conflicting
from dayone.model.changes import Blame, Change, ChangeState
from dayone.model.guardrails import Ground, HeldPart, decided, released
from dayone.model.operations import Action, Operation, OperationState
from dayone.model.subject_state import Head, Plan
from dayone.model.subjects import Resource, ResourceKind, ResourceOf, Subject, SubjectKind
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import (
    ADA,
    BOB,
    HIRED,
    LEFT,
    MOVED,
    NOW,
    USER,
    done,
    doubtful,
    end,
    entry,
    in_group,
    plan,
    planned,
)

pytest_plugins = ("tests.contract.state_fixtures",)

_A, _B = in_group("a"), in_group("b")
_WHY = "2 removals, the limit is 1 (10 % of 10, at least 1)"


def held_plan(ports: StatePorts, subject: Subject, *resources: Resource, change: str = LEFT) -> Plan:
    """A committed plan that would remove these resources and holds all of it."""
    made = plan(ports.subjects.load(subject).head, *resources, change=change, token="h1", action=Action.DELETE)
    operations = tuple(replace(operation, state=OperationState.HELD) for operation in made.operations)
    held = tuple(
        HeldPart(resource=operation.resource, change=change, operation=operation.id) for operation in operations
    )
    after = replace(made.after, outstanding=0, held=held)
    made = replace(made, after=after, operations=operations, held_reason=_WHY)
    ports.subjects.commit(made)
    return made


def _decided(before: Head, *, change: str, is_approved: bool) -> tuple[HeldPart, ...]:
    removals = [removal.resource for removal in before.held]
    ground = Ground(policy_version=4, has_left=False)
    return decided(before.held, change=change, is_approved=is_approved, removals=removals, ground=ground)


def approve(ports: StatePorts, made: Plan) -> None:
    before = ports.subjects.load(made.after.subject).head
    held = _decided(before, change=made.cause.change, is_approved=True)
    ports.held.decide(before, held=held, audit=[])
    ports.held.release(made.cause.change, released(held))


def change_in(ports: StatePorts, change: str = LEFT) -> Change:
    found = ports.records.change(change)
    assert found is not None
    return found


def runnable(ports: StatePorts) -> list[str]:
    return [operation.id for operation in ports.runnable(limit=999)]


def operations_in(ports: StatePorts, change: str = LEFT) -> list[Operation]:
    return list(ports.records.operations(change, cursor="", limit=999).entries)


def test_what_is_held_is_on_record_and_does_not_run(ports: StatePorts) -> None:
    made = held_plan(ports, ADA, _A, _B)
    assert runnable(ports) == []
    assert not ports.due_work.has_runnable()
    change = change_in(ports)
    assert (change.operations, change.held, change.held_reason) == (2, 2, _WHY)
    assert change.state is ChangeState.HELD
    head = ports.subjects.load(ADA).head
    assert (head.outstanding, head.held) == (0, made.after.held)
    assert [operation.state for operation in operations_in(ports)] == [OperationState.HELD] * 2


def test_the_first_reason_to_hold_is_kept(ports: StatePorts) -> None:
    held_plan(ports, ADA, _A)
    made = replace(plan(ports.subjects.load(BOB).head, change=LEFT), held_reason="another")
    ports.subjects.commit(made)
    assert change_in(ports).held_reason == _WHY


def test_whoever_is_to_blame_is_gathered_and_the_first_reason_of_each_is_kept(ports: StatePorts) -> None:
    alice = Blame(actor="arn:aws:sts::111122223333:assumed-role/Pipeline/run-17", reason="put group a in force")
    eve, leaver = Blame(actor="arn:eve", reason="gave grant g-1"), replace(alice, reason="told", of_leavers=True)
    for subject, blamed in ((ADA, (alice,)), (BOB, (replace(alice, reason="another"), eve, leaver))):
        ports.subjects.commit(replace(plan(ports.subjects.load(subject).head, change=LEFT), blamed=blamed))
    assert set(change_in(ports).blamed) == {alice, eve, leaver}
    assert len(change_in(ports).blamed) == 3


def test_whose_removals_a_change_holds_is_found(ports: StatePorts) -> None:
    held_plan(ports, BOB, _A)
    held_plan(ports, ADA, _A, _B)
    planned(ports, Subject(ADA.kind, "e-1003"), USER, change=LEFT)
    held_plan(ports, Subject(ADA.kind, "e-1004"), _A, change=MOVED)
    assert ports.held.subjects(LEFT, after="", limit=99) == ([ADA, BOB], "")
    assert ports.held.subjects(HIRED, after="", limit=99) == ([], "")


def test_whose_removals_a_change_holds_is_found_a_page_at_a_time(ports: StatePorts) -> None:
    held_plan(ports, BOB, _A)
    held_plan(ports, ADA, _A, _B)
    planned(ports, Subject(ADA.kind, "e-1003"), USER, change=LEFT)
    pages, cursor = [], ""
    for _ in range(9):
        subjects, cursor = ports.held.subjects(LEFT, after=cursor, limit=1)
        pages.append(list(subjects))
        if not cursor:
            break
    # One has two operations held; what is not held is looked at and left out.
    assert pages == [[ADA], [ADA], [BOB], [], []]


def test_a_decision_is_noted_on_the_head_with_its_audit_entry(ports: StatePorts) -> None:
    made = held_plan(ports, ADA, _A)
    before = ports.subjects.load(ADA).head
    held = _decided(before, change=LEFT, is_approved=False)
    ports.held.decide(before, held=held, audit=[entry(action="reject-removals")])
    after = ports.subjects.load(ADA).head
    assert after.held == held != made.after.held
    assert after == replace(before, held=held, revision=before.revision + 1)
    assert [audit_entry.action for audit_entry in ports.logged()] == ["reject-removals"]


def test_a_gift_that_was_rejected_is_given_up_and_no_other_resource_of_the_subject(ports: StatePorts) -> None:
    held_plan(ports, ADA, _A, _B)
    before = ports.subjects.load(ADA).head
    assert ports.queue.given_up(ResourceOf(ADA, _A)) == ""
    gift, removal = _decided(before, change=LEFT, is_approved=False)
    ports.held.decide(before, held=(replace(gift, is_gift=True), removal), audit=[])
    assert ports.queue.given_up(ResourceOf(ADA, _A)) == f"was rejected in change {LEFT}"
    assert ports.queue.given_up(ResourceOf(ADA, _B)) == ""


def test_whether_an_account_still_awaits_approval_is_noted_with_the_decision(ports: StatePorts) -> None:
    for awaits in (True, False):
        before = ports.subjects.load(ADA).head
        if not before.revision:
            planned(ports, ADA, USER)
            before = ports.subjects.load(ADA).head
        ports.held.decide(before, held=before.held, audit=[], awaits_approval=awaits)
        assert ports.subjects.load(ADA).head.awaits_approval is awaits


def test_a_decision_from_before_anything_moved_is_refused(ports: StatePorts) -> None:
    held_plan(ports, ADA, _A)
    before = ports.subjects.load(ADA).head
    planned(ports, ADA, USER, change=MOVED, token="b2")
    with pytest.raises(Conflicting):
        ports.held.decide(before, held=(), audit=[entry()])
    assert ports.subjects.load(ADA).head.held == before.held
    assert ports.logged() == []


def test_a_plan_from_before_a_decision_is_refused(ports: StatePorts) -> None:
    made = held_plan(ports, ADA, _A)
    before = ports.subjects.load(ADA).head
    approve(ports, made)
    with pytest.raises(Conflicting):
        ports.subjects.commit(plan(before, USER, change=MOVED))


def test_what_is_released_runs(ports: StatePorts) -> None:
    made = held_plan(ports, ADA, _A, _B)
    approve(ports, made)
    assert runnable(ports) == [operation.id for operation in made.operations]
    change = change_in(ports)
    assert (change.held, change.state) == (0, ChangeState.RUNNING)
    for operation in ports.runnable(limit=9):
        assert ports.queue.is_released(operation)
        done(ports, operation, applied=None)
    assert change_in(ports).state is ChangeState.SUCCEEDED
    head = ports.subjects.load(ADA).head
    assert (head.held, head.outstanding) == ((), 0)


def test_what_is_released_runs_whatever_plan_is_in_force_by_then(ports: StatePorts) -> None:
    made = held_plan(ports, ADA, _A)
    newer = planned(ports, ADA, USER, change=MOVED, token="b2")
    approve(ports, made)
    (removal,) = [operation for operation in ports.runnable(limit=9) if operation.change == LEFT]
    assert ports.queue.generation_of(ADA) == newer.after.generation != removal.generation
    done(ports, removal, applied=None)
    head = ports.subjects.load(ADA).head
    assert (head.outstanding, head.held) == (1, ())
    assert change_in(ports).succeeded == 1


def test_what_is_withdrawn_after_its_release_does_not_begin(ports: StatePorts) -> None:
    made = held_plan(ports, ADA, _A)
    approve(ports, made)
    planned(ports, ADA, USER, change=MOVED, token="b2", held=())
    (removal,) = [operation for operation in ports.runnable(limit=9) if operation.change == LEFT]
    assert not ports.queue.is_released(removal)
    assert ports.queue.begin(removal, doubt=doubtful(removal)) is None


def test_only_the_approved_of_a_subject_are_released(ports: StatePorts) -> None:
    first = held_plan(ports, ADA, _A)
    before = ports.subjects.load(ADA).head
    other = HeldPart(resource=_B, change=MOVED, operation="person:e-1001@9-x/0000")
    ports.held.decide(before, held=(*before.held, other), audit=[])
    approve(ports, first)
    (removal,) = ports.runnable(limit=9)
    assert removal.resource == _A
    done(ports, removal, applied=None)
    assert ports.subjects.load(ADA).head.held == (other,)


def test_what_is_held_is_found_by_what_it_would_remove_until_it_is_decided_on(ports: StatePorts) -> None:
    account = Subject(SubjectKind.ACCOUNT, "111122223333")
    own = Resource(ResourceKind.ASSIGNMENT, "ViewOnly/engineers")
    made = held_plan(ports, account, own, change=MOVED)
    on = ResourceOf(account, own)
    assert (ports.queue.held_by(on), ports.queue.held_by(ResourceOf(ADA, own))) == (MOVED, "")
    assert ports.queue.held_use("ViewOnly", ["999900001111", account.name]) == on
    assert ports.queue.held_use("View", [account.name]) is None
    approve(ports, made)
    assert (ports.queue.held_by(on), ports.queue.held_use("ViewOnly", [account.name])) == ("", None)


def test_a_removal_that_failed_is_asked_for_anew(ports: StatePorts) -> None:
    made = held_plan(ports, ADA, _A)
    approve(ports, made)
    (removal,) = ports.runnable(limit=9)
    begun = ports.queue.begin(removal, doubt=doubtful(removal))
    assert begun is not None
    ports.queue.finish([end(begun, state=OperationState.FAILED)])
    assert ports.subjects.load(ADA).head.held == ()
    assert change_in(ports).state is ChangeState.FAILED


def test_what_is_dropped_is_superseded_with_its_reason(ports: StatePorts) -> None:
    made = held_plan(ports, ADA, _A, _B)
    ports.held.drop(LEFT, [operation.id for operation in made.operations], reason="rejected by ops", at=NOW)
    assert runnable(ports) == []
    told = {(operation.state, operation.failure_reason, operation.finished_at) for operation in operations_in(ports)}
    assert told == {(OperationState.SUPERSEDED, "rejected by ops", NOW)}
    change = change_in(ports)
    assert (change.held, change.superseded, change.state) == (0, 2, ChangeState.SUCCEEDED)


def test_what_has_expired_is_counted_by_the_change_and_by_the_day(ports: StatePorts) -> None:
    made = held_plan(ports, ADA, _A, _B)
    first, second = [operation.id for operation in made.operations]
    today = NOW.date()
    ports.held.drop(LEFT, [first], reason="rejected", at=NOW)
    assert (change_in(ports).expired, ports.ledger.expired([today])) == (0, 0)
    for _ in range(2):
        ports.held.drop(LEFT, [first, second], reason="too late", at=NOW, is_expiry=True)
    change = change_in(ports)
    assert (change.held, change.superseded, change.expired) == (0, 2, 1)
    days = [today - timedelta(days=1), today, today + timedelta(days=1)]
    assert [ports.ledger.expired([day]) for day in days] == [0, 1, 0]
    assert ports.ledger.expired(days) == 1
    assert ports.ledger.expired([]) == 0


@pytest.mark.parametrize("first", ["release", "drop"])
def test_what_has_been_decided_is_not_decided_again(ports: StatePorts, first: str) -> None:
    made = held_plan(ports, ADA, _A)
    names = [operation.id for operation in made.operations]
    for decision in (first, "release", "drop"):
        if decision == "release":
            ports.held.release(LEFT, names)
        else:
            ports.held.drop(LEFT, names, reason="no", at=NOW + timedelta(hours=1))
    change = change_in(ports)
    assert (change.held, change.superseded) == (0, int(first == "drop"))
    assert len(runnable(ports)) == int(first == "release")


def test_operations_that_nobody_knows_are_left_at_that(ports: StatePorts) -> None:
    ports.held.release(LEFT, [])
    ports.held.drop(LEFT, ["person:e-1@1-aa/0000"], reason="no", at=NOW)
    assert ports.records.change(LEFT) is None


def test_more_than_one_transaction_holds_are_held_and_released(ports: StatePorts) -> None:
    many = [in_group(f"group-{number:03d}") for number in range(220)]
    made = held_plan(ports, ADA, *many)
    assert change_in(ports).held == 220
    approve(ports, made)
    assert len(runnable(ports)) == 220
    change = change_in(ports)
    assert (change.held, change.state) == (0, ChangeState.RUNNING)
