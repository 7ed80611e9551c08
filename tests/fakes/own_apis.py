"""The stack's own APIs, in memory."""

from dataclasses import dataclass


@dataclass
class MemoryOwnApis:
    """The port OwnApis; the id is that of the event files."""

    ids: frozenset[str] = frozenset({"a1b2c3d4e5"})

    def includes(self, api_id: str) -> bool:
        """See OwnApis."""
        return api_id in self.ids
