"""The selectors of the policy language that accounts and people offer, and the cheapest rule that selects exactly some.

A rule may spare things: by their ids, or by a selector that selects nothing of what the rule is to select.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations

from dayone.model.accounts import Account
from dayone.model.people import Person
from dayone.model.policy.rules import AccountSelector, Condition, Location, PersonSelector
from dayone.policy.ou_paths import names_in, path_of
from dayone.takeover.cover import Candidate, Cover, cheapest_cover, things_in

NOWHERE = Location("", 0)
# Texts that a rule may compare with: no glob, no quote, and nothing that could be a typing mistake.
_PLAIN = re.compile(r"[\w](?:[\w .,:/@+=&()'-]*[\w.)+])?")
# An account by its id costs 2, a person 1: so a rule selects at least two accounts by one condition, three otherwise,
# and three people. What fewer have in common may be chance.
_SIMPLE, _COMBINED = 3, 5
_OF_AN_ACCOUNT, _OF_A_PERSON = 2, 1
_LEAST_COMBINED = 3
# Attributes of people that a rule may ask for: not those by which a person is known, which people can often edit.
_ATTRIBUTES = ("department", "team", "title", "cost_centre", "location", "employment")
_WORDS = re.compile(r"[-_. ]")
# Selectors that select too much by a few, the largest first, which are tried with these spared.
_MOST_TRIED = 12
_MOST_SPARED_BY_ID = 2
# Things selected for each that is spared.
_LEAST_RATIO = 4


@dataclass(frozen=True)
class Selected[T]:
    """A rule: its selectors, the things it names, those it spares by id, and a selector for those it spares.

    `bound` is the least that any rule of the compared selectors costs.
    """

    selectors: tuple[T, ...]
    named: int
    spared: int = 0
    sparing: tuple[T, ...] = ()
    cost: int = 0
    bound: int = 0


@dataclass
class Pool[T]:
    """Everything that can be selected, as `numbers` by id, and the selectors for it; `named` is the cost of an id."""

    numbers: Mapping[str, int]
    simple: Sequence[Candidate[T]]
    combined: Sequence[Candidate[T]]
    named: int
    _by_lowest: dict[int, list[Candidate[T]]] = field(default_factory=dict)
    _known: dict[int, Selected[T]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sort the combined selectors by the first thing that each selects."""
        for candidate in self.combined:
            lowest = candidate.selects & -candidate.selects
            self._by_lowest.setdefault(lowest.bit_length() - 1, []).append(candidate)

    def without_selectors(self) -> "Pool[T]":
        """Return the same things, to be named by their ids alone."""
        return Pool(self.numbers, (), (), self.named)

    def set_of(self, ids: Iterable[str]) -> int:
        """Return the set of these ids."""
        found = 0
        for each in ids:
            found |= 1 << self.numbers[each]
        return found

    def ids_in(self, things: int) -> list[str]:
        """Return the ids of a set, in their order."""
        names = list(self.numbers)
        return [names[number] for number in things_in(things)]

    def rule_for(self, target: int) -> Selected[T]:
        """Return the cheapest rule that selects exactly these things."""
        if target not in self._known:
            self._known[target] = self._rule_for(target)
        return self._known[target]

    def _rule_for(self, target: int) -> Selected[T]:
        best = _selected(self._cover(target, allowed=target))
        for spared, sparing, cost in self._exceptions(target, below=best.cost):
            allowed = target | spared | (sparing.selects if sparing else 0)
            cover = self._cover(target, allowed=allowed)
            if cover.cost + cost < best.cost:
                of_these = 0 if sparing else spared & _all(cover)
                best = _selected(cover, spared=of_these, sparing=(sparing,) if sparing else (), more=cost)
        return best

    def _cover(self, target: int, *, allowed: int) -> Cover[T]:
        combined = chain.from_iterable(self._by_lowest.get(number, ()) for number in things_in(allowed))
        return cheapest_cover(target, [*self.simple, *combined], allowed=allowed, named=self.named)

    def _exceptions(self, target: int, *, below: int) -> Iterator[tuple[int, Candidate[T] | None, int]]:
        """Yield sets that could be spared, by id or by a selector, with the cost of that."""
        near = [
            (candidate.selects & ~target, candidate)
            for candidate in self.simple
            if candidate.selects & ~target
            and (candidate.selects & target).bit_count() >= _LEAST_RATIO * (candidate.selects & ~target).bit_count()
        ]
        near.sort(key=lambda pair: -(pair[1].selects & target).bit_count())
        for spared, candidate in near[:_MOST_TRIED]:
            by_id = (self.named + 1) * spared.bit_count()
            if spared.bit_count() <= _MOST_SPARED_BY_ID and candidate.cost + by_id < below:
                yield spared, None, by_id
            sparing = [each for each in self.simple if not spared & ~each.selects and not each.selects & target]
            if sparing and spared.bit_count() > 1 and candidate.cost + _SIMPLE < below:
                yield spared, min(sparing, key=lambda each: (each.cost, each.selects.bit_count())), _SIMPLE


def _all[T](cover: Cover[T]) -> int:
    found = 0
    for candidate in cover.chosen:
        found |= candidate.selects
    return found


def _selected[T](
    cover: Cover[T], *, spared: int = 0, sparing: Sequence[Candidate[T]] = (), more: int = 0
) -> Selected[T]:
    return Selected(
        selectors=tuple(candidate.selector for candidate in cover.chosen),
        named=cover.named,
        spared=spared,
        sparing=tuple(candidate.selector for candidate in sparing),
        cost=cover.cost + more,
        bound=cover.bound + more,
    )


