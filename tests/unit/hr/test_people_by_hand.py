"""Manual entries beside HR systems: their precedence, and ends that always count."""

from datetime import date
from typing import Any

import pytest

from dayone.errors import Invalid
from dayone.hr.merge import attributes_of, overruled, packed, source_record, version_tag
from dayone.model.changes import Cause, CauseKind, ChangeState
from dayone.model.commands import ApplyHrRecord, Command, ImportManualPeople
from dayone.model.hr_sources import BY_HAND, HrRules
from dayone.model.people import Person, Status
from dayone.model.subjects import Subject, SubjectKind
from tests.builders import NOON, a_group, a_policy, a_set, an_account, an_assignment, the_person
from tests.fakes.hr import MemoryHrSources
from tests.unit.hr_world import ADA, GRACE, later, notes_of, person_in, tells
from tests.unit.world import World

_POLICY = a_policy(a_group("engineers"), a_set("ViewOnly"), an_assignment())
_OWNED = "version: 1\nsources: {standard: {kind: standard}}\nowners: {department: manual, status: standard}\n"
_RULES = HrRules(order=("standard",))


@pytest.fixture
def world() -> World:
    made = World()
    made.policy_is(_POLICY)
    made.account_is(an_account())
    made.settle()
    later(made, seconds=1)
    return made


def known(world: World, person: str = "e-1") -> Person:
    found = person_in(world, person)
    assert found is not None
    return found


def by_hand(world: World, attributes: dict[str, str], person: str = "e-1") -> Command:
    later(world, seconds=1)
    return tells(world, person, attributes, source=BY_HAND)


def test_somebody_who_is_in_no_hr_system_gets_access_by_hand(world: World) -> None:
    by_hand(world, ADA)
    world.settle()
    assert world.groups() == {"engineers": {"ada@example.com"}}


def test_what_an_hr_system_says_counts_and_the_change_says_so(world: World) -> None:
    tells(world, "e-1", {**ADA, "title": ""})
    request = by_hand(world, {**ADA, "department": "Sales", "title": "Lead"})
    world.settle()
    assert (known(world).department, known(world).title) == ("Engineering", "Lead")
    assert notes_of(world, request) == ("values of an HR system take precedence over manual ones: department",)


def test_an_attribute_that_is_given_to_those_who_tell_by_hand_is_theirs(world: World) -> None:
    world.hr_sources.text = _OWNED
    tells(world, "e-1", ADA)
    by_hand(world, {**ADA, "department": "Sales"})
    world.settle()
    assert known(world).department == "Sales"


def test_an_end_by_hand_takes_access_from_somebody_of_whom_hr_says_that_they_are_here(world: World) -> None:
    world.hr_sources.text = _OWNED
    tells(world, "e-1", {**ADA, "status": "active", "end_date": ""})
    world.settle()
    by_hand(world, {"status": "ended", "end_date": NOON.date().isoformat()})
    world.settle()
    assert known(world).status is Status.ENDED
    assert world.groups()["engineers"] == set()


def test_what_hr_tells_after_it_does_not_undo_it(world: World) -> None:
    tells(world, "e-1", ADA)
    by_hand(world, {"status": "ended", "end_date": "2020-01-31"})
    later(world, seconds=1)
    tells(world, "e-1", {**ADA, "title": "SRE"})
    world.settle()
    assert (known(world).title, known(world).status) == ("SRE", Status.ENDED)


@pytest.mark.parametrize(
    ("hr_says", "by_hand_says", "ends"),
    [
        ({}, {"end_date": "2026-05-31"}, "2026-05-31"),
        ({"end_date": "2026-04-30"}, {"end_date": "2026-05-31"}, "2026-04-30"),
        ({"end_date": "2026-06-30"}, {"end_date": "2026-05-31"}, "2026-05-31"),
        ({"end_date": "2026-06-30"}, {"end_date": ""}, "2026-06-30"),
        # The employment that was ended, begun or not, and one that came after it.
        ({"start_date": "2026-06-01"}, {"end_date": "2026-05-31", "start_date": "2026-06-01"}, "2026-05-31"),
        ({"start_date": "2026-06-01"}, {"end_date": "2026-05-31", "start_date": "2020-01-01"}, ""),
        ({"start_date": "2026-06-01"}, {"end_date": "2026-05-31", "status": "ended"}, ""),
        # The first day of the employment that was ended, corrected; at the latest it is its last day.
        ({"start_date": "2020-01-15"}, {"end_date": "2026-05-31", "start_date": "2020-01-01"}, "2026-05-31"),
        ({"start_date": "2026-05-31"}, {"end_date": "2026-05-31", "start_date": "2020-01-01"}, "2026-05-31"),
    ],
)
def test_the_earlier_end_counts_unless_a_new_employment_has_begun(
    hr_says: dict[str, str], by_hand_says: dict[str, str], ends: str
) -> None:
    told = [
        source_record({"status": "active", "end_date": "", **hr_says}, source="standard", at=NOON),
        source_record(by_hand_says, source=BY_HAND, at=NOON),
    ]
    found = attributes_of(told, rules=_RULES)
    assert (found["end_date"], found["status"]) == (ends, "active")


