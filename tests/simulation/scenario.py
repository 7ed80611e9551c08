"""A company and what happens to it, drawn from a seed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from dayone.executor.rate_limits import Budgets
from dayone.grants.request import GrantWish
from dayone.model.accounts import Account, AccountState
from dayone.model.people import Person, Status
from dayone.model.subjects import Resource, ResourceKind
from tests.builders import a_person, an_account, the_account, the_person
from tests.simulation.features import Company, Feature, on_leave, with_all_attributes, with_days
from tests.simulation.model.weather import Climate, Fate
from tests.simulation.outside import Outside
from tests.simulation.policies import DEPARTMENTS, GROUPS, SETS, draw_policy

_OUS = ("/Workloads/Dev", "/Workloads/Prod", "/Sandboxes/One", "/Elsewhere")
_DEEP_OUS = ("/Workloads/Dev", "/Workloads/Dev/Blue", "/Workloads/Prod/Blue", "/Workloads", "/Sandboxes/Dev/Red", "/")
_TAGS: tuple[dict[str, str], ...] = ({"env": "dev"}, {"env": "prod"}, {"owner": ""}, {"env": "", "owner": "blue"}, {})
_ZONES = ("UTC", "America/New_York", "Asia/Tokyo")
LENGTH = 150.0
# In the other worlds most of what is held waits until the end.
_SOMEBODY_APPROVES = 0.8

_CALM = Climate()
_THROTTLED = Climate(fates={Fate.THROTTLED: 0.04, Fate.CONFLICT: 0.02}, bursts=4.0)
_LOSSY = Climate(
    fates={Fate.LOST: 0.015, Fate.FAILED_BEFORE: 0.01, Fate.UNAVAILABLE: 0.015}, request_failures=0.3, redelivered=0.05
)
_CRASHING = Climate(fates={Fate.CRASH_BEFORE: 0.004, Fate.CRASH_AFTER: 0.004}, redelivered=0.03)
_STORM = Climate(
    fates={
        Fate.THROTTLED: 0.02,
        Fate.CONFLICT: 0.01,
        Fate.LOST: 0.008,
        Fate.FAILED_BEFORE: 0.006,
        Fate.UNAVAILABLE: 0.01,
        Fate.CRASH_BEFORE: 0.002,
        Fate.CRASH_AFTER: 0.002,
    },
    request_failures=0.3,
    unsettled=1.5,
    bursts=2.0,
    redelivered=0.05,
    late_events=0.15,
    doubled_events=0.1,
)
_CLIMATES = (_CALM, _THROTTLED, _LOSSY, _CRASHING, _CRASHING, _STORM, _STORM)


def draw_climate(random: Random) -> Climate:
    return random.choice(_CLIMATES)


def draw_budgets(random: Random) -> Budgets:
    """Those of the product, or so small ones that they matter in a small company."""
    few = Budgets(
        sso_admin_calls=random.choice((3.0, 16.0)),
        identity_store_calls=random.choice((2.0, 15.0)),
        outstanding_assignments=random.choice((1, 2, 3)),
        concurrent_provisionings=1,
    )
    return random.choice((Budgets(), few))


def draw_start(random: Random) -> datetime:
    """Noon, or shortly before a midnight that somebody's last day ends with."""
    day = datetime(2026, 11, 23, tzinfo=UTC)
    return random.choice((day + timedelta(hours=12), day + timedelta(hours=23, minutes=58)))


