"""`dayone grants`: access for a while, for a reason that is kept."""

from collections.abc import Mapping
from typing import Annotated

import typer

from dayone_cli.api_client import path
from dayone_cli.inputs.choices import grant_states
from dayone_cli.inputs.moments import moment_to_come
from dayone_cli.output.following import FollowIt, Timeout, follow
from dayone_cli.output.lists import USUAL, Limit, facts, members, show_list
from dayone_cli.run import Run, command

app = typer.Typer(help="Give, extend and end temporary access, with a recorded reason.")

_GRANTS = "/v1/grants"

Grant = Annotated[str, typer.Argument(help="The id of a grant.")]
Until = Annotated[
    str, typer.Option(help="When access ends: a time in ISO 8601, or a duration from now such as 30m, 8h or 5d.")
]
Person = Annotated[str, typer.Option(help="A person's id, user name, e-mail address or full name.")]
Group = Annotated[str, typer.Option(help="A group's key in the policy.")]
Account = Annotated[str, typer.Option(help="An account's id or name.")]


@command(app, "add")
def add(
    run: Run,
    reason: Annotated[str, typer.Option(help="Why access is given; recorded, and shown with the access.")],
    until: Until,
    person: Person = "",
    group: Group = "",
    account: Account = "",
    permission_set: Annotated[str, typer.Option(help="A permission set's key in the policy; needs --account.")] = "",
    since: Annotated[
        str, typer.Option("--from", help="When access begins, in the form of --until; default: now.")
    ] = "",
    ticket: Annotated[str, typer.Option(help="The ticket of the request.")] = "",
    *,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Add a person to a group, or assign a permission set in an account to a person or group, until a given time."""
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
    state: Annotated[
        str,
        typer.Option(
            autocompletion=grant_states, help="Only grants in this state: scheduled, active, ended or refused."
        ),
    ] = "",
    limit: Limit = USUAL,
) -> None:
    """List temporary access (grants)."""
    what = ("state", "person", "group", "account", "permission_set", "from", "until", "reason", "ticket")
    columns, row = ("grant", *what, "by"), members("id", *what, "granted_by")
    query = {"person": person, "account": account, "state": state}
    show_list(run, _GRANTS, "grants", columns=columns, row=row, query=query, limit=limit)


@command(app, "show")
def show(run: Run, grant: Grant) -> None:
    """Print a grant."""
    run.show(run.api.read(path("v1", "grants", grant)), facts)


@command(app, "extend")
def extend(run: Run, grant: Grant, until: Until, *, follow_it: FollowIt = True, timeout: Timeout = 0.0) -> None:
    """Extend a grant until a later time."""
    body = {"until": moment_to_come(until)}
    follow(
        run, run.api.write("POST", path("v1", "grants", grant, "extend"), body), follow_it=follow_it, timeout=timeout
    )


@command(app, "end")
def end(
    run: Run,
    grant: Grant,
    reason: Annotated[str, typer.Option(help="Why it ends early; recorded.")] = "",
    *,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """End a grant now and revoke the access it gives."""
    body = {"reason": reason} if reason else None
    follow(run, run.api.write("POST", path("v1", "grants", grant, "end"), body), follow_it=follow_it, timeout=timeout)


def _what(**said: str) -> Mapping[str, Mapping[str, str]]:
    """Return a membership without an account, else an assignment; the API reports missing members."""
    named = {name: value for name, value in said.items() if value}
    return {"assignment" if "account" in named or "permission_set" in named else "membership": named}
