"""The `dayone` command with everything below it."""

import typer

from dayone_cli.commands import (
    access,
    accounts,
    api,
    audit,
    changes,
    dead_letters,
    events,
    grants,
    people,
    policy,
    setup,
    sign_in,
)

_EXIT_CODES = (
    "Exit codes: 0 success, 1 failed, held or not valid, 2 wrong usage, 3 rejected by the API or AWS, "
    "4 not reachable or busy, 5 no credentials or not allowed, 6 not finished before --timeout."
)


def build() -> typer.Typer:
    """The whole command, which is the same each time."""
    app = typer.Typer(
        name="dayone",
        help="Keep access to AWS equal to HR records and policy.",
        epilog=_EXIT_CODES,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.add_typer(setup.app, name="setup")
    app.add_typer(policy.app, name="policy")
    app.add_typer(people.app, name="people")
    app.add_typer(accounts.app, name="accounts")
    app.add_typer(grants.app, name="grants")
    app.add_typer(access.app, name="access")
    app.add_typer(changes.app, name="changes")
    app.add_typer(audit.app, name="audit")
    app.add_typer(dead_letters.app, name="dead-letters")
    app.add_typer(events.app, name="events")
    sign_in.register(app)
    api.register(app)
    return app


def main() -> None:
    """What `dayone` runs."""
    build()()
