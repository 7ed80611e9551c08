"""The port Directory, in memory and over AWS alike."""

from collections.abc import Mapping

import pytest

from dayone.adapters.identity_center.directory import IdentityStoreDirectory
from dayone.errors import AccessDenied, AlreadyExists, NotFound, Refused
from dayone.ports.identity_center import Directory
from tests.contract.actions import recorded_actions
from tests.contract.identity_centers import NO_ID, IdentityCenter, LocalIdentityCenter, fresh


@pytest.fixture
def directory(identity_center: IdentityCenter) -> Directory:
    return identity_center.directory


def ada(**changes: str) -> dict[str, str]:
    name = fresh("ada")
    attributes = {
        "user_name": name,
        "display_name": "Ada Lovelace",
        "given_name": "Ada",
        "family_name": "Lovelace",
        "email": f"{name}@example.com",
        "title": "Analyst",
    }
    return {word: text for word, text in {**attributes, **changes}.items() if text}


def attributes_of(directory: Directory, user_name: str) -> Mapping[str, str]:
    found = directory.find_user(user_name)
    assert found is not None
    return found.attributes


def new_user(directory: Directory) -> str:
    return directory.create_user(ada()).references["user_id"]


def new_group(directory: Directory) -> str:
    return directory.create_group({"name": fresh("group")}).references["group_id"]


class TestUsers:
    def test_a_new_user_is_found_by_its_name_with_all_it_was_given(self, directory: Directory) -> None:
        person = ada()
        made = directory.create_user(person)
        found = directory.find_user(person["user_name"])
        assert made.request_id
        assert found is not None
        assert (found.references, found.attributes) == (made.references, person)

    def test_what_a_user_was_not_given_is_not_among_its_attributes(self, directory: Directory) -> None:
        person = ada(title="", email="")
        directory.create_user(person)
        assert attributes_of(directory, person["user_name"]) == person

    def test_letter_case_does_not_tell_user_names_apart(self, directory: Directory) -> None:
        person = ada()
        directory.create_user(person)
        assert directory.find_user(person["user_name"].upper()) is not None

    def test_a_name_that_nobody_has_finds_nobody(self, directory: Directory) -> None:
        assert directory.find_user(fresh("nobody")) is None

    @pytest.mark.parametrize("taken", ["user_name", "email"])
    def test_a_taken_user_name_or_address_is_refused_as_existing(self, directory: Directory, taken: str) -> None:
        person = ada()
        directory.create_user(person)
        with pytest.raises(AlreadyExists):
            directory.create_user(ada(**{taken: person[taken]}))

    @pytest.mark.parametrize("left_out", ["user_name", "display_name", "given_name", "family_name"])
    def test_a_user_without_a_name_is_refused(self, directory: Directory, left_out: str) -> None:
        with pytest.raises(Refused):
            directory.create_user(ada(**{left_out: ""}))

    @pytest.mark.parametrize(
        ("word", "text"),
        [
            ("display_name", "Countess of Lovelace"),
            ("given_name", "Augusta"),
            ("family_name", "King"),
            ("title", "Programmer"),
        ],
    )
    def test_an_update_changes_what_it_names_and_nothing_else(self, directory: Directory, word: str, text: str) -> None:
        person = ada()
        user_id = directory.create_user(person).references["user_id"]
        assert directory.update_user(user_id, attributes={word: text}).request_id
        assert attributes_of(directory, person["user_name"]) == {**person, word: text}

    def test_an_update_changes_user_name_and_address(self, directory: Directory) -> None:
        user_id, after = new_user(directory), ada()
        directory.update_user(user_id, attributes=after)
        assert attributes_of(directory, after["user_name"]) == after

    @pytest.mark.parametrize("word", ["title", "email"])
    def test_an_empty_text_unsets_an_attribute(self, directory: Directory, word: str) -> None:
        person = ada()
        user_id = directory.create_user(person).references["user_id"]
        directory.update_user(user_id, attributes={word: ""})
        assert word not in attributes_of(directory, person["user_name"])

    def test_a_name_cannot_be_unset(self, directory: Directory) -> None:
        with pytest.raises(Refused):
            directory.update_user(new_user(directory), attributes={"family_name": ""})

    def test_an_update_to_a_taken_address_is_refused_as_existing(self, directory: Directory) -> None:
        person = ada()
        directory.create_user(person)
        with pytest.raises(AlreadyExists):
            directory.update_user(new_user(directory), attributes={"email": person["email"]})

    def test_updating_nobody_is_not_found(self, directory: Directory) -> None:
        with pytest.raises(NotFound):
            directory.update_user(NO_ID, attributes={"title": "Analyst"})


