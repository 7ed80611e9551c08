"""The state of a change is that of its own operations, as the `dayone` command and the API tell it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dayone.errors import Refused
from dayone.ports.identity_center import AssignmentKey
from tests.builders import a_person, an_account
from tests.functions.whole_day_one import Door, open_door
from tests.unit.cli_runs import Ended, dayone

READY, LOST = "111111111111", "222222222222"
POLICY = """\
version: 1
groups:
  engineers: {members: [{department: Engineering}]}
  sales: {members: [{department: Sales}]}
permission_sets:
  ViewOnly: {managed_policies: [ViewOnlyAccess]}
assignments:
  - {group: engineers, permission_set: ViewOnly, accounts: [{ou: "/**"}]}
"""
ONE_MORE = '  - {group: sales, permission_set: ViewOnly, accounts: [{id: "111111111111"}]}\n'
EVERYWHERE = '  - {group: sales, permission_set: ViewOnly, accounts: [{ou: "/**"}]}\n'


@pytest.fixture
def door() -> Iterator[Door]:
    """Two accounts, of which AWS does not find one, so that its assignment has failed with the first policy."""
    with open_door() as door:
        for number in (READY, LOST):
            door.world.account_is(an_account(number))
        door.world.hr_tells(a_person())
        door.world.settle()
        door.world.center.accounts = {READY}
        yield door


def _apply(door: Door, text: str, folder: Path, *more: str) -> Ended:
    (folder / "policy.yaml").write_text(text)
    return dayone("policy", "apply", folder / "policy.yaml", "--yes", *more, api=door.url)


def _grant(door: Door, group: str, *, account: str) -> Ended:
    what = ("--group", group, "--account", account, "--permission-set", "ViewOnly")
    return dayone("grants", "add", *what, "--until", "8h", "--reason", "the shop is down", api=door.url)


def _newest(door: Door) -> str:
    return str(door.get("/v1/changes", cause="policy")["changes"][0]["id"])


def test_a_policy_that_brings_what_fails_has_failed(door: Door, tmp_path: Path) -> None:
    ended = _apply(door, POLICY, tmp_path)
    assert ended.code == 1
    assert "1 operation failed" in ended.err


def test_a_policy_is_not_red_for_what_had_failed_before_it(door: Door, tmp_path: Path) -> None:
    _apply(door, POLICY, tmp_path)
    ended = _apply(door, POLICY + ONE_MORE, tmp_path)
    assert (ended.code, "failed again" in ended.out) == (0, True), ended.out + ended.err
    change = door.get(f"/v1/changes/{_newest(door)}")
    assert change["change"]["state"] == "succeeded"
    assert (change["change"]["failed"], change["change"]["failed_before"]) == (1, 1)
    tried_again = [pair for pair in change["operations"] if pair["failed_before"]]
    assert [(pair["subject"], pair["state"]) for pair in tried_again] == [(f"account:{LOST}", "failed")]


def test_a_policy_that_adds_to_what_fails_is_red_for_its_own_part(door: Door, tmp_path: Path) -> None:
    _apply(door, POLICY, tmp_path)
    ended = _apply(door, POLICY + EVERYWHERE, tmp_path)
    assert (ended.code, "1 operation failed" in ended.err) == (1, True), ended.err
    failed = ended.err.partition("1 operation failed")[2]
    assert "assignment/ViewOnly/sales" in failed
    assert "assignment/ViewOnly/engineers" not in failed
    change = door.get(f"/v1/changes/{_newest(door)}")["change"]
    assert (change["state"], change["failed"], change["failed_before"]) == ("failed", 2, 1)


def test_a_third_policy_is_not_red_for_the_second(door: Door, tmp_path: Path) -> None:
    for text in (POLICY, POLICY + EVERYWHERE):
        assert _apply(door, text, tmp_path).code == 1
    assert _apply(door, POLICY + EVERYWHERE + "# a remark\n", tmp_path).code == 0
    added = POLICY.replace("assignments:", "  Audit: {managed_policies: [SecurityAudit]}\nassignments:")
    ended = _apply(door, added + EVERYWHERE, tmp_path)
    assert ended.code == 0, ended.err


def test_who_retries_a_change_hears_that_it_fails_again(door: Door, tmp_path: Path) -> None:
    _apply(door, POLICY, tmp_path)
    _apply(door, POLICY + ONE_MORE, tmp_path)
    ended = dayone("changes", "retry", _newest(door), api=door.url)
    assert (ended.code, "1 operation failed" in ended.err) == (1, True), ended.err


def test_what_waits_elsewhere_is_mended_with_a_policy_as_before(door: Door, tmp_path: Path) -> None:
    _apply(door, POLICY, tmp_path)
    door.world.center.accounts = None
    assert _apply(door, POLICY + ONE_MORE, tmp_path).code == 0
    assert {account for account, _, _ in door.world.assignments()} == {READY, LOST}


def test_what_failed_before_the_first_policy_is_no_part_of_it(door: Door, tmp_path: Path) -> None:
    door.world.center.users["taken"] = {"user_name": "e-2@example.com", "display_name": "A", "given_name": "A"}
    door.world.hr_tells(a_person("e-2"))
    door.world.settle()
    assert door.get("/v1/changes", cause="hr-event")["changes"][0]["state"] == "failed"
    door.world.center.accounts = None
    ended = _apply(door, POLICY.replace("members: [{", "members: [{title: Nobody, "), tmp_path)
    assert (ended.code, "failed again" in ended.out) == (0, True), ended.out + ended.err


class RefusesEngineers:
    """AWS's side of assignments, which refuses whatever is for the group engineers."""

    def __init__(self, port: Any, door: Door) -> None:  # noqa: ANN401 - the port that it stands before
        self._port, self._door = port, door

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a method of the port
        return getattr(self._port, name)

    def create(self, key: AssignmentKey) -> str:
        group = self._door.world.center.groups.get(key.principal_id)
        if group is not None and group.name == "engineers":
            raise Refused("ValidationException: the group engineers is not to be assigned")
        return str(self._port.create(key))


def test_a_grant_is_not_red_for_what_had_failed_in_its_account(door: Door, tmp_path: Path) -> None:
    world = door.world
    world.around = lambda name, port: RefusesEngineers(port, door) if name == "assignments" else port
    assert _apply(door, POLICY, tmp_path).code == 1
    ended = _grant(door, "sales", account=READY)
    assert (ended.code, "failed again" in ended.out) == (0, True), ended.out + ended.err
    assert (READY, "ViewOnly", "sales") in world.assignments()


def test_a_grant_that_fails_again_is_red_again(door: Door, tmp_path: Path) -> None:
    _apply(door, POLICY, tmp_path)
    assert [_grant(door, "sales", account=LOST).code for _ in range(2)] == [1, 1]


def test_an_account_that_follows_a_person_is_not_red_for_what_had_failed_for_others(door: Door, tmp_path: Path) -> None:
    world = door.world
    alone = '  - {person: e-9, permission_set: ViewOnly, accounts: [{id: "111111111111"}]}\n'
    world.around = lambda name, port: RefusesEngineers(port, door) if name == "assignments" else port
    assert _apply(door, POLICY + alone, tmp_path).code == 1
    world.hr_tells(a_person("e-9", department="Nowhere"))
    world.settle()
    assert (READY, "ViewOnly", "e-9@example.com") in world.assignments()
    changes = door.get("/v1/changes", cause="hr-event", subject=f"account:{READY}")["changes"]
    assert [(pair["state"], pair["failed"], pair["failed_before"]) for pair in changes] == [("succeeded", 1, 1)]
