"""Sensitive access that is there stands on reasons that were approved: on rules as they were then, by today's facts."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from dayone.errors import NotFound, Rejected
from dayone.model.accounts import Account
from dayone.model.grants import is_of_grants
from dayone.model.people import Person
from dayone.model.policy.origins import (
    GIVES,
    NAMED,
    approval_of,
    approval_of_group,
    birthright_of,
    group_rule,
    part_digest,
)
from dayone.model.policy.rules import AssignmentRule, GroupRule, Policy
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Desired, Resource, ResourceKind
from dayone.planning.desired import assignment_reasons, membership_reasons
from dayone.planning.desired_grants import GIVEN_ANEW_AFTER
from dayone.policy.matching import selects_account, selects_person

_ENDS = "{} is sensitive, and what was approved gives it no longer: what else gives it is held anew"


@dataclass(frozen=True)
class _Rules:
    """The rules of one version of the policy about a resource, by digests.

    These are all `parts` of its rules with their exceptions, those `giving` it by the facts, and the `whole` rules that
    give it.
    """

    parts: frozenset[str]
    giving: frozenset[str]
    whole: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class ApprovedBy:
    """The policy that something is wanted by, its earlier versions, and the fact at a moment."""

    policy: Policy
    version_of: Callable[[int], Policy]
    fact: object
    now: datetime


def with_approved_reasons(
    desired: Desired, *, there: Iterable[Resource], state: SubjectState, at: ApprovedBy
) -> Desired:
    """Return the desired resources without those sensitive ones `there` that only what nobody has approved gives.

    It ends with the last reason that was approved, as if there were no other; the others give it anew after that, which
    is held as every gift is. What is wanted says by which version of the policy each was approved.
    """
    head = state.head
    if desired.left_alone or desired.gone:
        return replace(desired, stands_on=head.stands_on)
    stands_on, ends = dict[str, int](), list[Resource]()
    for resource in there:
        # What grants alone gave ends with these.
        if is_of_grants(reason.rule for reason in state.applied[resource].reasons):
            continue
        name, by_policy = str(resource), _rules(at.policy, resource, at)
        recorded = head.stands_on.get(name, head.policy_version)
        if not recorded or (resource in desired.resources and not by_policy.giving and name not in head.stands_on):
            # Granted beside a rule that had gone before this was recorded.
            continue
        stands_on[name], stands = _judged(recorded, resource, by_policy=by_policy, at=at)
        ends += [resource] if resource in desired.resources and not stands else []
    if not ends:
        return replace(desired, stands_on=stands_on) if stands_on else desired
    return replace(
        desired,
        resources={name: needed for name, needed in desired.resources.items() if name not in ends},
        notes=(*desired.notes, *(_ENDS.format(resource) for resource in ends)),
        stands_on=stands_on,
        given_anew_at=at.now + GIVEN_ANEW_AFTER,
    )


def _judged(recorded: int, resource: Resource, *, by_policy: _Rules, at: ApprovedBy) -> tuple[int, bool]:
    """Return the version by which a resource is approved from now on, and whether it stands on that.

    The version is negative once an edit has taken away what was approved: it stands again only by the same part.
    """
    policy, version, was_taken = at.policy, abs(recorded), recorded < 0
    if (by_policy.giving | by_policy.whole) & (policy.reservations.approved | policy.sensitive.birthrights):
        return policy.version or version, True
    approved = by_policy if version == policy.version else _rules_of(version, resource, at)
    if approved is None:
        return recorded, True
    if by_policy.giving & approved.parts:
        # A version that says no more is as good, and is at hand.
        return (policy.version or version) if by_policy.parts <= approved.parts else version, True
    if by_policy.giving:
        return recorded, bool(approved.giving) and not was_taken
    return -version if was_taken or approved.giving else version, False


def _rules_of(version: int, resource: Resource, at: ApprovedBy) -> _Rules | None:
    """Return what a version has said of a resource; None for one that cannot be read any more."""
    try:
        return _rules(at.version_of(version), resource, at)
    except Rejected:
        return None


def _rules(policy: Policy, resource: Resource, at: ApprovedBy) -> _Rules:
    parts, giving, whole = set[str](), set[str](), set[str]()
    for digest, gives, rules in _parts(policy, resource, at):
        parts.add(digest)
        if gives:
            giving.add(digest)
            whole.update(rules)
    return _Rules(frozenset(parts), frozenset(giving), frozenset(whole))


def no_version(version: int) -> Policy:
    """Raise NotFound: there is no earlier version to look up."""
    raise NotFound(f"there is no version {version}")


type _Part = tuple[str, bool, tuple[str, ...]]


def _parts(policy: Policy, resource: Resource, at: ApprovedBy) -> Iterator[_Part]:
    """Yield each part of the rules of a resource, whether it gives it by the fact, and its rule."""
    fact = at.fact
    if isinstance(fact, Person) and resource.kind is ResourceKind.MEMBERSHIP:
        for group in policy.groups:
            if group.name == resource.name:
                yield from _of_group(group, fact, now=at.now)
    if isinstance(fact, Account) and resource.kind is ResourceKind.ASSIGNMENT:
        for rule in policy.assignments:
            if f"{rule.permission_set}/{rule.principal}" == resource.name:
                yield from _of_assignment(rule, fact)


def _of_group(rule: GroupRule, person: Person, *, now: datetime) -> Iterator[_Part]:
    named, gives = group_rule(rule.name), bool(membership_reasons(rule, person, now=now))
    whole = (approval_of_group(rule), birthright_of(rule))
    for selector in rule.members:
        part = part_digest(named, GIVES, {"members": selector, "except": rule.exceptions})
        yield part, gives and selects_person(selector, person, now=now), whole
    if person.id in rule.people:
        yield part_digest(named, NAMED, {"person": person.id, "except": rule.exceptions}), gives, whole


def _of_assignment(rule: AssignmentRule, account: Account) -> Iterator[_Part]:
    gives = bool(assignment_reasons(rule, account))
    for selector in rule.accounts:
        yield approval_of(rule, selector), gives and selects_account(selector, account), (birthright_of(rule),)
