"""Day One in memory with HR systems that speak and answer: what a test of several sources needs."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from dayone.hr.merge import source_record
from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import ApplyHrRecord, Command, FetchHrRecord
from dayone.model.hr_sources import ChangeNotification
from dayone.model.people import Person
from dayone.model.subject_state import FactVersion, Presence, SourceRecord
from dayone.model.subjects import Subject, SubjectKind
from tests.builders import the_person
from tests.unit.world import World

ADA = {"given_name": "Ada", "family_name": "Lovelace", "email": "ada@example.com", "department": "Engineering"}
GRACE = {"given_name": "Grace", "family_name": "Hopper", "email": "grace@example.com", "department": "Engineering"}


def cause_of(world: World, source: str, *, at: datetime, reference: str = "") -> Cause:
    reference = reference or f"evt-{next(world.numbers)}"
    change = ulid_of(at, name=f"hr:{source}:{reference}")
    return Cause(change=change, kind=CauseKind.HR_EVENT, actor=f"hr:{source}", reference=reference, at=at)


def tells(
    world: World,
    person: str,
    attributes: Mapping[str, str],
    *,
    source: str = "standard",
    at: datetime | None = None,
    read_at: datetime | None = None,
) -> ApplyHrRecord:
    """One source tells of a person, as of `at`, now unless given; it is planned when the world is."""
    at = at or world.now
    record = source_record(attributes, source=source, at=at, read_at=read_at)
    return _put(world, person, record, at=at)


def is_gone(world: World, person: str, presence: Presence, *, source: str = "standard") -> ApplyHrRecord:
    """One source does not know a person any more."""
    version = FactVersion(at=world.now, digest=presence.value, read_at=world.now)
    record = SourceRecord(source=source, version=version, attributes={}, presence=presence)
    return _put(world, person, record, at=world.now)


def hints(world: World, record: str, *, source: str, is_deletion: bool = False) -> FetchHrRecord:
    """One source hints at a record of its own."""
    notification = ChangeNotification(record=record, at=world.now, is_deletion=is_deletion)
    cause = cause_of(world, source, at=world.now)
    command = FetchHrRecord(subject=Subject(SubjectKind.HR_SOURCE, source), cause=cause, notification=notification)
    world.inbox.put([command])
    return command


def person_in(world: World, person: str) -> Person | None:
    fact = world.head(the_person(person)).fact
    return fact if isinstance(fact, Person) else None


def notes_of(world: World, request: Command) -> tuple[str, ...]:
    return world.state.plans[request.cause.change, request.subject].notes


def later(world: World, **length: float) -> None:
    world.now += timedelta(**length)


def _put(world: World, person: str, record: SourceRecord, *, at: datetime) -> ApplyHrRecord:
    cause = cause_of(world, record.source, at=at)
    command = ApplyHrRecord(subject=Subject(SubjectKind.PERSON, person), cause=cause, record=record)
    world.inbox.put([command])
    return command
