"""Sensitive access that is there stands on what was approved, and ends with that, whatever else would give it by then."""

from datetime import timedelta

from dayone.model.operations import OperationState
from tests.builders import ACCOUNT_ID, a_person, an_account
from tests.unit.changes.test_sensitive_gifts import APPROVER, AUTHOR, POLICY, admins, approve, company, held
from tests.unit.granting import a_grant, is_said
from tests.unit.previews import put_in_force
from tests.unit.world import World

BY_TITLE = "members: [{title: Administrator}]"
NAMED = POLICY.replace(BY_TITLE, f"{BY_TITLE}, people: [e-1]")
NONE_REMOVED = "guardrails: {removals: {percent: 0, at_least: 0}}\n"
ADMIN = "e-1@example.com"


def is_moved(world: World, title: str = "Clerk") -> None:
    world.now += timedelta(hours=1)
    world.hr_tells(a_person("e-1", title=title))
    world.settle()


def passes(world: World, **time: int) -> None:
    world.now += timedelta(**time)
    world.sweep()
    world.settle()


class TestAMembership:
    def test_a_name_added_before_hr_moves_them_keeps_nobody(self) -> None:
        world = company()
        put_in_force(NAMED, world=world, actor=AUTHOR)
        assert (admins(world), held(world)) == ({ADMIN}, [])
        is_moved(world)
        assert admins(world) == set()
        passes(world, hours=2)
        assert (admins(world), held(world)) == (set(), ["person:e-1 create membership/admins"])

    def test_a_removal_that_is_held_is_not_taken_back_by_a_name(self) -> None:
        world = company(POLICY + NONE_REMOVED)
        is_moved(world)
        assert held(world) == ["person:e-1 delete membership/admins"]
        put_in_force(NAMED + NONE_REMOVED, world=world, actor=AUTHOR)
        assert held(world) == ["person:e-1 delete membership/admins"]
        is_moved(world, "Administrator")
        assert (admins(world), held(world)) == ({ADMIN}, [])
