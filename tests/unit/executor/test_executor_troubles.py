"""Troubles of the executor that a simulated world has found: each once went wrong."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dayone.errors import NotFound, Unavailable, Unreachable
from dayone.executor.executor import execute_operations
from dayone.executor.rate_limits import Budgets
from dayone.model.operations import Operation, OperationState
from dayone.model.policy.rules import PermissionSetRule
from dayone.model.subjects import ResourceOf
from dayone.ports.identity_center import Receipt
from tests.builders import (
    ACCOUNT_ID,
    GROUP,
    PERMISSION_SET,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    assignment,
    the_account,
    the_group,
    the_set,
)
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.fakes.sso.permission_sets import MemoryPermissionSets
from tests.fakes.sso.set_policies import MemorySetPolicies
from tests.unit.crashes import Crash
from tests.unit.world import World

_VIEW = "job-function/ViewOnlyAccess"


class _Meanwhile:
    """A port before whose first call of a method something else happens, or which then raises."""

    def __init__(self, port: Any, method: str, then: Callable[[], None]) -> None:  # noqa: ANN401
        self._port, self._method, self._then = port, method, [then]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._port, name)

        def call(*args: object, **named: object) -> object:
            if name == self._method and self._then:
                self._then.pop()()
            return method(*args, **named)

        return call


def _around(world: World, port: str, method: str, then: Callable[[], None]) -> None:
    world.around = lambda name, entry: _Meanwhile(entry, method, then) if name == port else entry


def _fail(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def test_a_creation_planned_while_another_is_under_way_brings_what_that_has_made_up_to_date() -> None:
    world = World()
    world.policy_is(a_policy(a_group("engineers", description="old")))
    world.plan_all()

    def policy_changes() -> None:
        world.policy_is(a_policy(a_group("engineers", description="new")))
        world.plan_all()

    _around(world, "directory", "create_group", policy_changes)
    world.settle()
    assert list(world.center.groups.values()) == [StoredGroup("engineers", "new")]
    applied = world.applied(the_group(), GROUP)
    assert applied is not None
    assert not applied.adopted
    assert applied.attributes["description"] == "new"


def test_one_that_is_brought_up_to_date_in_silence_is_not_taken_for_somebody_elses() -> None:
    world = World()
    world.policy_is(a_policy(a_set(description="old")))
    world.plan_all()

    def policy_changes() -> None:
        world.policy_is(a_policy(a_set(description="new")))
        world.plan_all()
        # What the second plan creates is there by then; bringing it up to date reaches AWS at its third try only.
        _around(world, "permission_sets", "update", fall_silent)

    silences = [Unreachable("silence"), Unavailable("not now")]

    def fall_silent() -> None:
        raise silences.pop(0)

    _around(world, "permission_sets", "create", policy_changes)
    world.settle()
    (stored,) = world.center.permission_sets.values()
    assert stored.attributes["description"] == "new"
    applied = world.applied(the_set(), PERMISSION_SET)
    assert applied is not None
    assert (applied.doubt, applied.attributes["description"]) == (None, "new")
    assert world.operations(OperationState.FAILED) == []


def test_what_builds_on_something_does_not_wait_until_that_is_up_to_date() -> None:
    world = World()
    world.center.permission_sets["arn:theirs"] = StoredSet(
        "ViewOnly", {"session_duration": "PT8H"}, managed_policies={_VIEW}
    )
    world.account_is(an_account())
    world.policy_is(a_policy(a_group(), a_set(managed=(_VIEW,)), an_assignment()))
    world.settle()

    class _Silent(MemoryPermissionSets):
        def update(self, arn: str, *, attributes: Mapping[str, str]) -> Receipt:  # noqa: ARG002
            raise Unreachable("silence")

    # The policy gives the set up while it is being changed: nobody is left who would bring it up to date.
    world.around = lambda name, port: _Silent(world.center) if name == "permission_sets" else port
    world.policy_is(a_policy(a_group(), a_set(description="ours", managed=(_VIEW,)), an_assignment()))
    world.plan_all()
    world.execute(seconds=3)
    world.approves = True
    world.policy_is(a_policy(a_group()))
    world.settle()
    assert world.applied(the_set(), PERMISSION_SET) is None
    assert world.center.permission_sets.keys() == {"arn:theirs"}
    assert world.unprovisioned() == []
    assert world.state.open_operations() == []


@pytest.mark.parametrize("is_silent_first", [False, True])
def test_what_was_confirmed_stays_on_record_when_bringing_it_up_to_date_is_refused(*, is_silent_first: bool) -> None:
    world = World()
    world.center.groups["group-theirs"] = StoredGroup("Builders", "")
    world.policy_is(a_policy(a_group("engineers", description="old")))
    world.plan_all()

    def policy_changes() -> None:
        # The new name is taken by a group that is not Day One's.
        world.policy_is(a_policy(replace(a_group("engineers", description="new"), display_name="Builders")))
        world.plan_all()
        if is_silent_first:
            _around(world, "directory", "update_group", _fail(Unreachable("silence")))

    _around(world, "directory", "create_group", policy_changes)
    world.settle()
    assert [operation.state for operation in world.operations()] == [OperationState.SUCCEEDED, OperationState.FAILED]
    applied = world.applied(the_group(), GROUP)
    assert applied is not None
    assert applied.doubt is None
    assert applied.references["group_id"] in world.center.groups


def test_requests_that_were_lost_do_not_keep_later_runs_from_starting_anything() -> None:
    world = World()
    world.policy_is(a_policy(a_set("ViewOnly"), a_set("Admin")))
    world.plan_all()
    world.execute(seconds=3)
    provisionings = [entry for entry in world.operations() if entry.resource.kind == "provisioning"]
    for operation in provisionings:
        # Both attempts were begun by a process that died before it heard from AWS.
        world.state.store(replace(operation, state=OperationState.PENDING, attempts=1, finished_at=None), begun=True)
    world.execute()
    ended = [world.state.operation(provisioning) for provisioning in provisionings]
    assert [entry.state for entry in ended if entry] == [OperationState.SUCCEEDED] * 2


def test_a_request_whose_id_could_not_be_written_keeps_its_place() -> None:
    world = World(aws_works=False)
    world.policy_is(a_policy(a_set("ViewOnly"), a_set("Admin"), a_set("Third")))
    world.plan_all()
    _around(world, "queue", "submit", _fail(Unavailable("the table is out of reach")))
    world.execute(seconds=10)
    asked = [request for request in world.center.requests.values() if request.kind == "provisioning"]
    assert len(asked) <= world.budgets.concurrent_provisionings


def test_a_request_that_an_earlier_run_has_submitted_is_not_taken_for_lost() -> None:
    """Its place and its account are free as soon as AWS says that it is over."""
    world = World()
    world.account_is(an_account())
    names = ("ViewOnly", "Admin", "Audit")
    world.policy_is(a_policy(a_group(), *map(a_set, names), *(an_assignment(permission_set=name) for name in names)))
    world.plan_all()
    while len(world.center.groups) + len(world.center.permission_sets) < 4:
        world.execute(seconds=1)
    world.aws_works = False
    while not world.operations(OperationState.SUBMITTED):
        world.execute(seconds=1)
    world.aws_works, began = True, world.now
    world.execute()
    assert world.state.open_operations() == []
    assert world.now - began < world.budgets.lost_request / 2


class _LostTurn:
    """A turn that is given once, and of which nothing is heard afterwards."""

    def __init__(self) -> None:
        self._is_given = False

    def take(self, *_: object, **__: object) -> bool:
        if self._is_given:
            raise Unreachable("no answer")
        self._is_given = True
        return True

    def learned(self) -> None:
        return None

    def give_back(self, *_: object, **__: object) -> None:
        pass


def test_a_turn_that_cannot_be_renewed_ends_the_run_in_order_and_rings_for_the_next() -> None:
    world = World(aws_works=False)
    world.policy_is(a_policy(a_set("ViewOnly")))
    world.plan_all()
    began, rings = world.now, world.engine.rings
    ports = replace(world.executing(), turn=_LostTurn())
    execute_operations(ports=ports, deadline=began + timedelta(seconds=60))
    assert world.now - began < timedelta(seconds=15)
    assert world.engine.rings == rings + 1
    assert ports.workers.done(seconds=0) == []


class _SlowOnce:
    """A queue that takes longer for the first beginning than a lease lasts, as a table that answers late does."""

    def __init__(self, queue: Any, world: World) -> None:  # noqa: ANN401
        self._queue, self._world, self._is_slow = queue, world, True

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._queue, name)

    def begin(self, *args: Any, **named: Any) -> Operation | None:  # noqa: ANN401
        begun: Operation | None = self._queue.begin(*args, **named)
        if self._is_slow:
            self._is_slow = False
            self._world.sleep(14)
        return begun


def test_a_run_whose_lease_has_run_out_calls_aws_no_more_and_leaves_no_doubt() -> None:
    world = World()
    world.policy_is(a_policy(a_group("engineers")))
    world.plan_all()
    world.around = lambda name, made: _SlowOnce(made, world) if name == "queue" else made
    world.execute(seconds=5)
    assert world.center.groups == {}
    assert world.applied(the_group(), GROUP) is None
    world.around = lambda _, made: made
    world.execute()
    assert world.groups() == {"engineers": set()}


def test_what_aws_has_just_made_and_does_not_find_is_waited_for() -> None:
    world = World()
    world.policy_is(a_policy(a_group("engineers")))
    world.hr_tells(a_person())
    world.plan_all()
    _around(world, "directory", "add_member", _fail(NotFound("ResourceNotFoundException: GROUP not found.")))
    world.execute(seconds=20)
    assert world.groups() == {"engineers": {"e-1@example.com"}}


@pytest.mark.parametrize(
    ("resource", "rule"),
    [
        ("managed-policy/AWSNoSuch", a_set("ViewOnly", managed=("AWSNoSuch",))),
        ("boundary", replace(a_set("ViewOnly"), boundary="AWSNoSuch")),
    ],
)
def test_a_policy_that_aws_does_not_have_fails_within_seconds_of_the_set_being_made(
    resource: str, rule: PermissionSetRule
) -> None:
    class _NoSuchPolicy(MemorySetPolicies):
        def attach_managed(self, arn: str, *, managed_policy: str) -> Receipt:  # noqa: ARG002
            raise NotFound("ResourceNotFoundException: no such policy")

        def put_boundary(self, arn: str, *, managed_policy: str = "", customer_policy: str = "") -> Receipt:  # noqa: ARG002
            raise NotFound("ResourceNotFoundException: no such policy")

    world = World()
    world.around = lambda name, port: _NoSuchPolicy(world.center) if name == "set_policies" else port
    world.policy_is(a_policy(rule, harmless={rule.name}))
    world.plan_all()
    world.execute(seconds=20)
    failed = {str(operation.resource) for operation in world.operations(OperationState.FAILED)}
    assert resource in failed
    assert world.state.open_operations() == []


def test_what_was_made_in_silence_and_is_not_found_yet_stays_ours() -> None:
    world = World()
    world.policy_is(a_policy(a_set("ViewOnly", description="new")))
    world.plan_all()
    hidden = [True]

    class _Hiding:
        """Creates without an answer, and then does not find for a while what it has created."""

        def __init__(self, port: Any) -> None:  # noqa: ANN401
            self._port = port

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401
            return getattr(self._port, name)

        def create(self, attributes: dict[str, str]) -> None:
            self._port.create(attributes)
            raise Unreachable("no answer")

        def find(self, name: str) -> Any:  # noqa: ANN401
            return None if hidden[0] else self._port.find(name)

    world.around = lambda name, entry: _Hiding(entry) if name == "permission_sets" else entry
    world.execute(seconds=5)
    hidden[0] = False
    world.settle()
    (arn,) = world.center.permission_sets
    applied = world.applied(the_set(), PERMISSION_SET)
    assert applied is not None
    assert (applied.references["permission_set_arn"], applied.adopted, applied.doubt) == (arn, False, None)


class _Silent:
    """Permission sets: creates without an answer, and breaks off in the middle of an update."""

    def __init__(self, port: Any) -> None:  # noqa: ANN401
        self._port = port

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._port, name)

    def create(self, attributes: dict[str, str]) -> None:
        self._port.create(attributes)
        raise Unreachable("no answer")

    def untag(self, _arn: str, **_: object) -> None:
        raise Unreachable("no answer")


def test_what_was_made_in_silence_and_brought_up_to_date_by_halves_stays_ours() -> None:
    world = World()
    world.policy_is(a_policy(replace(a_set("ViewOnly"), tags={"owner": "platform"})))
    world.plan_all()

    world.around = lambda name, entry: _Silent(entry) if name == "permission_sets" else entry
    world.execute(seconds=0.7)
    world.policy_is(a_policy(a_set("ViewOnly", description="new")))
    world.plan_all()
    world.execute(seconds=5)
    world.around = World.around
    world.settle()
    (stored,) = world.center.permission_sets.values()
    assert (stored.attributes["description"], stored.tags) == ("new", {})
    applied = world.applied(the_set(), PERMISSION_SET)
    assert applied is not None
    assert (applied.adopted, applied.doubt) == (False, None)


def test_what_turns_out_to_have_been_there_before_is_not_removed_by_a_plan_made_meanwhile() -> None:
    world = World()
    world.center.permission_sets["arn:theirs"] = StoredSet(
        "ViewOnly", {"session_duration": "PT8H"}, managed_policies={_VIEW}
    )
    world.policy_is(a_policy(a_set("ViewOnly", managed=(_VIEW,))))
    world.plan_all()

    def policy_changes() -> None:
        world.policy_is(a_policy(a_set("ViewOnly")))
        world.plan_all()

    _around(world, "set_policies", "attach_managed", policy_changes)
    world.settle()
    assert world.center.permission_sets["arn:theirs"].managed_policies == {_VIEW}


def test_the_removal_of_what_is_gone_by_then_leaves_no_doubt_though_its_end_is_not_recorded() -> None:
    world = World()
    world.policy_is(a_policy(a_group(), a_set(), an_assignment()))
    world.account_is(an_account())
    world.settle()
    world.policy_is(a_policy(a_group(), a_group("data"), a_set(), an_assignment("data")))
    world.plan_all()
    # An earlier plan's removal of the same, which was at AWS when this was planned, has come to its end.
    (key,) = world.center.assignments
    world.center.delete_assignment(key)
    del world.state.applied[ResourceOf(the_account(), assignment())]
    _around(world, "queue", "finish", _fail(Unavailable("the table is out of reach")))
    world.settle()
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "data")}
    assert all(applied.doubt is None for applied in world.state.applied.values())


def test_places_of_lost_requests_come_free_although_runs_are_shorter_than_they_are_kept() -> None:
    """Each run kept them free anew from its own beginning, so that runs of fifteen seconds never got anything done."""
    world = World(budgets=replace(Budgets(), outstanding_assignments=1))
    world.policy_is(a_policy(a_group("engineers"), a_set("ViewOnly"), an_assignment()))
    world.account_is(an_account())
    world.plan_all()

    def dies() -> None:
        raise Crash

    _around(world, "assignments", "create", dies)
    with suppress(Crash):
        world.execute()
    world.around = lambda _name, port: port
    began = world.now
    while not world.assignments() and world.now - began < timedelta(minutes=2):
        world.execute(seconds=15)
        world.sleep(0.5)
    assert world.now - began < world.budgets.lost_request + timedelta(seconds=15)
