"""Requests and ends of before the loss of a table, or meanwhile, are not recorded by what was known of them then."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.inventory.service import read_inventory
from dayone.model.commands import CorrectRecord
from dayone.model.operations import OperationState
from dayone.model.people import Status
from dayone.model.subjects import Resource, ResourceKind, Subject, SubjectKind
from dayone.ops.recovery import request_rebuilding
from tests.builders import ACCOUNT_ID, a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.unit.previews import api_of
from tests.unit.whole.recovered_world import minutes, rebuilt, replace_table
from tests.unit.world import World

_POLICY = a_policy(
    a_group(department="Engineering"),
    a_group("sales", department="Sales"),
    a_set(),
    an_assignment(),
    an_assignment("sales"),
)
_GIVEN = (ACCOUNT_ID, "ViewOnly", "sales")


@pytest.fixture
def world() -> World:
    """Two people in a group each, with an inventory of a day ago."""
    world = World(approves=True)
    world.account_is(an_account())
    world.hr_tells(a_person("e-1"))
    world.hr_tells(a_person("e-2", department="Sales"))
    world.policy_is(_POLICY)
    world.settle()
    world.take_inventory()
    return world


def _without_the_executor(world: World, number: int) -> None:
    for _ in range(number):
        world.sweep()
        world.plan_all()
        world.sleep(61)
        read_inventory(ports=world.reading(), longest=timedelta(seconds=40))


def test_the_answer_to_a_request_of_before_is_not_believed(world: World) -> None:
    world.policy_is(replace(_POLICY, version=2, assignments=_POLICY.assignments[:1]))
    world.settle()
    world.aws_works = False
    world.policy_is(replace(_POLICY, version=3))
    world.plan_all()
    world.execute(seconds=3)
    assert world.operations(OperationState.SUBMITTED)
    copy = deepcopy(world.state)
    world.aws_works = True
    world.settle()
    world.policy_is(replace(_POLICY, version=4, assignments=_POLICY.assignments[:1]))
    world.settle()
    assert _GIVEN not in world.assignments()
    replace_table(world, copy)
    rebuilt(world)
    assert world.fence().recovery() is None
    # The copy wants what was requested, and only AWS can say whether it is there.
    assert _GIVEN in world.assignments()


def test_a_recovery_does_not_end_while_the_answer_to_a_request_of_before_could_be_believed(world: World) -> None:
    world.aws_works = False
    world.policy_is(replace(_POLICY, version=2, assignments=_POLICY.assignments[:1]))
    world.plan_all()
    world.execute(seconds=3)
    assert world.operations(OperationState.SUBMITTED)
    replace_table(world, deepcopy(world.state))
    _without_the_executor(world, 3)
    request_rebuilding(actor="arn:admin", ports=api_of(world))
    _without_the_executor(world, 4)
    assert world.fence().recovery() is not None
    world.execute()
    assert not world.operations(OperationState.SUBMITTED)
    world.sweep()
    assert world.fence().recovery() is None


def test_what_somebody_who_left_meanwhile_has_lost_again_is_not_recorded_by_the_finding_of_before(
    world: World,
) -> None:
    copy = deepcopy(world.state)
    world.hr_tells(a_person("e-1", department="Sales"))
    world.settle()
    replace_table(world, copy)
    minutes(world, 3)
    request_rebuilding(actor="arn:admin", ports=api_of(world))
    minutes(world)
    world.hr_tells(a_person("e-1", department="Sales", status=Status.ENDED))
    world.plan_all()
    world.sweep()
    for command in [each for each in world.inbox.commands if isinstance(each, CorrectRecord)]:
        world.plan(command)
        world.inbox.commands.remove(command)
    world.execute()
    assert "e-1@example.com" not in world.groups()["sales"]
    world.plan_all()
    assert world.state.recovery is not None
    assert world.state.recovery.change
    assert not world.applied(Subject(SubjectKind.PERSON, "e-1"), Resource(ResourceKind.MEMBERSHIP, "sales"))
    minutes(world, 3)
    assert world.fence().recovery() is None
