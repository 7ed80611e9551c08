"""All selectors of a policy at once: which of them mean a person or an account, without trying each."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter

from dayone.domain.accounts import Account
from dayone.domain.facets import Facet, TextFacet, TextFacets
from dayone.domain.matching import holds, is_under, is_within, names_management, tag_of
from dayone.domain.people import SELECTABLE_DATES, Person
from dayone.domain.policy import AccountSelector, Condition, PersonSelector


def numbers(bits: int) -> Iterator[int]:
    """The numbers of the selectors in a set, in order."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


class PersonSelectors:
    """Which of these selectors mean a person, as `matching.selects_person` has it."""

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
        self._texts = [(attrgetter(attribute), facet.known.get, facet.learn) for attribute, facet in texts]

    def meaning(self, person: Person, *, now: datetime) -> int:
        """The selectors that mean this person at `now`: bit n stands for the n-th."""
        found = self._everything
        if not found:
            return 0
        for read, known, learn in self._texts:
            value = read(person)
            bits = known(value)
            found &= learn(value) if bits is None else bits
        # Time decides these for each person anew.
        for condition, asking in self._dated:
            if found & asking and not holds(condition, person, now=now):
                found &= ~asking
        return found


class AccountSelectors:
    """Which of these selectors mean an account: as `matching.selects_account`, or as `describes` has it."""

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
        """The selectors that mean this account: bit n stands for the n-th."""
        found = self.describing(account)
        return found & self._with_management if account.is_management else found

    def describing(self, account: Account) -> int:
        """The selectors whose every condition holds, whatever they say of the management account."""
        found = self._everything & self._ids.holding(account.id) & self._names.holding(account.name)
        found &= self._paths.holding(account.ou_path) & self._chains.holding(account.ou_ids)
        for tag, facet in self._tags:
            found &= facet.holding(tag_of(account, tag))
        return found

    def _ask(self, bit: int, selector: AccountSelector) -> None:
        if names_management(selector):
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
