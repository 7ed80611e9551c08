"""A policy made ready for a whole company: the memberships and assignments of `desired`, without trying every rule."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dayone.model.accounts import Account
from dayone.model.dependencies import Difference
from dayone.model.operations import Action
from dayone.model.people import Person
from dayone.model.policy.context import OffLimits
from dayone.model.policy.rules import GroupRule, PersonSelector, Policy
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import DesiredResource, Reason, Resource, ResourceKind, Subject, SubjectKind, assignment_in
from dayone.planning.desired import membership_reasons, reasons_for_account, reasons_for_person
from dayone.policy.match_index import AccountSelectors, PersonSelectors, numbers
from dayone.policy.matching import no_rights_in

_NOTHING: Mapping[str, str] = {}


class Selection:
    """The rules of a policy as in `desired.Rules`, compiled once for evaluation against many facts."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        # What they give comes in the opposite order, which is that of differences: little is left to sort.
        groups = sorted(policy.groups, key=lambda rule: rule.name)[::-1]
        assignments = sorted(policy.assignments, key=lambda rule: (rule.permission_set, rule.principal))[::-1]
        numbered = [
            _Rule(rule, Resource(ResourceKind.MEMBERSHIP, rule.name), rule.members, reasons_for_person)
            for rule in groups
        ]
        self._memberships = _Numbered(numbered, spared=[rule.exceptions for rule in groups])
        names = [Resource(ResourceKind.ASSIGNMENT, f"{rule.permission_set}/{rule.principal}") for rule in assignments]
        assigned = zip(assignments, names, strict=True)
        self._assignments = _Numbered(
            (_Rule(rule, name, rule.accounts, reasons_for_account) for rule, name in assigned),
            spared=[rule.exceptions for rule in assignments],
        )
        self._people = PersonSelectors([selector for rule in groups for selector in rule.members])
        self._people_spared = PersonSelectors([selector for rule in groups for selector in rule.exceptions])
        self._accounts = AccountSelectors([selector for rule in assignments for selector in rule.accounts])
        self._accounts_spared = AccountSelectors([selector for rule in assignments for selector in rule.exceptions])
        # What Identity Center is to call each group and permission set.
        self.called: Mapping[Subject, str] = {
            Subject(kind, rule.name): rule.display_name or rule.name
            for kind, rules in ((SubjectKind.GROUP, groups), (SubjectKind.PERMISSION_SET, policy.permission_sets))
            for rule in rules
        }
        self._named: dict[str, list[_Rule[GroupRule, PersonSelector, Person]]] = {}
        for group in numbered:
            for person in group.rule.people:
                self._named.setdefault(person, []).append(group)

    def memberships(self, person: Person, *, now: datetime) -> Mapping[Resource, DesiredResource]:
        """See `desired.Rules`."""
        found = self._people.meaning(person, now=now)
        spared = self._people_spared.meaning(person, now=now)
        desired = {rule.resource: by for rule, by in self._memberships.given(person, found, spared=spared)}
        for group in self._named.get(person.id, ()):
            if reasons := membership_reasons(group.rule, person, now=now):
                desired[group.resource] = DesiredResource({}, reasons)
        return desired

    def assignments(self, account: Account, *, employed: Container[str]) -> Mapping[Resource, DesiredResource]:
        """See `desired.Rules`."""
        found = self._accounts.meaning(account)
        spared = self._accounts_spared.describing(account)
        desired: dict[Resource, DesiredResource] = {}
        for rule, by in self._assignments.given(account, found, spared=spared):
            if rule.rule.person and rule.rule.person not in employed:
                continue
            before = desired.get(rule.resource)
            desired[rule.resource] = DesiredResource({}, (*before.reasons, *by.reasons)) if before else by
        return desired


# By the identity of the policy: its parts need not be compared to know it again. Beside the one in force there may be
# two that it is judged against.
_READY: dict[int, Selection] = {}
_MOST_READY = 3


def ready(policy: Policy) -> Selection:
    """Return the compiled policy, compiling it once while the same policy object is used."""
    made = _READY.pop(id(policy), None)
    if made is None or made.policy is not policy:
        made = Selection(policy)
    # The most recently used one is at the end.
    _READY[id(policy)] = made
    for oldest in list(_READY)[:-_MOST_READY]:
        _READY.pop(oldest, None)
    return made


