"""The port ExistingUse, in memory and over AWS alike."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dayone.adapters.identity_center.live_access import AwsExistingUse
from dayone.errors import NotFound
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


def _new_user(center: IdentityCenter) -> str:
    attributes = {"user_name": fresh("user"), "given_name": "A", "family_name": "B", "display_name": "A B"}
    return center.directory.create_user(attributes).references["user_id"]


def test_the_members_of_a_group_are_listed_part_by_part(identity_center: IdentityCenter) -> None:
    group_id, users = identity_center.new_group(), {_new_user(identity_center) for _ in range(3)}
    for user_id in users:
        identity_center.directory.add_member(group_id=group_id, user_id=user_id)
    members = _all(lambda cursor: identity_center.use.members(group_id, cursor=cursor, limit=2))
    assert (len(members), set(members)) == (3, users)
    assert identity_center.use.members(identity_center.new_group(), cursor="", limit=2).entries == []


def test_the_accounts_that_have_a_set_are_listed(identity_center: IdentityCenter) -> None:
    key = identity_center.new_assignment()
    arn, use = key.permission_set_arn, identity_center.use
    other = replace(key, principal_id=identity_center.new_group())
    assert identity_center.outcome(identity_center.assignments.creation, identity_center.assignments.create(other))
    assert _all(lambda cursor: use.accounts(arn, cursor=cursor, limit=1)) == [key.account_id]
    assert use.accounts(identity_center.new_permission_set(), cursor="", limit=9).entries == []


def test_what_is_gone_is_not_taken_for_what_nobody_uses(identity_center: IdentityCenter) -> None:
    with pytest.raises(NotFound):
        identity_center.use.members(NO_ID, cursor="", limit=9)
    with pytest.raises(NotFound):
        identity_center.use.accounts(NO_PERMISSION_SET, cursor="", limit=9)


def test_it_needs_every_action_it_names(local_identity_center: LocalIdentityCenter) -> None:
    local = local_identity_center
    arn, group_id = local.ports.new_permission_set(), local.ports.new_group()
    called = recorded_actions(local.sso_admin), recorded_actions(local.identitystore)
    with local.ports.use.turn():
        local.ports.use.accounts(arn, cursor="", limit=1)
        local.ports.use.members(group_id, cursor="", limit=1)
    assert called[0] | called[1] == AwsExistingUse.ACTIONS
