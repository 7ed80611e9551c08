"""Ask AWS what has become of submitted operations, and what that makes of them."""

from contextlib import suppress

from dayone.domain.failure_reasons import FailureKind, kind_of_failure
from dayone.domain.operations import Action, Operation
from dayone.domain.requests_under_way import RequestKind
from dayone.domain.retrying import Refusal
from dayone.domain.steps import Ask
from dayone.errors import AccessDenied, NotFound, Unavailable
from dayone.ports.identity_center import RequestState
from dayone.usecases.attempts import IdentityCenter
from dayone.usecases.conclude_provisioning import DoneExcept, GoesOn, with_closed_accounts
from dayone.usecases.finish_operation import failed, finished, finished_in_part
from dayone.usecases.perform_operation import status
from dayone.usecases.put_back import Trying, go_on_at_once, put_back, refused
from dayone.usecases.reports import Changed, Ended, Report, Told
from dayone.usecases.try_operation import SETTLES_WITHIN

_FORGOTTEN = "AWS no longer knows the request"


def ask_aws(ask: Ask, *, aws: IdentityCenter) -> Told:
    """What AWS says of them; those it says nothing about are missing in the answer."""
    try:
        return Told(ask.kind, ask.operations, _states(ask, aws=aws))
    except Unavailable as error:
        return Told(ask.kind, ask.operations, {}, error)


def conclude(operation: Operation, state: RequestState, *, ports: Trying) -> Report:
    """What is to be recorded of a submitted operation that AWS says is over."""
    try:
        own = ports.queue.applied([operation.target]).get(operation.target)
        match with_closed_accounts(operation, state, ports=ports):
            case GoesOn(reason):
                return go_on_at_once(operation, reason=reason, ports=ports)
            case DoneExcept(note):
                return Ended(finished_in_part(operation, own=own, note=note, now=ports.clock()))
        again = _reason_to_try_again(operation, state.failure_reason, ports=ports)
        # A part of it that is not done yet is tried again as a part; an outage of ours is one in any part.
        is_part = operation.refusal is Refusal.ONE_BY_ONE and not isinstance(again, AccessDenied)
        refusal = Refusal.ONE_BY_ONE if is_part else None
        if again is not None and (back := put_back(operation, error=again, ports=ports, refusal=refusal)):
            return back
    except Unavailable:
        return Changed(operation)
    now = ports.clock()
    if state.failure_reason and not _is_gone(operation, state.failure_reason):
        return Ended(failed(operation, own=own, reason=state.failure_reason, now=now))
    return Ended(finished(operation, own=own, outcome=None, now=now))


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
    """Whether AWS has ended a removal as FAILED because there was nothing to remove."""
    return operation.action is Action.DELETE and kind_of_failure(reason) is FailureKind.GONE


def _is_new(operation: Operation, *, ports: Trying) -> bool:
    """Whether the group or user was made so lately that AWS may not find it everywhere."""
    asked_at = operation.submitted_at or ports.clock()
    made = ports.queue.applied(operation.requires).values()
    return any(builds_on.at is not None and asked_at - builds_on.at < SETTLES_WITHIN for builds_on in made)


def _states(ask: Ask, *, aws: IdentityCenter) -> dict[str, RequestState]:
    if ask.in_bulk:
        by_request = {one.request_id: one for one in ask.operations}
        told = _LISTS[ask.kind](aws, by_request.keys())
        return {by_request[request_id].id: state for request_id, state in told.items()}
    (operation,) = ask.operations
    try:
        return {operation.id: status(operation, aws=aws)}
    except NotFound:
        return {operation.id: RequestState(is_over=True, failure_reason=_FORGOTTEN)}


_LISTS = {
    RequestKind.CREATION: lambda aws, asked: aws.assignments.creations(asked),
    RequestKind.DELETION: lambda aws, asked: aws.assignments.deletions(asked),
    RequestKind.PROVISIONING: lambda aws, asked: aws.permission_sets.provisionings(asked),
}
