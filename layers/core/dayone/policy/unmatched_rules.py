"""Report rules that match no recorded fact, with the value that was probably meant.

Dates change with time, so date conditions do not count: they may match tomorrow.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from operator import attrgetter

from dayone.model.accounts import Account
from dayone.model.people import SELECTABLE_DATES, Person
from dayone.model.policy.rules import Location, Policy, PolicyNote
from dayone.policy.matching import glob_of_any
from dayone.policy.ou_paths import names_in, path_of
from dayone.policy.rule_probes import probes_of_accounts, probes_of_people
from dayone.policy.unmatchable_rules import ExcludedRules

# Enough for every department and unit there is; of values that most facts have to themselves a part will do.
_MOST_VALUES, _MOST_COMPARED, _MOST_TYPOS, _MOST_GLOBS = 5000, 300, 20, 100
PERSON_ID = "person.id"
_LIKE, _SHORTEST = 0.75, 3
_MOST_HANDED_ON = 200


class NearMisses:
    """Distinct recorded values by attribute of people or property of accounts."""

    def __init__(self) -> None:
        self._seen: dict[str, set[str]] = {}
        self._values: dict[str, dict[str, str]] = {}
        self._typos = self._globs = 0

    def add(self, attribute: str, value: str) -> None:
        """Remember a value; the first few thousand of an attribute count."""
        seen = self._seen.setdefault(attribute, set())
        if value and value not in seen and len(seen) < _MOST_VALUES:
            seen.add(value)
            self._values.setdefault(attribute, {}).setdefault(_reduced(value), value)

    def values(self) -> Mapping[str, tuple[str, ...]]:
        """Return the first values of each attribute, in the order in which they were added."""
        return {name: tuple(values.values())[:_MOST_HANDED_ON] for name, values in self._values.items()}

    def has(self, attribute: str, value: str) -> bool:
        """Return whether exactly this value is recorded."""
        return value in self._seen.get(attribute, ())

    def near(self, attribute: str, text: str) -> str:
        """Return the value that differs from the text or glob in letter case, blanks, quotes or the like, or by a typo.

        Empty when none does. Globs and typos are tried a bounded number of times.
        """
        values, reduced = self._values.get(attribute, {}), _reduced(text)
        if not reduced:
            return ""
        if reduced in values:
            return values[reduced]
        if "*" in text or "?" in text:
            self._globs += 1
            if self._globs > _MOST_GLOBS:
                return ""
            glob = glob_of_any(["".join(char if char in "*?" else _reduced(char) for char in text)])
            return next((value for key, value in values.items() if glob.match(key)), "")
        # Ids of people are mostly numbers in a row: each is like another.
        if len(reduced) < _SHORTEST or self._typos >= _MOST_TYPOS or attribute == PERSON_ID:
            return ""
        self._typos += 1
        alike = get_close_matches(reduced, list(values)[:_MOST_COMPARED], n=1, cutoff=_LIKE)
        return values[alike[0]] if alike else ""


def did_you_mean(value: str) -> str:
    """Return the end of a sentence that names the value that was probably meant, or empty."""
    return f"; did you mean `{value}`?" if value else ""


def _reduced(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


_BELOW = "/**"
_NOBODY, _NO_ACCOUNT = "nobody that Day One has recorded", "no account that Day One has recorded"
# People and accounts have ids both.
_PERSON = "person."


@dataclass(frozen=True, kw_only=True)
class UnmatchedSoFar:
    """Rules that some facts have not matched: numbers of probes and of rules, and what was seen besides.

    `values` are recorded values by attribute, the first of each; `named` are the people that the policy names.
    """

    people: tuple[int, ...] = ()
    accounts: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()
    met: tuple[int, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    units: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    has_people: bool = False
    has_accounts: bool = False
    management: str = ""


class UnmatchedRules:
    """Collects what of a policy has matched none of the facts that were added."""

    def __init__(self, policy: Policy, *, now: datetime) -> None:
        self._policy = policy
        self._people, self._accounts = probes_of_people(policy, now=now), probes_of_accounts(policy)
        self._excluded = ExcludedRules(policy, now=now)
        self._named = tuple(_people_named(policy))
        self._named_there, self._units = set[str](), set[str]()
        self._management, self._has_accounts, self._has_people = "", False, False
        self._names = frozenset(name for name, _ in self._named)
        self._values = NearMisses()
        self._attributes = [(_PERSON + name, attrgetter(name)) for name in _attributes_in(policy)]

    def add(self, fact: object) -> None:
        """Take a recorded person or account into account; another fact, or none, counts for nothing."""
        self._excluded.add(fact)
        if isinstance(fact, Person):
            self._people.add(fact)
            self._has_people = True
            if fact.id in self._names:
                self._named_there.add(fact.id)
            for name, value_of in self._attributes:
                self._values.add(name, value_of(fact))
        elif isinstance(fact, Account):
            self._accounts.add(fact)
            self._add_values_of(fact)

    def so_far(self) -> UnmatchedSoFar:
        """Return what was found, to be joined with what other facts have matched."""
        excluded, met = self._excluded.rest()
        return UnmatchedSoFar(
            people=tuple(self._people.rest()),
            accounts=tuple(self._accounts.rest()),
            excluded=tuple(excluded),
            met=tuple(met),
            values=self._values.values(),
            units=frozenset(self._units),
            named=frozenset(self._named_there),
            has_people=self._has_people,
            has_accounts=self._has_accounts,
            management=self._management,
        )

    def join(self, other: UnmatchedSoFar) -> None:
        """Take into account what was found with other facts, by the same policy."""
        self._people.keep(other.people)
        self._accounts.keep(other.accounts)
        self._excluded.keep(other.excluded, other.met)
        for attribute, values in other.values.items():
            for value in values:
                self._values.add(attribute, value)
        self._units |= other.units
        self._named_there |= other.named
        self._has_people |= other.has_people
        self._has_accounts |= other.has_accounts
        self._management = self._management or other.management

    def near(self, key: str, name: str) -> str:
        """Return the person, user name or account that a name under `protect` was probably meant to be, or empty."""
        attribute = {"people": PERSON_ID, "users": f"{_PERSON}user_name", "accounts": "id"}.get(key, "")
        return self._values.near(attribute, name)

    def notes(self) -> tuple[PolicyNote, ...]:
        """One note for each, in reading order."""
        people = (
            PolicyNote(probe.location, self._of_people(probe.attribute, probe.text, is_excluded=not probe.alternatives))
            for probe in (self._people.unmatched() if self._has_people else ())
        )
        accounts = (
            PolicyNote(
                probe.location, self._of_accounts(probe.attribute, probe.text, is_excluded=not probe.alternatives)
            )
            for probe in (self._accounts.unmatched() if self._has_accounts else ())
        )
        return tuple(sorted({*people, *accounts, *self._excluded.notes(), *self._of_names(), *self._of_management()}))

    def untried(self) -> str:
        """Describe the rules that could not be checked, because nothing is recorded yet that they are about."""
        kinds = ["people"] if not self._has_people and (self._named or not self._people.is_empty) else []
        if not self._has_accounts and not self._accounts.is_empty:
            kinds.append("accounts but the management account" if self._management else "accounts")
        message = f"no {' and no '.join(kinds)} are recorded yet, so the rules about them were not checked for typos"
        return message if kinds else ""

    def _add_values_of(self, account: Account) -> None:
        values = {("id", account.id), ("name", account.name), *(("ou_id", ou_id) for ou_id in account.ou_ids)}
        for tag, value in account.tags.items():
            values |= {("tag", tag), (f"tag {tag}", value)}
        names = names_in(account.ou_path) or ()
        values |= {("ou", _as_pattern(path_of(names[:depth]))) for depth in range(1, len(names) + 1)}
        for attribute, value in values:
            self._values.add(attribute, value)
        self._units.add(_as_pattern(account.ou_path))
        if account.is_management:
            self._management = account.id
        else:
            self._has_accounts = True

    def _of_people(self, attribute: str, text: str, *, is_excluded: bool) -> str:
        if not text:
            return f"matches {_NOBODY}"
        near = did_you_mean(self._values.near(_PERSON + attribute, text))
        message = f"`{text}` matches the {attribute} of {_NOBODY}"
        return f"{message}, so `not` excludes nobody by it{near}" if is_excluded else message + near

    def _of_accounts(self, attribute: str, text: str, *, is_excluded: bool) -> str:
        if not text:
            return f"matches {_NO_ACCOUNT}"
        near = did_you_mean(self._near_of_account(attribute, text))
        message = f"{attribute} `{text}` matches {_NO_ACCOUNT}"
        return f"{message}, so `not` excludes none by it{near}" if is_excluded else message + near

    def _near_of_account(self, attribute: str, text: str) -> str:
        if attribute in ("ou", "ou_id"):
            unit = self._values.near(attribute, text.removesuffix(_BELOW))
            is_below = text.endswith(_BELOW) or (attribute == "ou" and unit not in self._units)
            return f"{unit}{_BELOW}" if unit and is_below else unit
        tag = attribute.removeprefix("tag ")
        if tag != attribute and not self._values.has("tag", tag):
            return self._values.near("tag", tag)
        return self._values.near(attribute, text)

    def _of_names(self) -> Iterator[PolicyNote]:
        for name, location in self._named if self._has_people else ():
            if name not in self._named_there:
                near = did_you_mean(self._values.near(PERSON_ID, name))
                yield PolicyNote(location, f"`{name}` matches {_NOBODY}{near}")

    def _of_management(self) -> Iterator[PolicyNote]:
        for rule in self._policy.assignments if self._management else ():
            for selector in rule.accounts:
                if selector.names_management and self._management not in selector.ids:
                    account = f"the management account is `{self._management}`"
                    yield PolicyNote(selector.location, f"`include_management_account` matches no account: {account}")


def _as_pattern(path: str) -> str:
    return path.replace("*", "\\*")


def _people_named(policy: Policy) -> Iterator[tuple[str, Location]]:
    for group in policy.groups:
        yield from group.people.items()
    yield from ((rule.person, rule.location) for rule in policy.assignments if rule.person)
    yield from ((name, place) for (key, name), place in policy.places.items() if key == "same_person")


def _attributes_in(policy: Policy) -> frozenset[str]:
    """Return the attributes of people that the policy has conditions on."""
    selectors = (selector for group in policy.groups for selector in (*group.members, *group.exceptions))
    conditions = {condition.attribute for selector in selectors for condition in selector.conditions}
    return frozenset({"id", "user_name", *conditions} - {*SELECTABLE_DATES})
