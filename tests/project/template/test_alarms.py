"""Every alarm watches what is there, every function and queue is watched, and every alarm has its part of the page."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from dayone.model.monitoring import METRICS, Monitoring
from tests.project.repository import ROOT, functions, pascal, resource, template

RESOURCES: Mapping[str, Mapping[str, Any]] = template()["Resources"]
ALARMS = sorted(name for name, each in RESOURCES.items() if each["Type"] == "AWS::CloudWatch::Alarm")
# Source: Amazon CloudWatch API Reference, MetricDataQuery: as many metrics as an alarm may rest on.
MOST_METRICS = 10
QUEUE, FUNCTION, API = "AWS::SQS::Queue", "AWS::Serverless::Function", "AWS::Serverless::Api"
FILES = ("template.yaml", "template-forwarder.yaml")
# When each rings: how its metric stands to the threshold, the seconds of a period, how many periods are looked at, how
# many of them have to be so, and what a period without data counts as.
RINGS = {
    "PlanChangesLoopAlarm": ("GreaterThanThreshold", 0, 60, 1, 1, "notBreaching"),
    "ExecuteOperationsLoopAlarm": ("GreaterThanThreshold", 0, 60, 1, 1, "notBreaching"),
    "InboxDeadLettersAlarm": ("GreaterThanThreshold", 0, 60, 1, 1, "notBreaching"),
    "EngineDeadLettersAlarm": ("GreaterThanThreshold", 0, 60, 1, 1, "notBreaching"),
    "AccountEventsDeadLettersAlarm": ("GreaterThanThreshold", 0, 60, 1, 1, "notBreaching"),
    "PublishEventsDeadLettersAlarm": ("GreaterThanThreshold", 0, 60, 1, 1, "notBreaching"),
    "NotificationsDeadLettersAlarm": ("GreaterThanThreshold", 0, 60, 1, 1, "notBreaching"),
    "ForwardAccountEventsDeadLettersAlarm": ("GreaterThanThreshold", 0, 60, 1, 1, "notBreaching"),
    "CheckpointAlarm": ("LessThanThreshold", 1, 300, 24, 24, "breaching"),
    "SweepAlarm": ("LessThanThreshold", 1, 300, 1, 1, "breaching"),
    "InventoryAlarm": ("LessThanThreshold", 1, 300, 2, 2, "breaching"),
    "FunctionErrorsAlarm": ("GreaterThanThreshold", 0, 300, 3, 2, "notBreaching"),
    "FunctionThrottlesAlarm": ("GreaterThanThreshold", 0, 300, 1, 1, "notBreaching"),
    "ExecutorTurnAlarm": ("GreaterThanThreshold", 2, 300, 2, 2, "notBreaching"),
    "OldestMessageAlarm": ("GreaterThanThreshold", 600, 60, 1, 1, "notBreaching"),
    "StreamLagAlarm": ("GreaterThanThreshold", 300_000, 300, 1, 1, "notBreaching"),
    "ServerErrorsAlarm": ("GreaterThanThreshold", 0, 300, 1, 1, "notBreaching"),
    "HrRefusedAlarm": ("GreaterThanThreshold", 0, 300, 1, 1, "notBreaching"),
    "QuietSourcesAlarm": ("GreaterThanThreshold", 0, 300, 1, 1, "notBreaching"),
    "NeedsSomebodyAlarm": ("GreaterThanThreshold", 0, 300, 1, 1, "notBreaching"),
    "FailedOperationsAlarm": ("GreaterThanThreshold", 0, 300, 1, 1, "notBreaching"),
    "StuckSubjectsAlarm": ("GreaterThanThreshold", 0, 300, 1, 1, "notBreaching"),
    "HeldForADayAlarm": ("GreaterThanThreshold", 0, 300, 1, 1, "notBreaching"),
    "MomentsPassedAlarm": ("GreaterThanThreshold", 0, 300, 1, 1, "notBreaching"),
    "InventoryLateAlarm": ("GreaterThanThreshold", 0, 300, 1, 1, "notBreaching"),
    "IdentityCenterAlarm": ("GreaterThanThreshold", 2, 300, 1, 1, "notBreaching"),
    "DeniedOperationsAlarm": ("GreaterThanThreshold", 0, 300, 1, 1, "notBreaching"),
}


def _chosen(value: Any, *, of: int) -> Any:  # noqa: ANN401 - as the template has it
    """A value, or what `Fn::If` makes of it: 1 when its condition holds, 2 when not."""
    return value["Fn::If"][of] if isinstance(value, dict) and "Fn::If" in value else value


def _conditions(value: Any) -> set[str]:  # noqa: ANN401
    return {value["Fn::If"][0]} if isinstance(value, dict) and "Fn::If" in value else set()


def _metrics(alarm: str) -> Iterator[tuple[Mapping[str, Any], set[str]]]:
    """Each metric that an alarm rests on, as Namespace, MetricName and Dimensions, and the condition of it."""
    properties = resource(alarm)
    if "MetricName" in properties:
        yield properties, set()
    for query in properties.get("Metrics", []):
        there = _chosen(query, of=1)
        if "MetricStat" in there:
            yield there["MetricStat"]["Metric"], _conditions(query)


def _implied(condition: str) -> set[str]:
    """A condition of the template, and those that it consists of."""
    parts = template()["Conditions"][condition].get("Fn::And", [])
    return {condition, *(part["Condition"] for part in parts if "Condition" in part)}


def _dimensions(metric: Mapping[str, Any]) -> dict[str, Any]:
    return {dimension["Name"]: dimension["Value"] for dimension in metric.get("Dimensions", [])}


def _watched(metric_name: str, *, dimension: str) -> dict[str, set[str]]:
    """The resources of which some alarm watches this metric, each with the alarm."""
    found: dict[str, set[str]] = {}
    for alarm in ALARMS:
        for metric, _ in _metrics(alarm):
            if metric["MetricName"] == metric_name:
                value = _dimensions(metric)[dimension]
                found.setdefault(value.get("Ref") or value["Fn::GetAtt"].partition(".")[0], set()).add(alarm)
    return found


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_watches_what_the_template_makes(alarm: str) -> None:
    metrics = list(_metrics(alarm))
    assert 1 <= len(metrics) <= MOST_METRICS
    of_alarm = _implied(RESOURCES[alarm]["Condition"])
    for metric, of_metric in metrics:
        conditions = of_metric | of_alarm
        for name, kind in (("QueueName", QUEUE), ("FunctionName", FUNCTION)):
            if (value := _dimensions(metric).get(name)) is not None:
                logical = value.get("Ref") or value["Fn::GetAtt"].removesuffix(".QueueName")
                assert RESOURCES[logical]["Type"] == kind
                assert {RESOURCES[logical].get("Condition")} - {None} <= conditions
        if metric["Namespace"] == "AWS/ApiGateway":
            _is_a_stage(metric, conditions)
        if not str(metric["Namespace"]).startswith("AWS/"):
            _is_published(metric, condition=RESOURCES[alarm]["Condition"])


def _is_a_stage(metric: Mapping[str, Any], conditions: set[str]) -> None:
    dimensions = _dimensions(metric)
    api, _, of_api = dimensions["Stage"]["Ref"].partition(".")
    assert (of_api, RESOURCES[api]["Type"]) == ("Stage", API)
    assert dimensions["ApiName"] == resource(api)["Name"]
    assert {RESOURCES[api].get("Condition")} - {None} <= conditions
    # With more dimensions it would be a metric that there is with ApiDetailedMetrics only.
    assert dimensions.keys() == {"ApiName", "Stage"}


def _is_published(metric: Mapping[str, Any], *, condition: str) -> None:
    """Day One's own: a metric that each extent of monitoring publishes in which there is the alarm, by its function."""
    assert metric["Namespace"] == {"Ref": "AWS::StackName"}
    extents = {"Monitors": (Monitoring.BASIC, Monitoring.FULL), "MonitorsBasically": (Monitoring.BASIC,)}
    for extent in extents.get(condition, (Monitoring.FULL,)):
        assert metric["MetricName"] in METRICS[extent]
    dimensions = _dimensions(metric)
    assert dimensions.keys() == {"service"}
    handler = (ROOT / "functions" / dimensions["service"] / "app.py").read_text()
    assert f'meter("{dimensions["service"]}")' in handler


