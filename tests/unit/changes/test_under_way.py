"""Operations under way, held or approved, of which an edit makes more than was shown: they are held anew."""

from typing import Any

from dayone.changes.decision_request import DecidedPart
from dayone.changes.decisions import decide_change
from dayone.errors import AccessDenied
from dayone.policy.language.parser import read_policy
from tests.builders import ACCOUNT_ID, a_person, the_account, the_person, the_set
from tests.unit.changes.test_sensitive_gifts import APPROVER, POLICY, company, held
from tests.unit.hr.test_ends import Refusing
from tests.unit.previews import api_of
from tests.unit.world import World

_OPS = POLICY.replace("admins: {", "ops: {members: [{title: Ops}]}\n  admins: {")
_OPS += '  - {group: ops, permission_set: ViewOnly, accounts: [{ou: "/**"}]}\n'
_MORE = _OPS.replace("group: ops, permission_set: ViewOnly", "group: ops, permission_set: Admin")
_NAMED = "sensitive: {groups: [ops]}\n"
_TOOL = POLICY.replace("assignments:", "  Tool: {managed_policies: [SecurityAudit]}\nassignments:")
_TOOL += '  - {group: staff, permission_set: Tool, accounts: [{ou: "/**"}]}\n'
_JOINS = "person:e-7 create membership/ops"


def _refuses(world: World, port: str, method: str) -> list[Exception]:
    errors: list[Exception] = [AccessDenied("AccessDeniedException: no")]

    def around(name: str, made: Any) -> Any:  # noqa: ANN401
        return Refusing(made, method, errors) if name == port else made

    world.around = around
    return errors


def _passes(world: World, minutes: int = 4) -> None:
    for _ in range(minutes):
        world.plan_all()
        world.execute()
        world.sleep(61)
        world.sweep()


def _edit(text: str, *, world: World) -> str:
    request = world.policy_is(read_policy({"p.yaml": text}, version=0))
    _passes(world)
    return request.cause.change


def test_a_membership_that_waits_for_its_user_is_held_when_its_group_becomes_sensitive() -> None:
    world = company(_OPS)
    refused = _refuses(world, "directory", "create_user")
    world.hr_tells(a_person("e-7", title="Ops"))
    _passes(world)
    change = _edit(_MORE, world=world)
    assert _JOINS in held(world)
    of_account = DecidedPart(subjects=(the_account(),))
    decide_change(change, is_approved=True, actor=APPROVER, ports=api_of(world), part=of_account)
    _passes(world)
    refused.clear()
    _passes(world, 8)
    assert (held(world), world.groups()["ops"]) == ([_JOINS], set())
    decide_change(change, is_approved=True, actor=APPROVER, ports=api_of(world))
    _passes(world)
    assert world.groups()["ops"] == {"e-7@example.com"}


def test_so_is_one_that_was_approved_when_the_group_meant_less() -> None:
    world = company()
    world.approves = True
    for _ in range(2):
        world.policy_is(read_policy({"p.yaml": _OPS + _NAMED}, version=0))
        world.settle()
    world.approves = False
    refused = _refuses(world, "directory", "create_user")
    request = world.hr_tells(a_person("e-7", title="Ops"))
    _passes(world)
    decide_change(request.cause.change, is_approved=True, actor=APPROVER, ports=api_of(world))
    _passes(world)
    assert held(world) == []
    change = _edit(_MORE + _NAMED, world=world)
    of_account = DecidedPart(subjects=(the_account(),))
    decide_change(change, is_approved=True, actor=APPROVER, ports=api_of(world), part=of_account)
    _passes(world)
    refused.clear()
    _passes(world, 8)
    assert (held(world), world.groups()["ops"]) == ([_JOINS], set())
    of_person = DecidedPart(subjects=(the_person("e-7"),))
    decide_change(change, is_approved=True, actor=APPROVER, ports=api_of(world), part=of_person)
    _passes(world)
    assert world.groups()["ops"] == {"e-7@example.com"}


def test_an_assignment_that_waits_for_its_set_is_held_when_that_becomes_sensitive() -> None:
    world = company()
    refused = _refuses(world, "permission_sets", "create")
    _edit(_TOOL, world=world)
    change = _edit(_TOOL.replace("[SecurityAudit]", "[AdministratorAccess]"), world=world)
    of_set = DecidedPart(subjects=(the_set("Tool"),))
    decide_change(change, is_approved=True, actor=APPROVER, ports=api_of(world), part=of_set)
    _passes(world)
    refused.clear()
    _passes(world, 8)
    assert held(world) == [f"account:{ACCOUNT_ID} create assignment/Tool/staff"]
    assert (ACCOUNT_ID, "Tool", "staff") not in world.assignments()
