"""Records of a person from several HR systems, in any order: precedence, staleness, and names."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayone.model.changes import ChangeState
from dayone.model.people import Status
from dayone.model.subject_state import Presence
from tests.builders import NOON, a_group, a_policy, a_set, an_account, an_assignment, the_person
from tests.unit.hr_world import ADA, GRACE, is_gone, later, notes_of, person_in, tells
from tests.unit.world import World

_TWO = """
version: 1
sources:
  bamboohr: {kind: bamboohr, api: {url: "https://acme.bamboohr.com"}}
  okta: {kind: okta, api: {url: "https://acme.okta.com"}, senders: [203.0.113.0/24]}
owners: {email: okta, title: okta}
"""
_POLICY = a_policy(a_group("engineers"), a_set("ViewOnly"), an_assignment())


def _world(setup: str = "") -> World:
    world = World()
    world.hr_sources.text = setup
    world.policy_is(_POLICY)
    world.account_is(an_account())
    world.settle()
    later(world, seconds=1)
    return world


def _names(text: str) -> str:
    return f"version: 1\nsources: {{standard: {{kind: standard}}}}\n{text}\n"


def test_a_telling_becomes_a_person_with_a_user_and_memberships() -> None:
    world = _world()
    tells(world, "e-1", {**ADA, "start_date": "2020-01-01", "time_zone": "Europe/Berlin"})
    world.settle()
    person = person_in(world, "e-1")
    assert person is not None
    assert (person.display_name, person.start_date, person.status) == (
        "Ada Lovelace",
        date(2020, 1, 1),
        Status.ACTIVE,
    )
    assert world.groups() == {"engineers": {"ada@example.com"}}


def test_the_owner_of_an_attribute_is_believed_about_it_and_the_first_source_about_the_rest() -> None:
    world = _world(_TWO)
    tells(world, "e-1", {**ADA, "email": "ada@hr.example", "title": "Analyst"}, source="bamboohr")
    tells(world, "e-1", {**ADA, "department": "Sales", "title": ""}, source="okta")
    world.settle()
    person = person_in(world, "e-1")
    assert person is not None
    assert (person.email, person.title, person.department) == ("ada@example.com", "", "Engineering")


def test_a_source_that_has_nothing_to_say_leaves_it_to_the_next() -> None:
    world = _world(_TWO)
    tells(world, "e-1", {"given_name": "Ada", "family_name": "Lovelace", "department": ""}, source="bamboohr")
    tells(world, "e-1", {"email": "ada@example.com", "department": "Engineering"}, source="okta")
    world.settle()
    assert world.groups() == {"engineers": {"ada@example.com"}}


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_any_order_the_same_comes_out(order: tuple[int, ...]) -> None:
    world = _world(_TWO)
    told = [
        ({**ADA, "title": "Analyst"}, "bamboohr", 0),
        ({**ADA, "department": "Sales"}, "bamboohr", 2),
        ({**ADA, "email": "a@okta.example"}, "okta", 1),
        ({**ADA, "email": "b@okta.example", "title": "SRE"}, "okta", 3),
    ]
    for number in order:
        attributes, source, minutes = told[number]
        tells(world, "e-1", attributes, source=source, at=NOON + timedelta(minutes=minutes))
        world.plan_all()
    person = person_in(world, "e-1")
    assert person is not None
    assert (person.email, person.title, person.department) == ("b@okta.example", "SRE", "Sales")


def test_an_older_telling_is_recorded_as_stale_and_the_same_as_told_before() -> None:
    world = _world()
    tells(world, "e-1", {**ADA, "title": "SRE"})
    world.settle()
    old = tells(world, "e-1", {**ADA, "title": "Analyst"}, at=world.now - timedelta(hours=1))
    same = tells(world, "e-1", {**ADA, "title": "SRE"}, at=world.head(the_person("e-1")).source_records[0].version.at)
    world.settle()
    assert notes_of(world, old)[0].startswith("stale: the record of standard is from")
    assert world.state.changes[same.cause.change].notes == ("the same record was received before",)
    outcomes = [entry.outcome for entry, _ in world.state.log if entry.action == "record-fact"]
    assert outcomes.count("ignored") == 1
    assert person_in(world, "e-1").title == "SRE"  # type: ignore[union-attr]


def test_what_was_read_later_counts_where_the_source_s_own_time_has_not_moved() -> None:
    world = _world()
    at = world.now
    tells(world, "e-1", {**ADA, "title": "SRE"}, at=at, read_at=at + timedelta(minutes=1))
    tells(world, "e-1", {**ADA, "title": "Lead"}, at=at, read_at=at + timedelta(minutes=2))
    tells(world, "e-1", {**ADA, "title": "Analyst"}, at=at, read_at=at)
    world.settle()
    assert person_in(world, "e-1").title == "Lead"  # type: ignore[union-attr]


def test_what_a_source_leaves_out_stays_as_it_said_and_what_it_empties_goes() -> None:
    world = _world()
    tells(world, "e-1", {**ADA, "title": "SRE", "location": "Berlin"})
    world.settle()
    later(world, minutes=1)
    tells(world, "e-1", {**ADA, "location": ""})
    world.settle()
    person = person_in(world, "e-1")
    assert person is not None
    assert (person.title, person.location) == ("SRE", "")


def test_a_telling_that_changes_nothing_costs_no_call() -> None:
    world = _world()
    tells(world, "e-1", ADA)
    world.settle()
    before = len(world.state.operations)
    later(world, minutes=1)
    again = tells(world, "e-1", ADA)
    world.settle()
    assert len(world.state.operations) == before
    assert world.state.changes[again.cause.change].state is ChangeState.SUCCEEDED


def test_without_a_name_there_is_no_person_yet() -> None:
    world = _world(_TWO)
    first = tells(world, "e-1", {"email": "ada@example.com", "department": "Engineering"}, source="okta")
    world.settle()
    assert notes_of(world, first)[:2] == ("waits for the given name from HR", "waits for the family name from HR")
    assert world.users() == set()
    tells(world, "e-1", {"given_name": "Ada", "family_name": "Lovelace"}, source="bamboohr")
    world.settle()
    assert world.groups() == {"engineers": {"ada@example.com"}}


# What people are called


def test_namesakes_get_different_user_names_and_keep_them_when_they_marry() -> None:
    world = _world(_names('user_names: {pattern: "{given_name}.{family_name}"}'))
    tells(world, "e-1", ADA)
    tells(world, "e-2", {**ADA, "email": "ada2@example.com"})
    world.settle()
    assert world.users() == {"ada.lovelace", "ada.lovelace2"}
    later(world, minutes=1)
    tells(world, "e-1", {**ADA, "family_name": "King"})
    world.settle()
    assert world.users() == {"ada.lovelace", "ada.lovelace2"}
    later(world, minutes=1)
    tells(world, "e-3", {**ADA, "email": "ada3@example.com"})
    world.settle()
    assert world.users() == {"ada.lovelace", "ada.lovelace2", "ada.lovelace3"}


def test_a_user_name_may_be_told_to_follow_and_the_old_one_stays_theirs() -> None:
    world = _world(_names('user_names: {pattern: "{given_name}.{family_name}", follow_changes: true}'))
    tells(world, "e-1", ADA)
    world.settle()
    later(world, minutes=1)
    tells(world, "e-1", {**ADA, "family_name": "King"})
    tells(world, "e-2", {**ADA, "email": "ada2@example.com"})
    world.settle()
    assert world.users() == {"ada.king", "ada.lovelace2"}


def test_who_was_told_apart_by_a_number_keeps_it_when_the_other_has_gone() -> None:
    world = _world(_names('user_names: {pattern: "{given_name}.{family_name}", follow_changes: true}'))
    tells(world, "e-1", ADA)
    tells(world, "e-2", {**ADA, "email": "ada2@example.com"})
    world.settle()
    later(world, minutes=1)
    tells(world, "e-1", {**ADA, "status": "ended"})
    tells(world, "e-2", {**ADA, "email": "ada2@example.com", "title": "SRE"})
    world.settle()
    assert person_in(world, "e-2").user_name == "ada.lovelace2"  # type: ignore[union-attr]


def test_a_user_name_that_hr_tells_is_never_somebody_else_s() -> None:
    world = _world()
    tells(world, "e-1", {**ADA, "user_name": "ada"})
    tells(world, "e-2", {**GRACE, "user_name": "ADA"})
    world.settle()
    assert world.users() == {"ada", "ADA2"}


def test_with_refuse_a_newcomer_waits_and_who_is_known_keeps_their_name() -> None:
    world = _world(_names("user_names: {on_collision: refuse}"))
    tells(world, "e-1", {**ADA, "user_name": "ada"})
    second = tells(world, "e-2", {**GRACE, "user_name": "ada"})
    tells(world, "e-3", {**GRACE, "email": "g3@example.com", "user_name": "grace"})
    world.settle()
    assert notes_of(world, second)[0] == "the user name belongs to another person"
    assert person_in(world, "e-2") is None
    later(world, minutes=1)
    third = tells(world, "e-3", {**GRACE, "email": "g3@example.com", "user_name": "ada"})
    world.settle()
    assert notes_of(world, third) == ("the user name belongs to another person",)
    assert world.users() == {"ada", "grace"}


def test_an_e_mail_address_is_one_person_s_until_they_give_it_up() -> None:
    world = _world(_names('user_names: {pattern: "{given_name}"}'))
    tells(world, "e-1", ADA)
    second = tells(world, "e-2", {**GRACE, "email": "ADA@example.com"})
    world.settle()
    assert notes_of(world, second) == ("the e-mail address belongs to another person",)
    assert world.users() == {"ada", "grace"}
    assert [record.get("email", "") for record in world.center.users.values()] == ["ada@example.com", ""]
    later(world, minutes=1)
    tells(world, "e-1", {**ADA, "email": "ada@king.example"})
    world.settle()
    later(world, minutes=1)
    tells(world, "e-2", {**GRACE, "email": "ada@example.com"})
    world.settle()
    assert {record["email"] for record in world.center.users.values()} == {"ada@king.example", "ada@example.com"}


def test_with_refuse_nobody_gets_a_user_without_their_e_mail_address() -> None:
    world = _world(_names('user_names: {pattern: "{given_name}"}\nemails: {on_collision: refuse}'))
    tells(world, "e-1", ADA)
    tells(world, "e-2", {**GRACE, "email": "ada@example.com"})
    world.settle()
    assert world.users() == {"ada"}


def test_somebody_else_s_user_that_day_one_did_not_make_is_not_taken_over() -> None:
    world = _world()
    world.center.users["u-foreign"] = {"user_name": "ada@example.com", "display_name": "Somebody Else"}
    joiner = tells(world, "e-1", ADA)
    world.settle()
    assert world.state.changes[joiner.cause.change].state is ChangeState.FAILED
    assert world.center.users["u-foreign"]["display_name"] == "Somebody Else"
    assert world.groups() == {"engineers": set()}


@given(
    st.lists(
        st.tuples(st.sampled_from(["e-1", "e-2", "e-3"]), st.sampled_from("ab"), st.sampled_from("xy")), max_size=8
    )
)
@settings(max_examples=40, deadline=None)
def test_however_people_are_renamed_no_two_share_a_user_name_or_an_e_mail_address(
    renames: list[tuple[str, str, str]],
) -> None:
    world = World()
    world.hr_sources.text = _names('user_names: {pattern: "{given_name}", follow_changes: true}')
    for person, given_name, email in renames:
        later(world, seconds=1)
        tells(world, person, {"given_name": given_name, "family_name": "L", "email": f"{email}@example.com"})
        world.plan_all()
    people = [entry for name in ("e-1", "e-2", "e-3") if (entry := person_in(world, name)) is not None]
    assert len({person.user_name.casefold() for person in people}) == len(people)
    emails = [person.email for person in people if person.email]
    assert len(set(emails)) == len(emails)


# Who is gone


def test_who_is_deleted_loses_their_access_at_once() -> None:
    world = _world()
    tells(world, "e-1", ADA)
    world.settle()
    later(world, minutes=1)
    is_gone(world, "e-1", Presence.DELETED)
    world.settle()
    assert world.groups() == {"engineers": set()}


def test_what_belongs_to_who_is_missing_is_held_until_somebody_decides() -> None:
    world = _world()
    tells(world, "e-1", ADA)
    world.settle()
    later(world, minutes=1)
    gone = is_gone(world, "e-1", Presence.MISSING)
    world.settle()
    change = world.state.changes[gone.cause.change]
    assert change.state is ChangeState.HELD
    assert "the person is missing from what HR sends" in change.held_reason
    assert world.groups() == {"engineers": {"ada@example.com"}}
    world.is_decided(change.id, approved=True)
    world.settle()
    assert world.groups() == {"engineers": set()}
    assert world.users() == {"ada@example.com"}


def test_who_is_found_again_keeps_everything_though_the_record_has_not_changed() -> None:
    world = _world()
    at = world.now
    tells(world, "e-1", ADA, at=at, read_at=at)
    world.settle()
    later(world, minutes=1)
    gone = is_gone(world, "e-1", Presence.MISSING)
    world.settle()
    later(world, minutes=1)
    tells(world, "e-1", ADA, at=at, read_at=world.now)
    world.settle()
    assert world.groups() == {"engineers": {"ada@example.com"}}
    assert world.state.changes[gone.cause.change].held == 0


def test_who_is_missing_and_then_said_to_have_left_loses_everything_without_waiting() -> None:
    world = _world()
    tells(world, "e-1", ADA)
    world.settle()
    later(world, minutes=1)
    is_gone(world, "e-1", Presence.MISSING)
    world.settle()
    later(world, minutes=1)
    tells(world, "e-1", {**ADA, "status": "ended"})
    world.settle()
    assert world.groups() == {"engineers": set()}


def test_who_was_never_told_of_cannot_be_missed() -> None:
    world = _world()
    gone = is_gone(world, "e-9", Presence.DELETED)
    world.settle()
    assert notes_of(world, gone)[0] == "the source has never sent this person"
    assert person_in(world, "e-9") is None


def test_who_is_missing_in_one_source_is_still_there_for_the_one_that_is_believed() -> None:
    world = _world(_TWO + "\n")
    tells(world, "e-1", {**ADA, "status": "active"}, source="bamboohr")
    tells(world, "e-1", ADA, source="okta")
    world.settle()
    later(world, minutes=1)
    is_gone(world, "e-1", Presence.MISSING, source="okta")
    world.settle()
    assert world.groups() == {"engineers": {"ada@example.com"}}
