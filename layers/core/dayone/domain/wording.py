"""Why a selector means a person or an account, in words that name no more of a person than the rule itself does."""

from collections.abc import Iterator

from dayone.domain.accounts import Account
from dayone.domain.people import SELECTABLE_DATES, Person
from dayone.domain.policy import AccountSelector, Condition, PersonSelector

# Reasons are kept in the audit log, which is to know people by their HR id alone.
_PERSONAL = frozenset({"user_name", "email", "given_name", "family_name", "display_name", "manager"})


def why_person(selector: PersonSelector, person: Person) -> str:
    """What in the facts makes a selector mean this person, such as `department is Engineering`."""
    return ", ".join(_of_person(one, person) for one in selector.conditions) or "everyone"


def why_account(selector: AccountSelector, account: Account) -> str:
    """What in the facts makes a selector mean this account, such as `the account is in /Workloads/Dev`."""
    return ", ".join(_of_account(selector, account)) or "every account"


def _of_person(condition: Condition, person: Person) -> str:
    attribute = condition.attribute
    if attribute in SELECTABLE_DATES:
        return ", ".join(_of_date(condition))
    said: str = getattr(person, attribute)
    if not said:
        return f"{attribute} is empty"
    return f"{attribute} is as the rule says" if attribute in _PERSONAL else f"{attribute} is {said}"


def _of_date(condition: Condition) -> Iterator[str]:
    if condition.present is not None:
        yield f"{condition.attribute} is {'set' if condition.present else 'not set'}"
    if condition.reached is not None:
        yield f"{_day(condition.attribute, condition.reached)} is reached"
    if condition.not_reached is not None:
        yield f"{_day(condition.attribute, condition.not_reached)} is not reached"


def _day(attribute: str, days: int) -> str:
    return f"{attribute} {days:+} days" if days else attribute


def _of_account(selector: AccountSelector, account: Account) -> Iterator[str]:
    if selector.ids:
        yield f"the account is {account.id}"
    if selector.names:
        yield f"the account's name is {account.name}"
    if selector.ous or selector.ou_ids:
        yield f"the account is in {account.ou_path}"
    for condition in selector.tags:
        value = account.tags.get(condition.attribute)
        yield f"its tag {condition.attribute} is {value or 'not set'}"
