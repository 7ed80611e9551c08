"""HR systems: their configuration, their answers, their secrets, and what is remembered of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from dayone.model.audit import AuditEntry
from dayone.model.changes import Cause
from dayone.model.commands import FetchHrRecord
from dayone.model.hr.sources import HrConfiguration, Source, TokenIssuer
from dayone.model.hr.versions import HrVersion, HrVersions
from dayone.model.subject_state import Telling
from dayone.model.subjects import Subject


class HrSources(Protocol):
    """The HR systems as the operator has set them up."""

    def configuration(self) -> HrConfiguration:
        """What holds now; raises Unavailable when it cannot be read or is wrong."""


class ConfigurationTexts(NamedTuple):
    """The configuration as it is written by now, and the one that counts, empty before the first."""

    written: str
    approved: str


class HrTexts(Protocol):
    """The configuration of HR systems where operators write it, and where Day One says which text counts."""

    def texts(self) -> ConfigurationTexts:
        """Both as they are now; raises Unavailable when they cannot be read."""


class HrParameters(HrTexts, Protocol):
    """The same, with who wrote it, and to be changed."""

    def authors(self, text: str) -> tuple[str, ...]:
        """The ARNs of everybody who has written this text, as far back as it is known, in the order of the alphabet."""

    def approve(self, text: str) -> None:
        """Have this text count from now on."""


class RecordedHrVersions(Protocol):
    """The versions of the configuration as they are recorded."""

    def versions(self) -> HrVersions:
        """The one in force and the newest."""


class HrVersionLog(RecordedHrVersions, Protocol):
    """The same, to be added to; each is kept for good."""

    def keep(self, version: HrVersion, *, before: HrVersions, audit: AuditEntry) -> None:
        """Record a new version, or what became of the newest; raises Conflicting when it is not as in `before`."""


class FetchedRecord(NamedTuple):
    """The person's id and what the record says of them.

    `refused` are the mistakes for which the record was refused: then it is the end that it states, and nothing else.
    """

    person: str
    telling: Telling
    refused: tuple[str, ...] = ()


class HrRecords(Protocol):
    """What HR systems answer when they are asked for a record."""

    def fetch(self, source: Source, record: str, *, now: datetime) -> FetchedRecord:
        """The record as it was read at `now`.

        Raises NotFound when the system says that there is no such record, Invalid when it is not a person, Throttled
        or Unreachable when the system has to be waited for, any other Unavailable when only this record has.
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
        """Whose record it was when it was last read, or empty."""

    def record_of(self, source: str, person: str) -> str:
        """The id of the record that was last read of a person, or empty."""


class DueHints(Protocol):
    """The commands that wait, as the sweep sees them."""

    def due(self, *, now: datetime, limit: int) -> Sequence[FetchHrRecord]:
        """Those whose time has come, the longest due first; they stay until they are done or wait anew."""


@dataclass(frozen=True, kw_only=True)
class Roster:
    """Everybody in the last import of a source: a digest of what was said of each, and who has gone missing since.

    `attributes` are those that were told of anybody.
    """

    at: datetime
    people: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()


class Rosters(Protocol):
    """The last import of each source that sends its whole workforce."""

    def roster(self, source: str) -> Roster | None:
        """The last one that was taken, or None before the first."""

    def keep(self, source: str, roster: Roster) -> None:
        """Remember this one."""

    def refuse(self, cause: Cause, *, subject: Subject, because: str, audit: AuditEntry) -> None:
        """Note in the change that nothing of it was taken, and why; harmless when that is noted already."""


class SigningKeys(Protocol):
    """The secrets of each HR source, which rotate without a gap."""

    def keys(self, source: Source) -> tuple[str, ...]:
        """The current one, then the one before it while that still counts; never empty.

        Raises Unavailable when the secret cannot be read or holds nothing.
        """


class TokenKeys(Protocol):
    """The public keys of whoever issues access tokens."""

    def keys(self, issuer: TokenIssuer) -> tuple[str, ...]:
        """Each key as a JSON Web Key; raises Unavailable when they cannot be read."""
