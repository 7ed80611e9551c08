"""Record people, and ends of employment, that are entered manually."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from dayone.errors import Inapplicable
from dayone.hr.merge import packed, source_record, unpacked, version_tag
from dayone.lookups import CausePorts, Taken, caused_by, read_person
from dayone.model.commands import ApplyHrRecord, ImportManualPeople
from dayone.model.hr_sources import BY_HAND
from dayone.model.people import Person, Status
from dayone.model.policy.rules import Policy
from dayone.model.preconditions import Precondition
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Subject, SubjectKind
from dayone.policy.matching import what_protects
from dayone.ports.operations import Clock, RandomBytes
from dayone.ports.records import Records, SubjectIndex
from dayone.ports.store import Changes, Inbox, PolicyInForce


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
    ending = {"end_date": (on or cause.at.astimezone(ZoneInfo(fact.time_zone if fact else "UTC")).date()).isoformat()}
    if fact and fact.start_date:
        # The employment that ends; a later first day from HR belongs to another one.
        ending["start_date"] = fact.start_date.isoformat()
    if is_at_once:
        ending["status"] = Status.ENDED.value
    record = source_record(ending, source=BY_HAND, at=cause.at, teller=actor)
    ports.inbox.put([ApplyHrRecord(subject=head.subject, cause=cause, record=record)])
    return Taken(change=cause.change)


def _check_is_not_protected(state: SubjectState, *, policy: Policy) -> None:
    name, fact, protection = state.head.subject.name, state.head.fact, policy.protection
    by = what_protects(fact, applied=state.applied, protection=protection) if isinstance(fact, Person) else ""
    if by or name in protection.people:
        raise Inapplicable(
            f"the policy protects {name}, whose access is never revoked: remove them from `protect` first"
        )


class ManualPorts(CausePorts, Protocol):
    """Ports for recording manual entries, a part of the API's context."""

    index: SubjectIndex
    inbox: Inbox
    changes: Changes


def put_person(
    person: str, attributes: Mapping[str, str], *, actor: str, precondition: Precondition, ports: ManualPorts
) -> Taken:
    """Record one person; `attributes` are texts by the names of Person's, and `actor` the ARN of the caller.

    Raises Outdated when the precondition does not hold. It is checked again when the entry is recorded: if somebody
    else has recorded another meanwhile, the entry is ignored and the change notes it.
    """
    subject = Subject(SubjectKind.PERSON, person)
    state = ports.index.brief([subject]).get(subject)
    newest = version_tag(state.head.version) if state else None
    precondition.check(newest)
    cause = caused_by(actor, reference="put-person", ports=ports)
    record = source_record(attributes, source=BY_HAND, at=cause.at, teller=actor)
    expected = newest if precondition.versions and newest else ""
    ports.inbox.put([ApplyHrRecord(subject=subject, cause=cause, record=record, expected_version=expected)])
    return Taken(change=cause.change, tag=version_tag(record.version) or "")


def put_people(people: Mapping[str, Mapping[str, str]], *, actor: str, ports: ManualPorts) -> Taken:
    """Record several people at once, by their ids, as one change."""
    cause = caused_by(actor, reference="put-people", ports=ports)
    subject = Subject(SubjectKind.HR_SOURCE, BY_HAND)
    ports.inbox.put([ImportManualPeople(subject=subject, cause=cause, workforce=packed(people))])
    # After the inbox has it: a change that nobody will ever plan must not be left behind.
    ports.changes.open(cause)
    return Taken(change=cause.change)


def import_manual_people(command: ImportManualPeople, *, changes: Changes, inbox: Inbox) -> str:
    """Put all people of the command on the inbox; return how many. The same command again is harmless."""
    cause, people = command.cause, unpacked(command.workforce)
    changes.open(cause)
    inbox.put(
        ApplyHrRecord(
            subject=Subject(SubjectKind.PERSON, person),
            cause=cause,
            record=source_record(attributes, source=BY_HAND, at=cause.at, teller=cause.actor),
        )
        for person, attributes in people.items()
    )
    changes.expect(cause.change, subjects=len(people))
    return f"{len(people)} people"
