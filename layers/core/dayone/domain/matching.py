"""Which people and accounts a policy's selectors mean."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from fnmatch import translate
from functools import lru_cache

from dayone.domain.accounts import Account
from dayone.domain.ou_paths import are_apart, is_under
from dayone.domain.people import SELECTABLE_DATES, Person, date_of, day_begins, has_come
from dayone.domain.policy import AccountSelector, Condition, PersonSelector

_WILDCARDS = frozenset("*?[")


def selects_person(selector: PersonSelector, person: Person, *, now: datetime) -> bool:
    """Whether every condition of the selector holds at `now`."""
    return all(holds(condition, person, now=now) for condition in selector.conditions)


def holds(condition: Condition, person: Person, *, now: datetime) -> bool:
    """Whether a condition on a person holds at `now`."""
    if condition.attribute in SELECTABLE_DATES:
        return _holds_of_date(condition, person, now=now)
    return fits(condition, getattr(person, condition.attribute))


def fits(condition: Condition, text: str) -> bool:
    """Whether a text passes a condition's globs and its `present`."""
    if condition.present is not None and condition.present is not bool(text):
        return False
    if condition.any_of and not matches_any(condition.any_of, text):
        return False
    return not matches_any(condition.none_of, text)


def flips_at(condition: Condition, person: Person) -> Iterator[datetime]:
    """The moments at which time alone changes whether a condition on a person holds."""
    for days in (condition.reached, condition.not_reached):
        moment = None if days is None else day_begins(person, condition.attribute, days=days)
        if moment is not None:
            yield moment


def selects_account(selector: AccountSelector, account: Account) -> bool:
    """Whether the account is one the selector means; the management account only by its name."""
    return (not account.is_management or names_management(selector)) and describes(selector, account)


def names_management(selector: AccountSelector) -> bool:
    """Whether the management account can be meant: the selector names accounts by id, and says that this one is too."""
    return selector.include_management and bool(selector.ids)


def describes(selector: AccountSelector, account: Account) -> bool:
    """Whether every condition of the selector holds, whatever it says of the management account."""
    return (
        (not selector.ids or account.id in selector.ids)
        and (not selector.names or matches_any(selector.names, account.name))
        and (not selector.ous or any(is_under(pattern, account.ou_path) for pattern in selector.ous))
        and (not selector.ou_ids or any(is_within(ou_id, account.ou_ids) for ou_id in selector.ou_ids))
        and all(fits(condition, tag_of(account, condition.attribute)) for condition in selector.tags)
    )


def may_share_accounts(selector: AccountSelector, other: AccountSelector) -> bool:
    """Whether some account could be described by both; False only when ids, units or the values of a tag exclude it.

    Names and ids of units are not compared, as units can be renamed and moved: what is in doubt may be shared.
    """
    if selector.ids and other.ids and not {*selector.ids} & {*other.ids}:
        return False
    if selector.ous and other.ous and all(are_apart(ou, unit) for ou in selector.ous for unit in other.ous):
        return False
    values = {condition.attribute: _literals(condition) for condition in other.tags}
    tags = ((_literals(condition), values.get(condition.attribute, ())) for condition in selector.tags)
    return not any(ours and theirs and not {*ours} & {*theirs} for ours, theirs in tags)


def _literals(condition: Condition) -> tuple[str, ...]:
    """The only values that a condition takes, without letter case; empty when globs take more."""
    folded = tuple(value.casefold() for value in condition.any_of)
    return () if any(_WILDCARDS & {*value} for value in folded) else folded


def tag_of(account: Account, key: str) -> str:
    """The value of a tag as conditions see it: empty without the tag, a blank for a tag that has no value."""
    value = account.tags.get(key)
    return "" if value is None else value or " "


def matches_any(patterns: Iterable[str], text: str) -> bool:
    """Whether a glob (`*`, `?`, `[…]`) matches the whole text, whatever the case; an empty text never does.

    A text that is written like the glob matches too, so that a name with brackets can be written as it is.
    """
    folded = text.casefold()
    return bool(text) and any(_glob(pattern).match(folded) for pattern in patterns)


def is_within(ou_id: str, ou_ids: Sequence[str]) -> bool:
    """Whether a chain of OU ids, from the root down, ends in this one, or with `/**` behind it passes through it."""
    if ou_id.endswith("/**"):
        return ou_id.removesuffix("/**") in ou_ids
    return bool(ou_ids) and ou_ids[-1] == ou_id


def glob_of_any(patterns: Iterable[str]) -> re.Pattern[str]:
    """One expression for texts without their case that any of the globs matches."""
    return re.compile("|".join(dict.fromkeys(_expression(pattern.casefold()) for pattern in patterns)))


@lru_cache(maxsize=4096)
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(_expression(pattern.casefold()))


def _expression(pattern: str) -> str:
    # `translate` makes each star atomic, so that a search takes time linear in the pattern and in the text.
    glob = translate(pattern)
    return rf"{glob}|{re.escape(pattern)}\Z" if "[" in pattern else glob


def _holds_of_date(condition: Condition, person: Person, *, now: datetime) -> bool:
    there = date_of(person, condition.attribute) is not None
    if condition.present is not None and condition.present is not there:
        return False
    if condition.reached is not None and not _is_reached(condition, person, days=condition.reached, now=now):
        return False
    days = condition.not_reached
    return days is None or not _is_reached(condition, person, days=days, now=now)


def _is_reached(condition: Condition, person: Person, *, days: int, now: datetime) -> bool:
    return has_come(person, condition.attribute, days=days, now=now)
