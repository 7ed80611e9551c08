"""People told of by hand over the API, and the end of somebody's time here."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from dayone.model.changes import CauseKind
from dayone.model.commands import ApplyHrRecord, ForgetPerson
from dayone.model.people import Person, Status
from dayone.model.subject_state import FactVersion, Head, SourceRecord
from dayone.model.subjects import Subject, SubjectKind
from tests.functions.access_api.policies import keep
from tests.functions.access_api.state import ADA, NOW, remembered
from tests.functions.access_api.world import Event, World, load

ACTOR = load("put_person")["requestContext"]["identity"]["userArn"]
_PROTECTING = "version: 1\nguardrails: {protect: {people: [e-1001]}}\n"


def sending(name: str, body: Any = None, *, path: str = "", **headers: str) -> Event:  # noqa: ANN401 - any JSON
    event = load(name)
    event["path"] = path or event["path"]
    event["headers"] |= {key.replace("_", "-"): value for key, value in headers.items()}
    if body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
    return event


def person(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {**json.loads(load("put_person")["body"]), **changes}


@pytest.fixture
def world() -> World:
    return World(remembered())


def telling_in(world: World) -> SourceRecord:
    (command,) = world.inbox.of(ApplyHrRecord)
    return command.record


def test_a_person_told_of_by_hand_goes_the_way_of_what_hr_tells(world: World) -> None:
    answer = world.send("put_person")
    (request,) = world.inbox.commands
    change = request.cause.change
    assert (answer.status, answer.headers["Location"]) == (202, f"/v1/changes/{change}")
    assert answer.body == {"change": change, "href": f"/v1/changes/{change}"}
    assert (request.subject, request.cause.kind, request.cause.actor) == (ADA, CauseKind.BY_HAND, ACTOR)
    told = telling_in(world)
    assert (told.source, told.version.at) == ("manual", NOW)
    assert told.attributes["department"] == "Engineering"
    assert told.attributes["start_date"] == "2026-11-23"


def test_what_is_left_out_is_not_so(world: World) -> None:
    world.send("put_person")
    assert telling_in(world).attributes["title"] == ""


def test_somebody_whom_nobody_knows_can_be_told_of() -> None:
    world = World()
    assert world.send(sending("put_person", path="/v1/people/x-1")).status == 202
    assert world.inbox.commands[0].subject == Subject(SubjectKind.PERSON, "x-1")


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        ({"email": "ada"}, "email: "),
        ({"email": None}, "email: "),
        ({"id": "e-1002"}, "id: leave it out, or send the one in the path"),
        ({"salary": 1}, "salary: "),
        ({"status": "missing"}, "status: "),
        ({"start_date": "2026-12-01", "end_date": "2026-11-01"}, "end_date is before start_date"),
    ],
)
def test_a_person_who_is_none_is_refused_with_every_mistake(world: World, body: dict[str, Any], finding: str) -> None:
    answer = world.send(sending("put_person", person(**body)))
    assert answer.status == 422
    assert any(finding in entry for entry in answer.body["findings"])
    assert not world.inbox.commands


@pytest.mark.parametrize("body", ["{", "[]", "", "[" * 10_000])
def test_a_body_that_is_no_person_cannot_be_read(world: World, body: str) -> None:
    assert world.send(sending("put_person", body)).status == 400


def test_an_id_that_hr_could_not_have_either_is_refused(world: World) -> None:
    assert world.send(sending("put_person", path="/v1/people/e%231")).status == 422


class TestOnlyWhatWasSeen:
    def test_the_tag_of_what_was_read_lets_the_write_through_as_long_as_it_is_the_newest(self, world: World) -> None:
        tag = world.send("read_person").headers["ETag"]
        assert world.send(sending("put_person", If_Match=tag)).status == 202
        assert f'"{world.inbox.of(ApplyHrRecord)[0].expected_version}"' == tag

    def test_another_is_refused(self, world: World) -> None:
        tag = world.send("read_person").headers["ETag"]
        told = FactVersion(at=datetime(2026, 11, 24, tzinfo=UTC), digest="e")
        world.state.heads[ADA] = replace(world.state.heads[ADA], version=told)
        answer = world.send(sending("put_person", If_Match=tag))
        assert (answer.status, world.inbox.commands) == (412, [])

    def test_a_new_person_only_can_be_asked_for(self, world: World) -> None:
        assert world.send(sending("put_person", If_None_Match="*")).status == 412
        assert World().send(sending("put_person", If_None_Match="*")).status == 202

    def test_without_a_tag_it_follows_whatever_there_is(self, world: World) -> None:
        world.send("put_person")
        assert world.inbox.of(ApplyHrRecord)[0].expected_version == ""


class TestSeveral:
    def test_they_are_one_change_that_is_there_at_once(self, world: World) -> None:
        answer = world.send("put_people")
        (request,) = world.inbox.commands
        assert request.subject == Subject(SubjectKind.HR_SOURCE, "manual")
        assert answer.body["change"] == request.cause.change
        assert world.state.changes[request.cause.change].subjects is None

    def test_one_that_is_wrong_lets_none_be_taken_and_each_mistake_is_named(self, world: World) -> None:
        people = [person(id="a"), person(id="a"), person(), person(id="b", email="b")]
        answer = world.send(sending("put_people", {"people": people}))
        assert (answer.status, world.inbox.commands) == (422, [])
        assert [entry.rpartition(":")[0] for entry in answer.body["findings"]] == [
            "people.1.id",
            "people.2.id",
            "people.3.email",
        ]

    @pytest.mark.parametrize("people", [[], "e-1", [person(id=f"e-{number}") for number in range(101)]])
    def test_none_and_too_many_are_refused(self, world: World, people: object) -> None:
        assert world.send(sending("put_people", {"people": people})).status == 422


class TestTheEnd:
    @pytest.mark.parametrize(
        ("body", "told"),
        [
            ({"on": "2026-12-31"}, {"end_date": "2026-12-31"}),
            ({}, {"end_date": "2026-11-23"}),
            ({"at_once": True}, {"end_date": "2026-11-23", "status": "ended"}),
        ],
    )
    def test_it_is_told_by_hand_with_the_employment_that_ends(
        self, world: World, body: dict[str, Any], told: dict[str, str]
    ) -> None:
        answer = world.send(sending("end_person", body))
        assert (answer.status, answer.body["change"]) == (202, world.inbox.commands[0].cause.change)
        assert telling_in(world).attributes == {**told, "start_date": "2026-11-23"}

    def test_without_a_body_today_is_the_last_day_where_they_are(self, world: World) -> None:
        fact = world.state.heads[ADA].fact
        assert isinstance(fact, Person)
        abroad = replace(fact, time_zone="Pacific/Pago_Pago")
        world.state.heads[ADA] = replace(world.state.heads[ADA], fact=abroad)
        world.send(load("end_person") | {"body": None})
        assert telling_in(world).attributes["end_date"] == "2026-11-22"

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"on": "tomorrow"}, 422),
            ({"on": 20261231}, 422),
            ({"at_once": "yes"}, 422),
            ({"on": "2026-12-31", "at_once": True}, 422),
            ({"when": "2026-12-31"}, 400),
            ("[]", 400),
        ],
    )
    def test_one_that_is_not_clear_is_refused(self, world: World, body: object, status: int) -> None:
        answer = world.send(sending("end_person", body))
        assert (answer.status, world.inbox.commands) == (status, [])

    def test_whoever_the_policy_protects_is_not_ended(self, world: World) -> None:
        keep(world.state, _PROTECTING, in_force=1)
        answer = world.send("end_person")
        assert (answer.status, answer.body["type"]) == (409, "tag:dayone,2026:invalid-state")
        assert not world.inbox.commands

    def test_somebody_unknown_has_no_end(self) -> None:
        assert World().send("end_person").status == 404


def test_somebody_of_whom_too_little_is_told_can_be_ended_too(world: World) -> None:
    world.state.heads[ADA] = Head(subject=ADA)
    assert world.send(sending("end_person", {})).status == 202
    assert telling_in(world).attributes == {"end_date": "2026-11-23"}


class TestForgetting:
    def test_who_has_left_long_ago_is_forgotten(self, world: World) -> None:
        head = world.state.heads[ADA]
        assert isinstance(head.fact, Person)
        gone = replace(head.fact, status=Status.ENDED, start_date=None, end_date=date(2024, 11, 23))
        world.state.heads[ADA] = Head(subject=ADA, fact=gone, version=head.version, source_records=head.source_records)
        for of in world.state.applied.in_group(ADA):
            del world.state.applied[of]
        answer = world.send("forget_person")
        (command,) = world.inbox.of(ForgetPerson)
        assert (answer.status, answer.body["change"]) == (202, command.cause.change)
        assert (command.subject, command.days, command.cause.actor) == (ADA, 365, ACTOR)

    def test_who_is_here_is_refused_with_the_reasons(self, world: World) -> None:
        answer = world.send("forget_person")
        assert (answer.status, answer.body["type"]) == (409, "tag:dayone,2026:invalid-state")
        assert "they have not left" in answer.body["detail"]
        assert not world.inbox.commands

    def test_nobody_is_forgotten_whom_nobody_knows(self) -> None:
        assert World().send("forget_person").status == 404
