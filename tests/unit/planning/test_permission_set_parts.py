"""All that a permission set can hold, from the policy to Identity Center and back out again."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from dayone.errors import Refused, Unreachable
from dayone.model.operations import OperationState
from dayone.model.policy.rules import CustomerPolicy, PermissionSetRule
from dayone.ports.identity_center import Receipt
from tests.builders import ACCOUNT_ID, a_group, a_policy, a_set, an_account, an_assignment
from tests.fakes.sso.identity_center import StoredSet
from tests.fakes.sso.permission_sets import MemoryPermissionSets
from tests.fakes.sso.set_policies import MemorySetPolicies
from tests.unit.world import World

_DEPLOYER = CustomerPolicy("Deployer", "/teams/")
_FULL = replace(
    a_set(managed=("ReadOnlyAccess",), inline="{}", description="All of it"),
    customer_policies=(_DEPLOYER,),
    boundary="PowerUserAccess",
    tags={"team": "blue", "cost": "1"},
)


def _with(rule: PermissionSetRule) -> World:
    """The permission set is there and assigned."""
    world = World()
    world.account_is(an_account())
    _becomes(world, rule)
    return world


def _becomes(world: World, rule: PermissionSetRule) -> list[str]:
    policy = a_policy(a_group(), rule, an_assignment(), harmless={"ViewOnly"})
    world.called_harmless(policy)
    request = world.policy_is(policy)
    world.settle()
    return [outcome for outcome in world.outcomes(request) if "group" not in outcome]


def _stored(world: World) -> StoredSet:
    (stored,) = world.center.permission_sets.values()
    return stored


def test_a_new_permission_set_has_all_that_the_policy_gives_it() -> None:
    world = _with(_FULL)
    stored = _stored(world)
    assert stored.attributes == {"description": "All of it", "session_duration": "PT8H"}
    assert (stored.managed_policies, stored.customer_policies) == ({"ReadOnlyAccess"}, {"/teams/Deployer"})
    assert (stored.inline_policy, stored.boundary) == ("{}", "PowerUserAccess")
    assert stored.tags == {"team": "blue", "cost": "1"}
    assert world.unprovisioned() == []


def test_what_the_policy_no_longer_gives_is_taken_away_and_the_accounts_are_brought_up_to_date() -> None:
    world = _with(_FULL)
    assert _becomes(world, a_set()) == [
        "delete managed-policy/ReadOnlyAccess: succeeded",
        "delete customer-policy//teams/Deployer: succeeded",
        "delete inline-policy: succeeded",
        "delete boundary: succeeded",
        "update permission-set: succeeded",
        "update provisioning: succeeded",
    ]
    assert _stored(world) == StoredSet("ViewOnly", {"session_duration": "PT8H"}, revision=_stored(world).revision)
    assert world.unprovisioned() == []


def test_tags_change_come_and_go() -> None:
    world = _with(_FULL)
    changed = replace(_FULL, tags={"team": "red", "level": ""})
    assert _becomes(world, changed) == ["update permission-set: succeeded", "update provisioning: succeeded"]
    assert _stored(world).tags == {"team": "red", "level": ""}


def test_a_tag_that_somebody_else_has_added_stays() -> None:
    world = _with(_FULL)
    _stored(world).tags["theirs"] = "x"
    _becomes(world, replace(_FULL, tags={}))
    assert _stored(world).tags == {"theirs": "x"}


def test_a_boundary_changes_its_kind() -> None:
    world = _with(_FULL)
    assert _becomes(world, replace(_FULL, boundary=_DEPLOYER)) == [
        "update boundary: succeeded",
        "update provisioning: succeeded",
    ]
    assert _stored(world).boundary == "/teams/Deployer"


def test_nothing_is_attached_where_the_boundary_cannot_be_set() -> None:
    class _NoBoundary(MemorySetPolicies):
        def put_boundary(self, arn: str, *, managed_policy: str = "", customer_policy: str = "") -> Receipt:  # noqa: ARG002
            raise Refused("ValidationException: no such policy")

    world = World()
    world.around = lambda name, port: _NoBoundary(world.center) if name == "set_policies" else port
    outcomes = _becomes(world, _FULL)
    assert "create boundary: failed" in outcomes
    assert (_stored(world).managed_policies, _stored(world).customer_policies) == (set(), set())
    assert (_stored(world).inline_policy, world.assignments()) == ("", set())
    (first, *_) = [
        operation for operation in world.operations(OperationState.FAILED) if operation.kind == "create-managed-policy"
    ]
    assert first.failure_reason == "create-boundary failed: ValidationException: no such policy"


def test_one_that_is_exactly_so_already_is_taken_on_tags_and_all() -> None:
    world = World()
    world.center.permission_sets["arn:theirs"] = StoredSet(
        "ViewOnly", {"session_duration": "PT8H"}, {"team": "blue"}, {"ReadOnlyAccess"}
    )
    world.account_is(an_account())
    _becomes(world, replace(a_set(managed=("ReadOnlyAccess",)), tags={"team": "blue"}))
    assert list(world.center.permission_sets) == ["arn:theirs"]
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}


def test_one_that_has_other_tags_is_left_to_its_makers() -> None:
    world = World()
    theirs = StoredSet("ViewOnly", {"session_duration": "PT8H"}, {"team": "red"})
    world.center.permission_sets["arn:theirs"] = theirs
    outcomes = _becomes(world, replace(a_set(), tags={"team": "blue"}))
    assert "create permission-set: failed" in outcomes
    assert _stored(world).tags == {"team": "red"}


class _NoTags(MemoryPermissionSets):
    def tag(self, arn: str, *, tags: Mapping[str, str]) -> Receipt:  # noqa: ARG002
        raise Refused("ValidationException: no such tag")

    def untag(self, arn: str, *, keys: Iterable[str]) -> Receipt:  # noqa: ARG002
        raise Refused("ValidationException: no such tag")


class _LostTags(MemoryPermissionSets):
    def tag(self, arn: str, *, tags: Mapping[str, str]) -> Receipt:
        super().tag(arn, tags=tags)
        raise Unreachable("no answer")


def test_what_an_update_has_done_before_it_was_refused_is_undone_by_the_next_plan() -> None:
    world = _with(_FULL)
    world.around = lambda name, port: _NoTags(world.center) if name == "permission_sets" else port
    other = replace(_FULL, description="Less of it", tags={"team": "green"})
    assert "update permission-set: failed" in _becomes(world, other)
    assert _stored(world).attributes["description"] == "Less of it"
    world.around = World.around
    _becomes(world, _FULL)
    assert (_stored(world).attributes["description"], _stored(world).tags) == (
        "All of it",
        {"team": "blue", "cost": "1"},
    )


def test_tags_that_a_lost_update_has_added_are_taken_away_when_they_are_not_wanted() -> None:
    world = _with(_FULL)
    world.around = lambda name, port: _LostTags(world.center) if name == "permission_sets" else port
    world.policy_is(
        a_policy(a_group(), replace(_FULL, tags={"team": "green", "new": "1"}), an_assignment(), harmless={"ViewOnly"})
    )
    world.plan_all()
    world.execute(seconds=5)
    world.around = World.around
    _becomes(world, _FULL)
    assert _stored(world).tags == {"team": "blue", "cost": "1"}


class _NoDocument(MemorySetPolicies):
    def put_inline(self, arn: str, *, document: str) -> Receipt:  # noqa: ARG002
        raise Refused("ValidationException: no such action")


def test_a_change_of_mind_half_way_is_provisioned_as_well() -> None:
    world = _with(_FULL)
    world.around = lambda name, port: _NoDocument(world.center) if name == "set_policies" else port
    other = replace(_FULL, inline_policy='{"Statement": []}')
    assert _becomes(world, other) == ["update inline-policy: failed", "update provisioning: failed"]
    assert _becomes(world, _FULL) == ["update provisioning: succeeded"]


def test_a_set_can_be_assigned_while_it_changes() -> None:
    world = _with(_FULL)
    world.around = lambda name, port: _NoDocument(world.center) if name == "set_policies" else port
    _becomes(world, replace(_FULL, inline_policy='{"Statement": []}'))
    # In the form that it has by then it was not called harmless.
    world.approves = True
    world.account_is(an_account("999988887777"))
    world.settle()
    assert {account for account, *_ in world.assignments()} == {ACCOUNT_ID, "999988887777"}
