"""The plan says which sensitive access would be given, to how many, and why it is sensitive."""

import pytest

from tests.builders import a_person, an_account
from tests.unit.previews import POLICY, if_account, if_person, if_policy, put_in_force
from tests.unit.world import World

_ADMIN = POLICY.replace("[ViewOnlyAccess]", "[AdministratorAccess]")


def _company() -> World:
    world = World()
    for person in (a_person("e-1"), a_person("e-2"), a_person("e-3", department="Sales")):
        world.hr_tells(person)
    world.account_is(an_account())
    put_in_force(POLICY, world=world)
    return world


def _sensitive(notes: tuple[str, ...]) -> list[str]:
    return sorted(
        note.partition(": it ")[0].partition(": the group ")[0] for note in notes if note.startswith("sensitive access")
    )


def test_an_edit_to_everyone_says_how_many_would_become_administrators() -> None:
    world = _company()
    put_in_force(_ADMIN, world=world)
    everyone = _ADMIN.replace("engineers: {members: [{department: Engineering}]}", "engineers: {members: everyone}")
    notes = if_policy(everyone, world=world).preview.notes
    assert _sensitive(notes) == ["sensitive access, given 1 time: create-membership/engineers"]
    assert "the group is given `ViewOnly`: it has `AdministratorAccess`" in "".join(notes)


def test_a_first_policy_counts_members_and_accounts() -> None:
    world = World()
    for person in (a_person("e-1"), a_person("e-2")):
        world.hr_tells(person)
    world.account_is(an_account())
    world.settle()
    assert _sensitive(if_policy(_ADMIN, world=world).preview.notes) == [
        "sensitive access, given 1 time: create-assignment/ViewOnly/engineers: permission set `ViewOnly`",
        "sensitive access, given 2 times: create-membership/engineers",
    ]


def test_so_do_a_move_and_an_account() -> None:
    world = _company()
    put_in_force(_ADMIN, world=world)
    moved = if_person(world, id="e-3", department="Engineering").preview.notes
    assert _sensitive(moved) == ["sensitive access, given 1 time: create-membership/engineers"]
    another = if_account(world, id="777788889999", name="new", ou_path="/Workloads/New").preview.notes
    assert _sensitive(another) == [
        "sensitive access, given 1 time: create-assignment/ViewOnly/engineers: permission set `ViewOnly`"
    ]


def test_what_is_not_sensitive_is_not_named() -> None:
    world = _company()
    everyone = POLICY.replace("engineers: {members: [{department: Engineering}]}", "engineers: {members: everyone}")
    assert _sensitive(if_policy(everyone, world=world).preview.notes) == []


def test_what_many_can_change_is_said_where_it_gives_what_is_sensitive() -> None:
    world = _company()
    by_name = _ADMIN.replace("{department: Engineering}", "{email: '*@example.com'}")
    notes = if_policy(by_name.replace('{ou: "/Workloads/**"}', "{tags: {env: dev}}"), world=world).preview.notes
    assert any(
        "group `engineers` is sensitive and goes by `email`, which people can often edit" in note for note in notes
    )
    assert any("`ViewOnly` is sensitive and goes by the tag `env`, which whoever tags" in note for note in notes)


_EVERYWHERE = 'accounts: [{ou: "/Workloads/**"}]'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (_EVERYWHERE, _EVERYWHERE + ', except: [{tags: {locked: "yes"}}]', "leaves accounts out by the tag `locked`"),
        (_EVERYWHERE, 'accounts: [{name: "prod-*"}]', "goes by the account's name, which whoever tags or renames"),
        (
            "members: [{department: Engineering}]",
            "members: everyone, except: [{given_name: Bob}]",
            "leaves people out by `given_name`, which people can often edit",
        ),
    ],
)
def test_so_is_what_excepts_from_it(old: str, new: str, said: str) -> None:
    world = _company()
    assert said in "".join(if_policy(_ADMIN.replace(old, new), world=world).preview.notes)


def test_so_is_what_makes_accounts_sensitive_and_whose_first_day_waits_for_that() -> None:
    world = _company()
    world.account_is(an_account("777788889999", name="prod-shop", tags={"pci": "yes"}))
    world.settle()
    names = POLICY + 'sensitive: {accounts: [{tags: {pci: "yes"}, name: "prod-*"}]}\n'
    notes = "".join(if_policy(names, world=world).preview.notes)
    assert "accounts are sensitive by the tag `pci` and the account's name, which whoever tags or renames" in notes
    assert "group `engineers` is sensitive, so whoever joins it waits for an approval" in notes
    assert "group `sales` is sensitive" not in notes
