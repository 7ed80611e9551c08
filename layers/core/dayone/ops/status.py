"""Report what needs a human: what is held, failed, stuck or late, what is silent, and what differs in AWS."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from dayone.errors import Unavailable
from dayone.inventory.reach import Center
from dayone.lookups import names_of
from dayone.model.changes import OPEN_CHANGES, OPEN_FOR_LONG, CauseKind, Change, ChangeFilter, ChangeState
from dayone.model.failures import FailedWork, Stuck, StuckKind
from dayone.model.inventory import LATE_AFTER
from dayone.model.monitoring import RefusalReason, RefusedDeliveries
from dayone.model.subjects import Subject
from dayone.ops.dead_letters import AllStuck, StuckPorts, read_stuck
from dayone.ops.health import Health, HealthPorts, check_health, newest_changes
from dayone.ports.hr import HrDeliveries
from dayone.ports.operations import InboxBacklog, QueueDepth


class StatusPorts(StuckPorts, HealthPorts, Protocol):
    """Reading the status: what it needs of the API's context."""

    deliveries: HrDeliveries


@dataclass(frozen=True, kw_only=True)
class HrSourceState:
    """A source of HR: its last accepted delivery, and what was refused today (UTC); no name for unknown senders."""

    source: str
    accepted_at: datetime | None
    refused: Sequence[RefusedDeliveries]

    @property
    def is_refused(self) -> bool:
        """True if nothing was accepted since something was refused; a refused record is named as stuck."""
        times = [count.last_at for count in self.refused if count.reason is not RefusalReason.RECORD and count.last_at]
        return bool(self.source and times) and max(times) > (self.accepted_at or min(times) - timedelta(seconds=1))


@dataclass(frozen=True, kw_only=True)
class Late:
    """Durations after which what has not happened needs a human."""

    # As long as the alarms on the same wait: OldestMessageAlarm and SweepAlarm of the template.
    message: timedelta = timedelta(minutes=10)
    sweep: timedelta = timedelta(minutes=5)
    inventory: timedelta = timedelta(hours=48)


@dataclass(frozen=True, kw_only=True)
class SystemStatus:
    """Everything that there is to know at one look.

    `held`, `failed` and `running` (open for longer than 15 minutes) have what is so however long ago it began; of
    changes, 100 each, else it is not `complete`. What is held comes in the order of urgency: that of no policy first,
    since leavers may be among it. `names` are those of people and accounts in `failed` and `stuck`. A queue is None
    when it could not be read; `unanswered` is the reason why Identity Center does not answer, or empty.
    """

    at: datetime
    health: Health
    held: Sequence[Change]
    failed: Sequence[FailedWork]
    running: Sequence[Change]
    stuck: Sequence[Stuck]
    names: Mapping[Subject, str]
    queues: Mapping[str, QueueDepth | None]
    swept_at: datetime | None
    unanswered: str
    hr: Sequence[HrSourceState]
    complete: bool
    late: Late

    @property
    def dead_letters(self) -> int:
        """About how many dead letters lie in queues whose letters are not among what is stuck."""
        shown = {stuck.kind for stuck in self.stuck}
        named = ("inbox", "account-events") if StuckKind.DEAD_LETTER in shown else ()
        queues = {queue for queue in self.queues if queue.endswith(DEAD_LETTERS)}
        return sum(_messages(self.queues[queue]) for queue in queues - {f"{name}{DEAD_LETTERS}" for name in named})


# The end of the name of a queue of dead letters.
DEAD_LETTERS = " dead letters"
_MOST = 100


