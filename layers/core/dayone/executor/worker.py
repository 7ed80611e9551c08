"""One try at an operation, from reading what it needs to AWS's answer; many run at a time."""

from dataclasses import replace
from datetime import datetime, timedelta

from dayone.errors import Conflicting, DayOneError, NotFound, Rejected, Unavailable, Unreachable
from dayone.executor.attempt import SETTLES_WITHIN, Attempt, Blocked, Hopeless, Stale, made_lately, prepare
from dayone.executor.handlers.registry import looked_after, perform, there_before
from dayone.executor.parking import blocked_report, hopeless, superseded
from dayone.executor.results import (
    ON_ITS_WAY,
    Changed,
    Ended,
    Parked,
    Report,
    Requested,
    Trying,
    held_in_the_way,
    put_back,
    stumbled,
    what_is_in_the_way,
)
from dayone.model.audit import entry_of
from dayone.model.operations import (
    ALREADY_DELETED,
    TAG_PREFIX,
    Action,
    Applied,
    Failed,
    Operation,
    OperationState,
    Outcome,
    Submitted,
    Succeeded,
)
from dayone.model.retry import FailureKind, kind_of_failure
from dayone.model.subjects import ResourceKind
from dayone.ports.operations import Finished


def doubt_before(attempt: Attempt, *, now: datetime) -> Applied:
    """Return the record of a resource from the AWS call until its answer is recorded."""
    operation, own = attempt.operation, attempt.own
    current = own or Applied(resource=operation.resource)
    # If the resource exists, it has the form desired when the doubt began.
    first_desired = own.attributes if own and own.doubt is not None else attempt.desired
    creating = attempt.action is Action.CREATE
    # Tags that an update may have added are known to the next one, which takes them away when they are not wanted.
    tags = {word: text for word, text in attempt.desired.items() if word.startswith(TAG_PREFIX)}
    return replace(
        current,
        attributes=first_desired if creating else {**tags, **current.attributes},
        references=attempt.references,
        reasons=operation.reasons if creating else current.reasons,
        doubt=attempt.action,
        operation=operation.id,
        change=operation.change,
        at=now,
    )


def finished(
    operation: Operation, *, own: Applied | None, outcome: Succeeded | Failed | None, now: datetime, answer: str = ""
) -> Finished:
    """Return the end given by AWS; no outcome means that a submitted request was answered, by AWS's word `answer`."""
    if isinstance(outcome, Failed):
        return failed_outcome(operation, own=own, reason=outcome.reason, now=now)
    outcome = outcome or Succeeded(request_id=operation.request_id)
    done = replace(operation, state=OperationState.SUCCEEDED, failure_reason="", finished_at=now)
    deletion = outcome.outcome if operation.action is Action.DELETE else None
    done = replace(done, outcome=deletion, request_id=outcome.request_id)
    applied = Applied(
        resource=operation.resource,
        attributes=operation.attributes if outcome.existing is None else outcome.existing,
        references={**(own.references if own else {}), **outcome.references},
        reasons=operation.reasons,
        adopted=outcome.adopted or (own is not None and own.adopted),
        operation=operation.id,
        change=operation.change,
        request_id=outcome.request_id,
        at=now,
    )
    audit = entry_of(done, at=now, doubt=own, answer=answer)
    whole = Finished(operation=done, state=done.state, applied=applied, audit=audit, at=now)
    if operation.action is Action.DELETE:
        return replace(whole, applied=None, gone=operation.covers)
    met = tuple(replace(each, operation=operation.id, change=operation.change, at=now) for each in outcome.attached)
    return replace(whole, attached=met, is_incomplete=outcome.existing not in (None, operation.attributes))


def finished_in_part(operation: Operation, *, own: Applied | None, note: str, now: datetime, answer: str) -> Finished:
    """Return the end of an operation that succeeded except for a step that cannot be done yet, named in the note.

    The resource is recorded without a form, so the next plan of its subject repeats it, and such a plan is requested.
    """
    whole = finished(operation, own=own, outcome=None, now=now, answer=answer)
    applied = replace(whole.applied, attributes={}) if whole.applied else None
    return replace(whole, applied=applied, audit=replace(whole.audit, detail=note), is_incomplete=True)


