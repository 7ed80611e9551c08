"""Lists of the API as they are printed: as many parts as it takes, in one table or one JSON object."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import typer

from dayone_cli.api_client import Query
from dayone_cli.output.screen import Sheet
from dayone_cli.output.words import as_of, moment, said
from dayone_cli.run import Run

type Row = Callable[[Mapping[str, Any]], Sequence[str]]

MOST = 100_000
Limit = Annotated[int, typer.Option(min=1, max=MOST, help="Maximum number of entries.")]
USUAL = 100


def show_list(
    run: Run, where: str, name: str, *, columns: Sequence[str], row: Row, query: Query, limit: int, dated: bool = False
) -> None:
    """Print the list called `name` of a path's response, with a note when there are more entries, and one of its time.

    `dated` lists say when Identity Center was so.
    """
    entries: list[Any] = []
    cursor = ""
    times: dict[str, Any] = {}
    names: dict[str, str] = {}
    for part in run.api.pages(where, query, most=limit):
        entries += part[name]
        names |= part.get("names", {})
        cursor = part.get("cursor") or ""
        times = times or ({"as_of": part["as_of"], "events_at": part["events_at"]} if dated else {})
    more = f"add --limit {min(limit * 10, MOST)}" if limit < MOST else "no list has more at once, so ask for a part"
    foot = [f"There are more entries: {more}."] if cursor else [] if entries else ["No entries."]
    foot += [as_of(*times.values())] if dated else []

    def view(_answer: object) -> Sheet:
        rows = [_with_names(row(entry), columns, names=names) for entry in entries]
        return Sheet(columns=columns, rows=rows, foot=foot)

    run.show({**times, name: entries, **({"names": names} if names else {}), "cursor": cursor}, view)


def _with_names(cells: Sequence[str], columns: Sequence[str], *, names: Mapping[str, str]) -> Sequence[str]:
    """Return a row with names beside the ids in `person`, `account` and `subject`, where the answer has them."""
    known = (
        names.get(cell if column == "subject" else f"{column}:{cell}", "")
        for column, cell in zip(columns, cells, strict=True)
    )
    return [f"{cell} ({name})" if name else cell for cell, name in zip(cells, known, strict=True)]


def members(*names: str) -> Row:
    """Return a row of these members of an entry; dots go inside, and a name that ends in `at` or `until` is a time."""

    def row(entry: Mapping[str, Any]) -> Sequence[str]:
        return [_cell(entry, name) for name in names]

    return row


def facts(answer: Mapping[str, Any]) -> Sheet:
    """Everything an answer has, a line for each member, members of members as `head.due_at`."""
    return Sheet(columns=("", ""), rows=[(name, _time_or(name, entry)) for name, entry in _flat(answer)])


def _cell(entry: Mapping[str, Any], name: str) -> str:
    found: Any = entry
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return _time_or(name, found)


def _time_or(name: str, value: object) -> str:
    return moment(value) if name.endswith(("at", "until", "since", "from")) else said(value)


def _flat(answer: Mapping[str, Any], above: str = "") -> list[tuple[str, Any]]:
    lines: list[tuple[str, Any]] = []
    for name, entry in answer.items():
        if isinstance(entry, Mapping) and entry:
            lines += _flat(entry, f"{above}{name}.")
        elif entry not in (None, "", [], {}):
            lines.append((f"{above}{name}", entry))
    return lines
