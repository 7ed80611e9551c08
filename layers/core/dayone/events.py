"""Turn records of the table's stream into domain events, and publish them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dayone.messages.bus_events import (
    AccountAssignment,
    AccountReadyDetail,
    ChangeDetail,
    ChangeExpiredDetail,
    DriftDetail,
    DriftRepairedDetail,
    OperationDetail,
)
from dayone.model.changes import OPEN_CHANGES, OPEN_FOR_LONG, Change, ChangeState
from dayone.model.dependencies import takes_access_away
from dayone.model.inventory import DriftFinding, has_no_doubt
from dayone.model.operations import OPEN_STATES, Applied, Operation, OperationState
from dayone.model.retry import Refusal
from dayone.model.subject_state import Bootstrap, Head, is_reached
from dayone.model.subjects import Resource, ResourceKind, assignment_in
from dayone.ports.messaging import (
    AccountWritten,
    ChangeWritten,
    DetailType,
    DomainEvent,
    EventBus,
    FindingWritten,
    OperationWritten,
    TableStream,
    Written,
)
from dayone.ports.records import OpenMarks, Records

_NEWS_OF_OPERATIONS = {
    OperationState.SUCCEEDED: DetailType.OPERATION_SUCCEEDED,
    OperationState.FAILED: DetailType.OPERATION_FAILED,
    OperationState.SUPERSEDED: DetailType.OPERATION_SUPERSEDED,
    OperationState.HELD: DetailType.OPERATION_HELD,
}
_NEWS_OF_CHANGES = {
    ChangeState.HELD: DetailType.CHANGE_HELD,
    ChangeState.SUCCEEDED: DetailType.CHANGE_SUCCEEDED,
    ChangeState.FAILED: DetailType.CHANGE_FAILED,
}

# A finding names a user whom Day One does not manage by the user name, which the bus is not to have.
_UNMANAGED_USER = re.compile(r"(?<![^/])user:.*")


def news_of_operation(before: Operation | None, after: Operation, *, at: datetime) -> DomainEvent | None:
    """Return an event if the operation has just ended, stopped, or been denied by AWS, else None."""
    if _is_denied(after) and not (before is not None and _is_denied(before)):
        return _news(
            after,
            DetailType.OPERATION_DENIED,
            name=f"denied/{after.refused_since and after.refused_since.isoformat()}",
            at=at,
        )
    news = _NEWS_OF_OPERATIONS.get(after.state)
    if news is None or (before is not None and before.state is after.state):
        return None
    return _news(after, news, name=str(after.state), at=at)


def _is_denied(operation: Operation) -> bool:
    return operation.state in OPEN_STATES and operation.refusal is Refusal.DENIED


def _news(after: Operation, news: DetailType, *, name: str, at: datetime) -> DomainEvent:
    detail: OperationDetail = {
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
    """Return an event if the change has just ended, or waits for a human only, else None."""
    news = _NEWS_OF_CHANGES.get(after.state)
    if news is None or (before is not None and before.state is after.state):
        return None
    detail: ChangeDetail = {
        "change": after.id,
        "cause": str(after.cause.kind),
        "actor": after.cause.actor,
        "reference": after.cause.reference,
        "state": str(after.state),
        "subjects": after.planned,
        "operations": after.operations,
        "succeeded": after.succeeded,
        "already_deleted": after.already_deleted,
        "failed": after.failed,
        "failed_before": after.failed_before,
        "superseded": after.superseded,
        "held": after.held,
        "held_reason": after.held_reason,
    }
    return DomainEvent(id=f"{after.id}/{after.state}", detail_type=news, detail=detail, time=at)


def news_of_expiry(before: Change | None, after: Change, *, at: datetime) -> DomainEvent | None:
    """Return an event if the first held operation of the change has expired, else None."""
    if not after.expired or (before is not None and before.expired):
        return None
    detail: ChangeExpiredDetail = {
        "change": after.id,
        "cause": str(after.cause.kind),
        "actor": after.cause.actor,
        "reference": after.cause.reference,
        "state": str(after.state),
        "held": after.held,
        "held_reason": after.held_reason,
    }
    return DomainEvent(id=f"{after.id}/expired", detail_type=DetailType.CHANGE_EXPIRED, detail=detail, time=at)


def is_ready(before: Head | None, after: Head) -> bool:
    """Return whether an account has just got all its assignments for the first time."""
    if before is None or before.generation != after.generation:
        return False
    return is_reached(after.bootstrap, before=before.progress, after=after.progress)


def news_of_account(head: Head, bootstrap: Bootstrap, *, has: Iterable[Resource], at: datetime) -> DomainEvent:
    """Build the event that an account is ready since `at`, with its assignments and the duration in seconds."""
    assignments = sorted(resource.name for resource in has if resource.kind is ResourceKind.ASSIGNMENT)
    detail: AccountReadyDetail = {
        "account": head.subject.name,
        "change": bootstrap.change,
        "began_at": bootstrap.since.isoformat(),
        "ready_at": at.isoformat(),
        "seconds": round((at - bootstrap.since).total_seconds(), 3),
        "assignments": [_who_has_what(assignment) for assignment in assignments],
    }
    name = f"{bootstrap.change}/{head.subject}/ready"
    return DomainEvent(id=name, detail_type=DetailType.ACCOUNT_READY, detail=detail, time=at)


def _who_has_what(assignment: str) -> AccountAssignment:
    permission_set, principal = assignment_in(Resource(ResourceKind.ASSIGNMENT, assignment))
    if principal.person:
        return {"permission_set": permission_set, "person": principal.person}
    return {"permission_set": permission_set, "group": principal.group}


def news_of_finding(
    before: DriftFinding | None, after: DriftFinding | None, *, recorded: Applied | None, at: datetime
) -> DomainEvent | None:
    """Return an event if a finding has just been opened or closed, else None.

    It is repaired if AWS has confirmed Day One's own work on its resource, which is `recorded`, since it was last seen.
    """
    if before is None and after is not None:
        return _news_of_finding(after, DetailType.DRIFT_FOUND, at=at)
    if before is None or after is not None:
        return None
    if recorded is None or not has_no_doubt(recorded) or recorded.at is None or recorded.at < before.seen_at:
        return _news_of_finding(before, DetailType.DRIFT_RESOLVED, at=at)
    news = _news_of_finding(before, DetailType.DRIFT_REPAIRED, at=at)
    own: DriftRepairedDetail = {
        **_detail_of(before),
        "change": recorded.change,
        "request_id": recorded.request_id,
    }
    return replace(news, detail=own)


def _news_of_finding(finding: DriftFinding, news: DetailType, *, at: datetime) -> DomainEvent:
    # A difference that comes again has the same id, and is another finding.
    name = f"drift/{finding.id}/{finding.first_seen_at.isoformat()}/{news.split()[1].lower()}"
    return DomainEvent(id=name, detail_type=news, detail=_detail_of(finding), time=at)


def _detail_of(finding: DriftFinding) -> DriftDetail:
    difference = finding.difference
    user = f"user:{difference.ids.get('user_id') or difference.ids.get('principal_id', '')}"
    return {
        "finding": finding.id,
        "kind": difference.kind,
        "subject": _UNMANAGED_USER.sub(user, difference.subject),
        "resource": _UNMANAGED_USER.sub(user, difference.resource),
        "attributes": [change.attribute for change in difference.changes],
        "accounts": list(difference.accounts),
        "baseline": finding.is_baseline,
        "first_seen_at": finding.first_seen_at.isoformat(),
        "seen_at": finding.seen_at.isoformat(),
    }


def _recorded(finding: DriftFinding | None, *, records: Records) -> Applied | None:
    target = finding.difference.target if finding else None
    return records.subject(target.subject).applied.get(target.resource) if target else None


@dataclass(frozen=True, kw_only=True)
class PublishEvents:
    """Ports for publishing."""

    stream: TableStream
    records: Records
    open_changes: OpenMarks
    bus: EventBus


@dataclass(frozen=True, kw_only=True)
class Published:
    """Number of published events, and of those about failed or denied operations."""

    events: int
    failed_operations: int
    denied_operations: int


def publish_events(event: Mapping[str, Any], *, ports: PublishEvents) -> Published:
    """Publish all the news in one batch of the stream. The same batch again gives the same ids, and counts again."""
    writes = list(ports.stream.writes(event))
    ports.open_changes.mark(change.cause.place for change in _opened_late(writes))
    news = [domain_event for written in writes for domain_event in _news_of(written, ports.records)]
    if news:
        ports.bus.publish(news)
    failed = sum(domain_event.detail_type is DetailType.OPERATION_FAILED for domain_event in news)
    denied = sum(domain_event.detail_type is DetailType.OPERATION_DENIED for domain_event in news)
    return Published(events=len(news), failed_operations=failed, denied_operations=denied)


# The sweep, which sees each change once and then is a quarter of an hour behind it, may not see these.
_LATE = OPEN_FOR_LONG * 2 / 3


def _opened_late(writes: Iterable[Written]) -> Iterator[Change]:
    """Select changes that are open again, or for the first time, long after they were taken in."""
    for written in writes:
        if isinstance(written, ChangeWritten) and written.after.state in OPEN_CHANGES:
            was_open = written.before is not None and written.before.state in OPEN_CHANGES
            cause = written.after.cause
            if not was_open and written.at - (cause.received_at or cause.at) >= _LATE:
                yield written.after


def _news_of(written: Written, records: Records) -> Iterator[DomainEvent]:
    news: tuple[DomainEvent | None, ...]
    match written:
        case OperationWritten(before=before, after=after, at=at):
            news = (news_of_operation(before, after, at=at),)
        case ChangeWritten(before=before, after=after, at=at):
            news = (news_of_expiry(before, after, at=at), news_of_change(before, after, at=at))
        case AccountWritten(after=after):
            news = (_news_of_account(written, records=records),)
        case FindingWritten(before=before, after=after, at=at):
            news = (news_of_finding(before, after, recorded=_recorded(after or before, records=records), at=at),)
    yield from (domain_event for domain_event in news if domain_event is not None)


def _news_of_account(written: AccountWritten, *, records: Records) -> DomainEvent | None:
    head = written.after
    if head.bootstrap is None or not is_ready(written.before, head):
        return None
    has = records.subject(head.subject).applied
    return news_of_account(head, head.bootstrap, has=has, at=written.at)
