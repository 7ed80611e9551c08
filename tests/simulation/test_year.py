"""A year in the life of a company, hour by hour in virtual time: every day everybody has what they should have."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from dayone.model.people import Leavers, LifeCycle, OnLeave
from dayone.model.policy.rules import Guardrails, Policy
from dayone.planning.desired_people import SESSIONS_HELD
from tests.builders import a_group, a_policy, a_set, an_account, an_assignment
from tests.fakes.sso.sessions import MemorySessions
from tests.simulation.year import (
    CLOSES,
    CREATED_DAYS_BEFORE,
    DEPARTMENTS,
    OPENS,
    SourceRecord,
    Year,
    is_expected_at,
    works_at,
)
from tests.unit.world import World

pytestmark = pytest.mark.thorough

_BEGINS = date(2026, 1, 1)
_HOUR = timedelta(hours=1)
_LONGEST_SESSION = timedelta(hours=12)
_UNLIMITED = Guardrails(percent=100, at_least=100_000, additions_percent=100, additions_at_least=100_000)


def _policy() -> Policy:
    cycle = LifeCycle(
        created_days_before=CREATED_DAYS_BEFORE,
        access_from=OPENS,
        access_until=CLOSES,
        on_leave=OnLeave.SUSPEND,
        leavers=Leavers.DELETE,
        can_end_sessions=True,
    )
    groups = [a_group(name.lower(), department=name) for name in DEPARTMENTS]
    policy = a_policy(*groups, a_set(), an_assignment(DEPARTMENTS[0].lower()))
    return replace(policy, people=cycle, guardrails=_UNLIMITED)


@dataclass
class _Company:
    """Day One in a company; `lost` is when whoever has no access was last seen with it."""

    year: Year
    world: World
    lost: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    with_access: dict[str, str] = field(default_factory=dict)
    checked: int = 0

    def hears(self, record: SourceRecord) -> None:
        self.world.hr_tells(record.person, at=record.at, reference=f"evt-{record.number}")

    def passes(self, until: datetime) -> None:
        self.world.now = max(self.world.now, until)
        self.world.sweep()
        if self.world.inbox.commands:
            self.world.settle()
        self._note()

    def _note(self) -> None:
        ids = {record["user_name"]: user_id for user_id, record in self.world.center.users.items()}
        inside = {self.world.center.users[user]["user_name"] for _, user in self.world.center.memberships.values()}
        for name in self.with_access.keys() - inside:
            self.lost[name] = (self.with_access[name], self.world.now)
        for name in inside:
            self.lost.pop(name, None)
        self.with_access = {name: ids[name] for name in inside}

    def check(self) -> None:
        now, world = self.world.now, self.world
        told = [record.person for record in self.year.told.values()]
        wanted: dict[str, set[str]] = {name.lower(): set() for name in DEPARTMENTS}
        for person in told:
            if works_at(person, now):
                wanted[person.department.lower()].add(person.user_name)
        assert world.groups() == wanted, now
        expected = {person.user_name for person in told if is_expected_at(person, now)}
        assert expected <= world.users(), now
        gone = {person.user_name for person in told if not works_at(person, now) and not is_expected_at(person, now)}
        # Who was expected and is put off again keeps the user that was made for them.
        kept = {person.user_name for person in told if person.start_date and person.start_date > now.date()}
        assert not (world.users() & (gone - kept)), now
        self._check_sessions(now)
        self.checked += 1

    def _check_sessions(self, now: datetime) -> None:
        ended = self.world.sessions.ended
        assert not ended & set(self.with_access.values()), now
        for user_id, since in self.lost.values():
            if now - since < _LONGEST_SESSION:
                assert user_id in ended, (now, since)
            if now - since > SESSIONS_HELD + 2 * _HOUR:
                assert user_id not in ended, (now, since)


def _company(size: int, *, seed: int = 1) -> _Company:
    world = World(now=datetime.combine(_BEGINS, time(0), UTC) - timedelta(days=1), sessions=MemorySessions(most=10_000))
    world.policy_is(_policy())
    world.account_is(an_account())
    world.settle()
    company = _Company(Year(seed=seed, size=size, begins=_BEGINS), world)
    for record in company.year.initial():
        company.hears(record)
    world.settle()
    return company


def _live(company: _Company, *, days: int) -> None:
    for number in range(days):
        waiting = sorted(company.year.day(number), key=lambda entry: entry.number)
        for hour in range(24):
            now = datetime.combine(_BEGINS, time(0), UTC) + timedelta(days=number, hours=hour)
            while waiting and waiting[0].at <= now:
                company.hears(waiting.pop(0))
            company.passes(now)
        for record in waiting:
            company.hears(record)
        company.passes(company.world.now)
        company.check()


# As much happens in a day, however many there are.
@pytest.mark.parametrize("size", [200, pytest.param(2000, marks=[pytest.mark.nightly, pytest.mark.timeout(3600)])])
def test_a_year_in_a_company(size: int) -> None:
    company = _company(size)
    _live(company, days=365)
    assert company.checked == 365
    assert not company.world.state.open_operations()
    assert all(applied.doubt is None for applied in company.world.state.applied.values())
