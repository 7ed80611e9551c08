"""Wait until a change is over, for a caller who would otherwise ask again and again."""

from datetime import timedelta

from dayone.domain.changes import ChangeState
from dayone.usecases.access_api import AccessApi

LONGEST_WAIT = 20  # seconds; API Gateway ends a request after 29
_STILL_GOES_ON = frozenset({ChangeState.PLANNING, ChangeState.RUNNING})
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 1.0  # seconds


def await_change(change: str, *, seconds: int, api: AccessApi) -> None:
    """Return when it has succeeded, failed or is held, or after so many seconds; one that is unknown may yet come."""
    until = api.clock() + timedelta(seconds=seconds)
    pause = _FIRST_PAUSE
    while (left := (until - api.clock()).total_seconds()) > 0:
        found = api.overview.history.glance(change)
        if found is not None and found.state not in _STILL_GOES_ON:
            return
        api.overview.pause(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)
