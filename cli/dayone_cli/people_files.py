"""People in a file, CSV or JSON, as the API takes them: one mapping of attributes for each."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dayone_cli.failures import Misused

type Person = Mapping[str, Any]


def people_in(file: Path) -> Sequence[Person]:
    """Everybody in a file, which is JSON if it ends in .json; raises Misused for what cannot be read, or is empty."""
    try:
        text = file.read_text(encoding="utf-8-sig")  # spreadsheets put a mark in front
    except (OSError, UnicodeDecodeError) as error:
        raise Misused("The file cannot be read", detail=f"{file}: {error}") from error
    people = _from_json(text, file) if file.suffix == ".json" else _from_csv(text, file)
    if not people:
        raise Misused("The file contains no people", detail=str(file))
    return people


def _from_json(text: str, file: Path) -> Sequence[Person]:
    try:
        said = json.loads(text)
    except ValueError as error:
        raise Misused("Not JSON", detail=f"{file}: {error}") from error
    people = said.get("people") if isinstance(said, dict) else said
    if not isinstance(people, list) or not all(isinstance(one, dict) for one in people):
        raise Misused("Not a list of people", detail=f'{file}: send a list of objects, or {{"people": […]}}')
    return people


def _from_csv(text: str, file: Path) -> Sequence[Person]:
    """An empty cell says nothing, rather than that it is empty: so a day can be left out."""
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise Misused("Not CSV", detail=f"{file}: {error}") from error
    for number, row in enumerate(rows, start=1):
        if None in row:
            raise Misused("Not CSV", detail=f"{file}: row {number} has more cells than there are names")
    return [{name: one.strip() for name, one in row.items() if one and one.strip()} for row in rows]
