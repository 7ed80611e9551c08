"""When to ask AWS what has become of requests: as soon as one is likely to be over, and not before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# Until requests have been seen to end. Source: observed 1 to 15 seconds, median 3.
_USUAL_MEAN = 3.4
_WEIGHT = 0.05
# No request is over before this part of the mean has passed.
_RIPE = 0.3
# A little longer than until the next is expected to end: a question that finds nothing out is a call for nothing.
_SPARING = 1.08
_NEVER_SOONER = timedelta(milliseconds=150)
_NEVER_LATER = timedelta(milliseconds=500)


@dataclass
class Durations:
    """How long AWS takes for requests of a kind, learned from those that ended. `mean` is in seconds."""

    mean: float = _USUAL_MEAN

    def seen(self, took: timedelta) -> None:
        """One request has ended after this long."""
        seconds = min(max(took.total_seconds(), 0.1), 60.0)
        self.mean += _WEIGHT * (seconds - self.mean)

    @property
    def ripe_after(self) -> timedelta:
        """How old a request is when it may be over for the first time."""
        return timedelta(seconds=_RIPE * self.mean)

    def ask_at(self, begun: Iterable[datetime], *, asked: datetime | None, now: datetime) -> datetime | None:
        """When to ask about requests begun at these times, last asked about at `asked`; None when there are none.

        With many under way one of them ends every moment, and each question is to find about one that has.
        """
        ripe_at = sorted(one + self.ripe_after for one in begun)
        if not ripe_at:
            return None
        first = ripe_at[0]
        ripe = sum(one <= now for one in ripe_at)
        remaining = timedelta(seconds=_SPARING * (1 - _RIPE) * self.mean / max(1, ripe))
        gap = min(max(remaining, _NEVER_SOONER), _NEVER_LATER)
        return first if asked is None else max(first, asked + gap)
