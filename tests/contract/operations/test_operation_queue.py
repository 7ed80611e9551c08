"""The port OperationQueue, in memory and over DynamoDB alike."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.errors import Conflicting
from dayone.model.accounts import AccountState
from dayone.model.operations import Applied, Operation, OperationState, Priority
from dayone.model.retry import Refusal
from dayone.model.subject_state import NO_GENERATION
from dayone.model.subjects import ResourceOf, Subject, SubjectKind, group_named
from tests.builders import an_account
from tests.contract.state_ports import StatePorts
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
    begin,
    confirmed,
    done,
    doubtful,
    end,
    in_group,
    parked,
    plan,
    planned,
)

GROUP = group_named("engineers")

pytest_plugins = ("tests.contract.state_fixtures",)


def one_planned(ports: StatePorts) -> Operation:
    (operation,) = planned(ports, ADA, USER).operations
    return operation


def only(ports: StatePorts) -> Operation:
    """The one operation of the change, as it stands."""
    (operation,) = ports.records.operations(HIRED, cursor="", limit=9).entries
    return operation


def test_what_an_attempt_makes_untrue_is_no_longer_on_record_as_confirmed(ports: StatePorts) -> None:
    (first,) = planned(ports, ADA, in_group("engineers"), change=MOVED, token="b2").operations
    done(ports, first, applied=confirmed(first.resource, attributes={"form": "a"}))
    operation = one_planned(ports)
    unsettled = replace(ports.queue.applied([first.target])[first.target], attributes={})
    assert ports.queue.begin(operation, doubt=doubtful(operation), unsettled=unsettled) is not None
    assert ports.queue.applied([operation.target, first.target])[first.target] == unsettled


class TestRunnable:
    def test_revocations_come_before_everything_and_drift_repair_last(self, ports: StatePorts) -> None:
        planned(ports, ADA, USER, change=HIRED, priority=Priority.REPAIR)
        planned(ports, BOB, USER, change=MOVED, priority=Priority.ONBOARDING)
        planned(ports, SHOP, assigned("ViewOnly", to="g"), change=LEFT, priority=Priority.REVOCATION)
        assert [operation.priority for operation in ports.runnable(limit=9)] == [
            Priority.REVOCATION,
            Priority.ONBOARDING,
            Priority.REPAIR,
        ]

    def test_among_equals_the_older_change_and_then_the_place_in_the_plan_decides(self, ports: StatePorts) -> None:
        newer = planned(ports, BOB, USER, change=MOVED)
        older = planned(ports, ADA, USER, in_group("a"), in_group("b"), change=HIRED)
        assert list(ports.runnable(limit=9)) == [*older.operations, *newer.operations]

    def test_no_more_than_asked_for(self, ports: StatePorts) -> None:
        made = planned(ports, ADA, USER, in_group("a"), in_group("b"))
        assert list(ports.runnable(limit=2)) == list(made.operations[:2])

    def test_an_operation_is_given_as_it_stands(self, ports: StatePorts) -> None:
        operation = begin(ports, one_planned(ports))
        ports.queue.submit(operation, request_id="r-7", at=NOW)
        (found,) = ports.runnable(limit=9)
        assert found == replace(operation, state=OperationState.SUBMITTED, request_id="r-7", submitted_at=NOW)

    def test_a_finished_one_is_not_among_them(self, ports: StatePorts) -> None:
        first, second = planned(ports, ADA, USER, in_group("a")).operations
        done(ports, first)
        assert list(ports.runnable(limit=1)) == [second]


class TestReading:
    def test_an_unknown_subject_has_no_generation(self, ports: StatePorts) -> None:
        assert ports.queue.generation_of(ADA) == NO_GENERATION

    def test_siblings_are_those_of_the_same_plan_finished_or_not(self, ports: StatePorts) -> None:
        older = planned(ports, ADA, USER, change=HIRED)
        made = planned(ports, ADA, in_group("a"), in_group("b"), change=MOVED, token="b2")
        planned(ports, BOB, USER, change=MOVED)
        done(ports, made.operations[0])
        states = [operation.state for operation in ports.queue.siblings(made.operations[1])]
        assert states == [OperationState.SUCCEEDED, OperationState.PENDING]
        assert list(ports.queue.siblings(older.operations[0])) == list(older.operations)

    def test_only_known_resources_are_in_the_answer_however_many_are_asked_for(self, ports: StatePorts) -> None:
        done(ports, one_planned(ports))
        existing = ResourceOf(ADA, USER)
        wanted = [existing, existing, *(ResourceOf(ADA, in_group(f"g{number}")) for number in range(120))]
        assert ports.queue.applied(wanted) == {existing: confirmed(USER)}

    def test_nothing_asked_nothing_answered(self, ports: StatePorts) -> None:
        assert ports.queue.applied([]) == {}


def a_request(ports: StatePorts) -> Operation:
    """On which AWS works for a while."""
    (operation,) = planned(ports, SHOP, assigned("ViewOnly", to="g")).operations
    return operation


class TestBegin:
    def test_counts_the_attempt_and_puts_the_resource_in_doubt(self, ports: StatePorts) -> None:
        operation = a_request(ports)
        now = begin(ports, operation)
        assert now == replace(operation, attempts=1)
        assert only(ports) == now
        assert ports.queue.begun() == [now]
        assert ports.queue.applied([operation.target]) == {operation.target: doubtful(operation)}

    def test_the_attempt_of_what_is_answered_at_once_is_noted_with_the_answer(self, ports: StatePorts) -> None:
        operation = one_planned(ports)
        now = begin(ports, operation)
        assert now == replace(operation, attempts=1)
        assert only(ports) == operation
        assert ports.queue.begun() == []
        assert ports.queue.applied([operation.target]) == {operation.target: doubtful(operation)}
        ports.queue.postpone(now, until=NOW, because="Throttling: slow down")
        assert only(ports).attempts == 1
        ports.queue.finish([end(begin(ports, only(ports)))])
        assert only(ports).attempts == 2

    @pytest.mark.parametrize("state", [OperationState.SUCCEEDED, OperationState.FAILED])
    def test_what_is_over_does_not_begin_again_and_its_resource_stays(
        self, ports: StatePorts, state: OperationState
    ) -> None:
        operation = one_planned(ports)
        made = confirmed(USER, operation=operation.id, at=NOW)
        ports.queue.finish([end(begin(ports, operation), state=state, applied=made)])
        with pytest.raises(Conflicting):
            ports.queue.begin(operation, doubt=doubtful(operation), own=made)
        assert ports.queue.applied([operation.target]) == {operation.target: made}

    def test_clears_what_an_earlier_attempt_left(self, ports: StatePorts) -> None:
        operation = begin(ports, a_request(ports))
        ports.queue.park([parked(operation, on=GROUP)])
        ports.queue.postpone(operation, until=NOW, because="Throttling: slow down")
        (again,) = ports.runnable(limit=1)
        assert (again.waiting_for, again.failure_reason) == ("the group to be confirmed", "Throttling: slow down")
        assert begin(ports, again) == replace(again, attempts=2, waiting_for="", failure_reason="", awaits=None)
        assert only(ports).waiting_for == only(ports).failure_reason == ""

    def test_a_superseded_operation_does_not_begin_and_leaves_no_doubt(self, ports: StatePorts) -> None:
        operation = one_planned(ports)
        planned(ports, ADA, in_group("a"), change=MOVED, token="b2")
        assert ports.queue.begin(operation, doubt=doubtful(operation)) is None
        assert ports.queue.applied([operation.target]) == {}
        assert only(ports).attempts == 0

    def test_of_two_executors_that_read_the_same_only_one_begins(self, ports: StatePorts) -> None:
        operation = one_planned(ports)
        begin(ports, operation)
        with pytest.raises(Conflicting):
            ports.queue.begin(operation, doubt=doubtful(operation))
        assert ports.queue.applied([operation.target]) == {operation.target: doubtful(operation)}

    def test_it_does_not_begin_on_what_has_moved_since_it_was_read_and_leaves_that_as_it_is(
        self, ports: StatePorts
    ) -> None:
        (first,) = planned(ports, ADA, USER, change=MOVED, token="b2").operations
        own = doubtful(begin(ports, first))
        made = confirmed(USER, operation=first.id, at=NOW)
        ports.queue.finish([end(first, applied=made)])
        (second,) = planned(ports, ADA, USER).operations
        with pytest.raises(Conflicting):
            ports.queue.begin(second, doubt=doubtful(second), own=own)
        assert ports.queue.applied([first.target]) == {first.target: made}
        assert only(ports).attempts == 0

    def test_of_one_that_is_taken_over_between_the_reading_and_the_beginning_the_resource_stays(
        self, ports: StatePorts
    ) -> None:
        (first,) = planned(ports, ADA, USER, change=MOVED, token="b2").operations
        made = confirmed(USER, operation=first.id, at=NOW)
        ports.queue.finish([end(begin(ports, first), applied=made)])
        late = one_planned(ports)
        planned(ports, ADA, in_group("a"), change=LEFT, token="c3")
        assert ports.queue.begin(late, doubt=doubtful(late), own=made) is None
        assert ports.queue.applied([late.target]) == {late.target: made}

    def test_a_submitted_one_does_not_begin_again(self, ports: StatePorts) -> None:
        operation = begin(ports, one_planned(ports))
        ports.queue.submit(operation, request_id="r-7", at=NOW)
        with pytest.raises(Conflicting):
            ports.queue.begin(operation, doubt=doubtful(operation))

    def test_one_whose_plan_is_still_being_committed_waits(self, ports: StatePorts) -> None:
        planned(ports, ADA, in_group("a"))
        coming = plan(ports.subjects.load(ADA).head, USER, change=MOVED, token="b2").operations[0]
        with pytest.raises(Conflicting):
            ports.queue.begin(coming, doubt=doubtful(coming))


class TestSubmitAndPostpone:
    def test_a_submitted_operation_keeps_its_request_id(self, ports: StatePorts) -> None:
        operation = begin(ports, one_planned(ports))
        ports.queue.submit(operation, request_id="r-7", at=NOW)
        assert (only(ports).state, only(ports).request_id) == (OperationState.SUBMITTED, "r-7")

    def test_it_is_submitted_once(self, ports: StatePorts) -> None:
        operation = begin(ports, one_planned(ports))
        ports.queue.submit(operation, request_id="r-7", at=NOW)
        with pytest.raises(Conflicting):
            ports.queue.submit(operation, request_id="r-8", at=NOW)
        assert only(ports).request_id == "r-7"

    def test_a_postponed_operation_is_pending_with_its_time_and_reason(self, ports: StatePorts) -> None:
        operation = begin(ports, one_planned(ports))
        ports.queue.submit(operation, request_id="r-7", at=NOW)
        until = NOW + timedelta(seconds=8.25)
        ports.queue.postpone(operation, until=until, because="AWS no longer knows the request")
        (back,) = ports.runnable(limit=1)
        assert (back.state, back.not_before) == (OperationState.PENDING, until)
        assert back.failure_reason == "AWS no longer knows the request"

    def test_a_refusal_stays_known_until_there_is_another(self, ports: StatePorts) -> None:
        operation = replace(begin(ports, one_planned(ports)), refusal=Refusal.DENIED, refused_since=NOW)
        ports.queue.postpone(operation, until=NOW, because="AccessDeniedException: no")
        (back,) = ports.runnable(limit=1)
        assert (back.refusal, back.refused_since) == (Refusal.DENIED, NOW)
        again = begin(ports, back)
        assert (again.refusal, again.refused_since, again.failure_reason) == (Refusal.DENIED, NOW, "")
        later = NOW + timedelta(minutes=1)
        ports.queue.postpone(replace(again, refusal=Refusal.CONFLICT, refused_since=later), until=NOW, because="busy")
        assert (only(ports).refusal, only(ports).refused_since) == (Refusal.CONFLICT, later)

    def test_a_submitted_one_is_noted_to_be_refused_and_stays_submitted(self, ports: StatePorts) -> None:
        operation = begin(ports, one_planned(ports))
        ports.queue.submit(operation, request_id="r-7", at=NOW)
        ports.queue.note_refusal(replace(operation, refusal=Refusal.DENIED, refused_since=NOW), because="no")
        noted = only(ports)
        assert (noted.state, noted.request_id) == (OperationState.SUBMITTED, "r-7")
        assert (noted.refusal, noted.refused_since, noted.failure_reason) == (Refusal.DENIED, NOW, "no")

    def test_a_finished_one_is_neither_postponed_nor_said_to_wait(self, ports: StatePorts) -> None:
        operation = done(ports, one_planned(ports))
        before = only(ports)
        ports.queue.postpone(operation, until=NOW, because="late")
        assert not ports.queue.park([parked(operation, on=GROUP)])
        ports.queue.note_refusal(replace(operation, refusal=Refusal.DENIED, refused_since=NOW), because="late")
        assert only(ports) == before
        assert list(ports.runnable(limit=9)) == []

    def test_one_that_never_was_is_not_made_by_either(self, ports: StatePorts) -> None:
        operation = one_planned(ports)
        unknown = replace(operation, number=7)
        ports.queue.postpone(unknown, until=NOW, because="late")
        assert not ports.queue.park([parked(unknown, on=GROUP)])
        assert only(ports) == operation


class TestSettle:
    def test_a_resource_that_was_not_there_is_gone_again(self, ports: StatePorts) -> None:
        operation = begin(ports, one_planned(ports))
        ports.queue.settle(operation, applied=None, doubt=doubtful(operation))
        assert ports.queue.applied([operation.target]) == {}

    def test_one_that_was_there_is_as_before(self, ports: StatePorts) -> None:
        operation = begin(ports, one_planned(ports))
        ports.queue.settle(operation, applied=confirmed(USER), doubt=doubtful(operation))
        assert ports.queue.applied([operation.target]) == {operation.target: confirmed(USER)}

    @pytest.mark.parametrize("before", [None, confirmed(USER)])
    def test_what_another_run_has_begun_since_stays_in_doubt(self, ports: StatePorts, before: Applied | None) -> None:
        waiting = one_planned(ports)
        operation = begin(ports, waiting)
        later = replace(doubtful(operation), at=NOW + timedelta(seconds=20))
        ports.queue.begin(waiting, doubt=later, own=doubtful(operation))
        ports.queue.settle(operation, applied=before, doubt=doubtful(operation))
        assert ports.queue.applied([operation.target]) == {operation.target: later}


def test_alike_are_the_same_resources_of_all_other_subjects_confirmed_or_in_doubt(ports: StatePorts) -> None:
    for subject, change in ((ADA, HIRED), (BOB, MOVED)):
        made = planned(ports, subject, USER, in_group("engineers"), change=change)
        begin(ports, made.operations[0])
    ada, bob = ResourceOf(ADA, USER), ResourceOf(BOB, USER)
    assert list(ports.queue.alike(ada)) == list(ports.queue.applied([bob]).values()) != []
    assert list(ports.queue.alike(ResourceOf(ADA, in_group("engineers")))) == []


def test_a_group_is_in_use_while_a_membership_or_an_assignment_of_it_is_on_record(ports: StatePorts) -> None:
    assert ports.queue.in_use_by("engineers") is None
    membership = in_group("engineers")
    made = planned(ports, ADA, membership)
    done(ports, made.operations[0], applied=confirmed(membership))
    given = assigned("ViewOnly", to="operators")
    granted = planned(ports, SHOP, given)
    done(ports, granted.operations[0], applied=confirmed(given))
    assert ports.queue.in_use_by("engineers") == ResourceOf(ADA, membership)
    assert ports.queue.in_use_by("operators") == ResourceOf(SHOP, given)
    assert ports.queue.in_use_by("ViewOnly") is None


def test_accounts_that_are_closed_are_told_from_those_that_are_not(ports: StatePorts) -> None:
    for number, state in enumerate(AccountState, start=1):
        account = Subject(SubjectKind.ACCOUNT, f"{number}" * 12)
        planned(ports, account, fact=an_account(account.name, state=state))
    numbers = {state: f"{number}" * 12 for number, state in enumerate(AccountState, start=1)}
    usable = {AccountState.PENDING_ACTIVATION, AccountState.ACTIVE}
    closed = {number for state, number in numbers.items() if state not in usable}
    assert ports.queue.closed_accounts([*numbers.values(), "999999999999"]) == closed


def test_a_subject_is_at_rest_when_nothing_of_its_plan_is_open(ports: StatePorts) -> None:
    assert ports.queue.is_at_rest(ADA)
    (operation,) = planned(ports, ADA, USER).operations
    assert not ports.queue.is_at_rest(ADA)
    done(ports, operation)
    assert ports.queue.is_at_rest(ADA)


def test_a_plan_that_has_come_to_its_end_with_a_failure_tells_its_change(ports: StatePorts) -> None:
    assert ports.queue.given_up(ResourceOf(ADA, USER)) == ""
    first, second = planned(ports, ADA, USER, in_group("engineers")).operations
    done(ports, first, state=OperationState.FAILED, applied=None)
    assert ports.queue.given_up(ResourceOf(ADA, USER)) == ""
    done(ports, second)
    assert ports.queue.given_up(ResourceOf(ADA, USER)) == f"failed in change {HIRED}"
    (again,) = planned(ports, ADA, USER, change=MOVED, failed=0).operations
    done(ports, again)
    assert ports.queue.given_up(ResourceOf(ADA, USER)) == ""
