"""The ports OpenMarks and OpenChanges in memory, where all changes are looked at anyway."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class MemoryOpenChanges:
    """Calls of the port, recorded."""

    marked: list[str] = field(default_factory=list)
    swept: list[tuple[datetime, int]] = field(default_factory=list)

    def mark(self, places: Iterable[str]) -> None:
        self.marked.extend(places)

    def sweep(self, *, before: datetime, limit: int) -> None:
        self.swept.append((before, limit))