def failed_outcome(
    operation: Operation,
    *,
    own: Applied | None,
    reason: str,
    now: datetime,
    may_exist: bool = False,
    kept: Applied | None = None,
) -> Finished:
    """Return the end of an operation that AWS refused for good: a creation records `kept`, others the former record.

    With `may_exist` an earlier attempt of the creation was never answered, or a part of the update was done: the doubt
    stays, because otherwise nothing would undo it.
    """
    done = replace(operation, state=OperationState.FAILED, failure_reason=reason, finished_at=now)
    applied = kept if own is None or operation.action is Action.CREATE else replace(own, doubt=None)
    entry = entry_of(done, at=now, doubt=own)
    return Finished(operation=done, state=done.state, applied=applied, untouched=may_exist, audit=entry, at=now)


# For these AWS also reports a policy that does not exist and never will as not found.
_NAMING_A_POLICY = frozenset({ResourceKind.MANAGED_POLICY, ResourceKind.BOUNDARY})
_SETTLES_FOR_THESE_WITHIN = timedelta(seconds=10)


def try_operation(operation: Operation, *, ports: Trying) -> Report:
    """Carry it out if it can run; raises nothing, so that no operation stops the others.

    Whatever nobody expected is logged, and the operation is tried again after a pause, and given up after the usual
    time as one that AWS does not answer.
    """
    try:
        return _try(operation, ports=ports)
    except Unavailable:
        # The table was out of reach, or a planner wrote the same head between our reading and our writing.
        return Changed(operation)
    except Exception as error:  # noqa: BLE001 - whatever it is, it concerns this operation alone
        unanswered = stumbled(operation, error, ports=ports)
    try:
        return _tried_later(operation, error=unanswered, ports=ports)
    except Unavailable:
        return Changed(operation)


def _try(operation: Operation, *, ports: Trying) -> Report:
    verdict = prepare(operation, queue=ports.queue)
    while isinstance(verdict, Blocked):
        report = blocked_report(operation, verdict, ports=ports)
        if not isinstance(report, Parked) or not report.operation.is_parked:
            return report
        operation, before = report.operation, verdict
        # What it waits for may have ended between the look and the write: then nobody would wake it.
        verdict = prepare(operation, queue=ports.queue)
        if verdict == before:
            return report
    if operation.held_by:
        operation = ports.queue.hold_behind(operation, change="")
    match verdict:
        case Stale():
            return Ended(superseded(operation, now=ports.clock()))
        case Hopeless(reason):
            return Ended(hopeless(operation, reason=reason, now=ports.clock()))
        case Attempt() as attempt:
            return _adopt_or_call(attempt, ports=ports)


def _adopt_or_call(attempt: Attempt, *, ports: Trying) -> Report:
    operation = attempt.operation
    try:
        met = there_before(attempt, aws=ports.aws)
        if attempt.own is not None and attempt.own.doubt is not None:
            attempt = looked_after(attempt, aws=ports.aws, now=ports.clock())
    except Unavailable as error:
        return _tried_later(operation, error=error, ports=ports)
    except Rejected as error:
        return Ended(failed_outcome(operation, own=None, reason=str(error), now=ports.clock()))
    if met is not None:
        return Ended(finished(operation, own=None, outcome=met, now=ports.clock()))
    return _call(attempt, ports=ports)


def _tried_later(operation: Operation, *, error: Unavailable, ports: Trying) -> Report:
    back = put_back(operation, error=error, ports=ports)
    return back or Ended(hopeless(operation, reason=str(error), now=ports.clock()))


def _call(attempt: Attempt, *, ports: Trying) -> Report:
    doubt = doubt_before(attempt, now=ports.clock())
    # The provisioning mark without a form, for the time of an operation that changes its set: it stays in force, so the
    # set can be assigned; but the next plan provisions it, whatever the outcome.
    unsettled = replace(attempt.mark, attributes={}) if attempt.mark else None
    operation = ports.queue.begin(attempt.operation, doubt=doubt, own=attempt.own, unsettled=unsettled)
    if operation is None:
        return Changed(attempt.operation)
    if ports.clock() + ON_ITS_WAY >= ports.lease.ends_at:
        # It took so long that another run may be at work on the same by now.
        ports.queue.settle(operation, applied=attempt.own, doubt=doubt)
        return Changed(operation)
    try:
        return _called(attempt, operation=operation, doubt=doubt, ports=ports)
    except Unavailable:
        # AWS may have done it, or be working on it: the number of attempts shows that.
        return Changed(operation)


