"""Report rules that can match nothing at all: by their text alone, or because exceptions leave nothing.

An exception with a date condition may end tomorrow, so it does not count.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from dayone.model.accounts import Account
from dayone.model.people import SELECTABLE_DATES, Person
from dayone.model.policy.rules import AccountSelector, Condition, PersonSelector, Policy, PolicyNote
from dayone.policy.match_index import AccountSelectors, PersonSelectors
from dayone.policy.matching import fits, matches_any

_NOBODY = "selects nobody that Day One has recorded, because `except` leaves out everybody whom it would select"
_NO_ACCOUNT = "selects no account that Day One has recorded, because `except` leaves out all that it would select"


@dataclass
class _Rule:
    """One rule with exceptions, as sets of selectors; `is_met` is whether it selects anything before them."""

    number: int
    note: PolicyNote
    selectors: int
    exceptions: int
    is_met: bool = False


class ExcludedRules:
    """Collects the rules of a policy of which the exceptions have left none of the facts that were added."""

    def __init__(self, policy: Policy, *, now: datetime) -> None:
        people, self._groups = _numbered(_of_groups(policy))
        accounts, self._assignments = _numbered(_of_assignments(policy), first=len(self._groups))
        indexed = PersonSelectors(people)
        self._of_person: Callable[[Person], int] = lambda person: indexed.meaning(person, now=now)
        self._of_account = AccountSelectors(accounts).describing

    def add(self, fact: object) -> None:
        """Take a recorded person or account into account; another fact, or none, counts for nothing."""
        if isinstance(fact, Person) and self._groups:
            self._groups = _still(self._groups, self._of_person(fact))
        elif isinstance(fact, Account) and self._assignments:
            self._assignments = _still(self._assignments, self._of_account(fact))

    def rest(self) -> tuple[list[int], list[int]]:
        """Return the numbers of the rules that select none of the facts, and of those that would without exceptions."""
        rules = [*self._groups, *self._assignments]
        return [rule.number for rule in rules], [rule.number for rule in rules if rule.is_met]

    def keep(self, rest: Iterable[int], met: Iterable[int]) -> None:
        """Take into account that the same rules were tried on other facts, with this `rest`."""
        kept, others = frozenset(rest), frozenset(met)
        self._groups = [rule for rule in self._groups if rule.number in kept]
        self._assignments = [rule for rule in self._assignments if rule.number in kept]
        for rule in (*self._groups, *self._assignments):
            rule.is_met |= rule.number in others

    def notes(self) -> Iterator[PolicyNote]:
        """One note for each."""
        return (rule.note for rule in (*self._groups, *self._assignments) if rule.is_met)


def _still(rules: list[_Rule], bits: int) -> list[_Rule]:
    """Return the rules without those that select the fact with these bits."""
    remaining = []
    for rule in rules:
        if bits & rule.selectors:
            rule.is_met = True
            if not bits & rule.exceptions:
                continue
        remaining.append(rule)
    return remaining


def _numbered[S](
    rules: Iterable[tuple[PolicyNote, Sequence[S], Sequence[S]]], *, first: int = 0
) -> tuple[list[S], list[_Rule]]:
    """All selectors in one list, and the rules by their numbers in it."""
    selectors: list[S] = []
    made: list[_Rule] = []
    for number, (note, selecting, excepting) in enumerate(rules, start=first):
        begin, middle = len(selectors), len(selectors) + len(selecting)
        selectors += (*selecting, *excepting)
        made.append(_Rule(number, note, (1 << middle) - (1 << begin), (1 << len(selectors)) - (1 << middle)))
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


_EXCEPTED = "can never match, because `except` leaves all of it out: remove one of the two"
_SPECIAL = frozenset("*?[")
# Characters that a value can have: of the patterns that records of HR systems are checked by.
_IN_AN_ID = re.compile(r"[a-z0-9._@+*?-]*")
_UNSPACED = frozenset({"user_name", "email"})


def unmatchable_rules(policy: Policy) -> tuple[PolicyNote, ...]:
    """Each of them with its place and the way to mend it, in reading order."""
    found = (_in_groups(policy), _in_assignments(policy), _in_protection(policy), _left_out(policy))
    return tuple(sorted(set(chain.from_iterable(found))))


def unassigned_sets(policy: Policy) -> Iterator[PolicyNote]:
    """One note for all permission sets that no assignment gives; a grant may, so it is no mistake."""
    assigned = {rule.permission_set for rule in policy.assignments}
    idle = [rule for rule in policy.permission_sets if rule.name not in assigned]
    if idle:
        names = ", ".join(f"`{rule.name}`" for rule in idle[:10]) + (f" and {len(idle) - 10} more" if idle[10:] else "")
        yield PolicyNote(idle[0].location, f"no assignment gives {names}: only a grant can")


def _in_groups(policy: Policy) -> Iterator[PolicyNote]:
    for group in policy.groups:
        for selector in (*group.members, *group.exceptions):
            for condition in selector.conditions:
                if condition.attribute not in SELECTABLE_DATES:
                    for text in (*_of_condition(condition), *_of_values(condition)):
                        yield PolicyNote(selector.location, f"{condition.attribute}: {text}")


def _in_assignments(policy: Policy) -> Iterator[PolicyNote]:
    for rule in policy.assignments:
        for selector in (*rule.accounts, *rule.exceptions):
            for name in selector.names:
                yield from (PolicyNote(selector.location, f"name: {text}") for text in _in_quotes(name))
            for tag in selector.tags:
                texts = [*_in_quotes(tag.attribute), *_of_condition(tag)]
                texts += [text for value in (*tag.any_of, *tag.none_of) for text in _in_quotes(value)]
                yield from (PolicyNote(selector.location, f"tags.{tag.attribute}: {text}") for text in texts)


def _in_protection(policy: Policy) -> Iterator[PolicyNote]:
    for (key, name), location in policy.places.items():
        yield from (PolicyNote(location, f"{key}: {text}") for text in _in_quotes(name))


def _left_out(policy: Policy) -> Iterator[PolicyNote]:
    """Entries and people of which the `except` beside them leaves nothing."""
    for group in policy.groups:
        excluded = {selector.conditions for selector in group.exceptions}
        places = [selector.location for selector in group.members if selector.conditions in excluded]
        places += [
            place for name, place in group.people.items() if any(_is_of_id(conditions, name) for conditions in excluded)
        ]
        yield from (PolicyNote(place, f"groups.{group.name}: {_EXCEPTED}") for place in places)
    for rule in policy.assignments:
        accounts = {replace(selector, location=rule.location) for selector in rule.exceptions}
        for selector in rule.accounts:
            if replace(selector, location=rule.location, include_management=False) in accounts:
                yield PolicyNote(selector.location, f"accounts: {_EXCEPTED}")


def _is_of_id(conditions: tuple[Condition, ...], name: str) -> bool:
    return all(condition.attribute == "id" and fits(condition, name) for condition in conditions)


def _of_condition(condition: Condition) -> Iterator[str]:
    if condition.none_of and condition.any_of and all(_is_excluded(value, condition) for value in condition.any_of):
        yield "can never match, because `not` excludes all that `any` asks for: remove one of them"
    elif condition.present and any(not value.strip("*") for value in condition.none_of):
        yield "can never match, because `not: *` excludes every text: remove it or `present`"


def _is_excluded(value: str, condition: Condition) -> bool:
    texts = {glob.casefold() for glob in condition.none_of}
    is_plain = not _SPECIAL & set(value)
    is_all = any(not text.strip("*") for text in texts)
    return is_all or value.casefold() in texts or (is_plain and matches_any(condition.none_of, value))


def _of_values(condition: Condition) -> Iterator[str]:
    for value in (*condition.any_of, *condition.none_of):
        quoted = list(_in_quotes(value))
        yield from quoted or _never_in(condition.attribute, value)


def _in_quotes(value: str) -> Iterator[str]:
    inner = value[1:-1].strip()
    if inner and _is_typographic(value[0]) and _is_typographic(value[-1]):
        yield f"the typographic quotes of `{value}` are part of the text: write `{inner}`"


def _is_typographic(char: str) -> bool:
    """Return whether it is a quotation mark of any language that YAML takes for text."""
    return char != '"' and "QUOTATION MARK" in unicodedata.name(char, "")


def _never_in(attribute: str, value: str) -> Iterator[str]:
    """Yield reasons why no value of the attribute can match, as records are validated and stripped of blanks."""
    if value != value.strip():
        yield f"`{value}` can never match, because no value has a blank or a line end at either end: remove it"
    elif attribute == "email" and not _SPECIAL & set(value) and "@" not in value:
        yield f"`{value}` can never match, because every address has an `@`: write `*@{value}` for a domain"
    elif "[" in value:
        return
    elif attribute == "id" and not _IN_AN_ID.fullmatch(value.casefold()):
        yield f"`{value}` can never match, because ids have only the characters A-Z a-z 0-9 . _ @ + -: correct it"
    elif attribute in _UNSPACED and re.search(r"\s", value):
        yield f"`{value}` can never match, because no {attribute} has a blank in it: remove it"
