"""The ports to the state as the contract tests see them: in memory, or over a local DynamoDB."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dayone.adapters.dynamodb_changes import DynamoChanges
from dayone.adapters.dynamodb_company import DynamoCompany
from dayone.adapters.dynamodb_due_work import DynamoDueWork
from dayone.adapters.dynamodb_echoes import DynamoEchoes
from dayone.adapters.dynamodb_failed_subjects import DynamoFailedSubjects
from dayone.adapters.dynamodb_grants import DynamoGrants
from dayone.adapters.dynamodb_held_removals import DynamoHeldRemovals
from dayone.adapters.dynamodb_history import DynamoHistory
from dayone.adapters.dynamodb_known_subjects import DynamoKnownSubjects
from dayone.adapters.dynamodb_ledger import DynamoLedger
from dayone.adapters.dynamodb_operation_queue import DynamoOperationQueue
from dayone.adapters.dynamodb_parked import DynamoParkedOperations
from dayone.adapters.dynamodb_policies import DynamoPolicies
from dayone.adapters.dynamodb_policy_archive import DynamoPolicyArchive
from dayone.adapters.dynamodb_portions import DynamoPortions
from dayone.adapters.dynamodb_progress import DynamoProgress
from dayone.adapters.dynamodb_records import DynamoRecords
from dayone.adapters.dynamodb_revoked_sessions import DynamoRevokedSessions
from dayone.adapters.dynamodb_stuck import DynamoStuckNotes, DynamoStuckSubjects
from dayone.adapters.dynamodb_subjects import DynamoSubjects
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_turn import DynamoTurn
from dayone.domain.audit import AuditEntry, AuditRecord
from dayone.domain.operations import Lane, Operation, order_of
from dayone.domain.policy import GroupRule, Location, Policy, PolicyVersion
from dayone.ports.company import Company, Portions
from dayone.ports.echoes import Echoes
from dayone.ports.failed_work import FailedSubjects
from dayone.ports.grants import Grants
from dayone.ports.guardrails import HeldRemovals, Ledger
from dayone.ports.history import History
from dayone.ports.operations import OperationQueue, ParkedOperations, Turn
from dayone.ports.progress import Progress
from dayone.ports.records import KnownSubjects, Records
from dayone.ports.sessions import RevokedSessions
from dayone.ports.state import Changes, DueWork, Policies, PolicyArchive, Subjects
from dayone.ports.stuck import StuckNotes, StuckSubjects
from tests.contract.state_tables import chains_in
from tests.fakes.history import MemoryHistory
from tests.fakes.parked import MemoryParkedOperations
from tests.fakes.queues import MemoryTurn
from tests.fakes.sessions import MemoryRevokedSessions
from tests.fakes.state import State
from tests.fakes.state_company import MemoryCompany, MemoryPortions
from tests.fakes.state_echoes import MemoryEchoes
from tests.fakes.state_failed import MemoryFailedSubjects, MemoryStuck
from tests.fakes.state_grants import MemoryGrants
from tests.fakes.state_held import MemoryHeldRemovals, MemoryLedger
from tests.fakes.state_known import MemoryKnownSubjects
from tests.fakes.state_operations import MemoryOperationQueue
from tests.fakes.state_policies import MemoryChanges, MemoryPolicies, MemoryPolicyArchive
from tests.fakes.state_progress import MemoryProgress
from tests.fakes.state_records import MemoryRecords
from tests.fakes.state_subjects import MemoryDueWork, MemorySubjects

Chain = list[AuditRecord]
type Connect = Callable[[], Any]


@dataclass(frozen=True, kw_only=True)
class StatePorts:
    """Every port over the same state, the chains of its audit log, and how often a policy's text was parsed."""

    subjects: Subjects
    due_work: DueWork
    failed: FailedSubjects
    notes: StuckNotes
    stuck: StuckSubjects
    queue: OperationQueue
    waiting: ParkedOperations
    turn: Turn
    policies: Policies
    archive: PolicyArchive
    changes: Changes
    grants: Grants
    records: Records
    history: History
    known: KnownSubjects
    progress: Progress
    ledger: Ledger
    held: HeldRemovals
    company: Company
    portions: Portions
    echoes: Echoes
    revoked: RevokedSessions
    chains: Callable[[], list[Chain]]
    parsed: list[int]

    def runnable(self, *, limit: int) -> list[Operation]:
        """Open operations of all lanes, the most urgent first, begun or not."""
        listed = [one for lane in Lane for one in self.queue.waiting(lane, after="", limit=1000)]
        return sorted([*self.queue.begun(), *self.queue.read(listed)], key=order_of)[:limit]

    def logged(self) -> list[AuditEntry]:
        return [record.entry for chain in self.chains() for record in chain]


@dataclass(frozen=True)
class StateTable:
    """A fresh table: its name, a client that sees exactly what the adapters do, and what makes another one."""

    client: Any
    name: str
    connect: Connect
    pause: Callable[[float], None] = time.sleep

    def wrapped(self) -> DynamoTable:
        return DynamoTable(self.client, self.name, pause=self.pause)


def ports_in_memory() -> StatePorts:
    state, parsed = State(), list[int]()
    return StatePorts(
        subjects=MemorySubjects(state),
        due_work=MemoryDueWork(state),
        failed=MemoryFailedSubjects(state),
        notes=MemoryStuck(state),
        stuck=MemoryStuck(state),
        queue=MemoryOperationQueue(state),
        waiting=MemoryParkedOperations(state),
        turn=MemoryTurn(),
        policies=MemoryPolicies(state, parse=lambda version: _parse(version, parsed)),
        archive=MemoryPolicyArchive(state),
        changes=MemoryChanges(state),
        grants=MemoryGrants(state),
        records=MemoryRecords(state),
        history=MemoryHistory(state),
        known=MemoryKnownSubjects(state),
        progress=MemoryProgress(state),
        ledger=MemoryLedger(state),
        held=MemoryHeldRemovals(state),
        company=MemoryCompany(state),
        portions=MemoryPortions(state),
        echoes=MemoryEchoes(state),
        revoked=MemoryRevokedSessions(state),
        chains=lambda: [state.audit_records()],
        parsed=parsed,
    )


def ports_over(state_table: StateTable) -> StatePorts:
    table, parsed = state_table.wrapped(), list[int]()
    return StatePorts(
        subjects=DynamoSubjects(table),
        due_work=DynamoDueWork(table),
        failed=DynamoFailedSubjects(table),
        notes=DynamoStuckNotes(table),
        stuck=DynamoStuckSubjects(table),
        queue=DynamoOperationQueue(table),
        waiting=DynamoParkedOperations(table),
        turn=DynamoTurn(table),
        policies=DynamoPolicies(table, parse=lambda version: _parse(version, parsed)),
        archive=DynamoPolicyArchive(table),
        changes=DynamoChanges(table),
        grants=DynamoGrants(table),
        records=DynamoRecords(table),
        history=DynamoHistory(table),
        known=DynamoKnownSubjects(table),
        progress=DynamoProgress(table),
        ledger=DynamoLedger(table),
        held=DynamoHeldRemovals(table),
        company=DynamoCompany(table),
        portions=DynamoPortions(table),
        echoes=DynamoEchoes(table),
        revoked=DynamoRevokedSessions(table),
        chains=lambda: chains_in(state_table.client, state_table.name),
        parsed=parsed,
    )


def _parse(version: PolicyVersion, parsed: list[int]) -> Policy:
    parsed.append(version.version)
    group = GroupRule(name=version.text, description="", members=(), location=Location(version.file, 1))
    return Policy(version=version.version, groups=(group,))
