"""Which news a step in the life of an operation or a change is worth."""

from datetime import datetime

from dayone.domain.changes import Change, ChangeState
from dayone.domain.events import DomainEvent
from dayone.domain.operations import Operation, OperationState

_NEWS_OF_OPERATIONS = {
    OperationState.SUCCEEDED: "Operation Succeeded",
    OperationState.FAILED: "Operation Failed",
    OperationState.SUPERSEDED: "Operation Superseded",
    OperationState.HELD: "Operation Held",
}
_NEWS_OF_CHANGES = {
    ChangeState.HELD: "Change Held",
    ChangeState.SUCCEEDED: "Change Succeeded",
    ChangeState.FAILED: "Change Failed",
}


def news_of_operation(before: Operation | None, after: Operation, *, at: datetime) -> DomainEvent | None:
    """An event when the operation has just come to an end or to a halt, else None."""
    news = _NEWS_OF_OPERATIONS.get(after.state)
    if news is None or (before is not None and before.state is after.state):
        return None
    detail = {
        "change": after.change,
        "operation": after.id,
        "kind": after.kind,
        "subject": str(after.subject),
        "resource": str(after.resource),
        "state": str(after.state),
        "attempts": after.attempts,
        "request_id": after.request_id,
        "failure_reason": after.failure_reason,
    }
    return DomainEvent(id=f"{after.change}/{after.id}/{after.state}", detail_type=news, detail=detail, time=at)


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
        "failed": after.failed,
        "superseded": after.superseded,
        "held": after.held,
        "held_because": after.held_because,
    }
    return DomainEvent(id=f"{after.id}/{after.state}", detail_type=news, detail=detail, time=at)
