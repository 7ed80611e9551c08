"""A company's month at AWS's list prices: how much work it has, what that takes, and what is there without any.

Prices are those of us-east-1 without any free tier, in dollars, except for the dashboard: it is taken for one of the
three that CloudWatch gives each account for nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.dynamodb.table_world import Work
from dayone.model.monitoring import METRICS, MOST_SOURCES, Monitoring
from tests.project.repository import template

# Sources: the pricing pages of Amazon DynamoDB (on demand), AWS Lambda (arm64), Amazon SQS (FIFO), Amazon CloudWatch,
# AWS KMS.
_WRITE_UNIT, _READ_UNIT = 0.625e-6, 0.125e-6
_GIGABYTE_SECOND, _INVOCATION = 13.3334e-6, 0.2e-6
_MESSAGE_CALL = 0.5e-6
_ALARM_METRIC, _METRIC, _KEY, _DASHBOARD, _FREE_DASHBOARDS = 0.10, 0.30, 1.00, 3.00, 3
# The extents of monitoring in which the condition of a resource holds.
_EXTENTS: Mapping[str, tuple[Monitoring, ...]] = {
    "Monitors": (Monitoring.BASIC, Monitoring.FULL),
    "MonitorsCheckpoints": (Monitoring.BASIC, Monitoring.FULL),
    "MonitorsBasically": (Monitoring.BASIC,),
    "MonitorsFully": (Monitoring.FULL,),
}
# What monitoring may come to in a month, as its parameter promises.
MOST_FOR_MONITORING: Mapping[Monitoring, float] = {Monitoring.NONE: 0.0, Monitoring.BASIC: 3.0, Monitoring.FULL: 10.0}
# Sending, receiving and deleting.
_CALLS_OF_A_MESSAGE = 3
# As `template.yaml` has it.
_PLANNER_GIGABYTES, _OTHER_GIGABYTES = 1.0, 0.5
# Seconds that a call to DynamoDB takes, and what an invocation takes besides.
_OF_A_CALL, _OF_AN_INVOCATION = 0.006, 0.02

# What the fixed part may come to, and the companies: people, accounts, and what their work may.
MONTHS = 10.0
COMPANIES: Mapping[str, tuple[int, int, float]] = {
    "1,000 people, 100 accounts": (1_000, 100, 0.2),
    "20,000 people, 1,000 accounts": (20_000, 1_000, 2.5),
    "100,000 people, 5,000 accounts": (100_000, 5_000, 10.5),
}

# How often something happens in a month: to each person, to each account.
OF_PEOPLE: Mapping[str, float] = {
    "a joiner with three groups": 0.02,
    "a leaver with three groups": 0.02,
    "a mover who leaves three groups": 0.02,
    # HR tells everything again once a week.
    "an echo of HR": 4.0,
}
OF_ACCOUNTS: Mapping[str, float] = {
    "an account with ten assignments": 0.02,
    # Each is looked at once a day.
    "an account that has not changed": 30.0,
    # Edits of the policy: a hundred assignments for each hundred accounts.
    "100 assignments by an edit": 0.01,
}


@dataclass(frozen=True)
class Month:
    """Dollars that a month's work costs, by service."""

    table: float
    functions: float
    queues: float

    @property
    def work(self) -> float:
        """All of it."""
        return self.table + self.functions + self.queues


def price_of(work: Work) -> Month:
    """Return the price of some work, done once."""
    writing = sum(
        count for call, count in work.table.calls.items() if "Write" in call or call[:3] in ("Put", "Upd", "Del")
    )
    planning = work.planned * _OF_AN_INVOCATION + work.calls * _OF_A_CALL
    gigabyte_seconds = planning * _PLANNER_GIGABYTES + (work.seconds + writing * _OF_AN_INVOCATION) * _OTHER_GIGABYTES
    # Each write is published by an invocation of its own, at most; HR's delivery is one more.
    invocations = 2 * work.planned + work.wakes + writing
    return Month(
        table=work.write_units * _WRITE_UNIT + work.read_units * _READ_UNIT,
        functions=gigabyte_seconds * _GIGABYTE_SECOND + invocations * _INVOCATION,
        queues=(work.planned + work.wakes) * _CALLS_OF_A_MESSAGE * _MESSAGE_CALL,
    )


def month_of(people: int, accounts: int, *, work: Mapping[str, Work]) -> Month:
    """Return the cost of a company's month from the cost of each kind of work."""
    often = {
        **{name: rate * people for name, rate in OF_PEOPLE.items()},
        **{name: rate * accounts for name, rate in OF_ACCOUNTS.items()},
    }
    prices = [(times, price_of(work[name])) for name, times in often.items()]
    return Month(
        table=sum(times * price.table for times, price in prices),
        functions=sum(times * price.functions for times, price in prices),
        queues=sum(times * price.queues for times, price in prices),
    )


def fixed_part() -> float:
    """Dollars a month for monitoring and keys, whatever happens, with each parameter turned on."""
    resources = template()["Resources"].values()
    keys: int = sum(each["Type"] == "AWS::KMS::Key" for each in resources)
    return monitoring_part(Monitoring.FULL) + keys * _KEY


def monitoring_part(extent: Monitoring) -> float:
    """Dollars a month for the alarms, metrics and dashboards of an extent of monitoring, each published all the time.

    It is less as long as all is well, since only what is not 0 is published and CloudWatch charges by the hour.
    """
    there = [each for each in template()["Resources"].values() if extent in _EXTENTS.get(each.get("Condition", ""), ())]
    alarmed: int = sum(_alarmed(each["Properties"]) for each in there if each["Type"] == "AWS::CloudWatch::Alarm")
    dashboards: int = sum(each["Type"] == "AWS::CloudWatch::Dashboard" for each in there)
    # With full monitoring refused deliveries are counted by source besides.
    of_sources = MOST_SOURCES + 1 if extent is Monitoring.FULL else 0
    metrics = len(METRICS[extent]) + of_sources
    dollars = alarmed * _ALARM_METRIC + metrics * _METRIC + max(0, dashboards - _FREE_DASHBOARDS) * _DASHBOARD
    return round(dollars, 2)  # a price is of whole cents, which a sum of floats is not


def _alarmed(alarm: Mapping[str, Any]) -> int:
    # An alarm on several metrics costs as much as one on each.
    return sum("MetricStat" in str(each) for each in alarm["Metrics"]) if "Metrics" in alarm else 1


def month_table(work: Mapping[str, Work]) -> str:
    """Return the table of `docs/operations.md`."""
    lines = ["| company | DynamoDB | Lambda | SQS | the work alone | fixed part |", "|---|---|---|---|---|---|"]
    for name, (people, accounts, _) in COMPANIES.items():
        month = month_of(people, accounts, work=work)
        cells = (month.table, month.functions, month.queues, month.work, fixed_part())
        lines.append(f"| {name} | {' | '.join(f'${cell:.2f}' for cell in cells)} |")
    return "\n".join(lines)
