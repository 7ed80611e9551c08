"""Lambda: invocations of functions, each in a process of its own, that time out and that queues set off."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.simulation.model.processes import Process, Trace
from tests.simulation.model.queues import Message, Queue
from tests.simulation.model.virtual_time import Clockwork
from tests.simulation.model.weather import Weather

_COLD_START = 0.4
_WARM_START = 0.02
_POLLS = 0.03


@dataclass(frozen=True)
class Warm:
    """A process that has served before, and what it keeps for the next invocation."""

    process: Process
    handle: Callable[[object], object]


class Function:
    """One Lambda function.

    `prepare` makes what a fresh process keeps between invocations: a handler, which gets the event and tells what came
    of it. `timeout` is in seconds.
    """

    def __init__(
        self,
        name: str,
        *,
        time: Clockwork,
        weather: Weather,
        trace: Trace,
        timeout: float,
        prepare: Callable[[Process], Callable[[object], object]],
    ) -> None:
        self.name = name
        self.running = 0
        self.killed = 0
        # Of an invocation that begins: in how many seconds it is killed, or None.
        self.killed_in: Callable[[], float | None] = lambda: None
        self._time = time
        self._weather = weather
        self._trace = trace
        self.timeout = timeout
        self._prepare = prepare
        self._idle: list[Warm] = []
        self._processes = 0
        self._current: list[Process] = []

    def begin_anew(self, *, kills: bool) -> None:
        """Have new processes from now on, as after a deployment; with `kills` what is running ends now."""
        current, self._current, self._idle = self._current, [], []
        for process in current if kills else ():
            process.die()

    def invoke(
        self, event: object, *, then: Callable[[object], None], failed: Callable[[Exception | None], None]
    ) -> None:
        """Begin; afterwards one of the two is called, `failed` with None when the process has died."""
        self.running += 1
        self._current = [process for process in self._current if not process.is_dead]
        self._idle = [warm for warm in self._idle if warm.process in self._current]
        is_warm = bool(self._idle)
        warm = self._idle.pop() if is_warm else self._fresh()
        invocation = _Invocation(then=self._counted(then), failed=self._counted(failed))

        def run() -> None:
            try:
                warm.process.pause(_WARM_START if is_warm else _COLD_START)
                answer = warm.handle(event)
            except Exception as error:  # noqa: BLE001 - whoever has set it off is to know
                self._idle.append(warm)
                invocation.end(partial(invocation.failed, error))
            else:
                self._idle.append(warm)
                invocation.end(partial(invocation.then, answer))
            finally:
                # Also when it was killed at this very call.
                invocation.end(partial(invocation.failed, None))

        warm.process.start(run)
        seconds = self.killed_in()
        if seconds is not None:
            self._time.at(seconds, lambda: self._kill(warm.process, invocation))
        self._time.at(self.timeout, lambda: None if invocation.is_over else warm.process.die())

    def _kill(self, process: Process, invocation: "_Invocation") -> None:
        if not invocation.is_over:
            self.killed += 1
            process.die()

    def _fresh(self) -> Warm:
        self._processes += 1
        name = f"{self.name}-{self._processes}"
        process = Process(name, time=self._time, weather=self._weather, trace=self._trace)
        self._current.append(process)
        return Warm(process, self._prepare(process))

    def _counted[T](self, then: Callable[[T], None]) -> Callable[[T], None]:
        def counted(what: T) -> None:
            self.running -= 1
            then(what)

        return counted


class _Invocation:
    def __init__(self, *, then: Callable[[object], None], failed: Callable[[Exception | None], None]) -> None:
        self.then = then
        self.failed = failed
        self.is_over = False

    def end(self, tell: Callable[[], None]) -> None:
        if not self.is_over:
            self.is_over = True
            tell()


class QueueTrigger:
    """Feeds a function from a queue, a batch at a time; the function tells which messages it has not managed.

    After a failure messages come back when their visibility timeout ends. Source: AWS Lambda Developer Guide, "Using
    Lambda with Amazon SQS".
    """

    def __init__(
        self, queue: Queue, function: Function, *, time: Clockwork, weather: Weather, batch: int, at_once: int
    ) -> None:
        self._queue = queue
        self._function = function
        self._time = time
        self._weather = weather
        self._batch = batch
        self._at_once = at_once
        self._is_polling = False
        queue.arrived = self._poll_soon

    def _poll_soon(self) -> None:
        if not self._is_polling:
            self._is_polling = True
            self._time.at(_POLLS, self._poll)

    def _poll(self) -> None:
        self._is_polling = False
        while self._function.running < self._at_once and (batch := self._queue.receive(self._batch)):
            self._hand_over(batch)

    def _hand_over(self, batch: list[Message]) -> None:
        def done(failures: object) -> None:
            kept = failures if isinstance(failures, list) else []
            done_with = [message for message in batch if message not in kept]
            if self._weather.strikes("message handed on again", chance=self._weather.climate.redelivered):
                done_with = []
            self._queue.delete(done_with)
            self._poll_soon()

        self._function.invoke(batch, then=done, failed=lambda _: self._poll_soon())