class TestGroups:
    @pytest.mark.parametrize("description", ["Writes programs", ""])
    def test_a_new_group_is_found_by_its_name(self, directory: Directory, description: str) -> None:
        group = {"name": fresh("group"), "description": description}
        made = directory.create_group(group)
        found = directory.find_group(group["name"])
        assert found is not None
        assert (found.references, found.attributes) == (made.references, group)

    def test_letter_case_does_not_tell_group_names_apart(self, directory: Directory) -> None:
        name = fresh("group")
        directory.create_group({"name": name})
        assert directory.find_group(name.upper()) is not None
        with pytest.raises(AlreadyExists):
            directory.create_group({"name": name.upper()})

    def test_a_name_that_no_group_has_finds_none(self, directory: Directory) -> None:
        assert directory.find_group(fresh("nothing")) is None

    def test_a_taken_name_is_refused_as_existing(self, directory: Directory) -> None:
        name = fresh("group")
        directory.create_group({"name": name})
        with pytest.raises(AlreadyExists):
            directory.create_group({"name": name, "description": "another"})

    @pytest.mark.parametrize("description", ["Writes programs", ""])
    def test_an_update_sets_or_unsets_the_description(self, directory: Directory, description: str) -> None:
        group = {"name": fresh("group"), "description": "as it was"}
        group_id = directory.create_group(group).references["group_id"]
        directory.update_group(group_id, attributes={**group, "description": description})
        found = directory.find_group(group["name"])
        assert found is not None
        assert found.attributes == {**group, "description": description}

    def test_a_renamed_group_is_the_same_group_with_its_members(self, directory: Directory) -> None:
        before, after, user_id = fresh("group"), fresh("group"), new_user(directory)
        group_id = directory.create_group({"name": before}).references["group_id"]
        membership = directory.add_member(group_id=group_id, user_id=user_id).references["membership_id"]
        directory.update_group(group_id, attributes={"name": after})
        found = directory.find_group(after)
        assert found is not None
        assert found.references == {"group_id": group_id}
        assert directory.find_group(before) is None
        assert directory.find_membership(group_id=group_id, user_id=user_id) == membership

    def test_a_group_cannot_be_renamed_to_a_taken_name(self, directory: Directory) -> None:
        taken = fresh("group")
        directory.create_group({"name": taken})
        with pytest.raises(AlreadyExists):
            directory.update_group(new_group(directory), attributes={"name": taken})

    def test_a_group_can_be_given_the_name_it_has(self, directory: Directory) -> None:
        group = {"name": fresh("group"), "description": ""}
        group_id = directory.create_group(group).references["group_id"]
        assert directory.update_group(group_id, attributes=group).request_id

    def test_updating_no_group_is_not_found(self, directory: Directory) -> None:
        with pytest.raises(NotFound):
            directory.update_group(NO_ID, attributes={"name": fresh("group")})

    def test_a_deleted_group_is_gone_with_its_memberships(self, directory: Directory) -> None:
        name, user_id = fresh("group"), new_user(directory)
        group_id = directory.create_group({"name": name}).references["group_id"]
        membership_id = directory.add_member(group_id=group_id, user_id=user_id).references["membership_id"]
        directory.delete_group(group_id)
        assert directory.find_group(name) is None
        with pytest.raises(NotFound):
            directory.remove_member(membership_id)

    def test_deleting_twice_is_not_found(self, directory: Directory) -> None:
        group_id = new_group(directory)
        directory.delete_group(group_id)
        with pytest.raises(NotFound):
            directory.delete_group(group_id)


