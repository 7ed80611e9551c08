"""Outcomes that are recorded now, and together."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dayone.executor.scheduler import MOST_TOGETHER, outcomes_to_record
from dayone.model.audit import entry_of
from dayone.model.operations import Applied, OperationState
from dayone.model.subjects import Resource, Subject, SubjectKind
from dayone.ports.operations import Finished
from tests.builders import NOON, PERMISSION_SET, USER, an_operation, membership

_SOON, _LATE = NOON + timedelta(seconds=0.1), NOON + timedelta(seconds=0.5)


def _outcome(number: int, *, person: int = 1, resource: Resource | None = None) -> Finished:
    subject = Subject(SubjectKind.PERSON, f"e-{person}")
    operation = an_operation(number, subject=subject, resource=resource or membership(f"g{number}"))
    ended = replace(operation, state=OperationState.SUCCEEDED, finished_at=NOON)
    return Finished(operation=ended, state=ended.state, applied=None, audit=entry_of(ended, at=NOON), at=NOON)


def test_memberships_wait_for_each_other_and_a_user_waits_for_nothing() -> None:
    user, member = _outcome(0, resource=USER), _outcome(1)
    assert outcomes_to_record([member, user], now=NOON, next_at=_SOON) == [user]


@pytest.mark.parametrize(
    ("now", "next_at"),
    [
        pytest.param(NOON, None, id="nothing more comes"),
        pytest.param(NOON, _LATE, id="what comes, comes too late"),
        pytest.param(_LATE, _LATE, id="they have waited for long enough"),
    ],
)
def test_what_is_worth_no_wait_is_recorded(now: datetime, next_at: datetime | None) -> None:
    assert outcomes_to_record([_outcome(1)], now=now, next_at=next_at) == [_outcome(1)]


def test_as_many_as_one_transaction_takes_wait_no_longer() -> None:
    ends = [_outcome(number) for number in range(MOST_TOGETHER)]
    assert outcomes_to_record(ends, now=NOON, next_at=_SOON) == ends
    assert outcomes_to_record(ends[1:], now=NOON, next_at=_SOON) == []


def test_those_of_a_subject_go_together() -> None:
    ends = [_outcome(number, person=person) for number in range(4) for person in range(3)]
    first = outcomes_to_record(ends, now=NOON, next_at=_SOON)
    assert [end.operation.subject.name for end in first] == ["e-0"] * 4 + ["e-1"] * 4 + ["e-2"]


def test_what_brings_other_records_with_it_goes_alone() -> None:
    adopted = replace(_outcome(0, resource=PERMISSION_SET), attached=(Applied(resource=USER),))
    others = [_outcome(number, resource=USER) for number in (1, 2)]
    assert outcomes_to_record([adopted, *others], now=NOON, next_at=None) == [adopted]
