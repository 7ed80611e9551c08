"""Deleting a user, in memory and over AWS alike."""

import pytest

from dayone.errors import NotFound
from tests.contract.identity_centers import NO_ID, IdentityCenter, fresh


def test_a_deleted_user_is_gone_with_its_memberships(identity_center: IdentityCenter) -> None:
    directory, name = identity_center.directory, fresh("ada")
    attributes = {
        "user_name": name,
        "display_name": "Ada",
        "given_name": "Ada",
        "family_name": "L",
        "email": f"{name}@x.org",
    }
    user_id = directory.create_user(attributes).references["user_id"]
    group_id = identity_center.new_group()
    directory.add_member(group_id=group_id, user_id=user_id)
    assert directory.delete_user(user_id).request_id
    assert directory.find_user(name) is None
    assert directory.find_membership(group_id=group_id, user_id=user_id) is None


def test_deleting_nobody_is_not_found(identity_center: IdentityCenter) -> None:
    with pytest.raises(NotFound):
        identity_center.directory.delete_user(NO_ID)
