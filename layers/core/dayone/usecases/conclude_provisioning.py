"""What becomes of a provisioning that AWS says is over, where some of the accounts of the set may be closed."""

from dataclasses import dataclass

from dayone.domain.failure_reasons import FailureKind, kind_of_failure
from dayone.domain.operations import Operation
from dayone.domain.retrying import Refusal
from dayone.domain.subjects import ResourceKind, permission_set_named
from dayone.errors import NotFound
from dayone.ports.identity_center import RequestState
from dayone.usecases.put_back import Trying

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
    """What closed accounts make of it; None when they have nothing to do with it.

    AWS fails a provisioning for a suspended account as for one that is too new, and the set would stay as it was
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
    if state.failure_reason and operation.refusal is Refusal.ONE_BY_ONE:
        return None
    return GoesOn(f"account {names} is suspended or closed: the others get it one by one, {len(remaining)} are left")


def _may_be(operation: Operation, state: RequestState) -> bool:
    if operation.refusal is Refusal.ONE_BY_ONE:
        return True
    return bool(state.failure_reason) and kind_of_failure(state.failure_reason) is FailureKind.PASSING
