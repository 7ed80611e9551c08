"""Look up one person, account, group, permission set or change, NotFound where there is none; the policy in force."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from dayone.errors import Inapplicable, NotFound
from dayone.model.accounts import Account
from dayone.model.audit import AuditEntry
from dayone.model.changes import Cause, CauseKind, Change, ulid, ulid_time
from dayone.model.commands import Command, DiscoverAccounts, ReconcileSubject, RefreshAccount
from dayone.model.inventory import ROWS_KEPT_FOR, Pass, Row
from dayone.model.people import Person
from dayone.model.policy.context import Reservation
from dayone.model.policy.origins import Origins
from dayone.model.policy.rules import Policy, Reservations
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import Subject, SubjectKind
from dayone.ports.identity_center import AssignmentKey, PrincipalType, Standing
from dayone.ports.inventory import InventoryView
from dayone.ports.operations import Clock, RandomBytes
from dayone.ports.records import Records, SubjectIndex
from dayone.ports.store import Company, Policies, PolicyInForce


class CausePorts(Protocol):
    """Making a cause: what it needs of the API's context."""

    clock: Clock
    entropy: RandomBytes


@dataclass(frozen=True, kw_only=True)
class Taken:
    """An accepted request: its change, and the tag of the recorded data, empty for several people."""

    change: str
    tag: str = ""


def caused_by(actor: str, *, reference: str, ports: CausePorts, kind: CauseKind = CauseKind.BY_HAND) -> Cause:
    """Return the cause of a new change, requested now."""
    at = ports.clock()
    return Cause(change=ulid(at, entropy=ports.entropy()), kind=kind, actor=actor, reference=reference, at=at)


# The inbox and its dead letters each keep a message for 14 days. In a FIFO queue of dead letters its time begins anew.
# Source: Amazon SQS Developer Guide, "Setting up dead-letter queue retention".
KEPT_BY_QUEUES = timedelta(days=28)
# As far as the clock of a sender may be ahead of ours.
_CLOCKS_DIFFER_BY = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Window:
    """Requested part of a list; `group`, when set, is the only one to search."""

    limit: int
    cursor: str = ""
    group: str = ""


def read_person(person: str, *, records: Records) -> SubjectState:
    """Return a person, without a fact if HR's records do not suffice for a user; raise NotFound if there are none."""
    mend = "check the id, which is HR's own; a person is recorded with HR's first event about them"
    subject = Subject(SubjectKind.PERSON, person)
    state = records.subject(subject)
    if not (_is_there(state) or state.head.source_records):
        raise NotFound(f"there is no {subject.kind} {subject.name}: {mend}")
    return state


def read_account(account: str, *, records: Records) -> SubjectState:
    """Return an account; raise NotFound for one that was never seen in the organisation."""
    state = records.subject(Subject(SubjectKind.ACCOUNT, account))
    if not _is_there(state):
        mend = "check its 12 digits; an account is recorded with the first event about it"
        raise NotFound(f"there is no account {account}: {mend}")
    return state


def read_group(group: str, *, index: SubjectIndex) -> SubjectState:
    """Return the group itself, without its members; raise NotFound for one that no policy has ever had."""
    subject = Subject(SubjectKind.GROUP, group)
    found = index.brief([subject]).get(subject)
    if found is None:
        raise NotFound(f"there is no group {group}: check its key in the policy, which is not its display name")
    return found


def read_permission_set(permission_set: str, *, records: Records) -> SubjectState:
    """Return the permission set with its parts; raise NotFound for one that no policy has ever had."""
    state = records.subject(Subject(SubjectKind.PERMISSION_SET, permission_set))
    if not state.applied and not state.head.revision:
        raise NotFound(
            f"there is no permission set {permission_set}: check its key in the policy, which is not its name"
        )
    return state


