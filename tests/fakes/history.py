"""The port History in memory."""

from dayone.model.changes import EVERY_CHANGE, Change, ChangesWanted
from dayone.ports.records import Page
from tests.fakes.pages import page
from tests.fakes.state import State


class MemoryHistory:
    def __init__(self, state: State) -> None:
        self._state = state

    def changes(self, wanted: ChangesWanted = EVERY_CHANGE, *, cursor: str, limit: int) -> Page[Change]:
        first, last = wanted.places
        of = {change for change, subject in self._state.plans if subject == wanted.subject}
        found = {
            change.cause.place: change
            for id_, change in self._state.changes.items()
            if id_ not in self._state.echoes
            and first <= change.cause.place <= last
            and wanted.has(change)
            and (wanted.subject is None or id_ in of)
        }
        return page(f"changes of {wanted.subject}", found, cursor=cursor, limit=limit, newest_first=True)

    def glance(self, change: str) -> Change | None:
        return self._state.changes.get(change)
