"""Handle one command of the inbox: every kind of command has one handler, in one table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from dayone.accounts.discovery import DiscoveryPorts, UnitPorts, discover_accounts, look_below_unit
from dayone.adoption.service import decided_fact
from dayone.errors import Forbidden
from dayone.executor.taken_over import TakeOver
from dayone.hr.bulk_import import ImportPorts, import_workforce
from dayone.hr.configuration_approval import (
    ConfigurationPorts,
    ReviewPorts,
    approve_hr_configuration,
    review_hr_configuration,
)
from dayone.hr.fetch import (
    FetchPorts,
    RefreshPorts,
    SourcePace,
    count_refusals,
    fetch_record,
    note_refused_record,
    refresh_person,
)
from dayone.hr.forget import ForgetPorts, forget_person
from dayone.hr.manual import import_manual_people
from dayone.hr.resolve_person import EchoNotes, Naming, resolve_names, resolve_person
from dayone.inventory.decisions import IgnorePorts, record_ignored, record_pause
from dayone.inventory.repairs import with_unmanaged
from dayone.model import commands
from dayone.model.changes import Cause, ulid_of
from dayone.model.commands import Command, ReconcileSubject, needs_acceptance
from dayone.model.people import Person, has_left
from dayone.model.subject_state import Head
from dayone.model.subjects import Subject, SubjectKind
from dayone.planning.desired_people import Vacancy, vacancy, vacated_name
from dayone.planning.facts import ResolvedFact, fact_entry, recorded_fact, resolve_account
from dayone.ports.hr import HrDeliveries, HrRecords, HrSources, Rosters, WaitingHints
from dayone.ports.idempotency import Acceptances, Echoes
from dayone.ports.inventory import LookRequests
from dayone.ports.messaging import Schedules
from dayone.ports.operations import StuckNotes
from dayone.ports.organizations import Organization
from dayone.ports.personal_data import PersonalData
from dayone.ports.records import Progress
from dayone.ports.recovery import Recoveries
from dayone.ports.store import (
    Changes,
    Company,
    Engine,
    Grants,
    HeldParts,
    Inbox,
    Ledger,
    Policies,
    Portions,
    Subjects,
)
from dayone.reconcile.approvals import DecisionPorts, apply_decision
from dayone.reconcile.inbox_batch import BatchPorts
from dayone.reconcile.policy_rollout import ActivationPorts, activate_policy
from dayone.reconcile.recovery import RebuildPorts, corrected, rebuild_record
from dayone.reconcile.requeue import Requeue, Wakeups
from dayone.reconcile.retry import RetryPorts, bootstrap_accounts, retry_subjects
from dayone.reconcile.subject import Reconciliation, reconcile_subject


def vacate_names(person: str, *, cause: Cause, ports: Reconciliation) -> Vacancy:
    """Plan a leaver without their names, as a change of its own; return whether that was possible.

    Another person gets the name in AWS only after their user is renamed or deleted there. Repetition is harmless.
    """
    subject = Subject(SubjectKind.PERSON, person)
    policy, now, name = ports.policies.current(), ports.clock(), f"user-name:{vacated_name(person).casefold()}"
    found = vacancy(ports.subjects.load(subject), policy=policy, now=now)
    if found is not Vacancy.FREE or ports.subjects.claimed(name).holder not in ("", person):
        return Vacancy.NOT_YET if found is Vacancy.NOT_YET else Vacancy.KEPT

    def without_names(command: Command, head: Head, now: datetime) -> ResolvedFact:
        # They may have come back since.
        is_free = vacancy(ports.subjects.load(subject), policy=policy, now=now) is Vacancy.FREE
        if not is_free or not isinstance(head.fact, Person):
            return recorded_fact(head)
        return ResolvedFact(
            fact=replace(head.fact, user_name=vacated_name(person), email=""),
            version=head.version,
            source_records=head.source_records,
            claims=(name,),
            former_holders=head.former_holders,
            notes=("gives up the user name and the e-mail address, which are needed for somebody who is here",),
            audit=(fact_entry(command, outcome="recorded", detail="names given up", now=now),),
        )

    theirs = replace(cause, change=ulid_of(cause.at, name=f"names of {subject} {cause.change}"))
    reconcile_subject(ReconcileSubject(subject=subject, cause=theirs), resolve=without_names, ports=ports)
    return Vacancy.FREE


type Handlers = Mapping[type[Command], Callable[[Any], object]]


@dataclass(frozen=True, kw_only=True)
class HrPorts:
    """Ports for HR systems; `pace` belongs to the process."""

    sources: HrSources
    configuration: ConfigurationPorts
    records: HrRecords
    waiting: WaitingHints
    stuck: StuckNotes
    deliveries: HrDeliveries
    rosters: Rosters
    pace: SourcePace
    sleep: Callable[[float], None]


@dataclass(frozen=True, kw_only=True)
class PlanningPorts:
    """Ports of all handlers; each takes its own part of it.

    `token` returns a short random text that distinguishes two plans of one generation number. A run through many
    subjects hands over to the next one after `time_to_run`. Held gifts expire after `held_expiry`, never when that is
    0.
    """

    subjects: Subjects
    company: Company
    portions: Portions
    echoes: Echoes
    policies: Policies
    changes: Changes
    grants: Grants
    progress: Progress
    ledger: Ledger
    held: HeldParts
    personal_data: PersonalData
    organization: Organization
    hr: HrPorts
    acceptances: Acceptances
    inbox: Inbox
    engine: Engine
    looks: LookRequests
    take_over: TakeOver
    fence: Recoveries
    clock: Callable[[], datetime]
    token: Callable[[], str]
    time_to_run: timedelta
    held_expiry: timedelta
    schedules: Schedules | None = None

    def hr_authors(self) -> Mapping[str, datetime]:
        """Return the authors of the HR configuration, each with the time since when what they wrote is in force."""
        return self.hr.configuration.log.versions().counts_since

    def only(self, *names: str) -> dict[str, Any]:
        """Those of the names, as keyword arguments."""
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, kw_only=True)
class PlanChanges:
    """Dependencies of the function: the ports, the handlers built from them, and the ports for settling a batch."""

    ports: PlanningPorts
    handlers: Handlers
    batch: BatchPorts


def plan_changes(command: Command, *, ports: PlanChanges) -> None:
    """Handle a command; repetition is harmless. Raises Unavailable to have it delivered again later.

    Raises Forbidden, and does nothing, when its author has not requested it.
    """
    if needs_acceptance(command) and not ports.ports.acceptances.includes(command):
        raise Forbidden(
            f"{type(command).__name__} is not what anybody has asked for over the API: whoever has sent it may write to"
            " the inbox, and no more"
        )
    ports.handlers[type(command)](command)


def handlers_of(ports: PlanningPorts) -> Handlers:
    """Return the dispatch table: the handler for each class of command, with its ports."""
    walk = ports.only("company", "portions", "changes", "inbox", "clock", "time_to_run")
    hr: dict[str, Any] = {"inbox": ports.inbox, "clock": ports.clock, "sources": ports.hr.sources}
    found: dict[str, Any] = {"state_of": ports.subjects.load, "last_inventory": ports.take_over.inventory.view.complete}
    activation = ActivationPorts(**walk, **ports.only("policies", "ledger"), **found)
    waiting = {name: getattr(ports.hr, name) for name in ("records", "waiting", "stuck", "pace", "sleep")}
    fetching = FetchPorts(**hr, **waiting)
    importing = ImportPorts(**hr, rosters=ports.hr.rosters, changes=ports.changes, time_to_run=ports.time_to_run)
    reviewing = ReviewPorts(**vars(ports.hr.configuration), changes=ports.changes)
    ignoring = IgnorePorts(findings=ports.looks, changes=ports.changes)
    discovering = DiscoveryPorts(**walk, **ports.only("subjects", "organization"))
    looking = UnitPorts(**walk, organization=ports.organization)
    deciding = DecisionPorts(**ports.only("subjects", "policies", "held", "inbox", "engine", "clock"))
    return {
        **_reconciling(ports),
        **_requeuing(ports),
        commands.CountRefusals: partial(count_refusals, deliveries=ports.hr.deliveries),
        commands.NoteRefusedRecord: partial(note_refused_record, ports=fetching),
        commands.ActivatePolicy: partial(activate_policy, ports=activation),
        commands.ApplyDecision: partial(apply_decision, ports=deciding),
        commands.ApproveHrConfiguration: partial(approve_hr_configuration, ports=reviewing),
        commands.DiscoverAccounts: partial(discover_accounts, ports=discovering),
        commands.FetchHrRecord: partial(fetch_record, ports=fetching),
        commands.IgnoreFinding: partial(record_ignored, ports=ignoring),
        commands.PauseRepairs: partial(record_pause, ports=ignoring),
        commands.ImportManualPeople: partial(import_manual_people, changes=ports.changes, inbox=ports.inbox),
        commands.ImportWorkforce: partial(import_workforce, ports=importing),
        commands.RefreshOrganizationalUnit: partial(look_below_unit, ports=looking),
        commands.ReviewHrConfiguration: partial(review_hr_configuration, ports=reviewing),
    }


def _requeuing(ports: PlanningPorts) -> Handlers:
    """Return the handlers of what goes through many records at somebody's request."""
    data = ports.only("subjects", "policies", "grants", "changes", "personal_data", "inbox", "clock", "time_to_run")
    again = RetryPorts(**ports.only("progress", "changes", "inbox"))
    rebuilding = ports.only("fence", "company", "policies", "changes", "inbox", "clock")
    rebuilding |= {"findings": ports.looks, "state_of": ports.subjects.load}
    return {
        commands.BootstrapAccounts: partial(bootstrap_accounts, ports=again),
        commands.ForgetPerson: partial(forget_person, ports=ForgetPorts(**data)),
        commands.RebuildRecord: partial(rebuild_record, ports=RebuildPorts(**rebuilding)),
        commands.RetryChange: partial(retry_subjects, ports=again),
    }


