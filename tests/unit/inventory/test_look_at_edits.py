"""Somebody edits Identity Center: once CloudTrail says so it is looked at, and the finding has who did it."""

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from dayone.errors import AccessDenied, Throttled
from dayone.inventory.edits import SETTLES
from dayone.inventory.service import read_inventory
from dayone.model.inventory import DriftFinding, DriftKind
from dayone.model.operations import Action, Applied
from dayone.model.subjects import ITSELF, ResourceOf, Subject, SubjectKind
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from tests.builders import ACCOUNT_ID, a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.fakes.sso.directory import MemoryDirectory
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.fakes.sso.inventory_reader import MemoryInventoryReader
from tests.fakes.unread import Unread
from tests.unit.world import OWN_ROLE, World

type Json = dict[str, Any]
type Edit = Callable[[World], Json]

_JANE = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane"
_RECEIPTS = count()
_ROLE = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"


@pytest.fixture
def world() -> World:
    """A person in a group that has a permission set in an account; an inventory has found nothing."""
    world = World(approves=True)
    world.account_is(an_account())
    world.hr_tells(a_person())
    world.hr_tells(a_person("e-2", department="Sales"))
    world.policy_is(a_policy(a_group(), a_set(), an_assignment()))
    world.settle()
    world.take_inventory()
    assert world.inventory.findings() == []
    return world


def _event(world: World, name: str, request: Json, response: Json | None = None, *, by: str = _ROLE) -> Json:
    identity = {"type": "AssumedRole", "arn": _JANE, "sessionContext": {"sessionIssuer": {"type": "Role", "arn": by}}}
    detail = {
        "userIdentity": identity,
        "eventTime": world.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventName": name,
        "requestParameters": request,
        "responseElements": response,
    }
    return {
        "id": f"event-{next(_RECEIPTS)}",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.sso",
        "detail": detail,
    }


def _minute(world: World) -> None:
    world.now += timedelta(minutes=1)
    read_inventory(ports=world.reading(), longest=timedelta(seconds=40))


def _send(world: World, *events: Json) -> None:
    world.edit_events.waiting |= {f"receipt-{next(_RECEIPTS)}": json.dumps(event) for event in events}


def _tell(world: World, *events: Json) -> list[DriftFinding]:
    """Findings a minute after these events."""
    _send(world, *events)
    _minute(world)
    return list(world.inventory.findings())


def _named(findings: list[DriftFinding]) -> set[str]:
    return {f"{each.difference.kind} {each.difference.subject} {each.difference.resource}" for each in findings}


def _group(world: World) -> str:
    return next(iter(world.center.groups))


def _user(world: World, name: str = "e-2") -> str:
    return next(user_id for user_id, user in world.center.users.items() if user["user_name"].startswith(name))


def _set(world: World) -> str:
    return next(iter(world.center.permission_sets))


def _add_by_console(world: World) -> Json:
    world.center.memberships["m-x"] = (_group(world), _user(world))
    return _event(world, "AddMemberToGroup", {"groupId": _group(world), "member": {"memberId": _user(world)}})


def _add_by_api(world: World) -> Json:
    world.center.memberships["m-x"] = (_group(world), _user(world))
    request = {"groupId": _group(world), "memberId": {"userId": _user(world)}}
    return _event(world, "CreateGroupMembership", request, {"membershipId": "m-x"})


def _remove_by_api(world: World) -> Json:
    (membership,) = world.center.memberships
    del world.center.memberships[membership]
    return _event(world, "DeleteGroupMembership", {"identityStoreId": "d-1", "membershipId": membership})


def _make_group(world: World) -> Json:
    world.center.groups["group-x"] = StoredGroup("Contractors", "")
    return _event(world, "CreateGroup", {"displayName": "HIDDEN"}, {"group": {"groupId": "group-x"}})


def _delete_group(world: World) -> Json:
    group = _group(world)
    MemoryDirectory(world.center).delete_group(group)
    return _event(world, "DeleteGroup", {"groupId": group})


