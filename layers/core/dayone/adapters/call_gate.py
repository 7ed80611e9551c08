"""Holds every call to AWS back until the rate of calls allows it, whichever thread makes it."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from dayone.domain.operations import SSO_ADMIN
from dayone.domain.rate_limits import Budgets, Pace


class CallGate:
    """The last word on the rates: some operations are several calls, which nobody can plan for.

    `sleep` takes seconds.
    """

    def __init__(self, budgets: Budgets, *, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
        self._budgets = budgets
        self._clock = clock
        self._sleep = sleep
        self._paces: dict[str, Pace] = {}
        self._lock = threading.Lock()

    def wait(self, service: str, api: str) -> None:
        """Return when the API of the service, such as `identitystore` and `CreateUser`, may be called."""
        quota = SSO_ADMIN if service == SSO_ADMIN else f"{service}:{api}"
        with self._lock:
            now = self._clock()
            pace = self._paces.get(quota)
            if pace is None:
                pace = self._paces[quota] = Pace(self._budgets.rate_of(quota), now=now)
            turn = pace.take(now)
        if turn > now:
            self._sleep((turn - now).total_seconds())

    def guard(self, client: Any) -> Any:  # noqa: ANN401 - any boto3 client
        """The same client, each of whose calls passes this gate."""
        client.meta.events.register("before-parameter-build", self._before_call)
        return client

    def _before_call(self, model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's, without a public type
        self.wait(model.service_model.service_name, model.name)
