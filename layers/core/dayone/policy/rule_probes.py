"""Parts of a policy's rules, each to be tried on every fact until it has matched one."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dayone.model.accounts import Account
from dayone.model.people import SELECTABLE_DATES, Person
from dayone.model.policy.rules import AccountSelector, Condition, Location, PersonSelector, Policy
from dayone.policy.match_index import AccountSelectors, PersonSelectors, numbers


@dataclass(frozen=True, kw_only=True)
class Probe[S]:
    """A selector to try on facts: one value of a rule's entry, or without `text` the entry as a whole.

    `alternatives` counts the values that stand beside each other, any of which is enough; none for what excludes.
    """

    entry: int
    location: Location
    selector: S
    attribute: str = ""
    text: str = ""
    alternatives: int = 0


class Probes[S, F]:
    """Probes of one kind; whichever has matched once is not tried again."""

    def __init__(self, probes: Iterable[Probe[S]], *, index: Callable[[Sequence[S]], Callable[[F], int]]) -> None:
        self._index = index
        self._all = list(probes)
        self._prepare(range(len(self._all)))
        self.is_empty = not self._all

    def add(self, fact: F) -> None:
        """Try a fact on all that has matched nothing yet."""
        if not self._remaining:
            return
        self._remaining &= ~self._matching(fact)
        # An index takes time to make, so it is made anew only where it has become half as large.
        if self._remaining.bit_count() * 2 < len(self._numbers):
            self._prepare(self.rest())

    def rest(self) -> list[int]:
        """Return the numbers of the probes that matched no fact."""
        return [self._numbers[number] for number in numbers(self._remaining)]

    def keep(self, rest: Iterable[int]) -> None:
        """Take into account that the same probes were tried on other facts, of which these numbers matched none."""
        kept = frozenset(rest)
        for number in numbers(self._remaining):
            if self._numbers[number] not in kept:
                self._remaining &= ~(1 << number)

    def unmatched(self) -> Iterator[Probe[S]]:
        """Yield the probes that matched no fact; a whole entry only if none of its conditions alone is the reason."""
        probes = [self._all[number] for number in self.rest()]
        counts = Counter((probe.entry, probe.attribute, probe.alternatives) for probe in probes if probe.alternatives)
        explained = {entry for (entry, _, alternatives), count in counts.items() if count == alternatives}
        return (probe for probe in probes if probe.text or probe.entry not in explained)

    def _prepare(self, kept: Sequence[int]) -> None:
        self._numbers, self._remaining = kept, (1 << len(kept)) - 1
        self._matching = self._index([self._all[number].selector for number in kept])


def probes_of_people(policy: Policy, *, now: datetime) -> Probes[PersonSelector, Person]:
    """Return probes for the entries of all groups, without their date conditions, and every value in them."""

    def index(selectors: Sequence[PersonSelector]) -> Callable[[Person], int]:
        indexed = PersonSelectors(selectors)
        return lambda person: indexed.meaning(person, now=now)

    return Probes(_of_people(policy), index=index)


def probes_of_accounts(policy: Policy) -> Probes[AccountSelector, Account]:
    """Return probes for the entries of all assignments, and every value in them."""
    return Probes(_of_accounts(policy), index=lambda selectors: AccountSelectors(selectors).describing)


def _of_people(policy: Policy) -> Iterator[Probe[PersonSelector]]:
    selectors = (selector for group in policy.groups for selector in (*group.members, *group.exceptions))
    for entry, selector in enumerate(selectors):
        place = selector.location
        timeless = tuple(part for part in selector.conditions if part.attribute not in SELECTABLE_DATES)
        if timeless:
            yield Probe(entry=entry, location=place, selector=replace(selector, conditions=timeless))
        for part, alternatives in (pair for condition in timeless for pair in _parts(condition)):
            alone = PersonSelector((part,), place)
            yield _probe(entry, alone, attribute=part.attribute, text=part.any_of[0], alternatives=alternatives)


def _of_accounts(policy: Policy) -> Iterator[Probe[AccountSelector]]:
    selectors = (selector for rule in policy.assignments for selector in (*rule.accounts, *rule.exceptions))
    for entry, selector in enumerate(selectors):
        place = selector.location
        yield Probe(entry=entry, location=place, selector=selector)
        for text in selector.ids:
            alone = AccountSelector(place, ids=(text,))
            yield _probe(entry, alone, attribute="id", text=text, alternatives=len(selector.ids))
        for text in selector.names:
            alone = AccountSelector(place, names=(text,))
            yield _probe(entry, alone, attribute="name", text=text, alternatives=len(selector.names))
        for text in selector.ous:
            alone = AccountSelector(place, ous=(text,))
            yield _probe(entry, alone, attribute="ou", text=text, alternatives=len(selector.ous))
        for text in selector.ou_ids:
            alone = AccountSelector(place, ou_ids=(text,))
            yield _probe(entry, alone, attribute="ou_id", text=text, alternatives=len(selector.ou_ids))
        for part, alternatives in (pair for condition in selector.tags for pair in _parts(condition)):
            alone = AccountSelector(place, tags=(part,))
            attribute, text = f"tag {part.attribute}", part.any_of[0]
            yield _probe(entry, alone, attribute=attribute, text=text, alternatives=alternatives)


def _probe[S: (PersonSelector, AccountSelector)](
    entry: int, selector: S, *, attribute: str, text: str, alternatives: int
) -> Probe[S]:
    return Probe(
        entry=entry,
        location=selector.location,
        selector=selector,
        attribute=attribute,
        text=text,
        alternatives=alternatives,
    )


def _parts(condition: Condition) -> Iterator[tuple[Condition, int]]:
    """Each value of it as a condition of its own, with the number of its alternatives."""
    for glob in condition.any_of:
        yield Condition(condition.attribute, any_of=(glob,)), len(condition.any_of)
    for glob in condition.none_of:
        yield Condition(condition.attribute, any_of=(glob,)), 0
