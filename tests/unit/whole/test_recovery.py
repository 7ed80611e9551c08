"""The table is lost, or an older copy takes its place: nothing follows from it until the record is rebuilt."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dayone.errors import Inapplicable, Unavailable
from dayone.inventory.service import read_inventory
from dayone.model.accounts import AccountState
from dayone.model.operations import OperationState
from dayone.model.people import Leavers, LifeCycle, Status
from dayone.model.policy.rules import Guardrails, Protection
from dayone.model.recovery import TableIdentity
from dayone.ops.recovery import read_recovery, request_rebuilding
from dayone.ports.identity_center import Receipt
from tests.builders import ACCOUNT_ID, a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.fakes.sso.directory import MemoryDirectory
from tests.fakes.state_tables import MemoryFence
from tests.fakes.table.state import State
from tests.unit.previews import api_of
from tests.unit.whole.recovered_world import RecoveredWorld, minutes, rebuilt, replace_table
from tests.unit.world import World

_POLICY = a_policy(
    a_group(department="Engineering"),
    a_group("sales", department="Sales"),
    a_set(),
    an_assignment(),
    an_assignment("sales"),
)
_ALL = {"engineers": {"e-1@example.com"}, "sales": {"e-2@example.com"}}


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


def _members(world: World) -> dict[str, set[str]]:
    return world.groups()


def test_a_table_of_another_id_opens_a_recovery_and_an_unreadable_fence_does_not(world: World) -> None:
    assert world.fence().recovery() is None
    world.outside.fails = Unavailable("AccessDenied")
    assert world.fence().recovery() is None
    world.outside.fails = None
    replace_table(world, deepcopy(world.state))
    recovery = world.fence().recovery()
    assert recovery is not None
    assert recovery.since is None
    world.sweep()
    assert world.state.recovery is not None
    assert world.state.recovery.since == world.now
    # It is open from then on, whatever can be read.
    world.outside.fails = Unavailable("AccessDenied")
    assert world.fence().recovery() == world.state.recovery


def test_while_it_is_open_nothing_is_given_and_nothing_taken_by_comparison(world: World) -> None:
    copy = deepcopy(world.state)
    world.hr_tells(a_person("e-1", department="Sales"))
    world.settle()
    moved = _members(world)
    replace_table(world, copy)
    world.sweep()
    world.hr_tells(a_person("e-3"))
    minutes(world, 3)
    assert _members(world) == moved
    assert not any(name.startswith("e-3") for name in world.users())


def test_an_end_is_carried_out_at_once_with_what_the_copy_does_not_know_of(world: World) -> None:
    copy = deepcopy(world.state)
    world.hr_tells(a_person("e-1", department="Sales"))
    world.settle()
    replace_table(world, copy)
    world.sweep()
    world.sleep(5)
    world.hr_tells(a_person("e-1", department="Sales", status=Status.ENDED))
    minutes(world, 4)
    assert world.fence().recovery() is not None
    assert not any("e-1" in member for members in _members(world).values() for member in members)


def test_the_record_is_rebuilt_and_work_goes_on(world: World) -> None:
    copy = deepcopy(world.state)
    world.hr_tells(a_person("e-1", department="Sales"))
    world.hr_tells(a_person("e-3"))
    world.settle()
    replace_table(world, copy)
    # HR sends everybody again, as the runbook says.
    world.hr_tells(a_person("e-1", department="Sales"))
    world.hr_tells(a_person("e-3"))
    before = _members(world)
    rebuilt(world)
    assert world.fence().recovery() is None
    assert world.state.identity == TableIdentity(table_id="table-2", epoch=2)
    assert world.outside.identity == world.state.identity
    assert _members(world) == before
    # What the copy did not know of goes with its reason from now on.
    world.hr_tells(a_person("e-3", status=Status.ENDED))
    world.hr_tells(a_person("e-1", status=Status.ENDED))
    world.settle()
    assert not any(name[:3] in ("e-1", "e-3") for members in _members(world).values() for name in members)


def test_a_lost_table_is_recovered_from_what_others_know(world: World) -> None:
    before, given = _members(world), world.assignments()
    empty = State(identity=None)
    empty.hr_versions = world.state.hr_versions
    replace_table(world, empty)
    world.account_is(an_account())
    world.hr_tells(a_person("e-1"))
    world.hr_tells(a_person("e-2", department="Sales"))
    world.policies.clear()
    world.policy_is(_POLICY)
    rebuilt(world)
    assert world.fence().recovery() is None
    assert (_members(world), world.assignments()) == (before, given)
    world.hr_tells(a_person("e-1", status=Status.ENDED))
    world.settle()
    assert _members(world)["engineers"] == set()


def test_who_is_known_only_after_identity_center_was_read_is_recognised_before_the_record_isrebuilt(
    world: World,
) -> None:
    empty = State(identity=None)
    empty.hr_versions = world.state.hr_versions
    replace_table(world, empty)
    minutes(world, 3)
    assert world.inventory.last_complete
    world.account_is(an_account())
    world.hr_tells(a_person("e-1", department="Sales"))
    world.hr_tells(a_person("e-2", department="Sales"))
    world.policies.clear()
    world.policy_is(_POLICY)
    rebuilt(world)
    assert world.fence().recovery() is None
    assert _members(world) == {"engineers": set(), "sales": {"e-1@example.com", "e-2@example.com"}}


def test_members_of_whom_nothing_is_known_are_listed_and_keep_what_they_have(world: World) -> None:
    copy = deepcopy(world.state)
    world.hr_tells(a_person("e-9"))
    world.settle()
    replace_table(world, copy)
    minutes(world, 3)
    report = read_recovery(ports=api_of(world))
    assert [finding.difference.subject for finding in report.unknown] == ["user:e-9@example.com"]
    rebuilt(world)
    assert "e-9@example.com" in _members(world)["engineers"]
    assert [finding.difference.subject for finding in world.inventory.findings()].count("user:e-9@example.com") >= 1


def test_it_is_not_ended_before_identity_center_was_read(world: World) -> None:
    with pytest.raises(Inapplicable, match="nothing to recover"):
        request_rebuilding(actor="arn:admin", ports=api_of(world))
    replace_table(world, deepcopy(world.state))
    with pytest.raises(Inapplicable, match="not been read completely"):
        request_rebuilding(actor="arn:admin", ports=api_of(world))
    world.sweep()
    with pytest.raises(Inapplicable, match="not been read completely"):
        request_rebuilding(actor="arn:admin", ports=api_of(world))
    assert (ACCOUNT_ID, "ViewOnly", "engineers") in world.assignments()


def test_what_the_copy_does_not_know_of_is_nobody_elses_and_is_not_removed_as_such(world: World) -> None:
    world.policy_is(replace(_POLICY, version=2, guardrails=Guardrails(removes_unmanaged=True)))
    world.settle()
    copy = deepcopy(world.state)
    world.hr_tells(a_person("e-1", department="Sales"))
    world.settle()
    before = _members(world)
    replace_table(world, copy)
    minutes(world, 30)
    (found,) = [each for each in world.inventory.findings() if each.difference.resource == "membership/sales"]
    assert not world.inventory.repairs()
    world.hr_tells(a_person("e-1", department="Sales"))
    rebuilt(world)
    target = found.difference.target
    assert target is not None
    assert world.applied(target.subject, target.resource)
    minutes(world, 30)
    assert _members(world) == before


def test_what_is_missing_is_made_once_more_by_whatever_plan_is_the_last(world: World) -> None:
    copy = deepcopy(world.state)
    world.center.memberships.clear()
    replace_table(world, copy)
    minutes(world, 3)
    request_rebuilding(actor="arn:admin", ports=api_of(world))
    world.plan_all()
    world.hr_tells(a_person("e-1", given_name="Augusta"))
    world.plan_all()
    assert world.fence().recovery() is not None
    minutes(world, 3)
    world.settle()
    assert _members(world) == _ALL


def test_who_was_taken_out_and_put_in_once_more_since_the_copy_goes_with_the_reason(world: World) -> None:
    copy = deepcopy(world.state)
    for department in ("Sales", "Engineering"):
        world.hr_tells(a_person("e-1", department=department))
        world.settle()
    replace_table(world, copy)
    world.hr_tells(a_person("e-1"))
    rebuilt(world)
    assert _members(world) == _ALL
    world.hr_tells(a_person("e-1", status=Status.ENDED))
    world.settle()
    assert _members(world)["engineers"] == set()


def test_an_assignment_that_the_copy_does_not_know_of_goes_with_its_rule(world: World) -> None:
    world.policy_is(replace(_POLICY, version=2, assignments=_POLICY.assignments[:1]))
    world.settle()
    copy = deepcopy(world.state)
    world.policy_is(replace(_POLICY, version=3))
    world.settle()
    assert (ACCOUNT_ID, "ViewOnly", "sales") in world.assignments()
    replace_table(world, copy)
    rebuilt(world)
    assert (ACCOUNT_ID, "ViewOnly", "sales") not in world.assignments()


def test_a_user_and_a_group_that_were_made_once_more_since_the_copy_are_recognised(world: World) -> None:
    deleting = replace(_POLICY, version=2, people=LifeCycle(leavers=Leavers.DELETE))
    world.policy_is(deleting)
    world.settle()
    copy = deepcopy(world.state)
    world.hr_tells(a_person("e-1", status=Status.ENDED))
    world.settle()
    world.policy_is(replace(deleting, version=3, groups=deleting.groups[1:], assignments=deleting.assignments[1:]))
    world.settle()
    assert "engineers" not in _members(world)
    world.hr_tells(a_person("e-1"))
    world.policy_is(replace(deleting, version=4))
    world.settle()
    before = _members(world), world.assignments()
    replace_table(world, copy)
    world.hr_tells(a_person("e-1"))
    world.policy_is(replace(deleting, version=5))
    rebuilt(world)
    assert (_members(world), world.assignments()) == before
    assert world.state.existing == sum(applied.counted for applied in world.state.applied.values())
    world.hr_tells(a_person("e-1", status=Status.ENDED))
    world.settle()
    assert _members(world)["engineers"] == set()
    assert "e-1@example.com" not in world.users()


class _Copying:
    """A directory; a copy of the table is made while it creates or changes a group."""

    def __init__(self, directory: Any, world: World, copies: list[State]) -> None:  # noqa: ANN401 - stands for any port
        self._directory, self._world, self._copies = directory, world, copies

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - stands for every other method
        return getattr(self._directory, name)

    def create_group(self, attributes: Mapping[str, str]) -> Receipt:
        self._copies.append(deepcopy(self._world.state))
        receipt: Receipt = self._directory.create_group(attributes)
        return receipt

    def update_group(self, group_id: str, *, attributes: Mapping[str, str]) -> Receipt:
        self._copies.append(deepcopy(self._world.state))
        receipt: Receipt = self._directory.update_group(group_id, attributes=attributes)
        return receipt


def test_a_group_whose_creation_the_copy_remembers_as_begun_is_recognised_though_it_was_edited_since(
    world: World,
) -> None:
    copies: list[State] = []
    more = replace(_POLICY, version=2, groups=(*_POLICY.groups, a_group("support")))
    world.around = lambda name, port: _Copying(port, world, copies) if name == "directory" else port
    world.policy_is(more)
    world.settle()
    edited = (*_POLICY.groups, a_group("support", description="Second line"))
    world.policy_is(replace(more, version=3, groups=edited))
    world.settle()
    copy, *_ = copies
    replace_table(world, copy)
    world.policy_is(replace(more, version=4))
    rebuilt(world)
    assert [group.description for group in world.center.groups.values() if group.name == "support"] == [""]
    world.policy_is(replace(_POLICY, version=5))
    world.settle()
    assert "support" not in _members(world)


def test_who_has_left_goes_from_a_group_whose_change_the_copy_remembers_as_begun(world: World) -> None:
    copies: list[State] = []
    world.around = lambda name, port: _Copying(port, world, copies) if name == "directory" else port
    edited = (_POLICY.groups[0], a_group("sales", department="Sales", description="Those who sell"))
    world.policy_is(replace(_POLICY, version=2, groups=edited))
    world.settle()
    world.hr_tells(a_person("e-1", department="Sales"))
    world.settle()
    assert "e-1@example.com" in _members(world)["sales"]
    (copy,) = copies
    replace_table(world, copy)
    world.hr_tells(a_person("e-1", department="Sales", status=Status.ENDED))
    rebuilt(world)
    assert world.fence().recovery() is None
    assert _members(world) == {"engineers": set(), "sales": {"e-2@example.com"}}


def test_an_edit_meanwhile_is_about_what_the_record_knows_by_name(world: World) -> None:
    empty = State(identity=None)
    empty.hr_versions = world.state.hr_versions
    replace_table(world, empty)
    world.account_is(an_account())
    world.hr_tells(a_person("e-1"))
    world.policies.clear()
    world.policy_is(_POLICY)
    minutes(world)
    key = next(iter(world.center.assignments))
    request = {
        "targetId": key.account_id,
        "permissionSetArn": key.permission_set_arn,
        "principalType": key.principal_type,
        "principalId": key.principal_id,
    }
    detail = {
        "userIdentity": {"type": "AssumedRole", "arn": "arn:jane"},
        "eventTime": world.now.isoformat(),
        "eventName": "CreateAccountAssignment",
        "requestParameters": request,
    }
    world.edit_events.waiting["receipt"] = json.dumps({"id": "event", "source": "aws.sso", "detail": detail})
    read_inventory(ports=world.reading(), longest=timedelta(seconds=40))
    (found,) = [each.difference for each in world.inventory.findings() if each.edit]
    assert found.target is not None


def test_what_hung_on_what_is_gone_comes_back_with_it(world: World) -> None:
    before = _members(world), world.assignments()
    replace_table(world, deepcopy(world.state))
    directory = MemoryDirectory(world.center)
    directory.delete_group(next(iter(world.center.groups)))
    directory.delete_user(next(name for name, user in world.center.users.items() if user["user_name"][:3] == "e-2"))
    rebuilt(world)
    assert world.fence().recovery() is None
    assert (_members(world), world.assignments()) == before
    assert not [each for each in world.state.operations.values() if each.state is OperationState.FAILED]


def test_an_assignment_comes_back_with_its_permission_set(world: World) -> None:
    before = world.assignments()
    replace_table(world, deepcopy(world.state))
    world.center.assignments.clear()
    world.center.permission_sets.clear()
    rebuilt(world)
    assert world.assignments() == before


def test_what_a_suspended_account_has_lost_since_the_copy_is_given_anew_once_it_is_active(world: World) -> None:
    copy = deepcopy(world.state)
    world.policy_is(replace(_POLICY, version=2, assignments=_POLICY.assignments[:1]))
    world.settle()
    assert (ACCOUNT_ID, "ViewOnly", "sales") not in world.assignments()
    replace_table(world, copy)
    suspended = an_account(state=AccountState.SUSPENDED)
    world.account_is(suspended)
    world.policy_is(replace(_POLICY, version=3))
    rebuilt(world)
    assert world.fence().recovery() is None
    world.account_is(an_account())
    world.settle()
    assert (ACCOUNT_ID, "ViewOnly", "sales") in world.assignments()


def test_what_somebody_protected_has_lost_since_the_copy_is_given_anew_once_the_policy_protects_them_no_more(
    world: World,
) -> None:
    copy = deepcopy(world.state)
    world.hr_tells(a_person("e-1", department="Law"))
    world.settle()
    replace_table(world, copy)
    world.policy_is(replace(_POLICY, version=2, protection=Protection(people=frozenset({"e-1"}))))
    world.hr_tells(a_person("e-1"))
    rebuilt(world)
    assert world.fence().recovery() is None
    assert _members(world)["engineers"] == set()
    world.policy_is(replace(_POLICY, version=3))
    world.settle()
    assert _members(world) == _ALL


@pytest.mark.parametrize("seed", range(12))
def test_after_a_recovery_everybody_has_what_hr_says_and_no_leaver_has_anything(seed: int) -> None:
    assert RecoveredWorld(seed).run() == []


def test_without_a_recovery_a_copy_leaves_people_what_they_should_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryFence, "recovery", lambda _self: None)
    assert any("is in" in violation for seed in range(8) for violation in RecoveredWorld(seed).run())
