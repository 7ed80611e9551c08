"""Which people and accounts a policy's selectors mean."""

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import lru_cache

from dayone.domain.accounts import Account
from dayone.domain.people import Person
from dayone.domain.policy import AccountSelector, PersonSelector


def selects_person(selector: PersonSelector, person: Person) -> bool:
    """Whether every condition of the selector holds; letter case does not count."""
    return all(matches_any(patterns, getattr(person, attribute)) for attribute, patterns in selector.conditions.items())


def selects_account(selector: AccountSelector, account: Account) -> bool:
    """Whether the account is one the selector means; the management account only when its id is named."""
    if account.is_management and account.id not in selector.ids:
        return False
    return (
        (not selector.ids or account.id in selector.ids)
        and (not selector.names or matches_any(selector.names, account.name))
        and (not selector.ous or any(is_under(pattern, account.ou_path) for pattern in selector.ous))
        and all(matches_any(patterns, account.tags.get(tag, "")) for tag, patterns in selector.tags.items())
    )


def matches_any(patterns: Iterable[str], text: str) -> bool:
    """Whether a glob (`*`, `?`, `[…]`) matches the whole text, whatever the case; an empty text never does."""
    return bool(text) and any(_glob(pattern.casefold()).match(text.casefold()) for pattern in patterns)


def is_under(pattern: str, ou_path: str) -> bool:
    """Whether an OU path fits a pattern: `*` is one level, a closing `/**` is that OU and everything below it."""
    return bool(_ou_pattern(pattern).fullmatch(ou_path))


@lru_cache(maxsize=4096)
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))


@lru_cache(maxsize=4096)
def _ou_pattern(pattern: str) -> re.Pattern[str]:
    if pattern == "/**":
        return re.compile(r"/.*")
    below = pattern.endswith("/**")
    levels = pattern.removesuffix("/**").split("/")
    # A level that is nothing but `*` is any name, and a name is never empty: `/*` must not mean the root.
    regex = "/".join("[^/]+" if level == "*" else _level(level) for level in levels)
    return re.compile(regex + ("(/.*)?" if below else ""))


def _level(level: str) -> str:
    return "[^/]*".join(re.escape(part) for part in level.split("*"))
