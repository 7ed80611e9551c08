"""Virtual time: actors of which one runs at a time, until it waits; in which order, the seed alone decides."""

from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from math import ceil

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped] # comes without types

_MICROS = 1_000_000
_FOR_EVER = 1 << 62


class Actor:
    """Something that runs beside others; `ticket` is the number of the moment it waits for."""

    __slots__ = ("run", "ticket")

    def __init__(self, run: greenlet) -> None:
        self.run = run
        self.ticket = -1


class Clockwork:
    """The clock of a simulated world, and whoever waits for it. All moments are whole microseconds since `start`.

    `run` has to be called from outside of all actors; `sleep`, `wait` and `here` from inside of one.
    """

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._hub = getcurrent()
        self._moments: list[tuple[int, int, Actor | Callable[[], None]]] = []
        self._numbers = count()
        self._until = _FOR_EVER
        self._here: Actor | None = None
        self.micros = 0

    @property
    def now(self) -> datetime:
        """The time of day in UTC."""
        return self._start + timedelta(microseconds=self.micros)

    @property
    def seconds(self) -> float:
        """Since the start."""
        return self.micros / _MICROS

    @property
    def here(self) -> Actor:
        """The actor that runs."""
        assert self._here is not None, "only an actor can do this"
        return self._here

    def start(self, run: Callable[[], None], *, after: float = 0.0) -> Actor:
        """A new actor, which begins in so many seconds."""
        actor = Actor(greenlet(run, parent=self._hub))
        self._call(actor, seconds=after)
        return actor

    def at(self, seconds: float, then: Callable[[], None]) -> None:
        """Do something that does not wait, in so many seconds."""
        heappush(self._moments, (self.micros + ceil(seconds * _MICROS), next(self._numbers), then))

    def sleep(self, seconds: float) -> None:
        """Let so much time pass."""
        moment = self.micros + ceil(seconds * _MICROS)
        moments = self._moments
        if moment <= self._until and (not moments or moments[0][0] > moment):
            # Nobody else has anything to do until then.
            self.micros = moment
            return
        self.wait(seconds)

    def wait(self, seconds: float) -> None:
        """Let time pass until somebody calls `wake`, at most so much."""
        self._call(self.here, seconds=seconds)
        self._hub.switch()

    def wake(self, actor: Actor) -> None:
        """Let an actor that waits go on now."""
        self._call(actor, seconds=0.0)

    def run(self, *, seconds: float) -> None:
        """Let so much time pass for everybody; raises whatever an actor raises."""
        self._until = self.micros + ceil(seconds * _MICROS)
        moments = self._moments
        while moments and moments[0][0] <= self._until:
            moment, number, what = heappop(moments)
            if not isinstance(what, Actor):
                self.micros = moment
                what()
            elif what.ticket == number:
                self.micros = moment
                self._here = what
                what.run.switch()
        self.micros = self._until
        self._here = None

    def _call(self, actor: Actor, *, seconds: float) -> None:
        number = next(self._numbers)
        actor.ticket = number
        heappush(self._moments, (self.micros + ceil(seconds * _MICROS), number, actor))
