"""A small model of CloudWatch: metrics as they are put, and the alarms of the template, evaluated as AWS says.

Sources: Amazon CloudWatch User Guide, "Alarm evaluation", "Configuring how CloudWatch alarms treat missing data" and
"Use metric math" (FILL, METRICS, SUM, MAX). Assumed: FILL fills a metric without any value, too.
"""

import ast
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tests.deploy.resolution import resolve
from tests.deploy.samples import SAMPLES, pseudo_parameters
from tests.project.repository import template

STACK = "dayone"
# So many periods more than it evaluates an alarm looks at, for values that are there instead of missing ones.
_SPARE_PERIODS = 2
_STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {"Sum": sum, "Maximum": max}
_OVER_ALL: Mapping[str, Callable[[Sequence[float]], float]] = {"SUM": sum, "MAX": max}


class Metric(NamedTuple):
    """A metric: values of another namespace, name or dimension are another's."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]


def metric_of(namespace: str, name: str, **dimensions: str) -> Metric:
    """Return a metric by its dimensions."""
    return Metric(namespace, name, frozenset(dimensions.items()))


class Values:
    """The values of all metrics, in the order of time."""

    def __init__(self) -> None:
        self._times: dict[Metric, list[datetime]] = defaultdict(list)
        self._values: dict[Metric, list[float]] = defaultdict(list)

    def put(self, metric: Metric, value: float, *, at: datetime) -> None:
        """Add a value; none may be older than those before."""
        times = self._times[metric]
        assert not times or times[-1] <= at
        times.append(at)
        self._values[metric].append(value)

    def between(self, metric: Metric, since: datetime, until: datetime) -> Sequence[float]:
        """Return the values from `since` until before `until`."""
        times = self._times.get(metric, [])
        return self._values[metric][bisect_left(times, since) : bisect_left(times, until)] if times else ()


@dataclass(frozen=True)
class Query:
    """A metric by its statistic."""

    metric: Metric
    statistic: str

    def value(self, values: Values, since: datetime, until: datetime) -> float | None:
        """Return the statistic of a period; None without a value."""
        found = values.between(self.metric, since, until)
        return _STATISTICS[self.statistic](found) if found else None


@dataclass(frozen=True)
class Alarm:
    """An alarm as the template has it: queries by their ids, and what is made of them."""

    name: str
    queries: Mapping[str, Query]
    expression: ast.expr
    period: timedelta
    properties: Mapping[str, Any]

    def rings(self, values: Values, *, now: datetime) -> bool:
        """Return whether it is in the state ALARM, by the periods that are over."""
        evaluated = self.properties["EvaluationPeriods"]
        end = datetime.fromtimestamp(now.timestamp() // self.period.total_seconds() * self.period.total_seconds(), UTC)
        newest_first = [
            self._value(values, until=end - number * self.period) for number in range(evaluated + _SPARE_PERIODS)
        ]
        # Values that are there count before missing ones do.
        there = [value for value in newest_first if value is not None][:evaluated]
        missing = evaluated - len(there)
        breaching = sum(self._breaches(value) for value in there)
        if self.properties["TreatMissingData"] == "breaching":
            breaching += missing
        return bool(breaching >= self.properties.get("DatapointsToAlarm", evaluated))

    def _breaches(self, value: float) -> bool:
        threshold = self.properties["Threshold"]
        is_less = self.properties["ComparisonOperator"] == "LessThanThreshold"
        return bool(value < threshold if is_less else value > threshold)

    def _value(self, values: Values, *, until: datetime) -> float | None:
        found = {id_: query.value(values, until - self.period, until) for id_, query in self.queries.items()}
        return _evaluated(self.expression, found)


def _evaluated(node: ast.expr, found: Mapping[str, float | None]) -> float | None:
    match node:
        case ast.Name(id=name):
            return found[name]
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            first, second = _evaluated(left, found), _evaluated(right, found)
            return None if first is None or second is None else first - second
        case ast.Call(func=ast.Name(id="FILL"), args=[filled, ast.Constant(value=constant)]):
            value = _evaluated(filled, found)
            return float(str(constant)) if value is None else value
        case ast.Call(func=ast.Name(id=name), args=[ast.Call(func=ast.Name(id="FILL"), args=[_, ast.Constant()])]):
            return _OVER_ALL[name]([value or 0.0 for value in found.values()])
    raise ValueError(f"an expression that is not known here: {ast.unparse(node)}")


def alarms(monitoring: str, **parameters: str) -> list[Alarm]:
    """Return the alarms that a deployment with these parameters has."""
    whole = template()
    given = {name: str(each.get("Default", SAMPLES.get(name, ""))) for name, each in whole["Parameters"].items()}
    made = resolve(whole, {**pseudo_parameters(STACK), **given, "Monitoring": monitoring, **parameters})
    kind = "AWS::CloudWatch::Alarm"
    return [_alarm(name, each["Properties"]) for name, each in made["Resources"].items() if each["Type"] == kind]


def _alarm(name: str, properties: Mapping[str, Any]) -> Alarm:
    if "MetricName" in properties:
        queries = {"only": Query(_metric(properties), properties["Statistic"])}
        expression, period = "only", properties["Period"]
    else:
        stats = {query["Id"]: query["MetricStat"] for query in properties["Metrics"] if "MetricStat" in query}
        queries = {id_: Query(_metric(stat["Metric"]), stat["Stat"]) for id_, stat in stats.items()}
        (expression,) = [query["Expression"] for query in properties["Metrics"] if "Expression" in query]
        (period,) = {stat["Period"] for stat in stats.values()}
    parsed = ast.parse(expression, mode="eval").body
    return Alarm(name, queries, parsed, timedelta(seconds=period), properties)


def _metric(given: Mapping[str, Any]) -> Metric:
    dimensions = {each["Name"]: _text(each["Value"]) for each in given.get("Dimensions", [])}
    return metric_of(given["Namespace"], given["MetricName"], **dimensions)


def _text(value: Any) -> str:  # noqa: ANN401 - as the template has it
    """Return a dimension's value; what AWS would name, such as a function, is called as in the template."""
    if isinstance(value, str):
        return value
    ((_, reference),) = value.items()
    name = re.fullmatch(r"(\w+?)(?:\.QueueName)?", reference)
    return name[1] if name else "live" if reference.endswith(".Stage") else str(reference)
