"""Stored state of one subject, the plan that changes it, and the progress of an account's bootstrap."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from dayone.model.accounts import GONE, Account, AccountState
from dayone.model.audit import AuditEntry
from dayone.model.changes import Blame, Cause
from dayone.model.dependencies import Adoption
from dayone.model.grants import Grant
from dayone.model.guardrails import HeldPart, RemovalBudget, Verdict
from dayone.model.operations import Action, Applied, Operation
from dayone.model.people import Person
from dayone.model.subjects import Reason, Resource, Subject


@dataclass(frozen=True, kw_only=True)
class Bootstrap:
    """Begun by `change` for what happened at `since`; under way while its plan is, over when AWS confirmed that."""

    change: str
    since: datetime
    is_under_way: bool = False
    is_over: bool = False


@dataclass(frozen=True)
class PlanProgress:
    """Progress of the plan in force: its unfinished operations, and the failed ones."""

    outstanding: int = 0
    failed: int = 0


def bootstrap_after(
    existing: Bootstrap | None, *, account: Account, before: PlanProgress, begun: int | None, gives: bool, cause: Cause
) -> Bootstrap | None:
    """Return the bootstrap state to store when an account is planned.

    `begun` is how many operations the new plan runs, None when the plan `before` stays in force; `gives` is whether any
    of them makes an assignment. A bootstrap also begins with an account that AWS has not activated yet, and begins
    again with one that was closed and is back.
    """
    if account.state in GONE:
        return None
    if existing is None:
        is_waited_for = account.state is AccountState.PENDING_ACTIVATION
        return Bootstrap(change=cause.change, since=cause.at, is_under_way=gives) if gives or is_waited_for else None
    if existing.is_over:
        return existing
    if existing.is_under_way and before == PlanProgress():
        return replace(existing, is_under_way=False, is_over=True)
    return existing if begun is None else replace(existing, is_under_way=begun > 0)


def has_everything(existing: Bootstrap, *, progress: PlanProgress) -> bool:
    """Return whether the bootstrap is over; the stored state shows that only from the next plan on."""
    return existing.is_over or (existing.is_under_way and progress == PlanProgress())


def is_reached(existing: Bootstrap | None, *, before: PlanProgress, after: PlanProgress) -> bool:
    """Return whether the bootstrap ends because the last operation of its plan has just succeeded."""
    return existing is not None and existing.is_under_way and before.outstanding > 0 and after == PlanProgress()


@dataclass(frozen=True, kw_only=True)
class Portion:
    """One part of the company that was looked through, numbered from 0.

    `subjects` are those to be planned again, `total` how many these are with those of all portions before, `waiting`
    how many of these are held already. The next portion begins after `last`; None is the end of the company.
    """

    number: int
    subjects: tuple[Subject, ...]
    total: int
    last: Subject | None
    waiting: int = 0


@dataclass(frozen=True, kw_only=True)
class Mover:
    """The caller behind an event of an account, the time of its receipt, and the account as recorded by then.

    What the call has done may be seen later.
    """

    actor: str
    at: datetime
    before: Account


NO_GENERATION = "0-0"


@dataclass(frozen=True, kw_only=True)
class FactVersion:
    """Version of a source record: the source's own time, then the time of reading, then a digest as tie-breaker.

    `read_at` is set for records fetched from the source, whose own time does not change with every attribute.
    """

    at: datetime
    digest: str
    read_at: datetime | None = None

    def is_newer_than(self, other: "FactVersion | None") -> bool:
        """Return whether this version replaces `other`; the answer does not depend on the order of arrival."""
        return other is None or self.rank > other.rank

    @property
    def rank(self) -> tuple[datetime, datetime, str]:
        """Sort key of the records of one source."""
        return (self.at, self.read_at or self.at, self.digest)


class Presence(StrEnum):
    """Presence of a person in a source: `MISSING` means absent without notice, `DELETED` reported as deleted."""

    PRESENT = "present"
    MISSING = "missing"
    DELETED = "deleted"


@dataclass(frozen=True, kw_only=True)
class SourceRecord:
    """The record of a person from one HR source: texts by the names of Person's attributes, days in ISO 8601.

    A missing attribute is one the source does not supply; an empty text means that there is no value. One that is not
    `PRESENT` has no attributes of its own. `flaws` are the mistakes that were ignored. `tellers` are the ARNs of the
    authors of manual entries, by the attribute whose present value they were the first to enter.
    """

    source: str
    version: FactVersion
    attributes: Mapping[str, str]
    presence: Presence = Presence.PRESENT
    flaws: tuple[str, ...] = ()
    tellers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Head:
    """The record of a subject that every plan is committed against.

    `generation` is `number-token`: the number grows with each plan, the token distinguishes two plans with the same
    number; `change` is the change that made it. `fingerprint` and `outstanding` describe the operations of this
    generation: a digest of their content, and how many are not finished; `failed` counts those that have failed.
    `due_at` is when time alone will change what is desired. `removing` are the removals that this generation makes and
    that have been counted, so that no later one counts them again, and `adding` the same for additions; `held` are
    those that wait for a human, or have been decided on, and belong to no generation. `source_records` are the newest
    records of a person from each HR source, from which `fact` is made; `claims` are the user names and e-mail addresses
    that belong to this person alone. `former_holders` are the ids of people who have left and had one of them before;
    with `awaits_names` the person is to get one as soon as somebody who has left has no access any more. What was
    confirmed before `trusted_since` may have been deleted without a notice of AWS, see `trusted`. `bootstrap` is the
    progress of an account towards its first complete set of assignments. One that existed before Day One
    `awaits_approval`: its assignments are held until a human has approved any of them. `adoption` is the decision about
    existing resources of its name, until it is carried out or lapses. `grants` are the open grants, and ended ones
    whose resources still exist. `has_access` is whether this plan gave a person access, `access_lost_at` when they were
    last seen with access that they should not have. `stands_on` has for sensitive resources the version
    of the policy by which each was approved, negative once an edit has taken that away, and `stands_by` the parts of
    that version by their digests, where not all of its rules were approved. `revision` counts every write
    that a plan could depend on, of the head and of the resources: an equal revision means an equal state of the
    subject.
    """

    subject: Subject
    generation: str = NO_GENERATION
    change: str = ""
    fact: Person | Account | None = None
    version: FactVersion | None = None
    due_at: datetime | None = None
    policy_version: int = 0
    fingerprint: str = ""
    outstanding: int = 0
    failed: int = 0
    removing: tuple[Resource, ...] = ()
    adding: tuple[Resource, ...] = ()
    held: tuple[HeldPart, ...] = ()
    source_records: tuple[SourceRecord, ...] = ()
    claims: tuple[str, ...] = ()
    former_holders: tuple[str, ...] = ()
    awaits_names: bool = False
    grants: tuple[Grant, ...] = ()
    has_access: bool = False
    access_lost_at: datetime | None = None
    trusted_since: datetime | None = None
    bootstrap: Bootstrap | None = None
    awaits_approval: bool = False
    was_sensitive: bool = False
    movers: tuple[Mover, ...] = ()
    entered: tuple[str, ...] = ()
    stands_on: Mapping[str, int] = field(default_factory=dict)
    stands_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    adoption: Adoption | None = None
    revision: int = 0

    @property
    def is_at_rest(self) -> bool:
        """True if no operation of the plan in force is open, and none of its held removals waits for a human."""
        return self.outstanding == 0 and not any(removal.verdict is Verdict.WAITING for removal in self.held)

    @property
    def is_adopting(self) -> bool:
        """True if an adoption is under way, or waits for another person's approval."""
        verdicts = {part.verdict for part in self.held if part.is_gift}
        return self.outstanding > 0 or not verdicts.isdisjoint((Verdict.WAITING, Verdict.APPROVED))

    def held_by(self, resource: Resource) -> str:
        """Return the change that holds what makes or removes a resource until a human decides, or empty."""
        waiting = (part for part in self.held if part.verdict is Verdict.WAITING and part.resource == resource)
        return next((part.change for part in waiting), "")

    def given_up(self, resource: Resource) -> str:
        """Return what became of a resource that the plan in force does not make, and in which change; else empty."""
        refused = (part for part in self.held if part.is_gift and part.is_refused and part.resource == resource)
        if part := next(refused, None):
            became = "was rejected" if part.verdict is Verdict.REJECTED else "was not decided on in time"
            return f"{became} in change {part.change}"
        return f"failed in change {self.change}" if self.failed and self.is_at_rest else ""

    @property
    def progress(self) -> PlanProgress:
        """Progress of the plan in force."""
        return PlanProgress(outstanding=self.outstanding, failed=self.failed)


