"""The versions of the policy over the API, and the way back to one."""

import pytest

from dayone.model.changes import CauseKind
from dayone.model.commands import ActivatePolicy
from dayone.model.subjects import THE_POLICY
from tests.functions.access_api.policies import ACTOR, keep, uploaded
from tests.functions.access_api.state import CHANGE, remembered
from tests.functions.access_api.world import CALLER, World, asking, load

OTHER = "version: 1\ngroups: {staff: {members: everyone}}\n"


@pytest.fixture
def world() -> World:
    world = World(remembered())
    keep(world.state, uploaded(), OTHER, uploaded(), in_force=2)
    return world


def test_versions_are_listed_page_by_page_the_newest_first(world: World) -> None:
    first = world.send("list_policy_versions").body
    second = world.send(asking("list_policy_versions", limit="2", cursor=first["cursor"])).body
    listed = first["versions"] + second["versions"]
    assert [(pair["version"], pair["in_force"]) for pair in listed] == [(3, False), (2, True), (1, False)]
    assert second["cursor"] == ""
    assert listed[2] == {
        "version": 1,
        "in_force": False,
        "files": ["policy.yaml"],
        "actor": ACTOR,
        "authors": [],
        "at": "2026-11-23T08:00:00+00:00",
        "change": f"{CHANGE[:-1]}1",
    }


def test_one_version_is_answered_as_it_was_uploaded(world: World) -> None:
    answer = world.send("read_policy_version").body
    assert (answer["version"], answer["text"], answer["in_force"]) == (1, uploaded(), False)
    assert answer["files"] == {"policy.yaml": uploaded()}


def test_going_back_keeps_the_old_text_as_the_newest_version_and_plans_it(world: World) -> None:
    answer = world.send("roll_back_policy")
    assert (answer.status, answer.body["version"]) == (202, 4)
    assert answer.headers["Location"] == answer.body["href"] == f"/v1/changes/{answer.body['change']}"
    kept = world.state.kept_policies[4]
    assert (kept.text, kept.file, kept.actor) == (uploaded(), "policy.yaml", CALLER)
    (request,) = world.inbox.of(ActivatePolicy)
    assert (request.subject, request.version, request.cause.kind) == (THE_POLICY, 4, CauseKind.POLICY)
    assert request.cause.change == answer.body["change"]
    assert request.cause.reference == "version 4, which is version 1 again"


def test_several_files_come_back_as_several_files(world: World) -> None:
    event = load("submit_policy") | {"body": '{"files": {"a.yaml": "version: 1\\n", "b.yaml": "version: 1\\n"}}'}
    event["headers"]["Content-Type"] = "application/json"
    assert world.send(event).status == 202
    back = load("roll_back_policy") | {"path": "/v1/policy/rollback/4"}
    assert world.send(back).body["version"] == 5
    read = load("read_policy_version") | {"path": "/v1/policy/versions/5"}
    assert world.send(read).body["files"] == {"a.yaml": "version: 1\n", "b.yaml": "version: 1\n"}


def test_a_version_that_cannot_be_read_any_more_is_refused_with_its_mistakes(world: World) -> None:
    keep(world.state, "version: 1\ngruops: {}\n", in_force=0)
    answer = world.send("roll_back_policy")
    assert (answer.status, answer.body["type"]) == (422, "tag:dayone,2026:invalid")
    assert "gruops" in answer.body["findings"][0]
    assert not world.inbox.commands


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("read_policy_version", "/v1/policy/versions/"),
        ("roll_back_policy", "/v1/policy/rollback/"),
    ],
)
@pytest.mark.parametrize(("version", "status"), [("9", 404), ("0", 404), ("latest", 400), ("1" * 9, 400)])
def test_a_version_that_was_never_kept_or_is_none_is_a_problem(
    world: World, name: str, path: str, version: str, status: int
) -> None:
    answer = world.send(load(name) | {"path": f"{path}{version}"})
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert len(world.state.kept_policies) == 3


def test_nobody_unknown_goes_back(world: World) -> None:
    event = load("roll_back_policy")
    event["requestContext"]["identity"]["userArn"] = None
    assert world.send(event).status == 401
    assert not world.inbox.commands
