"""Faults and durations: drawn per call, from one source of randomness."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import exp
from random import Random

from dayone.errors import Conflicting, DayOneError, Throttled, Unavailable, Unreachable


class Fate(StrEnum):
    """Fates of a call that is not simply answered."""

    THROTTLED = "throttled"
    CONFLICT = "conflict"
    UNAVAILABLE = "unavailable"
    FAILED_BEFORE = "failed before it did anything"
    LOST = "done, answer lost"
    CRASH_BEFORE = "crash before the call"
    CRASH_AFTER = "crash after the call"


_NEVER_OF_THE_TABLE = frozenset({Fate.CONFLICT, Fate.FAILED_BEFORE})
_AWS = frozenset({"identitystore", "sso-admin"})
_OFTEN = 50
# In a thousand seeds each of these has to strike at least so often, or they have shown little about it.
LEAST_IN_A_THOUSAND: Mapping[str, int] = {
    **{f"{service}: {fate}": _OFTEN for service in sorted(_AWS) for fate in Fate},
    **{f"table: {fate}": _OFTEN for fate in Fate if fate not in _NEVER_OF_THE_TABLE},
    **dict.fromkeys(("queue: throttled", "queue: unavailable", "message handed on again", "request: failed"), _OFTEN),
    **dict.fromkeys(("account event: late", "account event: doubled", "account event: lost"), _OFTEN),
    **dict.fromkeys(("quota: throttled", "quota: used by others", "consistency: not there yet"), _OFTEN),
}
_OF_AWS = ("identitystore", "sso-admin")
_MORE_OF_AWS = 8.0


@dataclass(frozen=True, kw_only=True)
class Climate:
    """Frequencies of faults: chances per call, but for `request_failures`, which are per request AWS has accepted.

    `unsettled` is for how many seconds at most something new is not visible everywhere; `bursts` how many times a
    minute another tool uses up a quota.
    """

    fates: dict[Fate, float] = field(default_factory=dict)
    request_failures: float = 0.0
    unsettled: float = 0.0
    bursts: float = 0.0
    redelivered: float = 0.0
    late_events: float = 0.0
    doubled_events: float = 0.0


CLEAR = Climate()


@dataclass(frozen=True, kw_only=True)
class Latencies:
    """Seconds that a call takes both ways, by the service it goes to, and that AWS works on a request.

    `spread` 0 gives just these, 1 gives half to one and a half of them.
    """

    calls: dict[str, float] = field(
        default_factory=lambda: {"table": 0.006, "queue": 0.012, "identitystore": 0.08, "sso-admin": 0.15, "other": 0.1}
    )
    spread: float = 1.0
    request_median: float = 3.0
    request_sigma: float = 0.7
    request_least: float = 1.0
    request_most: float = 15.0


@dataclass
class Weather:
    """The climate as it turns out."""

    random: Random
    climate: Climate = CLEAR
    latency: Latencies = field(default_factory=Latencies)
    struck: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._all = sum(self.climate.fates.values())

    def becomes(self, climate: Climate) -> None:
        """From now on that goes wrong which goes wrong in this climate."""
        self.climate = climate
        self._all = sum(climate.fates.values())

    def clear_up(self) -> None:
        """Nothing goes wrong any more."""
        self.climate = replace(CLEAR, unsettled=self.climate.unsettled)
        self._all = 0.0

    def fate(self, where: str) -> Fate | None:
        if self._all == 0.0:
            return None
        drawn = self.random.random()
        if where.startswith(_OF_AWS):
            # There are many calls to the table for each of these.
            drawn /= _MORE_OF_AWS
        if drawn >= self._all:
            return None
        for fate, chance in self.climate.fates.items():
            drawn -= chance
            if drawn < 0:
                return self._fitting(fate, where=where)
        return None

    def latencies(self, where: str) -> tuple[float, float]:
        """Seconds there and back."""
        whole = self.latency.calls.get(where.partition(".")[0], self.latency.calls["other"])
        if self.latency.spread:
            whole *= 1 + self.latency.spread * (self.random.random() - 0.5)
        return whole / 2, whole / 2

    def patience(self, where: str) -> float:
        """For how many seconds an answer is waited for that does not come."""
        if self.random.random() < 0.5:
            # The connection was cut, and nobody had to wait for that.
            return 0.1
        return 2.0 if where.startswith("table") else 8.0

    def refusal(self, fate: Fate, *, where: str) -> DayOneError | None:
        match fate:
            case Fate.THROTTLED:
                after = self.random.choice((None, 1.0, 3.0)) if where.startswith("identitystore") else None
                return Throttled(f"ThrottlingException: {where}", retry_after=after)
            case Fate.CONFLICT:
                return Conflicting(f"ConflictException: {where}")
            case Fate.UNAVAILABLE:
                return Unavailable(f"ServiceUnavailable: {where}")
            case Fate.FAILED_BEFORE:
                return Unreachable(f"InternalServerException: {where}")
            case _:
                return None

    def request_takes(self) -> float:
        """Seconds that AWS works on an assignment or a provisioning."""
        late = self.latency
        drawn = late.request_median
        if late.request_sigma:
            drawn *= exp(self.random.gauss(0.0, late.request_sigma))
        return min(max(drawn, late.request_least), late.request_most)

    def strikes(self, what: str, *, chance: float) -> bool:
        """Return whether something of this chance happens now."""
        if chance == 0.0 or self.random.random() >= chance:
            return False
        self.struck[what] += 1
        return True

    def is_event_late(self) -> bool:
        """Return whether EventBridge takes its time with this event, so that others overtake it."""
        return self.strikes("account event: late", chance=self.climate.late_events)

    def is_event_doubled(self) -> bool:
        """Return whether EventBridge delivers this event twice."""
        return self.strikes("account event: doubled", chance=self.climate.doubled_events)

    def _fitting(self, fate: Fate, *, where: str) -> Fate | None:
        service = where.partition(".")[0]
        if service not in _AWS and fate in _NEVER_OF_THE_TABLE:
            return None
        self.struck[f"{service}: {fate}"] += 1
        return fate
