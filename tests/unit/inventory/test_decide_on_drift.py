"""Others delete or change something: it is put right on request, by a change like any other, or left as it is."""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from dayone.errors import Inapplicable, Invalid, NotFound
from dayone.inventory.decisions import ignore_finding, repair_finding
from dayone.model.changes import CauseKind, ChangeState
from dayone.model.commands import Command
from dayone.model.inventory import DriftFinding
from dayone.model.operations import OperationState
from dayone.ops.health import check_health
from tests.builders import NOON, a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.fakes.sso.directory import MemoryDirectory
from tests.fakes.sso.identity_center import StoredGroup
from tests.fakes.sso.set_policies import MemorySetPolicies
from tests.unit.previews import api_of
from tests.unit.world import World

_POLICY = a_policy(
    a_group(),
    a_set(managed=("ReadOnlyAccess",), inline='{"Version": "2012-10-17", "Statement": []}'),
    an_assignment(),
    harmless=("ViewOnly",),
)


@pytest.fixture
def world() -> World:
    world = World(approves=True)
    world.account_is(an_account())
    world.hr_tells(a_person())
    world.policy_is(_POLICY)
    world.settle()
    return world


_TIMES = count()


def _repair(world: World, finding: DriftFinding, *, approves: bool = False) -> ChangeState:
    """Somebody asks for it; returns the state of the change when nothing is left to do."""
    world.approves = approves
    ports = api_of(world)
    ports.entropy = lambda: next(_TIMES).to_bytes(10)
    cause = repair_finding(finding.id, actor="arn:operator", ports=ports)
    assert (cause.kind, cause.actor, cause.reference) == (CauseKind.DRIFT, "arn:operator", finding.id)
    world.settle()
    return world.state.changes[cause.change].state


def _delete_group(world: World) -> None:
    MemoryDirectory(world.center).delete_group(next(iter(world.center.groups)))


def _rename_group(world: World) -> None:
    next(iter(world.center.groups.values())).name = "engineers (old)"


def _delete_user(world: World) -> None:
    MemoryDirectory(world.center).delete_user(next(iter(world.center.users)))


def _remove_member(world: World) -> None:
    world.center.memberships.clear()


def _unassign(world: World) -> None:
    world.center.delete_assignment(next(iter(world.center.assignments)))


def _longer_session(world: World) -> None:
    next(iter(world.center.permission_sets.values())).attributes["session_duration"] = "PT12H"


def _detach(world: World) -> None:
    arn = next(iter(world.center.permission_sets))
    MemorySetPolicies(world.center).detach_managed(arn, managed_policy="ReadOnlyAccess")


def _edit_inline(world: World) -> None:
    arn = next(iter(world.center.permission_sets))
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    MemorySetPolicies(world.center).put_inline(arn, document=json.dumps(everything))


def _delete_set(world: World) -> None:
    (arn,) = world.center.permission_sets
    for key in list(world.center.assignments):
        world.center.delete_assignment(key)
    del world.center.permission_sets[arn]


EDITS = [
    _delete_set,
    _delete_group,
    _rename_group,
    _delete_user,
    _remove_member,
    _unassign,
    _longer_session,
    _detach,
    _edit_inline,
]


@pytest.mark.parametrize("edit", EDITS, ids=[edit.__name__ for edit in EDITS])
def test_all_is_as_before_when_nothing_is_left_to_repair(world: World, edit: Callable[[World], None]) -> None:
    before = (world.users(), world.groups(), world.assignments())
    sets = [vars(deepcopy(stored)) for stored in world.center.permission_sets.values()]
    parts = [{**stored, "revision": 0} for stored in sets]
    edit(world)
    rounds = 0
    # What hung on a deleted group or user is found once that is there again.
    while world.take_inventory() and (found := world.inventory.findings()):
        rounds += 1
        assert rounds < 4
        for finding in found:
            assert _repair(world, finding) is ChangeState.SUCCEEDED
    assert rounds
    assert (world.users(), world.groups(), world.assignments()) == before
    assert [{**vars(stored), "revision": 0} for stored in world.center.permission_sets.values()] == parts


