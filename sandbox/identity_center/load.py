"""Load on the local Identity Center, which shows whether a client keeps to its budgets."""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator

# A machine that is busy itself bunches calls that were sent in time, so one second would say too little.
_SECONDS = 3.0


class Load:
    """The busiest three seconds of each quota on calls, the most assignments at once, and what was refused."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._calls: dict[str, deque[float]] = {}
        self.clear()

    def clear(self) -> None:
        """Forget all of it."""
        self._busiest = Counter[str]()
        self._refused = Counter[str]()
        self._assignments = 0

    def called(self, quota: str) -> None:
        """One call came in, whatever becomes of it."""
        now, calls = self._clock(), self._calls.setdefault(quota, deque())
        calls.append(now)
        while calls[0] <= now - _SECONDS:
            calls.popleft()
        self._busiest[quota] = max(self._busiest[quota], len(calls))

    def refused(self, quota: str, code: str) -> None:
        """Count a call that was answered with this error."""
        self._refused[f"{quota} {code}"] += 1

    def under_way(self, assignments: int) -> None:
        """So many assignments are being created or deleted."""
        self._assignments = max(self._assignments, assignments)

    def told(self) -> Iterator[tuple[str, object]]:
        """All of it, as a JSON object holds it."""
        yield "busiest_three_seconds", dict(self._busiest)
        yield "refused", dict(self._refused)
        yield "most_assignments", self._assignments


def quota_of(service: str, operation: str) -> str:
    """Return the quota a call counts against: all of sso-admin together, other operations one by one."""
    return service if service == "sso-admin" else f"{service}:{operation}"
