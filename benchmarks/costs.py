"""Cost of work: write and read units of DynamoDB by kind of work, a company's month at list prices, and growth.

Counted over the adapters and a table in memory by DynamoDB's rules, so exact on any machine. `--items` lists the
records and indexes behind each cost, `--month` prints the month alone. The table's growth is that of a simulated year.
"""

import argparse
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from benchmarks.convergence import account_id, policy
from benchmarks.dynamodb.growth import WEEKS, Growth, grown
from benchmarks.dynamodb.table_world import TableWorld, Work
from benchmarks.figures.measuring import Figure, marked, report
from benchmarks.figures.monthly_costs import COMPANIES, MONTHS, fixed_part, month_of, month_table
from dayone.model.changes import CauseKind, ulid_of
from dayone.model.commands import RefreshAccount
from dayone.model.people import Status
from dayone.model.policy.rules import Policy
from dayone.model.subjects import Subject, SubjectKind
from tests.builders import a_cause, a_person, an_account

_BULK = 100
_TEN = 10

# What is known to miss its bound: its value, which may not grow, and the reason.
_TRANSACTIONS = "an end is one transaction, which costs twice, and each operation has four records of its own"
EXPECTED: Mapping[str, tuple[float, str]] = {
    "write units: a joiner with three groups": (90.0, _TRANSACTIONS),
    "write units: the same, each of 100": (87.11, _TRANSACTIONS),
    "write units: one assignment of a new account": (30.0, _TRANSACTIONS),
    "write units: one assignment, each of 100 by an edit": (25.67, _TRANSACTIONS),
}


def company(groups: int, sets: int, *, assigned: bool) -> TableWorld:
    """Return a company whose groups and permission sets exist, with a planned person and account."""
    world = TableWorld.fresh()
    world.carry_out(lambda world: world.policy_is(policy(groups, sets, assigned=assigned)))
    world.carry_out(_joins(0), _appears(0))
    return world


def _joins(number: int, *, department: str = "Engineering", status: Status = Status.ACTIVE) -> Callable[..., object]:
    person = a_person(f"e-{number:06}", department=department, status=status)
    return lambda world: world.hr_tells(person)


def _appears(number: int) -> Callable[..., object]:
    return lambda world: world.account_is(an_account(account_id(number)))


def _edit(edited: Policy) -> Callable[..., object]:
    return lambda world: world.policy_is(edited)


def joiner() -> Work:
    """Somebody joins three groups."""
    return company(3, 1, assigned=False).carry_out(_joins(1))


def joiners() -> Work:
    """Join a hundred people to three groups each, at the same moment."""
    return company(3, 1, assigned=False).carry_out(*map(_joins, range(1, 1 + _BULK)))


def leaver() -> Work:
    """Somebody with three groups leaves."""
    world = company(3, 1, assigned=False)
    world.carry_out(_joins(1))
    return world.carry_out(_joins(1, status=Status.ENDED))


def mover() -> Work:
    """Somebody changes the department, which takes three groups and their user's title stays."""
    world = company(3, 1, assigned=False)
    world.carry_out(_joins(1))
    return world.carry_out(_joins(1, department="Sales"))


def echo() -> Work:
    """Send a record from HR again without changes."""
    world = company(3, 1, assigned=False)
    world.carry_out(_joins(1))
    return world.carry_out(_joins(1))


def account(assignments: int) -> Work:
    """Add an account that gets so many assignments."""
    world = company(1, assignments, assigned=True) if assignments else company(1, 1, assigned=False)
    return world.carry_out(_appears(1))


def look() -> Work:
    """Run the daily discovery over an account that has not changed."""
    world = company(1, _TEN, assigned=True)
    # The first look after everything is there notes that.
    world.carry_out(lambda world: world.look_at_account(account_id(0)))
    return world.carry_out(_daily_look)


def _daily_look(world: TableWorld) -> None:
    cause = a_cause(CauseKind.DISCOVERY, change=ulid_of(world.now, name="daily look"), at=world.now)
    subject = Subject(SubjectKind.ACCOUNT, account_id(0))
    world.inbox.put([RefreshAccount(subject=subject, cause=cause, only_if_changed=True)])


