"""When to try again what AWS has not done, and for how long it may go on refusing in the same way."""

from datetime import datetime, timedelta
from enum import StrEnum

_LONGEST_BACKOFF = timedelta(minutes=1)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=5), timedelta(days=1)
# Somebody has access that they should not have.
_LONGEST_PAUSE_OF_A_REMOVAL = timedelta(hours=1)


class Refusal(StrEnum):
    """The way in which an operation was last kept from being done; what lasts in one way is told from what changes."""

    NONE = ""
    # Our own role, credentials or key: for as long as it lasts.
    DENIED = "denied"
    # A rate or another limit of AWS: for as long as it lasts.
    THROTTLED = "throttled"
    # Somebody else has to act first: for as long as it lasts.
    AWAITED = "awaited"
    CROWDED = "crowded"
    CONFLICT = "conflict"
    SILENCE = "silence"
    PASSING = "passing"
    # A permission set is provisioned one account after another, because one of its accounts is closed.
    ONE_BY_ONE = "one-by-one"
    # AWS was not asked: what it builds on is not there, or what builds on it is still there.
    BLOCKED = "blocked"


# These come between tries of anything, and say nothing about the operation.
_INCIDENTAL = frozenset({Refusal.THROTTLED, Refusal.SILENCE})
# These end only when they pass.
ENDLESS = frozenset({Refusal.NONE, Refusal.DENIED, Refusal.THROTTLED, Refusal.AWAITED})


def refused_in_the_same_way(refusal: Refusal, *, before: Refusal) -> bool:
    """Whether time that has passed with `before` counts for `refusal` as well."""
    return refusal is before or (
        refusal in _INCIDENTAL and before not in (Refusal.NONE, Refusal.DENIED, Refusal.THROTTLED)
    )


def retry_at(attempts: int, *, now: datetime, jitter: float, retry_after: float | None) -> datetime:
    """When to try again after `attempts` tries: doubling from one second to a minute, spread by `jitter` in [0, 1).

    `retry_after`, in seconds, is AWS's own word and wins when it is longer.
    """
    ceiling = min(_LONGEST_BACKOFF, timedelta(seconds=2 ** min(attempts - 1, 10)))
    backoff = ceiling * (0.5 + jitter / 2)
    return now + max(backoff, timedelta(seconds=retry_after or 0))


def plan_again_at(retries: int, *, now: datetime, is_removal: bool) -> datetime:
    """When to plan again what has failed, and has been planned again `retries` times in a row by the sweep.

    The pauses double from five minutes to a day; where somebody keeps access by it, to an hour.
    """
    longest = _LONGEST_PAUSE_OF_A_REMOVAL if is_removal else _LONGEST_PAUSE
    doubled = _FIRST_PAUSE * float(2 ** min(retries, 10))
    return now + min(longest, doubled)
