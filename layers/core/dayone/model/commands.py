"""Commands on the inbox, each with one handler; those about the same subject are handled in the order they came."""

from dataclasses import dataclass
from datetime import datetime

from dayone.model.changes import Cause, CauseKind, Decision
from dayone.model.dependencies import Adoption
from dayone.model.failures import SWEEP
from dayone.model.grants import Grant
from dayone.model.hr_sources import BY_HAND, ChangeNotification
from dayone.model.monitoring import RefusedDeliveries
from dayone.model.operations import Applied
from dayone.model.subject_state import SourceRecord
from dayone.model.subjects import Resource, Subject, SubjectKind


@dataclass(frozen=True, kw_only=True)
class Command:
    """The subject that a command is about, and the cause of the change that it belongs to."""

    subject: Subject
    cause: Cause

    @property
    def identity(self) -> tuple[object, ...]:
        """Of two commands with the same identity within five minutes the inbox takes the first alone."""
        return (type(self).__name__, self.cause.change, self.subject)


@dataclass(frozen=True, kw_only=True)
class InPortions(Command):
    """A command about many subjects, gone through in several runs; `cursor` is where a run goes on."""

    cursor: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        """See Command."""
        return (*super().identity, self.cursor)


@dataclass(frozen=True, kw_only=True)
class ReconcileSubject(Command):
    """Plan a person, an account, a group or a permission set by the fact that is recorded."""


@dataclass(frozen=True, kw_only=True)
class ApplyHrRecord(Command):
    """Record a person's attributes from one HR source or from a manual entry, then plan that person.

    With `expected_version` the record counts only while that is the tag of the person's newest record.
    """

    record: SourceRecord
    expected_version: str = ""

    @property
    def delivery(self) -> str:
        """The name of the delivery behind it where the sender may repeat one under the same id, else empty."""
        is_delivered = self.cause.kind is CauseKind.HR_EVENT
        return f"{self.cause.actor}:{self.cause.reference}" if is_delivered else ""


@dataclass(frozen=True, kw_only=True)
class ApplyGrant(Command):
    """Join `grant` with what is remembered of it, then plan the person or account that it belongs to."""

    grant: Grant


