"""Rows read step by step, until there are enough of them or it takes too long; the next request goes on from there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Protocol

from dayone.contracts.report_cursors import Place, place_in, written
from dayone.domain.holdings import Holding
from dayone.ports.clock import Clock
from dayone.ports.records import Page
from dayone.usecases.read_access import Window

# API Gateway waits 29 seconds, and an answer that comes late is none. No step takes more than some seconds.
_TIME_TO_READ = timedelta(seconds=15)


class WalkPorts(Protocol):
    """Walking rows: what it needs of the API's context."""

    clock: Clock


@dataclass(frozen=True)
class Step:
    """Some rows, and the place behind them; None at the end."""

    rows: Sequence[Holding]
    place: Place | None


class Walk(Protocol):
    """A way through the rows, in steps that each take a moment; a place has as many parts as `start`."""

    start: ClassVar[Place]

    def step(self, place: Place, *, room: int) -> Step:
        """The next rows behind a place, at most `room` of them, perhaps none."""


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
