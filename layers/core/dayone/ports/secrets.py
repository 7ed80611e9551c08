"""The secrets of HR systems: what they sign deliveries with, and what their APIs are called with."""

from typing import Protocol

from dayone.domain.hr_sources import Source, TokenIssuer


class SigningKeys(Protocol):
    """The secrets of each HR source, which rotate without a gap."""

    def keys(self, source: Source) -> tuple[str, ...]:
        """The current one, then the one before it while that still counts; never empty.

        Raises Unavailable when the secret cannot be read or holds nothing.
        """


class TokenKeys(Protocol):
    """The public keys of whoever issues access tokens."""

    def keys(self, issuer: TokenIssuer) -> tuple[str, ...]:
        """Each key as a JSON Web Key; raises Unavailable when they cannot be read."""
