"""Failed, stuck and abandoned work, and the backlog of the inbox."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dayone.model.failures import DeadLetter, FailedWork, LetterQueue, Stuck, StuckKind
from dayone.model.subjects import Subject


@dataclass(frozen=True, kw_only=True)
class QueueDepth:
    """About how many messages are in the inbox, those being handled included, and the age of the oldest in seconds.

    `oldest_seconds` is None while the queue reports no age.
    """

    messages: int
    oldest_seconds: int | None


class InboxBacklog(Protocol):
    """The inbox from outside."""

    def backlog(self, *, now: datetime) -> QueueDepth:
        """Return the messages waiting in the inbox; raise Unavailable when that cannot be read."""


class DeadLetterQueues(Protocol):
    """All queues of dead letters."""

    def counts(self) -> Mapping[LetterQueue, int]:
        """About how many letters lie in each, taken ones included."""

    def take(self, queue: LetterQueue, *, limit: int) -> Sequence[DeadLetter]:
        """At most so many letters, which nobody else gets for a minute; then they are back, unless dropped."""

    def put_back(self, letters: Iterable[DeadLetter]) -> None:
        """Let others have them at once."""

    def drop(self, letters: Iterable[DeadLetter]) -> None:
        """Remove them for good; harmless for one that is gone."""


class FailedSubjects(Protocol):
    """The subjects of which something has failed; the executor adds to them with the end of an operation."""

    def all(self) -> Sequence[FailedWork]:
        """Every one of them."""

    def keep(self, failed: FailedWork) -> None:
        """Record failed work of a subject, replacing its previous record."""

    def forget(self, subject: Subject) -> None:
        """Remove the record of failed work, so that nothing is planned again; harmless without one."""


class StuckNotes(Protocol):
    """The notes, one for each kind and subject."""

    def keep(self, stuck: Stuck, *, now: datetime) -> None:
        """Note it; one of the same kind and subject that is not over keeps its `since`."""

    def forget(self, kind: StuckKind, subject: str) -> None:
        """Remove a stuck note; harmless when nothing is noted."""


class StuckSubjects(Protocol):
    """Everything that is recorded as stuck."""

    def all(self, *, now: datetime) -> Sequence[Stuck]:
        """Return the notes that are not over, and the subjects whose operations fail again and again.

        An unusable record is listed until a newer one of that person has come from the same source.
        """
