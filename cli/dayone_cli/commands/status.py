"""`dayone status`: what needs you, on one screen."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import typer

from dayone_cli.failures import Negative
from dayone_cli.output.removals import Names, whose_access
from dayone_cli.output.screen import Sheet
from dayone_cli.output.words import moment, named, plural
from dayone_cli.run import Run, command

type Entry = Mapping[str, Any]

_POLICY = "policy"
# Of each kind: all together fit on a screen.
_SHOWN = 5


def register(app: typer.Typer) -> None:
    """Add the command to the top."""
    command(app, "status")(status)


def status(run: Run) -> None:
    """Print what needs you: held, failed, stuck and late work, what is silent, and drift. Exits 1 if anything does."""
    answer = run.api.read("/v1/status")
    names = Names(run.api)
    run.show(answer, partial(_sheet, whose=lambda change: whose_access(run.api, change, names)))
    if answer["needs"]:
        raise Negative(f"{_things(answer)} you")


def _things(answer: Entry) -> str:
    number = len(answer["needs"])
    return f"{plural(number, 'thing')} {'needs' if number == 1 else 'need'}"


def _sheet(answer: Entry, *, whose: Callable[[str], str]) -> Sheet:
    rows = [
        (need["kind"], moment(need["since"]) if need["since"] else "", need["message"], need["command"])
        for need in answer["needs"]
    ]
    foot = [
        *_part(answer["held"], partial(_held, whose=whose), more="dayone changes list --state held"),
        *_leavers(answer["held"]),
        *_part(answer["stuck"], _stuck, more="dayone status --output json"),
        *_part(answer["failed"], _failed, more="dayone status --output json"),
        *_part(answer["running"], _running, more="dayone changes list --state running"),
        *([] if answer["needs"] else ["Nothing needs you."]),
        *_rest(answer),
    ]
    return Sheet(columns=("needs you", "since", "what", "see"), rows=rows, foot=foot)


def _part(entries: Sequence[Entry], line: Callable[[Entry], str], *, more: str) -> Iterator[str]:
    yield from map(line, entries[:_SHOWN])
    if len(entries) > _SHOWN:
        yield f"And {len(entries) - _SHOWN} more: `{more}`"


def _held(held: Entry, *, whose: Callable[[str], str]) -> str:
    named_people = whose(held["change"])
    of_whom = f"; it is about {named_people}" if named_people else ""
    what = f"{plural(held['operations'], 'operation')} of change {held['change']} ({_caused(held)})"
    return f"Held: {what}: {held['reason']}{of_whom}. {held['who_decides']} See `dayone changes show {held['change']}`"


def _leavers(held: Sequence[Entry]) -> Iterator[str]:
    if any(change["cause"]["kind"] != _POLICY for change in held):
        yield "If people have left, `dayone changes approve --leavers` approves what they lose, and nothing else."


def _stuck(stuck: Entry) -> str:
    who = _named(stuck) if stuck["subject"] else stuck["kind"]
    change = f" [change {stuck['change']}]" if stuck["change"] else ""
    return f"Stuck since {moment(stuck['since'])}: {who} ({stuck['kind']}): {stuck['reason']}{change}"


def _failed(failed: Entry) -> str:
    change = f" [change {failed['change']}]" if failed["change"] else ""
    again = f"; tried again at {moment(failed['retried_at'])}"
    return f"Failed since {moment(failed['since'])}: {_named(failed)}: {failed['reason']}{again}{change}"


def _running(change: Entry) -> str:
    done = f"{change['done']} of {plural(change['operations'], 'operation')} done"
    return f"{change['state'].capitalize()}: change {change['change']} ({_caused(change)}): {done}"


def _caused(change: Entry) -> str:
    cause = change["cause"]
    return f"{cause['kind']} {cause['reference']} of {cause['actor']}, {moment(cause['at'])}"


def _named(entry: Entry) -> str:
    return named(entry["subject"], {entry["subject"]: entry["name"]})


def _rest(answer: Entry) -> Iterator[str]:
    """Yield what needs nobody, in few lines."""
    yield from (f"Note: {notice}" for notice in answer["notices"])
    busy = [_depth(queue) for queue in answer["queues"] if queue["messages"] != 0]
    yield f"Queues: {', '.join(busy) or 'empty'}. Operations: {'open' if answer['operations_open'] else 'none open'}."
    times = ("swept_at", "inventory_at", "events_at")
    swept, inventory, edits = (moment(answer[name]) if answer[name] else "none yet" for name in times)
    yield f"Last sweep: {swept}. Identity Center: {answer['identity_center']}."
    yield f"What others change there is known as of the inventory: {inventory}, and of events: {edits}."
    yield f"Policy: version {answer['policy_version']}. Release: {answer['release']}."
    if not answer["complete"]:
        yield "There is more than was read."


def _depth(queue: Entry) -> str:
    if queue["messages"] is None:
        return f"{queue['queue']} not readable"
    age = f", the oldest for {queue['oldest_seconds']} s" if queue["oldest_seconds"] is not None else ""
    return f"{queue['queue']} {queue['messages']}{age}"