@pytest.mark.parametrize("alarm", [name for name in ALARMS if "Metrics" in resource(name)])
def test_an_alarm_over_several_metrics_watches_one_expression(alarm: str) -> None:
    queries = [_chosen(query, of=1) for query in resource(alarm)["Metrics"]]
    (expression,) = [query for query in queries if query["ReturnData"]]
    identifiers = {query["Id"] for query in queries if "MetricStat" in query}
    always = {query["Id"] for query in resource(alarm)["Metrics"] if "MetricStat" in query}
    # Where a condition holds there are all metrics, and without it those that have none.
    for branch, there in ((1, identifiers), (2, always)):
        text = _chosen(expression["Expression"], of=branch)
        named = set(re.findall(r"[a-z][a-z0-9_]*", text))
        assert "SEARCH" not in text
        assert named == (set() if "METRICS()" in text else there)


def test_an_alarm_rings_when_it_is_meant_to() -> None:
    alarms = {
        name: each["Properties"]
        for file in FILES
        for name, each in template(file)["Resources"].items()
        if each["Type"] == "AWS::CloudWatch::Alarm"
    }
    assert {name: _rings(properties) for name, properties in alarms.items()} == RINGS


def _rings(properties: Mapping[str, Any]) -> tuple[Any, ...]:
    queries = [_chosen(query, of=1) for query in properties.get("Metrics", [])]
    (period,) = {each["MetricStat"]["Period"] for each in queries if "MetricStat" in each} or {properties["Period"]}
    periods = properties["EvaluationPeriods"]
    return (
        *(properties["ComparisonOperator"], properties["Threshold"], period),
        *(periods, properties.get("DatapointsToAlarm", periods), properties["TreatMissingData"]),
    )


