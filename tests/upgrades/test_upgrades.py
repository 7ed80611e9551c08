"""State and messages of an earlier commit, with work under way: they are read, gone on with, and can be gone back to.

What lies in `written` was written by the commit `EARLIER`: with the modules `world` and `forms` put into its tree, by
`python -m tests.upgrades.world begin`, then `finish`, of which `end.json` has the part of Identity Center, and by
`python -m tests.upgrades.forms`.
"""

import json
import os
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from dayone.adapters.dynamodb.audit_log import DynamoAuditLog
from dayone.adapters.dynamodb.keys import RecordKey
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.messaging import DynamoStream
from dayone.errors import NewerForm
from dayone.messages.codec import SCHEMA, SCHEMA_VERSION, decode, encode
from dayone.messages.inbox import accepted_digest, from_json, to_json
from dayone.model.failures import DeadLetter, LetterQueue
from dayone.ops.audit_verification import verify_audit
from dayone.ops.dead_letters import understand
from tests.builders import NOON
from tests.project.repository import ROOT
from tests.upgrades.forms import STORED
from tests.upgrades.world import UpgradedWorld, from_text, to_text

EARLIER = "9bad87cc"
WRITTEN = Path(__file__).parent / "written"
FORMS: Mapping[str, Any] = json.loads((WRITTEN / "forms.json").read_text())
_NEWER = SCHEMA_VERSION + 1


def _midst() -> dict[str, Any]:
    return from_text((WRITTEN / "world.json").read_text())


def _end() -> dict[str, Any]:
    """Return what Identity Center had in the end, as the earlier commit has gone on by itself."""
    end: dict[str, Any] = json.loads((WRITTEN / "end.json").read_text())
    return end


def _in_the_end(world: UpgradedWorld) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(to_text(world.written()))
    return _without_ids(written["center"])


def _without_ids(center: Mapping[str, Any]) -> dict[str, Any]:
    """Return what there is by its names: the order of what is made at the same time decides about ids."""
    users = {name: user["user_name"] for name, user in center["users"].items()}
    groups = {name: group["name"] for name, group in center["groups"].items()}
    sets = {arn: stored["name"] for arn, stored in center["permission_sets"].items()}
    return {
        "users": sorted(users.values()),
        "groups": sorted(group.items() for group in center["groups"].values()),
        "sets": sorted(stored.items() for stored in center["permission_sets"].values()),
        "members": sorted([groups[group], users[user]] for group, user in center["memberships"].values()),
        "assignments": sorted([account, sets[arn], groups[group]] for account, arn, group in center["assignments"]),
    }


def _states(world: UpgradedWorld) -> Counter[str]:
    return Counter(state for _, state in world.operation_states())


# Going on


def test_work_under_way_is_what_the_earlier_commit_has_left() -> None:
    world = UpgradedWorld.read(_midst())
    assert _states(world) == {"succeeded": 32, "held": 10, "pending": 3, "submitted": 1}
    kinds = [type(command).__name__ for command in world.inbox.commands]
    assert kinds == ["ApplyHrRecord", "RefreshAccount", "ApplyDecision", "ActivatePolicy"]
    assert all(SCHEMA not in item for item in world.client.everything())


def test_it_is_gone_on_with_to_the_same_end() -> None:
    world = UpgradedWorld.read(_midst())
    world.finish()
    assert _in_the_end(world) == _without_ids(_end())
    assert _states(world) == {"succeeded": 63, "superseded": 3}
    assert (world.inbox.commands, world.dead_letters.letters) == ([], [])


def test_the_audit_log_is_whole_across_the_upgrade() -> None:
    world = UpgradedWorld.read(_midst())
    world.finish()
    log, today = DynamoAuditLog(world.table), world.now.date()
    entries = [item["pk"]["S"] for item in world.client.everything() if item["pk"]["S"].startswith("AUDIT#")]
    days = sorted({date.fromisoformat(key.removeprefix("AUDIT#")) for key in entries})
    verified = [verify_audit(day, today=today, cursor="", log=log) for day in days]
    lanes = [lane for each in verified for lane in each.lanes]
    assert [(each.violation, each.cursor) for each in verified] == [(None, "")] * len(days)
    assert [lane.broken for lane in lanes] == [None] * len(lanes)
    assert sum(lane.entries for lane in lanes) == len(entries)


def test_what_is_written_from_now_on_has_its_version_and_the_audit_log_its_own_format() -> None:
    written = UpgradedWorld.midst().written()
    assert all((SCHEMA in item) is not item["pk"]["S"].startswith("AUDIT#") for item in written["items"])
    assert {item[SCHEMA]["N"] for item in written["items"] if SCHEMA in item} == {str(SCHEMA_VERSION)}
    assert {json.loads(text)[SCHEMA] for text in written["messages"]} == {SCHEMA_VERSION}


@pytest.mark.parametrize("kind", STORED, ids=lambda kind: kind.__name__)
def test_each_kind_of_record_is_read_as_the_earlier_commit_has_written_it(kind: type) -> None:
    record = FORMS["stored"][kind.__name__]
    assert _covers(encode(decode(kind, record)), record)


@pytest.mark.parametrize("name", FORMS["messages"])
def test_each_message_is_read_as_the_earlier_commit_has_written_it(name: str) -> None:
    message = FORMS["messages"][name]
    command = from_json(json.dumps(message))
    assert type(command).__name__ == name
    assert _covers(json.loads(to_json(command)), message)
    # What was accepted before the upgrade is known after it.
    assert accepted_digest(command) == accepted_digest(from_json(to_json(command)))


