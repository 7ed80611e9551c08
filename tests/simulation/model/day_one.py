"""All of Day One in a simulated world: its functions with the ports they are made of, its queues, its table."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial
from hashlib import sha256
from itertools import batched, count
from typing import Any

from dayone.accounts.events import RecordAccountEvent, record_account_event
from dayone.adapters.aws.rate_limiter import CallGate
from dayone.adapters.dynamodb.idempotency import AcceptingInbox
from dayone.adapters.hr.https import Reply
from dayone.adapters.hr.sources import ApiHrRecords
from dayone.adapters.sqs import deduplication_id
from dayone.api.context import AccessApi
from dayone.errors import DayOneError
from dayone.executor.executor import ExecuteOperations, execute_operations
from dayone.executor.existing_use import KeptInventory
from dayone.executor.parking import WakeWaiting
from dayone.executor.rate_limits import Allowances, Budgets
from dayone.executor.taken_over import TakeOver
from dayone.hr.configuration_approval import WatchPorts
from dayone.hr.connectors.full_records import person_in
from dayone.hr.webhook import ReceiveHrEvent, Refusals, receive_hr_event
from dayone.inventory.repairs import RepairPorts
from dayone.messages import inbox
from dayone.model.commands import Command
from dayone.model.hr_sources import HrConfiguration
from dayone.model.operations import Operation
from dayone.model.policy.context import PolicyVersion
from dayone.model.policy.origins import files_in
from dayone.model.policy.rules import Policy
from dayone.planning.desired_access import DesiredAccess
from dayone.policy.language.parser import read_policy
from dayone.reconcile.handler import PlanChanges, PlanningPorts, handlers_of, plan_changes
from dayone.reconcile.inbox_batch import BatchPorts
from dayone.reconcile.recovery import RecoveringPorts
from dayone.reconcile.sweep import PlanFailedAgain, ReconcileAccess, Unfinished, reconcile_access
from tests.fakes.acceptances import MemoryAcceptances
from tests.fakes.hr import (
    MemoryHints,
    MemoryHrDeliveries,
    MemoryHrParameters,
    MemoryHrVersions,
    MemoryRosters,
    configuration_ports,
    no_hr_systems,
    read_hr,
    settled_hr_configuration,
)
from tests.fakes.notifications import MemoryNotificationTests, MemoryOutbox
from tests.fakes.organization import MemoryOrganization
from tests.fakes.overview import memory_overview
from tests.fakes.queues import MemoryDeadLetters, MemoryInbox, MemoryReturns, MemoryTurn
from tests.fakes.signing_keys import MemorySigningKeys, MemoryTokenKeys
from tests.fakes.sso.existing_names import memory_existing
from tests.fakes.sso.identity_center import MemoryIdentityCenter
from tests.fakes.sso.live_access import MemoryLiveAccess
from tests.fakes.state_tables import MemoryFence, of_the_first_table
from tests.fakes.table.company import MemoryCompany, MemoryPortions
from tests.fakes.table.company_plans import MemoryCompanyPlans, MemoryPlanQueue
from tests.fakes.table.echoes import MemoryEchoes
from tests.fakes.table.failed import MemoryFailedSubjects, MemoryStuck
from tests.fakes.table.grants import MemoryGrants
from tests.fakes.table.held import MemoryHeldParts, MemoryLedger
from tests.fakes.table.inventory import MemoryInventory
from tests.fakes.table.open_changes import MemoryOpenChanges
from tests.fakes.table.operations import MemoryOperationQueue
from tests.fakes.table.parked import MemoryParkedOperations
from tests.fakes.table.personal_data import MemoryPersonalData
from tests.fakes.table.policies import MemoryChanges, MemoryPolicies, MemoryPolicyArchive
from tests.fakes.table.progress import MemoryProgress
from tests.fakes.table.records import MemoryRecords, RecordsAfterDiscovery
from tests.fakes.table.request_keys import MemoryRequestKeys
from tests.fakes.table.subject_index import MemorySubjectIndex
from tests.fakes.table.subjects import MemoryDueWork
from tests.simulation.further import hr_kinds
from tests.simulation.model.functions import Function, QueueTrigger
from tests.simulation.model.hr_api import HrApi
from tests.simulation.model.hr_system import KEYS
from tests.simulation.model.identity_center import SimulatedIdentityCenter
from tests.simulation.model.identity_center_ports import aws_side
from tests.simulation.model.processes import Process, Trace, VirtualWorkers, Wire
from tests.simulation.model.queues import Message, Queue
from tests.simulation.model.table import ObservedQueue, ObservedState, ObservedSubjects
from tests.simulation.model.virtual_time import Clockwork
from tests.simulation.model.weather import Weather

_SWEEP_EVERY = 60.0
_LONGEST_RUN = timedelta(seconds=15)
_LAST_CALL = timedelta(seconds=13)
_MOST_IN_A_BATCH = 10

_HELD_EXPIRY = timedelta(days=30)


class DayOne:
    """The deployed application. Timeouts, batches and visibility timeouts are those of `template.yaml`."""

    def __init__(
        self,
        *,
        time: Clockwork,
        weather: Weather,
        trace: Trace,
        aws: SimulatedIdentityCenter,
        budgets: Budgets | None = None,
    ) -> None:
        self.time = time
        self.weather = weather
        self.aws = aws
        self.state = ObservedState(time=time)
        self._policies = self.state, MemoryPolicies(self.state, parse=parsed)
        aws.is_known = self.state.requests.__contains__
        self.organization = MemoryOrganization()
        self.hr = settled_hr_configuration(self.state)
        self.hr_api: HrApi | None = None
        self.hints = MemoryHints()
        self.looks_at_all = False
        self.rosters = MemoryRosters(self.state)
        self.inventory = MemoryInventory()
        self.identity = of_the_first_table()
        self.turn = MemoryTurn()
        self.budgets = budgets or Budgets()
        self.time_to_run = timedelta(seconds=10)
        self.allowances: Callable[[Budgets], Allowances] = Allowances
        self.inbox = Queue("inbox", time=time, visibility=30, most_receives=50)
        self.engine = Queue("engine", time=time, visibility=30, most_receives=20)
        self.account_events = Queue("account-events", time=time, visibility=180)
        self.dead_letters = MemoryDeadLetters()
        self.mishaps: list[str] = []
        self.executing: set[str] = set()
        self._trace = trace
        self._numbers = count(1)
        self.functions: list[Function] = []
        self.planning = self.function("plan_changes", timeout=25, prepare=self._planning)
        self.executor = self.function("execute_operations", timeout=28, prepare=self._executing)
        self.sweep = self.function("reconcile_access", timeout=30, prepare=self._sweeping)
        self.recording = self.function("record_account_event", timeout=30, prepare=self._recording)
        self.intake = self.function("receive_hr_event", timeout=10, prepare=self._receiving)
        self.api = self.function("access_api", timeout=29, prepare=self._answering)
        for queue, function, batch, at_once in (
            (self.inbox, self.planning, 1, 8),
            (self.engine, self.executor, _MOST_IN_A_BATCH, 10),
            (self.account_events, self.recording, _MOST_IN_A_BATCH, 10),
        ):
            QueueTrigger(queue, function, time=time, weather=weather, batch=batch, at_once=at_once)
        time.at(_SWEEP_EVERY, self._sweep)

    def clock(self) -> datetime:
        return self.time.now

    def fence(self) -> MemoryFence:
        return MemoryFence(self.state, self.identity)

    def policies(self) -> MemoryPolicies:
        """Policies of the present state, the same for every process: nobody compiles what another has compiled."""
        state, policies = self._policies
        if state is not self.state:
            policies = MemoryPolicies(self.state, parse=parsed)
            self._policies = self.state, policies
        return policies

    def function(self, name: str, *, timeout: float, prepare: Callable[[Process], Callable[[Any], object]]) -> Function:
        made = Function(name, time=self.time, weather=self.weather, trace=self._trace, timeout=timeout, prepare=prepare)
        self.functions.append(made)
        return made

    def _sweep(self) -> None:
        self.sweep.invoke(None, then=lambda _: None, failed=self.heard_of)
        self.time.at(_SWEEP_EVERY, self._sweep)

    def heard_of(self, error: Exception | None) -> None:
        if error is not None and not isinstance(error, DayOneError):
            self.mishaps.append(f"{type(error).__name__}: {error}")

    # The functions

    def _planning(self, process: Process) -> Callable[[Any], object]:
        wired: dict[str, Any] = {name: Wire(f"table.{name}", port, process) for name, port in self._table().items()}
        inbox_of = partial(AcceptingInbox, acceptances=wired["acceptances"], clock=self.clock)
        planning = PlanningPorts(
            **wired,
            organization=Wire("organizations", self.organization, process),
            hr=replace(
                no_hr_systems(),
                **self._asking_hr(process),
                sources=ApprovedHrSources(self.hr),
                configuration=configuration_ports(self.hr, self.state),
            ),
            inbox=inbox_of(queue=WiredInbox(self.inbox, process)),
            engine=WiredEngine(self.engine, process),
            looks=self.inventory,
            take_over=TakeOver(inventory=KeptInventory(self.inventory), clock=self.clock),
            fence=self.fence(),
            clock=self.clock,
            token=lambda: f"{next(self._numbers):08x}",
            time_to_run=self.time_to_run,
            held_expiry=_HELD_EXPIRY,
        )
        ports = PlanChanges(ports=planning, handlers=handlers_of(planning), batch=self._batch(process))
        return lambda batch: self._each(
            batch, lambda message: plan_changes(inbox.from_json(message.body), ports=ports), in_order=True
        )

    def _asking_hr(self, process: Process) -> dict[str, Any]:
        """Ports for HR systems that are asked for their records, and that send everybody in a file."""
        https: Any = HrApiWire(self.hr_api or HrApi(), process)
        credentials = MemorySigningKeys({hr_kinds.THIN: ("a:credential",)})
        return {
            "records": ApiHrRecords(credentials=credentials, https=https, person_in=person_in),
            "waiting": Wire("table.hints", self.hints, process),
            "rosters": Wire("table.rosters", self.rosters, process),
            "stuck": Wire("table.stuck", MemoryStuck(self.state), process),
            "sleep": process.pause,
        }

    def _table(self) -> dict[str, object]:
        return {
            "subjects": ObservedSubjects(self.state),
            "company": MemoryCompany(self.state),
            "portions": MemoryPortions(self.state),
            "echoes": MemoryEchoes(self.state),
            "policies": self.policies(),
            "changes": MemoryChanges(self.state),
            "grants": MemoryGrants(self.state),
            "progress": MemoryProgress(self.state),
            "ledger": MemoryLedger(self.state),
            "held": MemoryHeldParts(self.state),
            "personal_data": MemoryPersonalData(self.state),
            "acceptances": MemoryAcceptances(self.state),
        }

    def _batch(self, process: Process) -> BatchPorts:
        stuck = Wire("table.stuck", MemoryStuck(self.state), process)
        changes = Wire("table.changes", MemoryChanges(self.state), process)
        returns, letters = MemoryReturns(), MemoryDeadLetters()
        notes: dict[str, Any] = {"stuck": stuck, "changes": changes, "deliveries": MemoryHrDeliveries(self.state)}
        return BatchPorts(returns=returns, dead_letters=letters, clock=self.clock, **notes)

    def _desired(self, process: Process) -> DesiredAccess:
        table = {
            "policies": self.policies(),
            "records": MemoryRecords(self.state),
            "index": MemorySubjectIndex(self.state),
        }
        wired: dict[str, Any] = {name: Wire(f"table.{name}", port, process) for name, port in table.items()}
        return DesiredAccess(**wired, clock=self.clock)

    def _executing(self, process: Process) -> Callable[[Any], object]:
        allowances = self.allowances(self.budgets)
        gate = CallGate(allowances, clock=self.clock, sleep=process.pause)
        ports = ExecuteOperations(
            queue=Wire("table.queue", ObservedQueue(self.state), process),
            turn=Wire("table.turn", self.turn, process),
            engine=WiredEngine(self.engine, process),
            fence=self.fence(),
            aws=aws_side(process=process, aws=self.aws, gate=gate, desired=self._desired(process)),
            workers=VirtualWorkers(16, process=process),
            allowances=allowances,
            clock=self.clock,
            jitter=self.weather.random.random,
            token=lambda: f"run-{next(self._numbers)}",
            unexpected=_raised,
        )

        def execute(_: object) -> object:
            try:
                execute_operations(
                    ports=ports, deadline=self.time.now + min(_LONGEST_RUN, timedelta(seconds=28) - _LAST_CALL)
                )
            except Exception as error:
                self.heard_of(error)
                raise
            return []

        return execute

    def _sweeping(self, process: Process) -> Callable[[Any], object]:
        # In most worlds every account makes itself known by an event, and nothing else is looked at.
        known = MemoryRecords(self.state) if self.looks_at_all else RecordsAfterDiscovery(self.state)
        records: Any = Wire("table.records", known, process)
        failed: Any = Wire("table.failed", MemoryFailedSubjects(self.state), process)
        into = WiredInbox(self.inbox, process)
        ports = ReconcileAccess(
            due_work=Wire("table.due_work", MemoryDueWork(self.state), process),
            records=records,
            failed=PlanFailedAgain(failed=failed, records=records, inbox=into, clock=self.clock),
            waiting=WakeWaiting(
                parked=Wire("table.parked", MemoryParkedOperations(self.state), process),
                records=records,
                clock=self.clock,
            ),
            unfinished=Unfinished(
                stuck=Wire("table.stuck", MemoryStuck(self.state), process),
                open_changes=MemoryOpenChanges(),
            ),
            # Where no system is asked for records, nothing looks for what waits for them.
            hints=Wire("table.hints", self.hints, process) if self.hr_api else self.hints,
            recovering=self._recovering(process),
            hr_configuration=WatchPorts(texts=self.hr, recorded=MemoryHrVersions(self.state)),
            sessions=None,
            repairs=RepairPorts(repairs=self.inventory, policies=self.policies(), records=records, inbox=into),
            inbox=into,
            engine=WiredEngine(self.engine, process),
            clock=self.clock,
        )
        return lambda _: reconcile_access(ports=ports)

    def _recovering(self, process: Process) -> RecoveringPorts:
        index: Any = Wire("table.index", MemorySubjectIndex(self.state), process)
        operations: Any = Wire("table.queue", MemoryOperationQueue(self.state), process)
        return RecoveringPorts(fence=self.fence(), findings=self.inventory, index=index, operations=operations)

    def _recording(self, process: Process) -> Callable[[Any], object]:
        ports = RecordAccountEvent(
            inbox=WiredInbox(self.inbox, process),
            dead_letters=Wire("queue.dead_letters", self.dead_letters, process),
        )
        return lambda batch: self._each(
            batch, lambda message: record_account_event(message.body, ports=ports), in_order=False
        )

    def _receiving(self, process: Process) -> Callable[[Any], object]:
        ports = ReceiveHrEvent(
            sources=Wire("secrets.sources", ApprovedHrSources(self.hr), process),
            keys=Wire("secrets.keys", _signing_keys(), process),
            token_keys=MemoryTokenKeys(),
            refusals=Refusals(MemoryInbox()),
            inbox=WiredInbox(self.inbox, process),
            clock=self.clock,
        )
        return lambda signed: receive_hr_event(signed(), ports=ports)

    def _wired(self, process: Process) -> dict[str, Any]:
        table = {
            "records": MemoryRecords(self.state),
            "index": MemorySubjectIndex(self.state),
            "live": MemoryLiveAccess(MemoryIdentityCenter()),
            "archive": MemoryPolicyArchive(self.state),
            "policies": self.policies(),
            "company": MemoryCompany(self.state),
            "ledger": MemoryLedger(self.state),
            "grants": MemoryGrants(self.state),
            "hr_versions": MemoryHrVersions(self.state),
            "changes": MemoryChanges(self.state),
            "progress": MemoryProgress(self.state),
            "work": MemoryDueWork(self.state),
        }
        return {name: Wire(f"table.{name}", port, process) for name, port in table.items()}

    def _answering(self, process: Process) -> Callable[[Any], object]:
        queue = WiredInbox(self.inbox, process)
        acceptances: Any = Wire("table.acceptances", MemoryAcceptances(self.state), process)
        api = AccessApi(
            **self._wired(process),
            inventory=self.inventory,
            fence=self.fence(),
            existing=memory_existing(self.aws.center, self.state, policies=self.policies(), clock=self.clock),
            inbox=AcceptingInbox(queue=queue, acceptances=acceptances, clock=self.clock),
            redelivery=queue,
            keys=MemoryRequestKeys(),
            overview=memory_overview(self.state),
            deliveries=MemoryHrDeliveries(self.state),
            plans=MemoryCompanyPlans(),
            plan_queue=MemoryPlanQueue(),
            outbox=MemoryOutbox(),
            notification_tests=MemoryNotificationTests(),
            quotas=self.turn,
            budgets=self.budgets,
            clock=self.clock,
            entropy=lambda: sha256(str(next(self._numbers)).encode()).digest(),
        )
        return lambda ask: ask(api)

    def _each(self, batch: Sequence[Message], handle: Callable[[Message], object], *, in_order: bool) -> list[Message]:
        """The messages that failed, and with `in_order` those behind them in their groups."""
        failed: list[Message] = []
        for message in batch:
            if in_order and any(entry.group == message.group for entry in failed):
                failed.append(message)
                continue
            try:
                handle(message)
            except Exception as error:  # noqa: BLE001 - as Powertools does
                self.heard_of(error)
                failed.append(message)
        return failed


class ApprovedHrSources:
    """The port HrSources: the configuration that counts, whatever is written."""

    def __init__(self, parameters: MemoryHrParameters) -> None:
        self._parameters = parameters

    def configuration(self) -> HrConfiguration:
        return read_hr(self._parameters.approved)


class HrApiWire:
    """HTTPS to an HR system as a process has it."""

    def __init__(self, api: HrApi, process: Process) -> None:
        self._api = api
        self._process = process

    def call(self, url: str, *, method: str, headers: dict[str, str], body: bytes) -> Reply:
        self._process.pause(self._api.patience)
        asked = partial(self._api.call, url, method=method, headers=headers, body=body)
        reply: Reply = self._process.call("hr.call", asked)
        return reply


class WiredInbox:
    """The port Inbox: messages of JSON, ten in a call."""

    def __init__(self, queue: Queue, process: Process) -> None:
        self._queue = queue
        self._process = process

    def put(self, commands: Iterable[Command]) -> None:
        for batch in batched(list(commands), _MOST_IN_A_BATCH, strict=False):
            self._process.call("queue.inbox", self._send, batch)

    def _send(self, batch: Iterable[Command]) -> None:
        for command in batch:
            self._queue.send(inbox.to_json(command), group=str(command.subject), same=deduplication_id(command))


class WiredEngine:
    """The port Engine: one message group."""

    def __init__(self, queue: Queue, process: Process) -> None:
        self._queue = queue
        self._process = process

    def wake(self) -> None:
        self._process.call("queue.engine", self._queue.send, "wake", group="engine")


def _signing_keys() -> MemorySigningKeys:
    return MemorySigningKeys({source: (key,) for source, key in {**KEYS, **hr_kinds.KEYS}.items()})


def _raised(_: Operation, error: Exception) -> None:
    raise error


@cache
def _read(text: str, file: str) -> Policy:
    kept = PolicyVersion(version=0, text=text, file=file, actor="", at=datetime.min, change="")  # noqa: DTZ901
    return read_policy(files_in(kept), version=0)


def read_again() -> None:
    """Read every text anew from now on."""
    _read.cache_clear()
    read_hr.cache_clear()


def parsed(kept: PolicyVersion) -> Policy:
    """The policy of a version; the texts of a simulation are few."""
    return replace(_read(kept.text, kept.file), version=kept.version)
