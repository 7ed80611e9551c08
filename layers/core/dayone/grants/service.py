"""Give access for a time, extend it, or end it early."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Protocol

from dayone.errors import Inapplicable, Invalid, NotFound
from dayone.grants.request import GrantWish
from dayone.lookups import read_account, read_person
from dayone.model.accounts import GONE, Account, left_alone_in
from dayone.model.changes import Cause, CauseKind, ulid
from dayone.model.commands import ApplyGrant
from dayone.model.grants import MOST_EXTENSIONS, MOST_OPEN, End, Ending, Extension, Grant, GrantState, is_grant
from dayone.model.guardrails import Verdict
from dayone.model.operations import Action, Applied
from dayone.model.people import Person, Status, has_left
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Subject, SubjectKind
from dayone.planning.desired_grants import why_not_by_policy, why_nothing, why_too_sensitive
from dayone.planning.facts import Employed
from dayone.policy.matching import no_rights_in, what_protects
from dayone.ports.operations import Clock, RandomBytes
from dayone.ports.records import Page, Records
from dayone.ports.store import GrantFilter, Grants, Inbox, PolicyInForce

_OPEN = frozenset({GrantState.SCHEDULED, GrantState.ACTIVE})
_MOST_PARTS = 10


class GrantReadPorts(Protocol):
    """Reading grants: what it needs of the API's context."""

    grants: Grants
    policies: PolicyInForce
    records: Records
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class GrantAtNow:
    """A grant at a given time: whether AWS has confirmed its resource, or that is held, and a note about that."""

    grant: Grant
    now: datetime
    is_there: bool
    is_held: bool
    note: str


def the_grant(grant: str, *, grants: Grants) -> Grant:
    """Return a grant; raise NotFound for an unknown one."""
    found = grants.find(grant)
    if found is None:
        mend = "check the id; a grant just accepted appears within a few seconds, so try again"
        raise NotFound(f"there is no grant {grant}: {mend}")
    return found


def read_grant_at_now(grant: str, *, ports: GrantReadPorts) -> GrantAtNow:
    """Return a grant with its current state; raise NotFound for an unknown one."""
    found, now = the_grant(grant, grants=ports.grants), ports.clock()
    state = ports.records.subject(found.subject)
    there = state.applied.get(found.resource)
    is_there = there is not None and there.doubt is not Action.CREATE
    note = _note(found, state=state, there=there if is_there else None, ports=ports, now=now)
    is_held = _is_held(found, state=state, now=now)
    return GrantAtNow(grant=found, now=now, is_there=is_there, is_held=is_held, note=note)


def held_among(grants: Iterable[Grant], *, ports: GrantReadPorts) -> frozenset[str]:
    """Return the ids of the grants in force whose access waits for an approval."""
    now, state_of = ports.clock(), cache(ports.records.subject)
    return frozenset(
        grant.id
        for grant in grants
        if grant.state(now=now) is GrantState.ACTIVE and _is_held(grant, state=state_of(grant.subject), now=now)
    )


def _is_held(grant: Grant, *, state: SubjectState, now: datetime) -> bool:
    waiting = (part.resource for part in state.head.held if part.is_gift and part.verdict is Verdict.WAITING)
    return grant.state(now=now) is GrantState.ACTIVE and grant.resource in waiting


def list_grants(
    *, person: str, account: str, state: GrantState | None, cursor: str, limit: int, ports: GrantReadPorts
) -> Page[Grant]:
    """Part of the grants of a person or in an account, or of all; a part may be short, or empty, with more to follow.

    Raises Invalid for a cursor that is not one of this list.
    """
    now = ports.clock()
    query = GrantFilter(person=person, account=account, is_open=None if state is None else state in _OPEN)
    page = ports.grants.listed(query, cursor=cursor, limit=limit)
    for _ in range(_MOST_PARTS):
        found = [grant for grant in page.entries if state in (None, grant.state(now=now))]
        if found or not page.cursor:
            return Page(found, page.cursor)
        page = ports.grants.listed(query, cursor=page.cursor, limit=limit)
    return Page([], page.cursor)


