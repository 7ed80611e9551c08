"""Holds every call to AWS back until the rate of calls allows it, whichever thread makes it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from dayone.errors import Awaited
from dayone.executor.rate_limits import Allowances, CallRate
from dayone.model.operations import SSO_ADMIN

_LONGEST_WAIT = timedelta(seconds=2)
_COME_BACK_AFTER = 5.0
_BETWEEN_PLACES = timedelta(seconds=1)
# Each thread has a context of its own.
_END: ContextVar[datetime | None] = ContextVar("end", default=None)
_IS_BEHIND: ContextVar[bool] = ContextVar("is_behind", default=False)


class CallGate:
    """The last word on the rates: some operations are several calls, which nobody can plan for.

    `sleep` takes seconds.
    """

    def __init__(
        self, allowances: Allowances, *, clock: Callable[[], datetime], sleep: Callable[[float], None]
    ) -> None:
        self._allowances = allowances
        self._clock = clock
        self._sleep = sleep
        self._paces: dict[str, CallRate] = {}
        self._lock = threading.Lock()
        self._is_behind = threading.Lock()
        self._last_place: datetime | None = None

    def wait(self, service: str, api: str) -> None:
        """Return when the API of the service, such as `identitystore` and `CreateUser`, may be called.

        Raises Awaited for whoever is behind all others, when those use the rate for too long.
        """
        quota = SSO_ADMIN if service == SSO_ADMIN else f"{service}:{api}"
        if (end := _END.get()) is not None and self._clock() >= end:
            raise Awaited("the time for reading is over", retry_after=_COME_BACK_AFTER)
        if _IS_BEHIND.get():
            self._wait_for_spare(quota)
            return
        with self._lock:
            now = self._clock()
            turn = self._pace(quota, now=now).take(now)
        if turn > now:
            self._sleep((turn - now).total_seconds())

    @contextmanager
    def until(self, end: datetime) -> Iterator[None]:
        """Let no call of this thread through after this moment, or after that of a block around this: raise Awaited."""
        outer = _END.get()
        before = _END.set(end if outer is None else min(end, outer))
        try:
            yield
        finally:
            _END.reset(before)

    @contextmanager
    def behind_all_others(self) -> Iterator[None]:
        """Let calls of this thread through only while others leave half of the rate unused.

        One thread at a time, so that the others are free for more urgent work. While one is in, raises Awaited with a
        time to come back at that is unique to the caller, so that waiting callers hardly call meanwhile.
        """
        if not self._is_behind.acquire(blocking=False):
            raise Awaited("what exists is read one name at a time", retry_after=self._next_place())
        before = _IS_BEHIND.set(True)
        try:
            yield
        finally:
            _IS_BEHIND.reset(before)
            self._is_behind.release()

    def _next_place(self) -> float:
        with self._lock:
            now = self._clock()
            self._last_place = max(now, self._last_place or now) + _BETWEEN_PLACES
            return (self._last_place - now).total_seconds()

    def _wait_for_spare(self, quota: str) -> None:
        began = self._clock()
        while True:
            with self._lock:
                now = self._clock()
                pace = self._pace(quota, now=now)
                spare = pace.spare_at(now)
                if spare <= now:
                    pace.take(now)
                    return
            if spare - began > _LONGEST_WAIT:
                raise Awaited("the rate of calls is needed for more urgent work", retry_after=_COME_BACK_AFTER)
            self._sleep((spare - now).total_seconds())

    def _pace(self, quota: str, *, now: datetime) -> CallRate:
        pace = self._paces.get(quota)
        if pace is None:
            _, most = self._allowances.budgets.range_of(quota)
            pace = self._paces[quota] = CallRate(partial(self._allowances.of, quota), most=most, now=now)
        return pace

    def guard(self, client: Any) -> Any:  # noqa: ANN401 - any boto3 client
        """Return the same client, with each of its calls passing this gate."""
        client.meta.events.register("before-parameter-build", self._before_call)
        return client

    def _before_call(self, model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's, without a public type
        self.wait(model.service_model.service_name, model.name)
