"""Manners of the `dayone` command: ids stay whole, examples, groups, completed choices, and what Ctrl-C says."""

import io
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from typer._completion_classes import BashComplete

from dayone.model.changes import CauseKind, ChangeState
from dayone.model.failures import LetterQueue
from dayone.model.grants import GrantState
from dayone.model.inventory import DriftKind
from dayone.model.people import Status
from dayone_cli.api_client import ApiClient
from dayone_cli.help import EXAMPLES, GROUPS
from dayone_cli.main import build
from dayone_cli.output.screen import Screen, Sheet
from tests.unit.cli.test_cli_screen import Terminal, printed
from tests.unit.cli_api import CliApi, running
from tests.unit.cli_runs import dayone

COMMAND: Any = typer.main.get_command(build())
CHANGE, ARN = "01KAR3N6M0Q4WZ3S7T1YJ5V8XD", "arn:aws:sso:::permissionSet/ssoins-7223b02bd1a0e3bf/ps-0123456789abcdef"
REASON = "department is Engineering, employment is employee (policy.yaml:8); the account is in /Workloads/Dev"
WIDE = Sheet(
    columns=("change", "state", "account", "name", "permission set", "reason"),
    rows=[(CHANGE, "failed", "111122223333", "shop-dev", ARN, REASON), (CHANGE, "held", "444455556666", "", ARN, "")],
)


def _shown(sheet: Sheet, monkeypatch: pytest.MonkeyPatch, *, columns: int, is_wide: bool = False) -> list[str]:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(columns))
    screen = Screen(out=Terminal(), err=io.StringIO(), is_wide=is_wide)
    screen.show({}, lambda _: sheet)
    return re.sub("\x1b" + r"\[[\d;]*m", "", printed(screen)).splitlines()


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 120, 200, 400])
def test_no_id_is_broken_however_narrow_the_terminal_is(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = _shown(WIDE, monkeypatch, columns=columns)
    text = "\n".join(lines)
    assert [text.count(name) for name in (CHANGE, ARN, "111122223333", "444455556666")] == [2, 2, 1, 1]
    for word in REASON.split():
        assert word in text
    # Only a word that is longer than the terminal is wide is longer than a line.
    assert not [line for line in lines if len(line) > columns and len(line.split()[-1]) + 16 < columns]


def test_a_table_that_is_too_wide_is_a_block_of_lines_for_each_row(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _shown(WIDE, monkeypatch, columns=60)[:7] == [
        f"CHANGE          {CHANGE}",
        "STATE           failed",
        "ACCOUNT         111122223333",
        "NAME            shop-dev",
        f"PERMISSION SET  {ARN}",
        "REASON          department is Engineering, employment is",
        "                employee (policy.yaml:8); the account is in",
    ]


def test_a_table_that_fits_with_its_sentences_wrapped_stays_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = Sheet(columns=("change", "reason"), rows=[(CHANGE, REASON), (CHANGE, "x")])
    lines = _shown(sheet, monkeypatch, columns=60)
    assert lines[0].split() == ["CHANGE", "REASON"]
    assert (max(map(len, lines)) <= 60, len(lines)) == (True, 6)


def test_wide_prints_a_row_on_one_line_whatever_the_terminal_is(monkeypatch: pytest.MonkeyPatch) -> None:
    head, first, second = _shown(WIDE, monkeypatch, columns=40, is_wide=True)
    assert (head.split()[0], first.split()[-1], second.split()[0]) == ("CHANGE", "/Workloads/Dev", CHANGE)
    assert REASON in first


@pytest.fixture
def api() -> Iterator[CliApi]:
    with running() as cli_api:
        yield cli_api


def test_every_command_has_the_option(api: CliApi) -> None:
    api.tell("GET /v1/me", {"arn": "arn:aws:iam::111122223333:user/ada", "principal": "ada"})
    assert dayone("me", "--wide", api=api.url).code == 0


def _commands(group: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer's
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


COMMANDS = dict(_commands(COMMAND))


@pytest.mark.parametrize(("words", "command"), COMMANDS.items(), ids=COMMANDS)
def test_the_help_of_a_command_has_an_example_that_can_be_typed(words: str, command: Any) -> None:  # noqa: ANN401
    shown = dayone(*words.split(), "-h").out
    assert f"Example:\n    {EXAMPLES[words]}\n" in shown
    typed = shlex.split(EXAMPLES[words].removeprefix('eval "$(').removesuffix(')"'))
    assert typed[: len(words.split()) + 1] == ["dayone", *words.split()]
    # Raises for an option or an argument that there is not.
    command.make_context(words, typed[len(words.split()) + 1 :])


def test_every_command_is_in_one_group_of_the_help() -> None:
    names = [name for group in GROUPS.values() for name in group]
    assert sorted(names) == sorted(COMMAND.commands)
    shown = dayone("--help").out
    assert all(f"\n{title}:\n" in shown for title in GROUPS)


CHOICES: dict[str, list[str]] = {
    "changes list --state": [*ChangeState],
    "changes list --cause": [*CauseKind],
    "grants list --state": [*GrantState],
    "drift list --kind": [*DriftKind],
    "people list --status": [*Status],
    "dead-letters list --queue": [*LetterQueue],
    "access report --managed": ["true", "false", "any"],
    "status --output": ["table", "json"],
    "api": ["GET", "POST", "PUT"],
}


@pytest.mark.parametrize("words", CHOICES)
def test_a_shell_completes_what_is_from_a_list(words: str) -> None:
    complete = BashComplete(COMMAND, {}, "dayone", "_DAYONE_COMPLETE")
    assert [each.value for each in complete.get_completions(words.split(), "")] == CHOICES[words]
    beginning = CHOICES[words][0][:2]
    assert {each.value for each in complete.get_completions(words.split(), beginning)} == {
        value for value in CHOICES[words] if value.startswith(beginning)
    }


def _stop(*_: object, **__: object) -> None:
    """Press Ctrl-C at the first read."""
    raise KeyboardInterrupt


def test_ctrl_c_says_that_the_change_goes_on_and_how_to_return(api: CliApi, monkeypatch: pytest.MonkeyPatch) -> None:
    api.tell("POST /v1/accounts/discover", {"change": CHANGE, "href": f"/v1/changes/{CHANGE}"})
    monkeypatch.setattr(ApiClient, "read", _stop)
    ended = dayone("accounts", "discover", api=api.url)
    assert ended.code == 130
    assert ended.err.splitlines()[-1] == (
        f"Stopped watching change {CHANGE}: it continues without you; return with `dayone changes watch {CHANGE}`"
    )


def test_ctrl_c_anywhere_else_says_where_to_see_what_was_accepted(api: CliApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ApiClient, "read", _stop)
    ended = dayone("people", "list", api=api.url)
    assert ended.code == 130
    assert ended.err.startswith("Stopped: what Day One has accepted continues: `dayone changes list` has it")
