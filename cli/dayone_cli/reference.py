"""docs/cli.md, made of the command itself: `python -m dayone_cli.reference` prints it."""

import sys
from collections.abc import Iterator
from typing import Any

import typer.main

from dayone_cli.help import EXAMPLES
from dayone_cli.main import build

_INTRODUCTION = """# The `dayone` command

A client of the [HTTP API](api.md), and of AWS for signing in and for checking the setup. `make setup` puts it into
`.venv/bin`. Elsewhere, with Python 3.13 and from a checkout:

```
python3.13 -m venv ~/.dayone
~/.dayone/bin/pip install --require-hashes --requirement requirements/cli.txt
~/.dayone/bin/pip install --no-deps .
```

`dayone --install-completion` completes commands in your shell, and the values of options that are from a list.

**Which API it calls.** That of the stack `dayone` in the Region of your AWS profile, from the stack's outputs.
`--stack` names another stack; `--api` or `DAYONE_API` gives a URL without a stack. `--stack` beside `DAYONE_API`, and
`--region` beside a URL in another Region, end with 2. Requests are signed with the usual AWS credentials: the
environment, `--profile`, an SSO session, or a role. The caller needs `execute-api:Invoke`, and
`cloudformation:DescribeStacks` unless the URL is given.

**What it prints.** Tables on a terminal. No id, name or ARN is broken there: where a table is too wide, each row
becomes a block of lines, and `--wide` prints it on one line. The same in plain columns, without colours and never cut,
when it is piped;
`--output json`, or `DAYONE_OUTPUT=json`, for programs. Errors are on stderr: the title, the detail and the
findings of the API's problem document, or with `--output json` that document. `NO_COLOR` switches colours off.

**Confirmation.** `policy apply`, `policy rollback`, `changes approve` and `people end` show what they will change or
remove, and ask; the default answer is no. `--yes` does not ask. Without `--yes` and without an answer on stdin, nothing
is changed and the exit code is 1.

**An empty argument** (`--person ""`, as of a variable of a script that is not set) is wrong usage, whichever it is:
left out, it would ask about everybody. The API answers 400 to an empty parameter of a query.

**Exit codes.**

| exit code | means |
|---|---|
| 0 | success |
| 1 | mistakes in a policy, a change that failed or is held, a broken audit log, a wrong setup, or not confirmed |
| 2 | wrong usage, or a file cannot be read |
| 3 | the API, or AWS, rejects the request (4xx) |
| 4 | the API or AWS cannot be reached, or is busy (5xx, too many requests), also after retries |
| 5 | no credentials, or they do not allow the request (401, 403) |
| 6 | the change has not ended after `--timeout` seconds, and continues |
| 130 | Ctrl-C: what was accepted continues, and stderr has the command that returns to it |

A write carries the same `Idempotency-Key` in all its tries, so a retry never applies it twice. A request answered with
429 or 503 is sent up to four times, at the interval given by `Retry-After`. A command that starts a change watches it
until it ends; `--no-watch` only prints its id.

Every command that calls Day One or AWS also takes:
"""


def reference() -> str:
    """Return the page as Markdown; the same for the same command."""
    top: Any = typer.main.get_command(build())
    shared = _shared(top)
    lines = [_INTRODUCTION, *_table(shared.values())]
    for words, command in _commands(top, ("dayone",)):
        own = [entry for entry in command.params if entry.name not in {*shared, "help"}]
        lines += [
            "",
            f"## `{_usage(words, own)}`",
            "",
            command.help,
            "",
            f"For example: `{EXAMPLES[' '.join(words[1:])]}`",
            *_described(own),
        ]
    return "\n".join(lines) + "\n"


def _commands(group: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401 - typer's
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from _commands(command, (*words, name))
        else:
            yield (*words, name), command


def _shared(top: Any) -> dict[str, Any]:  # noqa: ANN401 - typer's
    found = [{entry.name: entry for entry in command.params} for _, command in _commands(top, ())]
    return {name: entry for name, entry in found[0].items() if name != "help" and all(name in each for each in found)}


def _usage(words: tuple[str, ...], own: list[Any]) -> str:
    arguments = [_argument(entry) for entry in own if entry.param_type_name == "argument"]
    needed = [f"{entry.opts[0]} …" for entry in own if entry.param_type_name == "option" and entry.required]
    return " ".join([*words, *arguments, *needed])


def _argument(entry: Any) -> str:  # noqa: ANN401 - typer's
    name = entry.name.upper() + ("…" if entry.nargs == -1 else "")
    return name if entry.required else f"[{name}]"


def _described(own: list[Any]) -> list[str]:
    return ["", *_table(own)] if own else []


def _table(parameters: Any) -> list[str]:  # noqa: ANN401 - typer's
    return ["| | |", "|---|---|", *(f"| {_called(entry)} | {_says(entry)} |" for entry in parameters)]


def _called(entry: Any) -> str:  # noqa: ANN401 - typer's
    if entry.param_type_name == "argument":
        return f"`{entry.name.upper()}`"
    return ", ".join(f"`{name}`" for name in (*entry.opts, *entry.secondary_opts))


def _says(entry: Any) -> str:  # noqa: ANN401 - typer's
    usual = entry.default if isinstance(entry.default, str | int) and not isinstance(entry.default, bool) else ""
    more = [f"`{entry.envvar}`" if entry.envvar else "", f"`{usual}` by default" if usual else ""]
    return " ".join([entry.help or "", *(f"({text})" for text in more if text)])


if __name__ == "__main__":
    sys.stdout.write(reference())
