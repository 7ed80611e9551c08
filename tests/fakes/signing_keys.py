"""The ports SigningKeys and TokenKeys in memory."""

from collections.abc import Mapping

from dayone.errors import Unavailable
from dayone.model.hr_sources import Source, TokenIssuer


class MemorySigningKeys:
    def __init__(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        self._keys = keys

    def keys(self, source: Source) -> tuple[str, ...]:
        if source.name not in self._keys:
            raise Unavailable(f"there is no secret of {source.name!r}")
        return self._keys[source.name]


class MemoryTokenKeys:
    def __init__(self, keys: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self._keys = keys or {}

    def keys(self, issuer: TokenIssuer) -> tuple[str, ...]:
        if issuer.keys_url not in self._keys:
            raise Unavailable("there are no keys")
        return self._keys[issuer.keys_url]
