"""The port SigningKeys in memory."""

from collections.abc import Mapping

from dayone.errors import NotFound


class MemorySigningKeys:
    def __init__(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        self._keys = keys

    def keys(self, source: str) -> tuple[str, ...]:
        if source not in self._keys:
            raise NotFound(f"there is no HR source {source!r}")
        return self._keys[source]
