"""`dayone status`: what needs you, on one screen."""

import textwrap
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
# The smallest screen: whatever needs somebody, all of it is on one, with the prompt below.
_WIDTH, _LINES = 80, 36
_OF_A_KIND = 18
# Of each kind, as far as there is room.
_SHOWN = 5


def register(app: typer.Typer) -> None:
    """Add the command to the top."""
    command(app, "status")(status)


def status(run: Run) -> None:
    """Print what needs you: held, failed, stuck and late work, what is silent, and drift. Exits 1 if anything does."""
    answer = run.api.read("/v1/status")
    names = Names(run.api)
    run.show(answer, partial(status_sheet, whose=lambda change: whose_access(run.api, change, names)))
    if answer["needs"]:
        raise Negative(f"{_things(answer)} you")


def _things(answer: Entry) -> str:
    number = len(answer["needs"])
    return f"{plural(number, 'thing')} {'needs' if number == 1 else 'need'}"


def status_sheet(answer: Entry, *, whose: Callable[[str], str]) -> Sheet:
    """Return the status as one screen: all needs, and of the rest as much as there is room for."""
    rows = [(need["kind"], _need(need)) for need in answer["needs"]]
    end = [*([] if rows else ["Nothing needs you."]), *_rest(answer)]
    room = _LINES - sum(_height(text, _WIDTH - _OF_A_KIND) for _, text in rows) - sum(map(_height, end))
    parts: list[tuple[Sequence[Any], Callable[[Any], str], str]] = [
        (answer["held"], partial(_held, whose=whose), "dayone changes list --state held"),
        ([*_leavers(answer["held"])], str, ""),
        (answer["stuck"], _stuck, "dayone status --output json"),
        (answer["failed"], _failed, "dayone status --output json"),
        (answer["running"], _running, "dayone changes list --state running"),
        (answer["hr"], _hr, "dayone status --output json"),
        (answer["notices"], "Note: {}".format, "dayone status --output json"),
    ]
    foot: list[str] = []
    for entries, line, more in parts:
        shown = list(_part(entries, line, more=more, room=room))
        room -= sum(map(_height, shown))
        foot += shown
    return Sheet(columns=("needs you", "what, since when, and what shows more"), rows=rows, foot=[*foot, *end])


def _need(need: Entry) -> str:
    since = f" since {moment(need['since'])}" if need["since"] else ""
    return f"{need['message']}{since}: `{need['command']}`"


def _part(entries: Sequence[Any], line: Callable[[Any], str], *, more: str, room: int) -> Iterator[str]:
    """Yield as many lines as there is room for; where none fits, the needs have the number and the command."""
    number = 0
    for text in map(line, entries[:_SHOWN]):
        room -= _height(text)
        # The last line says how many are left out.
        if room < (number + 1 < len(entries)):
            break
        number += 1
        yield text
    if number and number < len(entries):
        yield f"And {len(entries) - number} more: `{more}`"


def _height(text: str, width: int = _WIDTH) -> int:
    """Return how many lines of a terminal a text takes."""
    return len(textwrap.wrap(text, width)) or 1


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


def _hr(hr: Entry) -> str:
    counts = ", ".join(
        f"{count['number']} by {count['reason']}, last at {moment(count['last_at'])}" for count in hr["refused_today"]
    )
    refused = f"; refused today: {counts}" if counts else ""
    if not hr["source"]:
        return f"HR deliveries to names that are not configured{refused}"
    accepted = moment(hr["accepted_at"]) if hr["accepted_at"] else "none within eight weeks"
    return f"HR source {hr['source']}: last accepted {accepted}{refused}"


def _caused(change: Entry) -> str:
    cause = change["cause"]
    return f"{cause['kind']} {cause['reference']} of {cause['actor']}, {moment(cause['at'])}"


def _named(entry: Entry) -> str:
    return named(entry["subject"], {entry["subject"]: entry["name"]})


def _rest(answer: Entry) -> Iterator[str]:
    """Yield what needs nobody, in few lines."""
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
