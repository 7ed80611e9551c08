"""HR systems: their configuration, their answers, their secrets, and what is remembered of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol

from dayone.model.audit import AuditEntry
from dayone.model.changes import Cause
from dayone.model.commands import FetchHrRecord
from dayone.model.hr_sources import HrConfiguration, HrVersion, HrVersions, Source, TokenIssuer
from dayone.model.monitoring import RefusedDeliveries
from dayone.model.subject_state import SourceRecord
from dayone.model.subjects import Subject


class HrSources(Protocol):
    """The HR systems as the operator has set them up."""

    def configuration(self) -> HrConfiguration:
        """Return the configuration in force; raise Unavailable when it cannot be read or is invalid."""


class ConfigurationTexts(NamedTuple):
    """The configuration as it is written by now, and the one that counts, empty before the first."""

    written: str
    approved: str


class HrTexts(Protocol):
    """Texts of the HR configuration: the one that operators write, and the one that Day One has put in force."""

    def texts(self) -> ConfigurationTexts:
        """Both as they are now; raises Unavailable when they cannot be read."""


class HrParameters(HrTexts, Protocol):
    """The same, with who wrote it, and to be changed."""

    def authors(self, text: str) -> tuple[str, ...]:
        """Return the ARNs of all recorded authors of this text, in alphabetical order."""

    def approve(self, text: str) -> None:
        """Have this text count from now on."""


class RecordedHrVersions(Protocol):
    """The versions of the configuration as they are recorded."""

    def versions(self) -> HrVersions:
        """Return the version in force and the newest."""


class HrVersionLog(RecordedHrVersions, Protocol):
    """The same, to be added to; each is kept for good."""

    def keep(self, version: HrVersion, *, before: HrVersions, audit: AuditEntry) -> None:
        """Record a new version, or what became of the newest; raises Conflicting when it is not as in `before`."""


class FetchedRecord(NamedTuple):
    """The person's id and their record as fetched.

    `refused` are the mistakes for which the record was refused: then it is only the end of employment that it states.
    """

    person: str
    record: SourceRecord
    refused: tuple[str, ...] = ()


class HrRecords(Protocol):
    """Fetching of records from HR systems."""

    def fetch(self, source: Source, record: str, *, now: datetime) -> FetchedRecord:
        """Return the record as it was read at `now`.

        Raises NotFound when the system has no such record, Invalid when it is not a person, Throttled or Unreachable
        when the whole system must be waited for, any other Unavailable when only this record must.
        """


class WaitingHints(Protocol):
    """Records that could not be fetched yet, and whose records they turned out to be."""

    def wait(self, command: FetchHrRecord, *, until: datetime, because: str) -> None:
        """Keep a command, to be handed on again when its time has come."""

    def done(self, command: FetchHrRecord) -> None:
        """Forget a command that waited; harmless when there is none."""

    def know(self, source: str, record: str, *, person: str) -> None:
        """Remember whose record it is."""

    def person_of(self, source: str, record: str) -> str:
        """Return the person of a record when it was last read, or empty."""

    def record_of(self, source: str, person: str) -> str:
        """Return the id of the record that was last read of a person, or empty."""


class DueHints(Protocol):
    """The commands that wait, as the sweep sees them."""

    def due(self, *, now: datetime, limit: int) -> Sequence[FetchHrRecord]:
        """Those whose time has come, the longest due first; they stay until they are done or wait anew."""


@dataclass(frozen=True, kw_only=True)
class Roster:
    """The people in the last import of a source: a digest of each record, and who has gone missing since.

    `attributes` are those that had a value for anybody.
    """

    at: datetime
    people: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()


class Rosters(Protocol):
    """The last import of each source that sends its whole workforce."""

    def roster(self, source: str) -> Roster | None:
        """Return the last stored snapshot, or None before the first."""

    def keep(self, source: str, roster: Roster) -> None:
        """Remember this one."""

    def refuse(self, cause: Cause, *, subject: Subject, because: str, audit: AuditEntry) -> None:
        """Note in the change that nothing of it was taken, and why; harmless when that is noted already."""


class HrDeliveries(Protocol):
    """Deliveries of each HR source: the days (UTC) of the last weeks on which it delivered, and what was refused."""

    def accepted(self, source: str, *, at: datetime) -> None:
        """Note that a delivery was accepted; the same again, or an older one, is harmless."""

    def refused(self, counts: Iterable[RefusedDeliveries], *, at: datetime) -> None:
        """Add refused deliveries to the numbers of the day of `at`."""

    def last_accepted(self) -> Mapping[str, datetime]:
        """Return the time of the last accepted delivery of each source, to the minute; of the last weeks."""

    def refused_on(self, day: date) -> Sequence[RefusedDeliveries]:
        """Return what was refused on a day, each with the time of the last one, by source and reason."""

    def days(self) -> Mapping[str, frozenset[date]]:
        """Return the days of each source, at least those of the last eight weeks."""


class SigningKeys(Protocol):
    """The secrets of each HR source, which rotate without a gap."""

    def keys(self, source: Source) -> tuple[str, ...]:
        """Return the current key, then the previous one while it still counts; never empty.

        Raises Unavailable when the secret cannot be read or holds nothing.
        """


class TokenKeys(Protocol):
    """The public keys of whoever issues access tokens."""

    def keys(self, issuer: TokenIssuer) -> tuple[str, ...]:
        """Each key as a JSON Web Key; raises Unavailable when they cannot be read."""
