"""Every command that a document names exists, with its options: in fences and in the middle of a sentence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import typer.main
from awscli import clidriver  # type: ignore[import-untyped]

from dayone_cli.main import build
from tests.project.repository import ROOT, files, shown

_CODE = re.compile(r"^ *```[a-z]*\n(?P<fence>.*?)^ *```$|`(?P<inline>[^`\n]+)`", flags=re.DOTALL | re.MULTILINE)
_BEGINS = r"(?:^|[|;&(]|\b(?:until|while|do|if|then|else|!|\$)) *"
_COMMAND = re.compile(rf"{_BEGINS}(?P<program>make|aws|dayone) (?P<rest>[^|;&)#\n]*)", flags=re.MULTILINE)
_OPTION = re.compile(r"--[a-z][a-z-]*")
_MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
_TARGETS = set(re.findall(r"^([a-z][a-z-]*):", _MAKEFILE, flags=re.MULTILINE))
_VARIABLES = set(re.findall(r"\$\((?:or \$\(|if \$\(|addprefix [^,]*,\$\()?([A-Z_]+)\b", _MAKEFILE)) | {"PYTHON"}
# Of the AWS CLI of version 2, which this project has on some machines only; it is named for those who have it.
_OF_VERSION_2 = {("sso", "login"), ("configure", "export-credentials")}


@dataclass(frozen=True, kw_only=True)
class Named:
    """A command as a document has it: its program and the words after it, without what is quoted in them."""

    page: str
    program: str
    words: tuple[str, ...]

    @property
    def plain(self) -> list[str]:
        """The words before the first that is neither lower case nor part of a name: options and arguments."""
        end = next((i for i, word in enumerate(self.words) if not re.fullmatch("[a-z][a-z0-9-]*", word)), None)
        return list(self.words[:end])

    @property
    def options(self) -> set[str]:
        """The long options, without their values."""
        return {found[0] for word in self.words if (found := _OPTION.match(word))}


def commands(text: str, *, page: str) -> Iterator[Named]:
    """All commands of a page, each line that goes on in the next one taken as one."""
    for code in _CODE.finditer(text):
        lines = (code["fence"] or code["inline"]).replace("\\\n", " ")
        unquoted = re.sub(r"\"[^\"]*\"|'[^']*'", "…", lines) if code["fence"] else lines
        for found in _COMMAND.finditer(re.sub(r"<[^<>]*>", "…", unquoted)):
            yield Named(page=page, program=found["program"], words=tuple(found["rest"].split()))


def wrong(command: Named) -> str:
    """Return the mistake in a command, empty if there is none."""
    return {"make": _wrong_make, "aws": _wrong_aws, "dayone": _wrong_dayone}[command.program](command)


def _wrong_make(command: Named) -> str:
    for word in command.words:
        name, is_variable, value = word.partition("=")
        if is_variable and name not in _VARIABLES:
            return f"the Makefile has no variable {name}"
        if name == "NAME" and value and not (ROOT / "benchmarks" / f"{value}.py").exists():
            return f"there is no benchmark {value}"
        if not is_variable and re.fullmatch("[a-z][a-z-]*", word) and word not in _TARGETS:
            return f"the Makefile has no target {word}"
    return ""


def _wrong_dayone(command: Named) -> str:
    existing: Any = _dayone()
    for word in command.plain:
        if not hasattr(existing, "commands"):
            break
        if word not in existing.commands:
            return f"dayone has no command {word} there"
        existing = existing.commands[word]
    options = {name for entry in existing.params for name in (*entry.opts, *entry.secondary_opts)}
    return _unknown(command.options - options - {"--help", "--install-completion"})


def _wrong_aws(command: Named) -> str:
    service, name, waited_for = (*command.plain, "", "", "")[:3]
    if (service, name) in _OF_VERSION_2 or not service:
        return ""
    if service not in _aws():
        return f"the AWS CLI has no service {service}"
    operations = _operations(service)
    if name == "wait":
        operations, name = operations[name].subcommand_table, waited_for
    if name and name not in operations:
        return f"{service} has no command {name}"
    return _unknown(command.options - _shared_by_aws() - set(_options(operations[name]) if name else ()))


def _options(operation: Any) -> Iterator[str]:  # noqa: ANN401 - the AWS CLI has no types
    yield from (f"--{name}" for name in operation.arg_table)
    yield from ("--no-paginate", "--cli-input-json")


def _unknown(options: set[str]) -> str:
    return f"no option {', '.join(sorted(options))}" if options else ""


@cache
def _dayone() -> Any:  # noqa: ANN401 - typer's
    return typer.main.get_command(build())


@cache
def _driver() -> Any:  # noqa: ANN401 - the AWS CLI has no types
    return clidriver.create_clidriver()


@cache
def _aws() -> dict[str, Any]:
    table: dict[str, Any] = _driver()._get_command_table()
    return table


@cache
def _operations(service: str) -> dict[str, Any]:
    existing = _aws()[service]
    # `configure` and `s3` are programs of their own, the others are made of AWS's models.
    build_table = getattr(existing, "_get_command_table", None) or existing._build_subcommand_table
    table: dict[str, Any] = build_table()
    return table


@cache
def _shared_by_aws() -> set[str]:
    return {f"--{name}" for name in _driver()._get_argument_table()}


@pytest.mark.parametrize("page", [shown(path) for path in files(".md")])
def test_the_commands_of_a_page_exist(page: str) -> None:
    named = commands((ROOT / page).read_text(encoding="utf-8"), page=page)
    assert [(command, reason) for command in named if (reason := wrong(command))] == []


def test_many_commands_are_looked_at() -> None:
    named = [command for path in files(".md") for command in commands(path.read_text(encoding="utf-8"), page="")]
    programs = [command.program for command in named]
    assert min(programs.count(program) for program in ("make", "aws", "dayone")) > 20


@pytest.mark.parametrize(
    "text",
    [
        "run `make tset`",
        "`make sandbox RUM=file`",
        "`make bench NAME=nothing`",
        "`dayone chagnes list`",
        "`dayone changes shwo ID`",
        "`dayone changes list --sate held`",
        "`aws sqss list-queues`",
        "`aws sqs list-queue`",
        "`aws sqs list-queues --queue-prefix x`",
        "```sh\nuntil dayone changes list \\\n  --sate held; do sleep 1; done\n```",
        "```sh\nx=$(aws organizations list-rots --query 'Roots[0].Id')\n```",
        "```\nmake tset\n```",
    ],
)
def test_a_command_that_does_not_exist_is_found(text: str) -> None:
    (command,) = commands(text, page="page.md")
    assert wrong(command)
