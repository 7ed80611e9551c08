"""A policy made ready for a whole company: the memberships and assignments of `desired`, without trying every rule."""

from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from dayone.domain.accounts import Account
from dayone.domain.desired import Reason, Wanted, membership_reasons, reasons_for_account, reasons_for_person
from dayone.domain.indexing import AccountSelectors, PersonSelectors, numbers
from dayone.domain.people import SELECTABLE_DATES, Person
from dayone.domain.policy import AccountSelector, AssignmentRule, GroupRule, PersonSelector, Policy
from dayone.domain.subjects import Resource, ResourceKind

_MOST_REMEMBERED = 20_000


class Selection:
    """The rules of a policy as `desired.Rules` has them, made ready once to be asked about many facts."""

    def __init__(self, policy: Policy) -> None:
        groups, assignments = policy.groups, policy.assignments
        self._groups = [_group(rule) for rule in groups]
        self._memberships = _Numbered(self._groups, exceptions=[rule.exceptions for rule in groups])
        self._assignments = _Numbered(
            map(_assignment, assignments), exceptions=[rule.exceptions for rule in assignments]
        )
        self._people = PersonSelectors([one for rule in groups for one in rule.members])
        self._people_excepted = PersonSelectors([one for rule in groups for one in rule.exceptions])
        self._accounts = AccountSelectors([one for rule in assignments for one in rule.accounts])
        self._accounts_excepted = AccountSelectors([one for rule in assignments for one in rule.exceptions])
        self._named: dict[str, list[_Rule[GroupRule, PersonSelector, Person]]] = {}
        for group in self._groups:
            for person in group.rule.people:
                self._named.setdefault(person, []).append(group)

    def memberships(self, person: Person, *, now: datetime) -> Mapping[Resource, Wanted]:
        """See `desired.Rules`."""
        found = self._people.meaning(person, now=now)
        excepted = self._people_excepted.meaning(person, now=now)
        wanted = {one.resource: by for one, by in self._memberships.given(person, found, excepted=excepted)}
        for group in self._named.get(person.id, ()):
            if reasons := membership_reasons(group.rule, person, now=now):
                wanted[group.resource] = Wanted({}, reasons)
        return wanted

    def assignments(self, account: Account, *, employed: Container[str]) -> Mapping[Resource, Wanted]:
        """See `desired.Rules`."""
        found = self._accounts.meaning(account)
        excepted = self._accounts_excepted.describing(account)
        wanted: dict[Resource, Wanted] = {}
        for one, by in self._assignments.given(account, found, excepted=excepted):
            if one.rule.person and one.rule.person not in employed:
                continue
            before = wanted.get(one.resource)
            wanted[one.resource] = Wanted({}, (*before.reasons, *by.reasons)) if before else by
        return wanted


@dataclass(frozen=True, eq=False, slots=True)
class _Rule[R, S, F]:
    """A rule and what it gives. `told` is all of a fact that the reasons of its selectors tell."""

    rule: R
    resource: Resource
    selectors: Sequence[S]
    told: Callable[[F], Hashable]
    reasons: Callable[[Iterable[S], F], tuple[Reason, ...]]


class _Numbered[R, S, F]:
    """Rules whose selectors are numbered through. Facts that differ in nothing a rule tells share what it gives."""

    def __init__(self, rules: Iterable[_Rule[R, S, F]], *, exceptions: Sequence[Sequence[S]]) -> None:
        self._at: list[tuple[int, int, _Rule[R, S, F]]] = []
        self._spared: list[int] = []
        for rule, excepted in zip(rules, exceptions, strict=True):
            first = len(self._at)
            own = ((1 << len(rule.selectors)) - 1) << first
            self._at += [(first, own, rule)] * len(rule.selectors)
            self._spared += [own] * len(excepted)
        self._known: dict[Hashable, Wanted] = {}

    def given(self, fact: F, found: int, *, excepted: int) -> Iterator[tuple[_Rule[R, S, F], Wanted]]:
        """What a fact gets by the selectors that mean it, rule by rule, without the rules that except it."""
        for number in numbers(excepted):
            found &= ~self._spared[number]
        while found:
            first, own, rule = self._at[(found & -found).bit_length() - 1]
            yield rule, self._by(rule, fact, first=first, bits=(found & own) >> first)
            found &= ~own

    def _by(self, rule: _Rule[R, S, F], fact: F, *, first: int, bits: int) -> Wanted:
        key = (first, bits, rule.told(fact))
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            selectors = [rule.selectors[number] for number in numbers(bits)]
            known = self._known[key] = Wanted({}, rule.reasons(selectors, fact))
        return known


def _group(rule: GroupRule) -> _Rule[GroupRule, PersonSelector, Person]:
    resource = Resource(ResourceKind.MEMBERSHIP, rule.name)
    return _Rule(rule, resource, rule.members, _told_of_people(rule.members), reasons_for_person)


def _assignment(rule: AssignmentRule) -> _Rule[AssignmentRule, AccountSelector, Account]:
    resource = Resource(ResourceKind.ASSIGNMENT, f"{rule.permission_set}/{rule.principal}")
    return _Rule(rule, resource, rule.accounts, _told_of_accounts(rule.accounts), reasons_for_account)


def _told_of_people(selectors: Sequence[PersonSelector]) -> Callable[[Person], Hashable]:
    asked = {condition.attribute for selector in selectors for condition in selector.conditions}
    texts = sorted(asked.difference(SELECTABLE_DATES))
    return attrgetter(*texts) if texts else lambda _: None


def _told_of_accounts(selectors: Sequence[AccountSelector]) -> Callable[[Account], Hashable]:
    attributes = ["ou_path"]
    attributes += ["id"] if any(one.ids for one in selectors) else []
    attributes += ["name"] if any(one.names for one in selectors) else []
    read = attrgetter(*attributes)
    tags = sorted({condition.attribute for one in selectors for condition in one.tags})
    return (lambda account: (read(account), *map(account.tags.get, tags))) if tags else read
