"""docs/cli.md, made of the command itself: `python -m dayone_cli.reference` prints it."""

import sys
from collections.abc import Iterator
from typing import Any

import typer.main

from dayone_cli.main import build

_INTRODUCTION = """# The `dayone` command

A client of the [HTTP API](api.md), and of AWS where somebody signs in or sets Day One up. `make setup` puts it into
`.venv/bin`. Elsewhere, with Python 3.13 and from a checkout:

```
python3.13 -m venv ~/.dayone
~/.dayone/bin/pip install --require-hashes --requirement requirements/cli.txt
~/.dayone/bin/pip install --no-deps .
```

`dayone --install-completion` completes commands in your shell.

**Whom it asks.** The stack `dayone` in the Region of your AWS profile: its outputs say where the API is. `--stack`
names another, `--api` or `DAYONE_API` an address without a stack. Requests are signed with the usual AWS credentials:
the environment, `--profile`, an SSO session, or a role. The caller needs `execute-api:Invoke`, and
`cloudformation:DescribeStacks` unless the address is said.

**What it prints.** Tables on a terminal; the same in plain columns, without colours and never cut, when it is piped;
`--output json`, or `DAYONE_OUTPUT=json`, for programs. What goes wrong is on stderr: the title, the detail and the
findings of the API's problem document, or with `--output json` that document. `NO_COLOR` switches colours off.

**How it ends.**

| exit code | means |
|---|---|
| 0 | done, and the answer is good |
| 1 | the answer is no: mistakes in a policy, a change that failed or is held, a broken log, something set up wrongly |
| 2 | the command was mistyped, or a file cannot be read |
| 3 | the API, or AWS, refuses the request (4xx) |
| 4 | nobody answers, or it is busy (5xx, too many requests), also after trying again |
| 5 | no credentials, or they do not allow it (401, 403) |
| 6 | what was watched is not over after `--timeout` seconds, and goes on |

A write carries one `Idempotency-Key` over all its tries, so trying again never does it twice. What is answered 429 or
503 is tried four times, as far apart as `Retry-After` says. What leads to a change is watched until that is over;
`--no-watch` only names the change.

Every command that asks Day One or AWS also takes:
"""


def reference() -> str:
    """The page as Markdown; the same for the same command."""
    top: Any = typer.main.get_command(build())
    shared = _shared(top)
    lines = [_INTRODUCTION, *_table(shared.values())]
    for words, command in _commands(top, ("dayone",)):
        own = [one for one in command.params if one.name not in {*shared, "help"}]
        lines += ["", f"## `{_usage(words, own)}`", "", command.help, *_described(own)]
    return "\n".join(lines) + "\n"


def _commands(group: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401 - typer's
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from _commands(command, (*words, name))
        else:
            yield (*words, name), command


def _shared(top: Any) -> dict[str, Any]:  # noqa: ANN401 - typer's
    found = [{one.name: one for one in command.params} for _, command in _commands(top, ())]
    return {name: one for name, one in found[0].items() if name != "help" and all(name in each for each in found)}


def _usage(words: tuple[str, ...], own: list[Any]) -> str:
    arguments = [_argument(one) for one in own if one.param_type_name == "argument"]
    needed = [f"{one.opts[0]} …" for one in own if one.param_type_name == "option" and one.required]
    return " ".join([*words, *arguments, *needed])


def _argument(one: Any) -> str:  # noqa: ANN401 - typer's
    name = one.name.upper() + ("…" if one.nargs == -1 else "")
    return name if one.required else f"[{name}]"


def _described(own: list[Any]) -> list[str]:
    return ["", *_table(own)] if own else []


def _table(parameters: Any) -> list[str]:  # noqa: ANN401 - typer's
    return ["| | |", "|---|---|", *(f"| {_called(one)} | {_says(one)} |" for one in parameters)]


def _called(one: Any) -> str:  # noqa: ANN401 - typer's
    if one.param_type_name == "argument":
        return f"`{one.name.upper()}`"
    return ", ".join(f"`{name}`" for name in (*one.opts, *one.secondary_opts))


def _says(one: Any) -> str:  # noqa: ANN401 - typer's
    usual = one.default if isinstance(one.default, str | int) and not isinstance(one.default, bool) else ""
    more = [f"`{one.envvar}`" if one.envvar else "", f"`{usual}` if left out" if usual else ""]
    return " ".join([one.help or "", *(f"({text})" for text in more if text)])


if __name__ == "__main__":
    sys.stdout.write(reference())
