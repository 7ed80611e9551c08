"""Estimated remaining time of a change: its limits, and its precision against the executor's real time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.changes.estimate import WorkAhead, lanes_to_look_at, place_of, seconds_left
from dayone.executor.rate_limits import Allowances, Budgets
from dayone.executor.scheduler import Ask, Idle, Schedule, Start, Wait
from dayone.model.changes import CauseKind, Change
from dayone.model.dependencies import Difference
from dayone.model.operations import Action, Lane, Operation, OperationState, Priority, order_of
from dayone.model.subjects import DesiredResource
from dayone.planning.diff import Planned, operations
from tests.builders import NOON, a_cause, an_operation, assignment, membership, the_account, the_person

_BUDGETS = Budgets(sso_admin_calls=16, identity_store_calls=15, outstanding_assignments=13)
_COUNTS = st.dictionaries(st.sampled_from(Lane), st.integers(0, 5000))


def estimate(*, chain: int = 0, before: Mapping[Lane, int] | None = None, **left: int) -> int:
    own = {Lane[name.upper()]: number for name, number in left.items()}
    return seconds_left(WorkAhead(left=own, before=before or {}, longest_chain=chain), budgets=_BUDGETS)


def test_it_is_at_least_a_second() -> None:
    assert estimate(memberships=1) == 1


def test_many_assignments_take_as_long_as_the_window_of_outstanding_requests_lets_them() -> None:
    # 13 at a time, some 3.65 seconds each.
    assert estimate(assignments=13_000) == 3650


def test_a_chain_in_one_account_goes_one_after_another() -> None:
    assert estimate(assignments=100, chain=100) == 365


def test_memberships_take_as_long_as_their_rate_says() -> None:
    assert estimate(memberships=1500) == 100


def test_permission_sets_and_assignments_share_a_rate() -> None:
    assert estimate(permission_sets=800) == 100
    assert estimate(permission_sets=800, before={Lane.ASSIGNMENTS: 160}) == 120


def test_lanes_of_different_services_go_side_by_side() -> None:
    assert estimate(memberships=1500, permission_sets=800) == 100


@given(left=_COUNTS, before=_COUNTS, chain=st.integers(0, 500), lane=st.sampled_from(Lane))
def test_more_to_do_never_takes_less_time(
    left: Mapping[Lane, int], before: Mapping[Lane, int], chain: int, lane: Lane
) -> None:
    now = seconds_left(WorkAhead(left=left, before=before, longest_chain=chain), budgets=_BUDGETS)
    more = {**left, lane: left.get(lane, 0) + 1000}
    urgent = {**before, lane: before.get(lane, 0) + 1000}
    assert seconds_left(WorkAhead(left=more, before=before, longest_chain=chain), budgets=_BUDGETS) >= now
    assert seconds_left(WorkAhead(left=left, before=urgent, longest_chain=chain), budgets=_BUDGETS) >= now
    assert seconds_left(WorkAhead(left=left, before=before, longest_chain=chain + 1), budgets=_BUDGETS) >= now


@pytest.mark.parametrize("kind", [cause_kind for cause_kind in CauseKind if cause_kind is not CauseKind.RETRY])
def test_a_change_stands_where_what_it_gives_does(kind: CauseKind) -> None:
    planned = Planned(cause=a_cause(kind), subject=the_person(), generation="1-aa", now=NOON)
    (grant,) = operations([Difference(Action.CREATE, membership(), DesiredResource({}, ()))], planned=planned)

    def at(seconds: int, *, priority: int = grant.priority) -> str:
        operation = an_operation(resource=membership(), priority=Priority(priority))
        return order_of(replace(operation, created_at=NOON + timedelta(seconds=seconds)))

    place = place_of(Change(cause=a_cause(kind)))
    assert at(-1) < place < at(0)
    assert at(3600, priority=grant.priority - 1) < place
    assert place_of(Change(cause=replace(a_cause(CauseKind.RETRY), retries=kind))) == place


def test_only_lanes_that_can_hold_it_up_are_looked_at() -> None:
    def lanes(*left: Lane) -> frozenset[Lane]:
        return lanes_to_look_at(Change(cause=a_cause(), left=dict.fromkeys(left, 1)))

    assert lanes(Lane.USERS) == {Lane.USERS}
    assert lanes(Lane.ASSIGNMENTS, Lane.GROUPS) == {Lane.ASSIGNMENTS, Lane.PERMISSION_SETS, Lane.GROUPS}
    assert lanes() == frozenset()


def _assigning(account: int, number: int, *, of: int) -> Operation:
    operation = an_operation(number, subject=the_account(f"{account:012}"), resource=assignment(f"g{number}"))
    return replace(operation, behind=of - number - 1)


def _took(operations: Sequence[Operation]) -> float:
    """Seconds until the executor's own schedule has them done, if AWS takes as long as is usual, and is not down."""
    schedule, now, over_at = Schedule(Allowances(_BUDGETS), now=NOON), NOON, dict[str, datetime]()
    random = Random(7)  # noqa: S311 - durations, nothing secret
    schedule.offer(operations, now=now)
    while not isinstance(step := schedule.next(now), Idle):
        match step:
            case Start(operation) if operation.resource == membership():
                schedule.ended(operation)
            case Start(operation):
                submitted = replace(operation, state=OperationState.SUBMITTED, request_id=operation.id)
                seconds = 3 * min(5.0, max(0.2, random.lognormvariate(0, 0.6)))
                over_at[operation.id] = now + timedelta(seconds=seconds)
                schedule.submitted(submitted, now=now)
            case Ask(operations=asked):
                over = [operation for operation in asked if over_at[operation.id] <= now]
                schedule.completed(over, now=now)
                for entry in over:
                    schedule.ended(entry)
            case Wait(until):
                now = until
    return (now - NOON).total_seconds()


@pytest.mark.parametrize(("accounts", "sets"), [(40, 5), (200, 2), (2, 30)])
def test_assignments_take_about_as_long_as_is_said(accounts: int, sets: int) -> None:
    operations = [_assigning(account, number, of=sets) for account in range(accounts) for number in range(sets)]
    said = estimate(assignments=accounts * sets, chain=sets)
    assert 0.7 < _took(operations) / said < 1.4


def test_memberships_take_about_as_long_as_is_said() -> None:
    operations = [an_operation(subject=the_person(f"e-{number}"), resource=membership()) for number in range(600)]
    assert 0.7 < _took(operations) / estimate(memberships=600) < 1.4
