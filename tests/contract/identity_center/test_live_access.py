"""The port LiveAccess, in memory and over AWS alike."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dayone.adapters.identity_center.live_access import AwsLiveAccess
from dayone.errors import Throttled
from dayone.ports.identity_center import AssignmentKey, AwsPrincipal, PrincipalType
from dayone.ports.records import Page
from tests.contract.actions import recorded_actions
from tests.contract.answers import answering
from tests.contract.identity_centers import NO_ID, NO_PERMISSION_SET, IdentityCenter, LocalIdentityCenter, fresh


def all_of[T](read: Callable[[str], Page[T]]) -> list[T]:
    found, cursor = list[T](), ""
    while True:
        page = read(cursor)
        found += page.entries
        if not (cursor := page.cursor):
            return found


def new_user(center: IdentityCenter) -> tuple[str, str]:
    """Its id and its user name."""
    name = fresh("user")
    attributes = {"user_name": name, "given_name": "A", "family_name": "B", "display_name": "A B"}
    return center.directory.create_user(attributes).references["user_id"], name


def assigned(center: IdentityCenter, key: AssignmentKey) -> AssignmentKey:
    assert not center.outcome(center.assignments.creation, center.assignments.create(key)).failure_reason
    return key


def in_account(center: IdentityCenter, key: AssignmentKey, *, limit: int = 9) -> list[AssignmentKey]:
    account, arn = key.account_id, key.permission_set_arn
    return all_of(lambda cursor: center.live.in_account(account, permission_set_arn=arn, cursor=cursor, limit=limit))


def group_of(key: AssignmentKey) -> AwsPrincipal:
    return AwsPrincipal(kind=PrincipalType.GROUP, id=key.principal_id)


def test_everybody_who_has_a_set_in_an_account_is_listed_part_by_part(identity_center: IdentityCenter) -> None:
    key = identity_center.new_assignment()
    other = assigned(identity_center, replace(key, principal_id=identity_center.new_group()))
    assert set(in_account(identity_center, key, limit=1)) == {key, other}
    assert key.permission_set_arn in identity_center.live.permission_sets_in(key.account_id)


def test_what_a_group_has_is_listed_everywhere_or_in_one_account(identity_center: IdentityCenter) -> None:
    key = identity_center.new_assignment()
    more = replace(key, permission_set_arn=identity_center.new_permission_set())
    assigned(identity_center, more)

    def of_group(account: str) -> list[AssignmentKey]:
        live, group = identity_center.live, group_of(key)
        return all_of(lambda cursor: live.of_principal(group, account=account, cursor=cursor, limit=1))

    assert set(of_group("")) == set(of_group(key.account_id)) == {key, more}
    assert of_group("999999999999") == []


def test_what_a_user_has_by_a_group_is_theirs_too_and_says_by_which(identity_center: IdentityCenter) -> None:
    key = identity_center.new_assignment()
    user_id, _ = new_user(identity_center)
    identity_center.directory.add_member(group_id=key.principal_id, user_id=user_id)
    own = replace(key, principal_id=user_id, principal_type=PrincipalType.USER)
    assigned(identity_center, own)
    user = AwsPrincipal(kind=PrincipalType.USER, id=user_id)
    found, cursor = set(), None
    while cursor != "":
        page = identity_center.live.of_principal(user, account="", cursor=cursor or "", limit=9)
        cursor = page.cursor
        found |= set(page.entries)
    assert found == {key, own}


def test_whoever_is_gone_has_nothing_and_no_name(identity_center: IdentityCenter) -> None:
    live = identity_center.live
    for kind in PrincipalType:
        nobody = AwsPrincipal(kind=kind, id=NO_ID)
        assert live.of_principal(nobody, account="", cursor="", limit=9).entries == []
        assert live.principal_name(nobody) == ""
    gone = live.in_account(identity_center.account(), permission_set_arn=NO_PERMISSION_SET, cursor="", limit=9)
    assert gone.entries == []
    assert live.permission_set_name(NO_PERMISSION_SET) == ""
    assert live.group_called(fresh("nobody")) is None
    assert live.user_called(fresh("nobody")) is None


def test_everything_has_a_name_and_a_group_is_found_by_it(identity_center: IdentityCenter) -> None:
    live, group_name, set_name = identity_center.live, fresh("group"), fresh("set")
    group_id = identity_center.directory.create_group({"name": group_name}).references["group_id"]
    arn = identity_center.permission_sets.create({"name": set_name}).references["permission_set_arn"]
    user_id, user_name = new_user(identity_center)
    group = AwsPrincipal(kind=PrincipalType.GROUP, id=group_id)
    assert live.principal_name(group) == group_name
    assert live.principal_name(AwsPrincipal(kind=PrincipalType.USER, id=user_id)) == user_name
    assert [live.permission_set_name(arn) for _ in range(2)] == [set_name] * 2
    assert live.group_called(group_name.upper()) == group
    assert live.user_called(user_name) == AwsPrincipal(kind=PrincipalType.USER, id=user_id)


class TestAdapter:
    def test_it_needs_every_action_it_names(self, local_identity_center: LocalIdentityCenter) -> None:
        local = local_identity_center
        key = local.ports.new_assignment()
        user_id, _ = new_user(local.ports)
        called = recorded_actions(local.sso_admin), recorded_actions(local.identitystore)
        live = local.ports.live
        live.permission_sets_in(key.account_id)
        in_account(local.ports, key)
        live.of_principal(group_of(key), account="", cursor="", limit=1)
        live.permission_set_name(local.ports.new_permission_set())
        live.principal_name(group_of(key))
        live.principal_name(AwsPrincipal(kind=PrincipalType.USER, id=user_id))
        live.group_called("nobody")
        live.user_called("nobody")
        created = {"sso:CreatePermissionSet"}
        assert called[0] | called[1] == AwsLiveAccess.ACTIONS | created

    def test_every_call_waits_for_its_turn(self, local_identity_center: LocalIdentityCenter) -> None:
        local, waited = local_identity_center, list[tuple[str, str]]()
        live = AwsLiveAccess(
            local.sso_admin,
            local.identitystore,
            instance_arn=local.instance_arn,
            identity_store_id=local.identity_store_id,
            wait=lambda service, api: waited.append((service, api)),
        )
        called = recorded_actions(local.sso_admin), recorded_actions(local.identitystore)
        key = local.ports.new_assignment()
        for actions in called:
            actions.clear()
        live.permission_sets_in(key.account_id)
        live.in_account(key.account_id, permission_set_arn=key.permission_set_arn, cursor="", limit=1)
        live.of_principal(group_of(key), account="", cursor="", limit=1)
        live.permission_set_name(key.permission_set_arn)
        live.principal_name(group_of(key))
        live.principal_name(AwsPrincipal(kind=PrincipalType.USER, id=NO_ID))
        live.group_called("nobody")
        live.user_called("nobody")
        said = {f"{service.removesuffix('-admin')}:{api}" for service, api in waited}
        assert said == called[0] | called[1]

    def test_a_throttled_look_is_not_an_empty_answer(self, local_identity_center: LocalIdentityCenter) -> None:
        local, nobody = local_identity_center, AwsPrincipal(kind=PrincipalType.USER, id=NO_ID)
        with (
            answering(local.sso_admin, "ListAccountAssignmentsForPrincipal", "ThrottlingException"),
            pytest.raises(Throttled),
        ):
            local.ports.live.of_principal(nobody, account="", cursor="", limit=1)
