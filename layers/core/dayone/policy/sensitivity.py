"""Identify sensitive access: permissions to widen access, the management account, and names in the policy."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from dayone.model.accounts import Account
from dayone.model.policy.origins import (
    Meaning,
    assignment_of,
    assignment_rule,
    birthright_of,
    harmless_of,
    meaning_of,
)
from dayone.model.policy.rules import (
    AccountSelector,
    AssignmentRule,
    GroupRule,
    PermissionSetRule,
    PersonSelector,
    Policy,
    PolicyNote,
)
from dayone.model.subjects import Assignment, Resource, ResourceKind, assignment_in
from dayone.policy.managed_policies import HARMLESS, SENSITIVE
from dayone.policy.matching import describes, may_share_accounts, names_management
from dayone.policy.sensitive_documents import why_document_is_sensitive

# Sensitive whatever their current documents contain.
_BY_NAME = frozenset({"AdministratorAccess", "IAMFullAccess", "PowerUserAccess", "job-function/SystemAdministrator"})
# Attributes that HR systems let people edit themselves.
_OWN = frozenset({"given_name", "family_name", "display_name", "user_name", "email", "time_zone", "location"})
_MAYBE = "where accounts may be sensitive"
_BY_OWNERS = "which whoever tags or renames accounts can set"
_MANAGEMENT_ACCOUNT = "it reaches the management account"


def why_contents_are_sensitive(permission_set: PermissionSetRule) -> str:
    """Return the reason why the contents of a permission set are sensitive, or "", whatever the policy declares.

    A boundary makes nothing harmless, because it can be removed. A Deny of the inline policy counts in that alone. An
    AWS managed policy that is in no table here, and any customer managed policy, cannot be read.
    """
    return next(_reasons(permission_set), "")


def _reasons(permission_set: PermissionSetRule) -> Iterator[str]:
    for path in permission_set.managed_policies:
        if path in _BY_NAME or path in SENSITIVE:
            yield f"it has `{path.rpartition('/')[2]}`, by which people can widen access"
        elif path not in HARMLESS:
            yield f"it has `{path}`, which this release of Day One does not know"
    for policy in permission_set.customer_policies:
        yield f"it has your policy `{policy}`, which cannot be read"
    if permission_set.inline_policy and (reason := why_document_is_sensitive(permission_set.inline_policy)):
        yield reason


def birthrights_in_force(policy: Policy) -> Iterator[str]:
    """Yield a sentence for each sensitive access that HR alone gives."""
    for rule in _birthrights(policy):
        if birthright_of(rule) in policy.sensitive.birthrights:
            yield f"{rule.location}: {_given_by_hr(rule, policy=policy)}"


def _birthrights(policy: Policy) -> Iterator[GroupRule | AssignmentRule]:
    yield from (rule for rule in policy.groups if rule.birthright)
    yield from (rule for rule in policy.assignments if rule.birthright)


def _given_by_hr(rule: GroupRule | AssignmentRule, *, policy: Policy) -> str:
    what = f"group {rule.name}" if isinstance(rule, GroupRule) else f"{rule.permission_set} of person {rule.person}"
    if birthright_of(rule) in policy.sensitive.birthrights:
        return f"HR alone gives {what}, although it is sensitive (`birthright`)"
    return f"{what} is to be given by HR alone (`birthright`), which counts once somebody else has approved that"


def sensitive_sets(policy: Policy) -> Iterator[PolicyNote]:
    """Yield a note on each permission set that is sensitive or declared harmless although it is, and each birthright.

    Also on what gives sensitive access, or excepts from it, by what many can change.
    """
    sensitivity = Sensitivity(policy)
    yield from _given_lightly(policy, sensitivity)
    reasons = sensitivity.permission_sets
    for rule in _birthrights(policy):
        yield PolicyNote(rule.location, _given_by_hr(rule, policy=policy))
    for permission_set in policy.permission_sets:
        if reason := reasons.get(permission_set.name):
            yield PolicyNote(permission_set.location, f"permission set `{permission_set.name}` is sensitive: {reason}")
        elif reason := why_contents_are_sensitive(permission_set):
            yield PolicyNote(
                permission_set.location, f"permission set `{permission_set.name}` is called harmless, although {reason}"
            )


def _given_lightly(policy: Policy, sensitivity: "Sensitivity") -> Iterator[PolicyNote]:
    """Yield what gives sensitive access, or keeps somebody or an account out of it, by what many can change."""
    for group in policy.groups:
        if reason := sensitivity.groups.get(group.name):
            yield from _joined_lightly(group, reason=reason)
    for rule in policy.assignments:
        for role, places in (("goes by", rule.accounts), ("leaves accounts out by", rule.exceptions)):
            if sensitivity.why_set(rule.permission_set) and (names := _set_by_owners(places)):
                text = f"`{rule.permission_set}` is sensitive and {role} {names}, {_BY_OWNERS}"
                yield PolicyNote(rule.location, text)
    for selector in policy.sensitive.accounts:
        if names := _set_by_owners([selector]):
            yield PolicyNote(selector.location, f"accounts are sensitive by {names}, {_BY_OWNERS}")


def _joined_lightly(group: GroupRule, *, reason: str) -> Iterator[PolicyNote]:
    if reason.endswith(_MAYBE):
        text = f"group `{group.name}` is sensitive, so whoever joins it waits for an approval: {reason}"
        yield PolicyNote(group.location, text)
    for role, selectors in (("goes by", group.members), ("leaves people out by", group.exceptions)):
        attributes = {condition.attribute for selector in selectors for condition in selector.conditions}
        if own := attributes & _OWN:
            names = ", ".join(f"`{name}`" for name in sorted(own))
            text = f"group `{group.name}` is sensitive and {role} {names}, which people can often edit themselves"
            yield PolicyNote(group.location, text)


def _set_by_owners(selectors: Iterable[AccountSelector]) -> str:
    tags = sorted({condition.attribute for selector in selectors for condition in selector.tags})
    names = "the account's name" if any(selector.names for selector in selectors) else ""
    listed = ", ".join(f"`{name}`" for name in tags)
    return " and ".join(filter(None, (f"the tag {listed}" if tags else "", names)))


@dataclass(frozen=True)
class PolicyPart:
    """A policy's part about a resource: the meaning of its rules and rights, and the selected people or accounts."""

    meaning: Mapping[str, Meaning]
    selectors: tuple[PersonSelector | AccountSelector, ...]


