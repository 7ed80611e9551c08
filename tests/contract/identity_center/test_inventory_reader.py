"""The port InventoryReader, in memory and over AWS alike."""

from collections.abc import Callable

import pytest

from dayone.adapters.identity_center.inventory import AwsInventoryReader
from dayone.errors import NotFound
from dayone.model.subjects import Resource, ResourceKind
from dayone.ports.identity_center import AwsPrincipal, PrincipalType
from dayone.ports.records import Page
from tests.contract.actions import recorded_actions
from tests.contract.identity_centers import NO_ID, NO_PERMISSION_SET, IdentityCenter, LocalIdentityCenter, fresh


def _all[T](read: Callable[[str], Page[T]]) -> list[T]:
    found, cursor = list[T](), None
    while cursor != "":
        page = read(cursor or "")
        found += page.entries
        cursor = page.cursor
    return found


def _new_user(center: IdentityCenter) -> tuple[str, dict[str, str]]:
    attributes = {"user_name": fresh("user"), "given_name": "A", "family_name": "B", "display_name": "A B"}
    return center.directory.create_user(attributes).references["user_id"], attributes


def _whole_set(center: IdentityCenter) -> str:
    attributes = {"name": fresh("set"), "description": "them", "session_duration": "PT8H", "tag:team": "blue"}
    arn = center.permission_sets.create(attributes).references["permission_set_arn"]
    center.set_policies.attach_managed(arn, managed_policy="ReadOnlyAccess")
    center.set_policies.attach_customer(arn, customer_policy="/teams/Deployer")
    center.set_policies.put_inline(arn, document='{"Version": "2012-10-17", "Statement": []}')
    center.set_policies.put_boundary(arn, managed_policy="PowerUserAccess")
    return arn


def test_users_and_groups_are_listed_with_their_attributes(identity_center: IdentityCenter) -> None:
    user_id, attributes = _new_user(identity_center)
    name = fresh("group")
    group_id = identity_center.directory.create_group({"name": name, "description": "us"}).references["group_id"]
    reader = identity_center.inventory
    users = dict(_all(lambda cursor: reader.users(cursor=cursor)))
    groups = dict(_all(lambda cursor: reader.groups(cursor=cursor)))
    assert users[user_id] == attributes == reader.user(user_id)
    assert groups[group_id] == {"name": name, "description": "us"} == reader.group(group_id)
    assert (reader.user(NO_ID), reader.group(NO_ID)) == (None, None)


def test_members_are_listed_and_looked_up(identity_center: IdentityCenter) -> None:
    group_id, (user_id, _) = identity_center.new_group(), _new_user(identity_center)
    other, _ = _new_user(identity_center)
    identity_center.directory.add_member(group_id=group_id, user_id=user_id)
    reader = identity_center.inventory
    assert _all(lambda cursor: reader.members(group_id, cursor=cursor)) == [user_id]
    assert _all(lambda cursor: reader.groups_of(user_id, cursor=cursor)) == [group_id]
    assert _all(lambda cursor: reader.groups_of(other, cursor=cursor)) == []
    assert reader.is_member(user_id, group_id=group_id)
    assert not reader.is_member(other, group_id=group_id)
    assert not reader.is_member(user_id, group_id=NO_ID)


def test_a_permission_set_is_read_with_all_its_parts(identity_center: IdentityCenter) -> None:
    arn = _whole_set(identity_center)
    assert arn in _all(lambda cursor: identity_center.inventory.permission_sets(cursor=cursor))
    parts = identity_center.inventory.permission_set(arn)
    itself = parts[Resource(ResourceKind.PERMISSION_SET)]
    assert (itself["description"], itself["session_duration"], itself["tag:team"]) == ("them", "PT8H", "blue")
    assert {str(resource) for resource in parts} == {
        "permission-set",
        "managed-policy/ReadOnlyAccess",
        "customer-policy//teams/Deployer",
        "inline-policy",
        "boundary",
    }
    assert parts[Resource(ResourceKind.BOUNDARY)] == {"managed_policy": "PowerUserAccess"}


def test_assignments_are_read_by_principal_by_account_and_by_set(identity_center: IdentityCenter) -> None:
    key = identity_center.new_assignment()
    arn, reader = key.permission_set_arn, identity_center.inventory
    principal = AwsPrincipal(kind=PrincipalType.GROUP, id=key.principal_id)
    assert _all(lambda cursor: reader.assignments_of(principal, cursor=cursor)) == [key]
    assert _all(lambda cursor: reader.accounts_of(arn, cursor=cursor)) == [key.account_id]
    assert arn in _all(lambda cursor: reader.sets_in(key.account_id, cursor=cursor))
    read = lambda cursor: reader.assignments_in(key.account_id, permission_set_arn=arn, cursor=cursor)  # noqa: E731
    assert _all(read) == [key]


def test_accounts_with_an_earlier_form_of_a_set_are_named(identity_center: IdentityCenter) -> None:
    key = identity_center.new_assignment()
    identity_center.permission_sets.update(key.permission_set_arn, attributes={"session_duration": "PT4H"})
    parts = identity_center.inventory.permission_set(key.permission_set_arn)
    assert parts[Resource(ResourceKind.PROVISIONING)] == {"outdated": f'["{key.account_id}"]'}


def test_what_is_gone_is_never_read_as_empty(identity_center: IdentityCenter) -> None:
    reader = identity_center.inventory
    with pytest.raises(NotFound):
        reader.members(NO_ID, cursor="")
    with pytest.raises(NotFound):
        reader.permission_set(NO_PERMISSION_SET)
    with pytest.raises(NotFound):
        reader.accounts_of(NO_PERMISSION_SET, cursor="")


def test_calls_are_counted(identity_center: IdentityCenter) -> None:
    arn, reader = identity_center.new_permission_set(), identity_center.inventory
    before = reader.calls
    reader.permission_set(arn)
    made = reader.calls - before
    # Seven, and more where AWS answers an empty page with more to follow.
    assert 7 <= made < 14
    reader.group(NO_ID)
    assert reader.calls == before + made + 1


def test_it_needs_every_action_it_names(local_identity_center: LocalIdentityCenter) -> None:
    local = local_identity_center
    key, (user_id, _) = local.ports.new_assignment(), _new_user(local.ports)
    called = recorded_actions(local.sso_admin), recorded_actions(local.identitystore)
    reader, arn = local.ports.inventory, key.permission_set_arn
    reader.permission_sets(cursor="")
    reader.permission_set(arn)
    reader.groups(cursor="")
    reader.users(cursor="")
    reader.members(key.principal_id, cursor="")
    reader.sets_in(key.account_id, cursor="")
    reader.accounts_of(arn, cursor="")
    reader.assignments_in(key.account_id, permission_set_arn=arn, cursor="")
    reader.assignments_of(AwsPrincipal(kind=PrincipalType.GROUP, id=key.principal_id), cursor="")
    assert reader.group(key.principal_id)
    assert reader.user(user_id)
    reader.groups_of(user_id, cursor="")
    reader.is_member(user_id, group_id=key.principal_id)
    assert called[0] | called[1] == AwsInventoryReader.ACTIONS
