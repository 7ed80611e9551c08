"""Progress of an accepted change: watched to its end, or only named."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Annotated, Any

import typer

from dayone_cli.output.lists import facts
from dayone_cli.output.removals import Names
from dayone_cli.output.screen import OutputFormat, Sheet
from dayone_cli.output.watching import Watch, is_recorded
from dayone_cli.output.words import because, moment, plural, said
from dayone_cli.run import Run

FollowIt = Annotated[
    bool, typer.Option("--watch/--no-watch", help="Watch the change until it ends, or only print its id.")
]

Timeout = Annotated[
    float,
    typer.Option(
        min=0.0,
        help="Stop watching after this many seconds and exit 6; the change itself continues. 0: no limit.",
    ),
]

_DELETED, _HELD = "deleted", "held"
_NUMBERS = ("unplanned", "operations", "succeeded", "failed", "superseded", "held")


def follow(
    run: Run, taken: Mapping[str, Any], *, follow_it: bool, timeout: float = 0.0, is_decided: bool = False
) -> None:
    """Print the change that a 202 names, now or when it is over; raises Negative when it has failed or is held.

    Raises Unfinished when it is not over after `timeout` seconds, which is never for 0.
    """
    if not follow_it:
        run.show(taken, facts)
        return
    also = {name: entry for name, entry in taken.items() if name not in ("change", "href")}
    watch(run, str(taken["change"]), also=also, is_decided=is_decided, timeout=timeout)


def follow_all(
    run: Run,
    each: Iterable[Mapping[str, Any]],
    *,
    follow_it: bool,
    timeout: float = 0.0,
    also: Mapping[str, Any] | None = None,
) -> None:
    """Follow several requests: tables one after the other, in JSON one object with `changes` and `also`.

    Raises Negative for the first that has failed or is held, when all have been watched, and Unfinished for one that is
    not over after `timeout` seconds for all of them.
    """
    seen: list[Mapping[str, Any]] = []
    watching = Watch(api=run.api, screen=run.screen, timeout=timeout)
    for taken in each:
        seen.append(watching.until_over(str(taken["change"])) if follow_it else taken)
        if run.screen.form is OutputFormat.TABLE:
            run.show(seen[-1], partial(change_sheet, names=Names(run.api)) if follow_it else facts)
    if run.screen.form is OutputFormat.JSON:
        run.show({**(also or {}), "changes": seen}, facts)
    for record in seen if follow_it else ():
        watching.came_out_well(record)


def watch(
    run: Run,
    change: str,
    *,
    also: Mapping[str, Any] | None = None,
    patience: float = 30.0,
    is_decided: bool = False,
    timeout: float = 0.0,
) -> None:
    """Watch a change until it is over or held, print it, and raise Negative unless it has succeeded.

    `also` are members to print with it, such as the id of the grant that it is about; `is_decided` and `timeout` are
    Watch's.
    """
    watching = Watch(api=run.api, screen=run.screen, patience=patience, is_decided=is_decided, timeout=timeout)
    seen = watching.until_over(change)
    run.show({**(also or {}), **seen}, partial(change_sheet, names=Names(run.api)))
    watching.came_out_well(seen)


def change_sheet(seen: Mapping[str, Any], *, names: Names) -> Sheet:
    """Return a change in full: its numbers, then its operations; or that it is not planned yet.

    What is held, and the notes about it, have whose access it is by name.
    """
    if not is_recorded(seen):
        change = seen["change"]
        return Sheet(
            columns=(), rows=[], foot=[f"{change['id']} {seen['message']}", f"accepted {moment(change['at'])}"]
        )
    change, cause = seen["change"], seen["change"]["cause"]
    counted = ", ".join(_counted(change, name) for name in _NUMBERS if change.get(name))
    left = seen["estimated_seconds_remaining"]
    held = {pair["subject"]: names.beside(pair["subject"]) for pair in seen["operations"] if pair["state"] == _HELD}
    foot = [
        f"{change['id']} {change['state']}: {counted or 'nothing to do by what AWS has confirmed before'}",
        f"caused by {cause['kind']} {cause['reference']} of {cause['actor']}, {moment(cause['at'])}",
        *_by_guardrails(seen),
        *([f"{change['decision']['decision']} by {change['decision']['actor']}"] if change["decision"] else []),
        *([f"about {left} seconds left"] if left else []),
        *(f"{name} {seen[name]}" for name in ("grant", "version", "retries") if name in seen),
        *(f"Note: {_with_name(note, held=held)}" for note in (*seen["notes"], *_not_its_own(change))),
        *(["There are more operations than these."] if seen["cursor"] else []),
    ]
    rows = [_row(operation, names=names) for operation in seen["operations"]]
    return Sheet(columns=("state", "operation", "subject", "resource", "reason"), rows=rows, foot=foot)


def _row(operation: Mapping[str, Any], *, names: Names) -> tuple[str, ...]:
    of = (operation["subject"], operation["resource"])
    subject, resource = map(names.beside, of) if operation["state"] == _HELD else of
    reason = said(operation["failure_reason"] or operation["waiting_for"])
    if operation.get("held_by"):
        reason = f"{reason}; held by change {operation['held_by']}"
    if operation["state"] == _HELD and not reason:
        reason = because(operation["reasons"])
    return _state(operation), operation["kind"], subject, resource, reason


def _counted(change: Mapping[str, Any], name: str) -> str:
    number = change[name]
    return plural(number, "operation") if name == "operations" else f"{number} {name}"


def _by_guardrails(seen: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the guardrails have counted and allowed, then why they hold the rest."""
    change, kinds = seen["change"], (("removals", "removal"), ("additions", "addition"))
    if counted := [plural(change[name], word) for name, word in kinds if change.get(name)]:
        yield f"counted against the limits of the guardrails: {', '.join(counted)}"
    yield from seen["held_explanation"]


def _with_name(note: str, *, held: Mapping[str, str]) -> str:
    """Return a note about somebody of whom something is held with their name."""
    subject, _, text = note.partition(": ")
    return f"{held[subject]}: {text}" if subject in held else note


def _state(operation: Mapping[str, Any]) -> str:
    """Return the state, or the outcome of a deletion that has deleted nothing."""
    outcome = operation.get("outcome")
    return str(operation["state"] if outcome in (None, _DELETED) else outcome).replace("_", " ")


def _not_its_own(change: Mapping[str, Any]) -> Iterator[str]:
    if number := change.get("already_deleted"):
        yield f"{plural(number, 'operation')} had nothing to delete: it was not there any more."
    if number := change.get("failed_before"):
        yield (
            f"{plural(number, 'operation')} that had failed before this change failed again; it is not counted against "
            f"this change. Correct the causes, then run `dayone changes retry {change['id']}`."
        )
