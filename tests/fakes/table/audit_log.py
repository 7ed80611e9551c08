"""The port AuditLog in memory: one lane."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from dayone.model.audit import AuditFilter, AuditRecord, LaneEnd, StoredRecord
from dayone.ports.records import Page
from tests.fakes.pages import page
from tests.fakes.table.state import LANE, State


class MemoryAuditLog:
    def __init__(self, state: State) -> None:
        self._state = state

    def entries(self, query: AuditFilter, *, cursor: str, limit: int) -> Page[AuditRecord]:
        found = {
            f"{record.entry.at.isoformat()}#{record.number:09d}": record
            for record in self._state.audit_records()
            if query.has(record.entry) and query.subject in ("", record.entry.subject)
        }
        return page(f"audit {query.subject}", found, cursor=cursor, limit=limit, newest_first=True)

    def lanes(self) -> Sequence[str]:
        return [LANE]

    def of_day(self, day: date, *, after: tuple[str, int] | None) -> Iterator[StoredRecord]:
        place = after or ("", 0)
        return (
            record
            for record in self._state.audit_records()
            if record.day == day.isoformat() and (record.lane, record.number) > place
        )

    def numbered(self, lane: str, number: int, *, days: Iterable[date]) -> Sequence[StoredRecord]:
        records = self._state.audit_records()
        wanted = {day.isoformat() for day in days}
        return [record for record in records if (record.lane, record.number) == (lane, number) and record.day in wanted]

    def next_day(self, lane: str, *, days: Iterable[date]) -> date | None:
        recorded = {record.day for record in self._state.audit_records() if record.lane == lane}
        return next((day for day in days if day.isoformat() in recorded), None)

    def end(self, lane: str) -> LaneEnd:
        records = [record for record in self._state.audit_records() if record.lane == lane]
        if not records:
            return LaneEnd()
        first, last = records[0], records[-1]
        return LaneEnd(number=last.number, day=last.day, hash=last.hash, began=first.day)
