"""What is stuck: noted by whoever meets it, and read by whoever tells people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from dayone.domain.stuck import Stuck, StuckKind


class StuckNotes(Protocol):
    """The notes, one for each kind and subject."""

    def keep(self, stuck: Stuck, *, now: datetime) -> None:
        """Note it; one of the same kind and subject that is not over keeps its `since`."""

    def forget(self, kind: StuckKind, subject: str) -> None:
        """It goes on again; harmless when nothing is noted."""


class StuckSubjects(Protocol):
    """Everything that is recorded as stuck."""

    def all(self, *, now: datetime) -> Sequence[Stuck]:
        """The notes that are not over, and the subjects whose operations fail again and again.

        A record that could not be used is named until a newer one of that person has come from the same source.
        """
