"""Policies sent to the API: kept, or refused whole."""

import base64
import json
from copy import deepcopy

import pytest

from dayone.model.changes import Cause, CauseKind
from dayone.model.commands import ActivatePolicy
from dayone.model.subjects import THE_POLICY
from tests.functions.access_api.state import NOW, remembered
from tests.functions.access_api.world import CALLER, Event, World, load


@pytest.fixture
def world() -> World:
    return World(remembered())


def test_a_policy_is_kept_and_put_on_the_inbox_under_the_callers_name(world: World) -> None:
    event = load("submit_policy")
    answer = world.send(event)
    (kept,) = world.state.kept_policies.values()
    (request,) = world.inbox.of(ActivatePolicy)
    assert (kept.text, kept.file, kept.actor, kept.at) == (event["body"], "access/policy.yaml", CALLER, NOW)
    assert (request.subject, request.version) == (THE_POLICY, 1)
    assert request.cause == Cause(
        change=kept.change, kind=CauseKind.POLICY, actor=CALLER, reference="version 1", at=NOW
    )
    assert answer.status == 202
    assert answer.body == {"version": 1, "change": kept.change, "href": f"/v1/changes/{kept.change}"}
    assert answer.headers["Location"] == f"/v1/changes/{kept.change}"


def _by(*authors: str) -> Event:
    event = load("submit_policy")
    event["queryStringParameters"] = {**(event["queryStringParameters"] or {}), "author": authors[-1]}
    several = {name: [entry] for name, entry in event["queryStringParameters"].items()}
    event["multiValueQueryStringParameters"] = {**several, "author": list(authors)}
    return event


def test_authors_are_kept_with_the_policy_and_with_its_change(world: World) -> None:
    bob = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Editors_0123456789abcdef/bob"
    answer = world.send(_by("ada@example.com", bob, "ada@example.com"))
    named = ("author:ada@example.com", f"author:{bob}")
    assert world.state.kept_policies[1].authors == named
    (request,) = world.inbox.of(ActivatePolicy)
    assert (request.cause.actor, request.cause.authors) == (CALLER, named)
    looked_at = load("read_change") | {"path": answer.headers["Location"], "queryStringParameters": None}
    assert world.send(looked_at).body["change"]["cause"]["authors"] == list(named)


@pytest.mark.parametrize(
    "authors",
    [("ada lovelace",), ("ada", "*"), ("arn:aws:s3:::bucket",), ("a" * 129,), tuple(f"u-{n}" for n in range(21))],
    ids=["a space", "no name", "no caller's ARN", "too long", "too many"],
)
def test_an_author_that_nobody_can_be_is_refused(world: World, authors: tuple[str, ...]) -> None:
    assert world.send(_by(*authors)).status == 400
    assert not world.state.kept_policies


def test_the_change_of_a_policy_can_be_looked_at_at_once(world: World) -> None:
    answer = world.send("submit_policy")
    looked_at = load("read_change") | {"path": answer.headers["Location"], "queryStringParameters": None}
    assert world.send(looked_at).body["change"]["state"] == "planning"


def test_a_policy_sent_as_binary_is_the_same_policy(world: World) -> None:
    event = load("submit_policy")
    text = event["body"]
    event |= {"body": base64.b64encode(text.encode()).decode(), "isBase64Encoded": True}
    assert world.send(event).status == 202
    assert world.state.kept_policies[1].text == text


