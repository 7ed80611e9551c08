"""Resolve the fact and the grants that a subject is planned with, and who is in employment under a policy."""

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from dayone.model.accounts import GONE, Account, AccountState
from dayone.model.audit import AuditEntry
from dayone.model.changes import Cause, ulid_of
from dayone.model.commands import AdoptExisting, ApplyGrant, Command
from dayone.model.grants import MOST_OPEN, End, Ending, Grant, GrantState, joined
from dayone.model.operations import Applied
from dayone.model.people import LifeCycle, Person, Status, has_access, has_left
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import FactVersion, Head, SourceRecord, SubjectState
from dayone.model.subjects import Subject, SubjectKind
from dayone.planning.approved_reasons import no_version
from dayone.planning.compiled_rules import ready
from dayone.planning.desired import people_named
from dayone.planning.evaluation import FindExisting, PolicyEvaluator
from dayone.policy.sensitivity import exposed_anew
from dayone.ports.organizations import Organization
from dayone.ports.store import Grants, Policies, Subjects


@dataclass(frozen=True, kw_only=True)
class ResolvedFact:
    """The fact in force, its version, and notes and audit entries about that decision.

    `source_records`, and with them `claims`, `former_holders` and `awaits_names`, are to be stored in the head; None
    leaves them unchanged. With `is_echo` a source has only repeated its previous record. `corrections` are resources to
    be recorded, which AWS has.
    """

    fact: Person | Account | None
    version: FactVersion | None
    notes: tuple[str, ...] = ()
    audit: tuple[AuditEntry, ...] = ()
    source_records: tuple[SourceRecord, ...] | None = None
    claims: tuple[str, ...] | None = None
    former_holders: tuple[str, ...] = ()
    awaits_names: bool = False
    is_echo: bool = False
    corrections: tuple[Applied, ...] = ()


type ResolveFact[C: Command] = Callable[[C, Head, datetime], ResolvedFact]


def people_concerned(
    fact: Person | Account | None, *, policy: Policy, granted: frozenset[str], subjects: Subjects
) -> Mapping[str, Person]:
    """Those people to whom the policy, or somebody's grant, assigns something alone in this account."""
    if not isinstance(fact, Account):
        return {}
    named = sorted(people_named(fact, policy=policy) | granted)
    facts = [subjects.load(Subject(SubjectKind.PERSON, name)).head.fact for name in named]
    return {person.id: person for person in facts if isinstance(person, Person)}


def employed_among(people: Iterable[Person], *, policy: Policy, now: datetime) -> frozenset[str]:
    """Return the ids of those people who are in employment."""
    return frozenset(person.id for person in people if has_access(person, cycle=policy.people, now=now))


class Employed:
    """The people in employment under a policy at a moment, each looked up on first use."""

    def __init__(self, fact_of: Callable[[Subject], object], *, policy: Policy, now: datetime) -> None:
        self._fact_of, self._policy, self._now = fact_of, policy, now
        self._is_employed: dict[object, bool] = {}

    def __contains__(self, person: object) -> bool:
        if person not in self._is_employed:
            fact = self._fact_of(Subject(SubjectKind.PERSON, str(person)))
            is_employed = isinstance(fact, Person) and has_access(fact, cycle=self._policy.people, now=self._now)
            self._is_employed[person] = is_employed
        return self._is_employed[person]


def evaluator_of(
    policy: Policy,
    *,
    state_of: Callable[[Subject], SubjectState],
    now: datetime,
    employed: Container[str] | None = None,
    accounts_with: Callable[[str], Iterable[Subject]] = lambda _person: (),
    version_of: Callable[[int], Policy] = no_version,
    existing: FindExisting | None = None,
) -> PolicyEvaluator:
    """Prepare a policy for evaluation, together with those that its removals are compared with."""
    read = cache(version_of)
    before = tuple(evaluator_of(entry, state_of=state_of, now=now, version_of=read) for entry in policy.before)
    if employed is None:
        employed = Employed(lambda person: state_of(person).head.fact, policy=policy, now=now)
    return PolicyEvaluator(policy, now, ready(policy), employed, before, state_of, accounts_with, read, existing)


def change_of_accounts(person: Subject, *, cause: Cause) -> str:
    """Return the id of the change in which the accounts of a person follow one of the person's own."""
    return ulid_of(cause.at, name=f"accounts of {person} {cause.change}")


