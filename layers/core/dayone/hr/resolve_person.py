"""Resolve one person from the records of all HR sources, after one of them has sent a new one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from dayone.hr.merge import (
    PAST_END,
    attributes_of,
    candidates,
    lacking,
    merged_person,
    overruled,
    stated_end,
    taken_in,
    version_tag,
)
from dayone.model.accounts import Account
from dayone.model.commands import ApplyHrRecord, RefreshAccount
from dayone.model.hr_sources import BY_HAND, HrRules, OnCollision
from dayone.model.people import EMAIL, USER_NAME, Person, Status
from dayone.model.subject_state import FactVersion, Head, NameClaim, Plan, Presence, SourceRecord
from dayone.model.subjects import Subject, SubjectKind
from dayone.planning.desired_people import Vacancy, has_vacated
from dayone.planning.facts import ResolvedFact, fact_entry, ignored
from dayone.planning.plan import REMEMBER_DELIVERIES, PlanInputs
from dayone.ports.idempotency import Echo, Echoes
from dayone.ports.store import Subjects


@dataclass(frozen=True, kw_only=True)
class Naming:
    """Assignment of names to people: the rules, and the names that are free.

    `vacate` makes a leaver give up their names, if possible; `has_left` is whether somebody has left.
    """

    rules: HrRules
    subjects: Subjects
    vacate: Callable[[str], Vacancy]
    has_left: Callable[[Person], bool]


@dataclass(frozen=True, kw_only=True)
class _Named:
    """Names of a person, the claims on them, and the ones not available; `refused` marks a new person without any.

    `former` are leavers who had any of them before. With `awaits` it is to be retried.
    """

    user_name: str = ""
    email: str = ""
    claims: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)
    refused: bool = False
    former: tuple[str, ...] = ()
    awaits: bool = False


def resolve_person(command: ApplyHrRecord, *, head: Head, naming: Naming, now: datetime) -> ResolvedFact:
    """Return the person to plan with, audited; a record older than its source's last one is ignored."""
    received = command.record
    if command.expected_version and version_tag(head.version) != command.expected_version:
        return ignored(command, "the record was changed in the meantime: read the person again", head=head, now=now)
    before = next((record for record in head.source_records if record.source == received.source), None)
    if received.presence is not Presence.PRESENT:
        if before is None:
            return ignored(command, "the source has never sent this person", head=head, now=now)
        # Its next record of them, of whatever time, is newer than their absence.
        received = replace(received, version=replace(received.version, at=before.version.at))
    if before is not None and not received.version.is_newer_than(before.version):
        not_newer = (
            "the same record was received before"
            if received.version.digest == before.version.digest
            else f"stale: the record of {received.source} is from {before.version.at.isoformat()}"
        )
        result = ignored(command, not_newer, head=head, now=now)
        return replace(result, is_echo=received.version.digest == before.version.digest)
    source_records = taken_in(received, records=head.source_records)
    attributes = attributes_of(source_records, rules=naming.rules)
    resolved = _resolved(
        attributes, head=replace(head, source_records=source_records, version=received.version), naming=naming
    )
    audit = fact_entry(command, outcome="recorded", detail=received.version.digest, now=now)
    notes = (*resolved.notes, *_notes(received, before, attributes))
    is_echo = before is not None and received.version.digest == before.version.digest
    return replace(resolved, notes=notes, audit=(audit,), is_echo=is_echo)


def resolve_names(head: Head, *, naming: Naming) -> ResolvedFact:
    """Return the person from the recorded data, whose names may have become free."""
    return _resolved(attributes_of(head.source_records, rules=naming.rules), head=head, naming=naming)


def _resolved(attributes: Mapping[str, str], *, head: Head, naming: Naming) -> ResolvedFact:
    missing = lacking(attributes, rules=naming.rules, has_user_name=isinstance(head.fact, Person))
    named = _Named(refused=True) if missing else _named(attributes, head=head, naming=naming)
    waits = tuple(f"waits for the {name.replace('_', ' ')} from HR" for name in missing)
    if missing and head.fact is None and stated_end(attributes):
        waits = (_ENDS_NOBODY,)
    is_called = {"user_name": named.user_name, "email": named.email}
    person = head.subject.name
    return ResolvedFact(
        fact=_ended(head.fact, attributes) if named.refused else merged_person(person, attributes, **is_called),
        version=head.version,
        source_records=head.source_records,
        claims=head.claims if named.refused else named.claims,
        former_holders=tuple(sorted({*head.former_holders, *named.former})),
        awaits_names=named.awaits,
        notes=waits or named.notes,
    )