def _make_user(world: World) -> Json:
    world.center.users["user-x"] = {"user_name": "eve", "display_name": "Eve", "given_name": "E", "family_name": "V"}
    return _event(world, "CreateUser", {"userName": "HIDDEN"}, {"user": {"userId": "user-x"}})


def _rename_user(world: World) -> Json:
    world.center.users[_user(world)]["display_name"] = "Somebody Else"
    return _event(world, "UpdateUser", {"userId": _user(world)})


def _longer_session(world: World) -> Json:
    world.center.permission_sets[_set(world)].attributes["session_duration"] = "PT12H"
    return _event(world, "UpdatePermissionSet", {"permissionSetArn": _set(world), "sessionDuration": "PT12H"})


def _make_set(world: World) -> Json:
    world.center.permission_sets["arn:x"] = StoredSet("Admins", {"session_duration": "PT1H"})
    return _event(world, "CreatePermissionSet", {"name": "Admins"}, {"permissionSet": {"permissionSetArn": "arn:x"}})


def _assign(world: World) -> Json:
    key = _key_of_a_user(world)
    world.center.assignments.add(key)
    return _about(world, "CreateAccountAssignment", key)


def _key_of_a_user(world: World) -> AssignmentKey:
    return AssignmentKey(
        account_id=ACCOUNT_ID,
        permission_set_arn=_set(world),
        principal_id=_user(world),
        principal_type=PrincipalType.USER,
    )


def _unassign(world: World) -> Json:
    key = world.center.assignments.pop()
    return _about(world, "DeleteAccountAssignment", key)


def _about(world: World, name: str, key: AssignmentKey) -> Json:
    request = {
        "targetId": key.account_id,
        "targetType": "AWS_ACCOUNT",
        "permissionSetArn": key.permission_set_arn,
        "principalType": str(key.principal_type),
        "principalId": key.principal_id,
    }
    return _event(world, name, request)


_EDITS = [
    (_add_by_console, "unmanaged person:e-2 membership/engineers"),
    (_add_by_api, "unmanaged person:e-2 membership/engineers"),
    (_remove_by_api, "missing person:e-1 membership/engineers"),
    (_make_group, "unmanaged group:Contractors group"),
    (_delete_group, "missing group:engineers group"),
    (_make_user, "unmanaged user:eve user"),
    (_rename_user, "changed person:e-2 user"),
    (_longer_session, "changed permission-set:ViewOnly permission-set"),
    (_make_set, "unmanaged permission-set:Admins permission-set"),
    (_assign, f"unmanaged account:{ACCOUNT_ID} assignment/ViewOnly/person:e-2"),
    (_unassign, f"missing account:{ACCOUNT_ID} assignment/ViewOnly/engineers"),
]


@pytest.mark.parametrize(("edit", "expected"), _EDITS, ids=[edit.__name__.strip("_") for edit, _ in _EDITS])
def test_an_edit_is_found_in_the_next_minute_with_who_did_it(world: World, edit: Edit, expected: str) -> None:
    event = edit(world)
    (finding,) = _tell(world, event)
    assert _named([finding]) == {expected}
    assert finding.edit is not None
    assert (finding.edit.actor, finding.edit.action) == (_JANE, event["detail"]["eventName"])
    assert not finding.is_baseline
    # A whole inventory finds the same one, and still knows.
    world.take_inventory()
    (again,) = [each for each in world.inventory.findings() if each.id == finding.id]
    assert again.edit == finding.edit


_NAMED = [(edit, expected) for edit, expected in _EDITS if edit is not _remove_by_api]


@pytest.mark.parametrize(("edit", "expected"), _NAMED, ids=[edit.__name__.strip("_") for edit, _ in _NAMED])
def test_nothing_else_is_read_for_an_edit(world: World, edit: Edit, expected: str) -> None:
    world.around = lambda name, port: Unread() if name == "company" else port
    assert _named(_tell(world, edit(world))) == {expected}