def _reconciling(ports: PlanningPorts) -> Handlers:
    """Return the handlers that plan one subject; they differ in the fact to plan with."""

    def recorded(command: Command, head: Head, now: datetime) -> ResolvedFact:
        return resolve_names(head, naming=naming(command, now)) if head.awaits_names else recorded_fact(head)

    def person(command: commands.ApplyHrRecord, head: Head, now: datetime) -> ResolvedFact:
        return resolve_person(command, head=echoes.with_heard(head), naming=naming(command, now), now=now)

    reconciliation = Reconciliation(
        **ports.only("subjects", "changes", "policies", "grants", "ledger", "held", "clock", "token"),
        **ports.only("held_expiry", "hr_authors", "take_over"),
        echoes=(echoes := EchoNotes(echoes=ports.echoes)),
        requeue=Requeue(**ports.only("subjects", "policies", "grants", "changes", "organization", "inbox", "clock")),
        wakeups=Wakeups(**ports.only("changes", "engine", "looks", "schedules", "clock")),
    )
    naming = partial(_naming, ports=ports, reconciliation=reconciliation)
    reconcile = partial(reconcile_subject, resolve=recorded, ports=reconciliation)
    hr: dict[str, Any] = {"sources": ports.hr.sources, "waiting": ports.hr.waiting, "echoes": echoes}
    correcting = partial(corrected, resolve=recorded, fence=ports.fence, findings=ports.looks)
    refreshing = RefreshPorts(**ports.only("subjects", "policies", "inbox", "clock"), **hr, reconcile=reconcile)
    return {
        commands.AdoptExisting: partial(reconcile, resolve=partial(decided_fact, resolve=recorded)),
        commands.ApplyGrant: reconcile,
        commands.ApplyHrRecord: partial(reconcile_subject, resolve=person, ports=reconciliation),
        commands.CorrectRecord: partial(reconcile, resolve=correcting),
        commands.ReconcileSubject: reconcile,
        commands.RefreshAccount: partial(reconcile, resolve=partial(_account, organization=ports.organization)),
        commands.RestoreResources: partial(_restore, reconcile=reconcile, ports=ports),
        commands.RefreshPerson: partial(refresh_person, ports=refreshing),
    }


def _restore(command: commands.RestoreResources, *, reconcile: Callable[[Command], None], ports: PlanningPorts) -> None:
    if not command.missing and not command.findings:
        # It is read as soon as nothing of a plan is outstanding.
        ports.looks.look_at(command.subject, at=ports.clock())
    # What a message itself names as given by others is nobody's word.
    reconcile(with_unmanaged(command, findings=ports.looks, policy=ports.policies.current()))


def _account(
    command: commands.RefreshAccount, head: Head, now: datetime, *, organization: Organization
) -> ResolvedFact:
    return resolve_account(command, head=head, organization=organization, now=now)


def _naming(command: Command, now: datetime, *, ports: PlanningPorts, reconciliation: Reconciliation) -> Naming:
    return Naming(
        rules=ports.hr.sources.configuration().rules,
        subjects=ports.subjects,
        vacate=partial(vacate_names, cause=command.cause, ports=reconciliation),
        has_left=lambda person: has_left(person, cycle=ports.policies.current().people, now=now),
    )
