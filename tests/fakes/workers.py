"""The port Workers without any: each task is done when it is started, and waiting lets time pass."""

from collections.abc import Callable, Sequence
from typing import Any


class InlineWorkers:
    def __init__(self, sleep: Callable[[float], None], *, size: int = 16) -> None:
        self.size = size
        self._sleep = sleep
        self._ended: list[Any] = []

    def start(self, task: Callable[[], Any]) -> None:
        self._ended.append(task())

    def done(self, *, seconds: float) -> Sequence[Any]:
        if not self._ended:
            self._sleep(seconds)
        ended, self._ended = self._ended, []
        return ended
