"""What is needed to own the service control policy that ends live sessions: all but its content."""

from typing import Protocol

from dayone.domain.session_policy import OwnedPolicy


class SessionPolicyStore(Protocol):
    """Service control policies of the organization.

    Nothing here writes the content of a policy that exists: the users whose sessions are ended are in there.
    """

    def find(self, name: str) -> OwnedPolicy | None:
        """The policy of that name, or None."""

    def create(self, name: str, *, owner: str) -> OwnedPolicy:
        """Make one that ends nobody's sessions yet; raises Conflicting when the name was taken a moment ago."""

    def targets_of(self, policy_id: str) -> frozenset[str]:
        """The ids of the roots, organizational units and accounts that it is attached to."""

    def policies_on(self, target: str) -> frozenset[str]:
        """The ids of the policies that are attached to a target itself; raises NotFound for no such target."""

    def attach(self, policy_id: str, *, target: str) -> None:
        """Attach it; harmless when it is."""

    def detach(self, policy_id: str, *, target: str) -> None:
        """Detach it; harmless when it is not attached, or one of the two no longer exists."""

    def delete(self, policy_id: str) -> None:
        """Delete a policy that is attached to nothing; harmless when it no longer exists."""