# What fails behind an API is a 5xx there, and what CloudFormation calls fails the deployment.
BEHIND_AN_API = {"AccessApiFunction", "ReceiveHrEventFunction", "ShowDocsFunction"}
OF_THE_DEPLOYMENT = {"ClaimTableFunction", "OwnSessionPolicyFunction"}
# What it does not take for half an hour, whatever the reason, is a dead letter, and these have an alarm.
DEAD_LETTERS_SAY_IT = {"SendNotificationsFunction"}


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_errors_and_throttles_of_every_function_are_watched_by_one_alarm(metric: str) -> None:
    watched = _watched(metric, dimension="FunctionName")
    # What was refused, a signature of an hour, is late by itself; somebody waits for a plan, and for nothing else; and
    # what is refused of the stream lags, for which there is an alarm.
    late = {"SignCheckpointFunction", "PreviewCompanyFunction", "PublishEventsFunction"}
    others = BEHIND_AN_API | OF_THE_DEPLOYMENT | DEAD_LETTERS_SAY_IT | (late if metric == "Throttles" else set())
    assert watched.keys() == {f"{pascal(name)}Function" for name in functions()} - others
    assert {len(alarms) for alarms in watched.values()} == {1}


def test_what_fails_behind_an_api_is_watched_there() -> None:
    behind = {
        name
        for name, each in RESOURCES.items()
        for event in each.get("Properties", {}).get("Events", {}).values()
        if each["Type"] == FUNCTION and event["Type"] == "Api"
    }
    assert behind == BEHIND_AN_API


def test_a_sweep_that_is_not_called_is_an_alarm_because_it_has_no_metric_then() -> None:
    (alarm,) = _watched("Invocations", dimension="FunctionName")["ReconcileAccessFunction"]
    assert resource(alarm)["TreatMissingData"] == "breaching"
    assert (resource(alarm)["ComparisonOperator"], resource(alarm)["Threshold"]) == ("LessThanThreshold", 1)


def test_what_waits_for_long_to_be_planned_or_carried_out_is_an_alarm() -> None:
    assert _watched("ApproximateAgeOfOldestMessage", dimension="QueueName").keys() == {
        *("InboxQueue", "EngineQueue", "AccountEventsQueue")
    }


def test_every_queue_of_dead_letters_has_an_alarm() -> None:
    queues = {name for name, each in RESOURCES.items() if each["Type"] == QUEUE}
    watched = _watched("ApproximateNumberOfMessagesVisible", dimension="QueueName")
    assert {name for name in queues if name.endswith("DeadLetters")} == watched.keys()


def test_server_errors_are_watched_at_every_address_that_hr_systems_send_to() -> None:
    apis = {metric["Dimensions"][1]["Value"]["Ref"] for metric, _ in _metrics("ServerErrorsAlarm")}
    assert apis == {f"{name}.Stage" for name, each in RESOURCES.items() if each["Type"] == API}


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_goes_to_the_topic_and_the_page_says_what_it_means(alarm: str) -> None:
    properties = resource(alarm)
    assert "Monitors" in RESOURCES[alarm]["Condition"]
    assert properties["AlarmActions"]["Fn::If"][:2] == ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}]]
    assert properties["AlarmDescription"]
    page = (ROOT / "docs" / "operations.md").read_text()
    assert {f"**{alarm}**", f"**{alarm.removesuffix('Alarm')}**"} & set(re.findall(r"\*\*\w+\*\*", page))
