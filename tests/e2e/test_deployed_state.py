"""Deployed resources match the template, where the local AWS could have dropped properties."""

import json
from typing import Any

import pytest

from tests.e2e.deployed.day_one import DayOne
from tests.project.repository import functions, pascal, resource


@pytest.fixture(scope="module")
def table(bare_day_one: DayOne) -> Any:  # noqa: ANN401 - as AWS describes it
    name = bare_day_one.deployed.stack.outputs["TableName"]
    return bare_day_one.sandbox.client("dynamodb").describe_table(TableName=name)["Table"]


def test_the_table_streams_both_images(table: Any) -> None:  # noqa: ANN401
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_the_table_is_protected_from_deletion_as_its_parameter_says(table: Any) -> None:  # noqa: ANN401
    assert table["DeletionProtectionEnabled"] is False


def test_the_table_has_the_keys_and_indexes_of_the_template(table: Any) -> None:  # noqa: ANN401
    written = resource("StateTable")
    assert table["KeySchema"] == written["KeySchema"]
    keys = {pair["IndexName"]: pair["KeySchema"] for pair in written["GlobalSecondaryIndexes"]}
    assert {pair["IndexName"]: pair["KeySchema"] for pair in table["GlobalSecondaryIndexes"]} == keys


def test_the_table_forgets_what_has_expired(bare_day_one: DayOne, table: Any) -> None:  # noqa: ANN401
    said = bare_day_one.sandbox.client("dynamodb").describe_time_to_live(TableName=table["TableName"])
    wanted = {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    assert said["TimeToLiveDescription"] == wanted


def test_the_table_can_be_restored_to_any_moment(bare_day_one: DayOne, table: Any) -> None:  # noqa: ANN401
    said = bare_day_one.sandbox.client("dynamodb").describe_continuous_backups(TableName=table["TableName"])
    recovery = said["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"


@pytest.mark.parametrize("queue", ["InboxQueue", "EngineQueue", "AccountEventsQueue"])
def test_a_queue_gives_up_on_a_message_where_somebody_is_alarmed(bare_day_one: DayOne, queue: str) -> None:
    sqs = bare_day_one.sandbox.client("sqs")
    said = sqs.get_queue_attributes(QueueUrl=bare_day_one.queue_url(queue), AttributeNames=["All"])["Attributes"]
    dead_letters = f"{queue.removesuffix('Queue')}DeadLetters"
    assert bare_day_one.queue_url(dead_letters).rpartition("/")[2] in said["RedrivePolicy"]
    assert said["VisibilityTimeout"] == str(resource(queue)["VisibilityTimeout"])
    alarms = bare_day_one.sandbox.client("cloudwatch").describe_alarms()["MetricAlarms"]
    (alarm,) = [entry for entry in alarms if _watches(entry, bare_day_one, dead_letters)]
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"


def _watches(alarm: Any, day_one: DayOne, queue: str) -> bool:  # noqa: ANN401
    names = {pair["Value"] for pair in alarm["Dimensions"]}
    return day_one.queue_url(queue).rpartition("/")[2] in names


def test_the_dashboard_shows_metrics_of_what_is_deployed(bare_day_one: DayOne) -> None:
    cloudwatch = bare_day_one.sandbox.client("cloudwatch")
    (entry,) = cloudwatch.list_dashboards()["DashboardEntries"]
    body = json.loads(cloudwatch.get_dashboard(DashboardName=entry["DashboardName"])["DashboardBody"])
    metrics = [metric for widget in body["widgets"] for metric in widget["properties"]["metrics"]]
    deployed = {bare_day_one.deployed.stack.resources.get(f"{pascal(name)}Function") for name in functions()}
    shown = {metric[3] for metric in metrics if metric[0] == "AWS/Lambda"}
    assert shown
    assert shown <= deployed
    assert {metric[0] for metric in metrics} == {"AWS/ApiGateway", "AWS/Lambda", "AWS/SQS", entry["DashboardName"]}
    assert "${" not in json.dumps(body)