def the_change(change: str, *, records: Records, now: datetime) -> Change:
    """Return a recorded change.

    Raises Inapplicable for one that may have been accepted and is not planned yet, NotFound for one that cannot be.
    """
    found = records.change(change)
    if found is None:
        accepted_at(change, now=now)
        mend = "try again once `GET /v1/changes/{id}` answers 200"
        raise Inapplicable(f"change {change} is not planned yet, or was never accepted: {mend}")
    return found


def accepted_at(change: str, *, now: datetime) -> datetime:
    """Return the time in the id of an unrecorded change that may still be in a queue.

    Raises NotFound for a text that is no id, and for a time that no message in a queue can have.
    """
    at = ulid_time(change)
    if at is None:
        raise NotFound(f"there is no change {change}: check the id, which has 26 characters")
    if not now - KEPT_BY_QUEUES <= at <= now + _CLOCKS_DIFFER_BY:
        when = "to come" if at > now else f"over {KEPT_BY_QUEUES.days} days ago, longer than a queue keeps a message"
        raise NotFound(f"there is no change {change}: the time in its id is {when}; check the id")
    return at


def _is_there(state: SubjectState) -> bool:
    return state.head.fact is not None or bool(state.applied)


_PAGE = 500
# Groups and permission sets first: what accounts and people get depends on them.
_ORDER = (SubjectKind.GROUP, SubjectKind.PERMISSION_SET, SubjectKind.ACCOUNT, SubjectKind.PERSON)


def walk_company(policy: Policy, *, company: Company, after: Subject | None = None) -> Iterator[SubjectState]:
    """Yield every recorded subject, and the groups and permission sets that are only in the policy yet.

    Begins behind `after`, or at the beginning. Subjects written before they are reached are not missed.
    """
    for kind in _ORDER[_ORDER.index(after.kind) if after else 0 :]:
        name = after.name if after and after.kind is kind else ""
        if kind in (SubjectKind.GROUP, SubjectKind.PERMISSION_SET):
            yield from walk_with_policy(kind, policy, company=company, after=name)
        else:
            yield from walk_kind(kind, company=company, after=name)


def walk_kind(kind: SubjectKind, *, company: Company, after: str = "") -> Iterator[SubjectState]:
    """Yield every recorded subject of one kind, behind the name `after`."""
    while page := company.states(kind, after=after, limit=_PAGE):
        yield from page
        after = page[-1].head.subject.name


def walk_with_policy(kind: SubjectKind, policy: Policy, *, company: Company, after: str) -> Iterator[SubjectState]:
    """Yield the recorded groups or permission sets and those that are only in the policy yet, behind a name."""
    states = {state.head.subject.name: state for state in walk_kind(kind, company=company, after="")}
    rules = policy.groups if kind is SubjectKind.GROUP else policy.permission_sets
    for name in sorted({rule.name for rule in rules} | states.keys()):
        if name > after:
            yield states.get(name) or SubjectState(Head(subject=Subject(kind, name)))


_NONE, _UNKNOWN = Reservations(), Origins()


@dataclass(kw_only=True)
class PolicyWithinReach:
    """The port PolicyInForce over another one; the same policy is the same object as long as nothing has changed."""

    policies: PolicyInForce
    standing: Standing
    _last: tuple[Policy, Policy] | None = field(default=None, init=False)

    def current(self) -> Policy:
        """Return the policy in force; the empty one, version 0, before the first."""
        policy = self.policies.current()
        # What is made ready of a policy is kept for as long as it is the same object.
        self._last = (policy, made := self._within_reach(policy))
        return made

    def current_version(self) -> int:
        """Its number, 0 before the first."""
        return self.policies.current_version()

    def version(self, version: int) -> Policy:
        """Return a stored version, in force or not; raise NotFound for one that was never stored."""
        return self._within_reach(self.policies.version(version))

    def _within_reach(self, policy: Policy) -> Policy:
        off_limits = self.standing.off_limits()
        if self._last and self._last[0] is policy and self._last[1].terms.off_limits == off_limits:
            return self._last[1]
        if policy.terms.off_limits == off_limits:
            return policy
        return replace(policy, terms=replace(policy.terms, off_limits=off_limits))


