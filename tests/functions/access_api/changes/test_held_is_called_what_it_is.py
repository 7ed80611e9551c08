"""Names of held operations: first assignments of an account that Day One found are no removals."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import an_account
from tests.functions.whole_day_one import Door, open_door
from tests.unit.cli_runs import Ended, dayone

ACCOUNT = "111111111111"
GIVES = """\
version: 1
groups:
  engineers: {members: [{department: Engineering}]}
permission_sets:
  ViewOnly: {managed_policies: [ViewOnlyAccess]}
assignments:
  - {group: engineers, permission_set: ViewOnly, accounts: [{ou: "/**"}]}
"""
TAKES = GIVES.replace("/**", "/Elsewhere")


@pytest.fixture
def door() -> Iterator[Door]:
    """An account that Day One has found when it looked at the organisation for the first time."""
    with open_door() as door:
        world = door.world
        world.organization.accounts[ACCOUNT] = an_account(ACCOUNT)
        world.is_new = True
        world.sweep()
        world.settle()
        yield door


def _apply(door: Door, text: str, folder: Path) -> Ended:
    (folder / "policy.yaml").write_text(text)
    return dayone("policy", "apply", folder / "policy.yaml", "--yes", api=door.url)


def _actions(door: Door) -> set[str]:
    return {pair["action"] for pair in door.get("/v1/audit", limit="100")["entries"]}


def _decide(door: Door, *, approved: bool) -> None:
    (held,) = door.get("/v1/changes", state="held")["changes"]
    door.world.is_decided(held["id"], approved=approved)
    door.world.settle()


def test_first_assignments_are_held_as_such(door: Door, tmp_path: Path) -> None:
    ended = _apply(door, GIVES, tmp_path)
    assert (ended.code, "1 operation held" in ended.err) == (1, True), ended.err
    assert "Held: 1 operation would wait for another person's approval." in ended.err
    assert "removal" not in ended.out + ended.err
    assert "hold-first-assignments" in _actions(door)
    _decide(door, approved=True)
    assert "approve-first-assignments" in _actions(door)
    assert not {action for action in _actions(door) if "removals" in action}


def test_a_first_assignment_that_was_rejected_is_not_said_to_be_kept(door: Door, tmp_path: Path) -> None:
    _apply(door, GIVES, tmp_path)
    _decide(door, approved=False)
    assert "reject-first-assignments" in _actions(door)
    again = door.world.look_at_account(ACCOUNT)
    door.world.settle()
    notes = door.get(f"/v1/changes/{again.cause.change}")["notes"]
    assert [note.partition(" in change")[0] for note in notes] == ["not given, since it was rejected"]


def test_removals_are_held_as_such(door: Door, tmp_path: Path) -> None:
    _apply(door, GIVES, tmp_path)
    _decide(door, approved=True)
    ended = _apply(door, TAKES, tmp_path)
    assert (ended.code, "1 removal, and" in ended.err or "1 removal;" in ended.err) == (1, True), ended.err
    assert "hold-removals" in _actions(door)
