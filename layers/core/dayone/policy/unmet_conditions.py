"""Conditions of a rule that a person or an account does not meet, with actual and needed values."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from dayone.model.accounts import Account, AccountState
from dayone.model.people import SELECTABLE_DATES, LifeCycle, Person, Stage, Status, date_of, stage_of
from dayone.model.policy.context import OffLimits
from dayone.model.policy.rules import AccountSelector, AssignmentRule, Condition, GroupRule, PersonSelector
from dayone.policy.matching import (
    describes,
    holds,
    is_within,
    matches_any,
    no_rights_in,
    selects_person,
    tag_value,
)
from dayone.policy.matching import fits as text_fits
from dayone.policy.ou_paths import is_under


@dataclass(frozen=True, kw_only=True)
class UnmetCondition:
    """One unmet condition.

    `rule` is `file:line` of the policy, or empty where no rule of it requires this; `about` is the property, such as
    `person.department` or `account.tags.env`; `actual` is its value and `needed` the required one.
    """

    rule: str
    about: str
    actual: str
    needed: str

    def __str__(self) -> str:
        whose, _, what = self.about.partition(".")
        message = f"the {whose}'s {what.replace('tags.', 'tag ')} is {self.actual}"
        return f"{message}, but {self.rule or 'access'} needs {self.needed}"


@dataclass(frozen=True)
class Nearness:
    """Match score of a rule: how many of its conditions are met, and the unmet ones."""

    satisfied: int = 0
    obstacles: tuple[UnmetCondition, ...] = ()

    @property
    def rank(self) -> tuple[bool, int, int]:
        """The greater, the nearer: what holds, else what has most that holds, else what has least in the way."""
        return (not self.obstacles, self.satisfied, -len(self.obstacles))

    def __add__(self, other: "Nearness") -> "Nearness":
        return Nearness(self.satisfied + other.satisfied, (*self.obstacles, *other.obstacles))


def unmet_employment(person: Person, *, cycle: LifeCycle, now: datetime) -> Nearness:
    """Return whether the person is to have any access."""
    stage, where = stage_of(person, cycle=cycle, now=now), f"({person.time_zone})"
    if person.status is Status.MISSING and stage is Stage.PRESENT:
        return _not_employed("status", actual="missing from what HR sends", needed="`active`: what they have is held")
    if stage is Stage.PRESENT:
        return Nearness(1)
    if original := cycle.original_of(person.id):
        return _not_employed("id", actual=person.id, needed=f"`{original}`: they are the same by the policy")
    if person.status not in (Status.ACTIVE, Status.ON_LEAVE):
        return _not_employed("status", actual=str(person.status), needed="`active`: their employment has ended")
    if stage is Stage.ON_LEAVE:
        back = f"on leave until {person.leave_end or 'HR says otherwise'} {where}"
        return _not_employed("status", actual=back, needed="`active`: the policy suspends access on leave")
    if stage is Stage.LEFT:
        ends = f"{person.end_date} {where}"
        return _not_employed("end_date", actual=ends, needed="a last day to come: they are not employed any more")
    begins = f"{person.start_date} {where}"
    return _not_employed("start_date", actual=begins, needed="that day to come: they are not employed yet")


def _not_employed(attribute: str, *, actual: str, needed: str) -> Nearness:
    return Nearness(obstacles=(UnmetCondition(rule="", about=f"person.{attribute}", actual=actual, needed=needed),))


_MANAGEMENT = "its id beside `include_management_account: true`, because this is the management account"


def of_account_state(account: Account) -> Nearness:
    """Return whether the account can be given any access."""
    if account.state is AccountState.ACTIVE:
        return Nearness(1)
    return _in_the_way("", "account.state", actual=str(account.state), needed=str(AccountState.ACTIVE))


def of_protection(whose: str, name: str, *, protected: frozenset[str]) -> Nearness:
    """Return whether Day One may touch a person, a group or an account."""
    if name not in protected:
        return Nearness()
    return _in_the_way("", f"{whose}.name", actual=f"`{name}`", needed="another: the policy protects it from Day One")


def of_rights(account: Account, *, off_limits: OffLimits) -> Nearness:
    """Return whether Day One can give anything in the account, with the rights that the operator has given it."""
    if not off_limits.lacks_rights or account.id != off_limits.account:
        return Nearness()
    needed = f"rights in the management account: {no_rights_in(account.id)}"
    return _in_the_way("", "account.id", actual=account.id, needed=needed)


def of_nothing(what: str, name: str, *, needed: str) -> Nearness:
    """Return the score for a name that is not recorded, so that nothing can match it."""
    return _in_the_way("", f"{what}.name", actual=f"`{name}`", needed=needed)


def of_group(rule: GroupRule, person: Person, *, now: datetime) -> Nearness:
    """Return the score of a person for a group, by its nearest selector."""
    if person.id in rule.people:
        nearest = Nearness(1)
    else:
        selected = [_of_person(selector, person, now=now) for selector in rule.members]
        unnamed = _in_the_way(str(rule.location), "person.id", actual=person.id, needed="to be named there")
        nearest = max(selected, key=lambda selector: selector.rank, default=unnamed)
    excepted = [selector for selector in rule.exceptions if selects_person(selector, person, now=now)]
    return sum((_excepted(selector.location, "person", person.id) for selector in excepted), start=nearest)


def of_assignment(rule: AssignmentRule, account: Account) -> Nearness:
    """Return the score of an account for an assignment rule, by its nearest selector."""
    selected = [_of_account(selector, account) for selector in rule.accounts]
    nowhere = _in_the_way(str(rule.location), "account.id", actual=account.id, needed="an account to be selected there")
    nearest = max(selected, key=lambda selector: selector.rank, default=nowhere)
    excepted = [selector for selector in rule.exceptions if describes(selector, account)]
    return sum((_excepted(selector.location, "account", account.id) for selector in excepted), start=nearest)


def _of_person(selector: PersonSelector, person: Person, *, now: datetime) -> Nearness:
    rule = str(selector.location)
    return _counted(
        (
            holds(condition, person, now=now),
            UnmetCondition(rule=rule, about=f"person.{condition.attribute}", actual=actual, needed=needed),
        )
        for condition in selector.conditions
        for actual, needed in [(_value(condition, person), needs(condition))]
    )


def _of_account(selector: AccountSelector, account: Account) -> Nearness:
    return _counted(
        (fits, UnmetCondition(rule=str(selector.location), about=f"account.{what}", actual=actual, needed=needed))
        for fits, what, actual, needed in _account_conditions(selector, account)
    )


def _account_conditions(selector: AccountSelector, account: Account) -> Iterator[tuple[bool, str, str, str]]:
    if account.is_management:
        yield selector.names_management, "id", account.id, _MANAGEMENT
    if selector.ids:
        yield account.id in selector.ids, "id", account.id, _any_of(selector.ids)
    if selector.names:
        yield matches_any(selector.names, account.name), "name", f"`{account.name}`", _any_of(selector.names)
    if selector.ous:
        fits = any(is_under(pattern, account.ou_path) for pattern in selector.ous)
        yield fits, "ou_path", f"`{account.ou_path}`", _any_of(selector.ous)
    if selector.ou_ids:
        fits = any(is_within(ou_id, account.ou_ids) for ou_id in selector.ou_ids)
        yield fits, "ou_ids", f"`{'/'.join(account.ou_ids) or '/'}`", _any_of(selector.ou_ids)
    for condition in selector.tags:
        value = tag_value(account, condition.attribute)
        yield text_fits(condition, value), f"tags.{condition.attribute}", _text_of(value), needs(condition)


def needs(condition: Condition) -> str:
    """Describe the requirement of a condition, such as "`Engineering` or `Data`"."""
    needed = []
    if condition.present is not None:
        needed.append("a value" if condition.present else "none")
    if condition.any_of:
        needed.append(_any_of(condition.any_of))
    if condition.none_of:
        needed.append(f"anything but {_any_of(condition.none_of)}")
    if condition.reached is not None:
        needed.append(f"{_day(condition.reached)} to have come")
    if condition.not_reached is not None:
        needed.append(f"{_day(condition.not_reached)} to be still ahead")
    return " and ".join(needed)


def _counted(conditions: Iterable[tuple[bool, UnmetCondition]]) -> Nearness:
    tested = list(conditions)
    return Nearness(sum(1 for fits, _ in tested if fits), tuple(obstacle for fits, obstacle in tested if not fits))


def _in_the_way(rule: str, about: str, *, actual: str, needed: str) -> Nearness:
    return Nearness(0, (UnmetCondition(rule=rule, about=about, actual=actual, needed=needed),))


def _excepted(location: object, whose: str, name: str) -> Nearness:
    return _in_the_way(str(location), f"{whose}.id", actual=f"{name}", needed="another: this is an exception there")


def _value(condition: Condition, person: Person) -> str:
    if condition.attribute in SELECTABLE_DATES:
        day = date_of(person, condition.attribute)
        return f"{day} ({person.time_zone})" if day else "not set"
    return _text_of(getattr(person, condition.attribute))


def _text_of(text: str) -> str:
    return f"`{text}`" if text else "not set"


def _any_of(texts: Iterable[str]) -> str:
    return " or ".join(f"`{text}`" for text in texts)


def _day(days: int) -> str:
    return f"the day {abs(days)} days {'after' if days > 0 else 'before'} it" if days else "that day"
