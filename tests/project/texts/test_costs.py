"""Costs of work stay within their bounds, and the page has the benchmark's results."""

from collections.abc import Mapping

import pytest

from benchmarks.costs import EXPECTED, WORK, figures_of
from benchmarks.dynamodb.table_world import Work
from benchmarks.figures.measuring import Figure
from benchmarks.figures.monthly_costs import MOST_FOR_MONITORING, OF_ACCOUNTS, OF_PEOPLE, monitoring_part, month_table
from dayone.model.monitoring import Monitoring
from tests.project.repository import ROOT, template


@pytest.fixture(scope="module")
def work() -> Mapping[str, Work]:
    return {name: measure() for name, measure in WORK.items()}


def test_no_work_costs_more_than_its_bound_or_than_is_known(work: Mapping[str, Work]) -> None:
    figures = figures_of(work)
    assert {figure.name: figure.value for figure in figures if not figure.ok} == {}
    assert EXPECTED.keys() <= {figure.name for figure in figures}


def test_the_page_has_the_month_as_it_is_computed(work: Mapping[str, Work]) -> None:
    assert month_table(work) in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("extent", Monitoring)
def test_an_extent_of_monitoring_costs_at_most_what_the_parameter_and_the_page_promise(extent: Monitoring) -> None:
    most = MOST_FOR_MONITORING[extent]
    assert monitoring_part(extent) <= most
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith(f"| `{extent}` | ")]
    assert row.endswith(f"| ${most:.0f} |")
    if most:
        assert f"${most:.0f}" in template()["Parameters"]["Monitoring"]["Description"]


def test_whatever_costs_each_month_is_under_a_condition_of_monitoring() -> None:
    kinds = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::Logs::MetricFilter")
    conditions = {each.get("Condition", "") for each in template()["Resources"].values() if each["Type"] in kinds}
    assert conditions == {"Monitors", "MonitorsBasically", "MonitorsCheckpoints", "MonitorsFully"}


def test_a_month_is_made_of_work_that_is_measured() -> None:
    assert {*OF_PEOPLE, *OF_ACCOUNTS} <= WORK.keys()


@pytest.mark.parametrize(
    ("value", "is_ok"), [(9.0, False), (10.5, True), (11.0, True), (11.1, False)], ids=["kept", "less", "same", "worse"]
)
def test_a_figure_that_is_known_to_miss_may_neither_worsen_nor_keep_its_bound(value: float, *, is_ok: bool) -> None:
    assert Figure("figure", value, 10.0, expected=11.0, reason="known").ok is is_ok
