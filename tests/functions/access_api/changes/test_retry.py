"""Trying again what has failed in a change, over the API."""

import json
from dataclasses import replace

import pytest

from dayone.model.changes import CauseKind, Change, ulid
from dayone.model.commands import RetryChange
from dayone.model.subjects import Subject, SubjectKind
from tests.functions.access_api.state import ADA, CHANGE, DEV, NOW, remembered
from tests.functions.access_api.world import Event, World, load

ON_CALL = "arn:aws:sts::111122223333:assumed-role/on-call/eve"
NEW = ulid(NOW, entropy=b"\x07" * 10)


@pytest.fixture
def world() -> World:
    """The change is over: one of its two operations has failed."""
    world = World(remembered())
    become(world, failed=1, succeeded=1)
    return world


def become(world: World, **counts: int) -> None:
    existing = world.state.changes[CHANGE]
    world.state.changes[CHANGE] = replace(Change(cause=existing.cause, planned=1, operations=2), **counts)  # type: ignore[arg-type]


def naming(*subjects: object) -> Event:
    return saying(json.dumps({"subjects": subjects}))


def saying(body: str) -> Event:
    return load("retry_change") | {"body": body}


def test_it_is_taken_as_a_change_of_its_own(world: World) -> None:
    answer = world.send("retry_change")
    href = f"/v1/changes/{NEW}"
    assert (answer.status, answer.headers["Location"]) == (202, href)
    assert answer.body == {"change": NEW, "retries": CHANGE, "href": href}


def test_one_message_says_who_wants_what_tried_again(world: World) -> None:
    world.send("retry_change")
    (request,) = world.inbox.of(RetryChange)
    assert (request.subject, request.subjects) == (Subject(SubjectKind.CHANGE, CHANGE), ())
    cause = request.cause
    assert (cause.change, cause.kind, cause.actor, cause.reference) == (NEW, CauseKind.RETRY, ON_CALL, CHANGE)
    assert (cause.at, cause.retries) == (NOW, CauseKind.HR_EVENT)


def test_subjects_are_named_as_people_ask_for_them(world: World) -> None:
    world.state.heads[ADA] = replace(world.state.heads[ADA], claims=("email:ada@example.com",))
    assert world.send(naming("person:ada@example.com", str(ADA))).status == 202
    (request,) = world.inbox.of(RetryChange)
    assert request.subjects == (ADA,)
    assert world.send(naming("account:dev")).body["findings"] == [f"{DEV}: the change has nothing about it"]


def test_a_retry_of_a_retry_is_about_what_was_behind_the_first(world: World) -> None:
    existing = world.state.changes[CHANGE]
    first = replace(existing.cause, kind=CauseKind.RETRY, retries=CauseKind.POLICY)
    world.state.changes[CHANGE] = replace(existing, cause=first)
    world.send("retry_change")
    assert world.inbox.commands[0].cause.retries is CauseKind.POLICY


def test_a_body_chooses_subjects(world: World) -> None:
    assert world.send(naming(str(ADA), str(ADA))).status == 202
    assert world.inbox.of(RetryChange)[0].subjects == (ADA,)


def test_a_subject_that_the_change_has_nothing_about_is_invalid(world: World) -> None:
    answer = world.send(naming(str(ADA), str(DEV), "policy:current"))
    assert (answer.status, answer.body["type"]) == (422, "tag:dayone,2026:invalid")
    said = "the change has nothing about it"
    assert answer.body["findings"] == [f"{DEV}: {said}", f"policy:current: {said}"]
    assert world.inbox.commands == []


@pytest.mark.parametrize(
    "body", ["no", "[]", "{}", '{"subjects": []}', '{"subjects": [1]}', '{"subjects": "a:b"}', '{"subject": ["a:b"]}']
)
def test_a_body_that_names_no_subjects_is_malformed(world: World, body: str) -> None:
    answer = world.send(saying(body))
    assert (answer.status, answer.body["type"]) == (400, "tag:dayone,2026:malformed")
    assert world.inbox.commands == []


@pytest.mark.parametrize("subjects", [["ada"], ["robot:r2"], [f"person:e-{number}" for number in range(101)]])
def test_what_is_no_subject_or_too_many_of_them_is_malformed(world: World, subjects: list[str]) -> None:
    assert world.send(naming(*subjects)).status == 400
    assert world.inbox.commands == []


def test_where_nothing_has_failed_there_is_nothing_to_try_again(world: World) -> None:
    become(world, succeeded=2)
    answer = world.send("retry_change")
    assert (answer.status, answer.body["type"]) == (409, "tag:dayone,2026:invalid-state")
    assert "no operation of change" in answer.body["detail"]


@pytest.mark.parametrize(("counts", "state"), [({"failed": 1}, "running"), ({"failed": 2, "subjects": 2}, "planning")])
def test_what_is_not_over_is_not_tried_again(world: World, counts: dict[str, int], state: str) -> None:
    become(world, **counts)
    answer = world.send("retry_change")
    assert (answer.status, f"still {state}" in answer.body["detail"]) == (409, True)
    assert world.inbox.commands == []


def test_what_has_failed_beside_what_is_held_can_be_tried_again(world: World) -> None:
    become(world, failed=1, held=1)
    assert world.send("retry_change").status == 202


def test_a_change_that_is_unknown_is_not_found(world: World) -> None:
    world.state.changes.clear()
    assert world.send("retry_change").status == 404


def test_an_unsigned_request_is_not_taken(world: World) -> None:
    event = load("retry_change")
    event["requestContext"]["identity"]["userArn"] = None
    assert world.send(event).status == 401
    assert world.inbox.commands == []
