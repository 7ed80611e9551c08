"""SQS as Lambda reads it: message groups in order, visibility timeouts, dead letters, and what comes twice."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.simulation.model.virtual_time import Clockwork

_DEDUPLICATES_FOR = 300.0


@dataclass(eq=False)
class Message:
    """`receives` is how often it was handed out; `invisible_until` in seconds since the start."""

    body: str
    group: str
    sent_at: float = 0.0
    receives: int = 0
    invisible_until: float = 0.0


class Queue:
    """A FIFO queue; with a group of its own for each message it is as good as a standard one.

    `arrived` is called whenever there may be something to receive. Source: Amazon SQS Developer Guide, "FIFO queues".
    """

    def __init__(self, name: str, *, time: Clockwork, visibility: float, most_receives: int = 5) -> None:
        self.name = name
        self.arrived: Callable[[], None] = lambda: None
        self.dead: list[Message] = []
        self.sent = 0
        self._time = time
        self.visibility = visibility
        self.most_receives = most_receives
        self._groups: dict[str, deque[Message]] = {}
        self._seen: dict[str, float] = {}

    def __len__(self) -> int:
        return sum(map(len, self._groups.values()))

    def send(self, body: str, *, group: str, same: str = "") -> None:
        """`same` is the deduplication id, or empty for one that is like no other."""
        now = self._time.seconds
        if same:
            if now - self._seen.get(same, -_DEDUPLICATES_FOR) < _DEDUPLICATES_FOR:
                return
            self._seen[same] = now
        self.sent += 1
        self._groups.setdefault(group, deque()).append(Message(body, group, sent_at=now))
        self.arrived()

    def receive(self, most: int) -> list[Message]:
        """The next messages, which nobody else gets until their visibility timeout is over."""
        now = self._time.seconds
        found: list[Message] = []
        for group in list(self._groups):
            found += self._receive_of(group, most=most - len(found), now=now)
            if len(found) == most:
                break
        if found:
            self._time.at(self.visibility + 0.001, self._again)
        return found

    def delete(self, messages: Iterable[Message]) -> None:
        for message in messages:
            waiting = self._groups.get(message.group)
            if waiting is not None and message in waiting:
                waiting.remove(message)
                if not waiting:
                    del self._groups[message.group]
        self.arrived()

    def give_up(self, *, after: int) -> None:
        """Have what was received so many times in vain end as dead letters now: it would in the end."""
        vain = [each for waiting in self._groups.values() for each in waiting if each.receives >= after]
        self.delete(vain)
        self.dead += vain

    def redrive(self) -> int:
        """Put the dead letters back, as an operator does; tells how many."""
        dead, self.dead = self.dead, []
        for message in dead:
            self._groups.setdefault(message.group, deque()).append(
                Message(message.body, message.group, self._time.seconds)
            )
        self.arrived()
        return len(dead)

    def _again(self) -> None:
        self.arrived()

    def _receive_of(self, group: str, *, most: int, now: float) -> list[Message]:
        waiting, found = self._groups[group], list[Message]()
        while waiting and waiting[0].receives >= self.most_receives and waiting[0].invisible_until <= now:
            self.dead.append(waiting.popleft())
        if not waiting:
            del self._groups[group]
            return found
        for message in list(waiting)[:most]:
            if message.invisible_until > now:
                # Those behind it wait with it: that is what keeps the order.
                break
            message.receives += 1
            message.invisible_until = now + self.visibility
            found.append(message)
        return found
