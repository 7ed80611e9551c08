"""Lambda processes: every call they make takes time, can go wrong, and can be their last."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dayone.errors import Unreachable
from tests.simulation.model.virtual_time import Actor, Clockwork
from tests.simulation.model.weather import Fate, Weather


class Crash(BaseException):
    """The process is gone; nothing may catch it."""


@dataclass
class Trace:
    """Every call to a port: when (microseconds), by which process, to what, and what came of it."""

    lines: list[tuple[int, str, str, str]] | None = None
    calls: int = 0


class Process:
    """One execution environment of a function, which serves one invocation after the other until it dies."""

    def __init__(self, name: str, *, time: Clockwork, weather: Weather, trace: Trace) -> None:
        self.name = name
        self.time = time
        self.is_dead = False
        self._weather = weather
        self._trace = trace
        self._actors: dict[Actor, None] = {}

    def start(self, run: Callable[[], None]) -> None:
        """Run something inside of it; dies with it."""

        def until_the_end() -> None:
            try:
                run()
            except Crash:
                pass
            finally:
                self._actors.pop(actor, None)

        actor = self.time.start(until_the_end)
        self._actors[actor] = None

    def die(self) -> None:
        """All that runs inside of it ends at its next moment, and what it held in memory is lost."""
        self.is_dead = True
        for actor in self._actors:
            self.time.wake(actor)

    def check(self) -> None:
        """Raises Crash when it is dead."""
        if self.is_dead:
            raise Crash

    def pause(self, seconds: float) -> None:
        """Let time pass, and perhaps die meanwhile."""
        self.time.sleep(seconds)
        if self.is_dead:
            raise Crash

    def call(
        self,
        where: str,
        method: Callable[..., Any],
        *args: object,
        lost: Callable[[Any], None] | None = None,
        **named: object,
    ) -> Any:  # noqa: ANN401 - whatever the port answers
        """Call something outside of the process; `lost` hears of an answer that never gets back."""
        self.check()
        weather = self._weather
        fate = weather.fate(where)
        there, back = weather.latencies(where)
        self.pause(there)
        if fate is not None:
            self._strike_before(fate, where=where)
        try:
            answer = method(*args, **named)
        except Exception as error:
            self._note(where, type(error).__name__)
            raise
        self._note(where, "done" if fate is None else f"done, {fate}")
        try:
            self.pause(back)
            if fate is Fate.CRASH_AFTER:
                self._crash()
            if fate is Fate.LOST:
                self.pause(weather.patience(where))
        except Crash:
            _tell(lost, answer)
            raise
        if fate is Fate.LOST:
            _tell(lost, answer)
            raise Unreachable(f"{where}: no answer")
        return answer

    def _strike_before(self, fate: Fate, *, where: str) -> None:
        if fate is Fate.CRASH_BEFORE:
            self._note(where, fate)
            self._crash()
        error = self._weather.refusal(fate, where=where)
        if error is not None:
            self._note(where, fate)
            raise error

    def _crash(self) -> None:
        self.die()
        raise Crash

    def _note(self, where: str, what: str) -> None:
        self._trace.calls += 1
        if self._trace.lines is not None:
            self._trace.lines.append((self.time.micros, self.name, where, what))


class Wire:
    """A port as a process has it: each call goes out of the process."""

    def __init__(self, name: str, port: object, process: Process) -> None:
        self._name = name
        self._port = port
        self._process = process

    def __getattr__(self, method: str) -> Callable[..., Any]:
        where, real, process = f"{self._name}.{method}", getattr(self._port, method), self._process

        def call(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the port takes and answers
            return process.call(where, real, *args, **named)

        self.__dict__[method] = call
        return call


class VirtualWorkers:
    """The port Workers: tasks are actors of the process."""

    def __init__(self, size: int, *, process: Process) -> None:
        self._size = size
        self._process = process
        self._running = 0
        self._queued: list[Callable[[], Any]] = []
        self._ended: list[Callable[[], Any]] = []
        self._waiter: Actor | None = None

    @property
    def size(self) -> int:
        return self._size

    def start(self, task: Callable[[], Any]) -> None:
        self._queued.append(task)
        self._begin_next()

    def done(self, *, seconds: float) -> list[Any]:
        self._process.check()
        if not self._ended and seconds > 0:
            self._waiter = self._process.time.here
            self._process.time.wait(seconds)
            self._waiter = None
            self._process.check()
        ended, self._ended = self._ended, []
        return [result() for result in ended]

    def _begin_next(self) -> None:
        if self._queued and self._running < self._size:
            self._running += 1
            task = self._queued.pop(0)
            self._process.start(lambda: self._run(task))

    def _run(self, task: Callable[[], Any]) -> None:
        try:
            result = task()
        except Exception as error:  # noqa: BLE001 - whoever asks for the results is to have it
            self._ended.append(_raising(error))
        else:
            self._ended.append(lambda: result)
        self._running -= 1
        self._begin_next()
        if self._waiter is not None:
            self._process.time.wake(self._waiter)


def _tell(lost: Callable[[Any], None] | None, answer: object) -> None:
    if lost is not None:
        lost(answer)


def _raising(error: Exception) -> Callable[[], Any]:
    def result() -> Any:  # noqa: ANN401 - never returns
        raise error

    return result