def assignments() -> Work:
    """Edit the policy so that ten accounts get ten assignments each."""
    world = company(1, _TEN, assigned=False)
    world.carry_out(*map(_appears, range(1, _TEN)))
    return world.carry_out(_edit(policy(1, _TEN, assigned=True)))


WORK: Mapping[str, Callable[[], Work]] = {
    "a joiner with three groups": joiner,
    "100 joiners with three groups": joiners,
    "a leaver with three groups": leaver,
    "a mover who leaves three groups": mover,
    "an echo of HR": echo,
    "an account without assignments": partial(account, 0),
    "an account with one assignment": partial(account, 1),
    "an account with ten assignments": partial(account, _TEN),
    "an account that has not changed": look,
    "100 assignments by an edit": assignments,
}


def figures_of(work: Mapping[str, Work]) -> list[Figure]:
    """Return the figures that have a bound."""
    units = {name: float(each.write_units) for name, each in work.items()}
    months = {name: month_of(people, accounts, work=work).work for name, (people, accounts, _) in COMPANIES.items()}
    figures = [
        ("write units: a joiner with three groups", units["a joiner with three groups"], 75.0),
        ("write units: the same, each of 100", units["100 joiners with three groups"] / _BULK, 60.0),
        (
            "write units: one assignment of a new account",
            units["an account with one assignment"] - units["an account without assignments"],
            15.0,
        ),
        ("write units: one assignment, each of 100 by an edit", units["100 assignments by an edit"] / _BULK, 15.0),
        ("write units: an echo of HR", units["an echo of HR"], 3.0),
        *((f"dollars a month, work alone: {name}", months[name], COMPANIES[name][2]) for name in COMPANIES),
        ("dollars a month, fixed part", fixed_part(), MONTHS),
    ]
    return marked((Figure(*each) for each in figures), EXPECTED)


_KEPT_FOR = timedelta(days=90)


def growth_of_a_year() -> Growth:
    """Have a company whose people come, move and leave for a year, with changes kept for 90 days."""
    return grown(lambda week: policy(3, 1 + week // 4 % 2, assigned=True), kept_for=_KEPT_FOR)


def growth_figures(growth: Growth) -> list[Figure]:
    """Return the figures of the table's growth: changes no longer grow, and what stays of each is the audit log."""
    changes = growth.of_changes(WEEKS) / growth.of_changes(WEEKS // 2)
    return [
        Figure("table: bytes of changes after 52 weeks by those after 26, kept for 90 days", changes, 1.1),
        Figure("table: bytes that each change adds for good, kept for 90 days", growth.per_change, 1_750.0),
    ]


def growth_lines(growth: Growth) -> list[str]:
    """Return the bytes after each quarter of the year, by the kinds that have the most."""
    quarters = [(week, growth.weeks[week - 1]) for week in range(WEEKS // 4, WEEKS + 1, WEEKS // 4)]
    return [
        f"table after {week} weeks: {kinds.total():,} bytes, "
        + ", ".join(f"{kind} {number:,}" for kind, number in kinds.most_common(4))
        for week, kinds in quarters
    ]


def lines_of(name: str, work: Work, *, items: bool) -> list[str]:
    """Return one kind of work as text, with its records and indexes if requested."""
    line = f"{name}: {work.write_units} written, {work.read_units:g} read, {work.calls} calls"
    shares = sorted(work.table.writes.items(), key=lambda share: (-share[1], share[0])) if items else []
    return [line, *(f"  {units:>6} {kind}" for kind, units in shares)]


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--items", action="store_true", help="say by which records and indexes")
    parser.add_argument("--month", action="store_true", help="print the table of a month as docs/operations.md has it")
    arguments = parser.parse_args()
    work = {name: measure() for name, measure in WORK.items()}
    if arguments.month:
        print(month_table(work))
        return
    notes = [line for name, each in work.items() for line in lines_of(name, each, items=arguments.items)]
    growth = growth_of_a_year()
    figures = [*figures_of(work), *growth_figures(growth)]
    report(figures, notes=[*notes, *growth_lines(growth)], as_json=arguments.json)


if __name__ == "__main__":
    main()
