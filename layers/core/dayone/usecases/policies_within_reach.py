"""The policy together with what Day One may not touch, so that whoever plans by it leaves that out."""

from dataclasses import dataclass, field, replace

from dayone.domain.audit import AuditEntry
from dayone.domain.origins import Origins
from dayone.domain.policy import Policy, Reservation, Reservations
from dayone.ports.standing import Standing
from dayone.ports.state import Policies, PolicyInForce

_NONE, _UNKNOWN = Reservations(), Origins()


@dataclass(kw_only=True)
class PolicyWithinReach:
    """The port PolicyInForce over another one; the same policy is the same object as long as nothing has changed."""

    policies: PolicyInForce
    standing: Standing
    _last: tuple[Policy, Policy] | None = field(default=None, init=False)

    def current(self) -> Policy:
        """The policy in force; the empty one, version 0, before the first."""
        return self._with_terms(self.policies.current())

    def current_version(self) -> int:
        """Its number, 0 before the first."""
        return self.policies.current_version()

    def version(self, version: int) -> Policy:
        """A kept version, in force or not; raises NotFound for one that was never kept."""
        return self._with_terms(self.policies.version(version))

    def _with_terms(self, policy: Policy) -> Policy:
        off_limits = self.standing.off_limits()
        # What is made ready of a policy is kept for as long as it is the same object.
        if self._last and self._last[0] is policy and self._last[1].terms.off_limits == off_limits:
            return self._last[1]
        made = policy
        if policy.terms.off_limits != off_limits:
            made = replace(policy, terms=replace(policy.terms, off_limits=off_limits))
        self._last = (policy, made)
        return made


@dataclass(kw_only=True)
class PoliciesWithinReach(PolicyWithinReach):
    """The port Policies in the same way."""

    policies: Policies

    def activate(
        self, version: int, *, audit: AuditEntry, reservations: Reservations = _NONE, origins: Origins = _UNKNOWN
    ) -> None:
        """Put a kept version in force; see Policies."""
        self.policies.activate(version, audit=audit, reservations=reservations, origins=origins)

    def origins(self) -> Origins:
        """Who brought the parts of the version in force; see Policies."""
        return self.policies.origins()

    def lift(self, version: int, reservation: Reservation) -> None:
        """Lift a reservation; see Policies."""
        self.policies.lift(version, reservation)

    def approve(self, version: int, parts: frozenset[str]) -> None:
        """See Policies."""
        self.policies.approve(version, parts)
