"""`dayone audit`: the log of every change to AWS, and the proof that nobody has changed the log."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

import typer

from dayone_cli.aws.checkpoints import as_summary, compare_checkpoints, signed_checkpoints, summary_lines
from dayone_cli.failures import Negative
from dayone_cli.output.lists import USUAL, Limit, members, show_list
from dayone_cli.output.words import plural
from dayone_cli.run import Run, command

_COLUMNS = ("at", "action", "subject", "outcome", "actor", "change", "request_id", "detail")

app = typer.Typer(help="List the audit log of all changes to AWS and verify its hash chain.")


@command(app, "list")
def list_audit(
    run: Run,
    subject: Annotated[str, typer.Option(help="Only this subject, such as person:e-1001.")] = "",
    actor: Annotated[str, typer.Option(help="Only entries caused by this caller, HR source or event source.")] = "",
    since: Annotated[str, typer.Option(help="From this time on, ISO 8601.")] = "",
    until: Annotated[str, typer.Option(help="Before this time, ISO 8601.")] = "",
    limit: Limit = USUAL,
) -> None:
    """List audit log entries, newest first."""
    columns = [name.replace("_", " ") for name in _COLUMNS]
    query = {"subject": subject, "actor": actor, "since": since, "until": until}
    show_list(run, "/v1/audit", "entries", columns=columns, row=_row, query=query, limit=limit)


def _row(entry: Mapping[str, Any]) -> Sequence[str]:
    cells = zip(_COLUMNS, members(*_COLUMNS)(entry), strict=True)
    return ["(erased)" if name in entry.get("erased", ()) else cell for name, cell in cells]


@command(app, "verify")
def verify(
    run: Run,
    day: Annotated[str, typer.Argument(help="A date in UTC, such as 2026-11-23.")],
    checkpoints: Annotated[
        str,
        typer.Option(help="Compare with the signed checkpoints of that day in this file, or in s3://BUCKET[/FOLDER]."),
    ] = "",
    key: Annotated[
        str, typer.Option(help="The ARN of the KMS key that signed the checkpoints; default: that of the stack.")
    ] = "",
) -> None:
    """Verify the audit log's hash chain for a day, and the executor's rules. Exits 1 if any is broken."""
    entries, forgotten, broken, violation, cursor, is_first = 0, 0, None, None, "", True
    while (cursor or is_first) and broken is None and violation is None:
        part = run.api.read("/v1/audit/verify", {"day": day, "cursor": cursor})
        entries, forgotten = entries + part["entries"], forgotten + part.get("erased", 0)
        broken, violation = part["first_break"], part.get("first_violation")
        cursor, is_first = part["cursor"], False
    found = {"day": day, "entries": entries, "erased": forgotten, "first_break": broken, "first_violation": violation}
    lines = [f"{day}: {plural(entries, 'entry', 'entries')}, {'hash chain broken' if broken else 'hash chain intact'}."]
    if forgotten:
        lines.append(f"{plural(forgotten, 'entry lacks', 'entries lack')} fields that were dropped for good.")
    if checkpoints and not broken:
        summary = _compared(run, day, checkpoints=checkpoints, key=key)
        found, lines = {**found, "checkpoints": summary}, [*lines, *summary_lines(summary, day=day)]
    run.show(found, lambda _: lines)
    if broken:
        raise Negative("The audit log of this day was altered", detail=_place(broken))
    if violation:
        raise Negative("The audit log has an entry that breaks a rule of the executor", detail=_place(violation))


def _place(broken: Mapping[str, Any]) -> str:
    return f"lane {broken['lane']}, entry {broken['number']}: {broken['message']}"


def _compared(run: Run, day: str, *, checkpoints: str, key: str) -> Mapping[str, Any]:
    key_arn = key or run.target.output("CheckpointKeyArn")
    read = signed_checkpoints(checkpoints, day=date.fromisoformat(day), key=key_arn, target=run.target)
    compare_checkpoints(read, target=run.target)
    return as_summary(read)
