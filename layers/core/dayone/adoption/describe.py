"""Describe what exists under a name in the policy's own words, for a human to put exactly that into the policy."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from dayone.adoption.policy_text import group_text, permission_set_text, read_text
from dayone.errors import Inapplicable, Malformed, NotFound
from dayone.executor.existing import ExistingNames, parts_in
from dayone.model.policy.rules import AccountSelector, AssignmentRule, GroupRule, PermissionSetRule, Policy
from dayone.model.subjects import ITSELF, Desired, Subject, SubjectKind
from dayone.planning.desired import desired_for_permission_set
from dayone.planning.desired_access import DesiredAccess, EvaluatedAccess
from dayone.planning.desired_people import EXTERNAL
from dayone.planning.existing import (
    Comparison,
    Mismatch,
    compare_attributes,
    compare_parts,
    how_to_describe,
    is_same_person,
)
from dayone.ports.identity_center import ExistingResource
from dayone.ports.records import Records


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


_NOT_IN_POLICY = "the policy cannot say it"
_NOT_IN_HR = "HR does not say what is there"
_OTHER_KEY = "if its name is no key, describe it under one of your own"
_NEEDS_GROUP = "the assignments need a group that the policy does not have yet"
_COMPLETED = "it is the user of the same person, is taken on without a decision, and gets what HR says"
LEFT_OPEN = "no rule gives it: give it by one, take it away in AWS, or decide by `dayone changes adopt` that it stays"


class DescribingPorts(Protocol):
    """Describing: what it needs of the API's context."""

    records: Records
    existing: ExistingNames


@dataclass(frozen=True, kw_only=True)
class DescribedExisting:
    """An existing resource as `policy`, a YAML text, empty for a user; `obstacles` are the remaining differences.

    Without obstacles it is adopted and nothing is written, once the policy has this rule.
    """

    subject: Subject
    policy: str = ""
    obstacles: tuple[str, ...] = ()


def describe_existing(subject: Subject, *, ports: DescribingPorts, name: str = "") -> DescribedExisting:
    """Read what has this name, or that which the subject is to have: by the policy in force, or its own without a rule.

    Raises Malformed for a subject of another kind and for the name of a person, NotFound when nothing has the name,
    Inapplicable when Day One manages it already or is not to create it, and Unavailable when it cannot be read now.
    """
    _check_is_describable(subject, name=name, ports=ports)
    names = ports.existing
    evaluated = names.access.desired.evaluate()
    desired = evaluated.of(subject)
    attributes = _attributes(subject, desired) | ({"name": name} if name else {})
    _check_is_free(subject, name=attributes.get("name", ""), evaluated=evaluated)
    with names.access.use.turn():
        existing = names.find(subject.kind, attributes=attributes)
        if existing is None:
            called = f"is called {attributes['name']!r}" if "name" in attributes else f"has the user name of {subject}"
            raise NotFound(f"nothing in Identity Center {called}")
        parts, reads = parts_in(desired), names.reads_for_subject()
        comparison = names.compare(subject, existing, desired=attributes, parts=parts, reads=reads)
    match subject.kind:
        case SubjectKind.PERSON:
            is_same = is_same_person(existing.attributes, attributes)
            differing = tuple(
                f"{_COMPLETED if is_same else _NOT_IN_HR}: {mismatch}" for mismatch in comparison.mismatches
            )
            return DescribedExisting(subject=subject, obstacles=differing)
        case SubjectKind.GROUP:
            return _group(subject, existing, comparison=comparison, access=names.access.desired)
        case _:
            return _permission_set(subject, existing, comparison=comparison, access=names.access.desired)


def _check_is_describable(subject: Subject, *, name: str, ports: DescribingPorts) -> None:
    if subject.kind not in ITSELF:
        raise Malformed(f"{subject} is neither a person, a group nor a permission set")
    if name and subject.kind is SubjectKind.PERSON:
        raise Malformed("`name` is for groups and permission sets: HR says what a person's user is called")
    if ITSELF[subject.kind] in ports.records.subject(subject).applied:
        raise Inapplicable(f"Day One manages {subject} already: the policy, or HR, says what it is")


def _check_is_free(subject: Subject, *, name: str, evaluated: EvaluatedAccess) -> None:
    is_group = subject.kind is SubjectKind.GROUP
    key = evaluated.group_key(name) if is_group else evaluated.set_key(name)
    if key not in ("", subject.name):
        raise Inapplicable(f"the policy has {name!r} as {subject.kind}:{key} already")