_ENDS_NOBODY = (
    "is the end of somebody who was never recorded, so nothing is revoked: compare the id and its letter case"
)


def _ended(fact: Person | Account | None, attributes: Mapping[str, str]) -> Person | Account | None:
    """Return the former person with the end: a person without a complete name leaves, too."""
    if not isinstance(fact, Person) or attributes.get("status") != Status.ENDED:
        return fact
    return replace(fact, status=Status.ENDED)


def _notes(record: SourceRecord, before: SourceRecord | None, attributes: Mapping[str, str]) -> Iterator[str]:
    """Yield notes on overridden attributes, ignored flaws, and attributes that the source no longer sends."""
    if record.source == BY_HAND and (names := overruled(record, attributes)):
        yield f"values of an HR system take precedence over manual ones: {', '.join(names)}"
    yield from (f"left aside: {flaw}" for flaw in record.flaws)
    past = record.attributes.get(PAST_END, "")
    if past and attributes.get("end_date") != past:
        yield f"{record.source} says that the person is here, so its old last day {past} does not count"
    is_whole = record.source != BY_HAND and record.presence is Presence.PRESENT and not record.flaws
    silent = before.attributes.keys() - record.attributes.keys() if before and is_whole else ()
    if silent and record.attributes.get("status") != Status.ENDED:
        yield f"{record.source} tells no more, so it stays as it was: {', '.join(sorted(silent))}"


@dataclass(kw_only=True)
class _Claims:
    """The user names and e-mail addresses that a person may have: their own, what is nobody's, and what becomes so."""

    person: str
    mine: frozenset[str]
    naming: Naming
    is_here: Callable[[], bool]
    former: set[str] = field(default_factory=set)
    awaited: set[str] = field(default_factory=set)

    def is_free(self, claim: str) -> bool:
        """Return whether the person may have a claim; a leaver gives it up for a present person."""
        if claim in self.mine:
            return True
        claimed = self.naming.subjects.claimed(claim)
        if claimed.holder not in ("", self.person):
            claimed = self._vacated(claim, claimed)
        if claimed.holder not in ("", self.person):
            return False
        if former := claimed.former:
            # Who never got a user left the names with the user of whoever had them before.
            earlier = self.naming.subjects.load(Subject(SubjectKind.PERSON, former)).head.former_holders
            self.former |= {former, *earlier} - {self.person}
        return True

    def _vacated(self, claim: str, claimed: NameClaim) -> NameClaim:
        vacancy = self.naming.vacate(claimed.holder) if self.is_here() else Vacancy.KEPT
        after = self.naming.subjects.claimed(claim) if vacancy is Vacancy.FREE else claimed
        if vacancy is Vacancy.NOT_YET:
            self.awaited.add(claimed.holder)
        return after


def _named(attributes: Mapping[str, str], *, head: Head, naming: Naming) -> _Named:
    person, rules = head.subject.name, naming.rules
    now = head.fact if isinstance(head.fact, Person) else None

    def is_here() -> bool:
        return not naming.has_left(merged_person(person, attributes, user_name="", email=""))

    gave_up = now is not None and has_vacated(now)
    if now is not None and gave_up and not is_here():
        return _Named(user_name=now.user_name, claims=head.claims)
    claims = _Claims(person=person, mine=frozenset(head.claims), naming=naming, is_here=is_here)
    names = _user_names(person, attributes, now=None if gave_up else now, rules=rules)
    user_name = next((name for name in names if claims.is_free(USER_NAME + name.casefold())), "")
    email = attributes.get("email", "")
    has_email = not email or claims.is_free(EMAIL + email.casefold())
    if claims.awaited:
        return _awaiting(now, head=head, holders=claims.awaited)
    notes = () if has_email else ("the e-mail address belongs to another person",)
    if not user_name:
        notes = (*notes, "the user name belongs to another person")
    if now is None and (not user_name or (not has_email and rules.emails is OnCollision.REFUSE)):
        return _Named(notes=notes, refused=True)
    user_name = user_name or (now.user_name if now else "")
    email = email if has_email else (now.email if now else "")
    # A name that was somebody's stays theirs for as long as they are here: what they did under it is on record.
    kept = {name for name in claims.mine if name.startswith(USER_NAME)} | {USER_NAME + user_name.casefold()}
    mine = tuple(sorted(kept | ({EMAIL + email.casefold()} if email else set())))
    former = tuple(sorted(claims.former))
    notes = (*notes, *(f"the user name or the e-mail address was that of {name} before" for name in former))
    return _Named(user_name=user_name, email=email, claims=mine, notes=notes, former=former)


