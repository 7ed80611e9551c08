"""The files for pipelines are what GitHub and GitLab read, and every `dayone` in them is one that the command takes."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.core import TyperGroup

from dayone_cli.main import build
from tests.project.repository import ROOT, template

_FOLDER = ROOT / "docs" / "ci"
_GITHUB, _GITLAB = _FOLDER / "github-actions.yml", _FOLDER / "gitlab-ci.yml"
_GUIDE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
_ENDS_A_COMMAND = re.compile(r"\s*(?:2?>|\||&&|;)")
# What typer raises for whatever it cannot parse; it has no name of its own for it.
_Mistyped: Any = typer.BadParameter.__base__


@pytest.mark.parametrize(
    ("file", "schema"),
    [
        (_GITHUB, ["vendor.github-workflows"]),
        (_GITHUB, ["custom.github-workflows-require-timeout"]),
        (_GITLAB, ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
    ],
    ids=str,
)
def test_it_fits_the_schema_that_is_published(file: Path, schema: list[str]) -> None:
    assert _checked(file, *schema).returncode == 0


def test_a_file_that_does_not_fit_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(_GITHUB.read_text(encoding="utf-8").replace("runs-on:", "runs-at:"))
    assert _checked(wrong, "vendor.github-workflows").returncode == 1


@pytest.mark.parametrize("file", [_GITHUB, _GITLAB], ids=lambda entry: entry.stem)
def test_the_command_takes_every_dayone_in_it(file: Path) -> None:
    typed = list(_typed(file))
    assert {" ".join(entries[:2]) for entries in typed} == {"policy check", "policy plan", "policy apply"}
    for arguments in typed:
        _parse(arguments)


@pytest.mark.parametrize("typed", ["policy plan --out json policy", "policy plans policy", "policy plan"])
def test_what_the_command_does_not_take_is_found(typed: str) -> None:
    with pytest.raises(_Mistyped):
        _parse(typed.split())


@pytest.mark.parametrize("file", [_GITHUB, _GITLAB], ids=lambda entry: entry.stem)
def test_it_holds_no_key_and_every_variable_that_it_asks_for_is_in_the_guide(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert "secrets." not in text
    asked = set(re.findall(r"\bDAYONE_\w+|\bAWS_REGION\b", text))
    assert asked
    assert {name for name in asked if f"`{name}`" not in _GUIDE} == set()


def test_only_the_job_for_the_merge_gets_the_role_that_puts_policies_in_force() -> None:
    jobs: dict[str, Any] = yaml.safe_load(_GITHUB.read_text(encoding="utf-8"))["jobs"]
    roles = {name: re.findall(r"vars\.(DAYONE_\w+_ROLE)", str(job)) for name, job in jobs.items()}
    assert roles == {"plan": ["DAYONE_PLAN_ROLE"], "apply": ["DAYONE_APPLY_ROLE"]}
    assert "push" in jobs["apply"]["if"]
    read: dict[str, Any] = yaml.safe_load(_GITLAB.read_text(encoding="utf-8"))
    assert [read[name]["variables"]["ROLE"] for name in ("plan", "apply")] == [
        "$DAYONE_PLAN_ROLE",
        "$DAYONE_APPLY_ROLE",
    ]


def test_the_roles_have_policies_that_the_stack_has() -> None:
    roles = template("docs/ci/roles.yaml")
    named = {entry for entry in roles["Parameters"] if entry.endswith("PolicyArn")}
    assert named == {"ReadPolicyArn", "AdministerPolicyArn"}
    assert named <= template()["Outputs"].keys()
    # Starting cfn-lint takes as long as all of its work, so `make check` has it check this template with the others.
    checked = re.search(r"^check-template:\n\t\S+cfn-lint (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert checked
    assert "docs/ci/roles.yaml" in checked[1].split()


def _checked(file: Path, *schema: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the project's own files
        [_tool("check-jsonschema"), "--builtin-schema", *schema, str(file)],
        capture_output=True,
        text=True,
        check=False,
    )


def _tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def _typed(file: Path) -> Iterator[list[str]]:
    """Yield the arguments of each `dayone` at the beginning of a line of a script."""
    for line in _lines(yaml.safe_load(file.read_text(encoding="utf-8"))):
        if line.startswith("dayone "):
            yield shlex.split(_ENDS_A_COMMAND.split(line)[0])[1:]


def _lines(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield from (line.strip() for line in part.splitlines())
    elif isinstance(part, dict | list):
        for entry in part.values() if isinstance(part, dict) else part:
            yield from _lines(entry)


def _parse(arguments: list[str]) -> None:
    """Parse as the command does, without carrying anything out."""
    command: Any = typer.main.get_command(build())
    context: Any = None
    name: str | None = "dayone"
    while isinstance(command, TyperGroup):
        context = command.make_context(name, list(arguments), parent=context)
        name, command, arguments = command.resolve_command(context, arguments)
    command.make_context(name, arguments, parent=context)
