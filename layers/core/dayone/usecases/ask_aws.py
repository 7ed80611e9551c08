"""Ask AWS what has become of submitted operations, and what that makes of them."""

from dayone.domain.operations import Operation
from dayone.domain.requests_under_way import RequestKind
from dayone.domain.steps import Ask
from dayone.errors import NotFound, Unavailable
from dayone.ports.identity_center import RequestState
from dayone.usecases.attempts import IdentityCenter
from dayone.usecases.finish_operation import failed, finished
from dayone.usecases.perform_operation import status
from dayone.usecases.reports import Changed, Ended, PutBack, Report, Told
from dayone.usecases.try_operation import Trying, is_worth_waiting, put_back

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
        if state.failure_reason == _FORGOTTEN or (
            state.failure_reason and is_worth_waiting(operation, reason=state.failure_reason, ports=ports)
        ):
            return _again(operation, reason=state.failure_reason, ports=ports)
        own = ports.queue.applied([operation.target]).get(operation.target)
    except Unavailable:
        return Changed(operation)
    now = ports.clock()
    if state.failure_reason:
        return Ended(failed(operation, own=own, reason=state.failure_reason, now=now))
    return Ended(finished(operation, own=own, outcome=None, now=now))


def _again(operation: Operation, *, reason: str, ports: Trying) -> PutBack:
    return put_back(operation, error=Unavailable(reason), ports=ports)


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
