"""The keys with which HR systems sign what they send."""

from typing import Protocol


class SigningKeys(Protocol):
    """The signing keys of each HR source; a source is a name in a URL, such as `standard`."""

    def keys(self, source: str) -> tuple[str, ...]:
        """The current key, then the one before it while that still counts; never empty.

        Raises NotFound when there is no such source.
        """
