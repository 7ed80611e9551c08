"""Resources from before Day One that left the policy which had adopted them are no longer managed."""

from dataclasses import replace

import pytest

from dayone.model.changes import ChangeState
from tests.builders import GROUP, a_group, a_person, a_policy, the_group
from tests.fakes.sso.identity_center import StoredGroup
from tests.unit.world import World


class TestWhatWasThereBeforeAndLeftThePolicy:
    """A group that humans made, and that the policy had taken on, is forgotten: nothing steers it any more."""

    def _adopted(self) -> World:
        world = World()
        world.center.groups["group-x"] = StoredGroup("Administrators", "")
        world.policy_is(a_policy(replace(a_group("admins"), display_name="Administrators"), a_group("others")))
        world.settle()
        return world

    def test_it_is_forgotten_without_a_call_and_without_being_a_removal(self) -> None:
        world = self._adopted()
        request = world.policy_is(a_policy(a_group("others")))
        world.settle()
        assert world.applied(the_group("admins"), GROUP) is None
        change = world.state.changes[request.cause.change]
        assert (change.state, change.removals) == (ChangeState.SUCCEEDED, 0)
        assert world.center.groups["group-x"] == StoredGroup("Administrators", "")

    def test_its_key_used_anew_does_not_capture_it(self) -> None:
        world = self._adopted()
        world.policy_is(a_policy(a_group("others")))
        world.settle()
        world.hr_tells(a_person())
        world.policy_is(a_policy(replace(a_group("admins"), display_name="Readers"), a_group("others")))
        world.settle()
        assert world.center.groups["group-x"] == StoredGroup("Administrators", "")
        assert world.groups()["Readers"] == {"e-1@example.com"}
        assert world.groups()["Administrators"] == set()

    @pytest.mark.parametrize("name", ["\N{CYRILLIC CAPITAL LETTER A}dministrators", "Readers", "administrators"])
    def test_it_is_not_renamed_while_the_policy_has_it(self, name: str) -> None:
        world = self._adopted()
        request = world.policy_is(a_policy(replace(a_group("admins"), display_name=name), a_group("others")))
        world.settle()
        assert world.center.groups["group-x"] == StoredGroup("Administrators", "")
        assert world.outcomes(request) == []

    def test_its_key_renamed_in_one_edit_puts_nobody_into_it(self) -> None:
        world = self._adopted()
        world.hr_tells(a_person())
        world.settle()
        assert world.groups()["Administrators"] == {"e-1@example.com"}
        world.policy_is(a_policy(replace(a_group("admins"), display_name="Readers"), a_group("others")))
        world.settle()
        world.hr_tells(a_person("e-2"))
        world.settle()
        assert world.groups() == {
            "Administrators": {"e-1@example.com"},
            "others": {"e-1@example.com", "e-2@example.com"},
        }

    def test_a_group_that_day_one_made_is_renamed_and_gets_its_members(self) -> None:
        world = World()
        world.policy_is(a_policy(replace(a_group("admins"), display_name="Administrators")))
        world.settle()
        world.hr_tells(a_person())
        world.policy_is(a_policy(replace(a_group("admins"), display_name="Readers")))
        world.settle()
        assert world.groups() == {"Readers": {"e-1@example.com"}}
