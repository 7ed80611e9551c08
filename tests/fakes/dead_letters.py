"""The port DeadLetterQueues in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from dayone.model.failures import DeadLetter, LetterQueue


class MemoryDeadLetterQueues:
    """Dead letters, in order, and those taken."""

    def __init__(self) -> None:
        self._letters: dict[str, DeadLetter] = {}
        self._taken: set[str] = set()

    def lay(self, queue: LetterQueue, body: str, *, group: str = "", **told: str) -> None:
        """Add a message that a queue gave up."""
        id_ = f"{queue}-{len(self._letters)}"
        sent_at = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self._letters[id_] = DeadLetter(
            queue=queue, id=id_, handle=id_, body=body, sent_at=sent_at, received=5, attributes=told, group=group
        )

    def counts(self) -> Mapping[LetterQueue, int]:
        return {
            queue: sum(dead_letter.queue is queue for dead_letter in self._letters.values()) for queue in LetterQueue
        }

    def take(self, queue: LetterQueue, *, limit: int) -> Sequence[DeadLetter]:
        there = [letter for letter in self._letters.values() if letter.queue is queue and letter.id not in self._taken]
        for dead_letter in there[:limit]:
            self._taken.add(dead_letter.id)
            self._letters[dead_letter.id] = replace(dead_letter, received=dead_letter.received + 1)
        return [self._letters[letter.id] for letter in there[:limit]]

    def put_back(self, letters: Iterable[DeadLetter]) -> None:
        self._taken -= {dead_letter.id for dead_letter in letters}

    def drop(self, letters: Iterable[DeadLetter]) -> None:
        for dead_letter in letters:
            self._letters.pop(dead_letter.id, None)
