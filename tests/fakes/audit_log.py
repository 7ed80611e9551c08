"""The port AuditLog in memory: one lane."""

from collections.abc import Iterator, Sequence
from datetime import date

from dayone.domain.audit import GENESIS, AuditWanted, Recorded
from dayone.ports.records import Page
from tests.fakes.pages import page
from tests.fakes.state import State

LANE = "operations"


class MemoryAuditLog:
    def __init__(self, state: State) -> None:
        self._state = state

    def entries(self, wanted: AuditWanted, *, cursor: str, limit: int) -> Page[Recorded]:
        found = {
            f"{one.entry.at.isoformat()}#{one.number:09d}": one
            for one in self._recorded()
            if wanted.has(one.entry) and wanted.subject in ("", one.entry.subject)
        }
        return page(f"audit {wanted.subject}", found, cursor=cursor, limit=limit, newest_first=True)

    def lanes(self) -> Sequence[str]:
        return [LANE]

    def of_day(self, lane: str, day: date, *, after: int) -> Iterator[Recorded]:
        assert lane == LANE
        return (one for one in self._recorded() if one.entry.at.date() == day and one.number > after)

    def numbered(self, lane: str, number: int, *, near: date) -> Recorded | None:  # noqa: ARG002
        return next((one for one in self._recorded() if (one.lane, one.number) == (lane, number)), None)

    def end(self, lane: str) -> tuple[int, str]:  # noqa: ARG002
        return len(self._state.log), self._state.log[-1][1] if self._state.log else GENESIS

    def _recorded(self) -> Iterator[Recorded]:
        for number, (entry, digest) in enumerate(self._state.log, start=1):
            yield Recorded(entry=entry, lane=LANE, number=number, hash=digest)
