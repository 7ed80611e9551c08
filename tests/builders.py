"""Small makers of people, accounts, policies and operations: a test says only what it is about."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime

from dayone.model.accounts import Account, AccountState
from dayone.model.changes import Cause, CauseKind
from dayone.model.operations import Action, Applied, Operation, OperationState, Priority
from dayone.model.people import Person, Status
from dayone.model.policy.origins import harmless_of
from dayone.model.policy.rules import (
    AccountSelector,
    AssignmentRule,
    Condition,
    GroupRule,
    Location,
    PermissionSetRule,
    PersonSelector,
    Policy,
    Protection,
    SensitiveNames,
)
from dayone.model.subjects import Reason, Resource, ResourceKind, Subject, SubjectKind

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HERE = Location("policy.yaml", 1)
ACCOUNT_ID = "444455556666"

USER = Resource(ResourceKind.USER)
GROUP = Resource(ResourceKind.GROUP)
PERMISSION_SET = Resource(ResourceKind.PERMISSION_SET)
PROVISIONING = Resource(ResourceKind.PROVISIONING)
INLINE_POLICY = Resource(ResourceKind.INLINE_POLICY)
BOUNDARY = Resource(ResourceKind.BOUNDARY)


def a_person(
    name: str = "e-1",
    *,
    department: str = "Engineering",
    title: str = "",
    given_name: str = "Ada",
    start_date: date | None = None,
    end_date: date | None = None,
    time_zone: str = "UTC",
    status: Status = Status.ACTIVE,
    user_name: str = "",
) -> Person:
    return Person(
        id=name,
        user_name=user_name or f"{name}@example.com",
        email=f"{name}@example.com",
        given_name=given_name,
        family_name="Lovelace",
        display_name=f"{given_name} Lovelace",
        department=department,
        title=title,
        start_date=start_date,
        end_date=end_date,
        time_zone=time_zone,
        status=status,
    )


def attributes_in(person: Person) -> dict[str, str]:
    """Return the person as an HR source sends them: texts by attribute, days in ISO 8601, "" for none, no id."""
    values = {name: value for name, value in vars(person).items() if name != "id"}
    return {name: "" if value is None else str(value) for name, value in values.items()}


def an_account(
    number: str = ACCOUNT_ID,
    *,
    name: str = "team-blue-dev",
    ou_path: str = "/Workloads/Dev",
    state: AccountState = AccountState.ACTIVE,
    tags: Mapping[str, str] | None = None,
    is_management: bool = False,
    created_at: datetime | None = None,
) -> Account:
    return Account(
        id=number,
        name=name,
        email=f"aws+{name}@example.com",
        state=state,
        ou_path=ou_path,
        tags=tags or {},
        is_management=is_management,
        created_at=created_at,
    )


def a_group(name: str = "engineers", *, description: str = "", **conditions: str) -> GroupRule:
    wanted = conditions or {"department": "Engineering"}
    members = (PersonSelector(tuple(Condition(name, any_of=(glob,)) for name, glob in wanted.items()), HERE),)
    return GroupRule(name, description, members, HERE)


def a_set(
    name: str = "ViewOnly", *, managed: tuple[str, ...] = (), inline: str = "", description: str = ""
) -> PermissionSetRule:
    return PermissionSetRule(
        name, HERE, description=description, managed_policies=managed, inline_policy=inline, session_duration="PT8H"
    )


def an_assignment(
    group: str = "engineers", permission_set: str = "ViewOnly", *, ou: str = "/Workloads/**"
) -> AssignmentRule:
    return AssignmentRule(group, permission_set, (AccountSelector(HERE, ous=(ou,)),), HERE)


def a_policy(
    *parts: GroupRule | PermissionSetRule | AssignmentRule,
    version: int = 1,
    protection: Protection | None = None,
    harmless: Collection[str] = (),
) -> Policy:
    permission_sets = tuple(rule for rule in parts if isinstance(rule, PermissionSetRule))
    called_harmless = frozenset(harmless_of(rule) for rule in permission_sets if rule.name in harmless)
    return Policy(
        version=version,
        groups=tuple(rule for rule in parts if isinstance(rule, GroupRule)),
        permission_sets=permission_sets,
        assignments=tuple(rule for rule in parts if isinstance(rule, AssignmentRule)),
        protection=protection or Protection(),
        sensitive=SensitiveNames(harmless=called_harmless),
    )


def a_cause(kind: CauseKind = CauseKind.HR_EVENT, *, change: str = "01CHANGE", at: datetime = NOON) -> Cause:
    return Cause(change=change, kind=kind, actor="hr:standard", reference="evt-1", at=at)


def the_person(name: str = "e-1") -> Subject:
    return Subject(SubjectKind.PERSON, name)


def the_account(number: str = ACCOUNT_ID) -> Subject:
    return Subject(SubjectKind.ACCOUNT, number)


def the_group(name: str = "engineers") -> Subject:
    return Subject(SubjectKind.GROUP, name)


def the_set(name: str = "ViewOnly") -> Subject:
    return Subject(SubjectKind.PERMISSION_SET, name)


def membership(group: str = "engineers") -> Resource:
    return Resource(ResourceKind.MEMBERSHIP, group)


def assignment(group: str = "engineers", permission_set: str = "ViewOnly") -> Resource:
    return Resource(ResourceKind.ASSIGNMENT, f"{permission_set}/{group}")


def managed_policy(path: str) -> Resource:
    return Resource(ResourceKind.MANAGED_POLICY, path)


def customer_policy(path: str) -> Resource:
    return Resource(ResourceKind.CUSTOMER_POLICY, path)


def confirmed(
    resource: Resource,
    *,
    attributes: Mapping[str, str] | None = None,
    doubt: Action | None = None,
    adopted: bool = False,
    reasons: tuple[Reason, ...] = (),
) -> Applied:
    return Applied(resource=resource, attributes=attributes or {}, doubt=doubt, adopted=adopted, reasons=reasons)


def an_operation(
    number: int = 0,
    *,
    subject: Subject | None = None,
    resource: Resource = USER,
    action: Action = Action.CREATE,
    state: OperationState = OperationState.PENDING,
    priority: Priority = Priority.ONBOARDING,
    not_before: datetime | None = None,
    after: tuple[int, ...] = (),
    request_id: str = "",
    failure_reason: str = "",
) -> Operation:
    return Operation(
        change="01CHANGE",
        actor="hr:standard",
        subject=subject or the_person(),
        generation="1-aa",
        number=number,
        action=action,
        resource=resource,
        priority=priority,
        created_at=NOON,
        after=after,
        state=state,
        not_before=not_before,
        request_id=request_id,
        failure_reason=failure_reason,
    )
