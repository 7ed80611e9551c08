"""Reading the audit log, and signing checkpoints of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from dayone.model.audit import AlteredRecord, AuditFilter, AuditRecord, LaneEnd, StoredRecord
from dayone.ports.records import Page


class AuditLog(Protocol):
    """The audit log, in lanes, each of which is a hash chain of its own."""

    def entries(self, query: AuditFilter, *, cursor: str, limit: int) -> Page[AuditRecord]:
        """Return the matching records, the newest first; raise Invalid for a cursor of another query.

        A page may have fewer than `limit`, or none, and a cursor: the scan continues there. Raises Inapplicable for an
        altered entry.
        """

    def lanes(self) -> Sequence[str]:
        """Return the names of all lanes, in the order of `of_day`."""

    def of_day(self, day: date, *, after: tuple[str, int] | None) -> Iterator[StoredRecord]:
        """Yield every record stored under a day (UTC), by lane and number; `after` is a lane's number.

        Records that Day One did not write are included as such.
        """

    def numbered(self, lane: str, number: int, *, days: Iterable[date]) -> Sequence[StoredRecord]:
        """Return the records of a lane with that number on any of the days; more than one only if forged."""

    def next_day(self, lane: str, *, days: Iterable[date]) -> date | None:
        """Return the first of the days on which a lane has records, or None."""

    def end(self, lane: str) -> LaneEnd | AlteredRecord:
        """Return the recorded end of a lane, which for an empty lane is its beginning."""


class LaneEnds(Protocol):
    """The recorded ends of the audit log's lanes."""

    def all(self) -> Mapping[str, LaneEnd]:
        """Return the end of each lane that has entries; raise Inapplicable for an altered one."""


class SigningKey(Protocol):
    """A key that only the signing function can use."""

    @property
    def arn(self) -> str:
        """The ARN of the key."""

    def sign(self, text: bytes) -> bytes:
        """Return the signature over a text."""


class CheckpointArchive(Protocol):
    """A place where what is kept cannot be changed."""

    def keep(self, name: str, text: str) -> None:
        """Keep a text under a name, which has slashes where folders are meant."""
