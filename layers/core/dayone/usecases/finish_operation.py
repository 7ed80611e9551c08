"""What an operation leaves behind when it begins and when it ends: its state, its resource and its audit entry."""

from dataclasses import replace
from datetime import datetime

from dayone.domain.audit import AuditEntry
from dayone.domain.operations import Action, Applied, Failed, Operation, OperationState, Succeeded
from dayone.ports.operations import Finished
from dayone.usecases.attempts import Attempt


def doubt_before(attempt: Attempt, *, now: datetime) -> Applied:
    """The resource as it must be thought of from the moment AWS is called until its answer is recorded."""
    operation, own = attempt.operation, attempt.own
    known = own or Applied(resource=operation.resource)
    # What may be there is in the form that was wanted when the doubt began.
    first_wanted = own.attributes if own and own.doubt is not None else attempt.wanted
    creating = attempt.action is Action.CREATE
    return replace(
        known,
        attributes=first_wanted if creating else known.attributes,
        references=attempt.references,
        reasons=operation.reasons if creating else known.reasons,
        doubt=attempt.action,
        operation=operation.id,
        change=operation.change,
        at=now,
    )


def unsettled_before(attempt: Attempt) -> Applied | None:
    """The mark of being provisioned as it must be thought of from the same moment: of no form that is known.

    It stays in force, so the set can be assigned; but whoever plans next has it provisioned, whatever becomes of this.
    """
    return replace(attempt.mark, attributes={}) if attempt.mark else None


def finished(
    operation: Operation, *, own: Applied | None, outcome: Succeeded | Failed | None, now: datetime
) -> Finished:
    """The end that AWS gave; no outcome means that a submitted request was answered with SUCCEEDED."""
    if isinstance(outcome, Failed):
        return failed(operation, own=own, reason=outcome.reason, now=now)
    outcome = outcome or Succeeded(request_id=operation.request_id)
    done = replace(
        operation, state=OperationState.SUCCEEDED, request_id=outcome.request_id, failure_reason="", finished_at=now
    )
    applied = None
    if operation.action is not Action.DELETE:
        applied = Applied(
            resource=operation.resource,
            attributes=operation.attributes,
            references={**(own.references if own else {}), **outcome.references},
            reasons=operation.reasons,
            adopted=outcome.adopted or (own is not None and own.adopted),
            operation=operation.id,
            change=operation.change,
            request_id=outcome.request_id,
            at=now,
        )
    gone = operation.covers if operation.action is Action.DELETE else ()
    return Finished(operation=done, state=done.state, applied=applied, audit=_entry(done, now=now), at=now, gone=gone)


def finished_in_part(operation: Operation, *, own: Applied | None, note: str, now: datetime) -> Finished:
    """The end of what has succeeded but for what cannot be done yet, which the note names in the audit log.

    It is of no form that is known, so whoever plans its subject next has it done again, and somebody is to plan it.
    """
    whole = finished(operation, own=own, outcome=None, now=now)
    applied = replace(whole.applied, attributes={}) if whole.applied else None
    return replace(whole, applied=applied, audit=replace(whole.audit, detail=note), is_incomplete=True)


def failed(
    operation: Operation,
    *,
    own: Applied | None,
    reason: str,
    now: datetime,
    may_exist: bool = False,
    kept: Applied | None = None,
) -> Finished:
    """AWS said no for good: a creation leaves `kept`, the rest leaves what was there.

    With `may_exist` an earlier try of the creation was never answered: its doubt stays, or nobody would undo it.
    """
    done = replace(operation, state=OperationState.FAILED, failure_reason=reason, finished_at=now)
    applied = kept if own is None or operation.action is Action.CREATE else replace(own, doubt=None)
    entry = _entry(done, now=now)
    return Finished(operation=done, state=done.state, applied=applied, untouched=may_exist, audit=entry, at=now)


def superseded(operation: Operation, *, now: datetime) -> Finished:
    """A newer plan has taken its place; its resource is the newer plan's business."""
    return _untouched(replace(operation, state=OperationState.SUPERSEDED, finished_at=now), now=now)


def hopeless(operation: Operation, *, reason: str, now: datetime) -> Finished:
    """What it builds on has failed, so AWS is not called."""
    done = replace(operation, state=OperationState.FAILED, failure_reason=reason, finished_at=now)
    return _untouched(done, now=now)


def _untouched(done: Operation, *, now: datetime) -> Finished:
    entry = _entry(done, now=now)
    return Finished(operation=done, state=done.state, applied=None, untouched=True, audit=entry, at=now)


def _entry(operation: Operation, *, now: datetime) -> AuditEntry:
    return AuditEntry(
        at=now,
        actor=operation.actor,
        action=f"{operation.kind} {operation.resource}",
        subject=str(operation.subject),
        change=operation.change,
        outcome=operation.state,
        operation=operation.id,
        reasons=operation.reasons,
        request_id=operation.request_id,
        detail=operation.failure_reason,
    )