@pytest.mark.parametrize(("edit", "expected"), _EDITS, ids=[edit.__name__.strip("_") for edit, _ in _EDITS])
def test_an_edit_of_what_an_earlier_release_recorded_is_found_too(world: World, edit: Edit, expected: str) -> None:
    class Unlisted:
        def __init__(self, index: Any) -> None:  # noqa: ANN401 - any port
            self._index = index

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the index has it
            return getattr(self._index, name)

        def identified(self, *_: object) -> dict[str, object]:
            return {}

        def ids(self, _: object) -> frozenset[str]:
            return frozenset()

    world.around = lambda name, port: Unlisted(port) if name == "index" else port
    world.take_inventory()
    assert _named(_tell(world, edit(world))) == {expected}


@pytest.mark.parametrize("kind", [SubjectKind.GROUP, SubjectKind.PERSON])
def test_what_day_one_is_creating_is_no_finding_when_somebody_edits_it(world: World, kind: SubjectKind) -> None:
    if kind is SubjectKind.GROUP:
        subject, event = Subject(kind, "sales"), _make_group(world)
        world.center.groups["group-x"].name = "Sales"
    else:
        subject, event = Subject(kind, "e-2"), _rename_user(world)
    of = ResourceOf(subject, ITSELF[kind])
    user = world.center.users[_user(world)]
    name = {"name": "Sales"} if kind is SubjectKind.GROUP else {"user_name": user["user_name"]}
    world.state.applied[of] = Applied(resource=of.resource, attributes=name, doubt=Action.CREATE)
    assert _tell(world, event) == []
    del world.state.applied[of]
    assert {each.difference.kind for each in _tell(world)} == {DriftKind.UNMANAGED}


@pytest.mark.parametrize(
    "otherwise",
    [
        {"userIdentity": {"arn": _JANE, "sessionContext": {"sessionIssuer": {"arn": OWN_ROLE}}}},
        {"errorCode": "AccessDeniedException"},
        {"requestParameters": {"instanceArn": "arn:aws:sso:::instance/ssoins-1"}},
    ],
    ids=["Day One's own", "refused by AWS", "about nothing that is known"],
)
def test_what_day_one_does_itself_and_what_did_not_happen_is_not_looked_at(world: World, otherwise: Json) -> None:
    event = _rename_user(world)
    event["detail"] |= otherwise
    assert _tell(world, event) == []
    assert world.inventory.edits() == []
    assert world.edit_events.waiting == {}


def test_the_same_event_again_changes_nothing(world: World) -> None:
    event = _make_group(world)
    (first,) = _tell(world, event, event)
    world.now += SETTLES
    (again,) = _tell(world, event)
    assert (again.id, again.first_seen_at, again.edit) == (first.id, first.first_seen_at, first.edit)
    _minute(world)
    assert world.inventory.edits() == []


def test_what_was_there_before_day_one_is_theirs_who_have_made_it_once_more() -> None:
    """Of what was there before, nobody says who gave it, and it is left aside; whoever gives it now is named."""
    world = World(approves=True)
    world.account_is(an_account())
    for person, department in (("e-1", "Engineering"), ("e-2", "Sales")):
        world.hr_tells(a_person(person, department=department))
    world.policy_is(a_policy(a_group(), a_set(), an_assignment()))
    world.settle()
    event = _add_by_console(world)
    world.take_inventory()
    (before,) = world.inventory.findings()
    assert (before.is_baseline, before.edit) == (True, None)
    (now,) = _tell(world, event)
    assert (now.id, now.is_baseline, now.edit is not None) == (before.id, False, True)


def test_an_assignment_that_aws_carries_out_a_minute_later_is_found(world: World) -> None:
    key = _key_of_a_user(world)
    assert _tell(world, _about(world, "CreateAccountAssignment", key)) == []
    world.center.assignments.add(key)
    (finding,) = _tell(world)
    assert finding.edit is not None


def test_what_somebody_undoes_is_no_finding_any_more(world: World) -> None:
    assert len(_tell(world, _add_by_console(world))) == 1
    del world.center.memberships["m-x"]
    event = _event(world, "RemoveMemberFromGroup", {"groupId": _group(world), "member": {"memberId": _user(world)}})
    assert _tell(world, event) == []