def accounts_pool(accounts: Iterable[Account]) -> Pool[AccountSelector]:
    """Return the selectors for accounts: by unit, by tag, by the beginning or end of the name, by unit and tag."""
    ordered = sorted(accounts, key=lambda account: account.id)
    units, tags, names = _Sets[AccountSelector](), _Sets[AccountSelector](), _Sets[AccountSelector]()
    pairs = _Sets[AccountSelector]()
    for number, account in enumerate(ordered):
        # No pattern, unit or tag means the management account.
        if account.is_management:
            continue
        of_units, of_tags = list(_units_of(account)), list(_tags_of(account))
        units.put(number, of_units)
        tags.put(number, of_tags)
        names.put(number, _names_of(account))
        # The whole organisation and a tag is the tag.
        narrower = [pair for pair in of_units if pair[1].ous != ("/**",)]
        pairs.put(
            number,
            (
                ((unit[0], tag[0]), AccountSelector(NOWHERE, ous=unit[1].ous, tags=tag[1].tags))
                for unit in narrower
                for tag in of_tags
            ),
        )
    simple = [*units.candidates(_SIMPLE), *tags.candidates(_SIMPLE), *names.candidates(_COMBINED)]
    combined = pairs.candidates(_COMBINED, least=_LEAST_COMBINED, beside=simple)
    numbers = {account.id: number for number, account in enumerate(ordered)}
    return Pool(numbers, simple, combined, _OF_AN_ACCOUNT)


def people_pool(people: Iterable[Person]) -> Pool[PersonSelector]:
    """Return the selectors for people: everyone, by an attribute, and by two."""
    ordered = sorted(people, key=lambda person: person.id)
    singles, pairs = _Sets[PersonSelector](), _Sets[PersonSelector]()
    for number, person in enumerate(ordered):
        conditions = [
            Condition(name, any_of=(text,)) for name in _ATTRIBUTES if _PLAIN.fullmatch(text := getattr(person, name))
        ]
        singles.put(number, (_of_people(condition) for condition in conditions))
        pairs.put(number, (_of_people(*both) for both in combinations(conditions, 2)))
    simple = singles.candidates(_SIMPLE)
    if ordered:
        simple = [*simple, Candidate(PersonSelector((), NOWHERE), (1 << len(ordered)) - 1, _SIMPLE)]
    combined = pairs.candidates(_COMBINED, least=_LEAST_COMBINED, beside=simple)
    return Pool({person.id: number for number, person in enumerate(ordered)}, simple, combined, _OF_A_PERSON)


class _Sets[T]:
    """Selectors by a key that is the same for all spellings of one, each with what it selects."""

    def __init__(self) -> None:
        self._selectors: dict[object, T] = {}
        self._selects: dict[object, int] = {}

    def put(self, number: int, keyed: Iterable[tuple[object, T]]) -> None:
        """Add a thing to each of these selectors."""
        for key, selector in keyed:
            self._selectors.setdefault(key, selector)
            self._selects[key] = self._selects.get(key, 0) | 1 << number

    def candidates(self, cost: int, *, least: int = 1, beside: Sequence[Candidate[T]] = ()) -> list[Candidate[T]]:
        """Return those that select at least so many, and not the same as one of those beside."""
        others = {candidate.selects for candidate in beside}
        return [
            Candidate(self._selectors[key], selects, cost)
            for key, selects in self._selects.items()
            if selects.bit_count() >= least and selects not in others
        ]


def _units_of(account: Account) -> Iterator[tuple[object, AccountSelector]]:
    """Yield its unit, and its unit and those above with everything below, the narrowest first."""
    names = names_in(account.ou_path)
    if names is None:
        return
    folded = tuple(name.casefold() for name in names)
    plain = next((depth for depth, name in enumerate(names) if not _PLAIN.fullmatch(name)), len(names))
    # A new account is in the root until it is moved to its unit.
    if names and plain == len(names):
        yield ("in", folded), AccountSelector(NOWHERE, ous=(path_of(names),))
    for depth in range(plain, -1, -1):
        path = path_of(names[:depth]).rstrip("/")
        yield folded[:depth], AccountSelector(NOWHERE, ous=(f"{path}/**",))


def _tags_of(account: Account) -> Iterator[tuple[object, AccountSelector]]:
    for key, value in sorted(account.tags.items()):
        if _PLAIN.fullmatch(key):
            if _PLAIN.fullmatch(value):
                condition = Condition(key, any_of=(value,))
                yield (key, value.casefold()), AccountSelector(NOWHERE, tags=(condition,))
            yield (key,), AccountSelector(NOWHERE, tags=(Condition(key, present=True),))


def _names_of(account: Account) -> Iterator[tuple[object, AccountSelector]]:
    """Yield globs of whole words at the beginning of its name and at the end."""
    for separator in _WORDS.finditer(account.name):
        for glob, part in (
            (f"{account.name[: separator.end()]}*", account.name[: separator.start()]),
            (f"*{account.name[separator.start() :]}", account.name[separator.end() :]),
        ):
            if _PLAIN.fullmatch(part):
                yield glob.casefold(), AccountSelector(NOWHERE, names=(glob,))


def _of_people(*conditions: Condition) -> tuple[object, PersonSelector]:
    key = tuple((condition.attribute, condition.any_of[0].casefold()) for condition in conditions)
    return key, PersonSelector(conditions, NOWHERE)