def _called(attempt: Attempt, *, operation: Operation, doubt: Applied, ports: Trying) -> Report:
    try:
        outcome = _performed(attempt, ports=ports)
    except Unavailable as error:
        is_silent = isinstance(error, Unreachable)
        if not is_silent:
            # AWS answered that it did nothing; only silence leaves a doubt.
            _settle(attempt, operation=operation, doubt=doubt, ports=ports)
        return _kept_from(attempt, operation=operation, doubt=doubt, error=error, ports=ports)
    except Rejected as error:
        within = _SETTLES_FOR_THESE_WITHIN if operation.resource.kind in _NAMING_A_POLICY else SETTLES_WITHIN
        required = attempt.required.values()
        is_too_soon = isinstance(error, NotFound) and made_lately(required, at=ports.clock(), within=within)
        if is_too_soon or kind_of_failure(str(error)) is FailureKind.PASSING:
            _settle(attempt, operation=operation, doubt=doubt, ports=ports)
            if back := put_back(operation, error=Unavailable(str(error)), ports=ports):
                return back
        return _refused(attempt, operation=operation, doubt=doubt, reason=str(error), ports=ports)
    if isinstance(outcome, Submitted):
        now, request_id = ports.clock(), outcome.request_id
        ports.queue.submit(operation, request_id=request_id, at=now)
        submitted = replace(operation, state=OperationState.SUBMITTED, request_id=request_id, submitted_at=now)
        return Requested(submitted)
    if outcome == ALREADY_DELETED and attempt.own is not None and attempt.own.doubt is Action.DELETE:
        # An earlier try of ours was never answered, and may have deleted it.
        outcome = Succeeded()
    return Ended(finished(operation, own=doubt, outcome=outcome, now=ports.clock()))


def _kept_from(attempt: Attempt, *, operation: Operation, doubt: Applied, error: Unavailable, ports: Trying) -> Report:
    if isinstance(error, Conflicting) and (held := held_in_the_way(operation, ports=ports)):
        return blocked_report(attempt.operation, held, ports=ports)
    back = put_back(operation, error=error, ports=ports)
    return back or _given_up(attempt, operation=operation, doubt=doubt, error=error, ports=ports)


def _performed(attempt: Attempt, *, ports: Trying) -> Outcome:
    try:
        return perform(attempt, aws=ports.aws)
    except DayOneError:
        raise
    except Exception as error:
        raise stumbled(attempt.operation, error, ports=ports) from error


def _settle(attempt: Attempt, *, operation: Operation, doubt: Applied, ports: Trying) -> None:
    if not _is_done_in_parts(attempt):
        ports.queue.settle(operation, applied=attempt.own, doubt=doubt)


def _is_done_in_parts(attempt: Attempt) -> bool:
    # Attributes and tags have calls of their own: when one is refused, another may have been done.
    return attempt.action is Action.UPDATE and attempt.operation.resource.kind is ResourceKind.PERMISSION_SET


def _given_up(attempt: Attempt, *, operation: Operation, doubt: Applied, error: Unavailable, ports: Trying) -> Ended:
    reason = f"{error}{what_is_in_the_way(operation, ports=ports)}"
    if isinstance(error, Unreachable):
        # AWS may have done it all the same: the doubt stays, and whoever plans next repeats or undoes it.
        return Ended(hopeless(operation, reason=reason, now=ports.clock()))
    return _refused(attempt, operation=operation, doubt=doubt, reason=reason, ports=ports)


def _refused(attempt: Attempt, *, operation: Operation, doubt: Applied, reason: str, ports: Trying) -> Ended:
    is_there = attempt.own is not None and (attempt.is_confirmed or attempt.action is Action.UPDATE)
    kept = replace(attempt.own, doubt=None) if attempt.own and is_there else None
    may_exist = (attempt.action is Action.CREATE and attempt.may_have_happened) or _is_done_in_parts(attempt)
    return Ended(failed_outcome(operation, own=doubt, reason=reason, now=ports.clock(), may_exist=may_exist, kept=kept))
