"""Prove that a policy gives exactly what an estate has: what it would add, change or miss, by the policy's reader."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from dayone.executor.existing import parts_in
from dayone.model.policy.rules import GroupRule, Policy
from dayone.model.subjects import ITSELF, Assignment, Principal, Resource, ResourceKind, SubjectKind
from dayone.planning.compiled_rules import ready
from dayone.planning.desired import desired_for_permission_set
from dayone.planning.existing import compare_attributes, compare_parts
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from dayone.takeover.estate import Attributes, Estate
from dayone.takeover.users import Users

_SET = ITSELF[SubjectKind.PERMISSION_SET]
_PROVISIONING = Resource(ResourceKind.PROVISIONING)


@dataclass(frozen=True, order=True)
class AccessRow:
    """A membership of a person in a group, or an assignment in an account, by the policy's keys and HR ids."""

    place: str
    resource: Resource

    def __str__(self) -> str:
        return f"{self.place} {self.resource}"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Differences between a policy and an estate: without any, putting it in force changes nothing.

    `same` is the number of memberships and assignments that both have. `given` would be given beside them; `lacking`
    exist for what the policy manages, and no rule of it gives them. `changed` are sentences about permission sets and
    groups that would be created or changed.
    """

    same: int
    given: tuple[AccessRow, ...]
    lacking: tuple[AccessRow, ...]
    changed: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """True if nothing would change."""
        return not (self.given or self.lacking or self.changed)


def prove(policy: Policy, estate: Estate, users: Users) -> Proof:
    """Compare what a policy gives, by the rules as they are evaluated in force, with what there is.

    Left aside is what the policy does not manage: other groups and permission sets, users who are in no policy, closed
    accounts, and the management account where no rule names it.
    """
    same, given, lacking = 0, list[AccessRow](), list[AccessRow]()
    for place, by_rules, existing in chain(_of_people(policy, estate, users), _of_accounts(policy, estate, users)):
        same += len(by_rules & existing)
        given += [AccessRow(place, resource) for resource in by_rules - existing]
        lacking += [AccessRow(place, resource) for resource in existing - by_rules]
    changed = (*_sets_changed(policy, estate), *_groups_changed(policy, estate))
    return Proof(same=same, given=tuple(sorted(given)), lacking=tuple(sorted(lacking)), changed=changed)


type _Compared = tuple[str, set[Resource], set[Resource]]


def _of_people(policy: Policy, estate: Estate, users: Users) -> Iterator[_Compared]:
    """Yield everybody who works here with the memberships that the rules give, and those that exist."""
    rules, existing = ready(policy), _memberships_in(policy, estate, users)
    for person in estate.working():
        by_rules = set(rules.memberships(person, now=estate.now))
        yield f"person:{person.id}", by_rules, existing.get(person.id, set())


def _of_accounts(policy: Policy, estate: Estate, users: Users) -> Iterator[_Compared]:
    """Yield each account with the assignments that the rules give, and those that exist."""
    rules, existing = ready(policy), _assignments_in(policy, estate, users)
    employed = {person.id for person in estate.working()}
    for account in estate.assignable(with_management=True):
        by_rules = set(rules.assignments(account, employed=employed))
        found = existing.get(account.id, set())
        # Whatever no rule names there is left alone.
        yield f"account:{account.id}", by_rules, found & by_rules if account.is_management else found


def _memberships_in(policy: Policy, estate: Estate, users: Users) -> Mapping[str, set[Resource]]:
    """Return the memberships in groups of the policy by person."""
    found: dict[str, set[Resource]] = {}
    for group_id, key in _group_keys(policy, estate).items():
        resource = Resource(ResourceKind.MEMBERSHIP, key)
        for user_id in estate.members.get(group_id, ()):
            if person := users.person_of(user_id):
                found.setdefault(person, set()).add(resource)
    return found


def _assignments_in(policy: Policy, estate: Estate, users: Users) -> Mapping[str, set[Resource]]:
    """Return the assignments of permission sets of the policy to whom it has, by account."""
    groups, sets = _group_keys(policy, estate), _set_keys(policy, estate)
    # Many assignments are of the same set and principal: they share one resource.
    shared: dict[tuple[str, str], Resource | None] = {}
    found: dict[str, set[Resource]] = {}
    for key in estate.assignments:
        pair = (key.permission_set_arn, key.principal_id)
        if pair not in shared:
            permission_set, principal = sets.get(pair[0]), _principal(key, groups=groups, users=users)
            shared[pair] = Assignment(permission_set, principal).resource if permission_set and principal else None
        if (resource := shared[pair]) is not None:
            found.setdefault(key.account_id, set()).add(resource)
    return found


def _principal(key: AssignmentKey, *, groups: Mapping[str, str], users: Users) -> Principal | None:
    if key.principal_type is PrincipalType.USER:
        person = users.person_of(key.principal_id)
        return Principal(person=person) if person else None
    group = groups.get(key.principal_id)
    return Principal(group=group) if group else None


def _group_keys(policy: Policy, estate: Estate) -> Mapping[str, str]:
    """Return the keys of the policy's groups by AWS's ids of those that exist."""
    keys = {rule.called: rule.name for rule in policy.groups}
    names = ((group_id, attributes["name"]) for group_id, attributes in estate.groups.items())
    return {group_id: keys[name] for group_id, name in names if name in keys}


def _set_keys(policy: Policy, estate: Estate) -> Mapping[str, str]:
    """Return the keys of the policy's permission sets by the ARNs of those that exist."""
    keys = {rule.called: rule.name for rule in policy.permission_sets}
    names = ((arn, estate.set_name(arn)) for arn in estate.sets)
    return {arn: keys[name] for arn, name in names if name in keys}


def _sets_changed(policy: Policy, estate: Estate) -> Iterator[str]:
    arns = {key: arn for arn, key in _set_keys(policy, estate).items()}
    for rule in policy.permission_sets:
        if rule.name not in arns:
            yield f"permission set {rule.called} would be created"
            continue
        attached = {part: of for part, of in estate.sets[arns[rule.name]].items() if part != _PROVISIONING}
        attributes = attached.pop(_SET)
        mismatches = set_mismatches(rule.name, policy=policy, attributes=attributes, attached=attached)
        yield from (f"permission set {rule.called}: {mismatch}" for mismatch in mismatches)


def set_mismatches(
    key: str, *, policy: Policy, attributes: Attributes, attached: Mapping[Resource, Attributes]
) -> list[str]:
    """Return what a permission set that exists has otherwise than a policy says."""
    desired = desired_for_permission_set(key, policy=policy)
    found = compare_attributes(attributes, desired.resources[_SET].attributes)
    return [str(mismatch) for mismatch in (*found, *compare_parts(attached, parts_in(desired)))]


def _groups_changed(policy: Policy, estate: Estate) -> Iterator[str]:
    ids = {key: group_id for group_id, key in _group_keys(policy, estate).items()}
    for rule in policy.groups:
        if rule.name not in ids:
            yield f"group {rule.called} would be created"
            continue
        for mismatch in group_mismatches(rule, attributes=estate.groups[ids[rule.name]]):
            yield f"group {rule.called}: {mismatch}"


def group_mismatches(rule: GroupRule, *, attributes: Attributes) -> list[str]:
    """Return what a group that exists has otherwise than its rule says."""
    desired = {"name": rule.called, "description": rule.description}
    return [str(mismatch) for mismatch in compare_attributes(attributes, desired)]
