"""The subjects of which something has failed, in memory."""

from collections.abc import Sequence

from dayone.domain.failed_work import FailedWork
from dayone.domain.subjects import Subject
from tests.fakes.state import State


class MemoryFailedSubjects:
    def __init__(self, state: State) -> None:
        self._state = state

    def all(self) -> Sequence[FailedWork]:
        return sorted(self._state.failed.values(), key=lambda one: str(one.subject))

    def keep(self, failed: FailedWork) -> None:
        self._state.failed[failed.subject] = failed

    def forget(self, subject: Subject) -> None:
        self._state.failed.pop(subject, None)
