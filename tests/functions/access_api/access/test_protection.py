"""Policies sent to the API that protect what does not exist: refused when an edit brings it, a warning later."""

import json
from dataclasses import replace

import pytest

from dayone.errors import Unreachable
from dayone.model.commands import ActivatePolicy
from dayone.model.hr_sources import HrVersions
from dayone.model.people import Person, Status
from dayone.model.recovery import TableIdentity
from dayone.ports.identity_center import AwsPrincipal
from tests.fakes.sso.directory import MemoryDirectory
from tests.fakes.sso.live_access import MemoryLiveAccess
from tests.functions.access_api.policies import keep
from tests.functions.access_api.state import ADA, DEV, remembered
from tests.functions.access_api.world import Answer, World, load

NOTHING = "version: 1\n"


def protecting(**names: list[str]) -> str:
    return f"version: 1\nguardrails:\n  protect: {json.dumps(names)}\n"


@pytest.fixture
def world() -> World:
    state = remembered()
    state.hr_versions = HrVersions()  # nothing else that status warns of
    return World(state)


def put(world: World, text: str) -> Answer:
    return world.send(load("submit_policy") | {"body": text, "queryStringParameters": {"file": "policy.yaml"}})


def plan(world: World, text: str) -> Answer:
    return world.send(load("preview_policy") | {"body": json.dumps({"policy": text})})


@pytest.mark.parametrize(
    ("key", "name", "word"),
    [
        ("users", "breakglas", "user"),
        ("groups", "break-glas", "group"),
        ("people", "e-9999", "person"),
        ("accounts", "999999999999", "account"),
    ],
)
def test_the_edit_that_protects_what_does_not_exist_is_refused(key: str, name: str, word: str, world: World) -> None:
    text = protecting(**{key: [name]})
    says = f"`{name}` under `protect.{key}` protects nothing: there is no such {word}"
    answer = put(world, text)
    assert (answer.status, answer.body["findings"]) == (422, [f"policy.yaml:3:1: {says}"])
    assert not world.state.kept_policies
    assert not world.inbox.commands
    planned = plan(world, text)
    assert (planned.status, planned.body["errors"]) == (200, [f"policy.yaml:3: {says}"])


def test_what_exists_is_taken_wherever_it_exists(world: World) -> None:
    directory = MemoryDirectory(world.center)
    directory.create_user({"user_name": "root", "given_name": "A", "family_name": "B", "display_name": "A B"})
    directory.create_group({"name": "break-glass", "description": ""})
    fact = world.state.heads[ADA].fact
    assert isinstance(fact, Person)
    text = protecting(users=["Root"], groups=["Break-Glass"], people=[ADA.name], accounts=[DEV.name])
    assert plan(world, text).body["errors"] == []
    assert put(world, text).status == 202


def test_before_anybody_is_recorded_nobody_is_called_wrong() -> None:
    world = World()
    assert put(world, protecting(people=["e-1"], accounts=["444455556666"])).status == 202
    assert put(world, protecting(users=["breakglas"])).status == 422


def test_while_a_lost_record_is_rebuilt_who_is_not_known_yet_is_protected_already(world: World) -> None:
    world.outside.identity = TableIdentity(table_id="another")
    assert put(world, protecting(people=["e-9999"], accounts=["999999999999"])).status == 202
    # Whoever Identity Center alone has is there all the time.
    assert put(world, protecting(users=["breakglas"])).status == 422


def test_what_was_protected_before_is_a_warning_in_status_and_plan(world: World) -> None:
    text = protecting(users=["root"], people=[ADA.name])
    keep(world.state, text, in_force=1)
    fact = world.state.heads[ADA].fact
    assert isinstance(fact, Person)
    world.state.heads[ADA] = replace(world.state.heads[ADA], fact=replace(fact, status=Status.ENDED))
    left, absent = world.send("read_health").body["warnings"]
    assert left.startswith(f"policy.yaml:3: `{ADA.name}` under `protect.people` is somebody who has left")
    assert absent == "policy.yaml:3: `root` under `protect.users` protects nothing: there is no such user"
    again = plan(world, text).body
    assert again["errors"] == []
    assert {left, absent} <= set(again["notes"])
    assert put(world, text).status == 202


def test_going_back_to_an_earlier_version_is_not_refused(world: World) -> None:
    keep(world.state, protecting(users=["root"]), NOTHING, in_force=2)
    assert world.send("roll_back_policy").status == 202
    (request,) = world.inbox.of(ActivatePolicy)
    assert request.version == 3


def test_rules_that_can_match_nothing_are_refused_and_the_plan_names_them(world: World) -> None:
    text = "version: 1\ngroups:\n  staff: {members: [{department: “Sales”}]}\n"
    says = "department: the typographic quotes of `“Sales”` are part of the text: write `Sales`"
    assert put(world, text).body["findings"] == [f"policy.yaml:3:1: {says}"]
    planned = plan(world, text)
    assert (planned.status, planned.body["errors"]) == (200, [f"policy.yaml:3: {says}"])


class _Silent(MemoryLiveAccess):
    def user_called(self, name: str) -> AwsPrincipal | None:
        raise Unreachable(f"nobody answers about {name}")


def test_when_identity_center_does_not_answer_nobody_is_called_wrong(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = replace(world.ports(), live=_Silent(world.center))
    monkeypatch.setattr(world, "ports", lambda: ports)
    text = protecting(users=["root"])
    assert "could not be looked up" in plan(world, text).body["notes"][0]
    assert put(world, text).status == 202
    keep(world.state, text, in_force=1)
    assert world.send("read_health").body["warnings"] == []