@dataclass(frozen=True, kw_only=True)
class RestoreResources(Command):
    """Plan a subject of which AWS was seen not to have `missing` any more, although they are recorded.

    `findings` are the ids of those about what others have given it, to be removed; `unmanaged` is read from these. With
    neither, Identity Center is read about the subject.
    """

    missing: tuple[Resource, ...] = ()
    findings: tuple[str, ...] = ()
    unmanaged: tuple[Applied, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PauseRepairs(Command):
    """Repair nothing without a request until then, or go on with it at once; the subject is the change itself."""

    until: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class CorrectRecord(Command):
    """Record in a recovery what `findings` say a subject has, and plan it anew for what is `missing` or even `gone`."""

    missing: tuple[Resource, ...] = ()
    gone: tuple[Resource, ...] = ()
    findings: tuple[str, ...] = ()
    is_end: bool = False  # of somebody who was reported to have left


@dataclass(frozen=True, kw_only=True)
class RebuildRecord(InPortions):
    """Have every subject corrected and planned, which ends a recovery; the subject is the change itself."""


@dataclass(frozen=True, kw_only=True)
class AdoptExisting(Command):
    """Plan a subject whose name somebody else has taken, by a decision about what exists there."""

    adoption: Adoption


@dataclass(frozen=True, kw_only=True)
class RefreshAccount(Command):
    """Read an account from Organizations, then plan it."""

    is_initial_discovery: bool = False  # it was there before Day One, unless it is recorded already
    recreate: bool = False  # everything it has is made once more
    only_if_changed: bool = False  # it is a subject of its change only if there is anything to record


@dataclass(frozen=True, kw_only=True)
class RefreshPerson(Command):
    """Plan a person at a scheduled time, with a record fetched anew where the HR system has an API."""


@dataclass(frozen=True, kw_only=True)
class RefreshOrganizationalUnit(InPortions):
    """Refresh every account below an organizational unit; `cursor` is the portion that a run goes on with."""


@dataclass(frozen=True, kw_only=True)
class DiscoverAccounts(InPortions):
    """Refresh every account of the organisation."""


@dataclass(frozen=True, kw_only=True)
class ActivatePolicy(InPortions):
    """Put a kept version of the policy in force; `cursor` is the stage and portion that a run goes on with."""

    version: int

    @property
    def identity(self) -> tuple[object, ...]:
        """See Command."""
        return (*super().identity, self.version)


@dataclass(frozen=True, kw_only=True)
class ApplyDecision(InPortions):
    """Apply a decision to what a change holds of the subject, or of all its subjects when that is the change itself.

    `cursor` is the operation of the change behind which a run goes on.
    """

    decision: Decision

    @property
    def identity(self) -> tuple[object, ...]:
        """See Command."""
        decision = self.decision
        of_part = (decision.only_leavers, decision.subjects, decision.resources)
        return (*super().identity, decision.is_approved, *of_part, decision.version, decision.actor)


@dataclass(frozen=True, kw_only=True)
class RetryChange(InPortions):
    """Plan the chosen `subjects` of a change again, or all that have failed."""

    subjects: tuple[Subject, ...] = ()


@dataclass(frozen=True, kw_only=True)
class IgnoreFinding(Command):
    """Warn of a finding of the inventory no more until then; the subject is the change itself."""

    finding: str
    until: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class BootstrapAccounts(Command):
    """Refresh the accounts `subjects` and make everything they have once more; the subject is the change itself."""

    subjects: tuple[Subject, ...]


@dataclass(frozen=True, kw_only=True)
class FetchHrRecord(Command):
    """Fetch the record that an HR source has sent a notification about."""

    notification: ChangeNotification

    @property
    def identity(self) -> tuple[object, ...]:
        """See Command; every attempt is one of its own."""
        return (*super().identity, self.notification.attempts)


@dataclass(frozen=True, kw_only=True)
class NoteRefusedRecord(Command):
    """Note that an HR source has sent a record that was refused; `person` is the id in it, empty where it has none."""

    person: str
    findings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CountRefusals(Command):
    """Add deliveries that were refused to the numbers of the day."""

    counts: tuple[RefusedDeliveries, ...]


@dataclass(frozen=True, kw_only=True)
class ImportWorkforce(InPortions):
    """Import all people of an HR source; `workforce` is written by `contracts.hr.packed_workforce`.

    `cursor` is the last person that an earlier run has processed. With `only_ends` the import holds only the leavers of
    a rejected workforce file: nobody is missing for not being among them.
    """

    workforce: str
    only_ends: bool = False


@dataclass(frozen=True, kw_only=True)
class ImportManualPeople(Command):
    """Record manual entries for several people, as one change."""

    workforce: str


@dataclass(frozen=True, kw_only=True)
class ForgetPerson(InPortions):
    """Erase what is recorded of a person who left at least `days` ago; `cursor` is how far that has come."""

    days: int


@dataclass(frozen=True, kw_only=True)
class ReviewHrConfiguration(Command):
    """Record the configuration of HR systems as it is written by now, and have it count or hold it."""


@dataclass(frozen=True, kw_only=True)
class ApproveHrConfiguration(Command):
    """Have the version of the configuration of HR systems count that is held and has this digest."""

    digest: str


# Whatever these lead to is read from where it is kept, and guarded as such; others need somebody's word, by the API.
_ON_NOBODYS_WORD: tuple[type[Command], ...] = (
    ApplyHrRecord,
    CorrectRecord,
    CountRefusals,
    DiscoverAccounts,
    FetchHrRecord,
    ImportWorkforce,
    NoteRefusedRecord,
    ReconcileSubject,
    RefreshAccount,
    RefreshOrganizationalUnit,
    RefreshPerson,
    RestoreResources,
    ReviewHrConfiguration,
)
COMMANDS: tuple[type[Command], ...] = (
    *_ON_NOBODYS_WORD,
    AdoptExisting,
    ActivatePolicy,
    ApplyDecision,
    ApplyGrant,
    ApproveHrConfiguration,
    BootstrapAccounts,
    ForgetPerson,
    IgnoreFinding,
    ImportManualPeople,
    PauseRepairs,
    RebuildRecord,
    RetryChange,
)


def needs_acceptance(command: Command) -> bool:
    """Return whether a command is made at a caller's request, so that it counts only if that request was stored.

    Manual entries are such commands, although they use the same command as records of HR systems.
    """
    if isinstance(command, RestoreResources) and command.findings:
        # Day One's own rest on what the inventory has found since.
        return command.cause.actor != SWEEP
    by_hand = isinstance(command, ApplyHrRecord) and (command.record.source == BY_HAND or bool(command.record.tellers))
    is_of_source = command.subject == Subject(SubjectKind.HR_SOURCE, BY_HAND)
    return by_hand or is_of_source or type(command) not in _ON_NOBODYS_WORD
