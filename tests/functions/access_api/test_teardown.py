"""`dayone teardown` hands over what Identity Center has: every id in it is of something that is there."""

import re
import shlex
import subprocess
from collections.abc import Iterator

import pytest
from botocore import xform_name
from botocore.session import get_session

from tests.builders import ACCOUNT_ID, a_person, an_account
from tests.functions.whole_day_one import Door, open_door
from tests.unit.cli_runs import Ended, dayone

_POLICY = f"""\
version: 1
groups:
  engineers: {{members: [{{department: Engineering}}]}}
permission_sets:
  ViewOnly: {{managed_policies: [ViewOnlyAccess]}}
assignments:
  - {{group: engineers, permission_set: ViewOnly, accounts: [{{id: ["{ACCOUNT_ID}"]}}]}}
  - {{person: e-1, permission_set: ViewOnly, accounts: [{{id: ["{ACCOUNT_ID}"]}}]}}
"""
_STORE = "d-1234567890"
_IMPORT = re.compile(r'import \{\n  to = (\w+)\.(\w+)\n  id = "([^"]+)"\n\}')


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Ada has access by a group and an assignment of her own."""
    file = tmp_path_factory.mktemp("policy") / "policy.yaml"
    file.write_text(_POLICY)
    with open_door() as opened:
        opened.world.account_is(an_account())
        opened.world.hr_tells(a_person("e-1"))
        opened.world.settle()
        assert dayone("policy", "apply", file, "--yes", api=opened.url).code == 0
        opened.world.settle()
        yield opened


def _run(door: Door, *words: str) -> Ended:
    ended = dayone("teardown", *words, api=door.url)
    assert ended.code == 0, ended.err
    return ended


def _of(door: Door) -> dict[str, int]:
    center = door.world.center
    return {
        "aws_identitystore_user": len(center.users),
        "aws_identitystore_group": len(door.world.groups()),
        "aws_identitystore_group_membership": sum(map(len, door.world.groups().values())),
        "aws_ssoadmin_permission_set": len(door.world.permission_sets()),
        "aws_ssoadmin_account_assignment": len(door.world.assignments()),
    }


def test_the_list_has_everything_that_identity_center_has_and_removes_nothing(door: Door) -> None:
    before = _of(door)
    found = _run(door, "--output", "json").json()
    assert {kind: sum(each["kind"] == kind for each in found) for kind in before} == before
    assert min(before.values()) >= 1
    assert before["aws_ssoadmin_account_assignment"] == 2
    assert _of(door) == before
    assert "Nothing was removed" in _run(door).out


def test_import_blocks_have_the_ids_in_the_order_of_terraforms_documents(door: Door) -> None:
    blocks = _IMPORT.findall(_run(door, "--as", "terraform", "--identity-store", _STORE).out)
    assert len({name for _, name, _ in blocks}) == len(blocks) == sum(_of(door).values())
    (user,) = door.world.center.users
    by_kind = {kind: ids for kind, _, ids in blocks}
    assert by_kind["aws_identitystore_user"] == f"{_STORE}/{user}"
    arn, instance = by_kind["aws_ssoadmin_permission_set"].split(",")
    assert arn.replace(":::permissionSet/", ":::instance/").startswith(instance)
    own = next(
        ids.split(",") for kind, _, ids in blocks if kind == "aws_ssoadmin_account_assignment" and ",USER," in ids
    )
    assert own == [user, "USER", ACCOUNT_ID, "AWS_ACCOUNT", arn, instance]


def test_commands_are_a_script_that_shows_and_removes_only_when_told(door: Door) -> None:
    shown = _run(door, "--as", "commands", "--identity-store", _STORE).out
    removing = _run(door, "--as", "commands", "--identity-store", _STORE, "--removals").out
    for script in (shown, removing):
        assert subprocess.run(["sh", "-n"], input=script, text=True, check=False).returncode == 0  # noqa: S607
        assert len([line for line in script.splitlines() if line.startswith("aws ")]) == sum(_of(door).values())
    assert "delete-" not in shown
    order = [line.split()[2] for line in removing.splitlines() if line.startswith("aws ")]
    assert order[0] == "delete-account-assignment"
    assert order[-1] == "delete-user"


@pytest.mark.parametrize("more", [(), ("--removals",)])
def test_each_command_is_one_of_awss_with_all_that_it_requires(door: Door, more: tuple[str, ...]) -> None:
    script = _run(door, "--as", "commands", "--identity-store", _STORE, *more).out
    for line in (each for each in script.splitlines() if each.startswith("aws ")):
        _, service, name, *words = shlex.split(line)
        model = get_session().get_service_model(service)
        operation = next(each for each in model.operation_names if xform_name(each, "-") == name)
        shape = model.operation_model(operation).input_shape
        assert shape is not None
        options = {word.removeprefix("--") for word in words[::2]}
        assert options <= {xform_name(member, "-") for member in shape.members}, line
        assert {xform_name(member, "-") for member in shape.required_members} <= options, line


@pytest.mark.parametrize("words", [("--as", "terraform"), ("--removals",)])
def test_what_cannot_be_made_is_wrong_usage(door: Door, words: tuple[str, ...]) -> None:
    assert dayone("teardown", *words, api=door.url).code == 2
