"""What the use cases need to end sessions that live on when access has gone."""

from collections.abc import Sequence
from typing import Protocol

from dayone.domain.subjects import Subject
from dayone.ports.identity_center import Receipt


class LiveSessions(Protocol):
    """Policies that deny everything to the users who are in them, in every account that the policies hold for.

    Whatever somebody else has changed in what denies is put right by the next writing.
    """

    def end(self, user_id: str) -> Receipt:
        """Put a user in; references: `policy_id`. Harmless when they are in already.

        Raises Awaited while no policy has room for one more.
        """

    def release(self, user_id: str, *, policy_id: str = "") -> Receipt:
        """Take a user out, of all policies when it is not known in which they are; harmless when they are in none."""


class DeniedUsers(Protocol):
    """The same policies, to be read only."""

    def users(self) -> frozenset[str]:
        """The ids of the users whom the policies deny everything as they stand; raises NotFound when one is gone."""


class RevokedSessions(Protocol):
    """Whose sessions are ended on record."""

    def confirmed(self) -> Sequence[tuple[Subject, str]]:
        """Each person with the id of their user, where AWS has confirmed it and nothing is being changed."""
