"""Say which access is sensitive, and what of it waits for an approval before it is given.

Sensitive is what lets somebody widen access, reaches the management account, or is named so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dayone.domain.accounts import Account
from dayone.domain.adoption import Adoption
from dayone.domain.assignments import Assignment, assignment_in
from dayone.domain.desired import Desired
from dayone.domain.existing import digest_of
from dayone.domain.guardrails import is_removal
from dayone.domain.managed_policies import HARMLESS, SENSITIVE
from dayone.domain.matching import describes, may_share_accounts, names_management
from dayone.domain.operations import Action, Applied
from dayone.domain.people import Person
from dayone.domain.policy import AssignmentRule, CustomerPolicy, Location, PermissionSetRule, Policy, PolicyNote
from dayone.domain.precedence import PARTS_OF_A_SET, Difference
from dayone.domain.sensitive_policies import why_document_is_sensitive
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import ITSELF, Resource, ResourceKind, Subject, SubjectKind

# Sensitive whatever their documents say by now.
_BY_NAME = frozenset({"AdministratorAccess", "IAMFullAccess", "PowerUserAccess", "job-function/SystemAdministrator"})
_MANAGEMENT_ACCOUNT = "it reaches the management account"


def why_contents_are_sensitive(permission_set: PermissionSetRule) -> str:
    """Why what a permission set consists of is sensitive, or "", whatever the policy calls it.

    A boundary makes nothing harmless, for it can be taken off. A Deny of the inline policy counts in that alone. A
    policy of AWS's that is in no table here, and any customer managed policy, cannot be read.
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


def sensitive_sets(policy: Policy) -> Iterator[PolicyNote]:
    """A note on each permission set that is sensitive, or would be if the policy did not call it harmless."""
    reasons = Sensitivity(policy).permission_sets
    for rule in policy.permission_sets:
        if reason := reasons.get(rule.name):
            yield PolicyNote(rule.location, f"permission set `{rule.name}` is sensitive: {reason}")
        elif reason := why_contents_are_sensitive(rule):
            yield PolicyNote(rule.location, f"permission set `{rule.name}` is called harmless, although {reason}")


