"""Index the rules of a policy by their conditions, so that each fact meets only the rules that may match."""

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from operator import attrgetter

from dayone.model.accounts import Account
from dayone.model.people import SELECTABLE_DATES, Person
from dayone.model.policy.rules import AccountSelector, Condition, PersonSelector
from dayone.policy.matching import fits, glob_of_any, holds, is_within, tag_value
from dayone.policy.ou_paths import is_under

# Values that most facts have to themselves, such as an e-mail address, are not worth more memory than this.
_MOST_REMEMBERED = 4096


class Facet[V: Hashable]:
    """One attribute that some of the selectors ask about; each of them may ask once.

    Values that `key` makes equal are equal to all who ask for a value as such.
    """

    def __init__(self, key: Callable[[V], Hashable]) -> None:
        self._key = key
        self._asking = 0
        self._by_value: dict[Hashable, int] = {}
        self._tests: dict[Hashable, tuple[Callable[[V], bool], int]] = {}
        self.bits_by_value: dict[V, int] = {}

    def asks(self, bit: int) -> bool:
        """Return whether this selector has a condition on this property already."""
        return bool(self._asking & bit)

    def ask_for(self, bit: int, *, values: tuple[V, ...]) -> None:
        """Let a selector hold for these values."""
        self._asking |= bit
        for key in {self._key(value) for value in values}:
            self._by_value[key] = self._by_value.get(key, 0) | bit

    def ask(self, bit: int, *, test: Callable[[V], bool], name: Hashable) -> None:
        """Let a selector hold where the test does; tests of one name are the same test."""
        self._asking |= bit
        self._tests[name] = (test, self._tests.get(name, (test, 0))[1] | bit)

    def holding(self, value: V) -> int:
        """Return the selectors that hold for this value, including all without a condition here (and beyond)."""
        existing = self.bits_by_value.get(value)
        return self.learn(value) if existing is None else existing

    def learn(self, value: V) -> int:
        """Evaluate and cache a value that is not cached yet, as `holding` does."""
        if len(self.bits_by_value) >= _MOST_REMEMBERED:
            self.bits_by_value.clear()
        self.bits_by_value[value] = bits = self._decided(value)
        return bits

    def _decided(self, value: V) -> int:
        bits = ~self._asking | self._by_value.get(self._key(value), 0)
        for test, asking in self._tests.values():
            if test(value):
                bits |= asking
        return bits


class TextFacet(Facet[str]):
    """A text attribute; its conditions are added before the first value is evaluated."""

    def __init__(self) -> None:
        super().__init__(str.casefold)
        self._searching: dict[Condition, int] = {}

    def ask_whether(self, bit: int, *, condition: Condition) -> None:
        """Let a selector hold where the condition does."""
        is_glob = any(special in value for value in condition.any_of for special in "*?[")
        if condition.any_of and not (is_glob or condition.none_of or condition.present is False):
            self.ask_for(bit, values=tuple(value for value in condition.any_of if value))
        elif condition.any_of:
            self._asking |= bit
            self._searching[condition] = self._searching.get(condition, 0) | bit
        else:
            self.ask(bit, test=lambda text: fits(condition, text), name=condition)

    def _decided(self, value: str) -> int:
        bits = super()._decided(value)
        # Most texts fit no glob at all, and to see that takes one search for all of them.
        if self._searching and self._fitting.match(value.casefold()):
            for condition, asking in self._searching.items():
                if fits(condition, value):
                    bits |= asking
        return bits

    @cached_property
    def _fitting(self) -> re.Pattern[str]:
        return glob_of_any(glob for condition in self._searching for glob in condition.any_of)


class TextFacets:
    """The attributes of a fact that are texts, each by its name."""

    def __init__(self) -> None:
        self._facets: dict[tuple[str, int], TextFacet] = {}

    def __iter__(self) -> Iterator[tuple[str, TextFacet]]:
        return ((attribute, facet) for (attribute, _), facet in self._facets.items())

    def ask_whether(self, bit: int, *, condition: Condition) -> None:
        """Let a selector hold only where the condition does as well."""
        # A second condition on the same attribute is handled as if on another one.
        turn = 0
        while (facet := self._facets.setdefault((condition.attribute, turn), TextFacet())).asks(bit):
            turn += 1
        facet.ask_whether(bit, condition=condition)


def numbers(bits: int) -> Iterator[int]:
    """Yield the numbers of the selectors in a set, in order."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


class PersonSelectors:
    """Index of selectors that match a person, equivalent to `matching.selects_person`."""

    def __init__(self, selectors: Sequence[PersonSelector]) -> None:
        self._everything = (1 << len(selectors)) - 1
        dated: dict[Condition, int] = {}
        texts = TextFacets()
        for number, selector in enumerate(selectors):
            for condition in selector.conditions:
                if condition.attribute in SELECTABLE_DATES:
                    dated[condition] = dated.get(condition, 0) | 1 << number
                else:
                    texts.ask_whether(1 << number, condition=condition)
        self._dated = list(dated.items())
        self._texts = [(attrgetter(attribute), facet.bits_by_value.get, facet.learn) for attribute, facet in texts]

    def meaning(self, person: Person, *, now: datetime) -> int:
        """Return the selectors that match this person at `now`: bit n stands for the n-th."""
        found = self._everything
        if not found:
            return 0
        for read, existing, learn in self._texts:
            value = read(person)
            bits = existing(value)
            found &= learn(value) if bits is None else bits
        # Time decides these for each person anew.
        for condition, asking in self._dated:
            if found & asking and not holds(condition, person, now=now):
                found &= ~asking
        return found


class AccountSelectors:
    """Index of selectors that match an account, equivalent to `matching.selects_account`, or to `describes`."""

    def __init__(self, selectors: Sequence[AccountSelector]) -> None:
        self._everything = (1 << len(selectors)) - 1
        self._with_management = 0
        self._ids, self._names = Facet[str](str), TextFacet()
        self._paths, self._chains = Facet[str](str), Facet[tuple[str, ...]](tuple)
        tags = TextFacets()
        for number, selector in enumerate(selectors):
            self._ask(1 << number, selector)
            for condition in selector.tags:
                tags.ask_whether(1 << number, condition=condition)
        self._tags = list(tags)

    def meaning(self, account: Account) -> int:
        """Return the selectors that match this account: bit n stands for the n-th."""
        found = self.describing(account)
        return found & self._with_management if account.is_management else found

    def describing(self, account: Account) -> int:
        """Return the selectors whose conditions all hold, ignoring the rule for the management account."""
        found = self._everything & self._ids.holding(account.id) & self._names.holding(account.name)
        found &= self._paths.holding(account.ou_path) & self._chains.holding(account.ou_ids)
        for tag, facet in self._tags:
            found &= facet.holding(tag_value(account, tag))
        return found

    def _ask(self, bit: int, selector: AccountSelector) -> None:
        if selector.names_management:
            self._with_management |= bit
        if selector.ids:
            self._ids.ask_for(bit, values=selector.ids)
        if selector.names:
            self._names.ask_whether(bit, condition=Condition("name", any_of=selector.names))
        if selector.ous:
            self._paths.ask(bit, test=_any_of(selector.ous, is_under), name=selector.ous)
        if selector.ou_ids:
            self._chains.ask(bit, test=_any_of(selector.ou_ids, is_within), name=selector.ou_ids)


def _any_of[V: Hashable](patterns: tuple[str, ...], fits: Callable[[str, V], bool]) -> Callable[[V], bool]:
    return lambda value: any(fits(pattern, value) for pattern in patterns)
