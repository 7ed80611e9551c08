"""What the use cases need to look after the dead letters."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from dayone.domain.dead_letters import DeadLetter, LetterQueue


class DeadLetterQueues(Protocol):
    """All queues of dead letters."""

    def counts(self) -> Mapping[LetterQueue, int]:
        """About how many letters lie in each, taken ones included."""

    def take(self, queue: LetterQueue, *, limit: int) -> Sequence[DeadLetter]:
        """At most so many letters, which nobody else gets for a minute; then they are back, unless dropped."""

    def put_back(self, letters: Iterable[DeadLetter]) -> None:
        """Let others have them at once."""

    def drop(self, letters: Iterable[DeadLetter]) -> None:
        """Remove them for good; harmless for one that is gone."""