def test_a_first_day_that_hr_corrects_does_not_undo_it(world: World) -> None:
    tells(world, "e-1", {**ADA, "start_date": "2020-01-01"})
    by_hand(world, {"status": "ended", "end_date": "2026-10-31", "start_date": "2020-01-01"})
    later(world, seconds=1)
    tells(world, "e-1", {**ADA, "start_date": "2020-01-15"})
    world.settle()
    assert (known(world).status, known(world).end_date) == (Status.ENDED, date(2026, 10, 31))
    assert world.groups()["engineers"] == set()


def test_it_is_taken_back_by_telling_of_the_person_again(world: World) -> None:
    tells(world, "e-1", ADA)
    by_hand(world, {"status": "ended", "end_date": "2020-01-31"})
    by_hand(world, {**ADA, "status": "active", "end_date": "", "start_date": ""})
    world.settle()
    assert (known(world).status, known(world).end_date) == (Status.ACTIVE, None)


def test_last_days_by_hand_end_access_when_they_are_over(world: World) -> None:
    tells(world, "e-1", ADA)
    by_hand(world, {"end_date": NOON.date().isoformat()})
    world.settle()
    assert known(world).end_date == NOON.date()
    assert world.groups() == {"engineers": {"ada@example.com"}}
    assert world.head(the_person("e-1")).due_at is not None


class TestFollowing:
    def test_what_was_told_meanwhile_lets_it_be_left_aside(self, world: World) -> None:
        tells(world, "e-1", ADA)
        world.settle()
        seen = version_tag(world.head(the_person("e-1")).version) or ""
        later(world, seconds=1)
        tells(world, "e-1", {**ADA, "title": "SRE"})
        request = _following(world, seen)
        world.settle()
        assert notes_of(world, request) == ("the record was changed in the meantime: read the person again",)
        assert known(world).team == ""

    def test_otherwise_it_counts(self, world: World) -> None:
        tells(world, "e-1", ADA)
        world.settle()
        _following(world, version_tag(world.head(the_person("e-1")).version) or "")
        world.settle()
        assert known(world).team == "Core"

    def test_whatever_is_told_the_tag_is_another(self, world: World) -> None:
        tags = set()
        for number in range(3):
            later(world, seconds=1)
            tells(world, "e-1", {**ADA, "title": str(number)})
            world.settle()
            tags.add(version_tag(world.head(the_person("e-1")).version))
        assert len(tags) == 3


def _following(world: World, tag: str) -> Command:
    later(world, seconds=1)
    record = source_record({**ADA, "team": "Core"}, source=BY_HAND, at=world.now)
    cause = _cause(world)
    command = ApplyHrRecord(subject=the_person("e-1"), cause=cause, record=record, expected_version=tag)
    world.inbox.put([command])
    return command


def _cause(world: World) -> Cause:
    change = f"01BYHAND{next(world.numbers)}"
    return Cause(change=change, kind=CauseKind.BY_HAND, actor="arn", reference="put-person", at=world.now)


def test_several_are_one_change_however_often_the_message_comes(world: World) -> None:
    people = {"e-1": {**ADA, "status": "active"}, "e-2": {**GRACE, "status": "active"}}
    command = ImportManualPeople(
        subject=Subject(SubjectKind.HR_SOURCE, BY_HAND), cause=_cause(world), workforce=packed(people)
    )
    for _ in range(2):
        world.inbox.put([command])
        world.settle()
    assert world.groups() == {"engineers": {"ada@example.com", "grace@example.com"}}
    change = world.state.changes[command.cause.change]
    assert (change.subjects, change.planned, change.state) == (2, 2, ChangeState.SUCCEEDED)


def test_nobody_is_overruled_about_what_they_did_not_say() -> None:
    told = source_record({"title": "SRE", "team": ""}, source=BY_HAND, at=NOON)
    assert overruled(told, {"title": "Lead", "team": "Core"}) == ("title",)


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nsources: {manual: {kind: standard}}\n",
        "version: 1\nsources: {standard: {kind: standard}}\nowners: {title: by-mouth}\n",
    ],
)
def test_no_source_can_have_the_name_and_no_other_name_can_be_an_owner(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        MemoryHrSources(text).configuration()
    assert any("manual" in finding for finding in caught.value.findings)


def test_days_are_days(world: World) -> None:
    told: dict[str, Any] = {**ADA, "start_date": "2020-01-01"}
    by_hand(world, told)
    world.settle()
    assert known(world).start_date == date(2020, 1, 1)
