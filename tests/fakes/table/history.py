"""The port History in memory."""

from dayone.model.changes import EVERY_CHANGE, Change, ChangeFilter
from dayone.ports.records import Page
from tests.fakes.pages import page
from tests.fakes.table.state import State


class MemoryHistory:
    def __init__(self, state: State) -> None:
        self._state = state

    def changes(self, query: ChangeFilter = EVERY_CHANGE, *, cursor: str, limit: int) -> Page[Change]:
        first, last = query.places
        of = {change for change, subject in self._state.plans if subject == query.subject}
        found = {
            change.cause.place: change
            for id_, change in self._state.changes.items()
            if id_ not in self._state.echoes
            and first <= change.cause.place <= last
            and query.has(change)
            and (query.subject is None or id_ in of)
        }
        return page(f"changes of {query.subject}", found, cursor=cursor, limit=limit, newest_first=True)

    def glance(self, change: str) -> Change | None:
        return self._state.changes.get(change)
