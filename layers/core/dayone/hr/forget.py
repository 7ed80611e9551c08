"""Forget a person some time after they have left: their record, their names, and what the audit log says of them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo

from dayone.errors import Inapplicable
from dayone.lookups import Taken, caused_by, read_person
from dayone.messages.codec import decode, encode
from dayone.model.audit import AuditEntry
from dayone.model.commands import ForgetPerson
from dayone.model.people import IdentitySource, Person, Status, date_of, has_left
from dayone.model.personal_data import personal_names
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Resource, ResourceKind, Subject, SubjectKind
from dayone.policy.matching import what_protects
from dayone.ports.operations import Clock, RandomBytes
from dayone.ports.personal_data import Erasure, PersonalData
from dayone.ports.records import Records
from dayone.ports.store import Changes, Grants, Inbox, PolicyInForce, Subjects

_USER = Resource(ResourceKind.USER)
_NAMING = frozenset({"id", "user_name", "email"})


def left_at(person: Person, *, recorded: datetime | None) -> datetime | None:
    """Return when somebody left: the end of their last day, else the time of the record that says so; None if unknown.

    A last day that HR has put into the future counts, so that nobody is forgotten too early.
    """
    day = date_of(person, "end_date")
    if day is None:
        return recorded
    return datetime.combine(day, time.max, tzinfo=ZoneInfo(person.time_zone))


def obstacles(state: SubjectState, *, policy: Policy, retention: timedelta, now: datetime) -> Iterator[str]:
    """Yield the reasons for which a person cannot be forgotten now."""
    head, fact = state.head, state.head.fact
    if not isinstance(fact, Person):
        yield "their HR record is not complete, so nobody knows whether they have left: have HR send their end"
    elif not has_left(fact, cycle=policy.people, now=now) or fact.status is Status.MISSING:
        yield "they have not left"
    else:
        left = left_at(fact, recorded=head.version.at if head.version else None)
        if left is not None and now < left + retention:
            from_when = (left + retention).date().isoformat()
            yield f"they left on {left.date().isoformat()}, and are kept for {retention.days} days, until {from_when}"
    yield from _work_in_the_way(state)
    yield from _access_in_the_way(state, policy=policy)
    if name := _named_by(policy, state):
        yield f"the policy in force names them in {name}: take them out of it first"


def _work_in_the_way(state: SubjectState) -> Iterator[str]:
    head = state.head
    if head.outstanding:
        yield f"change {head.change} is still carried out"
    if head.failed:
        yield f"something of change {head.change} has failed: retry it first"
    if head.held:
        waiting = ", ".join(dict.fromkeys(part.change for part in head.held))
        yield f"change {waiting} holds something about them: have it decided first"
    if head.grants:
        yield "they have a grant: end it first"


def _access_in_the_way(state: SubjectState, *, policy: Policy) -> Iterator[str]:
    kinds = {resource.kind for resource in state.applied}
    if ResourceKind.MEMBERSHIP in kinds or state.head.has_access:
        yield "they have access"
    if ResourceKind.ENDED_SESSIONS in kinds:
        yield "their sessions are still being ended: they are in the policy for that for some hours"
    if _USER in state.applied and policy.people.identity_source is IdentitySource.IDENTITY_CENTER:
        yield (
            "their user is still in Identity Center, with their name and address: have leavers deleted by the policy"
            " (`people.leavers: delete`), or delete the user and have Day One find that"
        )


def _named_by(policy: Policy, state: SubjectState) -> str:
    """Return where the policy names the person by id, user name or address, or empty."""
    fact, name = state.head.fact, state.head.subject.name
    texts = {name.casefold()}
    if isinstance(fact, Person):
        texts |= {fact.user_name.casefold(), fact.email.casefold()} - {""}
        if what_protects(fact, applied=state.applied, protection=policy.protection):
            return "`guardrails.protect`"
    if name in policy.protection.people:
        return "`guardrails.protect`"
    if any(name in pair for pair in policy.people.duplicates):
        return "`same_person`"
    for group in policy.groups:
        selectors = (*group.members, *group.exceptions)
        conditions = [part for each in selectors for part in each.conditions if part.attribute in _NAMING]
        globs = (text.casefold() for part in conditions for text in (*part.any_of, *part.none_of))
        if name in group.people or texts.intersection(globs):
            return f"the group {group.name}"
    if name in policy.people_assigned:
        return "an assignment of their own"
    return ""


class ForgetRequestPorts(Protocol):
    """Forgetting a person: what it needs of the API's context."""

    records: Records
    policies: PolicyInForce
    grants: Grants
    inbox: Inbox
    clock: Clock
    entropy: RandomBytes