@dataclass(frozen=True)
class SubjectState:
    """A subject's head, and its resources as AWS confirmed them."""

    head: Head
    applied: Mapping[Resource, Applied] = field(default_factory=dict)

    @property
    def trusted(self) -> Mapping[Resource, Applied]:
        """The resources, in doubt where AWS may have taken them away since: with an account that went and came back."""
        since = self.head.trusted_since
        if since is None:
            return self.applied
        return {
            resource: applied
            if applied.at is not None and applied.at > since
            else replace(applied, doubt=applied.doubt or Action.CREATE)
            for resource, applied in self.applied.items()
        }


@dataclass(frozen=True, kw_only=True)
class NameClaim:
    """Names of the holder of a user name or an e-mail address and of the last that gave it up; each may be empty."""

    holder: str = ""
    former: str = ""


@dataclass(frozen=True, kw_only=True)
class ReceivedMessage:
    """A message of the outside by the id that its sender gave it, remembered until `forget_at`."""

    name: str
    forget_at: datetime


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Result of planning a subject, committed as a whole or not at all.

    `before` is the head that was read: the commit is refused when it is no longer the stored one. Without `operations`
    the generation stays, so running operations continue. `removals` and `additions` are taken from the guardrails'
    budgets. `held_reason` is why any is held, `blamed` are those who caused that. `delivery` and `grants` are recorded;
    `reasons` replace those of what stays; `corrections` record what AWS has, `doubts` what later plans redo as well.
    `adds_subject`: its change lacks this one.
    """

    cause: Cause
    before: Head
    after: Head
    operations: tuple[Operation, ...] = ()
    notes: tuple[str, ...] = ()
    audit: tuple[AuditEntry, ...] = ()
    removals: RemovalBudget | None = None
    additions: RemovalBudget | None = None
    held_reason: str = ""
    blamed: tuple[Blame, ...] = ()
    delivery: ReceivedMessage | None = None
    grants: tuple[Grant, ...] = ()
    reasons: Mapping[Resource, tuple[Reason, ...]] = field(default_factory=dict)
    doubts: tuple[Applied, ...] = ()
    corrections: tuple[Applied, ...] = ()
    adds_subject: bool = False


def generation_number(generation: str) -> int:
    """Return the number in `number-token`."""
    return int(generation.partition("-")[0])
