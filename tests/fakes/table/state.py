"""Stored state, in memory: the dictionaries that the fakes of the state ports share."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from dayone.model.audit import GENESIS, AuditEntry, AuditRecord, Seals, link
from dayone.model.changes import Cause, Change, Share
from dayone.model.failures import FailedWork, Stuck, StuckKind
from dayone.model.grants import Grant
from dayone.model.hr_sources import HrVersions
from dayone.model.monitoring import RefusedDeliveries
from dayone.model.operations import OPEN_STATES, Applied, Lane, Operation, lane_of, order_of
from dayone.model.policy.context import PolicyVersion
from dayone.model.policy.origins import Origins
from dayone.model.policy.rules import Reservations
from dayone.model.recovery import Recovery, TableIdentity
from dayone.model.subject_state import FactVersion, Head, Plan, Portion
from dayone.model.subjects import ResourceOf, Subject
from tests.fakes.pages import Grouped

# The audit log's only lane.
LANE = "operations"


@dataclass
class State:
    table_id: str = "table-1"
    identity: TableIdentity | None = field(default_factory=lambda: TableIdentity(table_id="table-1"))
    recovery: Recovery | None = None
    heads: Grouped[Subject, Head] = field(default_factory=lambda: Grouped(lambda _, head: head.claims))
    applied: Grouped[ResourceOf, Applied] = field(default_factory=lambda: Grouped(lambda of, _: [of.subject]))
    operations: dict[tuple[str, str], Operation] = field(default_factory=dict)
    begun: dict[tuple[str, str], None] = field(default_factory=dict)
    waiting: dict[Lane, list[tuple[str, str, str]]] = field(default_factory=dict)
    parked: dict[ResourceOf, list[tuple[str, str, str]]] = field(default_factory=dict)
    of_plan: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)
    plans: dict[tuple[str, Subject], Plan] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    shares: dict[tuple[str, Subject], Share] = field(default_factory=dict)
    existing: int = 0
    removals: dict[date, int] = field(default_factory=dict)
    additions: dict[date, int] = field(default_factory=dict)
    requeued: dict[str, tuple[Subject, ...]] = field(default_factory=dict)
    expired: dict[date, int] = field(default_factory=dict)
    deliveries: dict[str, str] = field(default_factory=dict)
    heard: dict[tuple[Subject, str], FactVersion] = field(default_factory=dict)
    echoes: set[str] = field(default_factory=set)
    former_holders: dict[str, str] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    failed: dict[Subject, FailedWork] = field(default_factory=dict)
    given_up: dict[tuple[str, Subject], str] = field(default_factory=dict)
    stuck: dict[tuple[StuckKind, str], Stuck] = field(default_factory=dict)
    portions: dict[tuple[str, int], Portion] = field(default_factory=dict)
    kept_policies: dict[int, PolicyVersion] = field(default_factory=dict)
    policy_in_force: int = 0
    reservations: Reservations = field(default_factory=Reservations)
    origins: Origins = field(default_factory=Origins)
    hr_versions: HrVersions = field(default_factory=HrVersions)
    accepted: dict[str, datetime] = field(default_factory=dict)
    log: list[tuple[AuditEntry, str]] = field(default_factory=list)
    swept_at: datetime | None = None
    delivered_on: dict[str, set[date]] = field(default_factory=dict)
    delivered_at: dict[str, datetime] = field(default_factory=dict)
    refused_deliveries: dict[tuple[date, str, str], RefusedDeliveries] = field(default_factory=dict)

    def operation(self, existing: Operation) -> Operation | None:
        """As it stands now."""
        return self.operations.get((existing.change, existing.id))

    def store(self, operation: Operation, *, begun: bool | None = None) -> None:
        """Keep it; `begun` says whether an attempt has, and None that this is as it was."""
        key = (operation.change, operation.id)
        was_begun = key in self.begun
        if existing := self.operations.get(key):
            self._unlist(existing)
        self.operations[key] = operation
        self.of_plan.setdefault((operation.change, operation.id.rpartition("/")[0]), {})[operation.id] = None
        self.begun.pop(key, None)
        if operation.state not in OPEN_STATES:
            return
        if was_begun if begun is None else begun:
            self.begun[key] = None
        else:
            insort(self._list_of(operation), (order_of(operation), *key))

    def open_operations(self) -> list[Operation]:
        """The most urgent first."""
        listed = [pair[1:] for waiting in (*self.waiting.values(), *self.parked.values()) for pair in waiting]
        return sorted((self.operations[pair] for pair in (*self.begun, *listed)), key=order_of)

    def _unlist(self, operation: Operation) -> None:
        waiting = self._list_of(operation)
        listed = (order_of(operation), operation.change, operation.id)
        place = bisect_left(waiting, listed)
        if waiting[place : place + 1] == [listed]:
            del waiting[place]
        if operation.is_parked and operation.awaits and not waiting:
            del self.parked[operation.awaits]

    def _list_of(self, operation: Operation) -> list[tuple[str, str, str]]:
        if operation.is_parked and operation.awaits:
            return self.parked.setdefault(operation.awaits, [])
        return self.waiting.setdefault(lane_of(operation), [])

    def change_for(self, cause: Cause) -> Change:
        """The change of this cause, which has one subject unless it was opened before."""
        return self.changes.setdefault(cause.change, Change(cause=cause))

    def count(self, operation: Operation, *, left: int, **counts: int) -> None:
        """Add to the counts of an operation's change and of its subject there, and to what the lane has left."""
        change, key = self.changes[operation.change], (operation.change, operation.subject)
        lanes = Counter(change.left)
        lanes[lane_of(operation)] += left
        # What is held, and what comes of it later, are counted by the same name.
        shown = change.held_version + max(0, counts.get("held", 0))
        lanes_left = {lane: lanes[lane] for lane in +lanes}
        self.changes[operation.change] = replace(_more(change, counts), left=lanes_left, held_version=shown)
        self.shares[key] = _more(self.shares.get(key, Share(subject=operation.subject)), counts)

    def record(self, entry: AuditEntry) -> None:
        previous_day = self.log[-1][0].at.date().isoformat() if self.log else ""
        number = len(self.log) + 1
        record = AuditRecord(entry=entry, lane=LANE, number=number, previous_day=previous_day, seals=_seals(number))
        self.log.append((entry, link(record, previous=self.log[-1][1] if self.log else GENESIS)))

    def audit_records(self) -> list[AuditRecord]:
        """The log as one lane."""
        days = ["", *(entry.at.date().isoformat() for entry, _ in self.log)]
        return [
            AuditRecord(
                entry=entry,
                lane=LANE,
                number=number,
                previous_day=days[number - 1],
                seals=_seals(number),
                hash=digest,
            )
            for number, (entry, digest) in enumerate(self.log, start=1)
        ]


def _seals(number: int) -> Seals:
    return Seals(salt=f"{number:032x}")


def _more[T: (Change, Share)](existing: T, counts: Mapping[str, int]) -> T:
    return replace(existing, **{name: getattr(existing, name) + number for name, number in counts.items()})
