"""Other hands edit Identity Center; the next inventory finds every edit that still stands, and none of our own work."""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest

from dayone.errors import Throttled
from dayone.inventory.read_plan import unseen_by
from dayone.inventory.service import LONGEST_RUN, read_inventory
from dayone.model.inventory import ReadMethod
from dayone.model.policy.context import OffLimits
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from tests.builders import ACCOUNT_ID, a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.fakes.sso.directory import MemoryDirectory
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.fakes.sso.set_policies import MemorySetPolicies
from tests.unit.world import World

_POLICY = a_policy(
    a_group(department="Engineering"),
    a_group("sales", department="Sales"),
    a_set(),
    a_set("Deploy", inline='{"Version": "2012-10-17", "Statement": []}'),
    an_assignment(),
    an_assignment("sales", "Deploy"),
)
_MORE = a_policy(
    a_group(department="Engineering"),
    a_group("sales", department="Sales"),
    a_group("support", department="Support"),
    a_set(managed=("ReadOnlyAccess",)),
    a_set("Deploy", inline='{"Version": "2012-10-17", "Statement": []}'),
    an_assignment(),
    an_assignment("sales", "Deploy"),
    an_assignment("sales", "ViewOnly"),
)


@pytest.fixture
def world() -> World:
    """Two accounts, two people in two groups, each group with a permission set, all of it carried out."""
    world = World(approves=True)
    for number in (ACCOUNT_ID, "111122223333"):
        world.account_is(an_account(number))
    world.hr_tells(a_person("e-1"))
    world.hr_tells(a_person("e-2", department="Sales"))
    world.policy_is(_POLICY)
    world.settle()
    return world


def _group(world: World, name: str = "engineers") -> str:
    return next(group_id for group_id, group in world.center.groups.items() if group.name == name)


def _user(world: World, name: str = "e-1") -> str:
    return next(user_id for user_id, user in world.center.users.items() if user["user_name"].startswith(name))


def _set(world: World, name: str = "ViewOnly") -> str:
    return next(arn for arn, stored in world.center.permission_sets.items() if stored.name == name)


def _assigned(world: World, principal: str, *, arn: str, is_user: bool = False, account: str = ACCOUNT_ID) -> None:
    kind = PrincipalType.USER if is_user else PrincipalType.GROUP
    key = AssignmentKey(account_id=account, permission_set_arn=arn, principal_id=principal, principal_type=kind)
    world.center.assignments.add(key)
    world.center.provisioned.setdefault((account, arn), world.center.permission_sets[arn].revision)


def _found(world: World) -> set[str]:
    """Each finding as `kind subject resource`."""
    return {
        f"{finding.difference.kind} {finding.difference.subject} {finding.difference.resource}"
        for finding in world.inventory.findings()
    }


def _delete_group(world: World) -> None:
    MemoryDirectory(world.center).delete_group(_group(world))


def _delete_user(world: World) -> None:
    MemoryDirectory(world.center).delete_user(_user(world))


def _remove_member(world: World) -> None:
    for name in world.center.memberships.in_group(_group(world, "sales")):
        del world.center.memberships[name]


def _add_member(world: World) -> None:
    world.center.memberships["m-x"] = (_group(world, "sales"), _user(world))


def _rename_group(world: World) -> None:
    world.center.groups[_group(world)].name = "engineers (old)"


def _make_group(world: World) -> None:
    world.center.groups["group-x"] = StoredGroup("Contractors", "")


def _make_user(world: World) -> None:
    world.center.users["user-x"] = {"user_name": "eve", "display_name": "Eve", "given_name": "E", "family_name": "V"}


def _rename_user(world: World) -> None:
    world.center.users[_user(world)]["display_name"] = "Somebody Else"


def _make_set(world: World) -> None:
    world.center.permission_sets["arn:x"] = StoredSet("Admins", {"session_duration": "PT1H"})


def _longer_session(world: World) -> None:
    stored = world.center.permission_sets[_set(world)]
    stored.attributes["session_duration"] = "PT12H"


def _attach(world: World) -> None:
    MemorySetPolicies(world.center).attach_managed(_set(world), managed_policy="AdministratorAccess")


def _detach_inline(world: World) -> None:
    MemorySetPolicies(world.center).delete_inline(_set(world, "Deploy"))


def _edit_inline(world: World) -> None:
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    MemorySetPolicies(world.center).put_inline(_set(world, "Deploy"), document=json.dumps(everything))


def _edit_without_rollout(world: World) -> None:
    world.center.permission_sets[_set(world, "Deploy")].revision += 1


def _assign_group(world: World) -> None:
    _assigned(world, _group(world, "sales"), arn=_set(world))


