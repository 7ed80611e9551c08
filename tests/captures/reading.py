"""Reads the captures: real answers, errors and events that were published, one by one by its id."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Capture:
    """One capture; `body` is what was seen, in the shape it was published in."""

    id: str
    operation: str
    grade: str
    body: Any


@cache
def captures() -> dict[str, Capture]:
    """Return all captures by id."""
    read = [entry for path in sorted(FOLDER.glob("*.json")) for entry in json.loads(path.read_text(encoding="utf-8"))]
    return {entry["id"]: Capture(entry["id"], entry["operation"], entry["grade"], entry["capture"]) for entry in read}


def seen(capture_id: str) -> Any:  # noqa: ANN401 - each capture has a shape of its own
    """Return what was seen, by the id of its capture."""
    return captures()[capture_id].body