def _note(grant: Grant, *, state: SubjectState, there: Applied | None, ports: GrantReadPorts, now: datetime) -> str:
    if grant.state(now=now) is GrantState.ACTIVE:
        policy = ports.policies.current()
        employed = Employed(lambda subject: ports.records.subject(subject).head.fact, policy=policy, now=now)
        obstacle = why_nothing(grant, fact=state.head.fact, policy=policy, employed=employed, now=now)
        if obstacle or there is not None:
            return obstacle
        held = any(removal.resource == grant.resource for removal in state.head.held)
        return "the access it gives is held until it is approved" if held else "the access it gives is being created"
    if there is None or grant.state(now=now) is GrantState.SCHEDULED:
        return ""
    rules = [reason.rule for reason in there.reasons if reason.rule != grant.rule]
    if others := [rule for rule in rules if not is_grant(rule) or rule in _in_force(state, now=now)]:
        return f"what it gave is there by {', '.join(others)}"
    fact = state.head.fact
    left_alone = left_alone_in(fact.state) if isinstance(fact, Account) else ""
    return left_alone or "what it gave is still there"


def _in_force(state: SubjectState, *, now: datetime) -> set[str]:
    return {grant.rule for grant in state.head.grants if grant.state(now=now) is GrantState.ACTIVE}


def of_subject(subject: Subject, *, limit: int, grants: Grants) -> Page[Grant]:
    """Return the newest grants of a person or in an account."""
    is_person = subject.kind is SubjectKind.PERSON
    query = GrantFilter(person=subject.name if is_person else "", account="" if is_person else subject.name)
    return grants.listed(query, cursor="", limit=limit)


class GrantChangePorts(Protocol):
    """Changing a grant: what it needs of the API's context."""

    grants: Grants
    policies: PolicyInForce
    inbox: Inbox
    clock: Clock
    entropy: RandomBytes


def extend_grant(grant: str, *, until: datetime, actor: str, ports: GrantChangePorts) -> str:
    """Ask for a later end; returns the id of the change. `actor` is the ARN of the caller.

    Raises NotFound for an unknown grant, Inapplicable for one that is over, Invalid for an end that cannot be.
    """
    found, now, until = the_grant(grant, grants=ports.grants), ports.clock(), until.astimezone(UTC)
    _check_is_open(found, now=now)
    if until == found.lasts_until:
        return next((extension.change for extension in found.extensions if extension.until == until), found.id)
    if len(found.extensions) >= MOST_EXTENSIONS:
        raise Inapplicable(
            f"grant {grant} was extended {MOST_EXTENSIONS} times: create a new grant with a current reason"
        )
    change = ulid(now, entropy=ports.entropy())
    extension = Extension(at=now, until=until, by=actor, change=change)
    extended = replace(found, extensions=(*found.extensions, extension))
    findings = list(findings_of_time(extended, policy=ports.policies.current(), now=now))
    if until < found.lasts_until:
        findings.append(f"`until` is before {found.lasts_until.isoformat()}, when it ends already: to end it, say so")
    if findings:
        raise Invalid("the new end of the grant is not valid", findings=tuple(findings))
    ask_for(extended, change=change, actor=actor, at=now, inbox=ports.inbox)
    return change


def end_grant(grant: str, *, because: str, actor: str, ports: GrantChangePorts) -> str:
    """Ask for it to end now; returns the id of the change. `actor` is the ARN of the caller.

    Raises NotFound for an unknown grant, Inapplicable for one that has ended otherwise.
    """
    found, now = the_grant(grant, grants=ports.grants), ports.clock()
    if found.end is not None and found.ending(now=now) is Ending.ENDED_EARLY:
        return found.end.change
    _check_is_open(found, now=now)
    change = ulid(now, entropy=ports.entropy())
    end = End(at=now, how=Ending.ENDED_EARLY, by=actor, change=change, because=because)
    ask_for(replace(found, end=end), change=change, actor=actor, at=now, inbox=ports.inbox)
    return change


def _check_is_open(grant: Grant, *, now: datetime) -> None:
    ending = grant.ending(now=now)
    if ending is not None:
        raise Inapplicable(f"grant {grant.id} has already ended ({ending}): create a new grant if access is needed")


_MOST_AHEAD = timedelta(days=366)


class GrantPorts(Protocol):
    """Giving a grant: what it needs of the API's context."""

    records: Records
    policies: PolicyInForce
    inbox: Inbox
    clock: Clock
    entropy: RandomBytes