class Sensitivity:
    """Sensitive access in one policy, each with the reason; "" is not sensitive."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._names = policy.sensitive
        self._sets = frozenset(rule.name for rule in policy.permission_sets)
        self._parts: dict[Resource, PolicyPart] = {}

    @property
    def policy(self) -> Policy:
        """The policy that gives it."""
        return self._policy

    @cached_property
    def permission_sets(self) -> Mapping[str, str]:
        """Reasons of the sensitive permission sets of the policy, by key."""
        reasons = {rule.name: self._why_set(rule) for rule in self._policy.permission_sets}
        return {name: reason for name, reason in reasons.items() if reason}

    @cached_property
    def groups(self) -> Mapping[str, str]:
        """Reasons why memberships in the sensitive groups are so, by key.

        A group is sensitive if it is declared so, or is given a sensitive permission set or any access where an account
        may be sensitive: now or in future.
        """
        reasons = dict.fromkeys(sorted(self._names.groups), "the policy calls it sensitive")
        for rule in self._policy.assignments:
            if rule.group and rule.group not in reasons and (reason := self.why_rule(rule)):
                reasons[rule.group] = reason
        return reasons

    def part_of(self, resource: Resource) -> PolicyPart:
        """Return what the policy says of a membership or an assignment: made once, for everybody who is given it."""
        if (part := self._parts.get(resource)) is None:
            part = self._parts[resource] = self._made_part(resource)
        return part

    @cached_property
    def _assignments(self) -> Mapping[str, list[AssignmentRule]]:
        rules: dict[str, list[AssignmentRule]] = {}
        for rule in self._policy.assignments:
            rules.setdefault(assignment_of(rule), []).append(rule)
        return rules

    def _made_part(self, resource: Resource) -> PolicyPart:
        rules: tuple[GroupRule | AssignmentRule, ...]
        if resource.kind is ResourceKind.MEMBERSHIP:
            rules = tuple(rule for rule in self._policy.groups if rule.name == resource.name)
            assigned = tuple(rule for rule in self._policy.assignments if rule.group == resource.name)
            sets, more = {rule.permission_set for rule in assigned}, {"assigned": assigned}
        elif resource.kind is not ResourceKind.ASSIGNMENT:
            # Whoever a user is counts, and no rule.
            return PolicyPart({}, ())
        else:
            rules = tuple(self._assignments.get(assignment_rule(resource.name), ()))
            sets, more = {assignment_in(resource).permission_set}, {}
        rights = {rule.name: rule.rights for rule in self._policy.permission_sets if rule.name in sets}
        meant = {"rules": rules, "rights": rights, **more}
        gives = (each for rule in rules for each in _selectors(rule))
        return PolicyPart({name: Meaning(meaning_of(value)) for name, value in meant.items()}, tuple(gives))

    def why_set(self, name: str) -> str:
        """Return the reason why a permission set is sensitive, by its key; one outside the policy cannot be read."""
        if name in self._sets:
            return self.permission_sets.get(name, "")
        return "it is not in the policy, so its parts cannot be read"

    def has_set(self, name: str) -> bool:
        """Return whether a permission set is in the policy, by its key."""
        return name in self._sets

    def is_called_sensitive(self, name: str) -> bool:
        """Return whether the policy declares a permission set sensitive, whatever it contains."""
        return name in self._names.permission_sets

    def is_called_harmless(self, name: str) -> bool:
        """Return whether the policy declares a permission set harmless with exactly its present contents."""
        return any(
            rule.name == name and harmless_of(rule) in self._names.harmless for rule in self._policy.permission_sets
        )

    def why_account(self, account: Account) -> str:
        """Return the reason why any access in an account is sensitive, or ""."""
        if account.is_management:
            return _MANAGEMENT_ACCOUNT
        if any(describes(selector, account) for selector in self._names.accounts):
            return "the policy calls the account sensitive"
        return ""

    def why_assignment(self, assignment: Assignment, *, account: Account) -> str:
        """Return the reason why an assignment is sensitive: its permission set, the account, or the group."""
        if reason := self.why_account(account):
            return reason
        if reason := self.why_set(assignment.permission_set):
            return f"permission set `{assignment.permission_set}`: {reason}"
        group = assignment.principal.group
        return f"the policy calls group `{group}` sensitive" if group in self._names.groups else ""

    def why(self, resource: Resource, *, fact: object) -> str:
        """Return the reason why a membership, or an assignment in the account that is the fact, is sensitive, or ""."""
        if resource.kind is ResourceKind.MEMBERSHIP:
            return self.groups.get(resource.name, "")
        if resource.kind is ResourceKind.ASSIGNMENT and isinstance(fact, Account):
            return self.why_assignment(assignment_in(resource), account=fact)
        return ""

    def _why_set(self, rule: PermissionSetRule) -> str:
        if rule.name in self._names.permission_sets:
            return "the policy calls it sensitive"
        return "" if harmless_of(rule) in self._names.harmless else why_contents_are_sensitive(rule)

    def why_rule(self, rule: AssignmentRule) -> str:
        """Return the reason why an assignment rule gives something sensitive, wherever it does, or ""."""
        if reason := self.why_set(rule.permission_set):
            return f"it is given `{rule.permission_set}`: {reason}"
        for selector in rule.accounts:
            if names_management(selector):
                return _MANAGEMENT_ACCOUNT
            if any(may_share_accounts(selector, sensitive) for sensitive in self._names.accounts):
                return f"it is given `{rule.permission_set}` {_MAYBE}"
        return ""


def _selectors(rule: GroupRule | AssignmentRule) -> Iterator[PersonSelector | AccountSelector]:
    yield from rule.members if isinstance(rule, GroupRule) else rule.accounts
    yield from rule.exceptions


_READY: dict[int, Sensitivity] = {}
_MOST_READY = 3


def sensitivity_of(policy: Policy) -> Sensitivity:
    """Return the sensitive access of a policy, computed once while the same policy object is used."""
    made = _READY.pop(id(policy), None)
    if made is None or made.policy is not policy:
        made = Sensitivity(policy)
    # The most recently used one is at the end.
    _READY[id(policy)] = made
    for oldest in list(_READY)[:-_MOST_READY]:
        _READY.pop(oldest, None)
    return made