class Sensitivity:
    """What of the access that one policy gives is sensitive, each with the reason; "" is not sensitive."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._names = policy.sensitive
        self._sets = frozenset(rule.name for rule in policy.permission_sets)

    @property
    def policy(self) -> Policy:
        """The policy that gives it."""
        return self._policy

    @cached_property
    def permission_sets(self) -> Mapping[str, str]:
        """Why each permission set of the policy that is sensitive is so, by its key."""
        reasons = {rule.name: self._why_set(rule) for rule in self._policy.permission_sets}
        return {name: reason for name, reason in reasons.items() if reason}

    @cached_property
    def groups(self) -> Mapping[str, str]:
        """Why a membership in each group that is sensitive is so, by its key.

        A group is sensitive that is named so, or is given a sensitive permission set or anything where an account may
        be sensitive: now or whenever such an account comes.
        """
        reasons = dict.fromkeys(sorted(self._names.groups), "the policy calls it sensitive")
        for rule in self._policy.assignments:
            if rule.group and rule.group not in reasons and (reason := self._why_rule(rule)):
                reasons[rule.group] = reason
        return reasons

    def why_set(self, name: str) -> str:
        """Why a permission set is sensitive, by its key; one that is not in the policy cannot be read."""
        if name in self._sets:
            return self.permission_sets.get(name, "")
        return "it is not in the policy, so its parts cannot be read"

    def has_set(self, name: str) -> bool:
        """Whether a permission set is in the policy, by its key."""
        return name in self._sets

    def is_called_sensitive(self, name: str) -> bool:
        """Whether the policy says that a permission set is sensitive, whatever it has."""
        return name in self._names.permission_sets

    def is_called_harmless(self, name: str) -> bool:
        """Whether the policy says that the contents of a permission set do no harm."""
        return name in self._names.harmless

    def why_account(self, account: Account) -> str:
        """Why any access in an account is sensitive."""
        if account.is_management:
            return _MANAGEMENT_ACCOUNT
        if any(describes(selector, account) for selector in self._names.accounts):
            return "the policy calls the account sensitive"
        return ""

    def why_assignment(self, assignment: Assignment, *, account: Account) -> str:
        """Why an assignment in an account is sensitive: by its permission set, the account, or the group."""
        if reason := self.why_account(account):
            return reason
        if reason := self.why_set(assignment.permission_set):
            return f"permission set `{assignment.permission_set}`: {reason}"
        group = assignment.principal.group
        return f"the policy calls group `{group}` sensitive" if group in self._names.groups else ""

    def why(self, resource: Resource, *, fact: object) -> str:
        """Why it is sensitive to give a membership, or an assignment in the account that is the fact."""
        if resource.kind is ResourceKind.MEMBERSHIP:
            return self.groups.get(resource.name, "")
        if resource.kind is ResourceKind.ASSIGNMENT and isinstance(fact, Account):
            return self.why_assignment(assignment_in(resource), account=fact)
        return ""

    def _why_set(self, rule: PermissionSetRule) -> str:
        if rule.name in self._names.permission_sets:
            return "the policy calls it sensitive"
        return "" if rule.name in self._names.harmless else why_contents_are_sensitive(rule)

    def _why_rule(self, rule: AssignmentRule) -> str:
        if reason := self.why_set(rule.permission_set):
            return f"it is given `{rule.permission_set}`: {reason}"
        for selector in rule.accounts:
            if names_management(selector):
                return _MANAGEMENT_ACCOUNT
            if any(may_share_accounts(selector, sensitive) for sensitive in self._names.accounts):
                return f"it is given `{rule.permission_set}` where accounts may be sensitive"
        return ""


_READY: dict[int, Sensitivity] = {}
_MOST_READY = 3


def sensitivity_of(policy: Policy) -> Sensitivity:
    """What of a policy is sensitive, found out once as long as it is the same policy that is asked about."""
    made = _READY.pop(id(policy), None)
    if made is None or made.policy is not policy:
        made = Sensitivity(policy)
    # The one that was asked for last is at the end.
    _READY[id(policy)] = made
    for oldest in list(_READY)[:-_MOST_READY]:
        _READY.pop(oldest, None)
    return made


FIRST_APPROVAL = "the account existed before Day One, and its first assignments are not approved yet"
_RIGHTS = PARTS_OF_A_SET - {ResourceKind.PERMISSION_SET}
_NOWHERE = Location("", 0)


@dataclass(frozen=True, kw_only=True)
class Gift:
    """Why something that would be given waits for an approval; `is_sensitive` by what it lets people do."""

    reason: str
    is_sensitive: bool = False


@dataclass(frozen=True, kw_only=True)
class Giving:
    """In which circumstances a subject's plan gives something; `recorded` looks up what is recorded of another."""

    state: SubjectState
    fact: Person | Account | None
    desired: Desired
    adoption: Adoption | None
    recorded: Callable[[Subject], SubjectState]


def form_of(desired: Desired) -> str:
    """Stands for everything that a subject is to be."""
    return digest_of({resource: how.attributes for resource, how in desired.resources.items()})


def held_gifts(found: Sequence[Difference], *, giving: Giving, sensitivity: Sensitivity) -> Mapping[Resource, Gift]:
    """What waits for an approval although it takes nothing away, each with the reason.

    That is sensitive access, loosened guardrails, in an account from before Day One its first assignments, and all that
    changes what others made and use.
    """
    adoption, head = giving.adoption, giving.state.head
    if adoption is not None and adoption.in_use:
        return {one.resource: Gift(reason=adoption.held_because) for one in found if not is_removal(one)}
    if head.subject.kind is SubjectKind.PERMISSION_SET:
        return _gifts_of_set(found, giving=giving, sensitivity=sensitivity)
    gifts = dict[Resource, Gift]()
    first = {one.resource for one in head.held if one.is_gift and not one.sensitive}
    for one in found:
        if one.action is not Action.CREATE:
            continue
        resource, kind = one.resource, one.resource.kind
        if why := _why_sensitive(resource, giving=giving, sensitivity=sensitivity):
            gifts[resource] = Gift(reason=why, is_sensitive=True)
        elif kind is ResourceKind.GUARDRAILS:
            gifts[resource] = Gift(reason=giving.desired.doubtful)
        elif kind is ResourceKind.ASSIGNMENT and (head.awaits_approval or resource in first):
            gifts[resource] = Gift(reason=FIRST_APPROVAL)
    return gifts