def read_status(*, ports: StatusPorts) -> SystemStatus:
    """Read the status; only the state itself must be readable, anything else that is not is reported as such."""
    now, overview = ports.clock(), ports.overview
    held, all_held = newest_changes(ChangeFilter(state=ChangeState.HELD), most=_MOST, history=overview.history)
    open_for_long = [ChangeFilter(state=state, until=now - OPEN_FOR_LONG) for state in sorted(OPEN_CHANGES)]
    running = [newest_changes(which, most=_MOST, history=overview.history) for which in open_for_long]
    failed, stuck = overview.stuck.failed(), _stuck(ports)
    # Whatever fails again and again is among what has failed.
    others = [each for each in stuck.stuck if each.kind is not StuckKind.OPERATIONS]
    return SystemStatus(
        at=now,
        health=check_health(ports),
        # One that only waits for what another holds is decided on there.
        held=sorted(
            (change for change in held if change.held),
            key=lambda change: (change.cause.origin is CauseKind.POLICY, change.cause.at),
        ),
        failed=sorted(failed, key=failed_since),
        running=sorted((change for found, _ in running for change in found), key=lambda change: change.cause.at),
        stuck=others,
        names=names_of(_subjects(failed, others), index=ports.index),
        queues={name: _depth(queue, now=now) for name, queue in overview.waiting.items()},
        swept_at=ports.work.last_sweep(),
        unanswered=_unanswered(ports),
        hr=tuple(_hr_sources(ports)),
        complete=all_held and all(is_all for _, is_all in running) and stuck.complete,
        late=Late(inventory=overview.given.inventory_interval + LATE_AFTER),
    )


def _hr_sources(ports: StatusPorts) -> Iterator[HrSourceState]:
    accepted = ports.deliveries.last_accepted()
    refused = ports.deliveries.refused_on(ports.clock().astimezone(UTC).date())
    for source in sorted({*accepted, *(count.source for count in refused)}):
        counts = tuple(count for count in refused if count.source == source)
        yield HrSourceState(source=source, accepted_at=accepted.get(source), refused=counts)


def failed_since(failed: FailedWork) -> datetime:
    """Return the time of the first failure; records of earlier releases have the time of the next attempt only."""
    return failed.since or failed.at


def _stuck(ports: StatusPorts) -> AllStuck:
    try:
        return read_stuck(ports=ports)
    except Unavailable:
        # A queue of dead letters: what is noted in the state is known without it.
        return AllStuck(stuck=ports.overview.stuck.all(now=ports.clock()), complete=False)


def _subjects(failed: Iterable[FailedWork], stuck: Iterable[Stuck]) -> Iterator[Subject]:
    yield from (each.subject for each in failed)
    for each in stuck:
        if subject := stuck_subject(each):
            yield subject


def stuck_subject(stuck: Stuck) -> Subject | None:
    """Return the subject that is stuck; None for what is none, such as a change."""
    try:
        return Subject.parse(stuck.subject)
    except ValueError:
        return None


def _depth(queue: InboxBacklog, *, now: datetime) -> QueueDepth | None:
    try:
        return queue.backlog(now=now)
    except Unavailable:
        return None


def _messages(depth: QueueDepth | None) -> int:
    return depth.messages if depth else 0


def _unanswered(ports: StatusPorts) -> str:
    overview = ports.overview
    return Center(sight=overview.surroundings.instance, arn=overview.given.instance_arn).why_unanswered()


class NeedKind(StrEnum):
    """Kinds of what needs a human, the most urgent first."""

    RECOVERY = "recovery"
    IDENTITY_CENTER = "identity-center"
    HELD = "held"
    STUCK = "stuck"
    FAILED = "failed"
    RUNNING = "running"
    QUEUE = "queue"
    DEAD_LETTERS = "dead-letters"
    HR_REFUSED = "hr-refused"
    SWEEP = "sweep"
    HR_CONFIGURATION = "hr-configuration"
    INVENTORY = "inventory"
    DRIFT = "drift"


@dataclass(frozen=True, kw_only=True)
class Need:
    """Something that needs a human: since when, if that is known, and the command that shows more."""

    kind: NeedKind
    message: str
    command: str
    since: datetime | None = None


def needs_of(status: SystemStatus) -> Sequence[Need]:
    """Return what needs a human, the most urgent first; nothing when all is well."""
    about = (_about_aws, _about_work, _about_queues, _about_hr, _about_rounds)
    return [need for needs in about for need in needs(status)]


