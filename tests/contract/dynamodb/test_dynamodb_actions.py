"""Each adapter to the state table makes exactly the calls that it says its function's role must allow."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.model import OperationModel

from dayone.adapters.company_plans import DynamoCompanyPlans
from dayone.adapters.dynamodb.changes import DynamoChanges, DynamoHistory, DynamoProgress
from dayone.adapters.dynamodb.guardrails import DynamoGrants, DynamoHeldParts
from dayone.adapters.dynamodb.hr import (
    DynamoDueHints,
    DynamoHrVersions,
    DynamoRecordedHrVersions,
    DynamoRosters,
    DynamoWaitingHints,
)
from dayone.adapters.dynamodb.idempotency import DynamoAcceptances, DynamoEchoes
from dayone.adapters.dynamodb.leases import (
    DynamoDueWork,
    DynamoOpenChanges,
    DynamoOpenMarks,
    DynamoPortions,
    DynamoTurn,
)
from dayone.adapters.dynamodb.ledger import DynamoLedger
from dayone.adapters.dynamodb.operations import DynamoOperationQueue
from dayone.adapters.dynamodb.parked import (
    DynamoFailedSubjects,
    DynamoParkedOperations,
    DynamoStuckNotes,
    DynamoStuckSubjects,
)
from dayone.adapters.dynamodb.personal_data import DynamoPersonalData
from dayone.adapters.dynamodb.policies import DynamoPolicies, DynamoPolicyArchive, DynamoPolicyInForce
from dayone.adapters.dynamodb.read_models import DynamoCompany, DynamoRecords, DynamoSubjectIndex
from dayone.adapters.dynamodb.subjects import DynamoSubjects
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.model.changes import CauseKind, Change, ChangeFilter, Decision
from dayone.model.commands import FetchHrRecord
from dayone.model.failures import Stuck, StuckKind
from dayone.model.hr_sources import ALL_SOURCES, DEFAULT, ChangeNotification, HrVersion, HrVersions, HrVersionState
from dayone.model.operations import Lane, OperationState
from dayone.model.personal_data import personal_names
from dayone.model.policy.company_plans import CompanyPlan, PlanState, PlanStep
from dayone.model.policy.context import Reservation
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import FactVersion, Head, Portion
from dayone.model.subjects import Subject, SubjectKind, group_named
from dayone.ports.hr import Roster
from dayone.ports.idempotency import Echo
from dayone.ports.personal_data import Erasure
from dayone.ports.store import GrantFilter
from tests.contract.grant_samples import granted, on_record
from tests.contract.state_ports import StatePorts, StateTable, ports_over
from tests.contract.state_samples import (
    ADA,
    BOB,
    HIRED,
    LEFT,
    MOVED,
    NOW,
    SHOP,
    USER,
    cause,
    confirmed,
    done,
    doubtful,
    end,
    entry,
    in_group,
    parked,
    plan,
    planned,
)

pytest_plugins = ("tests.contract.state_fixtures",)

# A transaction needs the permission of each of its writes. Source: DynamoDB Developer Guide, "IAM and transactions".
_WRITES = {
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Delete": "dynamodb:DeleteItem",
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
}
_PEOPLE = Subject(SubjectKind.HR_SOURCE, "people")
_HINT = FetchHrRecord(subject=_PEOPLE, cause=cause(), notification=ChangeNotification(record="r-1", at=NOW))


class Watched:
    """The table through a client of its own, which notes what is asked of DynamoDB."""

    def __init__(self, client: Any, name: str) -> None:  # noqa: ANN401 - any client of DynamoDB
        self.actions: set[str] = set()
        client.meta.events.register("provide-client-params", self._note)
        self.table = DynamoTable(client, name)

    def _note(self, params: Mapping[str, Any], model: OperationModel, **_: object) -> None:
        if model.name == "TransactWriteItems":
            self.actions |= {_WRITES[kind] for write in params["TransactItems"] for kind in write}
        else:
            self.actions.add(f"dynamodb:{model.name}")


@pytest.fixture
def watched(state_table: StateTable) -> Watched:
    return Watched(state_table.connect(), state_table.name)


@pytest.fixture
def others(state_table: StateTable) -> StatePorts:
    return ports_over(state_table)


def test_subjects(watched: Watched, others: StatePorts) -> None:
    subjects = DynamoSubjects(watched.table)
    many = [in_group(f"g{number}") for number in range(120)]
    before = subjects.load(ADA).head
    subjects.commit(plan(before, USER, audit=[entry()]))
    subjects.commit(plan(subjects.load(BOB).head, *many))
    of_many = plan(subjects.load(SHOP).head, change=MOVED)
    subjects.commit(replace(of_many, cause=replace(of_many.cause, kind=CauseKind.POLICY)))
    subjects.is_planned(ADA, change=HIRED)
    subjects.names(ADA.kind, after="", limit=9)
    subjects.claimed("email#ada@example.com")
    assert len(others.runnable(limit=200)) == 121
    assert watched.actions == DynamoSubjects.ACTIONS


def test_company(watched: Watched, others: StatePorts) -> None:
    planned(others, ADA)
    assert DynamoCompany(watched.table).states(ADA.kind, after="", limit=9)
    assert watched.actions == DynamoCompany.ACTIONS


def test_acceptances(watched: Watched) -> None:
    acceptances = DynamoAcceptances(watched.table)
    acceptances.keep([_HINT], now=NOW)
    assert acceptances.includes(_HINT)
    assert watched.actions == DynamoAcceptances.ACTIONS


def test_portions(watched: Watched) -> None:
    portions = DynamoPortions(watched.table)
    for _ in range(2):
        portions.keep(HIRED, Portion(number=0, subjects=(ADA,), total=1, last=None))
    assert watched.actions == DynamoPortions.ACTIONS


def test_echoes(watched: Watched) -> None:
    echoes = DynamoEchoes(watched.table)
    forget_at = NOW + timedelta(days=30)
    version = FactVersion(at=NOW, digest="d")
    echoes.note(Echo(cause=cause(), subject=ADA, source="s", version=version, delivery="m-1", forget_at=forget_at))
    assert echoes.heard(ADA) == {"s": version}
    assert not echoes.is_counted(HIRED)
    assert watched.actions == DynamoEchoes.ACTIONS


def test_due_work(watched: Watched, others: StatePorts) -> None:
    planned(others, ADA, USER, due_at=NOW)
    due_work = DynamoDueWork(watched.table)
    assert due_work.has_runnable()
    assert due_work.due(now=NOW, limit=9)
    due_work.note_sweep(NOW)
    assert due_work.last_sweep() == NOW
    assert watched.actions == DynamoDueWork.ACTIONS


def test_failed_subjects(watched: Watched, others: StatePorts) -> None:
    (operation,) = planned(others, ADA, USER).operations
    done(others, operation, state=OperationState.FAILED)
    failed_subjects = DynamoFailedSubjects(watched.table)
    (failed,) = failed_subjects.all()
    failed_subjects.keep(failed)
    failed_subjects.forget(ADA)
    assert watched.actions == DynamoFailedSubjects.ACTIONS


def test_noting_what_is_stuck_and_reading_it(watched: Watched) -> None:
    notes = DynamoStuckNotes(watched.table)
    notes.keep(Stuck(kind=StuckKind.MESSAGE, subject="person:e-1", since=NOW, reason="no"), now=NOW)
    notes.forget(StuckKind.MESSAGE, "person:e-1")
    assert watched.actions == DynamoStuckNotes.ACTIONS
    notes.keep(Stuck(kind=StuckKind.HR_RECORD, subject="person:e-1", since=NOW, reason="no", source="s"), now=NOW)
    watched.actions.clear()
    DynamoStuckSubjects(watched.table).all(now=NOW)
    assert watched.actions == DynamoStuckSubjects.ACTIONS


def test_operation_queue(watched: Watched, others: StatePorts) -> None:
    planned(others, ADA, USER, in_group("a"), in_group("b"))
    queue = DynamoOperationQueue(watched.table)
    first, second, third = others.runnable(limit=9)
    queue.waiting(Lane.USERS, after="", limit=9)
    queue.siblings(first)
    queue.generation_of(ADA)
    queue.is_released(first)
    queue.applied([first.target])
    for operation in (first, second):
        queue.begin(operation, doubt=doubtful(operation))
    assert queue.begun() == []
    queue.submit(first, request_id="r-1", at=NOW)
    assert [operation.id for operation in queue.begun()] == [first.id]
    queue.finish([end(first, applied=confirmed(USER))])
    queue.settle(second, applied=None, doubt=doubtful(second))
    queue.postpone(second, until=NOW, because="slow down")
    (waiting,) = queue.park([parked(third, on=group_named("a"))])
    assert queue.has_parked()
    assert queue.parked(group_named("a"), after="", limit=9)[0] == [waiting]
    waiting = queue.hold_behind(queue.hold_behind(waiting, change=MOVED), change="")
    assert (queue.held_by(waiting.target), queue.held_use("ViewOnly", ["111122223333"])) == ("", None)
    queue.unpark([queue.hold_behind(waiting, change=MOVED)])
    queue.finish([end(second, gone=[in_group("c")])])
    assert watched.actions == DynamoOperationQueue.ACTIONS


def test_parked_operations(watched: Watched, others: StatePorts) -> None:
    (operation,) = planned(others, ADA, USER).operations
    others.queue.park([parked(operation, on=group_named("a"))])
    waiting = DynamoParkedOperations(watched.table)
    (first,) = waiting.first_parked(limit=9, start=0.5)
    waiting.probe(first)
    assert watched.actions == DynamoParkedOperations.ACTIONS


def test_turn(watched: Watched) -> None:
    turn = DynamoTurn(watched.table)
    assert turn.take("a", now=NOW, until=NOW)
    assert turn.learned() is None
    turn.give_back("a")
    assert watched.actions == DynamoTurn.ACTIONS


def test_policies(watched: Watched, others: StatePorts) -> None:
    version = others.archive.add("a", file="policy.yaml", actor="ops", at=NOW, change=HIRED).version
    policies = DynamoPolicies(watched.table, parse=lambda kept: Policy(version=kept.version))
    policies.activate(version, audit=entry())
    policies.lift(version, Reservation.HOLD)
    assert policies.current().version == policies.current_version() == version
    assert watched.actions == DynamoPolicies.ACTIONS


def test_policy_in_force(watched: Watched, others: StatePorts) -> None:
    version = others.archive.add("a", file="policy.yaml", actor="ops", at=NOW, change=HIRED).version
    others.policies.activate(version, audit=entry())
    in_force = DynamoPolicyInForce(watched.table, parse=lambda kept: Policy(version=kept.version))
    assert in_force.current().version == version
    assert watched.actions == DynamoPolicyInForce.ACTIONS


def test_policy_archive(watched: Watched) -> None:
    archive = DynamoPolicyArchive(watched.table)
    archive.add("a", file="policy.yaml", actor="ops", at=NOW, change=HIRED)
    archive.current()
    archive.version(1)
    archive.versions(cursor="", limit=1)
    assert watched.actions == DynamoPolicyArchive.ACTIONS


def test_changes(watched: Watched, others: StatePorts) -> None:
    changes = DynamoChanges(watched.table)
    before = planned(others, ADA, USER, change=LEFT)
    waiting = others.queue.park([parked(operation, on=group_named("a")) for operation in before.operations])
    others.queue.hold_behind(waiting[0], change=MOVED)
    changes.failed_in_plan(before.after)
    changes.unpark_plan(before.after)
    changes.unpark_earlier(before.after)
    changes.open(cause())
    changes.expect(HIRED, subjects=2)
    for _ in range(2):
        changes.decide(HIRED, Decision(is_approved=True, actor="ops", at=NOW), expected_version=0, audit=entry())
    assert watched.actions == DynamoChanges.ACTIONS


def test_personal_data(watched: Watched, others: StatePorts) -> None:
    others.subjects.commit(plan(Head(subject=ADA), USER, audit=[entry()]))
    others.portions.keep(HIRED, Portion(number=0, subjects=(ADA,), total=1, last=None))
    state, data = others.subjects.load(ADA), DynamoPersonalData(watched.table)
    assert not data.is_forgotten(LEFT)
    assert data.erase(personal_names(state), Erasure(), is_over=lambda: False).rewritten == 1
    data.forget(cause(LEFT), state.head, notes=(), audit=entry(BOB, change=LEFT))
    assert watched.actions == DynamoPersonalData.ACTIONS


def test_records(watched: Watched, others: StatePorts) -> None:
    planned(others, ADA, USER, change=LEFT)
    records = DynamoRecords(watched.table)
    records.plan_of(records.subject(ADA).head)
    records.change(LEFT)
    records.operations(LEFT, cursor="", limit=1)
    records.members("a", cursor="", limit=1)
    records.assignments_of("a", cursor="", limit=1)
    assert watched.actions == DynamoRecords.ACTIONS


def test_known_subjects(watched: Watched, others: StatePorts) -> None:
    planned(others, ADA, USER)
    existing = DynamoSubjectIndex(watched.table)
    existing.listed(ADA.kind, cursor="", limit=1)
    existing.brief([ADA])
    existing.holder_of("user-name:ada")
    assert watched.actions == DynamoSubjectIndex.ACTIONS


def test_history(watched: Watched, others: StatePorts) -> None:
    planned(others, ADA, USER, change=LEFT)
    history = DynamoHistory(watched.table)
    assert history.changes(ChangeFilter(subject=ADA), cursor="", limit=1).entries == [history.glance(LEFT)]
    assert watched.actions == DynamoHistory.ACTIONS


def test_open_changes(watched: Watched, others: StatePorts) -> None:
    (operation,) = planned(others, ADA, USER, change=LEFT).operations
    swept = DynamoOpenChanges(watched.table)
    swept.sweep(before=NOW + timedelta(days=400), limit=9)
    done(others, operation)
    swept.sweep(before=NOW + timedelta(days=400), limit=9)
    assert watched.actions == DynamoOpenChanges.ACTIONS
    watched.actions.clear()
    # When nothing has happened nothing is written.
    swept.sweep(before=NOW + timedelta(days=400), limit=9)
    assert watched.actions == {"dynamodb:GetItem", "dynamodb:Query"}


def test_open_marks(watched: Watched) -> None:
    DynamoOpenMarks(watched.table).mark([cause().place])
    assert watched.actions == DynamoOpenMarks.ACTIONS


def test_progress(watched: Watched, others: StatePorts) -> None:
    planned(others, ADA, USER, change=LEFT)
    progress = DynamoProgress(watched.table)
    progress.of_accounts(LEFT, cursor="", limit=1)
    progress.failed(LEFT, after="", limit=1)
    progress.before(Change(cause=cause()), Lane.USERS)
    assert progress.planned(LEFT, [ADA]) == {ADA}
    assert watched.actions == DynamoProgress.ACTIONS


def test_grants(watched: Watched, others: StatePorts) -> None:
    on_record(others, granted("01G", to=ADA))
    grants = DynamoGrants(watched.table)
    assert grants.find("01G") is not None
    assert grants.listed(GrantFilter(person=ADA.name), cursor="", limit=9).entries
    assert watched.actions == DynamoGrants.ACTIONS


def test_company_plans(watched: Watched) -> None:
    plans, plan = DynamoCompanyPlans(watched.table), CompanyPlan(id="01P", created_at=NOW, in_force="0-none")
    plans.add(plan, request=b"asked")
    assert plans.find("01P", now=NOW) == plan
    plans.keep(plan, PlanStep(portion=0, number=0), content=b"found")
    assert list(plans.contents("01P")) == [b"found"]
    plans.end(plan, state=PlanState.COMPLETE, at=NOW, result=b"all")
    assert watched.actions == DynamoCompanyPlans.ACTIONS


def test_ledger(watched: Watched) -> None:
    ledger = DynamoLedger(watched.table)
    ledger.tally(LEFT, day=NOW.date())
    ledger.expired([NOW.date()])
    assert watched.actions == DynamoLedger.ACTIONS


def test_held_removals(watched: Watched, others: StatePorts) -> None:
    made = plan(others.subjects.load(ADA).head, in_group("a"), change=LEFT)
    operations = tuple(replace(operation, state=OperationState.HELD) for operation in made.operations)
    others.subjects.commit(replace(made, operations=operations))
    held = DynamoHeldParts(watched.table)
    assert held.subjects(LEFT, after="", limit=99) == ([ADA], "")
    held.decide(others.subjects.load(ADA).head, held=(), audit=[entry()])
    held.release(LEFT, [operation.id for operation in operations])
    assert watched.actions == DynamoHeldParts.ACTIONS


def test_waiting_hints(watched: Watched) -> None:
    waiting = DynamoWaitingHints(watched.table)
    waiting.wait(_HINT, until=NOW, because="down")
    waiting.done(_HINT)
    waiting.know("gusto", "r-1", person="e-1")
    assert waiting.person_of("gusto", "r-1") == "e-1"
    assert watched.actions == DynamoWaitingHints.ACTIONS


def test_due_hints(watched: Watched, state_table: StateTable) -> None:
    DynamoWaitingHints(state_table.wrapped()).wait(_HINT, until=NOW, because="down")
    assert DynamoDueHints(watched.table).due(now=NOW, limit=9)
    assert watched.actions == DynamoDueHints.ACTIONS


def test_rosters(watched: Watched) -> None:
    rosters = DynamoRosters(watched.table)
    for people in ({"e-1": "a"}, {"e-1": "b", "e-2": "a"}):
        rosters.keep("people", Roster(at=NOW, people=people))
    rosters.refuse(cause(), subject=_HINT.subject, because="empty", audit=entry(_HINT.subject))
    assert watched.actions == DynamoRosters.ACTIONS


def test_hr_versions(watched: Watched) -> None:
    version = HrVersion(number=1, text=DEFAULT, at=NOW, state=HrVersionState.IN_FORCE)
    DynamoHrVersions(watched.table).keep(version, before=HrVersions(), audit=entry(ALL_SOURCES))
    assert watched.actions == DynamoHrVersions.ACTIONS


def test_recorded_hr_versions(watched: Watched) -> None:
    DynamoRecordedHrVersions(watched.table).versions()
    assert watched.actions == DynamoRecordedHrVersions.ACTIONS
