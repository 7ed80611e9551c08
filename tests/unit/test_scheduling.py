"""Which call comes next, whatever the operations, the budgets and the time."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from dayone.domain.operations import OPEN_STATES, Operation, OperationState
from dayone.domain.scheduling import Budgets, Confirm, Idle, Pause, Perform, Situation, Step, Wait, next_step, retry_at
from dayone.domain.subjects import Resource, ResourceKind, Subject
from tests.builders import (
    NOON,
    PROVISIONING,
    USER,
    an_operation,
    assignment,
    membership,
    the_account,
    the_person,
    the_set,
)

_SECOND = timedelta(seconds=1)
_BUDGETS = Budgets()


def _step(*operations: Operation, **more: object) -> Step:
    return next_step(Situation(operations=operations, now=NOON, **more), budgets=_BUDGETS)  # type: ignore[arg-type]


def _assigning(number: int, *, account: str = "", state: OperationState = OperationState.PENDING) -> Operation:
    return an_operation(number, subject=the_account(account or f"{number:012}"), resource=assignment(), state=state)


def _provisioning(name: str, *, state: OperationState = OperationState.PENDING) -> Operation:
    return an_operation(subject=the_set(name), resource=PROVISIONING, state=state)


def test_without_operations_there_is_nothing_to_do() -> None:
    assert _step() == Idle()


def test_the_first_operation_goes_first() -> None:
    first, second = an_operation(0), an_operation(1, resource=membership())
    assert _step(first, second) == Perform(first)


def test_one_that_is_blocked_is_passed_over() -> None:
    first, second = an_operation(0), an_operation(1, resource=membership())
    assert _step(first, second, blocked=frozenset({first.id})) == Perform(second)


def test_when_all_are_blocked_there_is_nothing_to_do() -> None:
    one = an_operation()
    assert _step(one, blocked=frozenset({one.id})) == Idle()


def test_one_that_is_to_wait_is_passed_over_and_waited_for() -> None:
    later = an_operation(0, not_before=NOON + 5 * _SECOND)
    now = an_operation(1, resource=membership())
    assert _step(later, now) == Perform(now)
    assert _step(later) == Wait(NOON + 5 * _SECOND)


def test_one_whose_wait_is_over_goes() -> None:
    one = an_operation(not_before=NOON)
    assert _step(one) == Perform(one)


def test_nothing_is_called_sooner_than_the_budget_allows() -> None:
    assert _step(an_operation(), last_call=NOON - _SECOND / 20) == Pause(NOON + _SECOND / 20)
    assert _step(an_operation(), last_call=NOON - _SECOND / 10) == Perform(an_operation())


def test_what_was_submitted_is_asked_about_once_in_a_while() -> None:
    one = _assigning(1, state=OperationState.SUBMITTED)
    assert _step(one) == Confirm(one)
    assert _step(one, asked={one.id: NOON - 2 * _SECOND}) == Confirm(one)
    assert _step(one, asked={one.id: NOON - _SECOND / 4}) == Wait(NOON + _SECOND * 7 / 4)


def test_a_confirmation_that_is_due_comes_before_new_work() -> None:
    submitted, pending = _assigning(1, state=OperationState.SUBMITTED), an_operation()
    assert _step(pending, submitted) == Confirm(submitted)
    assert _step(pending, submitted, asked={submitted.id: NOON}) == Perform(pending)


def test_an_account_gets_one_assignment_at_a_time() -> None:
    submitted = _assigning(1, account="111111111111", state=OperationState.SUBMITTED)
    same = replace(_assigning(2, account="111111111111"), resource=assignment("data"))
    other = _assigning(3, account="222222222222")
    asked = {submitted.id: NOON}
    assert _step(submitted, same, asked=asked) == Wait(NOON + 2 * _SECOND)
    assert _step(submitted, same, other, asked=asked) == Perform(other)


def test_a_resource_that_aws_works_on_is_left_alone() -> None:
    submitted = replace(_provisioning("ViewOnly", state=OperationState.SUBMITTED), generation="1-aa")
    newer = replace(_provisioning("ViewOnly"), generation="2-bb")
    assert _step(submitted, newer, asked={submitted.id: NOON}) == Wait(NOON + 2 * _SECOND)


def test_outstanding_assignments_are_counted() -> None:
    submitted = [_assigning(number, state=OperationState.SUBMITTED) for number in range(10)]
    asked = {one.id: NOON for one in submitted}
    more = _assigning(99)
    assert _step(*submitted, more, asked=asked) == Wait(NOON + 2 * _SECOND)
    assert _step(*submitted[:9], more, asked=asked) == Perform(more)


def test_concurrent_provisionings_are_counted_by_themselves() -> None:
    submitted = [_provisioning(name, state=OperationState.SUBMITTED) for name in ("a", "b")]
    asked = {one.id: NOON for one in submitted}
    more = _provisioning("c")
    assert _step(*submitted, more, asked=asked) == Wait(NOON + 2 * _SECOND)
    assert _step(submitted[0], more, asked=asked) == Perform(more)
    assert _step(*submitted, more, _assigning(1), asked=asked) == Perform(_assigning(1))


def test_a_full_window_does_not_keep_a_leaver_waiting() -> None:
    submitted = [_assigning(number, state=OperationState.SUBMITTED) for number in range(10)]
    leaver = an_operation(resource=membership())
    assert _step(leaver, *submitted, asked={one.id: NOON for one in submitted}) == Perform(leaver)


_subjects: dict[ResourceKind, tuple[Subject, ...]] = {
    ResourceKind.USER: (the_person("e-1"), the_person("e-2")),
    ResourceKind.ASSIGNMENT: (the_account("111111111111"), the_account("222222222222"), the_account("333333333333")),
    ResourceKind.PROVISIONING: (the_set("a"), the_set("b"), the_set("c")),
}
_resources = {ResourceKind.USER: USER, ResourceKind.PROVISIONING: PROVISIONING}


@st.composite
def _operations(draw: st.DrawFn) -> Operation:
    kind = draw(st.sampled_from(list(_subjects)))
    name = f"P/{draw(st.sampled_from('ab'))}"
    return replace(
        an_operation(
            draw(st.integers(0, 99)),
            subject=draw(st.sampled_from(_subjects[kind])),
            resource=_resources.get(kind) or Resource(ResourceKind.ASSIGNMENT, name),
            state=draw(st.sampled_from(sorted(OPEN_STATES))),
            not_before=draw(st.none() | st.integers(-5, 5).map(lambda seconds: NOON + seconds * _SECOND)),
        ),
        generation=draw(st.sampled_from(["1-aa", "2-bb"])),
    )


@st.composite
def _situations(draw: st.DrawFn) -> Situation:
    operations = draw(st.lists(_operations(), max_size=8, unique_by=lambda one: one.id))
    ids = [one.id for one in operations]
    moments = st.integers(0, 3000).map(lambda milliseconds: NOON - timedelta(milliseconds=milliseconds))
    return Situation(
        operations=operations,
        now=NOON,
        blocked=frozenset(draw(st.sets(st.sampled_from(ids))) if ids else ()),
        asked=draw(st.dictionaries(st.sampled_from(ids), moments)) if ids else {},
        last_call=draw(st.none() | moments),
    )


_budgets = st.builds(
    Budgets,
    calls_per_second=st.sampled_from([0.5, 1.0, 10.0]),
    outstanding_assignments=st.integers(1, 3),
    concurrent_provisionings=st.integers(1, 2),
)


@given(_situations(), _budgets)
def test_no_budget_is_ever_exceeded(situation: Situation, budgets: Budgets) -> None:
    step = next_step(situation, budgets=budgets)
    submitted = [one for one in situation.operations if one.state is OperationState.SUBMITTED]
    if isinstance(step, Perform | Confirm) and situation.last_call is not None:
        assert situation.now - situation.last_call >= timedelta(seconds=1 / budgets.calls_per_second)
    if not isinstance(step, Perform):
        return
    one = step.operation
    alike = [other for other in submitted if other.resource.kind is one.resource.kind]
    assert all(other.target != one.target for other in submitted)
    if one.resource.kind is ResourceKind.ASSIGNMENT:
        assert len(alike) < budgets.outstanding_assignments
        assert one.subject not in {other.subject for other in alike}
    if one.resource.kind is ResourceKind.PROVISIONING:
        assert len(alike) < budgets.concurrent_provisionings


@given(_situations(), _budgets)
def test_only_what_is_ready_is_called(situation: Situation, budgets: Budgets) -> None:
    step = next_step(situation, budgets=budgets)
    if isinstance(step, Perform):
        assert step.operation.state is OperationState.PENDING
        assert step.operation.id not in situation.blocked
        assert step.operation.not_before is None or step.operation.not_before <= situation.now
    if isinstance(step, Confirm):
        assert step.operation.state is OperationState.SUBMITTED
        asked = situation.asked.get(step.operation.id)
        assert asked is None or asked + budgets.poll_interval <= situation.now


@given(_situations(), _budgets)
def test_waiting_always_ends_and_idleness_means_nothing_is_left(situation: Situation, budgets: Budgets) -> None:
    step = next_step(situation, budgets=budgets)
    if isinstance(step, (Pause, Wait)):
        assert situation.now < step.until <= situation.now + 5 * _SECOND
    if isinstance(step, Idle):
        assert {one.state for one in situation.operations} <= {OperationState.PENDING}
        assert {one.id for one in situation.operations} <= situation.blocked


@given(attempts=st.integers(1, 10_000), jitter=st.floats(0, 1, exclude_max=True))
def test_a_retry_waits_longer_each_time_up_to_a_minute(attempts: int, jitter: float) -> None:
    wait = retry_at(attempts, now=NOON, jitter=jitter, retry_after=None) - NOON
    ceiling = min(timedelta(seconds=2 ** min(attempts - 1, 10)), timedelta(minutes=1))
    assert ceiling / 2 <= wait < ceiling + timedelta(microseconds=1)


def test_the_jitter_spreads_retries() -> None:
    assert len({retry_at(3, now=NOON, jitter=jitter / 10, retry_after=None) for jitter in range(10)}) == 10


@given(attempts=st.integers(1, 20), seconds=st.floats(0, 3600), jitter=st.floats(0, 1, exclude_max=True))
def test_awss_own_word_wins_when_it_is_longer(attempts: int, seconds: float, jitter: float) -> None:
    ours = retry_at(attempts, now=NOON, jitter=jitter, retry_after=None)
    both = retry_at(attempts, now=NOON, jitter=jitter, retry_after=seconds)
    assert both == max(ours, NOON + timedelta(seconds=seconds))