def _assign_user(world: World) -> None:
    _assigned(world, _user(world), arn=_set(world, "Deploy"), is_user=True)


def _assign_foreign(world: World) -> None:
    world.center.groups["group-y"] = StoredGroup("Auditors", "")
    world.center.permission_sets["arn:y"] = StoredSet("Audit", {"session_duration": "PT1H"})
    _assigned(world, "group-y", arn="arn:y")


def _unassign(world: World) -> None:
    keys = [key for key in world.center.assignments if key.account_id == ACCOUNT_ID]
    world.center.delete_assignment(next(key for key in keys if key.permission_set_arn == _set(world)))


def _orphan(world: World) -> None:
    _assigned(world, "group-of-the-past", arn=_set(world))


_DEPLOY = "permission-set:Deploy"
_EDITS = [
    (_delete_group, {"missing group:engineers group"}),
    (_delete_user, {"missing person:e-1 user"}),
    (_remove_member, {"missing person:e-2 membership/sales"}),
    (_add_member, {"unmanaged person:e-1 membership/sales"}),
    (_rename_group, {"changed group:engineers group"}),
    (_make_group, {"unmanaged group:Contractors group"}),
    (_make_user, {"unmanaged user:eve user"}),
    (_rename_user, {"changed person:e-1 user"}),
    (_make_set, {"unmanaged permission-set:Admins permission-set"}),
    (_longer_session, {"changed permission-set:ViewOnly permission-set"}),
    (
        _attach,
        {
            "unmanaged permission-set:ViewOnly managed-policy/AdministratorAccess",
            "unprovisioned permission-set:ViewOnly provisioning",
        },
    ),
    (_detach_inline, {f"missing {_DEPLOY} inline-policy", f"unprovisioned {_DEPLOY} provisioning"}),
    (_edit_inline, {f"changed {_DEPLOY} inline-policy", f"unprovisioned {_DEPLOY} provisioning"}),
    (_edit_without_rollout, {f"unprovisioned {_DEPLOY} provisioning"}),
    (_assign_group, {f"unmanaged account:{ACCOUNT_ID} assignment/ViewOnly/sales"}),
    (_assign_user, {f"unmanaged account:{ACCOUNT_ID} assignment/Deploy/person:e-1"}),
    (
        _assign_foreign,
        {
            "unmanaged group:Auditors group",
            "unmanaged permission-set:Audit permission-set",
            f"unmanaged account:{ACCOUNT_ID} assignment/Audit/Auditors",
        },
    ),
    (_unassign, {f"missing account:{ACCOUNT_ID} assignment/ViewOnly/engineers"}),
    (_orphan, {f"orphaned account:{ACCOUNT_ID} assignment/ViewOnly/group-of-the-past"}),
]


# AWS lists assignments by principal of those that exist.
_SEEN_BY_PRINCIPAL = [case for case in _EDITS if case[0] is not _orphan]


def test_of_our_own_work_nothing_is_found(world: World) -> None:
    assert world.take_inventory().is_complete
    assert _found(world) == set()


@pytest.mark.parametrize(
    ("edit", "expected"), _SEEN_BY_PRINCIPAL, ids=[edit.__name__ for edit, _ in _SEEN_BY_PRINCIPAL]
)
def test_an_edit_by_others_is_found(world: World, edit: Callable[[World], None], expected: set[str]) -> None:
    world.take_inventory()
    edit(world)
    world.take_inventory()
    assert _found(world) == expected


@pytest.mark.parametrize(("edit", "expected"), _EDITS, ids=[edit.__name__ for edit, _ in _EDITS])
def test_a_delegated_administrator_finds_the_same(
    world: World, edit: Callable[[World], None], expected: set[str]
) -> None:
    """AWS lists assignments by principal in the management account alone."""
    world.off_limits = OffLimits(account="999988887777")
    edit(world)
    assert world.take_inventory().method != "by-principal"
    assert _found(world) == expected


def test_what_the_chosen_way_cannot_see_is_said_beforehand(world: World) -> None:
    _orphan(world)
    assert world.take_inventory().method is ReadMethod.BY_PRINCIPAL
    assert _found(world) == set()
    assert any("deleted" in text for text in unseen_by(ReadMethod.BY_PRINCIPAL, is_delegated=False))


def test_a_finding_goes_when_somebody_puts_it_right(world: World) -> None:
    before = deepcopy(world.center.memberships)
    _remove_member(world)
    world.take_inventory()
    assert _found(world)
    world.center.memberships = before
    world.take_inventory()
    assert _found(world) == set()


