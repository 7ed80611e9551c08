"""Which news a step in the life of an operation, a change or an account is worth."""

from collections.abc import Iterable
from datetime import datetime

from dayone.domain.assignments import assignment_in
from dayone.domain.bootstrap import Bootstrap, is_reached
from dayone.domain.changes import Change, ChangeState
from dayone.domain.events import DomainEvent
from dayone.domain.guardrails import takes_access_away
from dayone.domain.operations import OPEN_STATES, Operation, OperationState
from dayone.domain.retrying import Refusal
from dayone.domain.subject_states import Head
from dayone.domain.subjects import Resource, ResourceKind

OPERATION_DENIED = "Operation Denied"
OPERATION_FAILED = "Operation Failed"
_NEWS_OF_OPERATIONS = {
    OperationState.SUCCEEDED: "Operation Succeeded",
    OperationState.FAILED: OPERATION_FAILED,
    OperationState.SUPERSEDED: "Operation Superseded",
    OperationState.HELD: "Operation Held",
}
_NEWS_OF_CHANGES = {
    ChangeState.HELD: "Change Held",
    ChangeState.SUCCEEDED: "Change Succeeded",
    ChangeState.FAILED: "Change Failed",
}


def news_of_operation(before: Operation | None, after: Operation, *, at: datetime) -> DomainEvent | None:
    """An event when the operation has just come to an end or to a halt, or AWS denies it to us now, else None."""
    if _is_denied(after) and not (before is not None and _is_denied(before)):
        return _news(after, OPERATION_DENIED, name=f"denied/{after.refused_since}", at=at)
    news = _NEWS_OF_OPERATIONS.get(after.state)
    if news is None or (before is not None and before.state is after.state):
        return None
    return _news(after, news, name=str(after.state), at=at)


def _is_denied(operation: Operation) -> bool:
    return operation.state in OPEN_STATES and operation.refusal is Refusal.DENIED


def _news(after: Operation, news: str, *, name: str, at: datetime) -> DomainEvent:
    detail = {
        "change": after.change,
        "operation": after.id,
        "kind": after.kind,
        "subject": str(after.subject),
        "resource": str(after.resource),
        "state": str(after.state),
        "outcome": str(after.outcome or ""),
        "failed_before": after.failed_before,
        "attempts": after.attempts,
        "request_id": after.request_id,
        "failure_reason": after.failure_reason,
        "takes_access_away": takes_access_away(after),
    }
    return DomainEvent(id=f"{after.change}/{after.id}/{name}", detail_type=news, detail=detail, time=at)


def news_of_change(before: Change | None, after: Change, *, at: datetime) -> DomainEvent | None:
    """An event when the change has just come to its end, or to where only a human can let it go on, else None."""
    news = _NEWS_OF_CHANGES.get(after.state)
    if news is None or (before is not None and before.state is after.state):
        return None
    detail = {
        "change": after.id,
        "cause": str(after.cause.kind),
        "actor": after.cause.actor,
        "reference": after.cause.reference,
        "state": str(after.state),
        "subjects": after.planned,
        "operations": after.operations,
        "succeeded": after.succeeded,
        "was_not_there": after.was_not_there,
        "failed": after.failed,
        "failed_before": after.failed_before,
        "superseded": after.superseded,
        "held": after.held,
        "held_because": after.held_because,
    }
    return DomainEvent(id=f"{after.id}/{after.state}", detail_type=news, detail=detail, time=at)


def news_of_expiry(before: Change | None, after: Change, *, at: datetime) -> DomainEvent | None:
    """An event when the first of what the change held has expired, else None."""
    if not after.expired or (before is not None and before.expired):
        return None
    detail = {
        "change": after.id,
        "cause": str(after.cause.kind),
        "actor": after.cause.actor,
        "reference": after.cause.reference,
        "state": str(after.state),
        "held": after.held,
        "held_because": after.held_because,
    }
    return DomainEvent(id=f"{after.id}/expired", detail_type="Change Expired", detail=detail, time=at)


def is_ready(before: Head | None, after: Head) -> bool:
    """Whether an account has just got the last of what the policy gives it, for the first time."""
    if before is None or before.generation != after.generation:
        return False
    return is_reached(after.bootstrap, before=before.progress, after=after.progress)


def news_of_account(head: Head, bootstrap: Bootstrap, *, has: Iterable[Resource], at: datetime) -> DomainEvent:
    """An event that says that an account is ready since `at`: who has what there, and how long it took, in seconds."""
    assignments = sorted(one.name for one in has if one.kind is ResourceKind.ASSIGNMENT)
    detail = {
        "account": head.subject.name,
        "change": bootstrap.change,
        "began_at": bootstrap.since.isoformat(),
        "ready_at": at.isoformat(),
        "seconds": round((at - bootstrap.since).total_seconds(), 3),
        "assignments": [_who_has_what(assignment) for assignment in assignments],
    }
    name = f"{bootstrap.change}/{head.subject}/ready"
    return DomainEvent(id=name, detail_type="Account Ready", detail=detail, time=at)


def _who_has_what(assignment: str) -> dict[str, str]:
    permission_set, principal = assignment_in(Resource(ResourceKind.ASSIGNMENT, assignment))
    who = {"person": principal.person} if principal.person else {"group": principal.group}
    return {"permission_set": permission_set, **who}
