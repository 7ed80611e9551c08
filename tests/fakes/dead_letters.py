"""The port DeadLetterQueues in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from dayone.domain.dead_letters import DeadLetter, LetterQueue


class MemoryDeadLetterQueues:
    """What lies there, in order, and what is taken of it."""

    def __init__(self) -> None:
        self._letters: dict[str, DeadLetter] = {}
        self._taken: set[str] = set()

    def lay(self, queue: LetterQueue, body: str, *, group: str = "", **told: str) -> None:
        """What a queue does that gives a message up."""
        id_ = f"{queue}-{len(self._letters)}"
        sent_at = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self._letters[id_] = DeadLetter(
            queue=queue, id=id_, handle=id_, body=body, sent_at=sent_at, received=5, told=told, group=group
        )

    def counts(self) -> Mapping[LetterQueue, int]:
        return {queue: sum(one.queue is queue for one in self._letters.values()) for queue in LetterQueue}

    def take(self, queue: LetterQueue, *, limit: int) -> Sequence[DeadLetter]:
        there = [one for one in self._letters.values() if one.queue is queue and one.id not in self._taken]
        for one in there[:limit]:
            self._taken.add(one.id)
            self._letters[one.id] = replace(one, received=one.received + 1)
        return [self._letters[one.id] for one in there[:limit]]

    def put_back(self, letters: Iterable[DeadLetter]) -> None:
        self._taken -= {one.id for one in letters}

    def drop(self, letters: Iterable[DeadLetter]) -> None:
        for one in letters:
            self._letters.pop(one.id, None)
