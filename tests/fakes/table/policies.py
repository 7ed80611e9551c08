"""Policies, their archive and the changes in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from dayone.errors import NotFound, TooLarge
from dayone.model.audit import AuditEntry
from dayone.model.changes import Cause, Change, Decision
from dayone.model.operations import Operation, OperationState
from dayone.model.policy.context import PolicyVersion, Reservation, Terms
from dayone.model.policy.origins import Origins
from dayone.model.policy.rules import Policy, Reservations
from dayone.model.preconditions import NO_PRECONDITION, Precondition
from dayone.model.subject_state import Head
from dayone.model.subjects import Subject
from dayone.planning.guards import with_reservations
from dayone.ports.records import Page
from tests.fakes.pages import page
from tests.fakes.table.parked import MemoryParkedOperations
from tests.fakes.table.state import State

_NONE, _UNKNOWN = Reservations(), Origins()
# As much as a record of the state table takes.
_LONGEST_TEXT = 350_000


class MemoryPolicies:
    def __init__(self, state: State, *, parse: Callable[[PolicyVersion], Policy]) -> None:
        self._state = state
        self._parse = parse
        self._parsed = Policy()

    def current(self) -> Policy:
        version, reservations = self._state.policy_in_force, self._state.reservations
        if (self._parsed.version, self._parsed.reservations) != (version, reservations):
            policy = self.version(version)
            before = tuple(map(self.version, reservations.replaced))
            is_plain = reservations == Reservations()
            self._parsed = policy if is_plain else with_reservations(policy, reservations=reservations, before=before)
        return self._parsed

    def current_version(self) -> int:
        return self._state.policy_in_force

    def version(self, version: int) -> Policy:
        if version not in self._state.kept_policies:
            raise NotFound(f"there is no version {version} of the policy")
        kept = self._state.kept_policies[version]
        return replace(self._parse(kept), terms=Terms(actor=kept.actor, authors=kept.authors))

    def origins(self) -> Origins:
        return self._state.origins

    def activate(
        self, version: int, *, audit: AuditEntry, reservations: Reservations = _NONE, origins: Origins = _UNKNOWN
    ) -> None:
        if version not in self._state.kept_policies:
            raise NotFound(f"there is no version {version} of the policy")
        if version > self._state.policy_in_force:
            self._state.policy_in_force, self._state.reservations = version, reservations
            self._state.origins = origins
            self._state.record(audit)

    def lift(self, version: int, reservation: Reservation) -> None:
        if version != self._state.policy_in_force:
            return
        existing = self._state.reservations
        is_hold = reservation is Reservation.HOLD
        lifted = replace(existing, hold="", replaced=(), replaced_ends=()) if is_hold else replace(existing, guard=None)
        self._state.reservations = lifted

    def approve(self, version: int, parts: frozenset[str]) -> None:
        if version == self._state.policy_in_force:
            self._state.reservations = replace(self._state.reservations, approved=parts)

    def note_access(self, version: int, *, in_sensitive_accounts: frozenset[str], assigned: frozenset[str]) -> None:
        if version == self._state.policy_in_force:
            existing = self._state.reservations
            self._state.reservations = replace(
                existing,
                in_sensitive_accounts=existing.in_sensitive_accounts | in_sensitive_accounts,
                assigned=existing.assigned | assigned,
            )


class LivingProcess:
    """A process that lives on, which reads and compiles a policy once, as long as table and texts are the same.

    Without `parse` a policy is looked up by its text.
    """

    def __init__(self, parse: Callable[[PolicyVersion], Policy] | None = None) -> None:
        self._parse = parse
        self._last: tuple[State, Mapping[str, Policy], MemoryPolicies] | None = None

    def policies(self, state: State, texts: Mapping[str, Policy]) -> MemoryPolicies:
        if self._last is None or self._last[0] is not state or self._last[1] is not texts:
            self._last = state, texts, MemoryPolicies(state, parse=self._parse or (lambda kept: texts[kept.text]))
        return self._last[2]


class MemoryPolicyArchive:
    def __init__(self, state: State) -> None:
        self._state = state

    def add(
        self,
        text: str,
        *,
        file: str,
        actor: str,
        at: datetime,
        change: str,
        authors: tuple[str, ...] = (),
        names: tuple[str, ...] = (),
        precondition: Precondition = NO_PRECONDITION,
    ) -> PolicyVersion:
        if len(text.encode()) > _LONGEST_TEXT:
            raise TooLarge("too long a policy")
        for existing in self._state.kept_policies.values():
            if existing.change == change:
                return existing
        made = partial(PolicyVersion, text=text, file=file, actor=actor, at=at, change=change, authors=authors)
        newest = max(self._state.kept_policies, default=0)
        precondition.check(str(newest) if newest else None)
        number = newest + 1
        version = made(version=number, names=names or (file,))
        self._state.kept_policies[number] = version
        return version

    def current(self) -> PolicyVersion | None:
        return self._state.kept_policies.get(self._state.policy_in_force)

    def change_in_force(self) -> str:
        version = self.current()
        return version.change if version else ""

    def version(self, version: int) -> PolicyVersion:
        if version not in self._state.kept_policies:
            raise NotFound(f"there is no version {version} of the policy")
        return self._state.kept_policies[version]

    def versions(self, *, cursor: str, limit: int) -> Page[PolicyVersion]:
        found = {
            f"{number:08d}": replace(policy_version, text="")
            for number, policy_version in self._state.kept_policies.items()
        }
        return page("policy versions", found, cursor=cursor, limit=limit, newest_first=True)


class MemoryChanges:
    def __init__(self, state: State) -> None:
        self._state = state

    def open(
        self, cause: Cause, *, audit: AuditEntry | None = None, subjects: Sequence[Subject] = ()
    ) -> Sequence[Subject]:
        if cause.change not in self._state.changes:
            self._state.changes[cause.change] = Change(cause=cause, subjects=None)
            self._state.requeued[cause.change] = tuple(subjects)
            if audit:
                self._state.record(audit)
        return self._state.requeued.get(cause.change, ())

    def dismiss(self, cause: Cause, *, note: str) -> None:
        if cause.change not in self._state.changes:
            self._state.changes[cause.change] = Change(cause=cause, subjects=0, notes=(note,))

    def expect(self, change: str, *, subjects: int) -> None:
        if change not in self._state.changes:
            raise NotFound(f"there is no change {change}")
        existing = self._state.changes[change]
        self._state.requeued.pop(change, None)
        self._state.changes[change] = replace(existing, subjects=max(subjects, existing.subjects or 0))

    def give_up(self, cause: Cause, *, subject: Subject, note: str) -> None:
        key = cause.change, subject
        if key in self._state.plans or key in self._state.given_up:
            return
        self._state.given_up[key] = note
        change = self._state.changes.get(cause.change, Change(cause=cause))
        self._state.changes[cause.change] = replace(change, unplanned=change.unplanned + 1)

    def ask_again(self, change: str, *, subject: Subject) -> None:
        if self._state.given_up.pop((change, subject), None):
            existing = self._state.changes[change]
            self._state.changes[change] = replace(existing, unplanned=existing.unplanned - 1)

    def failed_in_plan(self, head: Head) -> Sequence[Operation]:
        plan = (head.change, head.subject, head.generation)
        found = [
            operation
            for operation in self._state.operations.values()
            if (operation.change, operation.subject, operation.generation) == plan
        ]
        return [operation for operation in found if operation.state is OperationState.FAILED or operation.failed_before]

    def unpark_plan(self, head: Head) -> None:
        MemoryParkedOperations(self._state).unpark(
            [operation for operation in self._parked(head.subject) if operation.generation == head.generation]
        )

    def unpark_earlier(self, head: Head) -> None:
        MemoryParkedOperations(self._state).unpark(
            [operation for operation in self._parked(head.subject) if operation.generation != head.generation]
        )

    def _parked(self, subject: Subject) -> list[Operation]:
        keys = [listed[1:] for waiting in self._state.parked.values() for listed in waiting]
        return [operation for key in keys if (operation := self._state.operations[key]).subject == subject]

    def decide(self, change: str, decision: Decision, *, expected_version: int, audit: AuditEntry) -> Decision:
        existing = self._state.changes.get(change)
        if existing is None:
            raise NotFound(f"there is no change {change}")
        if existing.held_version != expected_version:
            return existing.decided_before()
        decision = replace(decision, version=expected_version + 1)
        counts = existing.decision if decision.is_of_part else decision
        self._state.changes[change] = replace(existing, decision=counts, held_version=decision.version)
        self._state.record(audit)
        return decision
