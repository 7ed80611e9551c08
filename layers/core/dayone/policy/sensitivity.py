"""Identify sensitive access: permissions to widen access, the management account, and names in the policy."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from dayone.model.accounts import Account
from dayone.model.guardrails import Verdict
from dayone.model.operations import Applied
from dayone.model.policy.origins import (
    Meaning,
    assignment_of,
    assignment_rule,
    harmless_of,
    meaning_of,
)
from dayone.model.policy.rules import (
    AccountSelector,
    AssignmentRule,
    CustomerPolicy,
    GroupRule,
    Location,
    PermissionSetRule,
    PersonSelector,
    Policy,
)
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Assignment, Resource, ResourceKind, Subject, SubjectKind, assignment_in
from dayone.policy.managed_policies import HARMLESS, SENSITIVE
from dayone.policy.matching import describes, may_share_accounts, selects_account
from dayone.policy.sensitive_documents import why_document_is_sensitive

# Sensitive whatever their current documents contain.
_BY_NAME = frozenset({"AdministratorAccess", "IAMFullAccess", "PowerUserAccess", "job-function/SystemAdministrator"})
_NOWHERE = Location("", 0)
MAYBE = "where accounts may be sensitive"
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

        A group is sensitive if it is declared so, or is given a sensitive permission set, or any access in an account
        that is called sensitive: where the accounts are not known, wherever one may be. So is one that was adopted with
        something sensitive that others have assigned it.
        """
        reasons = dict.fromkeys(sorted(self._names.groups), "the policy calls it sensitive")
        for rule in self._policy.assignments:
            if rule.group and rule.group not in reasons and (reason := self.why_rule(rule)):
                reasons[rule.group] = reason
        keys = {rule.called: rule.name for rule in self._policy.permission_sets}
        for each in sorted(self._policy.reservations.assigned):
            group, _, name = each.rpartition("/")
            if reason := self.why_set(keys.get(name, "")):
                reasons.setdefault(group, f"others have assigned it {f'`{name}`' if name else 'something'}: {reason}")
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

    def principals_in(self, account: Account, resources: Iterable[Resource]) -> frozenset[str]:
        """Return the principals with one of the resources in an account, or a rule, if it is called sensitive."""
        if account.is_management or not self.why_account(account):
            return frozenset()
        have = (assignment_in(each).principal for each in resources if each.kind is ResourceKind.ASSIGNMENT)
        given = (
            rule.principal
            for rule in self._policy.assignments
            if any(selects_account(each, account) for each in rule.accounts)
            and not any(describes(each, account) for each in rule.exceptions)
        )
        return frozenset(map(str, (*have, *given)))

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
            return f"the group is given `{rule.permission_set}`: {reason}"
        known = self._policy.reservations
        may_reach = not known.accounts_compared or rule.principal in known.in_sensitive_accounts
        for selector in rule.accounts:
            if selector.names_management:
                return _MANAGEMENT_ACCOUNT
            if may_reach and any(may_share_accounts(selector, each) for each in self._names.accounts):
                return f"the group is given `{rule.permission_set}` {MAYBE}"
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


def recorded_rule(applied: Mapping[Resource, Applied]) -> PermissionSetRule:
    """Return the confirmed contents of a permission set as a rule."""
    names: dict[ResourceKind, list[str]] = {}
    for resource in applied:
        names.setdefault(resource.kind, []).append(resource.name)
    inline = applied.get(Resource(ResourceKind.INLINE_POLICY))
    return PermissionSetRule(
        "",
        _NOWHERE,
        managed_policies=tuple(names.get(ResourceKind.MANAGED_POLICY, ())),
        customer_policies=tuple(map(CustomerPolicy, names.get(ResourceKind.CUSTOMER_POLICY, ()))),
        inline_policy=inline.attributes.get("document", "") if inline else "",
    )


def principals_exposed(account: SubjectState, sensitivity: Sensitivity) -> frozenset[str]:
    """Return who has something in an account, or is given it, if that is called sensitive."""
    fact = account.head.fact
    return sensitivity.principals_in(fact, account.applied) if isinstance(fact, Account) else frozenset()


def exposed_anew(state: SubjectState, *, fact: object, policy: Policy) -> frozenset[str]:
    """Return who has something in a sensitive account, by the fact that it is planned with, and is not noted yet."""
    if not (isinstance(fact, Account) and policy.reservations.accounts_compared):
        return frozenset()
    exposed = sensitivity_of(policy).principals_in(fact, state.applied)
    return exposed - policy.reservations.in_sensitive_accounts


def groups_with_access(
    account: SubjectState, sensitivity: Sensitivity, *, was_given: Callable[[str], bool]
) -> Iterable[str]:
    """Return the groups that have something sensitive in an account, or may have: all while something is under way."""
    if account.head.outstanding:
        return sensitivity.groups
    assignments = [assignment_in(each) for each in _given(account) if each.kind is ResourceKind.ASSIGNMENT]
    fact = account.head.fact
    is_sensitive = isinstance(fact, Account) and bool(sensitivity.why_account(fact))
    return [each.principal.group for each in assignments if is_sensitive or was_given(each.permission_set)]


def was_given(permission_set: str, *, sensitivity: Sensitivity, state_of: Callable[[Subject], SubjectState]) -> bool:
    """Return whether a sensitive permission set has had what makes it so: not when that was only asked for."""
    if not sensitivity.why_set(permission_set):
        return False
    if sensitivity.is_called_sensitive(permission_set) or not sensitivity.has_set(permission_set):
        return True
    state = state_of(Subject(SubjectKind.PERMISSION_SET, permission_set))
    is_under_way = state.head.outstanding or len([*_given(state)]) > len(state.applied)
    return bool(is_under_way or why_contents_are_sensitive(recorded_rule(state.applied)))


def _given(state: SubjectState) -> Iterator[Resource]:
    """Yield what AWS has confirmed of a subject, and what was approved for it."""
    yield from state.applied
    yield from (part.resource for part in state.head.held if part.verdict in (Verdict.APPROVED, Verdict.AHEAD))
