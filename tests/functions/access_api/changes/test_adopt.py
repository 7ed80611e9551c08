"""Deciding about what exists under the name of something that could not be created, over the API."""

import json
from dataclasses import replace

import pytest

from dayone.model.changes import CauseKind, ulid
from dayone.model.commands import AdoptExisting
from dayone.model.subject_state import Head, Plan
from dayone.model.subjects import Resource, ResourceKind, Subject, SubjectKind
from tests.fakes.sso.identity_center import StoredSet
from tests.functions.access_api.policies import keep
from tests.functions.access_api.state import CHANGE, NOW, remembered
from tests.functions.access_api.world import Event, World, load

ON_CALL = "arn:aws:sts::111122223333:assumed-role/on-call/eve"
NEW = ulid(NOW, entropy=b"\x07" * 10)
DEPLOY = Subject(SubjectKind.PERMISSION_SET, "Deploy")
POLICY = "version: 1\npermission_sets:\n  Deploy: {managed_policies: [ViewOnlyAccess]}\n"


@pytest.fixture
def world() -> World:
    """A set of the policy's name has one policy more, and the change has failed for it."""
    state = remembered()
    keep(state, POLICY, in_force=1)
    head = Head(subject=DEPLOY)
    state.heads[DEPLOY] = head
    state.plans[CHANGE, DEPLOY] = Plan(cause=state.changes[CHANGE].cause, before=head, after=head)
    world = World(state)
    managed = {"job-function/ViewOnlyAccess", "AdministratorAccess"}
    world.center.permission_sets["arn:theirs"] = StoredSet(
        "Deploy", {"session_duration": "PT1H"}, managed_policies=managed
    )
    return world


def sending(**members: object) -> Event:
    event = load("adopt_existing")
    return event | {"body": json.dumps({**json.loads(event["body"]), **members})}


def digest_in(world: World) -> str:
    """Return the digest in the refusal of a wrong one."""
    answer = world.send("adopt_existing")
    assert (answer.status, answer.body["type"]) == (409, "tag:dayone,2026:invalid-state")
    assert "managed policy: AdministratorAccess → none" in answer.body["detail"]
    return str(answer.body["detail"].rpartition(" ")[2])


def test_a_decision_about_exactly_what_is_there_is_taken_as_a_change_of_its_own(world: World) -> None:
    digest = digest_in(world)
    assert world.inbox.commands == []
    answer = world.send(sending(digest=digest))
    href = f"/v1/changes/{NEW}"
    assert (answer.status, answer.headers["Location"]) == (202, href)
    assert answer.body == {"change": NEW, "retries": CHANGE, "href": href}
    (command,) = world.inbox.of(AdoptExisting)
    assert (command.subject, command.cause.kind, command.cause.actor) == (DEPLOY, CauseKind.RETRY, ON_CALL)
    adoption = command.adoption
    assert (adoption.digest, adoption.actor, adoption.reason) == (digest, ON_CALL, "ours, made before the move")
    assert adoption.surplus == (Resource(ResourceKind.MANAGED_POLICY, "AdministratorAccess"),)
    assert adoption.in_use == ""


def test_what_has_changed_since_is_not_what_was_decided_on(world: World) -> None:
    digest = digest_in(world)
    stored = world.center.permission_sets["arn:theirs"]
    world.center.permission_sets["arn:theirs"] = replace(stored, inline_policy='{"Version": "2012-10-17"}')
    assert world.send(sending(digest=digest)).status == 409
    assert world.inbox.commands == []


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"reason": ""}, 422),
        ({"subject": "account:123456789012"}, 422),
        ({"subject": "group:other"}, 404),
        ({"comment": "x"}, 400),
    ],
)
def test_a_mistake_is_refused(world: World, members: dict[str, object], status: int) -> None:
    assert world.send(sending(**members)).status == status
    assert world.inbox.commands == []


def test_a_request_without_a_body_is_refused(world: World) -> None:
    assert world.send(load("adopt_existing") | {"body": None}).status == 422


def test_a_change_that_is_unknown_is_not_found(world: World) -> None:
    world.state.changes.clear()
    assert world.send("adopt_existing").status == 404
