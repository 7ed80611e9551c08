"""The port Standing in memory."""

from dayone.model.policy.context import OffLimits


class MemoryStanding:
    def __init__(self, off_limits: OffLimits) -> None:
        self._off_limits = off_limits

    def off_limits(self) -> OffLimits:
        return self._off_limits