def _attributes(subject: Subject, desired: Desired) -> dict[str, str]:
    """Those that are desired, or the name alone for what the policy does not have yet."""
    itself = desired.resources.get(ITSELF[subject.kind])
    if desired.left_alone:
        raise Inapplicable(f"nothing is to be created for {subject}: {desired.left_alone}")
    if itself is None and subject.kind is SubjectKind.PERSON:
        raise Inapplicable(f"no user is to be created for {subject} by what HR has sent")
    if itself is not None and EXTERNAL in itself.attributes:
        raise Inapplicable(f"the user of {subject} is the identity provider's, and is never created or changed")
    return dict(itself.attributes) if itself else {"name": subject.name}


def _permission_set(
    subject: Subject, existing: ExistingResource, *, comparison: Comparison, access: DesiredAccess
) -> DescribedExisting:
    attributes, attached = existing.attributes, comparison.attached
    text = permission_set_text(subject.name, attributes=attributes, attached=attached)
    policy, mistakes = read_text(text)
    differing, needed = list[Mismatch](), tuple[str, ...]()
    given = [mismatch for mismatch in comparison.mismatches if mismatch.part == "assignment"]
    if not mistakes:
        desired = desired_for_permission_set(subject.name, policy=policy)
        differing += compare_attributes(attributes, desired.resources[ITSELF[subject.kind]].attributes)
        differing += compare_parts(attached, parts_in(desired))
        assigned = give_by_rules(policy.permission_sets[0], given=given, access=access)
        given = [mismatch for mismatch in given if mismatch not in assigned.covered]
        text = permission_set_text(subject.name, attributes=attributes, attached=attached, assignments=assigned.rules)
        needed = tuple(
            f"{_NEEDS_GROUP}: {how_to_describe(Subject(SubjectKind.GROUP, name), name=name)}" for name in assigned.new
        )
        _, mistakes = read_text(text, groups={rule.group for rule in assigned.rules if rule.group})
    obstacles = _obstacles(mistakes, differing, given=given, unread=comparison.unread)
    return DescribedExisting(subject=subject, policy=text, obstacles=(*needed, *obstacles))


def _group(
    subject: Subject, existing: ExistingResource, *, comparison: Comparison, access: DesiredAccess
) -> DescribedExisting:
    given = [mismatch for mismatch in comparison.mismatches if mismatch.part in ("member", "assignment")]
    people = [mismatch.person for mismatch in given if mismatch.person]
    text = group_text(subject.name, attributes=existing.attributes, people=people)
    policy, mistakes = read_text(text)
    differing = list[Mismatch]()
    if mistakes and existing.attributes["name"] == subject.name:
        mistakes = (*mistakes, f"{_OTHER_KEY}: `dayone policy describe group:KEY --name {shlex.quote(subject.name)}`")
    if not mistakes:
        (rule,) = policy.groups
        differing += compare_attributes(existing.attributes, {"name": rule.called, "description": rule.description})
        evaluated = access.evaluate(policy=_with(rule, access.policies.current()))
        covered = {person for person in people if evaluated.is_member(person, group=subject.name)}
        given = [mismatch for mismatch in given if mismatch.person not in covered]
    obstacles = _obstacles(mistakes, differing, given=given, unread=comparison.unread)
    return DescribedExisting(subject=subject, policy=text, obstacles=obstacles)


def _with(rule: GroupRule, policy: Policy) -> Policy:
    """Return the policy with the people of the rule added to its own rule for the group, if there is one."""
    own = next((group for group in policy.groups if group.name == rule.name), rule)
    merged = replace(own, people={**own.people, **rule.people})
    return replace(policy, groups=(*(group for group in policy.groups if group is not own), merged))


def _obstacles(
    mistakes: Sequence[str], differing: Sequence[Mismatch], *, given: Sequence[Mismatch], unread: Sequence[str]
) -> tuple[str, ...]:
    return (
        *(f"{_NOT_IN_POLICY}: {mistake}" for mistake in mistakes),
        *(f"{_NOT_IN_POLICY}: {mismatch}" for mismatch in differing),
        *(f"{mismatch.part} {mismatch.existing}: {LEFT_OPEN}" for mismatch in given),
        *(f"not looked at: {part}" for part in unread),
    )
