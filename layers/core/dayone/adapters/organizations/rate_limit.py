"""Holds calls to Organizations back to the rates that AWS gives each of its APIs, and further when AWS throttles."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dayone.executor.rate_limits import CallRate

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient

# Calls a second of one account. Source: Organizations User Guide, "Quotas", throttling limits.
_QUOTAS = {
    "DescribeAccount": 20.0,
    "DescribeOrganizationalUnit": 2.0,
    "ListAccounts": 8.0,
    "ListParents": 5.0,
    "ListTagsForResource": 10.0,
}
# What is not in the list: the lowest that AWS has for an API that reads.
_LEAST = 1.0
_AGO = timedelta(hours=1)


class OrganizationsPace:
    """One pace for each API of Organizations in this process, which is one of `processes` that may call at once.

    No pace is below a call a second: not all of them are at the same API for long, and what AWS then refuses slows
    the pace of that API. `sleep` takes seconds.
    """

    def __init__(self, *, processes: int, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
        self._processes = processes
        self._clock = clock
        self._sleep = sleep
        self._paces: dict[str, CallRate] = {}
        self._lock = threading.Lock()

    def guard(self, client: "OrganizationsClient") -> "OrganizationsClient":
        """Return the same client, with each of its calls waiting for its turn."""
        client.meta.events.register("before-parameter-build", self._before_call)
        client.meta.events.register("response-received", self._answered)
        return client

    def _before_call(self, model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's, without a public type
        with self._lock:
            now = self._clock()
            turn = self._pace_of(model.name, now=now).take(now)
        if turn > now:
            self._sleep((turn - now).total_seconds())

    def _answered(self, event_name: str, parsed_response: Any = None, **_: object) -> None:  # noqa: ANN401 - botocore's
        code = (parsed_response or {}).get("Error", {}).get("Code", "")
        if code == "TooManyRequestsException":
            with self._lock:
                now = self._clock()
                self._pace_of(event_name.rpartition(".")[2], now=now).throttled(now)

    def _pace_of(self, api: str, *, now: datetime) -> CallRate:
        pace = self._paces.get(api)
        if pace is None:
            rate = max(_LEAST, _QUOTAS.get(api, _LEAST) / self._processes)
            # As if begun long ago: a process that has just begun has called nobody.
            pace = self._paces[api] = CallRate(lambda _: rate, most=rate, now=now - _AGO)
        return pace
