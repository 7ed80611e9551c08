"""Failed work that is still desired, stuck subjects, and dead letters."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dayone.model.dependencies import takes_access_away
from dayone.model.guardrails import HeldPart, Verdict
from dayone.model.operations import Action, Applied, Operation
from dayone.model.retry import plan_again_at
from dayone.model.subject_state import FactVersion, SourceRecord
from dayone.model.subjects import Resource, ResourceKind, ResourceOf, Subject, SubjectKind, assignment_in


class LetterQueue(StrEnum):
    """The queues of dead letters, named for what gave up."""

    INBOX = "inbox"
    ENGINE = "engine"
    ACCOUNT_EVENTS = "account-events"
    PUBLISH_EVENTS = "publish-events"
    NOTIFICATIONS = "notifications"


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A message in a dead-letter queue; `handle` is the queue's receipt handle of this read.

    `received` counts how often it was read, in the queue that it came from and here. `attributes` are those set by
    its sender, and `group` is its message group, which in the inbox is its subject.
    """

    queue: LetterQueue
    id: str
    handle: str
    body: str
    sent_at: datetime
    received: int
    attributes: Mapping[str, str] = field(default_factory=dict)
    group: str = ""


# Who causes the plans of the sweep.
SWEEP = "dayone"


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """A resource that an operation waited for in vain: to be confirmed, or with `is_in_the_way` to be removed."""

    resource: ResourceOf
    is_in_the_way: bool = False

    def is_over(self, applied: Mapping[Resource, Applied]) -> bool:
        """Return whether the obstacle is resolved, given the applied resources of its subject."""
        confirmed = applied.get(self.resource.resource)
        if self.is_in_the_way:
            return confirmed is None
        return confirmed is not None and confirmed.doubt in (None, Action.UPDATE)


@dataclass(frozen=True, kw_only=True)
class FailedWork:
    """A subject of which something has failed: it is planned again at `at`, or as soon as an obstacle has gone.

    `retries` is how often in a row the sweep has had it planned again, `is_planned` that it has and that nothing failed
    since. With `is_removal` somebody keeps access by it. `since` is when the first operation of it has failed, `reason`
    and `change` are those of the last.
    """

    subject: Subject
    at: datetime
    retries: int = 0
    is_planned: bool = False
    is_removal: bool = False
    obstacles: tuple[Obstacle, ...] = ()
    since: datetime | None = None
    reason: str = ""
    change: str = ""


def after_failure(operation: Operation, *, obstacle: Obstacle | None, before: FailedWork | None) -> FailedWork:
    """Return the subject's record of failed work after this operation failed."""
    # Whatever else has it planned may have mended what was wrong: the pauses begin anew.
    retries = before.retries if before and operation.actor == SWEEP else 0
    is_removal = takes_access_away(operation)
    failed_at = operation.finished_at or operation.created_at
    at = plan_again_at(retries, now=failed_at, is_removal=is_removal)
    obstacles = (obstacle,) if obstacle else ()
    if before is not None:
        at, is_removal = min(before.at, at), before.is_removal or is_removal
        obstacles = tuple(dict.fromkeys((*before.obstacles, *obstacles)))
    return FailedWork(
        subject=operation.subject,
        at=at,
        retries=retries,
        is_removal=is_removal,
        obstacles=obstacles,
        since=(before.since if before else None) or failed_at,
        reason=f"{operation.kind} {operation.resource}: {operation.failure_reason}",
        change=operation.change,
    )


def planned_again(failed: FailedWork, *, now: datetime) -> FailedWork:
    """Return the record after the sweep planned the subject again; after another failure the next pause is longer."""
    retries = failed.retries + 1
    at = plan_again_at(retries, now=now, is_removal=failed.is_removal)
    return replace(failed, at=at, retries=retries, is_planned=True, obstacles=())


# A message that failed is received again after half a minute, unless the planners have more to do than they manage.
MESSAGE_IS_BACK_WITHIN = timedelta(minutes=10)


class StuckKind(StrEnum):
    """Kinds of stuck work."""

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
    # An HR source that sent something on each working day sends nothing any more.
    HR_QUIET = "hr-quiet"
    # HR reports that a person protected by the policy has left.
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
        """Return whether it has expired, because it was not noted again in time."""
        return self.until is not None and self.until <= now


def of_failed_work(failed: FailedWork) -> Stuck | None:
    """Return a stuck entry if operations failed again after a new plan, else None."""
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


def stuck_person(stuck: Stuck) -> Subject | None:
    """Return the person for whom an HR system gave no usable record, or None for other kinds."""
    kind, _, name = stuck.subject.partition(":")
    is_about_them = stuck.kind is StuckKind.HR_RECORD and kind == SubjectKind.PERSON
    return Subject(SubjectKind.PERSON, name) if is_about_them and name else None


def is_mended(stuck: Stuck, *, source_records: Iterable[SourceRecord], heard: FactVersion | None) -> bool:
    """Return whether the source of an unusable record has since sent a newer record or confirmation of the person."""
    versions = [record.version for record in source_records if record.source == stuck.source]
    return any(version.at > stuck.since for version in (*versions, *([heard] if heard else [])))


def held_uses(subject: Subject, held: Iterable[HeldPart], *, of: str) -> Iterator[ResourceOf]:
    """Yield the assignments of a permission set in an account whose removal waits for a human."""
    for part in held:
        is_waiting = part.verdict is Verdict.WAITING and part.resource.kind is ResourceKind.ASSIGNMENT
        if is_waiting and assignment_in(part.resource).permission_set == of:
            yield ResourceOf(subject, part.resource)