def _why_sensitive(resource: Resource, *, giving: Giving, sensitivity: Sensitivity) -> str:
    """Why it is sensitive to give what somebody does not have yet, or ""."""
    have = giving.state.applied.get(resource)
    if have is not None and have.doubt is not Action.DELETE:
        # It was given before; AWS is only asked once more.
        return ""
    if reason := sensitivity.why(resource, fact=giving.fact):
        return reason
    if resource.kind is not ResourceKind.ASSIGNMENT:
        return ""
    # An edit that takes rights out of a set does not do so at once.
    name = assignment_in(resource).permission_set
    if sensitivity.is_called_harmless(name):
        return ""
    reason = _why_recorded(giving.recorded(Subject(SubjectKind.PERMISSION_SET, name)).applied)
    return f"permission set `{name}`, as it is in AWS: {reason}" if reason else ""


def _why_recorded(applied: Mapping[Resource, Applied]) -> str:
    """Why what AWS has confirmed of a permission set is sensitive, or ""."""
    names: dict[ResourceKind, list[str]] = {}
    for resource in applied:
        names.setdefault(resource.kind, []).append(resource.name)
    inline = applied.get(Resource(ResourceKind.INLINE_POLICY))
    rule = PermissionSetRule(
        "",
        _NOWHERE,
        managed_policies=tuple(names.get(ResourceKind.MANAGED_POLICY, ())),
        customer_policies=tuple(map(CustomerPolicy, names.get(ResourceKind.CUSTOMER_POLICY, ()))),
        inline_policy=inline.attributes.get("document", "") if inline else "",
    )
    return why_contents_are_sensitive(rule)


def _gifts_of_set(found: Sequence[Difference], *, giving: Giving, sensitivity: Sensitivity) -> Mapping[Resource, Gift]:
    """All that is to be done to a sensitive set that may give more by it, so that no form in between is given."""
    name, applied = giving.state.head.subject.name, giving.state.applied
    if sensitivity.has_set(name):
        reason, is_named = sensitivity.why_set(name), sensitivity.is_called_sensitive(name)
        is_new = ITSELF[SubjectKind.PERMISSION_SET] not in applied
    else:
        # Of one that others made, what is taken off may be all that limits it.
        reason, is_named, is_new = _why_recorded(applied), False, False
    if not (reason and (is_new or any(_may_widen(one, applied, is_named=is_named) for one in found))):
        return {}
    why = f"permission set `{name}`: {reason}"
    return {one.resource: Gift(reason=why, is_sensitive=True) for one in found}


def _may_widen(one: Difference, applied: Mapping[Resource, Applied], *, is_named: bool) -> bool:
    """Whether a set may give more by it; what comes and is not sensitive by itself adds to one that is not named."""
    kind, have = one.resource.kind, applied.get(one.resource)
    if kind not in _RIGHTS or _is_repair(one, have):
        return False
    if one.action is Action.DELETE or have is not None:
        # A Deny in it may have limited the others.
        return True
    match kind:
        case ResourceKind.BOUNDARY:
            return False
        case ResourceKind.MANAGED_POLICY:
            return is_named or one.resource.name not in HARMLESS
        case ResourceKind.INLINE_POLICY:
            return is_named or bool(why_document_is_sensitive(one.wanted.attributes.get("document", "")))
        case _:
            return True


def _is_repair(one: Difference, have: Applied | None) -> bool:
    """Whether it was given in this form before, and is only asked for once more."""
    if have is None or one.action is Action.DELETE or have.doubt is Action.DELETE:
        return False
    return have.attributes == one.wanted.attributes
