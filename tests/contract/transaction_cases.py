"""Every method of an adapter that writes to the state in a transaction, called once after what it needs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from dayone.adapters.dynamodb.hr import DynamoHrDeliveries, DynamoHrVersions, DynamoRosters
from dayone.adapters.dynamodb.idempotency import DynamoRequestKeys
from dayone.adapters.dynamodb.leases import DynamoOpenChanges, DynamoOpenMarks, DynamoUnitNames
from dayone.adapters.dynamodb.read_models import DynamoStateTables
from dayone.model.changes import CauseKind, Decision
from dayone.model.failures import FailedWork
from dayone.model.guardrails import RemovalBudget
from dayone.model.hr_sources import HrVersion, HrVersions, HrVersionState
from dayone.model.monitoring import RefusalReason, RefusedDeliveries
from dayone.model.operations import Operation, OperationState
from dayone.model.personal_data import PersonalNames, personal_names
from dayone.model.policy.company_plans import CompanyPlan, PlanState, PlanStep
from dayone.model.policy.context import Reservation
from dayone.model.policy.rules import Reservations
from dayone.model.retry import Refusal
from dayone.model.subject_state import Head, Plan, Portion, ReceivedMessage
from dayone.model.subjects import Subject, SubjectKind, group_named
from dayone.ports.idempotency import GivenAnswer, RequestClaim
from dayone.ports.organizations import UnitName
from dayone.ports.personal_data import Erasure
from dayone.ports.state_tables import TableOwner
from tests.contract.grant_samples import granted
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
    assigned,
    begin,
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

_LATER = NOW + timedelta(minutes=1)
_UPLOAD: dict[str, Any] = {"file": "policy.yaml", "actor": "ops", "at": NOW, "change": HIRED}
_PEOPLE = Subject(SubjectKind.HR_SOURCE, "people")


@dataclass(frozen=True, kw_only=True)
class Adapters:
    """Adapters that write to one table."""

    state: StatePorts
    rosters: DynamoRosters
    hr_versions: DynamoHrVersions
    deliveries: DynamoHrDeliveries
    keys: DynamoRequestKeys
    units: DynamoUnitNames
    tables: DynamoStateTables
    marks: DynamoOpenMarks
    open_changes: DynamoOpenChanges
    table: str


def adapters_over(state_table: StateTable) -> Adapters:
    table = state_table.wrapped()
    return Adapters(
        state=ports_over(state_table),
        rosters=DynamoRosters(table),
        hr_versions=DynamoHrVersions(table),
        deliveries=DynamoHrDeliveries(table),
        keys=DynamoRequestKeys(table),
        units=DynamoUnitNames(table),
        tables=DynamoStateTables(state_table.client),
        marks=DynamoOpenMarks(table),
        open_changes=DynamoOpenChanges(table),
        table=state_table.name,
    )


@dataclass(frozen=True, kw_only=True)
class Case:
    """A call, and what has to be there before it, whose result the call is given.

    With `leaves_doubt` one that is cut short may leave a doubt, which it takes for what was there when made again.
    `takes_back` is whether a call that others keep from getting through takes back what it wrote before that.
    """

    name: str
    prepare: Callable[[Adapters], Any]
    call: Callable[[Adapters, Any], object]
    takes_back: bool = False
    leaves_doubt: bool = False


def _company_plan(on: Adapters) -> CompanyPlan:
    made = CompanyPlan(id="01P", created_at=NOW, in_force="0-none", portions=35)
    on.state.plans.add(made, request=b"asked")
    return made


def _a_plan(on: Adapters) -> Plan:
    made = plan(on.state.subjects.load(ADA).head, USER, in_group("a"), audit=[entry()])
    after = replace(made.after, claims=("user-name:ada",), grants=(granted("01G", to=ADA),))
    budget = RemovalBudget(day=NOW.date(), count=1, at_most=4)
    delivery = ReceivedMessage(name="hr:standard:msg_1", forget_at=_LATER)
    return replace(made, after=after, removals=budget, delivery=delivery)


def _a_large_plan(on: Adapters) -> Plan:
    return plan(on.state.subjects.load(ADA).head, *(in_group(f"g{number:03}") for number in range(120)))


def _a_plan_of_many(on: Adapters) -> Plan:
    made = plan(on.state.subjects.load(ADA).head, USER, in_group("a"))
    return replace(made, cause=replace(made.cause, kind=CauseKind.POLICY))


def _commit_once(on: Adapters, made: Plan) -> None:
    if not on.state.subjects.is_planned(ADA, change=made.cause.change):
        on.state.subjects.commit(made)


def _an_operation(on: Adapters) -> Operation:
    return planned(on.state, ADA, USER).operations[0]


def _an_assignment(on: Adapters) -> Operation:
    return planned(on.state, SHOP, assigned("Admin", to="admins")).operations[0]


def _a_marked_change(on: Adapters) -> None:
    made = plan(on.state.subjects.load(ADA).head)
    on.state.subjects.commit(made)
    on.marks.mark([made.cause.place])


def _begun(on: Adapters) -> Operation:
    operation = _an_operation(on)
    return begin(on.state, operation)


def _an_older_operation(on: Adapters) -> Operation:
    operation = _an_operation(on)
    planned(on.state, ADA, in_group("a"), change=LEFT, token="b2")
    return operation


def _begin(on: Adapters, operation: Operation) -> object:
    own = on.state.queue.applied([operation.target]).get(operation.target)
    mark = confirmed(in_group("mark"))
    return on.state.queue.begin(operation, doubt=doubtful(operation), own=own, unsettled=mark)


def _two_begun(on: Adapters) -> list[Operation]:
    operations = [planned(on.state, subject, in_group("a"), change=LEFT).operations[0] for subject in (ADA, BOB)]
    for operation in operations:
        on.state.queue.begin(operation, doubt=doubtful(operation))
    return operations


def _finish(on: Adapters, operations: list[Operation]) -> None:
    on.state.queue.finish(
        [end(operation, applied=confirmed(operation.resource), gone=[in_group("c")]) for operation in operations]
    )


def _held(on: Adapters) -> list[str]:
    made = plan(on.state.subjects.load(ADA).head, *(in_group(f"g{number:03}") for number in range(60)), change=LEFT)
    operations = tuple(replace(operation, state=OperationState.HELD) for operation in made.operations)
    on.state.subjects.commit(replace(made, operations=operations))
    return [operation.id for operation in operations]


def _failed(on: Adapters) -> FailedWork:
    done(on.state, _an_operation(on), state=OperationState.FAILED)
    (failed,) = on.state.failed.all()
    return failed


def _upload(on: Adapters) -> int:
    return on.state.archive.add("a", **_UPLOAD).version


def _in_force(on: Adapters) -> int:
    version = _upload(on)
    on.state.policies.activate(version, audit=entry(), reservations=Reservations(hold="43 removals", replaced=(1,)))
    return version


def _give_up(on: Adapters) -> None:
    on.state.changes.give_up(cause(), subject=ADA, note="it cannot be read")


def _keep_hr_version(on: Adapters, before: HrVersions) -> None:
    number = before.newest.number + 1 if before.newest else 1
    version = HrVersion(number=number, text="version: 1", at=NOW, state=HrVersionState.IN_FORCE)
    on.hr_versions.keep(version, before=before, audit=entry(_PEOPLE))


def _an_hr_version(on: Adapters) -> HrVersions:
    _keep_hr_version(on, HrVersions())
    return on.hr_versions.versions()


def _claim(on: Adapters) -> RequestClaim:
    claim = on.keys.claim("k", request="put", now=NOW, until=_LATER)
    assert isinstance(claim, RequestClaim)
    return claim


def _claim_anew(on: Adapters, _: object) -> object:
    return on.keys.claim("k", request="put", now=_LATER + timedelta(hours=1), until=_LATER + timedelta(hours=2))


def _settle(on: Adapters, operation: Operation) -> None:
    on.state.queue.settle(operation, applied=None, doubt=doubtful(operation))


def _parked(on: Adapters) -> Operation:
    (operation,) = on.state.queue.park([parked(_an_operation(on), on=group_named("a"))])
    return operation


def _named_in_places(on: Adapters) -> PersonalNames:
    """Ada is in a record of her own, in an entry of the audit log, and among others."""
    on.state.subjects.commit(plan(on.state.subjects.load(ADA).head, USER, audit=[entry()]))
    on.state.portions.keep(HIRED, Portion(number=0, subjects=(ADA, BOB), total=2, last=None))
    return personal_names(on.state.subjects.load(ADA))


def _erase(on: Adapters, names: PersonalNames) -> object:
    return on.state.personal_data.erase(names, Erasure(), is_over=lambda: False).kept


def _a_head(on: Adapters) -> Head:
    planned(on.state, ADA, USER)
    return on.state.subjects.load(ADA).head


def _forget(on: Adapters, head: Head) -> None:
    if not on.state.personal_data.is_forgotten(LEFT):
        on.state.personal_data.forget(cause(LEFT), head, notes=("gone",), audit=entry(BOB, change=LEFT))


CASES = (
    Case(name="a person is erased", prepare=_named_in_places, call=_erase),
    Case(name="a person is forgotten", prepare=_a_head, call=_forget),
    Case(name="a plan", prepare=_a_plan, call=lambda on, made: on.state.subjects.commit(made), takes_back=True),
    Case(name="a plan of a change of many", prepare=_a_plan_of_many, call=_commit_once, takes_back=True),
    Case(
        name="a plan of more than a transaction",
        prepare=_a_large_plan,
        call=lambda on, made: on.state.subjects.commit(made),
        takes_back=True,
    ),
    Case(
        name="an operation begins",
        prepare=_an_operation,
        call=_begin,
    ),
    Case(
        name="an operation that AWS answers later begins",
        prepare=_an_assignment,
        call=_begin,
    ),
    Case(
        name="the mark of a change that is over is taken",
        prepare=_a_marked_change,
        call=lambda on, _: on.open_changes.sweep(before=_LATER, limit=10),
    ),
    Case(
        name="an operation of an older plan does not begin",
        prepare=_an_older_operation,
        call=_begin,
        leaves_doubt=True,
    ),
    Case(
        name="an operation is submitted",
        prepare=_begun,
        call=lambda on, entry: on.state.queue.submit(entry, request_id="r-1", at=NOW),
    ),
    Case(
        name="an operation is postponed",
        prepare=_begun,
        call=lambda on, entry: on.state.queue.postpone(entry, until=_LATER, because="slow down"),
    ),
    Case(
        name="an operation is refused",
        prepare=_begun,
        call=lambda on, entry: on.state.queue.note_refusal(
            replace(entry, refusal=Refusal.DENIED, refused_since=NOW), because="no"
        ),
    ),
    Case(name="an attempt came to nothing", prepare=_begun, call=_settle),
    Case(
        name="an operation waits",
        prepare=_an_operation,
        call=lambda on, entry: on.state.queue.park([parked(entry, on=group_named("a"))]),
    ),
    Case(
        name="what an operation waits for is held",
        prepare=_parked,
        call=lambda on, entry: on.state.queue.hold_behind(entry, change=MOVED),
    ),
    Case(
        name="what an operation waits for is held no more",
        prepare=lambda on: on.state.queue.hold_behind(_parked(on), change=MOVED),
        call=lambda on, entry: on.state.queue.hold_behind(entry, change=""),
    ),
    Case(
        name="an operation waits no more",
        prepare=_parked,
        call=lambda on, entry: on.state.queue.unpark([entry]),
    ),
    Case(
        name="an operation that waits is tried",
        prepare=_parked,
        call=lambda on, entry: on.state.waiting.probe(entry),
    ),
    Case(name="operations end", prepare=_two_begun, call=_finish),
    Case(
        name="a change is opened",
        prepare=lambda _: None,
        call=lambda on, _: on.state.changes.open(cause(), audit=entry()),
    ),
    Case(
        name="subjects are counted",
        prepare=lambda on: on.state.changes.open(cause()),
        call=lambda on, _: on.state.changes.expect(HIRED, subjects=2),
    ),
    Case(
        name="a change is dismissed",
        prepare=lambda _: None,
        call=lambda on, _: on.state.changes.dismiss(cause(), note="repeats another"),
    ),
    Case(name="a subject is given up", prepare=lambda _: None, call=lambda on, _: _give_up(on)),
    Case(
        name="a subject that was given up is asked for again",
        prepare=_give_up,
        call=lambda on, _: on.state.changes.ask_again(HIRED, subject=ADA),
    ),
    Case(
        name="a change is decided about",
        prepare=lambda on: on.state.changes.open(cause()),
        call=lambda on, _: on.state.changes.decide(
            HIRED, Decision(is_approved=True, actor="ops", at=NOW), expected_version=0, audit=entry()
        ),
    ),
    Case(
        name="a subject is decided about",
        prepare=_held,
        call=lambda on, _: on.state.held.decide(on.state.subjects.load(ADA).head, held=(), audit=[entry()]),
    ),
    Case(name="what is held is released", prepare=_held, call=lambda on, ids: on.state.held.release(LEFT, ids)),
    Case(
        name="what is held is dropped",
        prepare=_held,
        call=lambda on, ids: on.state.held.drop(LEFT, ids, reason="rejected", at=NOW),
    ),
    Case(
        name="a failure is kept",
        prepare=_failed,
        call=lambda on, failed: on.state.failed.keep(replace(failed, at=_LATER)),
    ),
    Case(
        name="a step of a plan is kept",
        prepare=_company_plan,
        call=lambda on, plan: on.state.plans.keep(plan, PlanStep(portion=3, number=0), content=b"found"),
    ),
    Case(
        name="a plan of everybody ends",
        prepare=_company_plan,
        call=lambda on, plan: on.state.plans.end(plan, state=PlanState.COMPLETE, at=NOW, result=b"all"),
    ),
    Case(name="a failure is forgotten", prepare=_failed, call=lambda on, _: on.state.failed.forget(ADA)),
    Case(name="a policy is kept", prepare=lambda _: None, call=lambda on, _: _upload(on)),
    Case(
        name="a policy is put in force",
        prepare=_upload,
        call=lambda on, version: on.state.policies.activate(version, audit=entry()),
    ),
    Case(
        name="a reservation of a policy is lifted",
        prepare=_in_force,
        call=lambda on, version: on.state.policies.lift(version, Reservation.HOLD),
    ),
    Case(
        name="parts of a policy are approved",
        prepare=_in_force,
        call=lambda on, version: on.state.policies.approve(version, frozenset({"part"})),
    ),
    Case(
        name="access beside the rules is noted",
        prepare=_in_force,
        call=lambda on, version: on.state.policies.note_access(
            version, in_sensitive_accounts=frozenset({"staff"}), assigned=frozenset({"legacy/Admin"})
        ),
    ),
    Case(
        name="a recovery is noted",
        prepare=lambda _: None,
        call=lambda on, _: on.tables.note_recovery(on.table, table_id="of-before", at=NOW),
    ),
    Case(name="a sweep is noted", prepare=lambda _: None, call=lambda on, _: on.state.due_work.note_sweep(NOW)),
    Case(
        name="a portion is kept",
        prepare=lambda _: None,
        call=lambda on, _: on.state.portions.keep(HIRED, Portion(number=0, subjects=(ADA,), total=1, last=None)),
    ),
    Case(
        name="the turn is taken",
        prepare=lambda _: None,
        call=lambda on, _: on.state.turn.take("a", now=NOW, until=_LATER),
    ),
    Case(
        name="the turn is given back",
        prepare=lambda on: on.state.turn.take("a", now=NOW, until=_LATER),
        call=lambda on, _: on.state.turn.give_back("a"),
    ),
    Case(
        name="an import is refused",
        prepare=lambda _: None,
        call=lambda on, _: on.rosters.refuse(cause(), subject=_PEOPLE, because="empty", audit=entry(_PEOPLE)),
    ),
    Case(name="a first configuration of HR systems", prepare=lambda _: HrVersions(), call=_keep_hr_version),
    Case(name="another configuration of HR systems", prepare=_an_hr_version, call=_keep_hr_version),
    Case(
        name="a delivery of HR is accepted",
        prepare=lambda _: None,
        call=lambda on, _: on.deliveries.accepted("standard", at=NOW),
    ),
    Case(
        name="deliveries of HR are refused",
        prepare=lambda _: RefusedDeliveries(source="standard", reason=RefusalReason.SIGNATURE, number=2),
        call=lambda on, counted: on.deliveries.refused([counted], at=NOW),
    ),
    Case(name="a key is claimed", prepare=lambda _: None, call=lambda on, _: _claim(on)),
    Case(name="a key is claimed after a crash", prepare=_claim, call=_claim_anew),
    Case(
        name="an answer is kept",
        prepare=_claim,
        call=lambda on, claim: on.keys.keep(claim, GivenAnswer(status=202, body="{}")),
    ),
    Case(name="a key is given back", prepare=_claim, call=lambda on, claim: on.keys.give_back(claim)),
    Case(
        name="the name of a unit is kept",
        prepare=lambda _: None,
        call=lambda on, _: on.units.keep("ou-1", UnitName(name="Dev", read_at=NOW)),
    ),
    Case(
        name="the table is taken",
        prepare=lambda _: None,
        call=lambda on, _: on.tables.take(on.table, TableOwner(stack="a", table_id="b"), before=None, at=NOW),
    ),
)
