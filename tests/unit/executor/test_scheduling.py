"""The next call, whatever the operations, the budgets and the time."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.executor.rate_limits import Allowances, Budgets
from dayone.executor.scheduler import Ask, Idle, Schedule, Start, Wait, is_lost_request
from dayone.model.operations import Action, Lane, Operation, OperationState, Priority, quota_of
from dayone.model.subjects import Resource, ResourceKind, group_named
from tests.builders import (
    GROUP,
    NOON,
    PERMISSION_SET,
    PROVISIONING,
    USER,
    an_operation,
    assignment,
    membership,
    the_account,
    the_group,
    the_person,
    the_set,
)

_SECOND = timedelta(seconds=1)
_BUDGETS = Budgets(sso_admin_calls=10, identity_store_calls=10, outstanding_assignments=3)
_READY = NOON + _SECOND


def _schedule(*operations: Operation, budgets: Budgets = _BUDGETS) -> Schedule:
    made = Schedule(Allowances(budgets), now=NOON)
    made.offer(operations, now=NOON)
    return made


def _assigning(account: int, name: str = "engineers", **more: object) -> Operation:
    made = an_operation(subject=the_account(f"{account:012}"), resource=assignment(name))
    return replace(made, **more)  # type: ignore[arg-type]


def _submitted(operation: Operation, *, at: datetime | None = None) -> Operation:
    return replace(operation, state=OperationState.SUBMITTED, request_id=f"r-{operation.id}", submitted_at=at)


def _parked(operation: Operation) -> Operation:
    return replace(operation, is_parked=True, awaits=group_named("engineers"))


def _starts(schedule: Schedule, now: datetime = _READY) -> list[Operation]:
    """Return the operations that may be started at one moment in a row."""
    started = []
    while isinstance(step := schedule.next(now), Start):
        started.append(step.operation)
        now += _SECOND / 5
    return started


def test_without_operations_there_is_nothing_to_do() -> None:
    assert _schedule().next(NOON) == Idle()


def test_the_first_operation_goes_first_as_soon_as_the_rate_allows() -> None:
    schedule = _schedule(an_operation(0))
    assert schedule.next(NOON) == Wait(NOON + _SECOND / 10)
    assert schedule.next(_READY) == Start(an_operation(0))
    assert schedule.next(_READY) == Idle()


def test_what_must_be_created_first_is_waited_for() -> None:
    user, member = an_operation(0), replace(an_operation(1, resource=membership()), after=(0,))
    schedule = _schedule(member, user)
    assert _starts(schedule) == [user]
    schedule.ended(user)
    assert _starts(schedule) == [member]


def test_what_another_plan_creates_is_waited_for() -> None:
    group = an_operation(subject=the_group("engineers"), resource=GROUP)
    member = replace(an_operation(1, resource=membership()), requires=(group_named("engineers"),))
    schedule = _schedule(member, group)
    assert _starts(schedule) == [group]
    schedule.ended(group)
    assert _starts(schedule) == [member]


def test_one_that_is_to_wait_is_passed_over_and_waited_for() -> None:
    later, now = an_operation(0, not_before=NOON + 5 * _SECOND), an_operation(1, resource=membership())
    schedule = _schedule(later, now)
    assert _starts(schedule) == [now]
    assert schedule.next(_READY) == Wait(NOON + 5 * _SECOND)
    assert schedule.next(NOON + 5 * _SECOND) == Start(later)


def test_one_that_is_parked_is_known_no_more() -> None:
    member = an_operation(1, resource=membership())
    schedule = _schedule(member)
    assert _starts(schedule) == [member]
    schedule.blocked(_parked(member), now=_READY)
    assert not schedule.knows(member.id)
    assert schedule.count(Lane.MEMBERSHIPS) == 0
    assert schedule.next(_READY) == Idle()


def test_what_turns_out_to_be_blocked_has_cost_no_call() -> None:
    blocked = [_assigning(number) for number in range(100)]
    schedule = _schedule(*blocked)
    for operation in blocked:
        assert schedule.next(_READY) == Start(operation)
        schedule.blocked(_parked(operation), now=_READY)
    free = [_assigning(number) for number in range(200, 220)]
    schedule.offer(free, now=_READY)
    started = []
    while isinstance(step := schedule.next(_READY), Start):
        started.append(step.operation)
        schedule.ended(step.operation)
    assert started == free[: int(_BUDGETS.sso_admin_calls)]


def test_whatever_is_blocked_no_second_has_more_calls_than_the_rate() -> None:
    random = Random(1)  # noqa: S311 - chance that can be had again
    now, calls = NOON, list[datetime]()
    schedule = _schedule(*(_assigning(number) for number in range(400)))
    while len(calls) < 100:
        step = schedule.next(now)
        if not isinstance(step, Start):
            assert isinstance(step, Wait)
            now = step.until
        elif random.random() < 0.7:
            schedule.blocked(_parked(step.operation), now=now)
        else:
            calls.append(now)
            schedule.ended(step.operation)
        now += timedelta(seconds=random.random() / 50)
    most = int(_BUDGETS.sso_admin_calls)
    assert all(later - earlier >= _SECOND for earlier, later in zip(calls, calls[most:], strict=False))


def test_what_is_blocked_and_not_parked_is_tried_again_in_a_while() -> None:
    member = an_operation(1, resource=membership())
    schedule = _schedule(member)
    assert _starts(schedule) == [member]
    # As long again as it has waited: its plan is committed a moment later, or never.
    schedule.blocked(member, now=_READY)
    assert schedule.next(_READY) == Wait(_READY + (_READY - member.created_at))
    assert schedule.next(_READY + _SECOND) == Start(member)
    schedule.blocked(member, now=member.created_at)
    assert schedule.next(member.created_at) == Wait(member.created_at + _SECOND / 4)


def test_what_waits_for_one_that_is_refused_is_set_aside_and_what_waits_for_its_turn_is_not() -> None:
    refused = an_operation(subject=the_group("engineers"), resource=GROUP, not_before=NOON + 60 * _SECOND)
    behind = replace(an_operation(1, resource=membership()), requires=(refused.target,))
    running = an_operation(subject=the_group("data"), resource=GROUP)
    soon = replace(an_operation(2, resource=membership("data")), requires=(running.target,))
    schedule = _schedule(behind, refused, soon, running)
    assert schedule.set_aside(Lane.MEMBERSHIPS, most=9) == [replace(behind, awaits=refused.target)]
    assert not schedule.knows(behind.id)
    assert schedule.set_aside(Lane.MEMBERSHIPS, most=9) == []
    assert _starts(schedule) == [running]
    assert schedule.set_aside(Lane.MEMBERSHIPS, most=9) == []
    schedule.ended(running)
    assert _starts(schedule, _READY + _SECOND) == [soon]


def test_an_account_gets_one_assignment_at_a_time() -> None:
    first, second, other = _assigning(1, number=0), _assigning(1, "data", number=1), _assigning(2, number=2)
    schedule = _schedule(first, second, other)
    assert _starts(schedule) == [first, other]
    schedule.submitted(_submitted(first), now=_READY)
    assert not _starts(schedule)
    schedule.completed([_submitted(first)], now=_READY)
    assert _starts(schedule, _READY + _SECOND) == [second]


def test_outstanding_assignments_are_counted_whoever_started_them() -> None:
    earlier = [_submitted(_assigning(number)) for number in range(2)]
    schedule = _schedule(*earlier, *(_assigning(number) for number in range(5, 9)))
    asked = schedule.next(_READY)
    assert isinstance(asked, Ask)
    assert len(_starts(schedule, _READY + _SECOND / 5)) == 1


def test_a_request_that_is_over_makes_room_before_its_end_is_recorded() -> None:
    earlier = [_submitted(_assigning(number)) for number in range(3)]
    schedule = _schedule(*earlier, *(_assigning(number) for number in range(5, 9)))
    assert isinstance(schedule.next(_READY), Ask)
    assert _starts(schedule, _READY + _SECOND / 5) == []
    schedule.completed(earlier[:2], now=_READY)
    assert len(_starts(schedule, _READY + _SECOND / 5)) == 2


def test_what_aws_refuses_for_too_many_requests_was_not_one_of_them() -> None:
    """It refused the third, so two is what it takes; four fifths of that are one, at least for some minutes."""
    schedule = _schedule(*(_assigning(number) for number in range(1, 9)))
    *taken, refused = _starts(schedule)
    for operation in taken:
        schedule.submitted(_submitted(operation), now=_READY)
    schedule.crowded(refused, now=_READY)
    schedule.postponed(refused, until=_READY + 60 * _SECOND)
    schedule.completed(taken, now=_READY)
    for operation in taken:
        schedule.ended(operation)
    assert len(_starts(schedule, _READY + _SECOND)) == 1


def test_a_request_whose_answer_was_lost_counts_for_a_while() -> None:
    lost = _assigning(1, attempts=1)
    assert is_lost_request(lost)
    schedule = _schedule(*(_assigning(number) for number in range(2, 9)))
    schedule.may_be_under_way(lost, since=NOON)
    assert len(_starts(schedule)) == 2
    assert len(_starts(schedule, NOON + _BUDGETS.lost_request)) == 1


def test_nothing_is_begun_in_an_account_where_a_request_may_be_under_way_whose_answer_was_lost() -> None:
    lost, other = _assigning(1, attempts=1), _assigning(1, "data", number=1)
    elsewhere = _assigning(2, number=2)
    schedule = _schedule(lost, other, elsewhere)
    schedule.may_be_under_way(lost, since=NOON)
    assert _starts(schedule) == [elsewhere]
    assert len(_starts(schedule, NOON + _BUDGETS.lost_request)) == 1


def test_concurrent_provisionings_are_counted_by_themselves() -> None:
    sets = [an_operation(subject=the_set(name), resource=PROVISIONING) for name in "abc"]
    schedule = _schedule(*sets, _assigning(1))
    assert {operation.resource.kind for operation in _starts(schedule)} == {
        ResourceKind.PROVISIONING,
        ResourceKind.ASSIGNMENT,
    }
    assert schedule.count(Lane.PERMISSION_SETS) == 1


def test_a_resource_that_aws_works_on_is_left_alone() -> None:
    older = _submitted(an_operation(subject=the_set("a"), resource=PROVISIONING))
    newer = replace(an_operation(subject=the_set("a"), resource=PROVISIONING), generation="2-bb")
    schedule = _schedule(older, newer)
    assert isinstance(schedule.next(_READY), Ask)
    assert not _starts(schedule, _READY + _SECOND / 5)
    schedule.ended(older)
    assert _starts(schedule, _READY + _SECOND / 5) == [newer]


@pytest.mark.parametrize("resource", [PERMISSION_SET, Resource(ResourceKind.MANAGED_POLICY, "ReadOnlyAccess")])
def test_what_aws_brings_to_the_accounts_does_not_change_on_its_way(resource: Resource) -> None:
    bringing = _submitted(an_operation(subject=the_set("a"), resource=PROVISIONING))
    part = replace(an_operation(subject=the_set("a"), resource=resource), generation="2-bb")
    other = an_operation(subject=the_set("b"), resource=resource)
    schedule = _schedule(bringing, part, other)
    assert isinstance(schedule.next(_READY), Ask)
    assert _starts(schedule, _READY + _SECOND / 5) == [other]
    schedule.ended(bringing)
    assert _starts(schedule, _READY + 2 * _SECOND) == [part]


@pytest.mark.parametrize("resource", [PERMISSION_SET, Resource(ResourceKind.MANAGED_POLICY, "ReadOnlyAccess")])
def test_what_is_being_changed_is_not_brought_to_the_accounts_half_made(resource: Resource) -> None:
    part = an_operation(subject=the_set("a"), resource=resource)
    bringing, other = (an_operation(1, subject=the_set(name), resource=PROVISIONING) for name in "ab")
    schedule = _schedule(part)
    assert _starts(schedule) == [part]
    schedule.offer([bringing, other], now=_READY)
    assert _starts(schedule, _READY + _SECOND) == [other]
    schedule.ended(part)
    assert _starts(schedule, _READY + 2 * _SECOND) == [bringing]


def test_a_full_window_does_not_keep_a_leaver_waiting() -> None:
    leaver = an_operation(resource=membership(), action=Action.DELETE, priority=Priority.REVOCATION)
    schedule = _schedule(*(_submitted(_assigning(number)) for number in range(3)), leaver)
    assert isinstance(schedule.next(_READY), Ask)
    assert _starts(schedule, _READY + _SECOND / 5) == [leaver]


def test_the_urgent_goes_first_and_the_rest_is_not_starved() -> None:
    urgent = [
        an_operation(number, subject=the_person(f"u-{number:02}"), resource=membership(), priority=Priority.ONBOARDING)
        for number in range(40)
    ]
    patient = [
        an_operation(subject=the_person(f"p-{number}"), resource=membership(), priority=Priority.REPAIR)
        for number in range(4)
    ]
    started = _starts(_schedule(*patient, *urgent))
    assert started[0] == urgent[0]
    places = [started.index(operation) for operation in patient]
    assert places == [7, 15, 23, 31]


def test_the_longest_chain_of_an_account_is_begun_first() -> None:
    short = [_assigning(account, behind=0) for account in range(1, 6)]
    long = _assigning(9, behind=39)
    assert _starts(_schedule(*short, long))[0] == long


def test_many_requests_are_asked_about_with_one_call_and_one_alone_by_its_id() -> None:
    many = [_submitted(_assigning(number)) for number in range(3)]
    step = _schedule(*many).next(_READY)
    assert isinstance(step, Ask)
    assert (list(step.operations), step.in_bulk) == (many, True)
    alone = _schedule(many[0]).next(_READY)
    assert isinstance(alone, Ask)
    assert (alone.operations, alone.in_bulk) == ((many[0],), False)


def test_what_the_list_does_not_tell_about_is_asked_for_by_its_id() -> None:
    many = [_submitted(_assigning(number)) for number in range(3)]
    schedule = _schedule(*many)
    schedule.next(_READY)
    schedule.unknown(many[:1])
    step = schedule.next(_READY + _SECOND / 5)
    assert isinstance(step, Ask)
    assert (step.operations, step.in_bulk) == ((many[0],), False)


def test_after_a_throttle_everything_under_the_same_quota_slows_down() -> None:
    schedule = _schedule(*(_assigning(number) for number in range(3)))
    schedule.throttled("sso-admin", now=_READY, retry_after=4)
    assert schedule.next(_READY) == Wait(_READY + 4 * _SECOND)
    member = an_operation(1, resource=membership())
    schedule.offer([member], now=_READY)
    assert schedule.next(_READY) == Start(member)


def test_a_lane_is_hungry_when_nothing_known_could_start() -> None:
    schedule = _schedule(_assigning(1), an_operation(0, not_before=NOON + 9 * _SECOND))
    assert not schedule.is_hungry(Lane.ASSIGNMENTS, now=NOON)
    assert schedule.is_hungry(Lane.USERS, now=NOON)
    assert schedule.is_hungry(Lane.GROUPS, now=NOON)
    full = _schedule(*(_submitted(_assigning(number)) for number in range(3)))
    assert not full.is_hungry(Lane.ASSIGNMENTS, now=NOON)


def test_a_request_is_not_asked_about_while_it_cannot_be_over() -> None:
    schedule = _schedule(_assigning(1))
    (operation,) = _starts(schedule)
    schedule.submitted(_submitted(operation, at=_READY), now=_READY)
    step = schedule.next(_READY + _SECOND / 2)
    assert isinstance(step, Wait)
    assert step.until > _READY + _SECOND / 2


_KINDS = (
    (USER, the_person),
    (membership(), the_person),
    (assignment(), lambda name: the_account(f"{name[-1]:0>12}")),
    (PROVISIONING, the_set),
    (Resource(ResourceKind.MANAGED_POLICY, "X"), the_set),
)


@st.composite
def _operations(draw: st.DrawFn) -> list[Operation]:
    made = []
    for number in range(draw(st.integers(1, 25))):
        resource, subject = draw(st.sampled_from(_KINDS))
        operation = an_operation(
            number,
            subject=subject(f"x-{draw(st.integers(0, 5))}"),
            resource=resource,
            action=draw(st.sampled_from([Action.CREATE, Action.DELETE])),
            priority=draw(st.sampled_from(list(Priority))),
        )
        made.append(replace(operation, behind=draw(st.integers(0, 20))))
    return made


class _Aws:
    """Takes what the schedule starts, and checks every budget at every step."""

    def __init__(self, budgets: Budgets, random: Random) -> None:
        self.budgets = budgets
        self.random = random
        self.calls: dict[str, list[datetime]] = {}
        self.over_at: dict[str, tuple[Operation, datetime]] = {}

    def call(self, quota: str, *, now: datetime) -> None:
        earlier = self.calls.setdefault(quota, [])
        earlier.append(now)
        last_second = [moment for moment in earlier if now - _SECOND < moment]
        assert len(last_second) <= self.budgets.range_of(quota)[1], f"{quota} is over its budget"

    def take(self, operation: Operation, *, now: datetime) -> Operation:
        alike = [entry for entry, _ in self.over_at.values() if entry.resource.kind is operation.resource.kind]
        if operation.resource.kind is ResourceKind.ASSIGNMENT:
            assert len(alike) < self.budgets.outstanding_assignments
            assert operation.subject not in {operation.subject for operation in alike}
        else:
            assert len(alike) < self.budgets.concurrent_provisionings
        taken = _submitted(operation, at=now)
        self.over_at[operation.id] = (taken, now + self.random.uniform(1, 15) * _SECOND)
        return taken

    def over(self, asked: Iterable[Operation], *, now: datetime) -> list[Operation]:
        return [self.over_at.pop(operation.id)[0] for operation in asked if self.over_at[operation.id][1] <= now]


@given(_operations(), st.integers(0, 999))
def test_everything_is_done_once_and_no_budget_is_ever_exceeded(operations: list[Operation], seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a drawn example, nothing secret
    aws, schedule, now, done = _Aws(_BUDGETS, random), _schedule(*operations), NOON, list[str]()
    while not isinstance(step := schedule.next(now), Idle):
        match step:
            case Start(operation):
                aws.call(quota_of(operation), now=now)
                if operation.resource.kind in (ResourceKind.ASSIGNMENT, ResourceKind.PROVISIONING):
                    schedule.submitted(aws.take(operation, now=now), now=now)
                else:
                    done.append(operation.id)
                    schedule.ended(operation)
            case Ask(operations=asked):
                aws.call("sso-admin", now=now)
                over = aws.over(asked, now=now)
                schedule.completed(over, now=now)
                for entry in over:
                    done.append(entry.id)
                    schedule.ended(entry)
            case Wait(until):
                assert until > now
                now = until
    assert sorted(done) == sorted(operation.id for operation in operations)
    assert not any(schedule.knows(operation.id) for operation in operations)


@pytest.mark.parametrize(
    "operation",
    [an_operation(resource=membership(), action=Action.DELETE), _assigning(1), an_operation()],
    ids=lambda entry: entry.kind,
)
def test_every_operation_counts_against_a_quota_that_has_a_rate(operation: Operation) -> None:
    assert min(Budgets().range_of(quota_of(operation))) > 0


@pytest.mark.parametrize("builds", ["membership", "assignment"])
def test_a_group_does_not_go_while_something_begins_to_build_on_it(builds: str) -> None:
    resource, subject = (membership(), the_person()) if builds == "membership" else (assignment(), the_account())
    grant = replace(an_operation(subject=subject, resource=resource), requires=(group_named("engineers"),))
    removal = an_operation(subject=the_group(), resource=GROUP, action=Action.DELETE)
    for first, second in ((grant, removal), (removal, grant)):
        schedule = _schedule(first)
        assert _starts(schedule) == [first]
        schedule.offer([second], now=_READY)
        assert _starts(schedule, _READY + _SECOND) == []
        schedule.ended(first)
        assert _starts(schedule, _READY + 2 * _SECOND) == [second]


def test_a_group_does_not_go_while_aws_works_on_an_assignment_of_it() -> None:
    grant = replace(_assigning(1), requires=(group_named("engineers"),))
    removal = an_operation(subject=the_group(), resource=GROUP, action=Action.DELETE)
    schedule = _schedule(_submitted(grant), removal)
    assert not _starts(schedule)
    schedule.ended(_submitted(grant))
    assert _starts(schedule, _READY + _SECOND) == [removal]
