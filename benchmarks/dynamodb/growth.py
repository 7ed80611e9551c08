"""Growth of the table over a simulated year: a company whose people come, move and leave each week."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from benchmarks.dynamodb.capacity import Item, size_of
from benchmarks.dynamodb.table_world import TableWorld
from dayone.adapters.dynamodb.change_counts import DynamoOldChanges
from dayone.model.people import Status
from dayone.model.policy.rules import Policy
from tests.builders import a_person, an_account

WEEKS = 52
_WEEK = timedelta(weeks=1)
_A_MONTH = 4
_PEOPLE = 20
_RUNS_OF_A_WEEK = 10  # of the sweep, which runs each minute


@dataclass(frozen=True, kw_only=True)
class Growth:
    """Bytes of the table by partition kind, after each week, and the number of changes by then."""

    weeks: tuple[Counter[str], ...]
    changes: int

    def of_changes(self, week: int) -> int:
        """Bytes of changes and their operations."""
        return self.weeks[week - 1]["CHANGE"]

    @property
    def per_change(self) -> float:
        """Bytes that a change has added to the table in the second half of the year, with whatever stays of it."""
        added = self.weeks[-1].total() - self.weeks[len(self.weeks) // 2 - 1].total()
        return added / (self.changes / 2)


def grown(edited: Callable[[int], Policy], *, kept_for: timedelta | None) -> Growth:
    """Run the year; `edited` is the policy from a week on, and without `kept_for` changes are kept for ever."""
    world, weeks = TableWorld.fresh(), list[Counter[str]]()
    world.carry_out(lambda on: on.policy_is(edited(0)), lambda on: on.account_is(an_account()))
    world.carry_out(*(_is(number) for number in range(_PEOPLE)))
    for week in range(WEEKS):
        began = world.now
        world.carry_out(
            _is(_PEOPLE + week),
            _is(week + 1, department="Sales"),
            _is(week, department="Sales", status=Status.ENDED, end_date=world.now.date() - timedelta(days=1)),
        )
        world.carry_out(*(_is(_PEOPLE + week, title="again") for _ in range(3)))
        if week % _A_MONTH == 0:
            world.carry_out(partial(TableWorld.policy_is, policy=edited(week)))
        world.now = began + _WEEK
        _tidy(world, kept_for=kept_for)
        weeks.append(_bytes_in(world.client.everything()))
    return Growth(weeks=tuple(weeks), changes=6 * WEEKS + WEEKS // _A_MONTH)


def _is(
    number: int,
    *,
    department: str = "Engineering",
    status: Status = Status.ACTIVE,
    title: str = "",
    end_date: date | None = None,
) -> Callable[[TableWorld], object]:
    person = a_person(f"e-{number:06}", department=department, status=status, title=title, end_date=end_date)
    return lambda world: world.hr_tells(person)


def _tidy(world: TableWorld, *, kept_for: timedelta | None) -> None:
    """Delete what has expired, as DynamoDB does, and what the sweep deletes."""
    for item in world.client.everything():
        if "expires_at" in item and int(item["expires_at"]["N"]) < world.now.timestamp():
            world.client.delete_item(Key={name: item[name] for name in ("pk", "sk")})
    if kept_for is not None:
        for _ in range(_RUNS_OF_A_WEEK):
            DynamoOldChanges(world.table).sweep(before=world.now - kept_for, limit=100)


def _bytes_in(items: Iterable[Item]) -> Counter[str]:
    found = Counter[str]()
    for item in items:
        found[item["pk"]["S"].partition("#")[0]] += size_of(item)
    return found