class Scenario:
    """Events of the first minutes, drawn from the company's present state."""

    def __init__(self, random: Random, outside: Outside, *, company: Company) -> None:
        self._company = company
        self._random = random
        self._outside = outside
        self._time = outside.day_one.time
        self._people = [
            f"e-{number}" for number in range(1, random.randint(4, 20 if company.has(Feature.MANY_LEAVE) else 12))
        ]
        self._of_records = Random(f"records {company.seed}") if company.has(Feature.WHOLE_RECORDS) else None  # noqa: S311
        self._unit_names: dict[str, str] = {}
        self._first_names: dict[str, str] = {}
        self._accounts = [f"{number:012d}" for number in range(1, random.randint(2, 5))]

    def begin(self) -> None:
        random = self._random
        self._outside.uploads(draw_policy(random, self._company))
        for account in self._accounts:
            self._later(random.random() * 30, partial(self._account_appears, account))
        for person in self._people:
            self._later(random.random() * 20, partial(self._joins, person))
        for _ in range(random.randint(0, 6)):
            self._later(20 + random.random() * LENGTH, self._is_granted)
        if random.random() < _SOMEBODY_APPROVES:
            for deciding in range(10, int(LENGTH), 15):
                self._later(deciding + random.random() * 5, self._all_is_decided)
        happenings = self._happenings()
        busy = [random.random() * LENGTH for _ in range(3)]
        for _ in range(random.randint(12, 28)):
            happening = random.choice(happenings)
            # Much happens at the same moment, as when a department moves.
            moment = random.choice(busy) if random.random() < 0.7 else random.random() * LENGTH
            self._later(moment + random.random() / 3, happening)

    def _happenings(self) -> tuple[Callable[[], None], ...]:
        people = (self._moves, self._leaves, self._comes_back, self._is_hired_again, self._is_told_late)
        many = (*[self._department_moves] * 4, self._many_come_back)
        accounts = (self._account_changes, self._account_changes)
        policy = (self._policy_is_edited, self._policy_is_edited_twice)
        humans = (self._somebody_decides, self._dead_letters_are_redriven)
        grants = (self._is_granted, self._a_grant_is_extended, self._a_grant_is_ended)
        theme = self._random.choice(((), people, accounts, policy, grants))
        further = {
            Feature.LEAVE: self._goes_on_leave,
            Feature.CLOSED_ACCOUNTS: self._account_closes,
            Feature.MANY_LEAVE: self._many_leave,
            Feature.RENAMED_UNITS: self._unit_is_renamed,
            Feature.DEPARTED_ACCOUNTS: self._account_leaves,
            Feature.PARTS: self._somebody_decides_a_part,
            Feature.ROLLBACKS: self._policy_is_rolled_back,
            Feature.PREVIEWS: self._somebody_asks_what_if,
            Feature.BY_HAND: self._is_entered_by_hand,
        }
        special = tuple(happening for feature, happening in further.items() if self._company.has(feature))
        return (*people, *many, *accounts, *policy, *humans, *grants, *theme * 4, *special * 3)

    def _later(self, seconds: float, then: Callable[[], None]) -> None:
        self._time.at(seconds, then)

    def _joins(self, name: str) -> None:
        random = self._random
        today = self._time.now.date()
        start = random.choice((None, None, None, None, today, today, today + timedelta(days=1)))
        person = a_person(
            name,
            department=random.choice(DEPARTMENTS),
            title=random.choice(("", "", "", "Intern")),
            start_date=start,
            end_date=None if start and start > today else random.choice((*[None] * 6, today)),
            time_zone=random.choice(_ZONES),
        )
        self._tell(_named(with_days(person, company=self._company, now=self._time.now, random=random)))

    def _somebody(self) -> Person | None:
        existing = sorted(self._outside.people)
        return self._outside.people[self._random.choice(existing)].person if existing else None

    def _tell(self, person: Person, *, ago: float = 0.0) -> None:
        told = self._outside.tells(self._whole(person), ago=ago)
        if self._random.random() < 0.2:
            self._later(self._random.random() * 40, lambda: self._outside.deliver(told))

    def _whole(self, person: Person) -> Person:
        return with_all_attributes(person, random=self._of_records) if self._of_records else person

    def _moves(self) -> None:
        if person := self._somebody():
            self._tell(replace(person, department=self._random.choice(DEPARTMENTS), status=Status.ACTIVE))

    def _leaves(self) -> None:
        if person := self._somebody():
            self._tell(replace(person, status=Status.ENDED))

    def _department_moves(self) -> None:
        """Everybody of a department is in another one from now on."""
        before, after = self._random.sample(DEPARTMENTS, 2)
        for told in list(self._outside.people.values()):
            if told.person.department == before and told.person.status is Status.ACTIVE:
                self._tell(replace(told.person, department=after))

    def _many_come_back(self) -> None:
        for told in list(self._outside.people.values()):
            if told.person.status is Status.ENDED and self._random.random() < 0.7:
                self._tell(replace(told.person, status=Status.ACTIVE, end_date=None))

    def _many_leave(self) -> None:
        """A part of the company is sold, or HR's system goes mad."""
        for name in sorted(self._outside.people)[self._random.choice((0, 3)) :: self._random.choice((1, 2))]:
            self._tell(replace(self._outside.people[name].person, status=Status.ENDED))

    def _goes_on_leave(self) -> None:
        if person := self._somebody():
            self._tell(on_leave(person, now=self._time.now, random=self._random))

    def _comes_back(self) -> None:
        if person := self._somebody():
            self._tell(replace(person, status=Status.ACTIVE, end_date=None))

    def _is_hired_again(self) -> None:
        """Somebody who has left gets a new record, with the user name and the address of the one before."""
        people = self._outside.people
        gone = [
            name for name in sorted(people) if people[name].person.status is Status.ENDED and f"{name}-b" not in people
        ]
        if gone:
            person = people[self._random.choice(gone)].person
            again = replace(person, id=f"{person.id}-b", status=Status.ACTIVE, end_date=None)
            self._tell(_named(again))

    def _is_entered_by_hand(self) -> None:
        """Somebody whom no HR system knows comes, moves, or leaves; or HR's own are ended at once."""
        random = self._random
        names = random.choice((("h-1",), ("h-2",), ("h-1", "h-2", "h-3")))
        if random.random() < 0.3 and self._outside.facts.records:
            self._outside.ends_person(random.choice(sorted(self._outside.facts.records)))
            return
        people = (a_person(name, department=random.choice(DEPARTMENTS)) for name in names)
        self._outside.enters(*map(_named, people))

    def _is_told_late(self) -> None:
        if person := self._somebody():
            self._tell(replace(person, title="Late"), ago=self._random.random() * 120)

    def _account_appears(self, number: str) -> None:
        state = self._random.choice((AccountState.ACTIVE, AccountState.ACTIVE, AccountState.PENDING_ACTIVATION))
        account = an_account(number, name=f"team-{number[-1]}", state=state)
        self._outside.account_is(self._placed(account))
        if state is AccountState.PENDING_ACTIVATION:
            # Nobody tells that it is active: Day One has to look again.
            self._later(self._random.random() * 100, lambda: self._becomes(number, AccountState.ACTIVE))

    def _placed(self, account: Account) -> Account:
        """Return the account somewhere, and with other tags where there are any."""
        places = _DEEP_OUS if self._company.has(Feature.DEEP_UNITS) else _OUS
        names = [name for name in self._random.choice(places).split("/") if name]
        ids = tuple(unit_id(names[: depth + 1]) for depth in range(len(names)))
        path = "/" + "/".join(self._unit_names.get(of, name) for of, name in zip(ids, names, strict=True))
        tags = self._random.choice(_TAGS) if self._company.has(Feature.TAGS) else account.tags
        return replace(account, ou_path=path, ou_ids=ids, tags=tags)

    def _unit_is_renamed(self) -> None:
        """A unit gets another name, or its first one back."""
        names = {
            of: name
            for account in self._outside.day_one.organization.accounts.values()
            for of, name in zip(account.ou_ids, account.ou_path.strip("/").split("/"), strict=False)
        }
        if names:
            unit = self._random.choice(sorted(names))
            first = self._first_names.setdefault(unit, names[unit])
            name = f"{first} again" if names[unit] == first else first
            self._unit_names[unit] = name
            self._outside.unit_is_called(unit, name)

    def _account_leaves(self) -> None:
        # What others have assigned in the first of them has to stay.
        number = self._random.choice(self._accounts)
        if number in self._outside.day_one.organization.accounts and number != self._accounts[0]:
            self._outside.account_leaves(number)
            if self._random.random() < 0.7:
                self._later(5 + self._random.random() * 60, partial(self._account_returns, number))

    def _account_returns(self, number: str) -> None:
        self._outside.account_is(self._placed(an_account(number, name=f"team-{number[-1]}")))

    def _account_closes(self) -> None:
        accounts = self._outside.day_one.organization.accounts
        if number := self._random.choice([*sorted(accounts), ""]):
            self._outside.account_is(replace(accounts[number], state=AccountState.CLOSED))

    def _becomes(self, number: str, state: AccountState) -> None:
        accounts = self._outside.day_one.organization.accounts
        account = accounts.get(number)
        if account is not None and account.state is AccountState.PENDING_ACTIVATION:
            self._outside.account_becomes(replace(account, state=state))

    def _account_changes(self) -> None:
        accounts = self._outside.day_one.organization.accounts
        if not accounts:
            return
        account: Account = accounts[self._random.choice(sorted(accounts))]
        if account.state is AccountState.PENDING_ACTIVATION:
            return
        what = self._random.choice(("moves", "moves", "moves", "is suspended", "is active"))
        if what == "moves":
            account = self._placed(account)
        else:
            account = replace(account, state=AccountState.SUSPENDED if what == "is suspended" else AccountState.ACTIVE)
        self._outside.account_is(account)

    def _policy_is_edited(self) -> None:
        self._outside.uploads(draw_policy(self._random, self._company))

    def _policy_is_edited_twice(self) -> None:
        self._policy_is_edited()
        self._later(self._random.random() * 2, self._policy_is_edited)

    def _is_granted(self) -> None:
        random, now = self._random, self._time.now
        person, group = random.choice(self._people), random.choice(GROUPS)
        begins = now + timedelta(seconds=random.choice((0, 0, 20)))
        wish = GrantWish(
            subject=the_person(person),
            resource=Resource(ResourceKind.MEMBERSHIP, group),
            reason="on call",
            ticket="",
            begins=begins,
            until=begins + timedelta(seconds=random.choice((30, 60, 200, 4000))),
            includes_management=False,
        )
        if random.random() < 0.6:
            whom = random.choice((group, f"person:{person}"))
            resource = Resource(ResourceKind.ASSIGNMENT, f"{random.choice(SETS)}/{whom}")
            wish = replace(wish, subject=the_account(random.choice(self._accounts)), resource=resource)
        self._outside.grants(wish)

    def _a_grant_is_extended(self) -> None:
        if grant := self._some_grant():
            self._outside.extends(grant, until=self._time.now + timedelta(seconds=self._random.choice((60, 300))))

    def _a_grant_is_ended(self) -> None:
        if grant := self._some_grant():
            self._outside.ends(grant)

    def _some_grant(self) -> str:
        existing = sorted(self._outside.granted)
        return self._random.choice(existing) if existing else ""

    def _somebody_decides(self) -> None:
        for change in self._outside.held()[:1]:
            self._outside.decides(change, approves=self._random.random() < 0.7)

    def _all_is_decided(self) -> None:
        for change in self._outside.held():
            self._outside.decides(change, approves=self._random.random() < 0.9)

    def _somebody_decides_a_part(self) -> None:
        for change in self._outside.held()[:1]:
            subjects = self._outside.holds_of(change)
            part = tuple(subjects[: max(1, len(subjects) // 2)])
            self._outside.decides(change, approves=self._random.random() < 0.5, subjects=part)

    def _policy_is_rolled_back(self) -> None:
        if earlier := sorted(self._outside.texts):
            self._outside.rolls_back(self._random.choice(earlier))

    def _somebody_asks_what_if(self) -> None:
        self._outside.asks_what_if(draw_policy(self._random, self._company))

    def _dead_letters_are_redriven(self) -> None:
        day_one = self._outside.day_one
        day_one.inbox.redrive()
        day_one.account_events.redrive()


def unit_id(path: Sequence[str]) -> str:
    """Return the id of a unit, as AWS writes it, which stays when the unit is renamed."""
    return "ou-root-" + "".join(path).lower()


def _named(person: Person) -> Person:
    """Return the person with a display name of their own, by which their user is found."""
    return replace(person, display_name=f"Ada {person.id}")
