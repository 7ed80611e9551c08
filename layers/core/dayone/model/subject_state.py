"""What is remembered about one subject, what a new plan makes of it, and how an account's bootstrap goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from dayone.model.accounts import GONE, Account, AccountState
from dayone.model.adoption import Adoption
from dayone.model.audit import AuditEntry
from dayone.model.changes import Blame, Cause
from dayone.model.grants import Grant
from dayone.model.guardrails import HeldRemoval, RemovalBudget, Verdict
from dayone.model.operations import Action, Applied, Operation
from dayone.model.people import Person
from dayone.model.reasons import Reason
from dayone.model.subjects import Resource, Subject


@dataclass(frozen=True, kw_only=True)
class Bootstrap:
    """`change` is the one that began it, because of something that happened at `since`.

    It is under way while a plan for it is, and over when AWS has confirmed all of that plan. What the policy gives
    later is a change like any other.
    """

    change: str
    since: datetime
    is_under_way: bool = False
    is_over: bool = False


@dataclass(frozen=True)
class Progress:
    """How the plan in force has gone on: operations of it that are not finished, and those that have failed."""

    outstanding: int = 0
    failed: int = 0


def bootstrap_after(
    known: Bootstrap | None, *, account: Account, before: Progress, begun: int | None, gives: bool, cause: Cause
) -> Bootstrap | None:
    """What is to be remembered when an account is planned.

    `begun` is how many operations the new plan lets run, None when the plan `before` stays in force; `gives` when any
    of them makes an assignment. It begins with an account that AWS is not ready with, too, and begins anew with one
    that was gone and is back.
    """
    if account.state in GONE:
        return None
    if known is None:
        is_waited_for = account.state is AccountState.PENDING_ACTIVATION
        return Bootstrap(change=cause.change, since=cause.at, is_under_way=gives) if gives or is_waited_for else None
    if known.is_over:
        return known
    if known.is_under_way and before == Progress():
        return replace(known, is_under_way=False, is_over=True)
    return known if begun is None else replace(known, is_under_way=begun > 0)


def has_everything(known: Bootstrap, *, progress: Progress) -> bool:
    """Whether it is over; what is remembered says so from the next plan on only."""
    return known.is_over or (known.is_under_way and progress == Progress())


def is_reached(known: Bootstrap | None, *, before: Progress, after: Progress) -> bool:
    """Whether it is over because the last operation of its plan has just succeeded, as all the others had."""
    return known is not None and known.is_under_way and before.outstanding > 0 and after == Progress()


@dataclass(frozen=True, kw_only=True)
class Portion:
    """One part of the company that was looked through, numbered from 0.

    `subjects` are those to be planned again, `total` how many these are together with those of all portions before.
    The next portion begins after `last`, which is None when this one ends with the company's end.
    """

    number: int
    subjects: tuple[Subject, ...]
    total: int
    last: Subject | None


NO_GENERATION = "0-0"


@dataclass(frozen=True, kw_only=True)
class FactVersion:
    """Which telling of a fact this is: the source's own time, then when we read it, then a digest that decides.

    `read_at` is set for what we have asked the source for: its own time does not move with everything it says.
    """

    at: datetime
    digest: str
    read_at: datetime | None = None

    def is_newer_than(self, other: "FactVersion | None") -> bool:
        """Whether this telling replaces `other`; the answer is the same in whatever order the two arrive."""
        return other is None or self.rank > other.rank

    @property
    def rank(self) -> tuple[datetime, datetime, str]:
        """What tellings of one source are ordered by."""
        return (self.at, self.read_at or self.at, self.digest)


class Presence(StrEnum):
    """Whether a source still knows a person: `MISSING` means that they are gone without a word, `DELETED` with one."""

    PRESENT = "present"
    MISSING = "missing"
    DELETED = "deleted"


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What one HR source says of a person: texts by the names of Person's attributes, days in ISO 8601.

    An attribute that is not among them is one that the source says nothing about; an empty text says that there is
    none. One that is not `PRESENT` has no attributes of its own. `flaws` are the mistakes that were left aside.
    `tellers` are the ARNs of those who have told by hand, by the attribute whose present value they were the first to
    tell.
    """

    source: str
    version: FactVersion
    attributes: Mapping[str, str]
    presence: Presence = Presence.PRESENT
    flaws: tuple[str, ...] = ()
    tellers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Head:
    """The one record of a subject that every plan is committed against.

    `generation` is `number-token`: the number grows with each plan, the token tells apart two plans that both wanted
    that number; `change` is the change that made it. `fingerprint` and `outstanding` describe the operations of this
    generation: what they ask for, and how many are not finished; `failed` counts those that have failed. `due_at` is
    when time alone will change what is desired.
    `removing` are the removals that this generation makes and that have been counted, so that no later one counts them
    again, and `adding` the same of additions; `held` are those that wait for a human, or have been decided on, and
    belong to no generation.
    `tellings` is what each HR source has said last of a person, from which `fact` is made; `claims` are the user names
    and e-mail addresses that are this person's and nobody else's. `former_holders` are the ids of people who have left
    and had one of them before; with `awaits_names` the person is to get one as soon as somebody who has left has no
    access any more.
    What was confirmed before `trusted_since` may be gone without a word of AWS, see `trusted`. `bootstrap` is how far
    an account has come to having everything for the first time. One that was there before Day One `awaits_approval`:
    what it is given is held until a human has approved any of it.
    `adoption` is the decision about what exists under its name, until it is carried out, or has come to nothing.
    `grants` are those that are open, and those that have ended while what they gave is still there.
    `has_access` is whether this plan gave a person access, `access_lost_at` when they were last seen with any that they
    should not have.
    `revision` counts every write that a plan could depend on, of the head and of the resources: two equal ones are the
    same state of the subject.
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
    held: tuple[HeldRemoval, ...] = ()
    tellings: tuple[Telling, ...] = ()
    claims: tuple[str, ...] = ()
    former_holders: tuple[str, ...] = ()
    awaits_names: bool = False
    grants: tuple[Grant, ...] = ()
    has_access: bool = False
    access_lost_at: datetime | None = None
    trusted_since: datetime | None = None
    bootstrap: Bootstrap | None = None
    awaits_approval: bool = False
    adoption: Adoption | None = None
    revision: int = 0

    @property
    def is_at_rest(self) -> bool:
        """Whether no operation of the plan in force is open, and nothing that it holds waits for a human."""
        return self.outstanding == 0 and not any(removal.verdict is Verdict.WAITING for removal in self.held)

    @property
    def is_adopting(self) -> bool:
        """Whether what was decided about what exists is under way, or waits for another person."""
        is_held = any(
            removal.is_gift and removal.verdict in (Verdict.WAITING, Verdict.APPROVED) for removal in self.held
        )
        return self.outstanding > 0 or is_held

    @property
    def failed_change(self) -> str:
        """The change of the plan in force when that has come to its end and something in it has failed, or empty."""
        return self.change if self.failed and self.is_at_rest else ""

    @property
    def progress(self) -> Progress:
        """How the plan in force has gone on."""
        return Progress(outstanding=self.outstanding, failed=self.failed)


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
class Claim:
    """The names of the subject that a user name or an e-mail address belongs to, and of the last that gave it up.

    Either is empty where there is none.
    """

    holder: str = ""
    former: str = ""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A message of the outside by the id that its sender gave it, remembered until `forget_at`."""

    name: str
    forget_at: datetime


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What planning a subject leads to, to be committed as a whole or not at all.

    `before` is the head that was read: the commit is refused when it is no longer the one in place. Without
    `operations` the generation stays, so what runs goes on. `removals` and `additions` are what they take from the
    guardrails' budgets. `held_because` says why any of them is held, and `blamed` who has brought that about.
    `delivery` is noted as taken by this plan's change. `grants` are those of which something is to be put on record,
    and `reasons` replace those of resources that stay as they are. With `adds_subject` its change did not expect this
    subject.
    """

    cause: Cause
    before: Head
    after: Head
    operations: tuple[Operation, ...] = ()
    notes: tuple[str, ...] = ()
    audit: tuple[AuditEntry, ...] = ()
    removals: RemovalBudget | None = None
    additions: RemovalBudget | None = None
    held_because: str = ""
    blamed: tuple[Blame, ...] = ()
    delivery: Delivery | None = None
    grants: tuple[Grant, ...] = ()
    reasons: Mapping[Resource, tuple[Reason, ...]] = field(default_factory=dict)
    adds_subject: bool = False


def generation_number(generation: str) -> int:
    """The number in `number-token`."""
    return int(generation.partition("-")[0])