class DesiredBy(DesiredResource):
    """A desired resource with its selectors; reasons are rarely read, so their text is built on demand."""

    attributes: Mapping[str, str] = _NOTHING
    _by: "tuple[_Rule[Any, Any, Any], int, Any]"

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Reasons for the resource, built on demand."""
        rule, bits, fact = self._by
        return rule.words([rule.selectors[number] for number in numbers(bits)], fact)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DesiredResource) and (self.attributes, self.reasons) == (
            other.attributes,
            other.reasons,
        )

    __hash__ = DesiredResource.__hash__


@dataclass(frozen=True, eq=False, slots=True)
class _Rule[R, S, F]:
    """A rule, what it gives, the selectors that decide it, and how their reasons are put into words."""

    rule: R
    resource: Resource
    selectors: Sequence[S]
    words: Callable[[Iterable[S], F], tuple[Reason, ...]]


class _Numbered[R, S, F]:
    """Rules whose selectors are numbered through, and what their exceptions spare."""

    def __init__(self, rules: Iterable[_Rule[R, S, F]], *, spared: Iterable[Sequence[S]]) -> None:
        self._at: list[tuple[int, int, _Rule[R, S, F]]] = []
        self._spared: list[int] = []
        for rule, exceptions in zip(rules, spared, strict=True):
            first, number = len(self._at), len(rule.selectors)
            self._at += [(first, (1 << first) - 1, rule)] * number
            self._spared += [((1 << number) - 1) << first] * len(exceptions)

    def given(self, fact: F, found: int, *, spared: int) -> Iterator[tuple[_Rule[R, S, F], DesiredResource]]:
        """Yield the resources given to a fact by the matching selectors, the last rule first, without sparing rules."""
        for number in numbers(spared):
            found &= ~self._spared[number]
        while found:
            first, below, rule = self._at[found.bit_length() - 1]
            # Made by the hundred thousand, so without the steps of a dataclass, which lets nobody set an attribute.
            by = DesiredBy.__new__(DesiredBy)
            object.__setattr__(by, "_by", (rule, found >> first, fact))
            yield rule, by
            found &= below


_SKIPPED = "skipped, because Day One is a delegated administrator, whom AWS lets"
_NOT_THE_ACCOUNT = f"{_SKIPPED} change nothing in the management account"
_THE_SET = Resource(ResourceKind.PERMISSION_SET)
_NOT_THESE = f"{_SKIPPED} neither change nor assign permission sets that are in use in the management account"


@dataclass(frozen=True)
class WithinReach:
    """The differences that can be resolved; `note` names the others and the reason why not, or is empty."""

    differences: tuple[Difference, ...]
    note: str = ""


def within_reach(found: Sequence[Difference], *, state: SubjectState, policy: Policy) -> WithinReach:
    """Leave out what is off limits under the policy's terms."""
    off_limits, subject = policy.terms.off_limits, state.head.subject
    if not found or off_limits == OffLimits():
        return WithinReach(tuple(found))
    if off_limits.lacks_rights:
        is_there = subject.kind is SubjectKind.ACCOUNT and subject.name == off_limits.account
        return _without_rights(found, account=subject.name) if is_there else WithinReach(tuple(found))
    if subject.kind is SubjectKind.ACCOUNT and subject.name == off_limits.account:
        return WithinReach((), f"{_NOT_THE_ACCOUNT}: {_named(found)}")
    if subject.kind is SubjectKind.PERMISSION_SET:
        whole = state.applied.get(_THE_SET)
        names = {_called(subject.name, policy), whole.attributes.get("name", "") if whole else ""}
        is_out_of_reach = bool(names & off_limits.permission_sets)
        return WithinReach((), f"{_NOT_THESE}: {subject.name}") if is_out_of_reach else WithinReach(tuple(found))
    skipped = [difference for difference in found if _is_assignment_of(difference, off_limits, policy)]
    kept = tuple(difference for difference in found if difference not in skipped)
    return WithinReach(kept, f"{_NOT_THESE}: {_named(skipped)}" if skipped else "")


def _without_rights(found: Sequence[Difference], *, account: str) -> WithinReach:
    kept = tuple(difference for difference in found if difference.action is Action.DELETE)
    skipped = [difference for difference in found if difference not in kept]
    return WithinReach(kept, f"skipped, because {no_rights_in(account)}; this is {_named(skipped)}" if skipped else "")


def _is_assignment_of(difference: Difference, off_limits: OffLimits, policy: Policy) -> bool:
    is_assignment = difference.resource.kind is ResourceKind.ASSIGNMENT
    return (
        is_assignment
        and _called(assignment_in(difference.resource).permission_set, policy) in off_limits.permission_sets
    )


def _called(permission_set: str, policy: Policy) -> str:
    """Return the AWS name of a permission set, or its key if the policy no longer has it."""
    rule = next((rule for rule in policy.permission_sets if rule.name == permission_set), None)
    return rule.called if rule else permission_set


def _named(found: Iterable[Difference]) -> str:
    return ", ".join(f"{difference.action} {difference.resource}" for difference in found)
