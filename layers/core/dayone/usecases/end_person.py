"""Take the word that somebody's time here ends: on a day, or at once."""

from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from dayone.domain.commands import ApplyHrRecord
from dayone.domain.guards import what_protects
from dayone.domain.hr_sources import BY_HAND
from dayone.domain.people import Person, Status
from dayone.domain.policy import Policy
from dayone.domain.subject_states import SubjectState
from dayone.domain.tellings import telling_of
from dayone.errors import Inapplicable
from dayone.ports.clock import Clock, RandomBytes
from dayone.ports.records import Records
from dayone.ports.state import Inbox, PolicyInForce
from dayone.usecases.put_people import Taken, caused_by
from dayone.usecases.read_access import read_person


class EndPorts(Protocol):
    """Ending access: what it needs of the API's context."""

    records: Records
    policies: PolicyInForce
    inbox: Inbox
    clock: Clock
    entropy: RandomBytes


def end_person(person: str, *, on: date | None, is_at_once: bool, actor: str, ports: EndPorts) -> Taken:
    """`on` is their last day, None for today where they are; at once, their access ends without waiting for its end.

    `actor` is the ARN of the caller. Raises NotFound for somebody unknown, Inapplicable for whom the policy protects.
    """
    state = read_person(person, records=ports.records)
    head = state.head
    _check_is_not_protected(state, policy=ports.policies.current())
    cause = caused_by(actor, reference="end-person", ports=ports)
    fact = head.fact if isinstance(head.fact, Person) else None
    told = {"end_date": (on or _today(fact, now=cause.at)).isoformat()}
    if fact and fact.start_date:
        # The employment that ends; should HR tell a later first day one day, that is another one.
        told["start_date"] = fact.start_date.isoformat()
    if is_at_once:
        told["status"] = Status.ENDED.value
    telling = telling_of(told, source=BY_HAND, at=cause.at, teller=actor)
    ports.inbox.put([ApplyHrRecord(subject=head.subject, cause=cause, record=telling)])
    return Taken(change=cause.change)


def _today(fact: Person | None, *, now: datetime) -> date:
    return now.astimezone(ZoneInfo(fact.time_zone if fact else "UTC")).date()


def _check_is_not_protected(state: SubjectState, *, policy: Policy) -> None:
    name, fact, protection = state.head.subject.name, state.head.fact, policy.protection
    by = what_protects(fact, applied=state.applied, protection=protection) if isinstance(fact, Person) else ""
    if by or name in protection.people:
        raise Inapplicable(
            f"the policy protects {name}, whose access is never revoked: remove them from `protect` first"
        )
