"""Poll AWS for submitted operations, and conclude what has become of them."""

from contextlib import suppress
from dataclasses import dataclass, replace

from dayone.errors import AccessDenied, NotFound, Unavailable
from dayone.executor.attempt import IdentityCenter, made_lately
from dayone.executor.handlers.registry import status
from dayone.executor.in_flight import RequestKind
from dayone.executor.results import (
    Changed,
    Ended,
    PollResult,
    Report,
    Trying,
    go_on_at_once,
    put_back,
    refused,
    stumbled,
)
from dayone.executor.scheduler import Ask
from dayone.executor.worker import failed_outcome, finished, finished_in_part
from dayone.model.operations import ALREADY_DELETED, Action, Operation
from dayone.model.retry import FailureKind, Refusal, kind_of_failure
from dayone.model.subjects import ResourceKind, permission_set_named
from dayone.ports.identity_center import RequestState

_MOST_NAMED = 10


@dataclass(frozen=True)
class GoesOn:
    """The others of its accounts are still to be reached, one by one."""

    reason: str


@dataclass(frozen=True)
class DoneExcept:
    """Every account has the set but those that are closed, which the note names."""

    note: str


def with_closed_accounts(operation: Operation, state: RequestState, *, ports: Trying) -> GoesOn | DoneExcept | None:
    """Return the effect of closed accounts on a provisioning; None when they have none.

    AWS fails a provisioning for a suspended account as for one that is too new, and the set would keep its old form
    everywhere else. Seen: tests/captures, sso-admin-06. Raises Unavailable.
    """
    if operation.resource.kind is not ResourceKind.PROVISIONING or not _may_be(operation, state):
        return None
    whole = permission_set_named(operation.subject.name)
    own = ports.queue.applied([whole]).get(whole)
    arn = own.references.get("permission_set_arn") if own else None
    if arn is None:
        return None
    try:
        closed = ports.queue.closed_accounts(ports.aws.permission_sets.accounts(arn))
        remaining = set(ports.aws.permission_sets.outdated_accounts(arn)) - closed if closed else set()
    except NotFound:
        return None
    if not closed:
        return None
    names = f"{', '.join(sorted(closed)[:_MOST_NAMED])}{' and more' if len(closed) > _MOST_NAMED else ''}"
    if not remaining:
        return DoneExcept(f"not in account {names}, which is suspended or closed")
    if state.failure_reason and operation.refusal is Refusal.SINGLE_CALLS:
        return None
    return GoesOn(f"account {names} is suspended or closed: the others get it one by one, {len(remaining)} are left")


def _may_be(operation: Operation, state: RequestState) -> bool:
    if operation.refusal is Refusal.SINGLE_CALLS:
        return True
    return bool(state.failure_reason) and kind_of_failure(state.failure_reason) is FailureKind.PASSING


_FORGOTTEN = "AWS no longer knows the request"


def ask_aws(ask: Ask, *, ports: Trying) -> PollResult:
    """Return AWS's states of these operations; those without a state are missing in the answer, and polled singly.

    An answer in bulk that nobody expected leaves out all of them, so that one request stops no other.
    """
    try:
        return PollResult(ask.kind, ask.operations, _states(ask, aws=ports.aws))
    except Unavailable as error:
        return PollResult(ask.kind, ask.operations, {}, error)
    except Exception as error:  # noqa: BLE001 - whatever it is, it concerns these operations alone
        unread = stumbled(ask.operations[0], error, ports=ports)
        return PollResult(ask.kind, ask.operations, {}, None if ask.in_bulk else unread)


def conclude(operation: Operation, state: RequestState, *, ports: Trying) -> Report:
    """Return the outcome to record for a submitted operation that AWS reports as finished; raises nothing."""
    try:
        return _concluded(operation, state, ports=ports)
    except Unavailable:
        return Changed(operation)
    except Exception as error:  # noqa: BLE001 - whatever it is, it concerns this operation alone
        stumbled(operation, error, ports=ports)
        return Changed(operation)


def _concluded(operation: Operation, state: RequestState, *, ports: Trying) -> Report:
    own = ports.queue.applied([operation.target]).get(operation.target)
    match with_closed_accounts(operation, state, ports=ports):
        case GoesOn(reason):
            return go_on_at_once(operation, reason=reason, ports=ports)
        case DoneExcept(note):
            return Ended(finished_in_part(operation, own=own, note=note, now=ports.clock(), answer=state.status))
    again = _reason_to_try_again(operation, state.failure_reason, ports=ports)
    # A part of it that is not done yet is tried again as a part; an outage of ours is one in any part.
    is_part = operation.refusal is Refusal.SINGLE_CALLS and not isinstance(again, AccessDenied)
    refusal = Refusal.SINGLE_CALLS if is_part else None
    if again is not None and (back := put_back(operation, error=again, ports=ports, refusal=refusal)):
        return back
    now = ports.clock()
    if state.failure_reason and not _is_gone(operation, state.failure_reason):
        return Ended(failed_outcome(operation, own=own, reason=state.failure_reason, now=now))
    # An earlier try that was never answered may have removed it.
    already_deleted = bool(state.failure_reason) and operation.attempts <= 1
    outcome = replace(ALREADY_DELETED, request_id=operation.request_id) if already_deleted else None
    return Ended(finished(operation, own=own, outcome=outcome, now=now, answer=state.status))


def note_denial(operation: Operation, *, error: AccessDenied, ports: Trying) -> Changed:
    """Note that AWS does not let us ask what has become of it; AWS works on it all the same."""
    with suppress(Unavailable):
        denied = refused(operation, Refusal.DENIED, now=ports.clock())
        ports.queue.note_refusal(denied, because=str(error))
    return Changed(operation)


def _reason_to_try_again(operation: Operation, reason: str, *, ports: Trying) -> Unavailable | None:
    if not reason or _is_gone(operation, reason):
        return None
    match kind_of_failure(reason):
        case FailureKind.DENIED:
            return AccessDenied(reason)
        case FailureKind.PASSING:
            return Unavailable(reason)
        case FailureKind.UNKNOWN_ASSIGNEE if _is_new(operation, ports=ports):
            return Unavailable(reason)
    return Unavailable(reason) if reason == _FORGOTTEN else None


def _is_gone(operation: Operation, reason: str) -> bool:
    """Return whether AWS ended a removal as FAILED because there was nothing to remove."""
    return operation.action is Action.DELETE and kind_of_failure(reason) is FailureKind.GONE


def _is_new(operation: Operation, *, ports: Trying) -> bool:
    """Return whether the group or user is so new that AWS may not find it everywhere."""
    required = ports.queue.applied(operation.requires).values()
    return made_lately(required, at=operation.submitted_at or ports.clock())


def _states(ask: Ask, *, aws: IdentityCenter) -> dict[str, RequestState]:
    if ask.in_bulk:
        by_request = {operation.request_id: operation for operation in ask.operations}
        states = _LISTS[ask.kind](aws, by_request.keys())
        return {by_request[request_id].id: state for request_id, state in states.items()}
    (operation,) = ask.operations
    try:
        return {operation.id: status(operation, aws=aws)}
    except NotFound:
        return {operation.id: RequestState(is_over=True, failure_reason=_FORGOTTEN)}


_LISTS = {
    RequestKind.CREATION: lambda aws, requests: aws.assignments.creations(requests),
    RequestKind.DELETION: lambda aws, requests: aws.assignments.deletions(requests),
    RequestKind.PROVISIONING: lambda aws, requests: aws.permission_sets.provisionings(requests),
}
