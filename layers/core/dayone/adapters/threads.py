"""Several tasks at a time, in threads."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any


class ThreadWorkers:
    """The port Workers."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="worker")
        self._ended: SimpleQueue[Future[Any]] = SimpleQueue()

    @property
    def size(self) -> int:
        """Number of tasks that run at a time."""
        return self._size

    def start(self, task: Callable[[], Any]) -> None:
        """Run it beside everything else."""
        self._pool.submit(task).add_done_callback(self._ended.put)

    def done(self, *, seconds: float) -> Sequence[Any]:
        """Return the results of ended tasks; wait up to `seconds` for one. Raises the exception of a task."""
        try:
            ended = [self._ended.get(timeout=max(0.0, seconds))]
        except Empty:
            return []
        while not self._ended.empty():
            ended.append(self._ended.get())
        return [future.result() for future in ended]
