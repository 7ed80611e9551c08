"""The AWS CLI reads what Day One has made, with the environment that the sandbox hands out."""

import json
import subprocess
from typing import Any

import pytest

from sandbox.paths import REPOSITORY
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.scene import Scene


def aws(day_one: DayOne, *arguments: str) -> Any:  # noqa: ANN401 - JSON
    ended = subprocess.run(  # noqa: S603 - the arguments are this file's own
        [str(REPOSITORY / ".venv" / "bin" / "aws"), *arguments, "--output", "json"],
        env=day_one.sandbox.command_environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def person(day_one: DayOne) -> dict[str, str]:
    hired = somebody()
    day_one.told(hired)
    return hired


def test_it_lists_the_users(day_one: DayOne, person: dict[str, str]) -> None:
    said = aws(day_one, "identitystore", "list-users", "--identity-store-id", day_one.instance.identity_store_id)
    assert person["user_name"] in {pair["UserName"] for pair in said["Users"]}


def test_it_lists_the_assignments_of_an_account(day_one: DayOne, scene: Scene) -> None:
    said = aws(
        day_one,
        *("sso-admin", "list-account-assignments", "--instance-arn", day_one.instance.arn),
        *("--account-id", scene.early_account),
        *("--permission-set-arn", day_one.view.permission_sets()["ViewOnly"]),
    )
    assert [(pair["PrincipalType"], pair["PrincipalId"]) for pair in said["AccountAssignments"]] == [
        ("GROUP", day_one.view.groups()["Engineers"])
    ]
