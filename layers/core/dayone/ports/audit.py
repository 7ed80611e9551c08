"""Reading the audit log, and signing checkpoints of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from dayone.model.audit import AlteredRecord, AuditRecord, AuditWanted, LaneEnd, StoredRecord
from dayone.ports.records import Page


class AuditLog(Protocol):
    """What was done and why, in lanes, each of which is a chain of its own."""

    def entries(self, wanted: AuditWanted, *, cursor: str, limit: int) -> Page[AuditRecord]:
        """Those that are wanted, the newest first; raises Invalid for a cursor of another question.

        A page may have fewer than `limit`, or none, and a cursor: that is as far as was looked. Raises Inapplicable
        for an entry that is not as it was written.
        """

    def lanes(self) -> Sequence[str]:
        """The names of all lanes, in the order of `of_day`."""

    def of_day(self, day: date, *, after: tuple[str, int] | None) -> Iterator[StoredRecord]:
        """Everything that lies on a day (UTC), by lane and number, read as it is asked for; `after` a lane's number.

        What was not written by Day One is among it, as what it is.
        """

    def numbered(self, lane: str, number: int, *, days: Iterable[date]) -> Sequence[StoredRecord]:
        """The records of a lane with that number on any of the days; more than one only if somebody put them there."""

    def next_day(self, lane: str, *, days: Iterable[date]) -> date | None:
        """The first of the days on which a lane has records, or None."""

    def end(self, lane: str) -> LaneEnd | AlteredRecord:
        """The recorded end of a lane; that of an empty lane where there is none."""


class LaneEnds(Protocol):
    """Where the lanes of the audit log end."""

    def all(self) -> Mapping[str, LaneEnd]:
        """The end of each lane that has entries; raises Inapplicable for one that is not as it was written."""


class SigningKey(Protocol):
    """A key that only the signing function can use."""

    @property
    def arn(self) -> str:
        """The ARN of the key."""

    def sign(self, text: bytes) -> bytes:
        """The signature over a text."""


class CheckpointArchive(Protocol):
    """A place where what is kept cannot be changed."""

    def keep(self, name: str, text: str) -> None:
        """Keep a text under a name, which has slashes where folders are meant."""
