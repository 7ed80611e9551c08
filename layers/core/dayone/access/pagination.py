"""Paginate rows until there are enough or it takes too long, with a cursor that holds for the same question only."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Protocol

from dayone.access.entitlements import Holding
from dayone.errors import Invalid
from dayone.lookups import Window
from dayone.ports.operations import Clock
from dayone.ports.records import Page

type Place = tuple[str, ...]


def written(place: Place, *, question: str) -> str:
    """Encode a place in the results of a query as a cursor."""
    text = json.dumps([_digest(question), *place], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_in(cursor: str, *, question: str, parts: int) -> Place:
    """Decode a cursor into a place of so many parts; raise Invalid for any other text or another query's cursor."""
    try:
        parsed = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError) as error:
        raise Invalid("the cursor cannot be read") from error
    is_place = isinstance(parsed, list) and len(parsed) == parts + 1 and all(isinstance(entry, str) for entry in parsed)
    if not is_place or parsed[0] != _digest(question):
        raise Invalid("the cursor belongs to another query: use the same filters as before")
    return tuple(parsed[1:])


def _digest(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()[:12]


# API Gateway waits 29 seconds, and an answer that comes late is none. No step takes more than some seconds.
_TIME_TO_READ = timedelta(seconds=15)


class WalkPorts(Protocol):
    """Walking rows: what it needs of the API's context."""

    clock: Clock


@dataclass(frozen=True)
class RowsPage:
    """Some rows, and the place behind them; None at the end."""

    rows: Sequence[Holding]
    place: Place | None


class Walk(Protocol):
    """A way through the rows, in steps that each take a moment; a place has as many parts as `start`."""

    start: ClassVar[Place]

    def step(self, place: Place, *, room: int) -> RowsPage:
        """Return the next rows behind a place, at most `room` of them, possibly none."""


def walked(
    walk: Walk,
    *,
    question: str,
    window: Window,
    ports: WalkPorts,
    keep: Callable[[Holding], bool] = lambda _: True,
) -> Page[Holding]:
    """Go on from the window's cursor until there are rows enough to `keep`, or it takes too long."""
    until = ports.clock() + _TIME_TO_READ
    place = place_in(window.cursor, question=question, parts=len(walk.start)) if window.cursor else walk.start
    rows: list[Holding] = []
    while True:
        step = walk.step(place, room=window.limit - len(rows))
        rows += filter(keep, step.rows)
        if step.place is None:
            return Page(rows)
        place = step.place
        if len(rows) >= window.limit or ports.clock() >= until:
            return Page(rows, written(place, question=question))