# With their audit entries, as many as go into one transaction with everything else of a plan.
_MOST_WRITTEN = 20
_OURSELVES = "dayone"


@dataclass(frozen=True, kw_only=True)
class GrantUpdate:
    """The grants to store in a head, those to record, and audit entries and notes about them."""

    grants: tuple[Grant, ...] = ()
    written: tuple[Grant, ...] = ()
    audit: tuple[AuditEntry, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Holders:
    """Recipients of grants: the fact of the subject itself, and the people with grants of their own there."""

    fact: Person | Account | None
    cycle: LifeCycle
    people: Mapping[str, Person] = field(default_factory=dict)


def record_grants(
    command: Command, *, state: SubjectState, holders: Holders, grants: Grants, now: datetime
) -> GrantUpdate:
    """Return the grants of the head merged with the command's, ended where their holder has gone.

    Grants beyond the limit of one plan are recorded by the next plan, which is due at once.
    """
    before = {grant.id: grant for grant in state.head.grants}
    received = command.grant if isinstance(command, ApplyGrant) else None
    if received is None and not before:
        return GrantUpdate()
    if received is not None and received.id not in before and (kept := grants.find(received.id)) is not None:
        before[received.id] = kept
    heard = _heard(received, before=before, cause=command.cause, now=now)
    ours = [_with_holder(grant, holders=holders, cause=command.cause, now=now) for grant in heard]
    turned = [grant for grant in ours if grant != before.get(grant.id) or grant.noted is not grant.state(now=now)]
    written = {grant.id: replace(grant, noted=grant.state(now=now)) for grant in turned[:_MOST_WRITTEN]}
    there = {reason.rule for applied in state.applied.values() for reason in applied.reasons}
    current = (written.get(grant.id, grant) for grant in ours)
    return GrantUpdate(
        grants=tuple(
            grant
            for grant in current
            if grant.is_open(now=now) or grant.noted is not grant.state(now=now) or grant.rule in there
        ),
        written=tuple(written.values()),
        audit=tuple(_entries(written.values(), before=before, cause=command.cause, now=now)),
        notes=tuple(f"{grant.rule} {in_words(grant, now=now)}" for grant in written.values()),
    )


def in_words(grant: Grant, *, now: datetime) -> str:
    """Describe the state of a grant: `is active until 2026-11-23T17:00:00+00:00`, `has ended: expired`."""
    until, state = grant.lasts_until.astimezone(UTC).isoformat(), grant.state(now=now)
    match state:
        case GrantState.SCHEDULED:
            return f"is scheduled from {grant.begins.astimezone(UTC).isoformat()} until {until}"
        case GrantState.ACTIVE:
            return f"is active until {until}"
        case GrantState.REFUSED:
            return f"is refused: {grant.end.because if grant.end else ''}"
        case GrantState.ENDED:
            return f"has ended: {grant.ending(now=now)}"


def _heard(received: Grant | None, *, before: Mapping[str, Grant], cause: Cause, now: datetime) -> Iterable[Grant]:
    if received is None:
        return before.values()
    existing = before.get(received.id)
    if existing is not None:
        received = joined(existing, received)
    elif received.is_open(now=now) and sum(grant.is_open(now=now) for grant in before.values()) >= MOST_OPEN:
        received = _ended(
            received, Ending.REFUSED, because=f"{MOST_OPEN} grants are open already", cause=cause, now=now
        )
    return sorted({**before, received.id: received}.values(), key=lambda grant: grant.id)


def _with_holder(grant: Grant, *, holders: Holders, cause: Cause, now: datetime) -> Grant:
    """Return the grant, ended with its holder; it does not return when they come back."""
    if not grant.is_open(now=now):
        return grant
    if isinstance(holders.fact, Account):
        if holders.fact.state in GONE:
            because = f"the account is {holders.fact.state}"
            return _ended(grant, Ending.ACCOUNT_GONE, because=because, cause=cause, now=now)
        person = holders.people.get(grant.person)
    else:
        person = holders.fact
    if person is None or person.status is Status.MISSING or not has_left(person, cycle=holders.cycle, now=now):
        return grant
    return _ended(grant, Ending.PERSON_LEFT, because="their employment is over", cause=cause, now=now)


def _ended(grant: Grant, how: Ending, *, because: str, cause: Cause, now: datetime) -> Grant:
    return replace(grant, end=End(at=now, how=how, by=_OURSELVES, change=cause.change, because=because))


def _entries(
    written: Iterable[Grant], *, before: Mapping[str, Grant], cause: Cause, now: datetime
) -> Iterator[AuditEntry]:
    for grant in written:
        action, actor = _what_was_done(grant, before=before.get(grant.id), actor=cause.actor)
        yield AuditEntry(
            at=now,
            actor=actor,
            action=action,
            subject=str(grant.subject),
            change=cause.change,
            outcome="recorded",
            detail=f"{grant.rule}, {grant.resource}, {in_words(grant, now=now)}",
        )


def _what_was_done(grant: Grant, *, before: Grant | None, actor: str) -> tuple[str, str]:
    """Return the audit action and its actor: changes by time or a departure are Day One's own."""
    if grant.end is not None and (before is None or before.end != grant.end):
        return ("refuse-grant", _OURSELVES) if grant.end.how is Ending.REFUSED else ("end-grant", grant.end.by)
    if before is None:
        return "give-grant", actor
    if before.extensions != grant.extensions:
        return "extend-grant", actor
    return ("begin-grant" if grant.noted is GrantState.ACTIVE else "end-grant"), _OURSELVES


def recorded_fact(head: Head) -> ResolvedFact:
    """Return the recorded fact unchanged."""
    return ResolvedFact(fact=head.fact, version=head.version)


def resolve_account(command: Command, *, head: Head, organization: Organization, now: datetime) -> ResolvedFact:
    """Return the account as read from Organizations, audited when it differs from the recorded one."""
    account = organization.account(command.subject.name, since=command.cause.at)
    if account is None and isinstance(head.fact, Account):
        account = replace(head.fact, state=AccountState.DEPARTED)
    if account is None:
        return ignored(command, "not an account of this organisation", head=head, now=now)
    if account == head.fact:
        return recorded_fact(head)
    version = FactVersion(at=now, digest=hashlib.sha256(repr(account).encode()).hexdigest())
    entry = fact_entry(command, outcome="recorded", detail=f"{account.state} in {account.ou_path}", now=now)
    return ResolvedFact(fact=account, version=version, audit=(entry,))


def ignored(command: Command, note: str, *, head: Head, now: datetime) -> ResolvedFact:
    """Return the recorded fact, with a note on why the received one does not count."""
    audit = (fact_entry(command, outcome="ignored", detail=note, now=now),)
    return ResolvedFact(fact=head.fact, version=head.version, notes=(note,), audit=audit)


def fact_entry(command: Command, *, outcome: str, detail: str, now: datetime) -> AuditEntry:
    """Build the audit entry for a fact that was received or read, with its outcome."""
    return AuditEntry(
        at=now,
        actor=command.cause.actor,
        action="record-fact",
        subject=str(command.subject),
        change=command.cause.change,
        outcome=outcome,
        detail=detail,
    )


_SOONEST, _LATEST = timedelta(minutes=1), timedelta(hours=1)
# After that only the daily discovery of the whole organisation finds an account that becomes active.
_PATIENCE = timedelta(days=7)


def next_read_at(account: Account, *, since: datetime, now: datetime) -> datetime | None:
    """Return the next time to read an account that AWS has not activated, or None; `since` is its start of that state.

    The pauses grow with the waiting time, from a minute to an hour, for a week.
    """
    waited = now - since
    if account.state is not AccountState.PENDING_ACTIVATION or waited > _PATIENCE:
        return None
    return now + min(max(waited, _SOONEST), _LATEST)


def note_access(command: Command, *, state: SubjectState, fact: object, policy: Policy, policies: Policies) -> None:
    """Note access beside the rules before it counts: nobody joins what has it without an approval."""
    adoption = command.adoption if isinstance(command, AdoptExisting) else state.head.adoption
    by_others = adoption.assigned if adoption and command.subject.kind is SubjectKind.GROUP else ()
    assigned = frozenset(f"{command.subject.name}/{name}" for name in by_others) - policy.reservations.assigned
    exposed = exposed_anew(state, fact=fact, policy=policy)
    if exposed or assigned:
        policies.note_access(policy.version, in_sensitive_accounts=exposed, assigned=assigned)