def request_forgetting(person: str, *, actor: str, retention: timedelta, ports: ForgetRequestPorts) -> Taken:
    """Have a person forgotten who left at least `retention` ago; `actor` is the ARN of the caller.

    Raises NotFound for somebody unknown, Inapplicable for somebody who cannot be forgotten now, with all reasons.
    """
    state = read_person(person, records=ports.records)
    found = [*obstacles(state, policy=ports.policies.current(), retention=retention, now=ports.clock())]
    if ports.grants.accounts_of(person):
        found.append("they have a grant: end it first")
    if found:
        raise Inapplicable(_refusal(found))
    cause = caused_by(actor, reference="forget-person", ports=ports)
    ports.inbox.put([ForgetPerson(subject=state.head.subject, cause=cause, days=retention.days)])
    return Taken(change=cause.change)


def _refusal(reasons: list[str]) -> str:
    return f"the person is not forgotten: {'; '.join(dict.fromkeys(reasons))}"


@dataclass(frozen=True, kw_only=True)
class ForgetPorts:
    """Ports for erasing a person; a run hands over to the next one after `time_to_run`."""

    subjects: Subjects
    policies: PolicyInForce
    grants: Grants
    changes: Changes
    personal_data: PersonalData
    inbox: Inbox
    clock: Callable[[], datetime]
    time_to_run: timedelta


def forget_person(command: ForgetPerson, *, ports: ForgetPorts) -> None:
    """Erase a person, or a part of what there is and hand over; harmless again.

    Whoever has come back meanwhile is not forgotten, and the change says why.
    """
    cause, now = command.cause, ports.clock()
    if ports.personal_data.is_forgotten(cause.change):
        return
    state = ports.subjects.load(command.subject)
    if reasons := [*_reasons_against(command, state, now=now, ports=ports)]:
        ports.changes.dismiss(cause, note=_refusal(reasons))
        return
    before = decode(Erasure, json.loads(command.cursor)) if command.cursor else Erasure()
    until = now + ports.time_to_run
    names = personal_names(
        state, is_anothers=partial(_is_anothers, subjects=ports.subjects, person=command.subject.name)
    )
    found = ports.personal_data.erase(names, before, is_over=lambda: ports.clock() >= until)
    if found.place:
        ports.inbox.put([replace(command, cursor=json.dumps(encode(found)))])
        return
    notes = tuple(_notes(found))
    ports.personal_data.forget(cause, state.head, notes=notes, audit=_entry(command, found, now=now))


def _reasons_against(command: ForgetPerson, state: SubjectState, *, now: datetime, ports: ForgetPorts) -> Iterator[str]:
    if not state.head.revision:
        yield "nobody is recorded under this id any more"
        return
    policy, name = ports.policies.current(), command.subject.name
    yield from obstacles(state, policy=policy, retention=timedelta(days=command.days), now=now)
    accounts = [*ports.subjects.accounts_with(name), *ports.grants.accounts_of(name)]
    if accounts:
        yield f"they have access of their own in {', '.join(dict.fromkeys(each.name for each in accounts))}"


def _is_anothers(claim: str, *, subjects: Subjects, person: str) -> bool:
    return subjects.claimed(claim).holder not in ("", person)


def _notes(found: Erasure) -> Iterator[str]:
    yield (
        f"a person was forgotten: {found.deleted} records deleted, {found.rewritten} rewritten, "
        f"{found.entries} entries of the audit log erased"
    )
    if found.policies:
        versions = ", ".join(map(str, found.policies))
        yield f"stored versions of the policy still name them: {versions}"
    yield from found.kept


def _entry(command: ForgetPerson, found: Erasure, *, now: datetime) -> AuditEntry:
    """Return the entry about the forgetting; it does not name the person."""
    cause = command.cause
    return AuditEntry(
        at=now,
        actor=cause.actor,
        action="forget-person",
        subject=str(Subject(SubjectKind.CHANGE, cause.change)),
        change=cause.change,
        outcome="recorded",
        detail=next(_notes(found)),
    )
