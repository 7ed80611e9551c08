"""Somebody asks for a subject to be reconciled: it is planned again, and Identity Center is read about it alone."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest

from dayone.errors import Invalid, NotFound
from dayone.inventory.decisions import request_reconciliation
from dayone.inventory.service import read_inventory
from dayone.model.changes import CauseKind, ChangeState
from dayone.model.commands import RefreshAccount
from dayone.model.subjects import Subject
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from tests.builders import ACCOUNT_ID, a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.fakes.sso.directory import MemoryDirectory
from tests.fakes.sso.identity_center import StoredGroup
from tests.fakes.sso.set_policies import MemorySetPolicies
from tests.fakes.unread import Unread
from tests.unit.previews import api_of
from tests.unit.world import World

_TIMES = count()


@pytest.fixture
def world() -> World:
    """Two people, of whom one is in a group that has a permission set in an account; an inventory has found nothing."""
    world = World(approves=True)
    world.account_is(an_account())
    world.hr_tells(a_person())
    world.hr_tells(a_person("e-2", department="Sales"))
    world.policy_is(a_policy(a_group(), a_set(), an_assignment(), harmless=("ViewOnly",)))
    world.settle()
    world.take_inventory()
    assert world.inventory.findings() == []
    return world


def _request(world: World, subject: str) -> str:
    ports = api_of(world)
    ports.entropy = lambda: next(_TIMES).to_bytes(10)
    cause = request_reconciliation(Subject.parse(subject), actor="arn:operator", ports=ports)
    assert (cause.kind, cause.actor, cause.reference) == (CauseKind.DRIFT, "arn:operator", subject)
    return cause.change


def _reconcile(world: World, subject: str) -> set[str]:
    """A minute after the request: what differs by then; nobody else's record is read for it."""
    change = _request(world, subject)
    world.settle()
    assert world.state.changes[change].state is ChangeState.SUCCEEDED
    world.around = lambda name, port: Unread() if name == "company" else port
    world.now += timedelta(minutes=1)
    read_inventory(ports=world.reading(), longest=timedelta(seconds=40))
    world.around = lambda _name, port: port
    assert world.inventory.looks() == []
    return {
        f"{each.difference.kind} {each.difference.subject} {each.difference.resource}"
        for each in world.inventory.findings()
    }


def _group(world: World) -> str:
    return next(iter(world.center.groups))


def _user(world: World, name: str) -> str:
    return next(user_id for user_id, user in world.center.users.items() if user["user_name"].startswith(name))


def _set(world: World) -> str:
    return next(iter(world.center.permission_sets))


def _delete_user(world: World) -> None:
    MemoryDirectory(world.center).delete_user(_user(world, "e-1"))


def _rename_user(world: World) -> None:
    world.center.users[_user(world, "e-1")]["display_name"] = "Somebody Else"


def _add_to_ours(world: World) -> None:
    world.center.memberships["m-x"] = (_group(world), _user(world, "e-2"))


def _remove_member(world: World) -> None:
    world.center.memberships.clear()


def _assign(world: World) -> None:
    user, kind = _user(world, "e-2"), PrincipalType.USER
    world.center.assignments.add(
        AssignmentKey(account_id=ACCOUNT_ID, permission_set_arn=_set(world), principal_id=user, principal_type=kind)
    )


def _rename_group(world: World) -> None:
    world.center.groups[_group(world)].name = "engineers (old)"


def _delete_group(world: World) -> None:
    MemoryDirectory(world.center).delete_group(_group(world))


def _attach(world: World) -> None:
    MemorySetPolicies(world.center).attach_managed(_set(world), managed_policy="AdministratorAccess")


def _longer_session(world: World) -> None:
    world.center.permission_sets[_set(world)].attributes["session_duration"] = "PT12H"


_EDITS = [
    ("person:e-1", _delete_user, "missing person:e-1 user"),
    ("person:e-1", _rename_user, "changed person:e-1 user"),
    ("person:e-1", _remove_member, "missing person:e-1 membership/engineers"),
    ("person:e-2", _add_to_ours, "unmanaged person:e-2 membership/engineers"),
    ("person:e-2", _assign, f"unmanaged account:{ACCOUNT_ID} assignment/ViewOnly/person:e-2"),
    ("group:engineers", _rename_group, "changed group:engineers group"),
    ("group:engineers", _delete_group, "missing group:engineers group"),
    ("group:engineers", _add_to_ours, "unmanaged person:e-2 membership/engineers"),
    ("group:engineers", _remove_member, "missing person:e-1 membership/engineers"),
    ("permission-set:ViewOnly", _attach, "unmanaged permission-set:ViewOnly managed-policy/AdministratorAccess"),
    ("permission-set:ViewOnly", _longer_session, "changed permission-set:ViewOnly permission-set"),
]


@pytest.mark.parametrize(("subject", "edit", "expected"), _EDITS, ids=[f"{each[1].__name__}" for each in _EDITS])
def test_what_others_have_changed_of_it_is_found_within_a_minute(
    world: World, subject: str, edit: Callable[[World], None], expected: str
) -> None:
    assert _reconcile(world, subject) == set()
    edit(world)
    assert expected in _reconcile(world, subject)
    found = {each.id for each in world.inventory.findings()}
    # A whole inventory finds the same by the same id, and no more than that.
    world.take_inventory()
    assert found <= {each.id for each in world.inventory.findings()}


def test_of_others_nothing_is_found(world: World) -> None:
    _rename_user(world)
    world.center.groups["group-x"] = StoredGroup("Contractors", "")
    assert _reconcile(world, "person:e-2") == _reconcile(world, "group:engineers") == set()


def test_what_is_undone_is_no_finding_any_more(world: World) -> None:
    _add_to_ours(world)
    assert _reconcile(world, "group:engineers") == {"unmanaged person:e-2 membership/engineers"}
    del world.center.memberships["m-x"]
    assert _reconcile(world, "person:e-2") == set()


def test_what_was_there_before_day_one_looked_stays_of_the_baseline(world: World) -> None:
    world.inventory.last_complete = None
    _add_to_ours(world)
    world.take_inventory()
    assert _reconcile(world, "person:e-2") == {"unmanaged person:e-2 membership/engineers"}
    (finding,) = world.inventory.findings()
    assert finding.is_baseline


def test_an_account_is_read_in_organizations_again(world: World) -> None:
    _request(world, f"account:{ACCOUNT_ID}")
    (command,) = world.inbox.of(RefreshAccount)
    assert command.subject.name == ACCOUNT_ID


@pytest.mark.parametrize("subject", ["person:e-9", "group:nobody", "permission-set:None", "account:999999999999"])
def test_an_unknown_subject_is_refused(world: World, subject: str) -> None:
    with pytest.raises(NotFound):
        _request(world, subject)


def test_what_is_no_subject_of_a_plan_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        _request(world, "policy:1")
