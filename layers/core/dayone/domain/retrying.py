"""Which refusals of AWS pass by themselves, and when to try again."""

import re
from datetime import datetime, timedelta

_LONGEST_BACKOFF = timedelta(minutes=1)
# What AWS says in free text of an account that is not ready yet, of a write that collided, and of its own failures.
_PASSING = re.compile(
    r"not ready|not yet|pending activation|being (?:created|activated|set up|provisioned)|longer than usual"
    r"|subscription ?required|not subscribed|needs a subscription"
    r"|throttl|rate exceeded|too many requests|try again|retry|concurrent|in progress"
    r"|internal (?:service )?(?:error|exception|failure|server)|service unavailable|temporar|timed? ?out",
    re.IGNORECASE,
)


def is_passing(reason: str) -> bool:
    """Whether what AWS gave as a reason is likely to go away by itself, such as an account that is not ready yet."""
    return _PASSING.search(reason) is not None


def retry_at(attempts: int, *, now: datetime, jitter: float, retry_after: float | None) -> datetime:
    """When to try again after `attempts` tries: doubling from one second to a minute, spread by `jitter` in [0, 1).

    `retry_after`, in seconds, is AWS's own word and wins when it is longer.
    """
    ceiling = min(_LONGEST_BACKOFF, timedelta(seconds=2 ** min(attempts - 1, 10)))
    backoff = ceiling * (0.5 + jitter / 2)
    return now + max(backoff, timedelta(seconds=retry_after or 0))
