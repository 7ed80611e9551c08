"""`dayone grants`: access for a while, for a reason that is kept."""

from collections.abc import Mapping
from typing import Annotated

import typer

from dayone_cli.api_client import path
from dayone_cli.following import FollowIt, Timeout, follow
from dayone_cli.lists import USUAL, Limit, facts, members, show_list
from dayone_cli.moments import moment_to_come
from dayone_cli.run import Run, command

app = typer.Typer(help="Access for a while, for a reason that is kept.")

_GRANTS = "/v1/grants"

Grant = Annotated[str, typer.Argument(help="The id of a grant.")]
Until = Annotated[str, typer.Option(help="A time in ISO 8601, or how long from now: 30m, 8h, 5d.")]
Person = Annotated[str, typer.Option(help="A person's id.")]
Group = Annotated[str, typer.Option(help="A group of the policy.")]
Account = Annotated[str, typer.Option(help="An account's id.")]


@command(app, "add")
def add(
    run: Run,
    reason: Annotated[str, typer.Option(help="Why; it is kept, and shown wherever the access is.")],
    until: Until,
    person: Person = "",
    group: Group = "",
    account: Account = "",
    permission_set: Annotated[str, typer.Option(help="A permission set of the policy, with --account.")] = "",
    since: Annotated[str, typer.Option("--from", help="When it begins, as --until; else now.")] = "",
    ticket: Annotated[str, typer.Option(help="The ticket it was asked for in.")] = "",
    *,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Put a person in a group, or give a person or group a permission set in an account, until a time."""
    wanted = {
        **_what(person=person, group=group, account=account, permission_set=permission_set),
        "reason": reason,
        "until": moment_to_come(until),
        **({"from": moment_to_come(since)} if since else {}),
        **({"ticket": ticket} if ticket else {}),
    }
    follow(run, run.api.write("POST", _GRANTS, wanted), follow_it=follow_it, timeout=timeout)


@command(app, "list")
def list_grants(
    run: Run,
    person: Person = "",
    account: Account = "",
    state: Annotated[str, typer.Option(help="scheduled, active, ended or refused.")] = "",
    limit: Limit = USUAL,
) -> None:
    """List grants."""
    what = ("state", "person", "group", "account", "permission_set", "from", "until", "reason", "ticket")
    columns, row = ("grant", *what, "by"), members("id", *what, "granted_by")
    query = {"person": person, "account": account, "state": state}
    show_list(run, _GRANTS, "grants", columns=columns, row=row, query=query, limit=limit)


@command(app, "show")
def show(run: Run, grant: Grant) -> None:
    """Print one grant."""
    run.show(run.api.read(path("v1", "grants", grant)), facts)


@command(app, "extend")
def extend(run: Run, grant: Grant, until: Until, *, follow_it: FollowIt = True, timeout: Timeout = 0.0) -> None:
    """Let a grant last until another time."""
    body = {"until": moment_to_come(until)}
    follow(
        run, run.api.write("POST", path("v1", "grants", grant, "extend"), body), follow_it=follow_it, timeout=timeout
    )


@command(app, "end")
def end(
    run: Run,
    grant: Grant,
    because: Annotated[str, typer.Option(help="Why it ends before its time.")] = "",
    *,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """End a grant now."""
    body = {"because": because} if because else None
    follow(run, run.api.write("POST", path("v1", "grants", grant, "end"), body), follow_it=follow_it, timeout=timeout)


def _what(**said: str) -> Mapping[str, Mapping[str, str]]:
    """A membership when there is no account, else an assignment; the API says what is missing."""
    named = {name: one for name, one in said.items() if one}
    return {"assignment" if "account" in named or "permission_set" in named else "membership": named}
