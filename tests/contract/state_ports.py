"""The ports to the state as the contract tests see them: in memory, or over a local DynamoDB."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dayone.adapters.company_plans import DynamoCompanyPlans
from dayone.adapters.dynamodb.changes import DynamoChanges, DynamoHistory, DynamoProgress
from dayone.adapters.dynamodb.guardrails import DynamoGrants, DynamoHeldParts
from dayone.adapters.dynamodb.idempotency import DynamoEchoes
from dayone.adapters.dynamodb.leases import DynamoDueWork, DynamoPortions, DynamoRevokedSessions, DynamoTurn
from dayone.adapters.dynamodb.ledger import DynamoLedger
from dayone.adapters.dynamodb.operations import DynamoOperationQueue
from dayone.adapters.dynamodb.parked import (
    DynamoFailedSubjects,
    DynamoParkedOperations,
    DynamoStuckNotes,
    DynamoStuckSubjects,
)
from dayone.adapters.dynamodb.personal_data import DynamoPersonalData
from dayone.adapters.dynamodb.policies import DynamoPolicies, DynamoPolicyArchive
from dayone.adapters.dynamodb.read_models import DynamoCompany, DynamoRecords, DynamoSubjectIndex
from dayone.adapters.dynamodb.subjects import DynamoSubjects
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.inventory import DynamoInventory, DynamoLookRequests
from dayone.model.audit import AuditEntry, AuditRecord
from dayone.model.operations import Lane, Operation, order_of
from dayone.model.policy.context import PolicyVersion
from dayone.model.policy.rules import GroupRule, Location, Policy
from dayone.ports.company_plans import CompanyPlans
from dayone.ports.idempotency import Echoes
from dayone.ports.inventory import Inventory, LookRequests
from dayone.ports.operations import FailedSubjects, OperationQueue, ParkedOperations, StuckNotes, StuckSubjects, Turn
from dayone.ports.organizations import RevokedSessions
from dayone.ports.personal_data import PersonalData
from dayone.ports.records import History, Progress, Records, SubjectIndex
from dayone.ports.store import (
    Changes,
    Company,
    DueWork,
    Grants,
    HeldParts,
    Ledger,
    Policies,
    PolicyArchive,
    Portions,
    Subjects,
)
from tests.contract.state_tables import chains_in
from tests.fakes.queues import MemoryTurn
from tests.fakes.sso.sessions import MemoryRevokedSessions
from tests.fakes.table.company import MemoryCompany, MemoryPortions
from tests.fakes.table.company_plans import MemoryCompanyPlans
from tests.fakes.table.echoes import MemoryEchoes
from tests.fakes.table.failed import MemoryFailedSubjects, MemoryStuck
from tests.fakes.table.grants import MemoryGrants
from tests.fakes.table.held import MemoryHeldParts, MemoryLedger
from tests.fakes.table.history import MemoryHistory
from tests.fakes.table.inventory import MemoryInventory
from tests.fakes.table.operations import MemoryOperationQueue
from tests.fakes.table.parked import MemoryParkedOperations
from tests.fakes.table.personal_data import MemoryPersonalData
from tests.fakes.table.policies import MemoryChanges, MemoryPolicies, MemoryPolicyArchive
from tests.fakes.table.progress import MemoryProgress
from tests.fakes.table.records import MemoryRecords
from tests.fakes.table.state import State
from tests.fakes.table.subject_index import MemorySubjectIndex
from tests.fakes.table.subjects import MemoryDueWork, MemorySubjects

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
    index: SubjectIndex
    progress: Progress
    ledger: Ledger
    held: HeldParts
    company: Company
    inventory: Inventory
    looks: LookRequests
    portions: Portions
    plans: CompanyPlans
    echoes: Echoes
    revoked: RevokedSessions
    personal_data: PersonalData
    chains: Callable[[], list[Chain]]
    parsed: list[int]

    def runnable(self, *, limit: int) -> list[Operation]:
        """Open operations of all lanes, the most urgent first, begun or not."""
        listed = [operation for lane in Lane for operation in self.queue.waiting(lane, after="", limit=1000)]
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


def _of_company(company: Company, portions: Portions, plans: CompanyPlans) -> dict[str, Any]:
    return {"company": company, "portions": portions, "plans": plans}


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
        index=MemorySubjectIndex(state),
        progress=MemoryProgress(state),
        ledger=MemoryLedger(state),
        held=MemoryHeldParts(state),
        **_of_company(MemoryCompany(state), MemoryPortions(state), MemoryCompanyPlans()),
        inventory=(kept := MemoryInventory()),
        looks=kept,
        echoes=MemoryEchoes(state),
        revoked=MemoryRevokedSessions(state),
        personal_data=MemoryPersonalData(state),
        **_seen(lambda: [state.audit_records()], parsed),
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
        index=DynamoSubjectIndex(table),
        progress=DynamoProgress(table),
        ledger=DynamoLedger(table),
        held=DynamoHeldParts(table),
        **_of_company(DynamoCompany(table), DynamoPortions(table), DynamoCompanyPlans(table)),
        inventory=DynamoInventory(table),
        looks=DynamoLookRequests(table),
        echoes=DynamoEchoes(table),
        revoked=DynamoRevokedSessions(table),
        personal_data=DynamoPersonalData(table),
        **_seen(lambda: chains_in(state_table.client, state_table.name), parsed),
    )


def _seen(chains: Callable[[], list[Chain]], parsed: list[int]) -> dict[str, Any]:
    return {"chains": chains, "parsed": parsed}


def _parse(version: PolicyVersion, parsed: list[int]) -> Policy:
    parsed.append(version.version)
    group = GroupRule(name=version.text, description="", members=(), location=Location(version.file, 1))
    return Policy(version=version.version, groups=(group,))
