"""Waiting for what a distributed system does in its own time, with an end and a last word."""

import time
from collections.abc import Callable

# Seconds: for a busy machine, and for what a killed function leaves for the next. A test that passes waits no longer
# than it must.
PATIENCE = 800.0
_PAUSE = 0.2


def eventually[T](read: Callable[[], T], *, holds: Callable[[T], object] = bool, seconds: float = PATIENCE) -> T:
    """The first answer that holds (is true, unless told otherwise); raises AssertionError with the last one."""
    deadline = time.monotonic() + seconds
    while not holds(answer := read()):
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds:.0f} s still: {answer!r:.2000}")
        time.sleep(_PAUSE)
    return answer


def becomes[T](read: Callable[[], T], wanted: T, *, seconds: float = PATIENCE) -> bool:
    """True as soon as the answer is the wanted one; raises AssertionError with the last one."""
    return eventually(read, holds=lambda answer: answer == wanted, seconds=seconds) == wanted
