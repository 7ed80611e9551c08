"""Desired memberships and assignments by the policy in force, by the names that Identity Center has for them."""

from dataclasses import dataclass, replace

from dayone.model.accounts import Account, AccountState, left_alone_in
from dayone.model.policy.rules import Policy
from dayone.model.subjects import Assignment, Desired, Principal, Resource, ResourceKind, Subject, SubjectKind
from dayone.planning.evaluation import PolicyEvaluator
from dayone.planning.facts import evaluator_of
from dayone.ports.operations import Clock
from dayone.ports.records import Records, SubjectIndex
from dayone.ports.store import PolicyInForce


@dataclass(frozen=True, kw_only=True)
class DesiredAccess:
    """Reading what is desired: what it needs."""

    policies: PolicyInForce
    records: Records
    index: SubjectIndex
    clock: Clock

    def evaluate(self, *, policy: Policy | None = None) -> "EvaluatedAccess":
        """By this policy, or by the one that is in force at this moment."""
        policy = policy or self.policies.current()
        records, version_of = self.records, self.policies.version
        evaluator = evaluator_of(policy, state_of=records.subject, now=self.clock(), version_of=version_of)
        return EvaluatedAccess(self, policy, evaluator)


class EvaluatedAccess:
    """Desired access of many subjects at one moment; each subject is evaluated once."""

    def __init__(self, access: DesiredAccess, policy: Policy, evaluator: PolicyEvaluator) -> None:
        self._access, self._evaluator = access, evaluator
        self.policy, self.now = policy, evaluator.now
        self._groups = {rule.called.casefold(): rule.name for rule in policy.groups}
        self._sets = {rule.called: rule.name for rule in policy.permission_sets}
        self._desired = dict[Subject, Desired]()
        self._people = dict[str, str]()
        self._in_accounts = dict[str, Desired]()

    def group_key(self, name: str) -> str:
        """Return the key of the policy's group with this display name, or empty."""
        return self._groups.get(name.casefold(), "")

    def set_key(self, name: str) -> str:
        """Return the key of the policy's permission set with this name in AWS, or empty."""
        return self._sets.get(name, "")

    def person_of(self, user_name: str) -> str:
        """Return the HR id of the person with this user name, or empty."""
        if user_name and user_name not in self._people:
            self._people[user_name] = self._access.index.holder_of(f"user-name:{user_name.casefold()}")
        return self._people.get(user_name, "")

    def is_member(self, person: str, *, group: str) -> bool:
        """Return whether a person should be in the group of this key."""
        desired = self.of(Subject(SubjectKind.PERSON, person))
        return Resource(ResourceKind.MEMBERSHIP, group) in desired.resources

    def is_assigned(self, account: str, *, permission_set: str, group: str = "", person: str = "") -> bool:
        """Return whether an assignment is desired in an account, by the names of set and group in Identity Center.

        In an account that is left alone until it is active, what is desired then stays meanwhile.
        """
        key, group_key = self.set_key(permission_set), self.group_key(group)
        if not (key and (group_key or person)):
            return False
        principal = Principal(person=person) if person else Principal(group=group_key)
        return Assignment(key, principal).resource in self._in_account(account).resources

    def _in_account(self, account: str) -> Desired:
        if account not in self._in_accounts:
            state = self._access.records.subject(Subject(SubjectKind.ACCOUNT, account))
            fact = state.head.fact
            if isinstance(fact, Account) and left_alone_in(fact.state):
                fact = replace(fact, state=AccountState.ACTIVE)
            self._in_accounts[account] = self._evaluator.desired(state, fact=fact)
        return self._in_accounts[account]

    def of(self, subject: Subject) -> Desired:
        """All that a subject is to have, by the fact and the grants that are recorded."""
        if subject not in self._desired:
            state = self._access.records.subject(subject)
            self._desired[subject] = self._evaluator.desired(state, fact=state.head.fact)
        return self._desired[subject]
