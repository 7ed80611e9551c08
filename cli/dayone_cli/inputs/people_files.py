"""People in a file, CSV or JSON, as the API takes them: one mapping of attributes for each."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dayone_cli.failures import Misused

type Person = Mapping[str, Any]


def people_in(file: Path, *, problems: list[str]) -> Sequence[Person]:
    """Everybody in a file, which is JSON if it ends in .json; a row that cannot be read is one of the problems.

    Raises Misused for what cannot be read, or is empty.
    """
    text = text_of(file)
    is_json = file.suffix.casefold() == ".json"
    people = _from_json(text, file) if is_json else _from_csv(text, file, problems=problems)
    if not people:
        raise Misused("The file contains no people", detail="; ".join([str(file), *problems]))
    return people


def text_of(file: Path) -> str:
    """Return the text of a file of people, decoded like every `csv` and `json` source; raise Misused."""
    from dayone.errors import Malformed
    from dayone.hr.connectors.workforce_file import decoded

    try:
        return decoded(file.read_bytes())
    except (OSError, Malformed) as error:
        raise Misused("The file cannot be read", detail=f"{file}: {error}") from error


def leavers_in(people: Sequence[Person]) -> Sequence[Person]:
    """Those who leave, by the status or by a last day, and by every row that they have."""
    from dayone.hr.merge import clear_ends, stated_end

    ends: dict[str, list[Mapping[str, str]]] = {}
    rows: dict[int, Person] = {}
    for person in people:
        end = stated_end({name: str(value) for name, value in person.items() if value is not None})
        ends.setdefault(str(person.get("id", "")), []).append(end)
        rows[id(end)] = person
    return [rows[id(end)] for end in clear_ends(ends).values()]


def _from_json(text: str, file: Path) -> Sequence[Person]:
    try:
        said = json.loads(text)
    except ValueError as error:
        raise Misused("Not JSON", detail=f"{file}: {error}") from error
    people = said.get("people") if isinstance(said, dict) else said
    if not isinstance(people, list) or not all(isinstance(entry, dict) for entry in people):
        raise Misused("Not a list of people", detail=f'{file}: send a list of objects, or {{"people": […]}}')
    return people


def _from_csv(text: str, file: Path, *, problems: list[str]) -> Sequence[Person]:
    """Parse people from CSV; an empty cell is a missing value rather than an empty one, so a day can be left out."""
    from dayone.errors import Invalid, Malformed
    from dayone.hr.connectors.workforce_file import MAPPING, ambiguous, table

    try:
        header, all_rows = table(text, names=list(MAPPING))
        rows = list(all_rows)
    except Malformed as error:
        raise Misused("Not CSV", detail=f"{file}: {error}") from error
    if twice := ambiguous(header, names=MAPPING):
        raise Misused("Not CSV", detail=f"{file}: more than one column is called {', '.join(twice)}")
    problems += [finding for row in rows if isinstance(row, Invalid) for finding in row.findings]
    return [
        {name: cell.strip() for name, cell in row.items() if cell.strip()}
        for row in rows
        if not isinstance(row, Invalid)
    ]
