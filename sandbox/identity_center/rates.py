"""Rate limits of calls: calls above the rate are throttled, as AWS does."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.protocol.service_error import ServiceError, SilentError


@dataclass
class Bucket:
    """Calls that may be made at once: filled at `rate` a second, never beyond one second's worth.

    AWS does not tell how large a burst its quotas allow; a second's worth is what "20 a second" says at least.
    """

    rate: float
    filled_at: float
    calls: float

    def take(self, now: float) -> bool:
        """Use one call, if there is one; a call that is throttled costs nothing."""
        self.calls = min(max(1.0, self.rate), self.calls + (now - self.filled_at) * self.rate)
        self.filled_at = now
        if self.calls < 1.0:
            return False
        self.calls -= 1.0
        return True


class CallRates:
    """The buckets of all quotas on calls: one for the whole of sso-admin, one for each operation of others.

    Source: IAM Identity Center User Guide, quotas: sso-admin has a collective throttle, the Identity Store APIs have
    one each. Organizations has rates that differ by operation and are not all published: here one for each.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}

    def check(self, service: str, operation: str, behaviour: Behaviour) -> None:
        """Count one call; raises ServiceError with ThrottlingException when it is one too many."""
        if service == "sso-admin" and not self._may_call(service, behaviour.calls_per_second):
            raise ServiceError("ThrottlingException", "Rate exceeded")
        if service == "identitystore" and not self._may_call(operation, behaviour.store_calls_per_second):
            if behaviour.bare_throttles:
                raise SilentError("ThrottlingException")
            raise ServiceError("ThrottlingException", "Rate exceeded", RetryAfterSeconds=1)
        if service == "organizations" and not self._may_call(operation, behaviour.organization_calls_per_second):
            raise ServiceError(
                "TooManyRequestsException",
                "AWS Organizations can't complete your request because another request is already in progress. "
                "Try again later.",
            )

    def _may_call(self, quota: str, rate: float | None) -> bool:
        if rate is None:
            return True
        now = self._clock()
        bucket = self._buckets.get(quota)
        if bucket is None or bucket.rate != rate:
            bucket = self._buckets[quota] = Bucket(rate, now, max(1.0, rate))
        return bucket.take(now)
