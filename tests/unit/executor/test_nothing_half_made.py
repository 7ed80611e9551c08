"""A creation that came to nothing, and a permission set that is not whole yet: neither is taken for what it is not."""

from dataclasses import replace

from dayone.errors import Refused
from dayone.model.operations import OperationState
from dayone.model.subjects import ResourceOf
from dayone.ports.identity_center import Receipt
from tests.builders import (
    ACCOUNT_ID,
    PERMISSION_SET,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    membership,
    the_person,
    the_set,
)
from tests.fakes.sso.directory import MemoryDirectory
from tests.unit.world import World

_POLICY = a_policy(a_group("engineers"), a_set("ViewOnly", managed=("job-function/ViewOnlyAccess",)), an_assignment())


class _RefusesMembers(MemoryDirectory):
    def add_member(self, *, group_id: str, user_id: str) -> Receipt:  # noqa: ARG002
        raise Refused("ValidationException: no")


def _one_of_all() -> World:
    world = World()
    world.policy_is(_POLICY)
    world.account_is(an_account())
    world.hr_tells(a_person())
    return world


def test_a_creation_that_aws_refuses_at_once_leaves_nothing_in_doubt() -> None:
    world = _one_of_all()
    world.around = lambda name, port: _RefusesMembers(world.center) if name == "directory" else port
    world.settle()
    (failed,) = world.operations(OperationState.FAILED)
    assert failed.kind == "create-membership"
    assert world.applied(the_person(), membership()) is None


def test_a_set_that_was_made_again_is_given_to_nobody_before_it_is_provisioned() -> None:
    """The old one was provisioned, the new one was not, and has none of what limits it yet."""
    world = _one_of_all()
    world.settle()
    (before,) = world.center.permission_sets
    # As a plan leaves it that has made the set again, and whose provisioning has not come to its end.
    world.center.permission_sets[f"{before}-new"] = world.center.permission_sets[before]
    made = world.applied(the_set(), PERMISSION_SET)
    assert made is not None
    references = {"permission_set_arn": f"{before}-new"}
    world.state.applied[ResourceOf(the_set(), PERMISSION_SET)] = replace(made, references=references)
    world.account_is(an_account("999988887777"))
    world.plan_all()
    world.execute(seconds=10)
    assert {account for account, *_ in world.assignments()} == {ACCOUNT_ID}