def _about_aws(status: SystemStatus) -> Iterator[Need]:
    if status.health.recovery:
        yield Need(kind=NeedKind.RECOVERY, message=status.health.recovery, command="dayone recover --check")
    if status.unanswered:
        message = f"Identity Center does not answer Day One: {status.unanswered}"
        yield Need(kind=NeedKind.IDENTITY_CENTER, message=message, command="dayone setup check")


def _about_work(status: SystemStatus) -> Iterator[Need]:
    if status.held:
        number = sum(change.held for change in status.held)
        message = f"{_counted(len(status.held), 'change holds', 'changes hold')} {_counted(number, 'operation')}"
        since = min(change.cause.at for change in status.held)
        yield Need(kind=NeedKind.HELD, message=message, command="dayone changes list --state held", since=since)
    if status.stuck:
        message = f"{_counted(len(status.stuck), 'subject')} cannot go on"
        since = min(each.since for each in status.stuck)
        yield Need(kind=NeedKind.STUCK, message=message, command="dayone dead-letters list", since=since)
    if status.failed:
        message = f"operations of {_counted(len(status.failed), 'subject')} have failed, and are tried again"
        since = failed_since(status.failed[0])
        yield Need(kind=NeedKind.FAILED, message=message, command="dayone changes show CHANGE", since=since)
    if status.running:
        message = f"{_counted(len(status.running), 'change is', 'changes are')} under way for over 15 minutes"
        since = status.running[0].cause.at
        yield Need(kind=NeedKind.RUNNING, message=message, command="dayone changes show CHANGE", since=since)


def _about_queues(status: SystemStatus) -> Iterator[Need]:
    for name, depth in status.queues.items():
        oldest = timedelta(seconds=depth.oldest_seconds or 0) if depth else None
        if oldest is None:
            message = f"the queue {name} cannot be read"
        elif oldest > status.late.message and not name.endswith(DEAD_LETTERS):
            message = f"the oldest of {_counted(_messages(depth), 'message')} in the queue {name} has waited {oldest}"
        else:
            continue
        yield Need(kind=NeedKind.QUEUE, message=message, command="dayone setup check")
    if status.dead_letters:
        message = f"{_counted(status.dead_letters, 'dead letter')}: messages that failed permanently"
        yield Need(kind=NeedKind.DEAD_LETTERS, message=message, command="dayone dead-letters list")


def _about_hr(status: SystemStatus) -> Iterator[Need]:
    for hr in (each for each in status.hr if each.is_refused):
        why = ", ".join(f"{count.number} by {count.reason}" for count in hr.refused)
        message = f"deliveries of the HR source {hr.source} are refused today: {why}; none was accepted since"
        yield Need(kind=NeedKind.HR_REFUSED, message=message, command="dayone hr configuration", since=hr.accepted_at)


def _about_rounds(status: SystemStatus) -> Iterator[Need]:
    if status.swept_at and status.at - status.swept_at > status.late.sweep:
        message = "the sweep has stopped: what comes due, such as last days, is not noticed"
        yield Need(kind=NeedKind.SWEEP, message=message, command="dayone setup check", since=status.swept_at)
    for message in status.health.hr_configuration:
        yield Need(kind=NeedKind.HR_CONFIGURATION, message=message, command="dayone hr configuration")
    inventory_at = status.health.inventory_at
    if inventory_at and status.at - inventory_at > status.late.inventory:
        message = "the inventory has stopped: what others change in Identity Center is not noticed"
        yield Need(kind=NeedKind.INVENTORY, message=message, command="dayone inventory show", since=inventory_at)
    if status.health.drift:
        message = f"Identity Center differs from the record: {status.health.drift_in_words} ({status.health.as_of})"
        yield Need(kind=NeedKind.DRIFT, message=message, command="dayone drift list")


def _counted(number: int, name: str, many: str = "") -> str:
    return f"{number} {name if number == 1 else many or name + 's'}"