def test_what_nobody_wants_any_more_is_not_made_again(world: World) -> None:
    _remove_member(world)
    world.take_inventory()
    (finding,) = world.inventory.findings()
    world.hr_tells(a_person(department="Sales"))
    world.settle()
    _repair(world, finding)
    assert world.groups() == {"engineers": set()}


def test_what_others_have_made_is_not_removed(world: World) -> None:
    world.center.groups["group-x"] = StoredGroup("Contractors", "")
    world.take_inventory()
    (finding,) = world.inventory.findings()
    with pytest.raises(Inapplicable, match="dayone policy describe group:Contractors"):
        _repair(world, finding)
    assert world.center.groups["group-x"]
    with pytest.raises(NotFound):
        repair_finding("nothing", actor="arn:operator", ports=api_of(world))


def test_access_to_a_sensitive_set_that_somebody_took_is_given_back_by_the_same_guards(world: World) -> None:
    """Nobody is asked twice for what was approved and is only put right, and nothing else comes with it."""
    _unassign(world)
    world.take_inventory()
    (finding,) = world.inventory.findings()
    _repair(world, finding)
    done = [operation for operation in world.operations() if operation.actor == "arn:operator"]
    assert [(operation.state, str(operation.resource)) for operation in done] == [
        (OperationState.SUCCEEDED, "assignment/ViewOnly/engineers")
    ]


def _ignore(world: World, finding: DriftFinding, **changed: Any) -> ChangeState:  # noqa: ANN401 - of two types
    ports = api_of(world)
    ports.entropy = lambda: next(_TIMES).to_bytes(10)
    given: dict[str, Any] = {"until": world.now + timedelta(days=30), "reason": "until the audit is over", **changed}
    cause = ignore_finding(finding.id, actor="arn:administrator", ports=ports, **given)
    world.settle()
    return world.state.changes[cause.change].state


def _warnings(world: World) -> list[str]:
    return [text for text in check_health(api_of(world)).warnings if "differs" in text]


def test_what_is_ignored_is_listed_and_no_warning_until_its_date(world: World) -> None:
    _remove_member(world)
    world.take_inventory()
    (finding,) = world.inventory.findings()
    assert _warnings(world)
    assert _ignore(world, finding) is ChangeState.SUCCEEDED
    world.take_inventory()
    (ignored,) = world.inventory.findings()
    assert ignored.ignored is not None
    assert (ignored.ignored.actor, ignored.ignored.reason) == ("arn:administrator", "until the audit is over")
    assert _warnings(world) == []
    world.now += timedelta(days=30)
    assert _warnings(world)
    (entry,) = [entry for entry, _ in world.state.log if entry.action == "ignore-finding"]
    assert entry.actor == "arn:administrator"
    assert finding.id in entry.detail


@pytest.mark.parametrize("changed", [{"until": NOON}, {"reason": " "}, {"reason": "x" * 201}], ids=str)
def test_a_decision_has_a_date_in_the_future_and_a_reason(world: World, changed: dict[str, Any]) -> None:
    _remove_member(world)
    world.take_inventory()
    (finding,) = world.inventory.findings()
    with pytest.raises(Invalid):
        _ignore(world, finding, **changed)
    assert _warnings(world)


def test_what_is_no_more_by_then_is_not_made_again_by_ignoring_it(world: World) -> None:
    before = deepcopy(world.center.memberships)
    _remove_member(world)
    world.take_inventory()
    (finding,) = world.inventory.findings()
    command = _asked(world, finding)
    world.center.memberships = before
    world.take_inventory()
    world.plan(command)
    assert world.inventory.findings() == []


def _asked(world: World, finding: DriftFinding) -> Command:
    ports = api_of(world)
    until = world.now + timedelta(days=30)
    ignore_finding(finding.id, until=until, reason="later", actor="arn:administrator", ports=ports)
    return world.inbox.commands.pop()
