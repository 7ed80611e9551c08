"""Ending live sessions, the service control policy for that, and welcome mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dayone.model.subjects import Subject
from dayone.ports.identity_center import Receipt


@dataclass(frozen=True, kw_only=True)
class OwnedPolicy:
    """A service control policy by AWS's id and ARN; `owner` is the stack that made it, empty for anybody else's."""

    id: str
    arn: str
    owner: str = ""


@dataclass(frozen=True, kw_only=True)
class WelcomeMail:
    """A mail ready to be sent."""

    sender: str
    to: str
    subject: str
    text: str


class SessionPolicyStore(Protocol):
    """Service control policies of the organization.

    Nothing here writes the content of a policy that exists: the users whose sessions are ended are in there.
    """

    def find(self, name: str) -> OwnedPolicy | None:
        """Return the policy of that name, or None."""

    def create(self, name: str, *, owner: str) -> OwnedPolicy:
        """Make one that ends nobody's sessions yet; raises Conflicting when the name was taken a moment ago."""

    def targets_of(self, policy_id: str) -> frozenset[str]:
        """Return the ids of the roots, organizational units and accounts that it is attached to."""

    def policies_on(self, target: str) -> frozenset[str]:
        """Return the ids of the policies attached to a target itself; raise NotFound for no such target."""

    def attach(self, policy_id: str, *, target: str) -> None:
        """Attach it; harmless when it is."""

    def detach(self, policy_id: str, *, target: str) -> None:
        """Detach it; harmless when it is not attached, or one of the two no longer exists."""

    def delete(self, policy_id: str) -> None:
        """Delete a policy that is attached to nothing; harmless when it no longer exists."""


class LiveSessions(Protocol):
    """Policies that deny everything to the users who are in them, in every account that the policies hold for.

    Whatever somebody else has changed in what denies is put right by the next writing.
    """

    def end(self, user_id: str) -> Receipt:
        """Put a user in; references: `policy_id`. Harmless when they are in already.

        Raises Awaited while no policy has room for one more.
        """

    def release(self, user_id: str, *, policy_id: str = "") -> Receipt:
        """Remove a user from one policy, or from all if it is not given; harmless when they are in none."""


class DeniedUsers(Protocol):
    """The same policies, to be read only."""

    def users(self) -> frozenset[str]:
        """Return the ids of the users denied everything by the policies; raise NotFound for a missing policy."""


class RevokedSessions(Protocol):
    """The people whose sessions are recorded as revoked."""

    def confirmed(self) -> Sequence[tuple[Subject, str]]:
        """Each person with the id of their user, where AWS has confirmed it and nothing is being changed."""


class Post(Protocol):
    """Sends mail."""

    def send(self, mail: WelcomeMail) -> Receipt:
        """Hand a mail over to be delivered; raises Refused when its sender may not send or its address cannot be."""
