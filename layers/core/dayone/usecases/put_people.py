"""Take what somebody tells of people by hand: it goes the way of what HR systems tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from dayone.contracts.hr.packed_workforce import packed
from dayone.domain.changes import Cause, CauseKind, ulid
from dayone.domain.commands import ApplyHrRecord, ImportManualPeople
from dayone.domain.hr_sources import BY_HAND
from dayone.domain.preconditions import Precondition
from dayone.domain.subjects import Subject, SubjectKind
from dayone.domain.tellings import tag_of, telling_of
from dayone.ports.clock import Clock, RandomBytes
from dayone.ports.records import KnownSubjects
from dayone.ports.state import Changes, Inbox


class CausePorts(Protocol):
    """Making a cause: what it needs of the API's context."""

    clock: Clock
    entropy: RandomBytes


class ManualPorts(CausePorts, Protocol):
    """Recording people by hand: what it needs of the API's context."""

    known: KnownSubjects
    inbox: Inbox
    changes: Changes


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What was taken: the change that it leads to, and the tag of what is told with it, empty for several people."""

    change: str
    tag: str = ""


def put_person(
    person: str, attributes: Mapping[str, str], *, actor: str, precondition: Precondition, ports: ManualPorts
) -> Taken:
    """Tell of one person; `attributes` are texts by the names of Person's, and `actor` the ARN of the caller.

    Raises Outdated when the precondition does not hold. It is looked at again when what was told is recorded: should
    somebody else have told something meanwhile, it is left aside and the change says so.
    """
    subject = Subject(SubjectKind.PERSON, person)
    known = ports.known.brief([subject]).get(subject)
    newest = tag_of(known.head.version) if known else None
    precondition.check(newest)
    cause = caused_by(actor, reference="put-person", ports=ports)
    telling = telling_of(attributes, source=BY_HAND, at=cause.at, teller=actor)
    expected = newest if precondition.versions and newest else ""
    ports.inbox.put([ApplyHrRecord(subject=subject, cause=cause, record=telling, expected_version=expected)])
    return Taken(change=cause.change, tag=tag_of(telling.version) or "")


def put_people(people: Mapping[str, Mapping[str, str]], *, actor: str, ports: ManualPorts) -> Taken:
    """Tell of several people at once, by their ids, as one change."""
    cause = caused_by(actor, reference="put-people", ports=ports)
    subject = Subject(SubjectKind.HR_SOURCE, BY_HAND)
    ports.inbox.put([ImportManualPeople(subject=subject, cause=cause, workforce=packed(people))])
    # After the inbox has it: a change that nobody will ever plan must not be left behind.
    ports.changes.open(cause)
    return Taken(change=cause.change)


def caused_by(actor: str, *, reference: str, ports: CausePorts, kind: CauseKind = CauseKind.BY_HAND) -> Cause:
    """The cause of a new change, which somebody asks for now."""
    at = ports.clock()
    return Cause(change=ulid(at, entropy=ports.entropy()), kind=kind, actor=actor, reference=reference, at=at)
