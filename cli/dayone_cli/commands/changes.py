"""`dayone changes`: what was set off, how far it has come, and what somebody decides about it."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated

import typer

from dayone_cli.api_client import path
from dayone_cli.failures import Misused
from dayone_cli.inputs.choices import cause_kinds, change_states
from dayone_cli.inputs.confirming import Yes, confirm
from dayone_cli.leavers import approve_leavers
from dayone_cli.output.following import FollowIt, Timeout, change_sheet, follow, watch
from dayone_cli.output.lists import USUAL, Limit, members, show_list
from dayone_cli.output.removals import Names, shown_held, with_ids
from dayone_cli.run import Run, command

app = typer.Typer(help="List and watch changes; approve, reject or retry them, or adopt what exists.")

_PATIENCE = 10.0  # seconds until a change that was just answered 202 is known

Change = Annotated[str, typer.Argument(help="The id of a change.")]
Subjects = Annotated[
    list[str] | None,
    typer.Option(
        "--subject", help="Decide on what is held of this subject alone, such as person:ada@example.com; repeatable."
    ),
]
Resources = Annotated[
    list[str] | None,
    typer.Option(
        "--resource", help="Decide on this resource alone, such as membership/admins, whosever it is; repeatable."
    ),
]
State = Annotated[
    str,
    typer.Option(
        autocompletion=change_states,
        help="Only changes in this state: planning, running, held, succeeded or failed.",
    ),
]
Kind = Annotated[
    str,
    typer.Option(autocompletion=cause_kinds, help="Only changes with this kind of cause, such as policy or hr-event."),
]


@command(app, "list")
def list_changes(
    run: Run,
    state: State = "",
    cause: Kind = "",
    subject: Annotated[str, typer.Option(help="Only this subject, such as person:e-1001.")] = "",
    since: Annotated[str, typer.Option(help="From this time on, ISO 8601.")] = "",
    until: Annotated[str, typer.Option(help="Before this time, ISO 8601.")] = "",
    limit: Limit = 25,
) -> None:
    """List changes, newest first."""
    columns = ("change", "state", "at", "cause", "reference", "actor", "operations", "failed", "held")
    row = members(
        "id", "state", "cause.at", "cause.kind", "cause.reference", "cause.actor", "operations", "failed", "held"
    )
    query = {"state": state, "cause": cause, "subject": subject, "since": since, "until": until}
    show_list(run, "/v1/changes", "changes", columns=columns, row=row, query=query, limit=limit)


@command(app, "show")
def show(run: Run, change: Change) -> None:
    """Print a change with its first 100 operations."""
    names = Names(run.api)
    run.show(run.api.read(path("v1", "changes", change), {"limit": 100}), partial(change_sheet, names=names))


@command(app, "watch")
def watch_change(run: Run, change: Change, *, timeout: Timeout = 0.0) -> None:
    """Watch a change until it ends. Exits 0 if it succeeded, 1 if it failed or is held, 6 at the timeout."""
    watch(run, change, patience=_PATIENCE, timeout=timeout)


@command(app, "accounts")
def accounts(run: Run, change: Change, limit: Limit = USUAL) -> None:
    """List the progress of a change in each account."""
    columns = ("account", "done", "total", "succeeded", "failed", "superseded", "held")
    show_list(
        run,
        path("v1", "changes", change, "accounts"),
        "accounts",
        columns=columns,
        row=members(*columns),
        query={},
        limit=limit,
    )


@command(app, "approve")
def approve(
    run: Run,
    change: Annotated[str, typer.Argument(help="The id of a change; with --leavers, default: all that are held.")] = "",
    *,
    leavers: Annotated[
        bool, typer.Option("--leavers", help="Only remove the access of people who have left; all else stays held.")
    ] = False,
    subjects: Subjects = None,
    resources: Resources = None,
    yes: Yes = False,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Approve a held change, or a part of it, and carry that out. You cannot approve what you have brought about."""
    part = _part(subjects, resources)
    if leavers and part:
        raise Misused("Leavers, or a part?", detail="--leavers goes with neither --subject nor --resource")
    if leavers:
        approve_leavers(run, change, yes=yes)
        return
    if not change:
        raise Misused("Which change?", detail="name its id, or add --leavers for what people who have left would lose")
    _decide(run, change, part, to="approve", yes=yes, follow_it=follow_it, timeout=timeout)


@command(app, "reject")
def reject(
    run: Run,
    change: Change,
    *,
    subjects: Subjects = None,
    resources: Resources = None,
    yes: Yes = False,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Reject a held change, or a part of it; nothing of that is carried out."""
    _decide(run, change, _part(subjects, resources), to="reject", yes=yes, follow_it=follow_it, timeout=timeout)


@command(app, "retry")
def retry(
    run: Run,
    change: Change,
    subjects: Annotated[
        list[str] | None,
        typer.Argument(
            help="Subjects to retry, such as account:dev or person:ada@example.com; default: all that failed."
        ),
    ] = None,
    *,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Retry the failed operations of a change, as a new change."""
    body = {"subjects": subjects} if subjects else None
    follow(
        run, run.api.write("POST", path("v1", "changes", change, "retry"), body), follow_it=follow_it, timeout=timeout
    )


@command(app, "adopt")
def adopt(
    run: Run,
    change: Change,
    subject: Annotated[
        str, typer.Argument(help="What failed because its name is taken, such as permission-set:Deploy.")
    ],
    *,
    digest: Annotated[
        str, typer.Option(help="The digest in the failure; it stands for exactly what was listed there.")
    ],
    reason: Annotated[str, typer.Option(help="Why; for the audit log.")],
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Adopt what exists under a name, and bring it in line. Where others use it, another person has to approve."""
    body = {"subject": subject, "digest": digest, "reason": reason}
    follow(
        run, run.api.write("POST", path("v1", "changes", change, "adopt"), body), follow_it=follow_it, timeout=timeout
    )


def _part(subjects: list[str] | None, resources: list[str] | None) -> dict[str, list[str]]:
    """Return the part that a decision is about, in the API's form; empty for all."""
    return {name: chosen for name, chosen in (("subjects", subjects), ("resources", resources)) if chosen}


def _decide(
    run: Run, change: str, part: Mapping[str, list[str]], *, to: str, yes: bool, follow_it: bool, timeout: float
) -> None:
    """Show what a decision is about, ask, and send it with the version that was shown."""
    if "subjects" in part:
        part = {**part, "subjects": with_ids(run.api, part["subjects"])}
    shown = shown_held(run.api, change, part, to=to)
    for line in shown.lines:
        run.screen.say(line)
    confirm(f"{to.capitalize()} {'this part of it' if part else 'it'}?", yes=yes)
    version = {} if shown.version is None else {"expected_version": shown.version}
    body: Mapping[str, object] = {**part, **version}
    taken = run.api.write("POST", path("v1", "changes", change, to), body or None)
    # With the rest of it held it comes to no end that could be waited for.
    follow(run, taken, follow_it=follow_it and not part, timeout=timeout, is_decided=True)
    if part:
        run.screen.say(f"This part is decided. What became of it, and what still waits: `dayone changes show {change}`")