def give_grant(wish: GrantWish, *, actor: str, ports: GrantPorts) -> Grant:
    """Ask for it; returns the grant as it will be on record when it is planned. `actor` is the ARN of the caller.

    Raises NotFound for an unknown person or account, Invalid with everything that speaks against it.
    """
    now, policy = ports.clock(), ports.policies.current()
    change = ulid(now, entropy=ports.entropy())
    grant = Grant(
        id=change,
        subject=wish.subject,
        resource=wish.resource,
        reason=wish.reason,
        ticket=wish.ticket,
        begins=(wish.begins or now).astimezone(UTC),
        until=wish.until.astimezone(UTC),
        granted_by=actor,
        granted_at=now,
        includes_management=wish.includes_management,
    )
    findings = (
        *findings_of_time(grant, policy=policy, now=now),
        *filter(None, [why_not_by_policy(grant, policy=policy)]),
        *_findings_of_holders(grant, policy=policy, ports=ports, now=now),
    )
    if findings:
        raise Invalid("the grant is not valid", findings=findings)
    ask_for(grant, change=change, actor=actor, at=now, inbox=ports.inbox)
    return grant


def ask_for(grant: Grant, *, change: str, actor: str, at: datetime, inbox: Inbox) -> None:
    """Put a grant as it stands on the inbox, to be merged with the recorded one."""
    cause = Cause(change=change, kind=CauseKind.GRANT, actor=actor, reference=grant.id, at=at)
    # The state on record is the record's own.
    inbox.put([ApplyGrant(subject=grant.subject, cause=cause, grant=replace(grant, noted=None))])


def findings_of_time(grant: Grant, *, policy: Policy, now: datetime) -> Iterator[str]:
    """Yield mistakes in the start and end of a grant."""
    until, longest = grant.lasts_until, policy.guardrails.longest_grant
    if until <= now:
        yield "`until` is past"
    elif until <= grant.begins:
        yield "`until` is not after `from`"
    elif until - max(grant.begins, now) > longest:
        days, rest = longest.days, longest - timedelta(days=longest.days)
        parts = [f"{days} days"] if days else []
        in_words = " ".join([*parts, *([f"{rest // timedelta(minutes=1)} minutes"] if rest else [])])
        yield f"`until` is more than {in_words} away, the longest that the policy allows at a time"
    if grant.begins > now + _MOST_AHEAD:
        yield f"`from` is more than {_MOST_AHEAD.days} days away"


def _findings_of_holders(grant: Grant, *, policy: Policy, ports: GrantPorts, now: datetime) -> Iterator[str]:
    subject = _existing(grant.subject, ports=ports)
    if grant.person:
        of_person = Subject(SubjectKind.PERSON, grant.person)
        person = subject if of_person == grant.subject else _existing(of_person, ports=ports)
        yield from _findings_of_person(person, policy=policy, now=now)
    fact = subject.head.fact
    if fact is None:
        yield f"nothing is known of {grant.subject} yet but what it has"
    if isinstance(fact, Account) and fact.state in GONE:
        yield f"account {fact.id} is {fact.state}"
    if isinstance(fact, Account) and (obstacle := why_too_sensitive(grant, fact, policy=policy)):
        yield obstacle
    off_limits = policy.terms.off_limits
    if off_limits.lacks_rights and grant.subject == Subject(SubjectKind.ACCOUNT, off_limits.account):
        yield no_rights_in(grant.subject.name)
    if isinstance(fact, Account) and fact.is_management and not grant.includes_management:
        yield "this is the management account: say `include_management_account: true` if it is meant"
    if sum(grant.is_open(now=now) for grant in subject.head.grants) >= MOST_OPEN:
        yield f"{subject.head.subject} has {MOST_OPEN} open grants already: end one, or write a rule"


def _findings_of_person(state: SubjectState, *, policy: Policy, now: datetime) -> Iterator[str]:
    fact = state.head.fact
    if not isinstance(fact, Person):
        return
    by_id = fact.id in policy.protection.people
    if what_protects(fact, applied=state.applied, protection=policy.protection) and not by_id:
        yield "the user name of this person is protected by the policy"
    if fact.status is not Status.MISSING and has_left(fact, cycle=policy.people, now=now):
        yield f"the employment of person {fact.id} is over"


def _existing(subject: Subject, *, ports: GrantPorts) -> SubjectState:
    read = read_person if subject.kind is SubjectKind.PERSON else read_account
    return read(subject.name, records=ports.records)
