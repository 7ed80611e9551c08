"""What grants have to say about a link between a person and a permission set: why it is wanted, or why not any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dayone.domain.desired import Reason
from dayone.domain.desired_grants import reason_of, why_nothing
from dayone.domain.grants import Grant, GrantState
from dayone.domain.life_cycle import has_access
from dayone.domain.obstacles import Nearness, Obstacle
from dayone.domain.people import Person
from dayone.domain.policy import Policy
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import Resource


@dataclass(frozen=True, kw_only=True)
class Granted:
    """The newest grants of a person and an account, ended or not, and what decides whether they count."""

    grants: Sequence[Grant]
    person: SubjectState
    policy: Policy
    now: datetime


def reasons_granted(resource: Resource, *, of: SubjectState, known: Granted) -> tuple[Reason, ...]:
    """Each grant by which it is wanted now, with whoever has given it."""
    return tuple(
        Reason(one.rule, f"{reason_of(one).because}, given by {one.granted_by}")
        for one in _about(resource, of=of, known=known)
        if one.state(now=known.now) is GrantState.ACTIVE and not _obstacle(one, of=of, known=known)
    )


def of_grants(resource: Resource, *, of: SubjectState, known: Granted) -> Nearness:
    """What is in the way of the grant that was given last, if there is one."""
    told = _about(resource, of=of, known=known)
    if not told:
        return Nearness()
    last = max(told, key=lambda one: one.id)
    actual, needed = _actual(last, now=known.now), "one that is in force"
    if last.state(now=known.now) is GrantState.ACTIVE:
        needed = f"more: {_obstacle(last, of=of, known=known)}"
    return Nearness(obstacles=(Obstacle(rule=last.rule, about="grant.state", actual=actual, needed=needed),))


def _about(resource: Resource, *, of: SubjectState, known: Granted) -> list[Grant]:
    return [one for one in known.grants if one.subject == of.head.subject and one.resource == resource]


def _obstacle(grant: Grant, *, of: SubjectState, known: Granted) -> str:
    fact = known.person.head.fact
    is_employed = isinstance(fact, Person) and has_access(fact, cycle=known.policy.people, now=known.now)
    employed = {fact.id} if fact and is_employed else set[str]()
    return why_nothing(grant, fact=of.head.fact, policy=known.policy, employed=employed, now=known.now)


def _actual(grant: Grant, *, now: datetime) -> str:
    match grant.state(now=now):
        case GrantState.SCHEDULED:
            return f"scheduled for {_said(grant.begins)}"
        case GrantState.ACTIVE:
            return "active"
        case state:
            at = grant.end.at if grant.end and grant.end.at < grant.lasts_until else grant.lasts_until
            by = f" by {grant.end.by}" if grant.end and at == grant.end.at else ""
            return f"{state} ({grant.ending(now=now)}{by}, {_said(at)})"


def _said(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