def test_of_a_wrong_policy_nothing_is_kept_and_every_mistake_is_told(world: World) -> None:
    answer = world.send("submit_wrong_policy")
    assert answer.status == 422
    assert answer.body["type"] == "tag:dayone,2026:invalid"
    assert answer.body["findings"] == [
        "policy.yaml:4:16: groups.engineers.members[0]: unknown key `departement`; did you mean `department`?",
        "policy.yaml:6:6: assignments[0].group: there is no `enginers` under `groups`; did you mean `engineers`?",
        (
            "policy.yaml:6:23: assignments[0].permission_set: there is no `ViewOnly` under `permission_sets`; "
            "there are none"
        ),
        (
            "policy.yaml:6:61: assignments[0].accounts[0].id: must be text, but YAML reads 123456789012 as a number; "
            "put it in quotes: '123456789012'"
        ),
        "policy.yaml:7:25: guardrails.removals.percent: must be at most 100",
    ]
    assert not world.state.kept_policies
    assert not world.inbox.commands
    assert len(world.state.changes) == 3


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"body": None}, 400, "the body is empty"),
        ({"body": " \n"}, 400, "the body is empty"),
        ({"body": "/w==", "isBase64Encoded": True}, 400, "not UTF-8"),
        ({"body": "%", "isBase64Encoded": True}, 400, "not UTF-8"),
        ({"body": "x" * (256 * 1024 + 1)}, 413, "262,145 bytes"),
        ({"body": "ü" * (128 * 1024) + "x"}, 413, "262,145 bytes"),
        ({"queryStringParameters": {"file": "a b"}}, 400, "`file` is not a file name"),
    ],
)
def test_what_cannot_be_a_policy_is_refused(world: World, changed: Event, status: int, said: str) -> None:
    answer = world.send(load("submit_policy") | changed)
    assert answer.status == status
    assert said in answer.body["detail"]
    assert not world.state.kept_policies


def test_the_largest_policy_is_taken(world: World) -> None:
    text = load("submit_policy")["body"]
    event = load("submit_policy") | {"body": text + "#" * (256 * 1024 - len(text))}
    assert world.send(event).status == 202


def test_a_policy_that_nobody_signed_is_refused(world: World) -> None:
    event = deepcopy(load("submit_policy"))
    event["requestContext"]["identity"]["userArn"] = None
    answer = world.send(event)
    assert (answer.status, answer.body["type"]) == (401, "tag:dayone,2026:unauthenticated")
    assert not world.state.kept_policies


def test_the_policy_in_force_is_answered_as_it_was_uploaded(world: World) -> None:
    assert world.send("read_policy").status == 404
    world.send("submit_policy")
    assert world.send("read_policy").status == 404
    world.state.policy_in_force = 1
    answer = world.send("read_policy")
    assert answer.body | {"change": ""} == {
        "version": 1,
        "file": "access/policy.yaml",
        "text": load("submit_policy")["body"],
        "files": {"access/policy.yaml": load("submit_policy")["body"]},
        "actor": CALLER,
        "authors": [],
        "at": "2026-11-23T08:00:00+00:00",
        "change": "",
    }


def _sent_as_json(body: str) -> Event:
    event = deepcopy(load("submit_policy"))
    event["headers"]["Content-Type"] = "application/json; charset=utf-8"
    return event | {"body": body, "queryStringParameters": None}


_FILES = {"groups.yaml": "version: 1\ngroups: {staff: {members: []}}\n", "more/sets.yaml": "version: 1\n"}


def test_a_policy_of_several_files_is_kept_and_answered_by_their_names(world: World) -> None:
    assert world.send(_sent_as_json(json.dumps({"files": _FILES}))).status == 202
    world.state.policy_in_force = 1
    assert world.send("read_policy").body["files"] == _FILES


def test_a_policy_of_one_file_sent_as_json_is_kept_like_any_other(world: World) -> None:
    assert world.send(_sent_as_json(json.dumps({"files": {"a.yaml": "version: 1\n"}}))).status == 202
    (kept,) = world.state.kept_policies.values()
    assert (kept.file, kept.text) == ("a.yaml", "version: 1\n")


def test_mistakes_in_several_files_name_the_file(world: World) -> None:
    answer = world.send(_sent_as_json(json.dumps({"files": _FILES | {"more/sets.yaml": "version: 2\n"}})))
    assert answer.status == 422
    assert answer.body["findings"][0].startswith("more/sets.yaml:1:1: version: must be 1")


@pytest.mark.parametrize(
    "body",
    [
        "version: 1\n",
        "[]",
        "{}",
        '{"files": {}}',
        '{"files": []}',
        '{"files": {"a.yaml": 1}}',
        '{"files": {"a b": "version: 1"}}',
        '{"files": {"a.yaml": "version: 1"}, "force": true}',
        "[" * 100_000,
    ],
)
def test_json_that_is_no_policy_is_refused(world: World, body: str) -> None:
    assert world.send(_sent_as_json(body)).status == 400
    assert not world.state.kept_policies
