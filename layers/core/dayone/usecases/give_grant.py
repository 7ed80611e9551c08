"""Take what somebody asks to be given for a time: a wrong wish leaves nothing behind, and a right one is a change."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from dayone.contracts.grant_request import GrantWish
from dayone.domain.accounts import GONE, Account
from dayone.domain.changes import Cause, CauseKind, ulid
from dayone.domain.commands import ApplyGrant
from dayone.domain.desired_grants import why_not_by_policy, why_too_sensitive
from dayone.domain.grants import MOST_OPEN, Grant
from dayone.domain.guards import what_protects
from dayone.domain.life_cycle import has_left
from dayone.domain.management import no_rights_in
from dayone.domain.people import Person, Status
from dayone.domain.policy import Policy
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import Subject, SubjectKind
from dayone.errors import Invalid
from dayone.ports.clock import Clock, RandomBytes
from dayone.ports.records import Records
from dayone.ports.state import Inbox, PolicyInForce
from dayone.usecases.read_access import read_account, read_person

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
    """Put all that is known of a grant on the inbox, to be joined with what is remembered of it by then."""
    cause = Cause(change=change, kind=CauseKind.GRANT, actor=actor, reference=grant.id, at=at)
    # The state on record is the record's own.
    inbox.put([ApplyGrant(subject=grant.subject, cause=cause, grant=replace(grant, noted=None))])


def findings_of_time(grant: Grant, *, policy: Policy, now: datetime) -> Iterator[str]:
    """What is wrong with when it begins and ends."""
    until, longest = grant.lasts_until, policy.guardrails.longest_grant
    if until <= now:
        yield "`until` is past"
    elif until <= grant.begins:
        yield "`until` is not after `from`"
    elif until - max(grant.begins, now) > longest:
        yield f"`until` is more than {_in_words(longest)} away, the longest that the policy allows at a time"
    if grant.begins > now + _MOST_AHEAD:
        yield f"`from` is more than {_MOST_AHEAD.days} days away"


def _findings_of_holders(grant: Grant, *, policy: Policy, ports: GrantPorts, now: datetime) -> Iterator[str]:
    subject = _known(grant.subject, ports=ports)
    if grant.person:
        of_person = Subject(SubjectKind.PERSON, grant.person)
        person = subject if of_person == grant.subject else _known(of_person, ports=ports)
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
    if sum(one.is_open(now=now) for one in subject.head.grants) >= MOST_OPEN:
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


def _known(subject: Subject, *, ports: GrantPorts) -> SubjectState:
    read = read_person if subject.kind is SubjectKind.PERSON else read_account
    return read(subject.name, records=ports.records)


def _in_words(longest: timedelta) -> str:
    days, rest = longest.days, longest - timedelta(days=longest.days)
    parts = [f"{days} days"] if days else []
    return " ".join([*parts, *([f"{rest // timedelta(minutes=1)} minutes"] if rest else [])])