def test_all_edits_at_once_are_found_and_none_beside_them(world: World) -> None:
    edits = [_remove_member, _rename_user, _make_group, _make_user, _make_set, _longer_session, _edit_inline]
    edits += [_assign_user, _assign_foreign, _unassign, _edit_without_rollout]
    expected = {line for edit, lines in _EDITS if edit in edits for line in lines}
    for edit in edits:
        edit(world)
    world.take_inventory()
    assert _found(world) == expected


# How a pass is read


class _Read:
    """The reader in front of everything, which breaks or does something else at one of its calls."""

    def __init__(self, reader: Any, *, at: int, instead: Callable[[], None]) -> None:  # noqa: ANN401 - the port
        self._reader, self._left, self._instead = reader, at, instead

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - stands for any method
        if name == "calls":
            return self._reader.calls
        if self._left == 0:
            self._left = -1
            self._instead()
        self._left -= self._left > 0
        return getattr(self._reader, name)


def _throttled() -> None:
    raise Throttled("sso-admin: slow down")


# As many as a pass makes here by principal, without those that confirm what it has found.
_CALLS = range(11)


@pytest.mark.parametrize("at", [*_CALLS, 11])
def test_a_read_that_fails_anywhere_is_read_again_and_nothing_is_missing_for_it(world: World, at: int) -> None:
    world.take_inventory()
    _assign_user(world)
    world.around = lambda name, port: _Read(port, at=at, instead=_throttled) if name == "reader" else port
    world.now += timedelta(days=1)
    with pytest.raises(Throttled):
        read_inventory(ports=world.reading(), longest=timedelta(seconds=40))
    world.around = lambda _name, port: port
    # A run that was cut short is taken for one that is at work until its time is over.
    world.now += LONGEST_RUN
    current = read_inventory(ports=world.reading(), longest=timedelta(seconds=40))
    assert current is not None
    assert current.is_complete
    assert _found(world) == {f"unmanaged account:{ACCOUNT_ID} assignment/Deploy/person:e-1"}


@pytest.mark.parametrize("at", _CALLS)
def test_our_own_work_in_the_middle_of_a_pass_is_no_finding(world: World, at: int) -> None:
    """People leave, begin and move, and an account loses its place, while it is read."""
    done: list[int] = []

    def work() -> None:
        world.hr_tells(a_person("e-1", department="Sales"))
        world.hr_tells(a_person("e-2", end_date=date(2026, 11, 1)))
        world.hr_tells(a_person("e-3"))
        world.account_is(an_account("111122223333", ou_path="/Suspended"))
        world.settle()
        done.append(at)

    world.around = lambda name, port: _Read(port, at=at, instead=work) if name == "reader" else port
    reading = world.reading()
    world.around = lambda _name, port: port
    world.now += timedelta(days=1)
    current = read_inventory(ports=reading, longest=timedelta(days=1))
    assert current is not None
    assert (done, _found(world)) == ([at], set())


@pytest.mark.parametrize("at", _CALLS)
def test_work_that_was_begun_and_not_confirmed_is_no_finding(world: World, at: int) -> None:
    """AWS has done it, and Day One does not know yet; or Day One has planned it, and AWS has not."""
    done: list[int] = []

    def work() -> None:
        world.aws_works = False
        world.hr_tells(a_person("e-3"))
        world.policy_is(_MORE)
        world.plan_all()
        world.execute(seconds=5)
        world.center.work()
        assert world.state.open_operations()
        done.append(at)

    world.around = lambda name, port: _Read(port, at=at, instead=work) if name == "reader" else port
    reading = world.reading()
    world.around = lambda _name, port: port
    world.now += timedelta(days=1)
    read_inventory(ports=reading, longest=timedelta(days=1))
    assert (done, _found(world)) == ([at], set())


def test_a_pass_of_many_short_runs_finds_the_same(world: World) -> None:
    _assign_user(world)
    world.now += timedelta(days=1)
    runs = 0
    while not (current := read_inventory(ports=world.reading(), longest=timedelta(0))) or not current.finished_at:
        runs += 1
        assert runs < 100
    assert runs > 10
    assert _found(world) == {f"unmanaged account:{ACCOUNT_ID} assignment/Deploy/person:e-1"}


def test_two_runs_do_not_read_the_same_pass(world: World) -> None:
    world.now += timedelta(days=1)
    outer = world.reading()
    seen: list[object] = []

    def meanwhile() -> None:
        seen.append(read_inventory(ports=world.reading(), longest=timedelta(seconds=40)))
        assert world.reading().reader.calls == 0

    world.around = lambda name, port: _Read(port, at=5, instead=meanwhile) if name == "reader" else port
    outer = world.reading()
    world.around = lambda _name, port: port
    current = read_inventory(ports=outer, longest=timedelta(seconds=40))
    assert current is not None
    assert current.is_complete
    assert len(seen) == 1
