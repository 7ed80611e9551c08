"""Time within which what should be is to be, where nothing went wrong."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.simulation.oracle.facts import Item


@dataclass(kw_only=True)
class Patience:
    """Items that should have come or gone, each with the moment since when it should without a break."""

    to_come: timedelta
    to_go: timedelta
    missing: dict[Item, datetime] = field(default_factory=dict)
    excess: dict[Item, datetime] = field(default_factory=dict)

    def look(
        self, missing: Iterable[Item], excess: Iterable[Item], *, now: datetime
    ) -> Iterator[tuple[Item, timedelta]]:
        """Take in what is missing and too much now; yield what has been so for too long."""
        for since, items, most in ((self.missing, missing, self.to_come), (self.excess, excess, self.to_go)):
            kept = {item: since.get(item, now) for item in items}
            since.clear()
            since.update(kept)
            yield from ((item, now - begun) for item, begun in since.items() if now - begun > most)
