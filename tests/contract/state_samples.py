"""Plans, operations and their ends for the contract tests of the state."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from dayone.model.accounts import Account, AccountState
from dayone.model.audit import AuditEntry
from dayone.model.changes import Cause, CauseKind
from dayone.model.operations import Action, Applied, Operation, OperationState, Priority
from dayone.model.people import Person, Status
from dayone.model.retry import Refusal
from dayone.model.subject_state import FactVersion, Head, Plan, generation_number
from dayone.model.subjects import Reason, Resource, ResourceKind, ResourceOf, Subject, SubjectKind, group_named, user_of
from dayone.ports.operations import Finished
from tests.contract.state_ports import StatePorts

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ADA = Subject(SubjectKind.PERSON, "e-1001")
BOB = Subject(SubjectKind.PERSON, "e-1002")
SHOP = Subject(SubjectKind.ACCOUNT, "123456789012")
HIRED = "01JHIRED000000000000000000"
MOVED = "01JMOVED000000000000000000"
LEFT = "01KLEFT0000000000000000000"

USER = Resource(ResourceKind.USER)
REASON = Reason("policy.yaml:4", "department is Engineering")

PERSON = Person(
    id="e-1001",
    user_name="ada",
    email="ada@example.com",
    given_name="Ada",
    family_name="Lovelace",
    display_name="Ada Lovelace",
    department="Engineering",
    start_date=date(2026, 3, 2),
    time_zone="Europe/Berlin",
    status=Status.ACTIVE,
)
ACCOUNT = Account(
    id="123456789012",
    name="shop",
    email="shop@example.com",
    state=AccountState.ACTIVE,
    ou_path="/Workloads/Dev",
    ou_ids=("ou-1", "ou-2"),
    tags={"env": "dev", "owner": ""},
    created_at=NOW,
)
VERSION = FactVersion(at=NOW, digest="5f0c")


_OPERATION = Operation(
    change=HIRED,
    actor="hr:standard",
    subject=ADA,
    generation="1-a1",
    number=0,
    action=Action.CREATE,
    resource=USER,
    priority=Priority.ONBOARDING,
    created_at=NOW,
    attributes={"user_name": "ada"},
    reasons=(REASON,),
    requires=(user_of("e-1001"), group_named("engineers")),
    covers=(Resource(ResourceKind.MEMBERSHIP, "covered"),),
)


def in_group(name: str) -> Resource:
    return Resource(ResourceKind.MEMBERSHIP, name)


def assigned(permission_set: str, *, to: str) -> Resource:
    return Resource(ResourceKind.ASSIGNMENT, f"{permission_set}/{to}")


def cause(change: str = HIRED) -> Cause:
    return Cause(change=change, kind=CauseKind.HR_EVENT, actor="hr:standard", reference="evt-1", at=NOW)


def entry(subject: Subject = ADA, *, change: str = HIRED, **said: Any) -> AuditEntry:  # noqa: ANN401
    told: dict[str, Any] = {"at": NOW, "actor": "hr:standard", "action": "record-fact", "outcome": "recorded"}
    return AuditEntry(**{**told, "subject": str(subject), "change": change, **said})


def plan(
    before: Head,
    *resources: Resource,
    change: str = HIRED,
    token: str = "a1",  # noqa: S107 - not a secret
    priority: Priority = Priority.ONBOARDING,
    action: Action = Action.CREATE,
    notes: tuple[str, ...] = (),
    audit: Iterable[AuditEntry] = (),
    **head: Any,  # noqa: ANN401
) -> Plan:
    """A plan with an operation for each resource; without any, the generation stays."""
    generation = f"{generation_number(before.generation) + 1}-{token}" if resources else before.generation
    operations = tuple(
        replace(
            _OPERATION,
            change=change,
            subject=before.subject,
            generation=generation,
            number=place,
            action=action,
            resource=resource,
            priority=priority,
            after=tuple(range(place))[:2],
        )
        for place, resource in enumerate(resources)
    )
    outstanding = len(operations) if resources else before.outstanding
    made_by = change if resources else before.change
    after = replace(before, generation=generation, change=made_by, outstanding=outstanding, **head)
    return Plan(cause=cause(change), before=before, after=after, operations=operations, notes=notes, audit=tuple(audit))


def planned(ports: StatePorts, subject: Subject, *resources: Resource, **said: Any) -> Plan:  # noqa: ANN401
    """A plan made from what is remembered now, and committed."""
    made = plan(ports.subjects.load(subject).head, *resources, **said)
    ports.subjects.commit(made)
    return made


def parked(operation: Operation, *, on: ResourceOf, **more: Any) -> Operation:  # noqa: ANN401
    """As it is to wait for a resource."""
    waits: dict[str, Any] = {"waiting_for": "the group to be confirmed", "refusal": Refusal.BLOCKED}
    return replace(operation, is_parked=True, awaits=on, **{**waits, "refused_since": NOW, **more})


def confirmed(resource: Resource, **said: Any) -> Applied:  # noqa: ANN401
    existing: dict[str, Any] = {"references": {"user_id": "u-1"}, "reasons": (REASON,), "request_id": "r-1", "at": NOW}
    return Applied(resource=resource, **{**existing, **said})


def doubtful(operation: Operation) -> Applied:
    return Applied(resource=operation.resource, doubt=operation.action, operation=operation.id)


def begin(ports: StatePorts, operation: Operation) -> Operation:
    """The operation as it stands after an executor that has just read its resource has begun it."""
    own = ports.queue.applied([operation.target]).get(operation.target)
    begun = ports.queue.begin(operation, doubt=doubtful(operation), own=own)
    assert begun is not None
    return begun


def end(
    operation: Operation,
    *,
    state: OperationState = OperationState.SUCCEEDED,
    applied: Applied | None = None,
    **said: Any,  # noqa: ANN401
) -> Finished:
    request_id = "r-9" if state is OperationState.SUCCEEDED else ""
    ended = replace(operation, state=state, request_id=request_id, finished_at=NOW)
    entry_of = entry(operation.subject, action=operation.kind, outcome=str(state), operation=operation.id)
    told: dict[str, Any] = {"operation": ended, "state": state, "applied": applied, "audit": entry_of, "at": NOW}
    return Finished(**{**told, **said})


def done(ports: StatePorts, operation: Operation, **said: Any) -> Operation:  # noqa: ANN401
    """The operation begun and finished; it leaves its resource confirmed unless told otherwise."""
    begun = begin(ports, operation)
    ports.queue.finish([end(begun, **{"applied": confirmed(operation.resource), **said})])
    return begun
