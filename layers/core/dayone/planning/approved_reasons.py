"""Sensitive access that is there stands on reasons that were approved: on rules as they were then, by today's facts."""

from collections.abc import Callable, Collection, Iterable, Iterator
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
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import Desired, Resource, ResourceKind
from dayone.planning.desired import assignment_reasons, membership_reasons
from dayone.planning.desired_grants import GIVEN_ANEW_AFTER
from dayone.policy.matching import selects_account, selects_person

_ENDS = "{} is sensitive, and what was approved gives it no longer: what else gives it is held anew"


@dataclass(frozen=True)
class _Rules:
    """The rules of one version of the policy about a resource, by digests.

    These are all `parts` of its rules with their exceptions, those `giving` it by the facts, and the `sound` ones,
    which were approved as rules whatever they give.
    """

    parts: frozenset[str] = frozenset()
    giving: frozenset[str] = frozenset()
    sound: frozenset[str] = frozenset()

    def only(self, parts: Collection[str]) -> "_Rules":
        """Return these of the parts alone; all if there are none to choose."""
        return _Rules(self.parts & {*parts}, self.giving & {*parts}, self.sound & {*parts}) if parts else self


@dataclass(frozen=True)
class _Basis:
    """On what a resource stands: a version of the policy, negative once an edit has taken it away, and of that version
    all parts of the rules, or those that are named.
    """

    version: int
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ApprovedBy:
    """The policy that something is wanted by, its earlier versions, and the fact at a moment."""

    policy: Policy
    version_of: Callable[[int], Policy]
    fact: object
    now: datetime


def with_approved_reasons(
    desired: Desired, *, sensitive: Iterable[Resource], state: SubjectState, at: ApprovedBy
) -> Desired:
    """Return the desired resources without those `sensitive` ones that are there by what nobody has approved alone.

    It ends with the last reason that was approved, as if there were no other; the others give it anew after that, which
    is held as every gift is. The result says by which version of the policy each was approved, or will have been.
    """
    head = state.head
    if desired.left_alone or desired.gone:
        return replace(desired, stands_on=head.stands_on, stands_by=head.stands_by)
    found, ends = dict[str, _Basis](), list[Resource]()
    for resource in sensitive:
        name, by_policy = str(resource), _rules(at.policy, resource, at)
        have, recorded = state.applied.get(resource), _recorded(head, resource)
        if have is None:
            found |= {name: _first_basis(by_policy, policy=at.policy)} if by_policy.giving else {}
            continue
        # What grants alone gave ends with these.
        if is_of_grants(reason.rule for reason in have.reasons):
            continue
        if not recorded.version or (
            resource in desired.resources and not by_policy.giving and name not in head.stands_on
        ):
            # Granted beside a rule that had gone before this was recorded.
            continue
        found[name], stands = _judged(recorded, resource, by_policy=by_policy, at=at)
        ends += [resource] if resource in desired.resources and not stands else []
    desired = replace(
        desired,
        stands_on={name: basis.version for name, basis in found.items()},
        stands_by={name: basis.parts for name, basis in found.items() if basis.parts},
    )
    return _without(ends, desired=desired, now=at.now) if ends else desired


def _without(ends: Collection[Resource], *, desired: Desired, now: datetime) -> Desired:
    return replace(
        desired,
        resources={name: needed for name, needed in desired.resources.items() if name not in ends},
        notes=(*desired.notes, *(_ENDS.format(resource) for resource in ends)),
        given_anew_at=now + GIVEN_ANEW_AFTER,
    )


def _recorded(head: Head, resource: Resource) -> _Basis:
    name = str(resource)
    return _Basis(head.stands_on.get(name, head.policy_version), head.stands_by.get(name, ()))


def _first_basis(by_policy: _Rules, *, policy: Policy) -> _Basis:
    """Return on what a resource will stand that is given now: on all parts if these are approved, else as shown.

    Where an approved part gives it to a new account without anybody, what is beside that was shown to nobody.
    """
    is_approved = by_policy.parts <= by_policy.sound
    return _Basis(policy.version, () if is_approved else tuple(sorted(by_policy.giving & by_policy.sound)))


def _judged(recorded: _Basis, resource: Resource, *, by_policy: _Rules, at: ApprovedBy) -> tuple[_Basis, bool]:
    """Return by what a resource is approved from now on, and whether it stands on that.

    Once an edit has taken away what was approved, it stands again only by the same part.
    """
    policy, version, was_taken = at.policy, abs(recorded.version), recorded.version < 0
    in_force = _Basis(policy.version or version)
    if by_policy.giving and by_policy.parts <= by_policy.sound:
        return in_force, True
    approved = by_policy if version == policy.version else _rules_of(version, resource, at)
    if approved is None:
        return recorded, True
    approved = approved.only(recorded.parts)
    good = approved.parts | by_policy.sound
    if by_policy.giving & good:
        if by_policy.parts <= good:
            # A version that says no more is as good, and is at hand.
            return in_force, True
        is_same = bool(by_policy.giving & approved.parts)
        kept = replace(recorded, version=version)
        return kept if is_same else replace(in_force, parts=tuple(sorted(by_policy.giving & good))), True
    if by_policy.giving:
        return recorded, bool(approved.giving) and not was_taken
    return replace(recorded, version=-version if was_taken or approved.giving else version), False


def _rules_of(version: int, resource: Resource, at: ApprovedBy) -> _Rules | None:
    """Return what a version has said of a resource; None for one that cannot be read any more."""
    try:
        return _rules(at.version_of(version), resource, at)
    except Rejected:
        return None


def _rules(policy: Policy, resource: Resource, at: ApprovedBy) -> _Rules:
    approved = at.policy.reservations.approved | at.policy.sensitive.birthrights
    parts, giving, sound = set[str](), set[str](), set[str]()
    for digest, gives, rules in _parts(policy, resource, at):
        parts.add(digest)
        giving |= {digest} if gives else set()
        sound |= {digest} if approved & {digest, *rules} else set()
    return _Rules(frozenset(parts), frozenset(giving), frozenset(sound))


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