def test_a_look_that_fails_is_repeated(world: World) -> None:
    event = _make_group(world)

    class Throttling:
        calls = 0

        def group(self, *_: object) -> Any:  # noqa: ANN401 - it returns nothing
            raise Throttled("identitystore: slow down")

    world.around = lambda name, port: Throttling() if name == "reader" else port
    with pytest.raises(Throttled):
        _tell(world, event)
    world.around = lambda _name, port: port
    assert _named(_tell(world)) == {"unmanaged group:Contractors group"}


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "0b6384fc"}}, "user:0b6384fc"),
        (
            {"type": "Root", "arn": "arn:aws:iam::111122223333:root", "sessionContext": {"sessionIssuer": {}}},
            "arn:aws:iam::111122223333:root",
        ),
        ({"type": "AWSService", "invokedBy": "controltower.amazonaws.com"}, "controltower.amazonaws.com"),
        ({}, "unknown"),
    ],
    ids=["a user of the portal", "the root", "a service of AWS", "nobody"],
)
def test_who_did_it_is_named_as_far_as_aws_says(world: World, identity: Json, expected: str) -> None:
    event = _make_group(world)
    event["detail"]["userIdentity"] = identity
    (finding,) = _tell(world, event)
    assert finding.edit is not None
    assert finding.edit.actor == expected


@pytest.mark.parametrize("text", ["", "[]", "{", '{"source": "aws.sso", "detail": {}}', '{"source": "aws.sso"}'])
def test_what_is_no_event_of_cloudtrail_is_taken_away_and_hinders_no_other(world: World, text: str) -> None:
    world.edit_events.waiting["forged"] = text
    assert len(_tell(world, _make_group(world))) == 1
    assert world.edit_events.waiting == {}


def test_of_what_aws_refuses_to_show_nothing_is_concluded_and_the_others_are_looked_at(world: World) -> None:
    _send(world, _delete_group(world), _rename_user(world))
    reader = MemoryInventoryReader(world.center)

    class Refusing:
        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the reader has it
            if name == "group":
                raise AccessDenied("identitystore: not authorized")
            return getattr(reader, name)

    world.around = lambda name, port: Refusing() if name == "reader" else port
    assert _named(_tell(world)) == {"changed person:e-2 user"}


def test_many_edits_are_looked_at_one_after_the_other(world: World) -> None:
    for number in range(45):
        world.center.groups[f"group-{number}"] = StoredGroup(f"Group {number}", "")
        _send(world, _event(world, "CreateGroup", {}, {"group": {"groupId": f"group-{number}"}}))
    found = [len(_tell(world)) for _ in range(10)]
    assert found[0] < found[-1] == 45
    assert world.inventory.edits() == []


def test_it_is_known_when_everything_that_was_reported_had_been_looked_at(world: World) -> None:
    _minute(world)
    before = world.now
    assert world.inventory.events_at() == before
    for number in range(25):
        _send(world, _event(world, "CreateGroup", {}, {"group": {"groupId": f"group-{number}"}}))
    _minute(world)
    assert world.inventory.events_at() == before
    for _ in range(6):
        _minute(world)
    assert world.inventory.events_at() == world.now


def test_an_event_of_what_is_not_so_finds_nothing(world: World) -> None:
    group, user = _group(world), _user(world, "e-1")
    forged = [
        _event(world, "DeleteGroup", {"groupId": group}),
        _event(world, "RemoveMemberFromGroup", {"groupId": group, "member": {"memberId": user}}),
        _event(world, "DeleteUser", {"userId": user}),
        _event(world, "DeletePermissionSet", {"permissionSetArn": _set(world)}),
        _about(world, "CreateAccountAssignment", _key_of_a_user(world)),
        _event(world, "CreateGroup", {}, {"group": {"groupId": "group-that-is-not"}}),
    ]
    assert _tell(world, *forged) == []
