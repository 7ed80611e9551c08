"""People and accounts matched by the selectors of a policy; the management account only by its id."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fnmatch import translate
from functools import lru_cache

from dayone.model.accounts import Account
from dayone.model.operations import Applied
from dayone.model.people import SELECTABLE_DATES, Person, date_of, day_begins, has_come
from dayone.model.policy.rules import AccountSelector, Condition, PersonSelector, Policy, Protection
from dayone.model.subjects import Resource, ResourceKind
from dayone.policy.ou_paths import are_apart, covers, is_under


def has_lapsed(selector: PersonSelector, person: Person, *, since: datetime, now: datetime) -> bool:
    """Return whether the selector matched the person until a date that has come since then."""
    over = [
        condition
        for condition in selector.conditions
        if condition.not_reached is not None and not holds(condition, person, now=now)
    ]
    without = tuple(
        replace(condition, not_reached=None) if condition in over else condition for condition in selector.conditions
    )
    is_theirs = selects_person(replace(selector, conditions=without), person, now=now)
    moments = [moment for condition in over for moment in flips_at(replace(condition, reached=None), person)]
    return is_theirs and any(moment > since for moment in moments)


# The template's parameter that gives the rights.
PARAMETER = "ManagementAccountAccess"
_NOT_BY_ACCIDENT = (
    "this is the management account, and only rules that name its id beside `include_management_account: true` reach "
    "it; these do not"
)


def rules_that_stop_short(policy: Policy, account: Account) -> tuple[str, ...]:
    """Return a note with the rules that would match the management account if they named it, or none."""
    short = dict.fromkeys(
        str(selector.location)
        for rule in policy.assignments
        for selector in rule.accounts
        if describes(selector, account) and not selector.names_management
    )
    return (f"{_NOT_BY_ACCIDENT}: {', '.join(short)}",) if short else ()


def no_rights_in(account_id: str) -> str:
    """Describe why nothing can be given in the management account, and the fix."""
    return (
        f"{account_id} is the management account, where AWS demands IAM rights that Day One has not been given: "
        f"deploy with {PARAMETER}=true"
    )


_WILDCARDS = frozenset("*?[")
_USER = Resource(ResourceKind.USER)


def selects_person(selector: PersonSelector, person: Person, *, now: datetime) -> bool:
    """Return whether every condition of the selector holds at `now`."""
    return all(holds(condition, person, now=now) for condition in selector.conditions)


def holds(condition: Condition, person: Person, *, now: datetime) -> bool:
    """Return whether a condition on a person holds at `now`."""
    if condition.attribute in SELECTABLE_DATES:
        there = date_of(person, condition.attribute) is not None
        if condition.present is not None and condition.present is not there:
            return False
        if condition.reached is not None and not _is_reached(condition, person, days=condition.reached, now=now):
            return False
        days = condition.not_reached
        return days is None or not _is_reached(condition, person, days=days, now=now)
    return fits(condition, getattr(person, condition.attribute))


def fits(condition: Condition, text: str) -> bool:
    """Return whether a text passes a condition's globs and its `present`."""
    if condition.present is not None and condition.present is not bool(text):
        return False
    if condition.any_of and not matches_any(condition.any_of, text):
        return False
    return not matches_any(condition.none_of, text)


def flips_at(condition: Condition, person: Person) -> Iterator[datetime]:
    """Yield the times at which time alone changes whether a condition on a person holds."""
    for days in (condition.reached, condition.not_reached):
        moment = None if days is None else day_begins(person, condition.attribute, days=days)
        if moment is not None:
            yield moment


def selects_account(selector: AccountSelector, account: Account) -> bool:
    """Return whether the selector matches the account; the management account only by its id."""
    return (not account.is_management or selector.names_management) and describes(selector, account)


def describes(selector: AccountSelector, account: Account) -> bool:
    """Return whether every condition of the selector holds, ignoring the rule for the management account."""
    return (
        (not selector.ids or account.id in selector.ids)
        and (not selector.names or matches_any(selector.names, account.name))
        and (not selector.ous or any(is_under(pattern, account.ou_path) for pattern in selector.ous))
        and (not selector.ou_ids or any(is_within(ou_id, account.ou_ids) for ou_id in selector.ou_ids))
        and all(fits(condition, tag_value(account, condition.attribute)) for condition in selector.tags)
    )


def may_share_accounts(selector: AccountSelector, other: AccountSelector) -> bool:
    """Return whether some account could match both; False only when ids, units or the values of a tag exclude it.

    Names and ids of units are not compared, as units can be renamed and moved: doubtful cases count as shared.
    """
    if selector.ids and other.ids and not {*selector.ids} & {*other.ids}:
        return False
    if selector.ous and other.ous and all(are_apart(ou, unit) for ou in selector.ous for unit in other.ous):
        return False
    values = {condition.attribute: _literals(condition) for condition in other.tags}
    tags = ((_literals(condition), values.get(condition.attribute, ())) for condition in selector.tags)
    return not any(ours and theirs and not {*ours} & {*theirs} for ours, theirs in tags)


def is_narrower(selector: AccountSelector, other: AccountSelector) -> bool:
    """Return whether a selector matches no account that another does not; False in doubt."""
    if selector.include_management and not other.include_management:
        return False
    named = ((selector.ids, other.ids), (selector.names, other.names), (selector.ou_ids, other.ou_ids))
    if any(theirs and not (ours and {*ours} <= {*theirs}) for ours, theirs in named):
        return False
    if other.ous and not (selector.ous and all(any(covers(wide, ou) for wide in other.ous) for ou in selector.ous)):
        return False
    return {*other.tags} <= {*selector.tags}


def _literals(condition: Condition) -> tuple[str, ...]:
    """Return the only values that a condition accepts, without letter case; empty when globs accept more."""
    folded = tuple(value.casefold() for value in condition.any_of)
    return () if any(_WILDCARDS & {*value} for value in folded) else folded


def tag_value(account: Account, key: str) -> str:
    """Return the value of a tag for conditions: empty without the tag, a blank for a tag that has no value."""
    value = account.tags.get(key)
    return "" if value is None else value or " "


def matches_any(patterns: Iterable[str], text: str) -> bool:
    """Return whether a glob (`*`, `?`, `[…]`) matches the whole text, in any letter case; never an empty text.

    A text equal to the glob matches too, so that a name with brackets can be written as it is.
    """
    folded = text.casefold()
    return bool(text) and any(_glob(pattern).match(folded) for pattern in patterns)


def is_within(ou_id: str, ou_ids: Sequence[str]) -> bool:
    """Return whether a chain of OU ids, from the root down, ends in this one, or with `/**` passes through it."""
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


def _is_reached(condition: Condition, person: Person, *, days: int, now: datetime) -> bool:
    return has_come(person, condition.attribute, days=days, now=now)


def what_protects(person: Person, *, applied: Mapping[Resource, Applied], protection: Protection) -> str:
    """By what a policy protects a person, in words, or empty: their id, or the name of their user.

    HR may call them something else by now: what is protected is the user that is there.
    """
    if person.id in protection.people:
        return "the person"
    user = applied.get(_USER)
    names = {person.user_name.casefold(), user.attributes.get("user_name", "").casefold() if user else ""}
    return "the user name" if names & protection.users else ""
