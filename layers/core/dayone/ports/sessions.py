"""What the use cases need to end sessions that live on when access has gone."""

from typing import Protocol

from dayone.ports.identity_center import Receipt


class LiveSessions(Protocol):
    """Policies that deny everything to the users who are in them, in every account that the policies hold for."""

    def end(self, user_id: str) -> Receipt:
        """Put a user in; references: `policy_id`. Harmless when they are in already.

        Raises Awaited while no policy has room for one more.
        """

    def release(self, user_id: str, *, policy_id: str = "") -> Receipt:
        """Take a user out, of all policies when it is not known in which they are; harmless when they are in none."""
