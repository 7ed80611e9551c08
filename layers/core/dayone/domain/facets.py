"""Which of many selectors hold for a fact, decided once for each value of an attribute instead of once for each fact.

Selectors are numbered, and a set of them is an integer with one bit for each: what holds as a whole is what holds of
every attribute, a few `&`.
"""

import re
from collections.abc import Callable, Hashable, Iterator
from functools import cached_property

from dayone.domain.matching import fits, glob_of_any
from dayone.domain.policy import Condition

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
        self.known: dict[V, int] = {}

    def asks(self, bit: int) -> bool:
        """Whether this selector asks here already."""
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
        """The selectors that hold for this value, all that do not ask here among them (and any number beyond)."""
        known = self.known.get(value)
        return self.learn(value) if known is None else known

    def learn(self, value: V) -> int:
        """As `holding`, for a value that is not among the `known` ones."""
        if len(self.known) >= _MOST_REMEMBERED:
            self.known.clear()
        self.known[value] = bits = self._decided(value)
        return bits

    def _decided(self, value: V) -> int:
        bits = ~self._asking | self._by_value.get(self._key(value), 0)
        for test, asking in self._tests.values():
            if test(value):
                bits |= asking
        return bits


class TextFacet(Facet[str]):
    """An attribute that is a text, asked about by conditions before it is first told a value."""

    def __init__(self) -> None:
        super().__init__(str.casefold)
        self._searching: dict[Condition, int] = {}

    def ask_whether(self, bit: int, *, condition: Condition) -> None:
        """Let a selector hold where the condition does."""
        if _is_plain(condition):
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
        # A second condition on the same attribute asks as if of another one.
        turn = 0
        while (facet := self._facets.setdefault((condition.attribute, turn), TextFacet())).asks(bit):
            turn += 1
        facet.ask_whether(bit, condition=condition)


def _is_plain(condition: Condition) -> bool:
    if condition.none_of or condition.present is False or not condition.any_of:
        return False
    return not any(special in value for value in condition.any_of for special in "*?[")
