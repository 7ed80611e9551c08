"""What was told again and changed nothing, remembered for as long as it may come once more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dayone.domain.changes import Cause
from dayone.domain.subject_states import FactVersion
from dayone.domain.subjects import Subject


@dataclass(frozen=True, kw_only=True)
class Echo:
    """A record of an HR source that leaves everything about a person as it is.

    Until `forget_at` it is remembered that the source was that far, that the delivery was taken, and that the change of
    the cause has come to nothing, with these notes.
    """

    cause: Cause
    subject: Subject
    source: str
    version: FactVersion
    delivery: str
    forget_at: datetime
    notes: tuple[str, ...] = ()


class Echoes(Protocol):
    """The echoes of HR sources; none of them is part of a plan."""

    def heard(self, subject: Subject) -> Mapping[str, FactVersion]:
        """The newest version that was an echo, by source; what is long ago may be missing."""

    def is_counted(self, change: str) -> bool:
        """Whether anything is recorded of a change but that it has come to nothing by an echo."""

    def note(self, echo: Echo) -> None:
        """Remember it, beside what is remembered of newer ones; harmless when it is noted already."""
