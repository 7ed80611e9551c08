"""`dayone import`: what was read once is not read again, and Day One's own plan is part of the proof."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli_api import Answered, CliApi, running
from tests.unit.cli_runs import Ended, dayone

ARN, ACCOUNT = "arn:aws:sso:::permissionSet/ssoins-1/ps-1", "444455556666"
NONE = dict.fromkeys(("start_date", "end_date", "leave_start", "leave_end"))
EMPTY = dict.fromkeys(("title", "team", "cost_centre", "location", "employment", "manager"), "")
FAILED = Answered(status=400, body={"title": "Bad request", "status": 400})
CREATED = ("create-group group:crew group", "create-membership person:e-1 membership/crew")


def _resource(of: str, ids: dict[str, str], **attributes: str) -> dict[str, Any]:
    return {"resource": of, "attributes": attributes, "ids": ids}


def _person(number: int) -> dict[str, Any]:
    address = f"user{number}@example.com"
    names = {"user_name": address, "email": address, "given_name": "U", "family_name": "N", "display_name": "U N"}
    own = {"id": f"e-{number}", "status": "active", "time_zone": "UTC", "department": "Boats"}
    return {**own, **names, **NONE, **EMPTY}


SECTIONS = {
    "permission-sets": [
        _resource("permission-set", {"permission_set_arn": ARN}, name="Sail", session_duration="PT1H"),
        _resource("managed-policy/job-function/ViewOnlyAccess", {"permission_set_arn": ARN}),
    ],
    "groups": [_resource("group", {"group_id": "g-1"}, name="crew")],
    "users": [_resource("user", {"user_id": f"u-{n}"}, user_name=f"user{n}@example.com") for n in (1, 2, 3)],
    "memberships": [_resource("membership", {"group_id": "g-1", "user_id": f"u-{n}"}) for n in (1, 2, 3)],
    "assignments": [
        _resource(
            "assignment",
            {"account": ACCOUNT, "permission_set_arn": ARN, "principal_id": "g-1", "principal_type": "GROUP"},
        )
    ],
}


def _pages(*, inventory: str = "I1") -> list[dict[str, Any]]:
    """The first question about the inventory, and one page for each section."""
    pages = [
        {"inventory": inventory, "as_of": "2026-11-30T11:00:00Z", "resources": rows, "cursor": ""}
        for rows in SECTIONS.values()
    ]
    return [pages[0], *pages]


def _plan(*operations: tuple[str, str | None], **more: object) -> dict[str, Any]:
    listed = []
    for text, existing in operations:
        kind, subject, resource = text.split()
        listed.append({"kind": kind, "subject": subject, "resource": resource, "existing": existing})
    counts = {entry["kind"]: 1 for entry in listed}
    plan = {"operations": listed, "counts": counts, "truncated": 0, "truncated_new": 0, "complete": True}
    return {**plan, "errors": [], "notes": [], **more}


@pytest.fixture
def api() -> Iterator[CliApi]:
    with running() as cli_api:
        cli_api.tell("GET /v1/inventory/resources", *_pages())
        account = {"id": ACCOUNT, "name": "pier", "state": "ACTIVE", "ou_path": "/Sea", "tags": {}}
        cli_api.tell("GET /v1/accounts", {"accounts": [{**account, "is_management": False}]})
        cli_api.tell("GET /v1/people", {"people": [_person(number) for number in (1, 2, 3)]})
        yield cli_api


def _sections_read(api: CliApi) -> list[str]:
    return [entry.query["section"] for entry in api.asked if entry.path == "/v1/inventory/resources"]


def test_an_interrupted_reading_goes_on_where_it_was(api: CliApi, tmp_path: Path) -> None:
    kept, pages = tmp_path / "read.jsonl", _pages()
    api.tell("GET /v1/inventory/resources", *pages[:3], FAILED)
    assert dayone("import", "write", tmp_path / "a", "--resume", kept, api=api.url).code != 0
    with kept.open("a") as file:
        file.write('{"inventory": "I1", "cut o')
    api.asked.clear()
    api.tell("GET /v1/inventory/resources", pages[0], *pages[3:])
    written = dayone("import", "write", tmp_path / "a", "--resume", kept, api=api.url)
    assert written.code == 0, written
    assert _sections_read(api) == ["permission-sets", "users", "memberships", "assignments"]
    assert "department: Boats" in (tmp_path / "a" / "groups.yaml").read_text()
    assert kept.stat().st_mode & 0o077 == 0


def test_an_interrupted_section_goes_on_from_its_cursor(api: CliApi, tmp_path: Path) -> None:
    kept, pages = tmp_path / "read.jsonl", _pages()
    parts = [{**pages[1], "resources": [row]} for row in pages[1]["resources"]]
    api.tell("GET /v1/inventory/resources", pages[0], {**parts[0], "cursor": "second"}, FAILED)
    assert dayone("import", "write", tmp_path / "a", "--resume", kept, api=api.url).code != 0
    api.asked.clear()
    api.tell("GET /v1/inventory/resources", pages[0], parts[1], *pages[2:])
    written = dayone("import", "write", tmp_path / "a", "--resume", kept, api=api.url)
    assert written.code == 0, written
    assert _sections_read(api) == ["permission-sets", *SECTIONS]
    assert [entry.query["cursor"] for entry in api.asked if entry.query.get("cursor")] == ["second"]
    assert "ViewOnlyAccess" in (tmp_path / "a" / "permission-sets.yaml").read_text()


def test_what_another_inventory_has_read_is_read_anew(api: CliApi, tmp_path: Path) -> None:
    kept = tmp_path / "read.jsonl"
    assert dayone("import", "write", tmp_path / "a", "--resume", kept, api=api.url).code == 0
    api.asked.clear()
    api.tell("GET /v1/inventory/resources", *_pages(inventory="I2"))
    assert dayone("import", "write", tmp_path / "b", "--resume", kept, api=api.url).code == 0
    assert _sections_read(api) == ["permission-sets", *SECTIONS]


@pytest.mark.parametrize(
    "text",
    [
        "groups: {staff: {members: [everyone]}}\n",
        '{"version": 4, "resources": []}\n',
        "[]\n",
        '{"section": "users", "inventory": "I1", "cursor": "", "resources": []}\nnotes of mine\nand more\n',
        "user_name,id\nada,e-1\n",
        '{\n  "version": 4\n}\n',
        b"\xff\xfe\x00",
    ],
)
def test_a_file_that_is_something_else_is_not_overwritten(api: CliApi, text: str | bytes, tmp_path: Path) -> None:
    other = tmp_path / "other"
    content = text if isinstance(text, bytes) else text.encode()
    other.write_bytes(content)
    for command in (("write", tmp_path / "a"), ("verify", _policy_in(tmp_path))):
        refused = dayone("import", *command, "--resume", other, api=api.url)
        assert (refused.code, "would be overwritten: name another file" in refused.err) == (2, True), refused
        assert other.read_bytes() == content
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("text", ["", '{"sect', '{"section": "permission-sets", "inven'])
def test_a_file_of_which_nothing_was_written_is_begun_anew(api: CliApi, text: str, tmp_path: Path) -> None:
    kept = tmp_path / "read.jsonl"
    kept.write_text(text)
    assert dayone("import", "write", tmp_path / "a", "--resume", kept, api=api.url).code == 0
    assert _sections_read(api) == ["permission-sets", *SECTIONS]


def _policy_in(folder: Path) -> Path:
    (folder / "policy.yaml").write_text("version: 1\n")
    return folder / "policy.yaml"


def _state(**instances: list[dict[str, Any]]) -> str:
    resources = [
        {"mode": "managed", "type": kind, "name": "of_ours", "module": "module.access", "instances": each}
        for kind, each in instances.items()
    ]
    return json.dumps({"version": 4, "resources": resources})


def _states(folder: Path) -> tuple[Path, Path]:
    """A state as it is kept, and one as Terraform shows it."""
    state, shown = folder / "terraform.tfstate", folder / "shown.json"
    assignment = {"target_id": ACCOUNT, "permission_set_arn": ARN, "principal_id": "g-1", "principal_type": "GROUP"}
    state.write_text(
        _state(
            aws_ssoadmin_permission_set=[{"attributes": {"arn": ARN}}],
            aws_ssoadmin_account_assignment=[{"index_key": "pier", "attributes": assignment}],
            aws_identitystore_group_membership=[{"index_key": 0, "attributes": {"group_id": "g", "member_id": "gone"}}],
            aws_s3_bucket=[{"attributes": {"arn": "arn:aws:s3:::x"}}],
        )
    )
    group = {"address": "aws_identitystore_group.crew", "mode": "managed", "type": "aws_identitystore_group"}
    read = {"address": "data.aws_identitystore_group.x", "mode": "data", "type": "aws_identitystore_group"}
    resources = [{**group, "values": {"group_id": "g-1"}}, {**read, "values": {"group_id": "g-1"}}]
    shown.write_text(json.dumps({"values": {"root_module": {"child_modules": [{"resources": resources}]}}}))
    return state, shown


def test_what_terraform_manages_is_named_in_the_files_and_by_the_command(api: CliApi, tmp_path: Path) -> None:
    state, shown = _states(tmp_path)
    files = ("--terraform", state, "--terraform", shown)
    written = dayone("import", "write", tmp_path / "a", *files, "-o", "json", api=api.url)
    assert written.code == 0, written
    address = "module.access.aws_ssoadmin_permission_set.of_ours"
    assert written.json()["terraform"] == {
        "sets": {"Sail": address},
        "groups": {"crew": "aws_identitystore_group.crew"},
        "users": {},
        "rows": ['module.access.aws_ssoadmin_account_assignment.of_ours["pier"]'],
        "stale": ["module.access.aws_identitystore_group_membership.of_ours[0]"],
    }
    assert f"# Terraform manages it as {address}\n" in (tmp_path / "a" / "permission-sets.yaml").read_text()
    assert "# Terraform manages it as aws_identitystore_group.crew\n" in (tmp_path / "a" / "groups.yaml").read_text()
    api.tell("GET /v1/inventory/resources", *_pages())
    told = dayone("import", "write", tmp_path / "b", *files, api=api.url)
    assert "Terraform manages 1 permission set, 1 group, 0 users, 1 membership or assignment" in told.out
    assert "Terraform has 1 that the inventory has not read" in told.out


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"resources": [{"mode": "managed"}]}'])
def test_what_is_no_state_of_terraform_is_refused(api: CliApi, tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text)
    ended = dayone("import", "write", tmp_path / "a", "--terraform", file, api=api.url)
    assert ended.code == 2, ended
    assert not (tmp_path / "a").exists()


def _verified(api: CliApi, tmp_path: Path, plan: dict[str, Any], *words: str) -> Ended:
    """Verify what was written, when Day One would do this."""
    assert dayone("import", "write", tmp_path / "policy", api=api.url).code == 0
    api.tell("GET /v1/inventory/resources", *_pages())
    api.tell("POST /v1/plan", plan)
    return dayone("import", "verify", tmp_path / "policy", *words, api=api.url)


def test_a_plan_that_takes_on_what_exists_is_empty(api: CliApi, tmp_path: Path) -> None:
    group = "exists with every part as wanted, and would be taken on"
    plan = _plan((CREATED[0], group), (CREATED[1], "exists, and would be taken on"))
    ended = _verified(api, tmp_path, plan)
    assert ended.code == 0, ended
    assert "4 memberships and assignments as they are" in ended.out
    assert "Day One would change nothing in Identity Center: 2 operations take on what exists." in ended.out


@pytest.mark.parametrize(
    ("plan", "named"),
    [
        (_plan((CREATED[1], None)), CREATED[1]),
        (_plan(("delete-membership person:e-2 membership/crew", None)), "delete-membership person:e-2"),
        (_plan(counts={"update-permission-set": 2}), "2 times update-permission-set"),
        (_plan(counts={"create-membership": 9}, truncated=9, truncated_new=3), "3 operations more"),
        (_plan(errors=["policy.yaml:3: matches nothing"]), "matches nothing"),
        (_plan(complete=False), "not everybody"),
    ],
    ids=["given", "taken", "not listed", "cut", "refused", "not all"],
)
def test_a_plan_that_does_anything_else_is_named(api: CliApi, tmp_path: Path, plan: dict[str, Any], named: str) -> None:
    ended = _verified(api, tmp_path, plan)
    assert ended.code == 1
    assert named in ended.err
    assert "nothing in Identity Center" not in ended.out


def test_what_waits_for_a_decision_changes_nothing_and_is_counted(api: CliApi, tmp_path: Path) -> None:
    left = "exists, and would be left as it is: it differs"
    assignment = f"create-assignment account:{ACCOUNT} assignment/Sail/crew"
    ended = _verified(api, tmp_path, _plan((CREATED[0], left), (CREATED[1], None), (assignment, None)), "-o", "json")
    assert ended.code == 0, ended
    plan = ended.json()["plan"]
    assert plan == {"adopted": 0, "undecided": [*CREATED, assignment], "unlisted": 0, "changes": []}
