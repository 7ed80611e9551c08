"""Steps that are published as events, and their contents."""

import json
from dataclasses import replace

import pytest

from dayone.events import news_of_change, news_of_operation
from dayone.model.changes import Change
from dayone.model.operations import Action, OperationState
from dayone.model.retry import Refusal
from tests.builders import NOON, a_cause, an_operation

_PENDING = an_operation()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, OperationState.PENDING, None),
        (OperationState.PENDING, OperationState.SUBMITTED, None),
        (OperationState.PENDING, OperationState.PENDING, None),
        (OperationState.PENDING, OperationState.HELD, "Operation Held"),
        (OperationState.PENDING, OperationState.SUPERSEDED, "Operation Superseded"),
        (OperationState.PENDING, OperationState.FAILED, "Operation Failed"),
        (OperationState.SUBMITTED, OperationState.SUCCEEDED, "Operation Succeeded"),
        (OperationState.SUCCEEDED, OperationState.SUCCEEDED, None),
        (None, OperationState.SUCCEEDED, "Operation Succeeded"),
    ],
)
def test_news_of_an_operation(before: OperationState | None, after: OperationState, expected: str | None) -> None:
    was = None if before is None else replace(_PENDING, state=before)
    news = news_of_operation(was, replace(_PENDING, state=after), at=NOON)
    assert (news.detail_type if news else None) == expected


def test_an_event_of_an_operation_says_what_came_of_it_and_of_whom_by_id_alone() -> None:
    failed = replace(_PENDING, state=OperationState.FAILED, attempts=3, failure_reason="no")
    news = news_of_operation(_PENDING, replace(failed, attributes={"given_name": "Ada"}), at=NOON)
    assert news is not None
    assert (news.id, news.time) == ("01CHANGE/person:e-1@1-aa/0000/failed", NOON)
    assert json.loads(json.dumps(news.detail)) == {
        "change": "01CHANGE",
        "operation": "person:e-1@1-aa/0000",
        "kind": "create-user",
        "subject": "person:e-1",
        "resource": "user",
        "state": "failed",
        "outcome": "",
        "failed_before": False,
        "attempts": 3,
        "request_id": "",
        "failure_reason": "no",
        "takes_access_away": False,
    }


def test_what_aws_denies_to_us_is_told_once_for_as_long_as_it_lasts() -> None:
    denied = replace(_PENDING, refusal=Refusal.DENIED, refused_since=NOON, failure_reason="AccessDeniedException: no")
    news = news_of_operation(_PENDING, denied, at=NOON)
    assert news is not None
    assert news.detail_type == "Operation Denied"
    assert (news.detail["state"], news.detail["failure_reason"]) == ("pending", "AccessDeniedException: no")
    tried_again = replace(denied, attempts=2, failure_reason="")
    assert news_of_operation(denied, tried_again, at=NOON) is None
    assert news_of_operation(tried_again, replace(denied, attempts=2), at=NOON) is None


def test_what_is_denied_and_then_done_is_told_to_be_done() -> None:
    denied = replace(_PENDING, refusal=Refusal.DENIED, refused_since=NOON)
    news = news_of_operation(denied, replace(denied, state=OperationState.SUCCEEDED), at=NOON)
    assert news is not None
    assert news.detail_type == "Operation Succeeded"


def test_an_event_says_when_somebody_keeps_access_by_a_failure() -> None:
    removal = replace(_PENDING, action=Action.DELETE, state=OperationState.FAILED)
    news = news_of_operation(_PENDING, removal, at=NOON)
    assert news is not None
    assert news.detail["takes_access_away"] is True


_RUNNING = Change(cause=a_cause(), planned=1, operations=2, succeeded=1)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, _RUNNING, None),
        (_RUNNING, _RUNNING, None),
        (_RUNNING, replace(_RUNNING, succeeded=2), "Change Succeeded"),
        (_RUNNING, replace(_RUNNING, failed=1), "Change Failed"),
        (None, Change(cause=a_cause(), planned=1), "Change Succeeded"),
        (_RUNNING, replace(_RUNNING, succeeded=1, held=1), "Change Held"),
        (replace(_RUNNING, succeeded=2), replace(_RUNNING, succeeded=2), None),
    ],
)
def test_news_of_a_change(before: Change | None, after: Change, expected: str | None) -> None:
    news = news_of_change(before, after, at=NOON)
    assert (news.detail_type if news else None) == expected


def test_an_event_of_a_change_counts() -> None:
    news = news_of_change(_RUNNING, replace(_RUNNING, failed=1), at=NOON)
    assert news is not None
    assert news.id == "01CHANGE/failed"
    assert json.loads(json.dumps(news.detail)) == {
        "change": "01CHANGE",
        "cause": "hr-event",
        "actor": "hr:standard",
        "reference": "evt-1",
        "state": "failed",
        "subjects": 1,
        "operations": 2,
        "succeeded": 1,
        "already_deleted": 0,
        "failed": 1,
        "failed_before": 0,
        "superseded": 0,
        "held": 0,
        "held_reason": "",
    }


def test_an_event_of_a_held_change_says_why() -> None:
    because = "43 removals, the limit is 10 (10 % of 105, at least 5)"
    news = news_of_change(None, replace(_RUNNING, held=2, held_reason=because), at=NOON)
    assert news is not None
    assert (news.id, news.detail["held"], news.detail["held_reason"]) == ("01CHANGE/held", 2, because)
