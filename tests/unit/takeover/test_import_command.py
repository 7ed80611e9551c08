"""`dayone import`: from the inventory over the API to files that give exactly what is there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dayone.ports.identity_center import AssignmentKey
from tests.builders import a_person, an_account
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.functions.access_api.world import World as Api
from tests.functions.access_api.world import asking
from tests.unit.cli_api import CliApi, running
from tests.unit.cli_runs import Ended, dayone
from tests.unit.world import World

_ACCOUNTS = ("111111111111", "222222222222", "333333333333")
_SECTIONS = ("permission-sets", "permission-sets", "groups", "users", "memberships", "assignments")


@pytest.fixture
def company() -> World:
    """Three people in a group that has a permission set in two accounts, all made by others."""
    world = World()
    people = [a_person(f"e-{number}", department="Data" if number < 4 else "Sales") for number in range(1, 6)]
    for person in people:
        world.hr_tells(person)
    for number, account in enumerate(_ACCOUNTS):
        world.account_is(an_account(account, ou_path="/Dev" if number < 2 else "/Prod"))
    world.settle()
    users = {user["user_name"]: user_id for user_id, user in world.center.users.items()}
    world.center.groups["group-x"] = StoredGroup("Data crew", "")
    names = [person.user_name for person in people[:3]]
    world.center.memberships |= {f"m-{name}": ("group-x", users[name]) for name in names}
    world.center.permission_sets["arn:x"] = StoredSet("View", {"session_duration": "PT1H"})
    for account in _ACCOUNTS[:2]:
        world.center.assignments.add(
            AssignmentKey(account_id=account, permission_set_arn="arn:x", principal_id="group-x")
        )
        world.center.provisioned[account, "arn:x"] = 1
    return world


@pytest.fixture
def api() -> Iterator[CliApi]:
    with running() as cli_api:
        yield cli_api


def _over(company: World, api: CliApi, *words: str | Path) -> Ended:
    """Run a command after the next inventory, against what the API answers."""
    company.take_inventory()
    function = Api(company.state, inventory=company.inventory, now=company.now)

    def answer(event: str, **query: str) -> Any:  # noqa: ANN401 - JSON
        found = function.send(asking(event, **query))
        assert found.status == 200, found
        return found.body

    read = [answer("list_read_resources", section=section) for section in _SECTIONS]
    api.tell("GET /v1/inventory/resources", *read)
    api.tell("GET /v1/accounts", answer("list_accounts", limit="100"))
    api.tell("GET /v1/people", answer("list_people", limit="100"))
    return dayone("import", *words, api=api.url)


def test_what_is_there_becomes_rules_in_files(company: World, api: CliApi, tmp_path: Path) -> None:
    ended = _over(company, api, "write", tmp_path / "policy", "-o", "json")
    assert ended.code == 0, ended
    files = {file.name: yaml.safe_load(file.read_text()) for file in (tmp_path / "policy").iterdir()}
    assert files["groups.yaml"]["groups"] == {"Data crew": {"members": [{"department": "Data"}]}}
    assert files["assignments.yaml"]["assignments"] == [
        {"group": "Data crew", "permission_set": "View", "accounts": [{"ou": "/Dev"}]}
    ]
    assert files["permission-sets.yaml"]["permission_sets"] == {"View": {"session_duration": "PT1H"}}
    answer = ended.json()
    assert (answer["rows"], answer["left"], answer["without_user"]) == (5, [], [])
    inventories = {asked.query["inventory"] for asked in api.asked if "inventory" in asked.query}
    assert len(inventories) == 1


def test_a_policy_that_was_written_is_verified_until_somebody_changes_something(
    company: World, api: CliApi, tmp_path: Path
) -> None:
    assert _over(company, api, "write", tmp_path / "policy").code == 0
    # What Day One makes of it is tried in test_cli_take_over.
    plan = {"operations": [], "counts": {}, "truncated": 0, "truncated_new": 0, "errors": [], "complete": True}
    api.tell("POST /v1/plan", plan)
    verified = _over(company, api, "verify", tmp_path / "policy")
    assert (verified.code, "5 memberships and assignments as they are" in verified.out) == (0, True)
    user = next(user for user, of in company.center.users.items() if of["user_name"] == "e-5@example.com")
    company.center.memberships["by-others"] = ("group-x", user)
    changed = _over(company, api, "verify", tmp_path / "policy")
    assert changed.code == 1
    assert "exists and is given by no rule: person:e-5 membership/Data crew" in changed.err


def test_by_rows_everybody_and_every_account_is_listed(company: World, api: CliApi, tmp_path: Path) -> None:
    assert _over(company, api, "write", tmp_path, "--rows").code == 0
    groups = yaml.safe_load((tmp_path / "groups.yaml").read_text())["groups"]
    assert groups == {"Data crew": {"people": ["e-1", "e-2", "e-3"]}}


def test_a_file_that_exists_is_not_overwritten(company: World, api: CliApi, tmp_path: Path) -> None:
    (tmp_path / "groups.yaml").write_text("mine")
    ended = _over(company, api, "write", tmp_path)
    assert (ended.code, "A file exists already" in ended.err) == (2, True)
    assert [file.name for file in tmp_path.iterdir()] == ["groups.yaml"]
    assert (tmp_path / "groups.yaml").read_text() == "mine"


def test_users_whom_nobody_knows_and_other_names_are_named(company: World, api: CliApi, tmp_path: Path) -> None:
    company.center.users["user-x"] = {"user_name": "temp", "display_name": "Temp"}
    company.center.memberships["m-x"] = ("group-x", "user-x")
    mapping = tmp_path / "users.csv"
    unknown = _over(company, api, "write", tmp_path / "one")
    assert "user temp in group Data crew  no person of HR has this user" in unknown.out
    assert "group:Data crew is adopted by `dayone changes adopt` alone" in unknown.out
    mapping.write_text("user_name,id\ntemp,e-5\n")
    del company.center.users[next(iter(user for user, of in company.center.users.items() if "e-5" in of["user_name"]))]
    mapped = _over(company, api, "write", tmp_path / "two", "--mapping", mapping)
    assert "User temp: renamed, person e-5" in mapped.out
    mapping.write_text("user,person\ntemp,e-5\n")
    assert _over(company, api, "write", tmp_path / "three", "--mapping", mapping).code == 2
