"""In a company with one administrator that person approves what they have brought about, and only by a parameter."""

from dataclasses import replace

import pytest

from dayone.changes.decisions import decide_change
from dayone.errors import Forbidden
from dayone.model.changes import ChangeState
from dayone.ops.health import check_health
from dayone.setup.check import GivenSettings, check_settings
from dayone.setup.findings import FindingState
from tests.builders import a_person
from tests.fakes.surroundings import GIVEN, MemorySurroundings
from tests.unit.previews import POLICY, api_of, put_in_force
from tests.unit.world import World

_SOLE = replace(GIVEN, sole_administrator=True)
_ADA = "arn:aws:iam::111122223333:user/ada"
_WITHOUT_ENGINEERS = POLICY.replace("department: Engineering", "department: Nobody's")


def _held_by(actor: str) -> tuple[World, str]:
    """A company whose only policy author has taken everybody out of a group."""
    world = World()
    for number in range(12):
        world.hr_tells(a_person(f"e-{number}"))
    put_in_force(POLICY, world=world, actor=actor)
    assert len(world.groups()["engineers"]) == 12
    change = put_in_force(_WITHOUT_ENGINEERS, world=world, actor=actor).cause.change
    assert world.state.changes[change].state is ChangeState.HELD
    return world, change


def test_without_the_parameter_nobody_approves_their_own_and_is_told_of_it() -> None:
    world, change = _held_by(_ADA)
    with pytest.raises(Forbidden, match=r"another caller must approve or reject it.*SoleAdministrator=yes"):
        decide_change(change, is_approved=True, actor=_ADA, ports=api_of(world))
    world.settle()
    assert len(world.groups()["engineers"]) == 12


@pytest.mark.parametrize(("is_approved", "remaining"), [(True, 0), (False, 12)])
def test_with_it_they_do_and_the_audit_log_says_so(*, is_approved: bool, remaining: int) -> None:
    world, change = _held_by(_ADA)
    decide_change(change, is_approved=is_approved, actor=_ADA, ports=api_of(world, given=_SOLE))
    world.settle()
    assert len(world.groups().get("engineers", ())) == remaining
    (entry,) = [entry for entry, _ in world.state.log if entry.action in ("approve-change", "reject-change")]
    assert entry.detail.endswith("decided by oneself, which SoleAdministrator allows: it was caused by this caller")
    parts = [entry for entry, _ in world.state.log if entry.action in ("approve-removals", "reject-removals")]
    assert len(parts) == 12
    assert {entry.detail.partition("; ")[2] for entry in parts} == {
        "decided by oneself, which SoleAdministrator allows"
    }


def test_somebody_else_s_decision_is_not_called_one_s_own() -> None:
    world, change = _held_by(_ADA)
    decide_change(change, is_approved=True, actor="arn:other", ports=api_of(world, given=_SOLE))
    (entry,) = [entry for entry, _ in world.state.log if entry.action == "approve-change"]
    assert "oneself" not in entry.detail


def test_it_does_not_take_the_second_look_away() -> None:
    world, _ = _held_by(_ADA)
    world.sweep()
    world.settle()
    assert len(world.groups()["engineers"]) == 12


@pytest.mark.parametrize(
    ("given", "state", "warnings"), [(GIVEN, FindingState.OK, 0), (_SOLE, FindingState.WARNING, 1)]
)
def test_it_is_named_where_people_look(given: GivenSettings, state: FindingState, warnings: int) -> None:
    findings = {finding.name: finding for finding in check_settings(given, ports=MemorySurroundings().ports())}
    assert findings["approvals"].state is state
    said = [text for text in check_health(api_of(World(), given=given)).warnings if "SoleAdministrator" in text]
    assert len(said) == warnings
