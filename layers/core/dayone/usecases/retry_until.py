"""Try again what may pass, until there is no time left for another try."""

from collections.abc import Callable
from datetime import datetime, timedelta

from dayone.errors import Unavailable

_PAUSE = timedelta(seconds=4)


def retry_until[T](
    deadline: datetime, do: Callable[[], T], *, clock: Callable[[], datetime], sleep: Callable[[float], None]
) -> T:
    """What `do` returns, called again after a pause of 4 seconds for as long as it raises Unavailable.

    Raises that error when the next try would begin at or after `deadline`; any other error of `do` at once.
    """
    while True:
        try:
            return do()
        except Unavailable:
            # Such as a role that was made a moment ago, which IAM does not know everywhere yet.
            if clock() + _PAUSE >= deadline:
                raise
        sleep(_PAUSE.total_seconds())
