"""What is recorded as stuck, without what has been mended since."""

from collections.abc import Sequence
from datetime import datetime

from dayone.domain.stuck import Stuck, StuckKind, is_mended
from dayone.domain.subjects import Subject, SubjectKind
from dayone.ports.records import Records
from dayone.ports.stuck import StuckSubjects

_PERSON = f"{SubjectKind.PERSON}:"


def current_stuck(*, stuck: StuckSubjects, records: Records, now: datetime) -> Sequence[Stuck]:
    """The records of HR systems that could not be used are looked up: a newer one of the same person ends that."""
    return [each for each in stuck.all(now=now) if not _is_mended(each, records=records)]


def _is_mended(stuck: Stuck, *, records: Records) -> bool:
    if stuck.kind is not StuckKind.HR_RECORD or not stuck.subject.startswith(_PERSON):
        return False
    person = Subject(SubjectKind.PERSON, stuck.subject.removeprefix(_PERSON))
    return is_mended(stuck, head=records.subject(person).head)
