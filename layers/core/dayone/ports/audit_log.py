"""What the use cases need to read in the audit log, and to see whether it is whole."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol

from dayone.domain.audit import AuditWanted, Recorded
from dayone.ports.records import Page


class AuditLog(Protocol):
    """What was done and why, in lanes, each of which is a chain of its own."""

    def entries(self, wanted: AuditWanted, *, cursor: str, limit: int) -> Page[Recorded]:
        """Those that are wanted, the newest first; raises Invalid for a cursor of another question.

        A page may have fewer than `limit`, or none, and a cursor: that is as far as was looked.
        """

    def lanes(self) -> Sequence[str]:
        """The names of all lanes, in order."""

    def of_day(self, lane: str, day: date, *, after: int) -> Iterator[Recorded]:
        """The entries of a lane on a day (UTC) whose number is above `after`, by number; read as they are asked for."""

    def numbered(self, lane: str, number: int, *, near: date) -> Recorded | None:
        """The entry of that number, looked for on the 400 days before and after one, or None."""

    def end(self, lane: str) -> tuple[int, str]:
        """The number and the hash of the last entry of a lane, 0 and the genesis before the first."""
