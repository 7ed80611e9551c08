"""What is stuck, so that people can be told: what it is about, since when, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dayone.domain.failed_work import FailedWork
from dayone.domain.subject_states import FactVersion, Telling
from dayone.domain.subjects import Subject, SubjectKind

# A message that failed is received again after half a minute, unless the planners have more to do than they manage.
MESSAGE_IS_BACK_WITHIN = timedelta(minutes=10)


class StuckKind(StrEnum):
    """Where it is stuck."""

    # A message of the inbox fails again and again.
    MESSAGE = "message"
    DEAD_LETTER = "dead-letter"
    # Operations of the subject fail whenever they are planned again.
    OPERATIONS = "operations"
    # A change is not planned for all of its subjects.
    CHANGE = "change"
    # An HR system gives no usable record, or gives none at all.
    HR_RECORD = "hr-record"
    HR_SOURCE = "hr-source"
    # HR says that a person has left, whom the policy protects.
    PROTECTED = "protected"


@dataclass(frozen=True, kw_only=True)
class Stuck:
    """Something that does not go on, named by the subject it is about, such as `person:e-1001`.

    `change` is the change that waits for it, and `source` the HR source that it is about, where there is one. It is
    over after `until` unless it is noted again.
    """

    kind: StuckKind
    subject: str
    since: datetime
    reason: str
    change: str = ""
    source: str = ""
    until: datetime | None = None

    def is_over(self, *, now: datetime) -> bool:
        """Whether it has not been noted again in time."""
        return self.until is not None and self.until <= now


def of_failed_work(failed: FailedWork) -> Stuck | None:
    """The subject whose operations have failed again after it was planned again; None before that."""
    is_failing_again = failed.retries > 1 or (failed.retries == 1 and not failed.is_planned)
    if not is_failing_again:
        return None
    return Stuck(
        kind=StuckKind.OPERATIONS,
        subject=str(failed.subject),
        since=failed.since or failed.at,
        reason=failed.reason,
        change=failed.change,
    )


def person_of(stuck: Stuck) -> Subject | None:
    """The person of whom an HR system gave no usable record; None for anything else."""
    kind, _, name = stuck.subject.partition(":")
    is_about_them = stuck.kind is StuckKind.HR_RECORD and kind == SubjectKind.PERSON
    return Subject(SubjectKind.PERSON, name) if is_about_them and name else None


def is_mended(stuck: Stuck, *, tellings: Iterable[Telling], heard: FactVersion | None) -> bool:
    """Whether the source of a record that could not be used has sent a newer one of the person by now, or an echo."""
    versions = [telling.version for telling in tellings if telling.source == stuck.source]
    return any(version.at > stuck.since for version in (*versions, *([heard] if heard else [])))