def _covers(found: Any, wanted: Any) -> bool:  # noqa: ANN401 - any plain value
    """Return whether everything of the older form is there; the newer one may have more members."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(name in found and _covers(found[name], wanted[name]) for name in wanted)
    return bool(found == wanted)


# Going back


def _with_more(value: Any) -> Any:  # noqa: ANN401 - any plain value
    """Return a value of JSON with a member more in each of its objects, as a later release may have added one."""
    if isinstance(value, list):
        return [_with_more(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {**{name: _with_more(inner) for name, inner in value.items()}, "of_a_later_release": "x"}


def test_members_of_a_later_release_are_ignored() -> None:
    written = _midst()
    log = [item for item in written["items"] if item["pk"]["S"].startswith("AUDIT#")]
    others = [item for item in written["items"] if item not in log]
    written["items"] = log + [{**item, "of_a_later_release": {"M": {"x": {"S": "y"}}}} for item in others]
    written["messages"] = [json.dumps(_with_more(json.loads(text))) for text in written["messages"]]
    world = UpgradedWorld.read(written)
    world.finish()
    assert _in_the_end(world) == _without_ids(_end())


def _earlier_tree(folder: Path) -> Path:
    """Return a folder with the tree of the earlier commit, and the module that writes a world down."""
    made = subprocess.run(["git", "archive", EARLIER], cwd=ROOT, capture_output=True, check=False)  # noqa: S603, S607
    if made.returncode:
        pytest.skip(f"NO COMMIT {EARLIER}: this copy of the repository is without its history")
    with tarfile.open(fileobj=BytesIO(made.stdout)) as archive:
        archive.extractall(folder, filter="data")
    (folder / "tests/upgrades").mkdir()
    (folder / "tests/upgrades/world.py").write_text((Path(__file__).parent / "world.py").read_text())
    return folder


def _by_the_earlier(tree: Path, verb: str, text: str) -> str:
    folders = os.pathsep.join(map(str, (tree, tree / "layers/core", tree / "cli")))
    command = [sys.executable, "-m", "tests.upgrades.world", verb]
    environment = {**os.environ, "PYTHONPATH": folders}
    ran = subprocess.run(  # noqa: S603
        command, cwd=tree, env=environment, input=text, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_an_upgrade_can_be_taken_back_while_work_is_under_way(tmp_path: Path) -> None:
    tree = _earlier_tree(tmp_path)
    world = UpgradedWorld.read(_midst())
    world.step()
    assert any(SCHEMA in item for item in world.client.everything())
    ended = from_text(_by_the_earlier(tree, "finish", to_text(world.written())))
    assert _without_ids(ended["center"]) == _without_ids(_end())
    assert ended["messages"] == []


def test_a_table_that_only_the_newer_release_has_written_is_gone_on_with_by_the_earlier(tmp_path: Path) -> None:
    tree = _earlier_tree(tmp_path)
    ended = from_text(_by_the_earlier(tree, "finish", to_text(UpgradedWorld.midst().written())))
    assert _without_ids(ended["center"]) == _without_ids(_end())


# A later form


def _newer(world: UpgradedWorld, key: RecordKey) -> DynamoTable:
    (item,) = [item for item in world.client.everything() if (item["pk"]["S"], item["sk"]["S"]) == key]
    world.client.put_item(Item={**item, SCHEMA: {"N": str(_NEWER)}})
    return world.table


def test_an_item_of_a_later_form_is_refused_by_every_way_to_read_it() -> None:
    key = RecordKey("POLICY", "CURRENT")
    table = _newer(UpgradedWorld.read(_midst()), key)
    for read in (lambda: table.get(key), lambda: list(table.get_all([key]))):
        with pytest.raises(NewerForm, match=f"form {_NEWER}"):
            read()
    image = {"pk": {"S": "CHANGE#1"}, "sk": {"S": "HEAD"}, SCHEMA: {"N": str(_NEWER)}}
    event = {"Records": [{"dynamodb": {"ApproximateCreationDateTime": 0, "NewImage": image}}]}
    with pytest.raises(NewerForm):
        list(DynamoStream().writes(event))


def test_nothing_is_planned_or_carried_out_on_a_state_of_a_later_form() -> None:
    world = UpgradedWorld.read(_midst())
    before = _in_the_end(world)
    for item in world.client.everything():
        if not item["pk"]["S"].startswith("AUDIT#"):
            world.client.put_item(Item={**item, SCHEMA: {"N": str(_NEWER)}})
    with pytest.raises(NewerForm):
        world.plan_all()
    with pytest.raises(NewerForm):
        world.execute()
    assert (_in_the_end(world), len(world.inbox.commands)) == (before, 4)


def test_a_message_of_a_later_form_waits_and_is_no_command_meanwhile() -> None:
    message = {**FORMS["messages"]["RefreshPerson"], SCHEMA: _NEWER, "subject": ["person", "e-1"]}
    with pytest.raises(NewerForm):
        from_json(json.dumps(message))
    letter = DeadLetter(
        queue=LetterQueue.INBOX,
        id="1",
        handle="h",
        body=json.dumps(message),
        sent_at=NOON,
        received=50,
        group="person:e-1",
        attributes={},
    )
    understood = understand(letter)
    assert (understood.command, "deploy the later release again" in understood.reason) == (None, True)


@pytest.mark.parametrize("version", [1, SCHEMA_VERSION])
def test_a_message_of_this_form_or_an_earlier_one_is_read(version: int) -> None:
    message = {**FORMS["messages"]["RefreshPerson"], SCHEMA: version}
    assert json.loads(to_json(from_json(json.dumps(message)))) == {**message, SCHEMA: SCHEMA_VERSION}