class TestMemberships:
    def test_a_new_member_is_found(self, directory: Directory) -> None:
        group_id, user_id = new_group(directory), new_user(directory)
        made = directory.add_member(group_id=group_id, user_id=user_id)
        assert directory.find_membership(group_id=group_id, user_id=user_id) == made.references["membership_id"]

    def test_a_member_added_again_exists(self, directory: Directory) -> None:
        group_id, user_id = new_group(directory), new_user(directory)
        directory.add_member(group_id=group_id, user_id=user_id)
        with pytest.raises(AlreadyExists):
            directory.add_member(group_id=group_id, user_id=user_id)

    def test_adding_nobody_or_to_no_group_is_not_found(self, directory: Directory) -> None:
        with pytest.raises(NotFound):
            directory.add_member(group_id=new_group(directory), user_id=NO_ID)
        with pytest.raises(NotFound):
            directory.add_member(group_id=NO_ID, user_id=new_user(directory))

    def test_a_member_removed_is_no_member(self, directory: Directory) -> None:
        group_id, user_id = new_group(directory), new_user(directory)
        membership_id = directory.add_member(group_id=group_id, user_id=user_id).references["membership_id"]
        directory.remove_member(membership_id)
        assert directory.find_membership(group_id=group_id, user_id=user_id) is None

    def test_removing_twice_is_not_found(self, directory: Directory) -> None:
        added = directory.add_member(group_id=new_group(directory), user_id=new_user(directory))
        directory.remove_member(added.references["membership_id"])
        with pytest.raises(NotFound):
            directory.remove_member(added.references["membership_id"])

    def test_there_is_no_membership_of_nobody_or_in_no_group(self, directory: Directory) -> None:
        assert directory.find_membership(group_id=new_group(directory), user_id=NO_ID) is None
        assert directory.find_membership(group_id=NO_ID, user_id=new_user(directory)) is None

    def test_an_empty_id_is_refused_rather_than_not_found(self, directory: Directory) -> None:
        with pytest.raises(Refused):
            directory.find_membership(group_id="", user_id=new_user(directory))


def test_a_wrong_identity_store_is_an_outage_of_ours_rather_than_empty(
    local_identity_center: LocalIdentityCenter,
) -> None:
    directory = IdentityStoreDirectory(local_identity_center.identitystore, identity_store_id="d-0000000000")
    with pytest.raises(AccessDenied):
        directory.find_user("ada")
    with pytest.raises(AccessDenied):
        directory.remove_member(NO_ID)


def test_the_one_address_is_marked_as_the_primary_one_for_work(local_identity_center: LocalIdentityCenter) -> None:
    user, client = ada(), local_identity_center.identitystore
    user_id = local_identity_center.ports.directory.create_user(user).references["user_id"]
    store = local_identity_center.identity_store_id
    made = client.describe_user(IdentityStoreId=store, UserId=user_id)["Emails"]
    local_identity_center.ports.directory.update_user(user_id, attributes={"email": user["email"]})
    updated = client.describe_user(IdentityStoreId=store, UserId=user_id)["Emails"]
    assert made == updated == [{"Value": user["email"], "Type": "work", "Primary": True}]


def test_the_adapter_needs_every_action_it_names(local_identity_center: LocalIdentityCenter) -> None:
    called = recorded_actions(local_identity_center.identitystore)
    directory = local_identity_center.ports.directory
    user, group = ada(), fresh("group")
    user_id = directory.create_user(user).references["user_id"]
    directory.find_user(user["user_name"])
    directory.update_user(user_id, attributes={"title": ""})
    group_id = directory.create_group({"name": group}).references["group_id"]
    directory.find_group(group)
    directory.update_group(group_id, attributes={"description": ""})
    membership = directory.add_member(group_id=group_id, user_id=user_id)
    directory.find_membership(group_id=group_id, user_id=user_id)
    directory.remove_member(membership.references["membership_id"])
    directory.delete_group(group_id)
    directory.delete_user(user_id)
    assert called == IdentityStoreDirectory.ACTIONS
