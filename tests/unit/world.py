"""The whole of Day One in memory: planning, the queues, executing, and an Identity Center that takes its time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from dayone.adapters.dynamodb.idempotency import AcceptingInbox
from dayone.executor.attempt import IdentityCenter
from dayone.executor.executor import ExecuteOperations, execute_operations
from dayone.executor.existing import ExistingAccess
from dayone.executor.existing_use import KeptInventory
from dayone.executor.onboarding import Reception
from dayone.executor.parking import WakeWaiting, wake_waiting
from dayone.executor.rate_limits import Allowances, Budgets
from dayone.executor.taken_over import TakeOver
from dayone.hr.configuration_approval import WatchPorts
from dayone.hr.fetch import SourcePace
from dayone.hr.merge import source_record
from dayone.inventory.edits import EditsOfOthers
from dayone.inventory.links import WhileRecovering
from dayone.inventory.reach import Center
from dayone.inventory.repairs import RepairPorts
from dayone.inventory.service import ReadInventory, read_inventory
from dayone.lookups import PoliciesWithinReach
from dayone.model.accounts import Account
from dayone.model.changes import Cause, CauseKind, Decision, ulid_of
from dayone.model.commands import ActivatePolicy, ApplyDecision, ApplyHrRecord, Command, RefreshAccount
from dayone.model.inventory import Pass
from dayone.model.operations import Applied, Operation, OperationState
from dayone.model.people import Person
from dayone.model.policy.context import OffLimits
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import Head
from dayone.model.subjects import THE_POLICY, Resource, ResourceOf, Subject, SubjectKind
from dayone.planning.desired_access import DesiredAccess
from dayone.policy.welcome_text import Portal
from dayone.ports.hr import Roster
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from dayone.ports.store import PolicyArchive
from dayone.reconcile.handler import HrPorts, PlanChanges, PlanningPorts, handlers_of, plan_changes
from dayone.reconcile.inbox_batch import BatchPorts
from dayone.reconcile.recovery import RecoveringPorts
from dayone.reconcile.sweep import PlanFailedAgain, ReconcileAccess, SessionsPorts, Unfinished, reconcile_access
from tests.builders import NOON, attributes_in
from tests.fakes.acceptances import AcceptedInbox, MemoryAcceptances
from tests.fakes.event_bus import MemoryEventBus
from tests.fakes.hr import (
    MemoryHints,
    MemoryHrDeliveries,
    MemoryHrParameters,
    MemoryHrRecords,
    MemoryHrSources,
    MemoryHrVersions,
    MemoryRosters,
    configuration_ports,
    settled_hr_configuration,
)
from tests.fakes.organization import MemoryOrganization
from tests.fakes.queues import MemoryDeadLetters, MemoryEngine, MemoryReturns, MemoryTurn
from tests.fakes.sso.assignments import MemoryAssignments
from tests.fakes.sso.directory import MemoryDirectory
from tests.fakes.sso.existing_use import MemoryExistingUse
from tests.fakes.sso.identity_center import MemoryIdentityCenter
from tests.fakes.sso.inventory_reader import MemoryInventoryReader
from tests.fakes.sso.live_access import MemoryLiveAccess
from tests.fakes.sso.permission_sets import MemoryPermissionSets
from tests.fakes.sso.sessions import (
    MemoryDeniedUsers,
    MemoryPost,
    MemoryRevokedSessions,
    MemorySchedules,
    MemorySessions,
)
from tests.fakes.sso.set_policies import MemorySetPolicies
from tests.fakes.sso.standing import MemoryStanding
from tests.fakes.state_tables import MemoryFence, MemoryOutsideIdentity, of_the_first_table
from tests.fakes.surroundings import MemorySurroundings
from tests.fakes.table.company import MemoryCompany, MemoryPortions
from tests.fakes.table.echoes import MemoryEchoes
from tests.fakes.table.failed import MemoryFailedSubjects, MemoryStuck
from tests.fakes.table.grants import MemoryGrants
from tests.fakes.table.held import MemoryHeldParts, MemoryLedger
from tests.fakes.table.inventory import MemoryEditEvents, MemoryInventory
from tests.fakes.table.open_changes import MemoryOpenChanges
from tests.fakes.table.operations import MemoryOperationQueue
from tests.fakes.table.parked import MemoryParkedOperations
from tests.fakes.table.personal_data import MemoryPersonalData
from tests.fakes.table.policies import LivingProcess, MemoryChanges, MemoryPolicyArchive
from tests.fakes.table.progress import MemoryProgress
from tests.fakes.table.records import MemoryRecords, RecordsAfterDiscovery
from tests.fakes.table.state import State
from tests.fakes.table.subject_index import MemorySubjectIndex
from tests.fakes.table.subjects import MemoryDueWork, MemorySubjects
from tests.fakes.workers import InlineWorkers

PORTAL = Portal(url="https://d-0123456789.awsapps.com/start", region="eu-central-1")
_MOST_ROUNDS = 40
# The role of the executor, whose calls are no edits of others.
OWN_ROLE = "arn:aws:iam::111122223333:role/dayone-ExecuteOperationsRole-1A2B"


def raised(error: Exception) -> None:
    """Raise it."""
    raise error


@dataclass
class World:
    """`now` moves when the executor sleeps, and with every sleep AWS finishes what it works on.

    `around` wraps each port by its name: the place where a test breaks things. With `approves` somebody approves
    whatever is held, when nothing else is left to do. One that `is_new` has never looked at the organisation.
    """

    now: datetime = NOON
    state: State = field(default_factory=State)
    center: MemoryIdentityCenter = field(default_factory=MemoryIdentityCenter)
    organization: MemoryOrganization = field(default_factory=MemoryOrganization)
    hr_sources: MemoryHrSources = field(default_factory=MemoryHrSources)
    hr_records: MemoryHrRecords = field(default_factory=MemoryHrRecords)
    hr_parameters: MemoryHrParameters = field(default_factory=MemoryHrParameters)
    hints: MemoryHints = field(default_factory=MemoryHints)
    # Of a process that lives on.
    pace: SourcePace = field(default_factory=SourcePace)
    process: LivingProcess = field(default_factory=LivingProcess)
    rosters: dict[str, Roster] = field(default_factory=dict)
    engine: MemoryEngine = field(default_factory=MemoryEngine)
    turn: MemoryTurn = field(default_factory=MemoryTurn)
    open_changes: MemoryOpenChanges = field(default_factory=MemoryOpenChanges)
    returns: MemoryReturns = field(default_factory=MemoryReturns)
    dead_letters: MemoryDeadLetters = field(default_factory=MemoryDeadLetters)
    budgets: Budgets = field(default_factory=Budgets)
    sessions: MemorySessions = field(default_factory=MemorySessions)
    post: MemoryPost = field(default_factory=MemoryPost)
    bus: MemoryEventBus = field(default_factory=MemoryEventBus)
    schedules: MemorySchedules = field(default_factory=MemorySchedules)
    outside: MemoryOutsideIdentity = field(default_factory=of_the_first_table)
    inventory: MemoryInventory = field(default_factory=MemoryInventory)
    surroundings: MemorySurroundings = field(default_factory=MemorySurroundings)
    edit_events: MemoryEditEvents = field(default_factory=MemoryEditEvents)
    around: Callable[[str, Any], Any] = lambda _name, port: port
    aws_works: bool = True
    approves: bool = False
    is_new: bool = False
    off_limits: OffLimits = field(default_factory=OffLimits)
    time_to_activate: timedelta = timedelta(seconds=10)
    held_expiry: timedelta = timedelta(days=30)
    policies: dict[str, Policy] = field(default_factory=dict)
    # An error of ours fails the test, unless that is what the test is about.
    unexpected: Callable[[Operation, Exception], None] = field(default=lambda _operation, error: raised(error))
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        # It knows what AWS works on, which outlives every process of ours.
        self._assignments = MemoryAssignments(self.center)
        self.denied = MemoryDeniedUsers(self.sessions)
        self.kept_inventory = KeptInventory(self.inventory)
        self.inbox = AcceptedInbox(self.state, now=self.now)
        if not self.is_new:
            self.hr_parameters = settled_hr_configuration(self.state)

    @property
    def hr(self) -> HrPorts:
        ports: dict[str, Any] = {
            "sources": self.hr_sources,
            "records": self.hr_records,
            "waiting": self.hints,
            "rosters": MemoryRosters(self.state, self.rosters),
            "stuck": MemoryStuck(self.state),
            "deliveries": MemoryHrDeliveries(self.state),
        }
        configuration = configuration_ports(self.hr_parameters, self.state)
        return HrPorts(**self._wrapped(ports), configuration=configuration, pace=self.pace, sleep=lambda _seconds: None)

    def planning(self) -> PlanChanges:
        acceptances = MemoryAcceptances(self.state)
        ports: dict[str, Any] = {
            "subjects": MemorySubjects(self.state),
            "company": MemoryCompany(self.state),
            "portions": MemoryPortions(self.state),
            "echoes": MemoryEchoes(self.state),
            "policies": self._policies(),
            "changes": MemoryChanges(self.state),
            "grants": MemoryGrants(self.state),
            "progress": MemoryProgress(self.state),
            "ledger": MemoryLedger(self.state),
            "held": MemoryHeldParts(self.state),
            "personal_data": MemoryPersonalData(self.state),
            "organization": self.organization,
            "inbox": AcceptingInbox(queue=self.inbox.queue, acceptances=acceptances, clock=lambda: self.now),
        }
        ports |= {"engine": self.engine, "looks": self.inventory, "fence": self.fence()}
        planning = PlanningPorts(
            **self._wrapped(ports),
            acceptances=acceptances,
            hr=self.hr,
            schedules=self.schedules,
            token=lambda: f"{next(self.numbers):04x}",
            **self._times,
        )
        return PlanChanges(ports=planning, handlers=handlers_of(planning), batch=self._batch())

    @property
    def _times(self) -> dict[str, Any]:
        found = {"clock": (now := lambda: self.now), "take_over": TakeOver(inventory=self.kept_inventory, clock=now)}
        return {"time_to_run": self.time_to_activate, "held_expiry": self.held_expiry, **found}

    def fence(self) -> MemoryFence:
        return MemoryFence(self.state, self.outside)

    def _batch(self) -> BatchPorts:
        notes: dict[str, Any] = {"stuck": MemoryStuck(self.state), "deliveries": MemoryHrDeliveries(self.state)}
        ports = {**notes, "returns": self.returns, "dead_letters": self.dead_letters}
        return BatchPorts(**ports, changes=MemoryChanges(self.state), clock=lambda: self.now)

    def executing(self) -> ExecuteOperations:
        ports: dict[str, Any] = {
            "directory": MemoryDirectory(self.center),
            "permission_sets": MemoryPermissionSets(self.center),
            "set_policies": MemorySetPolicies(self.center),
            "assignments": self._assignments,
            "sessions": self.sessions,
        }
        reception = Reception(
            records=MemoryRecords(self.state),
            policies=self.process.policies(self.state, self.policies),
            bus=self.bus,
            post=self.post,
            portal=PORTAL,
        )
        return ExecuteOperations(
            **self._wrapped({"queue": MemoryOperationQueue(self.state), "turn": self.turn, "engine": self.engine}),
            fence=self.fence(),
            aws=IdentityCenter(**self._wrapped(ports), existing=self._existing(), reception=reception),
            workers=InlineWorkers(self.sleep),
            allowances=Allowances(self.budgets),
            clock=lambda: self.now,
            jitter=lambda: 0.5,
            token=lambda: f"run-{next(self.numbers)}",
            unexpected=self.unexpected,
        )

    def _existing(self) -> ExistingAccess:
        of = self.center
        ports = {"contents": MemorySetPolicies(of), "use": MemoryExistingUse(of), "live": MemoryLiveAccess(of)}
        desired = DesiredAccess(
            policies=self.process.policies(self.state, self.policies),
            records=MemoryRecords(self.state),
            index=MemorySubjectIndex(self.state),
            clock=lambda: self.now,
        )
        return ExistingAccess(**self._wrapped(ports), desired=desired, inventory=self.kept_inventory)

    def sweeping(self) -> ReconcileAccess:
        records = MemoryRecords(self.state) if self.is_new else RecordsAfterDiscovery(self.state)
        failed, queue = MemoryFailedSubjects(self.state), self.inbox.queue
        revoked, index = MemoryRevokedSessions(self.state), MemorySubjectIndex(self.state)
        begun = MemoryOperationQueue(self.state)
        return ReconcileAccess(
            due_work=MemoryDueWork(self.state),
            failed=PlanFailedAgain(failed=failed, records=records, inbox=queue, clock=lambda: self.now),
            waiting=self._waking(),
            records=records,
            hints=self.hints,
            unfinished=Unfinished(stuck=MemoryStuck(self.state), open_changes=self.open_changes),
            inbox=queue,
            engine=self.engine,
            recovering=RecoveringPorts(fence=self.fence(), findings=self.inventory, index=index, operations=begun),
            hr_configuration=WatchPorts(texts=self.hr_parameters, recorded=MemoryHrVersions(self.state)),
            sessions=SessionsPorts(revoked=revoked, denied=self.denied) if self.denied else None,
            repairs=RepairPorts(policies=self._policies(), repairs=self.inventory, records=records, inbox=queue),
            clock=lambda: self.now,
        )

    def _waking(self) -> WakeWaiting:
        parked = MemoryParkedOperations(self.state)
        return WakeWaiting(parked=parked, records=MemoryRecords(self.state), clock=lambda: self.now)

    def reading(self) -> ReadInventory:
        ports: dict[str, Any] = {
            "reader": MemoryInventoryReader(self.center),
            "inventory": self.inventory,
            "company": MemoryCompany(self.state),
            "index": MemorySubjectIndex(self.state),
        }
        return ReadInventory(
            **self._wrapped({**ports, "records": MemoryRecords(self.state)}),
            center=Center(sight=self.surroundings, arn="arn:instance"),
            recovering=WhileRecovering(fence=self.fence()),
            standing=MemoryStanding(self.off_limits),
            interval=timedelta(days=1),
            others=EditsOfOthers(events=self.edit_events, own_roles=(OWN_ROLE,)),
            clock=lambda: self.now,
        )

    # What the outside does

    def hr_tells(self, person: Person, *, at: datetime | None = None, reference: str = "") -> ApplyHrRecord:
        told = at or self.now
        reference = reference or f"evt-{next(self.numbers)}"
        change = ulid_of(told, name=f"hr:standard:{reference}")
        cause = Cause(change=change, kind=CauseKind.HR_EVENT, actor="hr:standard", reference=reference, at=told)
        # As the webhook puts it on the inbox: a whole record of one source.
        record = source_record(attributes_in(person), source="standard", at=told)
        command = ApplyHrRecord(subject=Subject(SubjectKind.PERSON, person.id), cause=cause, record=record)
        self.inbox.put([command])
        return command

    def account_is(self, account: Account) -> Command:
        self.organization.accounts[account.id] = account
        return self.look_at_account(account.id)

    def look_at_account(self, number: str) -> Command:
        change = ulid_of(self.now, name=f"account event {next(self.numbers)}")
        cause = Cause(
            change=change, kind=CauseKind.ACCOUNT_EVENT, actor="aws.organizations", reference="e", at=self.now
        )
        command = RefreshAccount(subject=Subject(SubjectKind.ACCOUNT, number), cause=cause)
        self.inbox.put([command])
        return command

    def archive(self) -> PolicyArchive:
        return MemoryPolicyArchive(self.state)

    def policy_is(self, policy: Policy, *, actor: str = "arn:admin") -> ActivatePolicy:
        """Somebody uploads a policy; what the first of them calls harmless has been agreed on before."""
        if policy.sensitive.harmless and not self.policies:
            agreed = Policy(version=1, sensitive=policy.sensitive)
            self.uploaded(agreed, actor=actor)
            self.settle()
            self.policy_is_agreed_on(agreed)
        return self.uploaded(policy, actor=actor)

    def called_harmless(self, policy: Policy) -> None:
        """Somebody else has agreed on all that a policy to come calls harmless, in the form that it has there."""
        last = list(self.policies.values())[-1:]
        if last and policy.sensitive.harmless - last[0].sensitive.harmless:
            self.policy_is_agreed_on(replace(last[0], sensitive=policy.sensitive))

    def uploaded(self, policy: Policy, *, actor: str = "arn:admin") -> ActivatePolicy:
        text = f"policy {next(self.numbers)}"
        change = ulid_of(self.now, name=text)
        kept = self.archive().add(text, file="policy.yaml", actor=actor, at=self.now, change=change)
        self.policies[text] = replace(policy, version=kept.version)
        cause = Cause(change=change, kind=CauseKind.POLICY, actor=actor, reference="upload", at=self.now)
        command = ActivatePolicy(subject=THE_POLICY, cause=cause, version=kept.version)
        self.inbox.put([command])
        return command

    def policy_is_agreed_on(self, policy: Policy) -> None:
        """The same, and somebody else approves what the change holds."""
        request = self.policy_is(policy)
        self.settle()
        self.is_decided(request.cause.change, approved=True)
        self.settle()

    def is_decided(
        self,
        change: str,
        *,
        approved: bool,
        actor: str = "arn:approver",
        only_leavers: bool = False,
        subjects: tuple[Subject, ...] = (),
        resources: tuple[Resource, ...] = (),
    ) -> None:
        """Put a decision on the inbox as the API does, about all that a change holds, or about a part."""
        decision = Decision(
            is_approved=approved,
            actor=actor,
            at=self.now,
            only_leavers=only_leavers,
            subjects=subjects,
            resources=resources,
        )
        subject = Subject(SubjectKind.CHANGE, change)
        cause = self.state.changes[change].cause
        self.inbox.put([ApplyDecision(subject=subject, cause=cause, decision=decision)])

    # What Day One does

    def plan(self, command: Command) -> None:
        plan_changes(command, ports=self.planning())

    def plan_all(self) -> None:
        """Each message is gone from the inbox when its planning is over, not before."""
        while self.inbox.commands:
            self.plan(self.inbox.commands[0])
            self.inbox.commands.pop(0)

    def execute(self, *, seconds: float = 60) -> None:
        execute_operations(ports=self.executing(), deadline=self.now + timedelta(seconds=seconds))

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        if self.aws_works:
            self.center.work()

    def sweep(self) -> int:
        return reconcile_access(ports=self.sweeping()).due

    def take_inventory(self) -> Pass:
        """A day later, in as many runs as it takes."""
        self.now += timedelta(days=1)
        while (current := read_inventory(ports=self.reading(), longest=timedelta(seconds=40))) is not None:
            if current.finished_at:
                return current
            self.now += timedelta(minutes=1)
        raise AssertionError("no inventory was due")

    def settle(self) -> None:
        """Until nothing is left to plan and to carry out; the sweep wakes what waits each minute, and does no more."""
        for _ in range(_MOST_ROUNDS):
            self.plan_all()
            self.execute()
            # What is held keeps others waiting: a group is not forgotten while somebody is still in it.
            has_approved = self._approved()
            if not has_approved and not self.inbox.commands and not self.state.open_operations():
                return
            self.sleep(61)
            wake_waiting(ports=self._waking())
        raise AssertionError(f"never settled: {self.state.open_operations()}")

    def _approved(self) -> bool:
        """Return whether a held change was approved now."""
        held = [change.id for change in self.state.changes.values() if change.held and self.approves]
        for change in held:
            self.is_decided(change, approved=True)
        return bool(held)

    # What came of it

    def head(self, subject: Subject) -> Head:
        return MemorySubjects(self.state).load(subject).head

    def applied(self, subject: Subject, resource: Resource) -> Applied | None:
        return self.state.applied.get(ResourceOf(subject, resource))

    def operations(self, *states: OperationState) -> list[Operation]:
        return [operation for operation in self.state.operations.values() if not states or operation.state in states]

    def outcomes(self, command: Command) -> list[str]:
        """`kind resource: state` of each operation of a change."""
        found = [operation for operation in self.state.operations.values() if operation.change == command.cause.change]
        return [f"{operation.action} {operation.resource}: {operation.state}" for operation in found]

    def users(self) -> set[str]:
        return {attributes["user_name"] for attributes in self.center.users.values()}

    def groups(self) -> dict[str, set[str]]:
        """Group name to the user names of its members."""
        members: dict[str, set[str]] = {stored_group.name: set() for stored_group in self.center.groups.values()}
        for group_id, user_id in self.center.memberships.values():
            members[self.center.groups[group_id].name].add(self.center.users[user_id]["user_name"])
        return members

    def assignments(self) -> set[tuple[str, str, str]]:
        """Account id, permission set, and group or user name."""
        return {
            (key.account_id, self.center.permission_sets[key.permission_set_arn].name, self._name_of(key))
            for key in self.center.assignments
        }

    def _name_of(self, key: AssignmentKey) -> str:
        if key.principal_type is PrincipalType.USER:
            return self.center.users[key.principal_id]["user_name"]
        return self.center.groups[key.principal_id].name

    def permission_sets(self) -> dict[str, tuple[frozenset[str], str]]:
        """Name to its managed policies and its inline policy."""
        return {
            stored_set.name: (frozenset(stored_set.managed_policies), stored_set.inline_policy)
            for stored_set in self.center.permission_sets.values()
        }

    def unprovisioned(self) -> list[tuple[str, str]]:
        """Account and permission set, where the account has not got the set as it is."""
        return [
            (account, arn)
            for (account, arn), revision in self.center.provisioned.items()
            if self.center.permission_sets[arn].revision != revision
        ]

    def policy_in_force(self) -> Policy:
        return self._policies().current()

    def _policies(self) -> PoliciesWithinReach:
        policies = self.process.policies(self.state, self.policies)
        return PoliciesWithinReach(policies=policies, standing=MemoryStanding(self.off_limits))

    def _wrapped(self, ports: dict[str, Any]) -> dict[str, Any]:
        return {name: self.around(name, port) for name, port in ports.items()}


def redelivered(commands: Iterable[Command], *, world: World) -> None:
    """The queue hands the same messages on once more."""
    for command in commands:
        world.plan(command)
