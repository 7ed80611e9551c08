"""Wait until a change is over, for a caller who would otherwise ask again and again."""

from datetime import timedelta
from typing import Protocol

from dayone.domain.changes import ChangeState
from dayone.ports.clock import Clock
from dayone.usecases.overview import Overview

LONGEST_WAIT = 20  # seconds; API Gateway ends a request after 29
_STILL_GOES_ON = frozenset({ChangeState.PLANNING, ChangeState.RUNNING})
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 1.0  # seconds


class WaitPorts(Protocol):
    """Waiting for a change: what it needs of the API's context."""

    overview: Overview
    clock: Clock


def await_change(change: str, *, seconds: int, ports: WaitPorts) -> None:
    """Return when it has succeeded, failed or is held, or after so many seconds; one that is unknown may yet come."""
    until = ports.clock() + timedelta(seconds=seconds)
    pause = _FIRST_PAUSE
    while (left := (until - ports.clock()).total_seconds()) > 0:
        found = ports.overview.history.glance(change)
        if found is not None and found.state not in _STILL_GOES_ON:
            return
        ports.overview.pause(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)
