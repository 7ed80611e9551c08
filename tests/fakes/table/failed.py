"""The subjects of which something has failed, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dayone.model.failures import FailedWork, Stuck, StuckKind, is_mended, of_failed_work, stuck_person
from dayone.model.subject_state import Head
from dayone.model.subjects import Subject
from tests.fakes.table.state import State


class MemoryStuck:
    """The ports StuckNotes and StuckSubjects."""

    def __init__(self, state: State) -> None:
        self._state = state

    def keep(self, stuck: Stuck, *, now: datetime) -> None:
        before = self._state.stuck.get((stuck.kind, stuck.subject))
        if before and not before.is_over(now=now):
            stuck = replace(stuck, since=min(before.since, stuck.since))
        self._state.stuck[stuck.kind, stuck.subject] = stuck

    def forget(self, kind: StuckKind, subject: str) -> None:
        self._state.stuck.pop((kind, subject), None)

    def all(self, *, now: datetime) -> Sequence[Stuck]:
        failing = [stuck for stuck in map(of_failed_work, self._state.failed.values()) if stuck]
        noted = [stuck for stuck in self._state.stuck.values() if not stuck.is_over(now=now)]
        return [*(stuck for stuck in noted if not self._is_mended(stuck)), *failing]

    def failed(self) -> Sequence[FailedWork]:
        return list(self._state.failed.values())

    def _is_mended(self, stuck: Stuck) -> bool:
        person = stuck_person(stuck)
        if person is None:
            return False
        head = self._state.heads.get(person, Head(subject=person))
        return is_mended(stuck, source_records=head.source_records, heard=self._state.heard.get((person, stuck.source)))


class MemoryFailedSubjects:
    def __init__(self, state: State) -> None:
        self._state = state

    def all(self) -> Sequence[FailedWork]:
        return sorted(self._state.failed.values(), key=lambda entry: str(entry.subject))

    def keep(self, failed: FailedWork) -> None:
        self._state.failed[failed.subject] = failed

    def forget(self, subject: Subject) -> None:
        self._state.failed.pop(subject, None)
