"""The policy as it holds in this deployment, without what Day One may not touch."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dayone.model.accounts import Account
from dayone.model.audit import AuditEntry
from dayone.model.policy.origins import Origins
from dayone.model.policy.rules import Policy, Reservation, Reservations
from dayone.model.subjects import Subject, SubjectKind
from dayone.policy.language.parser import read_policy
from dayone.policy.language.yaml_source import PolicyFinding, invalid_policy
from dayone.policy.matching import no_rights_in, reaches_without_rights
from dayone.ports.live_access import Standing
from dayone.ports.records import Records
from dayone.ports.store import Policies, PolicyInForce

_NONE, _UNKNOWN = Reservations(), Origins()


@dataclass(kw_only=True)
class PolicyWithinReach:
    """The port PolicyInForce over another one; the same policy is the same object as long as nothing has changed."""

    policies: PolicyInForce
    standing: Standing
    _last: tuple[Policy, Policy] | None = field(default=None, init=False)

    def current(self) -> Policy:
        """Return the policy in force; the empty one, version 0, before the first."""
        return self._with_terms(self.policies.current())

    def current_version(self) -> int:
        """Its number, 0 before the first."""
        return self.policies.current_version()

    def version(self, version: int) -> Policy:
        """Return a stored version, in force or not; raise NotFound for one that was never stored."""
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
        """Return the authors of the parts of the version in force; see Policies."""
        return self.policies.origins()

    def lift(self, version: int, reservation: Reservation) -> None:
        """Lift a reservation; see Policies."""
        self.policies.lift(version, reservation)

    def approve(self, version: int, parts: frozenset[str]) -> None:
        """See Policies."""
        self.policies.approve(version, parts)

    def note_access(self, version: int, *, in_sensitive_accounts: frozenset[str], assigned: frozenset[str]) -> None:
        """See Policies."""
        self.policies.note_access(version, in_sensitive_accounts=in_sensitive_accounts, assigned=assigned)


def read_policy_here(files: Mapping[str, str], *, in_force: Policy, version: int, records: Records) -> Policy:
    """Parse the policy of these texts by file name; raise Invalid with every mistake, or for unsupported rules.

    Unsupported are assignments in the management account without the IAM rights that AWS demands there.
    """
    policy = _in_this_deployment(read_policy(files, version=version), in_force=in_force)
    account = policy.terms.off_limits.account
    fact = records.subject(Subject(SubjectKind.ACCOUNT, account)).head.fact if account else None
    recorded = fact if isinstance(fact, Account) else None
    found = [
        PolicyFinding(
            file=place.file, line=place.line, column=1, message=f"{no_rights_in(account)}, or leave the account out"
        )
        for place in reaches_without_rights(policy, recorded)
    ]
    if found:
        raise invalid_policy(found)
    return policy


def _in_this_deployment(policy: Policy, *, in_force: Policy) -> Policy:
    # What the deployment is able to do is no matter of the file.
    people = replace(policy.people, can_end_sessions=in_force.people.can_end_sessions)
    return replace(policy, people=people, terms=replace(policy.terms, off_limits=in_force.terms.off_limits))
