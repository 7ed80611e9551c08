"""Carrying operations out: the order, the waiting, the failures and what each leaves behind."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dayone.errors import Conflicting, DayOneError, NotFound, Refused, Throttled, Unreachable
from dayone.executor.rate_limits import Budgets
from dayone.model.changes import ChangeState
from dayone.model.operations import Action, OperationState
from dayone.model.people import Status
from dayone.model.subjects import Resource, Subject
from tests.builders import (
    ACCOUNT_ID,
    GROUP,
    NOON,
    USER,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    assignment,
    managed_policy,
    membership,
    the_account,
    the_group,
    the_person,
    the_set,
)
from tests.fakes.sso.identity_center import StoredGroup
from tests.unit.world import World

_VIEW = "job-function/ViewOnlyAccess"
_POLICY = a_policy(a_group("engineers"), a_set("ViewOnly", managed=(_VIEW,)), an_assignment())


class _Raising:
    """A port one of whose methods raises these errors, one a call, and then works; `late` does its work first."""

    def __init__(self, port: Any, method: str, errors: list[DayOneError], *, late: bool = False) -> None:  # noqa: ANN401
        self._port, self._method, self._errors, self._late = port, method, errors, late

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._port, name)
        if name != self._method or not self._errors:
            return method

        def fails(*args: object, **named: object) -> None:
            if self._late:
                method(*args, **named)
            raise self._errors.pop(0)

        return fails


def _failing(world: World, port: str, method: str, *errors: DayOneError, late: bool = False) -> None:
    left = list(errors)
    world.around = lambda name, made: _Raising(made, method, left, late=late) if name == port else made


def _one_of_all() -> World:
    world = World()
    world.policy_is(_POLICY)
    world.account_is(an_account())
    world.hr_tells(a_person())
    return world


def test_from_a_policy_a_person_and_an_account_to_access() -> None:
    world = _one_of_all()
    world.settle()
    assert world.groups() == {"engineers": {"e-1@example.com"}}
    assert world.permission_sets() == {"ViewOnly": (frozenset({_VIEW}), "")}
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}
    assert world.unprovisioned() == []
    assert {operation.state for operation in world.operations()} == {OperationState.SUCCEEDED}
    assert {change.state for change in world.state.changes.values()} == {ChangeState.SUCCEEDED}


def test_each_operation_is_on_record_with_its_reason_and_its_request_id() -> None:
    world = _one_of_all()
    world.settle()
    told = {entry.operation: entry for entry, _ in world.state.log if entry.operation}
    assert told.keys() == {entry.id for entry in world.operations()}
    for operation in world.operations():
        entry = told[operation.id]
        assert (entry.outcome, entry.change, entry.actor) == ("succeeded", operation.change, operation.actor)
        assert entry.reasons == operation.reasons != ()
        assert entry.request_id == operation.request_id != ""


def test_an_operation_says_what_it_waits_for() -> None:
    world = World()
    world.policy_is(a_policy(a_set("ViewOnly"), an_assignment()))
    world.account_is(an_account())
    world.plan_all()
    world.execute()
    (waiting,) = world.operations(OperationState.PENDING)
    assert waiting.waiting_for == "group:engineers#group to be confirmed"
    assert waiting.attempts == 0


def test_an_operation_that_waits_for_another_plan_runs_when_that_is_done() -> None:
    world = World()
    world.policy_is(a_policy(a_set("ViewOnly"), an_assignment()))
    world.account_is(an_account())
    world.plan_all()
    world.execute()
    world.policy_is(_POLICY)
    world.settle()
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}


def test_nothing_succeeds_before_aws_says_so() -> None:
    world = _one_of_all()
    world.aws_works = False
    world.plan_all()
    world.execute(seconds=5)
    (submitted,) = world.operations(OperationState.SUBMITTED)
    assert submitted.kind == "create-provisioning"
    assert world.state.changes[submitted.change].state is ChangeState.RUNNING
    assert world.engine.rings > 1


def test_a_run_that_ends_with_work_left_rings_for_the_next() -> None:
    world = _one_of_all()
    world.plan_all()
    rings = world.engine.rings
    world.execute(seconds=0.5)
    assert world.engine.rings == rings + 1
    assert world.state.open_operations()
    world.execute()
    assert world.state.open_operations() == []
    assert world.engine.rings == rings + 1


def test_what_was_submitted_is_confirmed_by_a_later_run_without_asking_twice() -> None:
    world = _one_of_all()
    world.aws_works = False
    world.plan_all()
    world.execute(seconds=5)
    asked = len(world.center.requests)
    world.center.work()
    world.execute(seconds=2)
    assert asked == 1
    assert [request.kind for request in world.center.requests.values()] == ["provisioning", "creation"]


def test_a_leaver_goes_before_everybody_else() -> None:
    world = World()
    world.policy_is(_POLICY)
    world.hr_tells(a_person("e-9"), at=NOON)
    world.settle()
    for number in range(5):
        world.hr_tells(a_person(f"e-{number}"))
    world.hr_tells(a_person("e-9", status=Status.ENDED), at=NOON + timedelta(days=1))
    world.plan_all()
    world.execute(seconds=0.1)
    assert "e-9@example.com" not in world.groups()["engineers"]
    assert len(world.groups()["engineers"]) < 5


def test_a_user_that_cannot_be_made_fails_the_membership_with_the_reason() -> None:
    world = World()
    world.policy_is(_POLICY)
    world.settle()
    world.center.users["user-x"] = {"user_name": "somebody", "email": "e-1@example.com"}
    request = world.hr_tells(a_person())
    world.settle()
    user, member = [operation for operation in world.operations() if operation.change == request.cause.change]
    assert user.failure_reason.startswith("its e-mail address belongs to a user of another user name: ")
    assert member.failure_reason == f"create-user failed: {user.failure_reason}"
    assert (member.state, member.attempts) == (OperationState.FAILED, 0)
    assert world.state.changes[request.cause.change].state is ChangeState.FAILED
    assert world.applied(the_person(), USER) is None


def test_a_request_that_aws_fails_ends_with_awss_reason_and_leaves_nothing() -> None:
    world = _one_of_all()
    world.center.accounts = set()
    world.settle()
    (failed,) = world.operations(OperationState.FAILED)
    assert failed.kind == "create-assignment"
    assert failed.failure_reason == f"Received a 404 status error: AWS account {ACCOUNT_ID} was not found."
    assert world.applied(the_account(), assignment()) is None


def test_a_removal_that_aws_fails_leaves_what_was_there() -> None:
    world = _one_of_all()
    world.approves = True
    world.settle()
    world.account_is(an_account(ou_path="/Elsewhere"))
    _failing(world, "assignments", "delete", Refused("AccessDeniedException: no"))
    world.settle()
    existing = world.applied(the_account(), assignment())
    assert existing is not None
    assert existing.doubt is None
    failed = world.operations(OperationState.FAILED)
    assert [each.failure_reason for each in failed] == ["AccessDeniedException: no"]


@pytest.mark.parametrize("error", [Throttled("slow down"), Conflicting("one after the other"), Unreachable("silence")])
@pytest.mark.parametrize(
    ("port", "method"),
    [
        ("directory", "create_user"),
        ("directory", "create_group"),
        ("directory", "find_group"),
        ("directory", "add_member"),
        ("permission_sets", "create"),
        ("permission_sets", "find"),
        ("set_policies", "attach_managed"),
        ("permission_sets", "provision"),
        ("permission_sets", "provisioning"),
        ("assignments", "create"),
        ("assignments", "creation"),
    ],
)
def test_what_may_work_later_is_tried_again(port: str, method: str, error: DayOneError) -> None:
    world = _one_of_all()
    _failing(world, port, method, error, error)
    world.settle()
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}
    assert world.groups() == {"engineers": {"e-1@example.com"}}
    assert {operation.state for operation in world.operations()} == {OperationState.SUCCEEDED}


@pytest.mark.parametrize(
    ("port", "method", "subject", "resource"),
    [
        ("directory", "create_user", the_person(), USER),
        ("directory", "create_group", the_group(), GROUP),
        ("directory", "add_member", the_person(), membership()),
        ("permission_sets", "create", the_set(), None),
        ("set_policies", "attach_managed", the_set(), managed_policy(_VIEW)),
        ("assignments", "create", the_account(), assignment()),
    ],
)
def test_what_was_done_without_an_answer_is_ours_and_there_once(
    port: str,
    method: str,
    subject: Subject,
    resource: Resource | None,
) -> None:
    world = _one_of_all()
    _failing(world, port, method, Unreachable("silence"), late=True)
    world.settle()
    assert len(world.center.users) == len(world.center.groups) == len(world.center.permission_sets) == 1
    assert len(world.center.memberships) == len(world.center.assignments) == 1
    if resource is not None:
        existing = world.applied(subject, resource)
        assert existing is not None
        assert (existing.adopted, existing.doubt) == (False, None)


def test_an_answer_that_nothing_was_done_leaves_no_doubt() -> None:
    world = _one_of_all()
    world.plan_all()
    _failing(world, "directory", "create_group", *[Throttled("slow down", retry_after=300)] * 2)
    world.execute()
    assert world.applied(the_group(), GROUP) is None
    (group,) = [operation for operation in world.operations() if operation.resource == GROUP]
    assert group.not_before is not None
    assert group.not_before >= NOON + timedelta(seconds=300)
    assert (group.state, group.attempts, group.failure_reason) == (OperationState.PENDING, 1, "slow down")


def test_silence_leaves_a_doubt() -> None:
    world = _one_of_all()
    world.plan_all()
    _failing(world, "directory", "create_group", *[Unreachable("silence")] * 100)
    world.execute(seconds=5)
    existing = world.applied(the_group(), GROUP)
    assert existing is not None
    assert existing.doubt is Action.CREATE


def test_what_was_made_in_silence_is_ours_even_when_it_is_wanted_otherwise_and_silence_falls_again() -> None:
    world = World()
    world.policy_is(a_policy(a_group("engineers", description="first")))
    _failing(world, "directory", "create_group", Unreachable("silence"), late=True)
    world.plan_all()
    world.execute(seconds=0.3)
    world.policy_is(a_policy(a_group("engineers", description="second")))
    _failing(world, "directory", "create_group", Unreachable("silence"))
    world.settle()
    assert [stored_group.description for stored_group in world.center.groups.values()] == ["second"]
    existing = world.applied(the_group(), GROUP)
    assert existing is not None
    assert (existing.adopted, existing.doubt) == (False, None)


def test_a_refusal_after_silence_keeps_the_doubt_so_that_a_leaver_still_loses_it() -> None:
    world = World()
    world.policy_is(_POLICY)
    world.settle()
    world.hr_tells(a_person(), at=NOON)
    # The first call took effect and was never answered; the second one is refused.
    _failing(world, "directory", "add_member", Unreachable("silence"), late=True)
    world.plan_all()
    world.execute(seconds=0.5)
    existing = world.applied(the_person(), membership())
    assert existing is not None
    assert existing.doubt is Action.CREATE
    _failing(world, "directory", "add_member", Refused("AccessDeniedException: no"))
    world.settle()
    world.around = World.around
    world.hr_tells(a_person(status=Status.ENDED), at=NOON + timedelta(days=1))
    world.settle()
    assert world.groups() == {"engineers": set()}


def test_a_removal_of_what_came_to_nothing_has_nothing_to_do() -> None:
    world = _one_of_all()
    world.center.accounts = set()
    world.aws_works = False
    world.plan_all()
    while not any(request.kind == "creation" for request in world.center.requests.values()):
        world.execute(seconds=2)
        world.center.work(only=[i for i in world.center.in_progress() if world.center.requests[i].kind != "creation"])
    # AWS still works on the assignment when the account leaves, and then fails it.
    removal = world.account_is(an_account(ou_path="/Elsewhere"))
    world.plan_all()
    assert world.outcomes(removal) == ["delete assignment/ViewOnly/engineers: pending"]
    world.aws_works = True
    world.settle()
    assert world.outcomes(removal) == ["delete assignment/ViewOnly/engineers: succeeded"]


def test_a_request_that_aws_no_longer_knows_is_made_again() -> None:
    world = _one_of_all()
    world.plan_all()
    _failing(world, "assignments", "creation", NotFound("no such request"))
    world.settle()
    assert [request.kind for request in world.center.requests.values()] == ["provisioning", "creation", "creation"]
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}


def test_a_state_that_cannot_be_written_for_a_moment_stops_nothing() -> None:
    world = _one_of_all()
    _failing(world, "queue", "finish", Unreachable("silence"), Throttled("slow down"), late=True)
    world.settle()
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}


def test_a_planner_that_writes_in_between_is_no_failure() -> None:
    world = _one_of_all()
    _failing(world, "queue", "begin", Conflicting("the head has moved"), Conflicting("the head has moved"))
    world.settle()
    assert world.groups() == {"engineers": {"e-1@example.com"}}


def test_a_plan_that_is_not_committed_yet_is_waited_for() -> None:
    world = _one_of_all()
    world.plan_all()
    (group,) = [operation for operation in world.operations() if operation.resource == GROUP]
    early = replace(group, generation="7-zz", number=0)
    world.state.store(early)
    world.execute()
    existing = world.state.operation(early)
    assert existing is not None
    assert existing.state is OperationState.PENDING
    assert existing.failure_reason == "it waits for its plan to be committed"


def test_a_user_that_vanished_is_made_again() -> None:
    world = _one_of_all()
    world.settle()
    world.center.users.clear()
    world.now += timedelta(days=1)
    world.hr_tells(a_person(title="Dr"))
    world.settle()
    assert [user["title"] for user in world.center.users.values()] == ["Dr"]


def test_a_title_that_hr_takes_back_is_unset() -> None:
    world = World()
    world.hr_tells(a_person(title="Dr"), at=NOON)
    world.settle()
    world.hr_tells(a_person(), at=NOON + timedelta(days=1))
    world.settle()
    assert ["title" in user for user in world.center.users.values()] == [False]


def test_a_membership_made_by_hand_that_the_policy_wants_goes_with_its_person() -> None:
    world = World()
    world.policy_is(_POLICY)
    world.settle()
    world.hr_tells(a_person(department=""), at=NOON)
    world.settle()
    (user_id,), (group_id,) = world.center.users, world.center.groups
    world.center.memberships["manual"] = (group_id, user_id)
    world.hr_tells(a_person(), at=NOON + timedelta(days=1))
    world.settle()
    assert list(world.center.memberships) == ["manual"]
    world.hr_tells(a_person(status=Status.ENDED), at=NOON + timedelta(days=2))
    world.settle()
    assert not world.center.memberships


def test_a_group_just_as_wanted_is_taken_on_and_never_deleted() -> None:
    world = World()
    world.center.groups["group-x"] = StoredGroup("engineers", "")
    world.policy_is(_POLICY)
    world.settle()
    existing = world.applied(the_group(), GROUP)
    assert existing is not None
    assert existing.adopted
    world.policy_is(a_policy())
    world.settle()
    assert world.center.groups == {"group-x": StoredGroup("engineers", "")}


def test_a_group_that_is_otherwise_is_left_to_its_makers() -> None:
    world = World()
    world.center.groups["group-x"] = StoredGroup("engineers", "the old ones")
    world.policy_is(a_policy(a_group("engineers", description="the new ones")))
    world.settle()
    assert world.center.groups == {"group-x": StoredGroup("engineers", "the old ones")}
    (failed,) = world.operations(OperationState.FAILED)
    assert failed.failure_reason.startswith("one of this name exists, was not made by Day One")


def test_a_permission_set_that_changes_reaches_the_accounts_that_have_it() -> None:
    world = _one_of_all()
    world.settle()
    world.policy_is(a_policy(a_group("engineers"), a_set("ViewOnly", managed=("ReadOnlyAccess",)), an_assignment()))
    world.settle()
    assert world.permission_sets() == {"ViewOnly": (frozenset({"ReadOnlyAccess"}), "")}
    assert world.unprovisioned() == []


def test_a_policy_that_gives_nothing_takes_back_all_that_was_made_once_it_is_approved() -> None:
    world = _one_of_all()
    world.approves = True
    world.settle()
    world.policy_is(a_policy())
    world.settle()
    assert (world.groups(), world.permission_sets(), world.assignments()) == ({}, {}, set())
    assert [str(of.resource) for of in world.state.applied] == ["user"]


class _Watched:
    """Assignments that note how many requests were outstanding, and for which accounts at once."""

    def __init__(self, port: Any, world: World) -> None:  # noqa: ANN401
        self._port, self._world = port, world
        self._accounts: dict[str, str] = {}
        self.most = 0
        self.together: list[list[str]] = []

    def create(self, key: Any) -> str:  # noqa: ANN401
        request_id: str = self._port.create(key)
        self._accounts[request_id] = key.account_id
        in_progress = self._world.center.in_progress()
        accounts = [self._accounts[name] for name in in_progress if name in self._accounts]
        self.most = max(self.most, len(accounts))
        self.together.append(accounts)
        return request_id

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._port, name)


def test_no_more_requests_are_outstanding_than_the_budget_allows() -> None:
    world = World(budgets=Budgets(outstanding_assignments=3))
    world.policy_is(_POLICY)
    for number in range(9):
        world.account_is(an_account(f"{number:012}"))
    world.plan_all()
    watched = _Watched(world.executing().aws.assignments, world)
    world.around = lambda name, port: watched if name == "assignments" else port
    world.settle()
    assert len(world.assignments()) == 9
    assert watched.most == 3
    assert all(len(set(accounts)) == len(accounts) for accounts in watched.together)


def test_a_hundred_operations_that_wait_do_not_hide_one_that_does_not() -> None:
    world = World()
    # No group and no permission set of the policy can be made, so none of its assignments can.
    world.center.groups["group-x"] = StoredGroup("engineers", "theirs")
    world.policy_is(_POLICY)
    for number in range(120):
        world.account_is(an_account(f"{number:012}"))
    world.plan_all()
    # Not for so long that what they wait for counts as failed.
    world.execute(seconds=8)
    waiting = [operation.resource for operation in world.operations(OperationState.PENDING)]
    assert waiting.count(assignment()) == 120
    world.policy_is(a_policy(*_POLICY.groups, a_group("others"), *_POLICY.permission_sets, an_assignment()))
    world.plan_all()
    world.execute()
    assert "others" in world.groups()