@dataclass(kw_only=True)
class PoliciesWithinReach(PolicyWithinReach):
    """The port Policies in the same way."""

    policies: Policies

    def activate(
        self, version: int, *, audit: AuditEntry, reservations: Reservations = _NONE, origins: Origins = _UNKNOWN
    ) -> None:
        """Put a kept version in force; see Policies."""
        self.policies.activate(version, audit=audit, reservations=reservations, origins=origins)

    def origins(self) -> Origins:
        """Return the authors of the parts of the version in force; see Policies."""
        return self.policies.origins()

    def lift(self, version: int, reservation: Reservation) -> None:
        """Lift a reservation; see Policies."""
        self.policies.lift(version, reservation)

    def approve(self, version: int, parts: frozenset[str]) -> None:
        """See Policies."""
        self.policies.approve(version, parts)

    def note_access(self, version: int, *, in_sensitive_accounts: frozenset[str], assigned: frozenset[str]) -> None:
        """See Policies."""
        self.policies.note_access(version, in_sensitive_accounts=in_sensitive_accounts, assigned=assigned)


def names_of(subjects: Iterable[Subject], *, index: SubjectIndex) -> Mapping[Subject, str]:
    """Return the names that HR has of people and Organizations of accounts, for those of the subjects that have one."""
    named = (subject for subject in subjects if subject.kind in (SubjectKind.PERSON, SubjectKind.ACCOUNT))
    found = {subject: name_in(state.head) for subject, state in index.brief(dict.fromkeys(named)).items()}
    return {subject: name for subject, name in found.items() if name}


def name_in(head: Head) -> str:
    """Return the name of a recorded person or account, empty for everything else."""
    match head.fact:
        case Person() as person:
            return person.display_name or f"{person.given_name} {person.family_name}".strip()
        case Account() as account:
            return account.name
        case _:
            return ""


def planning_again(subject: Subject, *, cause: Cause) -> Command:
    """Return a command that plans a subject again: accounts are re-read from Organizations, others used as recorded."""
    match subject.kind:
        case SubjectKind.ACCOUNT:
            return RefreshAccount(subject=subject, cause=cause)
        case SubjectKind.ORGANIZATION:
            return DiscoverAccounts(subject=subject, cause=cause)
        case _:
            return ReconcileSubject(subject=subject, cause=cause)


def complete_pass(name: str, *, inventory: InventoryView, now: datetime) -> Pass:
    """Return the last pass that has read everything, if it is the one of this id or none is asked for.

    Raises NotFound before the first, Inapplicable for another id, and when what it has read is not kept any more.
    """
    complete = inventory.complete()
    if complete is None:
        raise NotFound("no inventory has read all of Identity Center yet: see `dayone inventory show`")
    if name not in ("", complete.id):
        raise Inapplicable(f"inventory {name} is not the last complete one: begin again without naming one")
    if now >= complete.began_at + ROWS_KEPT_FOR:
        raise Inapplicable(
            "the last complete inventory is too old: see `dayone inventory show` why no other is complete"
        )
    return complete


def assignment_in_row(row: Row) -> AssignmentKey:
    """Return the assignment in a row of what an inventory has read."""
    account, arn, kind, name = row
    return AssignmentKey(
        account_id=account, permission_set_arn=arn, principal_id=name, principal_type=PrincipalType(kind)
    )


def ids_of(key: AssignmentKey) -> Mapping[str, str]:
    """Return the ids of an assignment as those of a difference."""
    return {
        "account": key.account_id,
        "permission_set_arn": key.permission_set_arn,
        "principal_type": str(key.principal_type),
        "principal_id": key.principal_id,
    }
