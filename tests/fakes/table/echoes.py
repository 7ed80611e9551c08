"""Echoes in memory, which forgets nothing by itself."""

from collections.abc import Mapping

from dayone.model.changes import Change
from dayone.model.subject_state import FactVersion
from dayone.model.subjects import Subject
from dayone.ports.idempotency import Echo
from tests.fakes.table.state import State


class MemoryEchoes:
    def __init__(self, state: State) -> None:
        self._state = state

    def heard(self, subject: Subject) -> Mapping[str, FactVersion]:
        found = self._state.heard.items()
        return {source: version for (of, source), version in found if of == subject}

    def is_counted(self, change: str) -> bool:
        return change in self._state.changes and change not in self._state.echoes

    def note(self, echo: Echo) -> None:
        self._state.heard[echo.subject, echo.source] = echo.version
        self._state.deliveries[echo.delivery] = echo.cause.change
        self._state.echoes.add(echo.cause.change)
        self._state.changes[echo.cause.change] = Change(cause=echo.cause, subjects=0, notes=echo.notes)