def _awaiting(now: Person | None, *, head: Head, holders: Iterable[str]) -> _Named:
    """Named as before until those who have left, and have the name or the address, have lost all access."""
    note = f"waits for the user name or the e-mail address of {', '.join(sorted(holders))}, who has left and has access"
    if now is None:
        return _Named(notes=(note,), refused=True, awaits=True)
    return _Named(user_name=now.user_name, email=now.email, claims=head.claims, notes=(note,), awaits=True)


def _user_names(person: str, attributes: Mapping[str, str], *, now: Person | None, rules: HrRules) -> Iterator[str]:
    """Yield the user names the person may have, their current one first if it is still among them."""
    given = attributes.get("user_name", "")
    if now is not None and not (given or rules.user_names.follows):
        yield now.user_name
        return
    possible = tuple(candidates(rules.user_names, {**attributes, "id": person}, person_id=person, given=given))
    if now is not None and any(name.casefold() == now.user_name.casefold() for name in possible[1:]):
        yield now.user_name
    yield from possible


@dataclass(frozen=True, kw_only=True)
class EchoNotes:
    """Distinction of plans from echoes, which leave the records of subjects and changes unchanged."""

    echoes: Echoes

    def with_heard(self, head: Head) -> Head:
        """Return the head as if it had recorded the echoes of each source, too: older records are stale."""
        heard = self.echoes.heard(head.subject) if head.source_records else {}
        return replace(
            head, source_records=tuple(_as_heard(record, heard.get(record.source)) for record in head.source_records)
        )

    def is_noted(self, plan: Plan, *, inputs: PlanInputs) -> bool:
        """Record a plan that leads to nothing, if it is an echo; return False for one that is to be committed.

        For an account in a daily discovery nothing is recorded: nobody was given the id of a change with it as a
        subject.
        """
        command = inputs.command
        # Apart from how far the sources and the policy are, of which the subject has nothing more.
        if _without_versions(plan.after) != _without_versions(inputs.recorded):
            return False
        if isinstance(command, RefreshAccount):
            return command.only_if_changed and not plan.audit
        if not isinstance(command, ApplyHrRecord) or not (command.delivery and inputs.resolved.is_echo):
            return False
        if self.echoes.is_counted(command.cause.change):
            return False
        # What is older than an echo before it must not put that back.
        noted = self.with_heard(plan.after).source_records
        version = next(record.version for record in noted if record.source == command.record.source)
        self.echoes.note(_echo(command, plan=plan, inputs=inputs, version=version))
        return True


def _echo(command: ApplyHrRecord, *, plan: Plan, inputs: PlanInputs, version: FactVersion) -> Echo:
    return Echo(
        cause=command.cause,
        subject=command.subject,
        source=command.record.source,
        version=version,
        delivery=command.delivery,
        forget_at=inputs.now + REMEMBER_DELIVERIES,
        notes=plan.notes,
    )


def _without_versions(head: Head) -> tuple[object, ...]:
    source_records = tuple(
        (record.source, record.attributes, record.presence, record.flaws, record.tellers)
        for record in head.source_records
    )
    return replace(head, version=None, policy_version=0, revision=0, source_records=()), source_records


def _as_heard(record: SourceRecord, version: FactVersion | None) -> SourceRecord:
    is_newer = version is not None and version.is_newer_than(record.version)
    return replace(record, version=version) if is_newer and version else record
