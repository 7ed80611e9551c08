"""Rules whose exceptions leave nothing of all that they select: most often a typo, so they are reported.

An exception that asks about a date may end tomorrow, so it does not count.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dayone.domain.accounts import Account
from dayone.domain.match_index import AccountSelectors, PersonSelectors
from dayone.domain.people import SELECTABLE_DATES, Person
from dayone.domain.policy import AccountSelector, Condition, PersonSelector, Policy, PolicyNote

_NOBODY = "selects nobody that Day One has recorded, because `except` leaves out everybody whom it would select"
_NO_ACCOUNT = "selects no account that Day One has recorded, because `except` leaves out all that it would select"


@dataclass
class _Rule:
    """One rule with exceptions, as sets of selectors; `is_met` is whether it selects anything before them."""

    note: PolicyNote
    selectors: int
    exceptions: int
    is_met: bool = False


class ExcludedRules:
    """Collects the rules of a policy of which the exceptions have left none of the facts that were added."""

    def __init__(self, policy: Policy, *, now: datetime) -> None:
        people, self._groups = _numbered(_of_groups(policy))
        accounts, self._assignments = _numbered(_of_assignments(policy))
        indexed = PersonSelectors(people)
        self._of_person: Callable[[Person], int] = lambda person: indexed.meaning(person, now=now)
        self._of_account = AccountSelectors(accounts).describing

    def add(self, fact: object) -> None:
        """Take a recorded person or account into account; another fact, or none, counts for nothing."""
        if isinstance(fact, Person) and self._groups:
            self._groups = _still(self._groups, self._of_person(fact))
        elif isinstance(fact, Account) and self._assignments:
            self._assignments = _still(self._assignments, self._of_account(fact))

    def notes(self) -> Iterator[PolicyNote]:
        """One note for each."""
        return (rule.note for rule in (*self._groups, *self._assignments) if rule.is_met)


def _still(rules: list[_Rule], bits: int) -> list[_Rule]:
    """The rules without those that select the fact with these bits."""
    remaining = []
    for rule in rules:
        if bits & rule.selectors:
            rule.is_met = True
            if not bits & rule.exceptions:
                continue
        remaining.append(rule)
    return remaining


def _numbered[S](rules: Iterable[tuple[PolicyNote, Sequence[S], Sequence[S]]]) -> tuple[list[S], list[_Rule]]:
    """All selectors in one list, and the rules by their numbers in it."""
    selectors: list[S] = []
    made: list[_Rule] = []
    for note, selecting, excepting in rules:
        first, middle = len(selectors), len(selectors) + len(selecting)
        selectors += (*selecting, *excepting)
        made.append(_Rule(note, (1 << middle) - (1 << first), (1 << len(selectors)) - (1 << middle)))
    return selectors, made


def _of_groups(policy: Policy) -> Iterator[tuple[PolicyNote, list[PersonSelector], list[PersonSelector]]]:
    for group in policy.groups:
        named = [PersonSelector((Condition("id", any_of=(name,)),), place) for name, place in group.people.items()]
        excepting = [selector for selector in group.exceptions if _timeless(selector) == selector]
        if excepting:
            note = PolicyNote(group.location, f"groups.{group.name}: {_NOBODY}")
            yield note, [*map(_timeless, group.members), *named], excepting


def _timeless(selector: PersonSelector) -> PersonSelector:
    kept = tuple(condition for condition in selector.conditions if condition.attribute not in SELECTABLE_DATES)
    return replace(selector, conditions=kept)


def _of_assignments(
    policy: Policy,
) -> Iterator[tuple[PolicyNote, Sequence[AccountSelector], Sequence[AccountSelector]]]:
    for rule in policy.assignments:
        if rule.exceptions:
            yield PolicyNote(rule.location, f"accounts: {_NO_ACCOUNT}"), rule.accounts, rule.exceptions
