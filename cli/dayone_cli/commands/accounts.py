"""`dayone accounts`: recorded accounts, access to them, and their refresh."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from dayone_cli.api_client import path
from dayone_cli.inputs.choices import account_states
from dayone_cli.output.following import FollowIt, Timeout, follow, follow_all
from dayone_cli.output.lists import USUAL, Limit, facts, members, show_list
from dayone_cli.output.screen import Sheet
from dayone_cli.output.words import FROM_RECORDS, because, moment
from dayone_cli.run import Run, command

app = typer.Typer(help="List accounts and who has access to them; re-read accounts from Organizations.")

Account = Annotated[str, typer.Argument(help="The account's id, 12 digits, or its name.")]
_AT_ONCE = 100  # as many accounts as the API takes in one request


@command(app, "list")
def list_accounts(
    run: Run,
    state: Annotated[
        str,
        typer.Option(autocompletion=account_states, help="Only accounts in this state, such as ACTIVE or SUSPENDED."),
    ] = "",
    search: Annotated[str, typer.Option(help="Only accounts with this text in their id or name.")] = "",
    limit: Limit = USUAL,
) -> None:
    """List the recorded accounts."""
    columns = ("account", "name", "state", "unit", "tags", "bootstrap", "plan")
    row = members("id", "name", "state", "ou_path", "tags", "bootstrap.state", "progress")
    query = {"state": state, "search": search}
    show_list(run, "/v1/accounts", "accounts", columns=columns, row=row, query=query, limit=limit)


@command(app, "show")
def show(run: Run, account: Account) -> None:
    """Print an account as recorded from Organizations, and the assignments of each permission set in it."""
    run.show(run.api.read(path("v1", "accounts", account)), _account)


@command(app, "access")
def access(run: Run, account: Account) -> None:
    """List who has access to an account as AWS last confirmed it, and the reasons."""
    run.show(run.api.read(path("v1", "accounts", account, "access"), {"limit": "100"}), _access)


@command(app, "bootstrap")
def bootstrap(
    run: Run,
    accounts: Annotated[list[str], typer.Argument(help="Ids or names of accounts.")],
    *,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Re-read accounts from Organizations and create the assignments they lack."""
    follow_all(run, _looked_at(run, accounts), follow_it=follow_it, timeout=timeout)


@command(app, "discover")
def discover(run: Run, *, follow_it: FollowIt = True, timeout: Timeout = 0.0) -> None:
    """Re-read every account of the organisation, find new accounts, and correct the assignments of all of them."""
    follow(run, run.api.write("POST", "/v1/accounts/discover"), follow_it=follow_it, timeout=timeout)


def _looked_at(run: Run, accounts: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    if len(accounts) == 1:
        yield run.api.write("POST", path("v1", "accounts", accounts[0], "bootstrap"))
        return
    for start in range(0, len(accounts), _AT_ONCE):
        yield run.api.write("POST", "/v1/accounts/bootstrap", {"accounts": accounts[start : start + _AT_ONCE]})


def _account(answer: Mapping[str, Any]) -> Sheet:
    sets: list[Mapping[str, Any]] = answer.get("permission_sets", [])
    said = facts({name: entry for name, entry in answer.items() if name != "permission_sets"})
    return Sheet(columns=said.columns, rows=said.rows, foot=[_of_set(record) for record in sets])


def _of_set(pair: Mapping[str, Any]) -> str:
    counted = ", ".join(f"{pair[name]} {name}" for name in ("confirmed", "pending", "held", "failed") if pair[name])
    return f"{pair['permission_set']}: {counted or 'nothing'}" + (f" ({pair['failure']})" if pair["failure"] else "")


def _access(answer: Mapping[str, Any]) -> Sheet:
    rows = [
        (
            pair["group"],
            each["permission_set"],
            ", ".join(person["person"] for person in pair["members"]) + (", …" if pair["cursor"] else ""),
            moment(each["confirmed"]["at"]),
            because(each["confirmed"]["reasons"]),
        )
        for pair in answer["groups"]
        for each in pair["assignments"]
    ]
    foot = [FROM_RECORDS] if rows else [f"No recorded access of a person or group. {FROM_RECORDS}"]
    return Sheet(columns=("through", "permission set", "people", "since", "reason"), rows=rows, foot=foot)
