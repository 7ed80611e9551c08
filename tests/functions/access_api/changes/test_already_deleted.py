"""A deletion that has met nothing to delete says so: in the change, the audit log, the events and the command."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dayone.errors import Unreachable
from dayone.ports.identity_center import Receipt
from tests.builders import a_person, an_account
from tests.fakes.sso.identity_center import MemoryIdentityCenter
from tests.functions.whole_day_one import Door, open_door
from tests.unit.cli_runs import dayone
from tests.unit.world import World

ACCOUNT = "111111111111"
_TOP = "version: 1\npeople: {leavers: delete}\n"
_ENGINEERS = "  engineers: {members: [{department: Engineering}]}\n"
_EVERYBODY = '  everybody: {members: [{employment: "*"}]}\n'
_EMPTY = "  nobody: {members: [{department: Nowhere}]}\n"
_WHOLE = "  ViewOnly:\n    managed_policies: [ViewOnlyAccess, ReadOnlyAccess]\n"
_PARTS = (
    "    customer_managed_policies: [{name: Deployer}]\n"
    "    inline_policy: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: 's3:ListBucket', Resource: '*'}]}\n"
    "    permissions_boundary: {managed_policy: ReadOnlyAccess}\n"
)
_UNUSED = "  Unused: {managed_policies: [ViewOnlyAccess]}\n"
_FIRST = '  - {group: everybody, permission_set: ViewOnly, accounts: [{ou: "/**"}]}\n'
_SECOND = '  - {group: engineers, permission_set: ViewOnly, accounts: [{ou: "/**"}]}\n'


def _policy(*, groups: str, sets: str, assignments: str) -> str:
    harmless = "sensitive: {harmless: [ViewOnly]}\n"
    return f"{_TOP}groups:\n{groups}permission_sets:\n{sets}assignments:\n{assignments}{harmless}"


BEFORE = _policy(groups=_ENGINEERS + _EVERYBODY + _EMPTY, sets=_WHOLE + _PARTS + _UNUSED, assignments=_FIRST + _SECOND)


def _without(part: str) -> str:
    assert part in BEFORE
    return BEFORE.replace(part, "")


def _group(center: MemoryIdentityCenter, name: str) -> str:
    return next(key for key, group in center.groups.items() if group.name == name)


def _set(center: MemoryIdentityCenter, name: str) -> str:
    return next(key for key, stored_set in center.permission_sets.items() if stored_set.name == name)


def _no_assignment(center: MemoryIdentityCenter) -> None:
    engineers = _group(center, "engineers")
    center.assignments = {key for key in center.assignments if key.principal_id != engineers}


def _no_membership(center: MemoryIdentityCenter) -> None:
    center.memberships.clear()


def _no_group(center: MemoryIdentityCenter) -> None:
    del center.groups[_group(center, "nobody")]


def _no_set(center: MemoryIdentityCenter) -> None:
    del center.permission_sets[_set(center, "Unused")]


def _no_managed_policy(center: MemoryIdentityCenter) -> None:
    center.permission_sets[_set(center, "ViewOnly")].managed_policies.discard("ReadOnlyAccess")


def _no_customer_policy(center: MemoryIdentityCenter) -> None:
    center.permission_sets[_set(center, "ViewOnly")].customer_policies.clear()


def _no_boundary(center: MemoryIdentityCenter) -> None:
    center.permission_sets[_set(center, "ViewOnly")].boundary = ""


type ByHand = Callable[[MemoryIdentityCenter], None]

BY_POLICY: dict[str, tuple[ByHand, str]] = {
    "delete-assignment": (_no_assignment, _without(_SECOND)),
    "delete-group": (_no_group, _without(_EMPTY)),
    "delete-permission-set": (_no_set, _without(_UNUSED)),
    "delete-managed-policy": (
        _no_managed_policy,
        BEFORE.replace("[ViewOnlyAccess, ReadOnlyAccess]", "[ViewOnlyAccess]"),
    ),
    "delete-customer-policy": (_no_customer_policy, _without("    customer_managed_policies: [{name: Deployer}]\n")),
    "delete-boundary": (_no_boundary, _without("    permissions_boundary: {managed_policy: ReadOnlyAccess}\n")),
}


# A set one part of which cannot be read is called harmless as it is: in any other form it is held.
HELD = frozenset({"delete-managed-policy", "delete-boundary"})


def _approved(door: Door) -> None:
    (held,) = [change for change, entry in door.world.state.changes.items() if entry.held]
    door.world.is_decided(held, approved=True)
    door.world.settle()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """A policy with something of every kind in force, and one person who has all of it."""
    with open_door() as door:
        door.world.account_is(an_account(ACCOUNT))
        door.world.hr_tells(a_person())
        door.world.settle()
        (tmp_path / "policy.yaml").write_text(BEFORE)
        # Somebody else approves the set, of which one part cannot be read, and then that it is called harmless.
        for _ in range(2):
            ended = dayone("policy", "apply", tmp_path / "policy.yaml", "--yes", api=door.url)
            assert ended.code == 1, ended.err
            _approved(door)
        yield door


def _deletions(door: Door, kind: str, *, change: str) -> list[dict[str, Any]]:
    operations = door.get(f"/v1/changes/{change}", limit="100")["operations"]
    return [pair for pair in operations if pair["kind"] == kind]


def _audited(door: Door, kind: str, *, change: str) -> set[str]:
    entries = door.get("/v1/audit", limit="100")["entries"]
    return {pair["outcome"] for pair in entries if pair["change"] == change and pair["action"].startswith(f"{kind} ")}


@pytest.mark.parametrize("kind", BY_POLICY)
@pytest.mark.parametrize("is_there", [True, False], ids=["there", "gone"])
def test_what_a_policy_deletes_was_there_or_not(kind: str, *, is_there: bool, door: Door, tmp_path: Path) -> None:
    remove, after = BY_POLICY[kind]
    if not is_there:
        remove(door.world.center)
    (tmp_path / "policy.yaml").write_text(after)
    ended = dayone("policy", "apply", tmp_path / "policy.yaml", "--yes", api=door.url)
    assert ended.code == (1 if kind in HELD else 0), ended.out + ended.err
    if kind in HELD:
        _approved(door)
        ended = dayone("changes", "show", door.get("/v1/changes", cause="policy")["changes"][0]["id"], api=door.url)
    change = door.get("/v1/changes", cause="policy")["changes"][0]
    (deletion,) = _deletions(door, kind, change=change["id"])
    assert (deletion["state"], deletion["outcome"]) == ("succeeded", "deleted" if is_there else "already_deleted")
    assert change["already_deleted"] == (not is_there)
    assert _audited(door, kind, change=change["id"]) == {"succeeded" if is_there else "already_deleted"}
    assert ("was not there" in ended.out) is not is_there


def _leaves(world: World) -> str:
    world.now += timedelta(days=1)
    command = world.hr_tells(a_person(end_date=(world.now - timedelta(days=2)).date()))
    world.settle()
    return command.cause.change


@pytest.mark.parametrize("kind", ["delete-membership", "delete-user"])
@pytest.mark.parametrize("is_there", [True, False], ids=["there", "gone"])
def test_what_a_leaver_loses_was_there_or_not(kind: str, *, is_there: bool, door: Door) -> None:
    center = door.world.center
    if not is_there:
        _no_membership(center)
        if kind == "delete-user":
            center.users.clear()
    change = _leaves(door.world)
    deletions = _deletions(door, kind, change=change)
    assert {pair["outcome"] for pair in deletions} == {"deleted" if is_there else "already_deleted"}
    assert _audited(door, kind, change=change) == {"succeeded" if is_there else "already_deleted"}


class LosesAnswers:
    """AWS's side of the directory, which takes people out of groups and never answers that."""

    def __init__(self, port: Any) -> None:  # noqa: ANN401 - the port that it stands before
        self._port = port

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a method of the port
        return getattr(self._port, name)

    def remove_member(self, membership_id: str) -> Receipt:
        receipt: Receipt = self._port.remove_member(membership_id)
        raise Unreachable(f"no answer to {receipt.request_id}")


def test_what_an_earlier_try_of_ours_may_have_deleted_was_there(door: Door) -> None:
    door.world.around = lambda name, port: LosesAnswers(port) if name == "directory" else port
    change = _leaves(door.world)
    deletions = _deletions(door, "delete-membership", change=change)
    assert {(pair["state"], pair["outcome"], pair["attempts"] > 1) for pair in deletions} == {
        ("succeeded", "deleted", True)
    }
