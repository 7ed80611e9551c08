"""Synchronization status of a subject: complete, in progress, held or failed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from dayone.model.guardrails import Verdict, released
from dayone.model.operations import OPEN_STATES, Action, Operation, OperationState
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import Resource, ResourceKind, assignment_in


class Settlement(StrEnum):
    """Status of the plan in force of a subject; the status that needs attention comes first."""

    FAILED = "failed"
    HELD = "held"
    PENDING = "pending"
    SETTLED = "settled"


@dataclass(frozen=True, kw_only=True)
class PermissionSetThere:
    """A permission set in one account, in numbers of assignments.

    `there` are those that AWS has confirmed and not taken back; of the plan in force `pending` are still to be made or
    taken away, and `failed` were refused, the last of them because of `failure`. `held` wait for a human.
    """

    permission_set: str
    there: int = 0
    pending: int = 0
    held: int = 0
    failed: int = 0
    failure: str = ""

    @property
    def settlement(self) -> Settlement:
        """Overall status of all counts."""
        return _settled(failed=self.failed, held=self.held, pending=self.pending)


def settlement_of(head: Head) -> Settlement:
    """Return the status of a subject."""
    return _settled(
        failed=head.failed,
        held=sum(1 for removal in head.held if removal.verdict is Verdict.WAITING),
        pending=head.outstanding + len(released(head.held)),
    )


def permission_sets_in(account: SubjectState, *, planned: Iterable[Operation]) -> list[PermissionSetThere]:
    """Every permission set that an account has or is to have, by name; `planned` is its plan in force."""
    operations = [operation for operation in planned if operation.resource.kind is ResourceKind.ASSIGNMENT]
    failed = [operation for operation in operations if operation.state is OperationState.FAILED]
    there = _counted(
        resource
        for resource, applied in account.applied.items()
        if resource.kind is ResourceKind.ASSIGNMENT and applied.doubt is not Action.CREATE
    )
    held = _counted(
        removal.resource
        for removal in account.head.held
        if removal.resource.kind is ResourceKind.ASSIGNMENT and removal.verdict is Verdict.WAITING
    )
    pending = _counted(operation.resource for operation in operations if operation.state in OPEN_STATES)
    refused = _counted(operation.resource for operation in failed)
    failures = {assignment_in(operation.resource).permission_set: operation.failure_reason for operation in failed}
    return [
        PermissionSetThere(
            permission_set=name,
            there=there[name],
            pending=pending[name],
            held=held[name],
            failed=refused[name],
            failure=failures.get(name, ""),
        )
        for name in sorted({*there, *held, *pending, *refused})
    ]


def _counted(assignments: Iterable[Resource]) -> Counter[str]:
    return Counter(assignment_in(resource).permission_set for resource in assignments)


def _settled(*, failed: int, held: int, pending: int) -> Settlement:
    if failed:
        return Settlement.FAILED
    if held:
        return Settlement.HELD
    return Settlement.PENDING if pending else Settlement.SETTLED
