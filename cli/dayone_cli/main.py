"""The `dayone` command with everything below it."""

import errno
import os
import sys
from contextlib import suppress
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from dayone_cli.commands import (
    access,
    accounts,
    api,
    audit,
    changes,
    dead_letters,
    drift,
    events,
    grants,
    hr,
    inventory,
    people,
    policy,
    recover,
    setup,
    sign_in,
    status,
    take_over,
    teardown,
)
from dayone_cli.help import with_examples, write_groups

_EXIT_CODES = (
    "Exit codes: 0 success, 1 failed, held or not valid, 2 wrong usage, 3 rejected by the API or AWS, "
    "4 not reachable or busy, 5 no credentials or not allowed, 6 not finished before --timeout, 130 stopped by Ctrl-C."
)

# Whoever read the output has stopped, as `| head` does, or the disk it goes to is full.
_UNWRITTEN = frozenset({errno.EPIPE, errno.ENOSPC, errno.EDQUOT})


class _NothingEmpty(TyperGroup):
    """The whole command; an empty argument, as of an unset variable, is wrong usage wherever it stands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer does not publish the type
        for before, word in zip(["", *args], args, strict=False):
            name, equals, value = word.partition("=") if word.startswith("--") else ("", "=", word)
            if equals and not value.strip():
                option = name or (before if before.startswith("-") else "")
                raise typer.BadParameter(
                    f"{option or 'an argument'} is empty: give it a value, or leave it out", ctx=ctx
                )
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002 - typer does not publish them
        write_groups(self.commands, formatter)


def _print_version(is_asked: bool) -> None:  # noqa: FBT001 - typer hands it over by position
    if is_asked:
        from dayone import RELEASE

        typer.echo(f"dayone {RELEASE}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the release of the command.")
]


def _top(*, version: Version = False) -> None:
    """Keep access to AWS equal to HR records and policy."""


def build() -> typer.Typer:
    """Build the whole command, which is the same each time."""
    app = typer.Typer(
        name="dayone",
        cls=_NothingEmpty,
        help="Keep access to AWS equal to HR records and policy.",
        epilog=_EXIT_CODES,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_top)
    app.add_typer(setup.app, name="setup")
    app.add_typer(policy.app, name="policy")
    app.add_typer(take_over.app, name="import")
    app.add_typer(people.app, name="people")
    app.add_typer(accounts.app, name="accounts")
    app.add_typer(grants.app, name="grants")
    app.add_typer(access.app, name="access")
    app.add_typer(changes.app, name="changes")
    app.add_typer(audit.app, name="audit")
    app.add_typer(inventory.app, name="inventory")
    app.add_typer(drift.app, name="drift")
    app.add_typer(dead_letters.app, name="dead-letters")
    app.add_typer(dead_letters.notifications, name="notifications")
    app.add_typer(events.app, name="events")
    app.add_typer(hr.app, name="hr")
    for part in (status, recover, teardown, sign_in, api):
        part.register(app)
    return with_examples(app)


def main() -> None:
    """Run `dayone`; output that cannot be written ends it without a traceback."""
    try:
        try:
            build()()
        finally:
            sys.stdout.flush()
    except OSError as error:
        if error.errno not in _UNWRITTEN:
            raise
        if error.errno != errno.EPIPE:
            with suppress(OSError):
                sys.stderr.write(f"The output cannot be written: {error.strerror}\n")
        # What is still in the buffers is not tried again when the interpreter ends, which would end with 120.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere, stream.fileno())
        sys.exit(1)
