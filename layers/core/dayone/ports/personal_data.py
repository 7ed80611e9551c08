"""Erasing what is recorded of a person."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from dayone.model.audit import AuditEntry
from dayone.model.changes import Cause
from dayone.model.personal_data import PersonalNames
from dayone.model.subject_state import Head


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """Progress of a walk through all records: `place` is where to go on, empty at the end.

    `deleted`, `rewritten` and `entries` count the records of the person that were deleted, the records of others from
    which they were taken out, and the entries of the audit log. `policies` are the versions that name them. `kept`
    says what else names them and was left, in words.
    """

    place: str = ""
    deleted: int = 0
    rewritten: int = 0
    entries: int = 0
    policies: tuple[int, ...] = ()
    kept: tuple[str, ...] = ()


class PersonalData(Protocol):
    """Everything that is recorded, by the people whom it names."""

    def is_forgotten(self, change: str) -> bool:
        """Return whether this change has ended, whatever it came to."""

    def erase(self, names: PersonalNames, before: Erasure, *, is_over: Callable[[], bool]) -> Erasure:
        """Erase a person but for their head, from `before.place` on until the end or until it `is_over`.

        Nothing may be planned or carried out about them meanwhile. Harmless again.
        """

    def forget(self, cause: Cause, head: Head, *, notes: tuple[str, ...], audit: AuditEntry) -> None:
        """Delete the head and record the change that did it; raise Conflicting if anything has moved since."""
