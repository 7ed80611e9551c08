"""Invariants that are checked at every step: about each end that is recorded, and each call that AWS gets."""

from collections.abc import Mapping
from datetime import timedelta

from dayone.model.accounts import UNUSABLE, Account
from dayone.model.operations import Action, Applied, Operation, OperationState
from dayone.model.subjects import ResourceKind, Subject, SubjectKind
from dayone.ports.operations import Finished
from tests.fakes.sso.identity_center import MemoryIdentityCenter
from tests.simulation.checks.violations import Violations
from tests.simulation.model.day_one import DayOne
from tests.simulation.model.identity_center import form_of

_ASYNCHRONOUS = frozenset({ResourceKind.ASSIGNMENT, ResourceKind.PROVISIONING})
# What is started side by side may begin in any order.
_A_MOMENT = 1.0
_PLAIN = {
    ResourceKind.USER: ("users", "user_id"),
    ResourceKind.GROUP: ("groups", "group_id"),
    ResourceKind.PERMISSION_SET: ("permission_sets", "permission_set_arn"),
    ResourceKind.MEMBERSHIP: ("memberships", "membership_id"),
}


class Watcher:
    """Sits at the table and at AWS's door."""

    def __init__(self, day_one: DayOne, violations: Violations) -> None:
        self._day_one = day_one
        self._violations = violations
        self._aws = day_one.aws
        self._began: dict[str, float] = {}
        day_one.state.on_end = self.ended
        day_one.state.on_begin = self.begun
        self._aws.watch = self.outstanding

    def report(self, invariant: str, message: str) -> None:
        self._violations.add(invariant, message, at=self._day_one.time.seconds)

    def ended(self, finished: Finished) -> None:
        operation = finished.operation
        if finished.state is not OperationState.SUCCEEDED:
            return
        before = self._day_one.state.applied.get(operation.target)
        if operation.resource.kind in _ASYNCHRONOUS and operation.request_id:
            self._aws_has_said_so(finished)
        if operation.action is Action.DELETE and before is not None and before.adopted:
            if operation.request_id:
                self.report("only its own is removed", f"{operation.id} has removed what was adopted")
            return
        existing = finished.applied or before
        # What was done in an account that has left since is gone with it.
        is_of_aws = operation.resource.kind is not ResourceKind.GUARDRAILS
        is_here = operation.subject.name not in self._aws.ever_left
        if (
            existing is not None
            and is_of_aws
            and is_here
            and not _is_true(operation, existing, center=self._aws.center)
        ):
            self.report(
                "succeeded means done", f"{operation.id} {operation.kind} {operation.resource}: AWS has not done it"
            )

    def begun(self, operation: Operation) -> None:
        now = self._day_one.time.seconds
        self._began.setdefault(operation.id, now)
        if operation.action is not Action.DELETE or operation.id in self._day_one.state.approved:
            return
        for other in self._day_one.state.operations_of(operation.subject):
            since = self._began.get(other.id, now)
            is_late = now - since > _A_MOMENT and _is_grant_beside(operation, other)
            if is_late and not self._has_been_held_up(operation, since=since):
                self.report("revocations first", f"{other.id} began long before {operation.id}")

    def _has_been_held_up(self, revocation: Operation, *, since: float) -> bool:
        """Return whether the table could not be read for it, or another operation was at work on the same resource."""
        if any(kind.startswith("table") for kind in self._day_one.weather.struck):
            return True
        shortly_before = self._day_one.time.now - timedelta(seconds=self._day_one.time.seconds - since + _A_MOMENT)
        return any(
            operation.target == revocation.target
            and operation.id != revocation.id
            and (operation.finished_at is None or operation.finished_at > shortly_before)
            for operation in self._day_one.state.operations_of(revocation.subject)
        )

    def outstanding(self) -> None:
        budgets = self._day_one.budgets
        counts = self._aws.most_outstanding
        for kind in (ResourceKind.ASSIGNMENT, ResourceKind.PROVISIONING):
            if counts[kind] > budgets.range_of(kind)[1]:
                self.report("budgets", f"{counts[kind]} {kind} requests outstanding")

    def _aws_has_said_so(self, finished: Finished) -> None:
        operation = finished.operation
        request = self._aws.center.requests.get(operation.request_id)
        is_over = request is not None and request.state.is_over
        has_failed = request is not None and bool(request.state.failure_reason)
        if not is_over or (has_failed and not self._is_done_but_in_closed_accounts(finished)):
            self.report("succeeded means done", f"{operation.id}: request {operation.request_id} has not succeeded")
        elif operation.request_id not in self._aws.told_over:
            self.report("succeeded means done", f"{operation.id}: AWS was not asked for {operation.request_id}")

    def _is_done_but_in_closed_accounts(self, finished: Finished) -> bool:
        """Return whether a set has reached all accounts but unusable ones, and a note names these."""
        arn = finished.applied.references.get("permission_set_arn") if finished.applied else None
        stored = self._aws.center.permission_sets.get(arn or "")
        if finished.operation.resource.kind is not ResourceKind.PROVISIONING or stored is None:
            return False
        has = {account: form == form_of(stored) for (account, of), form in self._aws.roles.items() if of == arn}
        closed = {account for account in has if self._is_closed(account)}
        return finished.is_incomplete and bool(closed) and all(has[account] for account in has.keys() - closed)

    def _is_closed(self, account: str) -> bool:
        head = self._day_one.state.heads.get(Subject(SubjectKind.ACCOUNT, account))
        return head is not None and isinstance(head.fact, Account) and head.fact.state in UNUSABLE


def _is_grant_beside(revocation: Operation, operation: Operation) -> bool:
    """Return whether it gives something of the same kind in the same plan."""
    return (
        revocation.attempts == 1
        and operation.action is Action.CREATE
        and operation.resource.kind is revocation.resource.kind
        and (operation.subject, operation.generation) == (revocation.subject, revocation.generation)
    )


def _is_true(operation: Operation, existing: Applied, *, center: MemoryIdentityCenter) -> bool:
    is_there, kind = operation.action is not Action.DELETE, operation.resource.kind
    if kind in _PLAIN:
        shelf, word = _PLAIN[kind]
        return (existing.references.get(word) in getattr(center, shelf)) is is_there or word not in existing.references
    if kind is ResourceKind.ASSIGNMENT:
        return _is_assigned(operation, existing.references, center=center) is is_there
    stored = center.permission_sets.get(existing.references.get("permission_set_arn", ""))
    if stored is None:
        return not is_there or kind is ResourceKind.PROVISIONING
    match kind:
        case ResourceKind.MANAGED_POLICY:
            return (operation.resource.name in stored.managed_policies) is is_there
        case ResourceKind.CUSTOMER_POLICY:
            return (operation.resource.name in stored.customer_policies) is is_there
        case ResourceKind.INLINE_POLICY:
            return bool(stored.inline_policy) is is_there
        case ResourceKind.BOUNDARY:
            return bool(stored.boundary) is is_there
        case _:
            return True


def _is_assigned(operation: Operation, recorded: Mapping[str, str], *, center: MemoryIdentityCenter) -> bool:
    principal = recorded.get("user_id") or recorded.get("group_id")
    return any(
        (key.account_id, key.permission_set_arn, key.principal_id)
        == (operation.subject.name, recorded.get("permission_set_arn"), principal)
        for key in center.assignments
    )
