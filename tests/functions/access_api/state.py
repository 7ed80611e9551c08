"""A state with one person, two accounts, one group and three changes."""

from datetime import UTC, date, datetime

from dayone.model.accounts import Account, AccountState
from dayone.model.changes import Cause, CauseKind, Change
from dayone.model.hr_sources import DEFAULT, HrVersion, HrVersions, HrVersionState
from dayone.model.operations import Action, Applied, Operation, OperationState, Priority
from dayone.model.people import Person
from dayone.model.subject_state import FactVersion, Head, Plan
from dayone.model.subjects import ITSELF, Reason, Resource, ResourceKind, ResourceOf, Subject, SubjectKind
from tests.fakes.table.state import State

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
CHANGE = "01KQ0000000000000000000001"
ADA = Subject(SubjectKind.PERSON, "e-1001")
DEV = Subject(SubjectKind.ACCOUNT, "123456789012")
IN_ENGINEERS = Resource(ResourceKind.MEMBERSHIP, "engineers")
HELD_HR = "version: 1\nsources: {standard: {kind: standard}, contractors: {kind: csv}}\n"
HR_AUTHOR = "arn:aws:sts::111122223333:assumed-role/pipeline/deploy-41"
ENGINEERS = Subject(SubjectKind.GROUP, "engineers")
VIEW_ONLY_SET = Subject(SubjectKind.PERMISSION_SET, "ViewOnly")
VIEW_ONLY = Resource(ResourceKind.ASSIGNMENT, "ViewOnly/engineers")


def confirmed(resource: Resource, *, because: str, doubt: Action | None = None) -> Applied:
    return Applied(
        resource=resource,
        references={"membership_id": "m-1"},
        reasons=(Reason("policy.yaml:5", because), Reason("policy.yaml:6", "title is SRE")),
        doubt=doubt,
        operation="person:e-1001@1-a/0001",
        change=CHANGE,
        request_id="r-1",
        at=NOW,
    )


def remembered() -> State:
    state = State()
    _ada_in_engineers(state)
    _two_accounts_of_engineers(state)
    for number in (1, 2, 3):
        state.changes[change(number).id] = change(number)
    for number in (0, 1):
        state.store(operation(number))
    head = state.heads[ADA]
    plan = Plan(cause=change(1).cause, before=head, after=head, notes=("the same record was received before",))
    state.plans[CHANGE, ADA] = plan
    state.hr_versions = HrVersions(in_force=hr_version(1, DEFAULT), newest=hr_version(2, HELD_HR, is_held=True))
    return state


def hr_version(number: int, text: str, *, is_held: bool = False) -> HrVersion:
    state = HrVersionState.HELD if is_held else HrVersionState.IN_FORCE
    reasons = ("source contractors is new",) if is_held else ()
    return HrVersion(number=number, text=text, at=NOW, state=state, authors=(HR_AUTHOR,), reasons=reasons)


def with_engineers_and_view_only(state: State) -> State:
    """The group and the permission set that the others have to do with."""
    for subject, called in ((ENGINEERS, "Engineers"), (VIEW_ONLY_SET, "ViewOnly")):
        itself = Applied(resource=ITSELF[subject.kind], attributes={"name": called}, at=NOW)
        state.heads[subject] = Head(subject=subject, generation="1-a", policy_version=3, revision=1)
        state.applied[ResourceOf(subject, itself.resource)] = itself
    return state


def _ada_in_engineers(state: State) -> None:
    ada = Person(
        id="e-1001",
        user_name="ada",
        email="ada@example.com",
        given_name="Ada",
        family_name="Lovelace",
        display_name="Ada Lovelace",
        department="Engineering",
        start_date=date(2026, 11, 23),
    )
    told = FactVersion(at=NOW, digest="d")
    state.heads[ADA] = Head(subject=ADA, generation="1-a", fact=ada, version=told, policy_version=3, outstanding=2)
    user = Applied(resource=Resource(ResourceKind.USER), attributes={"user_name": "ada"}, references={"user_id": "u-1"})
    state.applied[ResourceOf(ADA, user.resource)] = user
    for person in ("e-1001", "e-1002", "e-1003"):
        of = ResourceOf(Subject(SubjectKind.PERSON, person), IN_ENGINEERS)
        state.applied[of] = confirmed(IN_ENGINEERS, because="department is Engineering")


def _two_accounts_of_engineers(state: State) -> None:
    account = Account(
        id=DEV.name,
        name="dev",
        email="dev@example.com",
        state=AccountState.ACTIVE,
        ou_path="/Workloads/Dev",
        ou_ids=("ou-1", "ou-2"),
        tags={"env": "dev"},
    )
    state.heads[DEV] = Head(subject=DEV, fact=account, due_at=NOW)
    for there in (DEV, Subject(SubjectKind.ACCOUNT, "210987654321")):
        assignment = confirmed(VIEW_ONLY, because="the account is in /Workloads/Dev", doubt=Action.DELETE)
        state.applied[ResourceOf(there, VIEW_ONLY)] = assignment


def change(number: int) -> Change:
    cause = Cause(change=f"{CHANGE[:-1]}{number}", kind=CauseKind.HR_EVENT, actor="hr:standard", reference="m", at=NOW)
    return Change(cause=cause, planned=1, operations=2, failed=1)


def operation(number: int) -> Operation:
    return Operation(
        change=CHANGE,
        actor="hr:standard",
        subject=ADA,
        generation="1-a",
        number=number,
        action=Action.CREATE,
        resource=IN_ENGINEERS,
        priority=Priority.ONBOARDING,
        created_at=NOW,
        reasons=(Reason("policy.yaml:5", "department is Engineering"),),
        state=OperationState.FAILED if number else OperationState.PENDING,
        attempts=2,
        request_id="r-9",
        failure_reason="AWS said no" if number else "",
        waiting_for="" if number else "group:engineers#group",
        finished_at=NOW if number else None,
    )
