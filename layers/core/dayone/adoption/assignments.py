"""Express existing assignments by rules of the policy, as far as rules would give them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dayone.adoption.policy_text import group_text, read_text
from dayone.model.policy.rules import AccountSelector, AssignmentRule, PermissionSetRule
from dayone.planning.desired_access import DesiredAccess, EvaluatedAccess
from dayone.planning.existing import Mismatch


@dataclass(frozen=True, kw_only=True)
class GivenByRules:
    """Rules that give what is `covered`; `new` are groups among them that the policy does not have, by name."""

    rules: Sequence[AssignmentRule]
    covered: Sequence[Mismatch]
    new: Sequence[str]


def give_by_rules(rule: PermissionSetRule, *, given: Sequence[Mismatch], access: DesiredAccess) -> GivenByRules:
    """Return assignment rules by account for existing assignments, tried together with the policy in force."""
    policy = access.policies.current()
    evaluated = access.evaluate()
    groups = {mismatch.group for mismatch in given if mismatch.group}
    keys = {group.name for group in policy.groups}
    new = [
        group
        for name in sorted(groups - keys)
        if not evaluated.group_key(name)
        for group in read_text(group_text(name, attributes={"name": name}, people=()))[0].groups
    ]
    sets = (*(permission_set for permission_set in policy.permission_sets if permission_set.name != rule.name), rule)
    tried = replace(policy, groups=(*policy.groups, *new), permission_sets=sets)
    keyed = access.evaluate(policy=tried)
    rules = _assignment_rules(rule, given=given, evaluated=keyed)
    merged = access.evaluate(policy=replace(tried, assignments=(*policy.assignments, *rules)))
    covered = [mismatch for mismatch in given if _is_assigned(mismatch, rule=rule, evaluated=merged)]
    names = [group.name for group in new if any(mismatch.group == group.name for mismatch in covered)]
    return GivenByRules(rules=_assignment_rules(rule, given=covered, evaluated=keyed), covered=covered, new=names)


def _assignment_rules(
    rule: PermissionSetRule, *, given: Sequence[Mismatch], evaluated: EvaluatedAccess
) -> Sequence[AssignmentRule]:
    """One for each group and each person, in all the accounts where they have the set."""
    accounts = dict[tuple[str, str], list[str]]()
    for mismatch in given:
        accounts.setdefault((evaluated.group_key(mismatch.group), mismatch.person), []).append(mismatch.account)
    return [
        AssignmentRule(
            group=group,
            person=person,
            permission_set=rule.name,
            accounts=(AccountSelector(rule.location, ids=tuple(sorted(ids))),),
            location=rule.location,
        )
        for (group, person), ids in sorted(accounts.items())
        if group or person
    ]


def _is_assigned(mismatch: Mismatch, *, rule: PermissionSetRule, evaluated: EvaluatedAccess) -> bool:
    group, person = mismatch.group, mismatch.person
    return evaluated.is_assigned(mismatch.account, permission_set=rule.called, group=group, person=person)
