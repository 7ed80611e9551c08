"""A function may do exactly what its adapters do, is told exactly what its settings read, and has the time it needs."""

import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.project.repository import PACKAGE, functions, pascal, resource, template
from tests.project.wired import declared_actions, variables_of

FUNCTIONS = functions()
# What Lambda itself does in a function's name to fetch its events.
FETCHING = {
    "Api": set[str](),
    "ScheduleV2": set[str](),
    "SQS": {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
    # The last is for what it gives up on.
    "DynamoDB": {
        *("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"),
        "sqs:SendMessage",
    },
}
# Services have no resource that could be named for these.
NEEDS_EVERY_RESOURCE = {
    "cloudtrail:DescribeTrails",
    "dynamodb:ListStreams",
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListDelegatedAdministrators",
    "organizations:ListRoots",
    "servicequotas:ListServiceQuotas",
}


def _listed(one_or_more: Any) -> list[Any]:  # noqa: ANN401 - as the template has it
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]


def _statements(name: str, *, policy: str) -> list[dict[str, Any]]:
    policies = resource(f"{pascal(name)}Role")["Policies"]
    return [
        statement for one in policies if one["PolicyName"] == policy for statement in one["PolicyDocument"]["Statement"]
    ]


def _allowed(name: str, *, policy: str) -> list[str]:
    return [action for statement in _statements(name, policy=policy) for action in _listed(statement["Action"])]


def _events(name: str) -> Iterator[dict[str, Any]]:
    yield from resource(f"{pascal(name)}Function")["Events"].values()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_allows_exactly_the_calls_of_the_adapters_in_its_wiring(name: str) -> None:
    path = [PACKAGE.parent, Path(sysconfig.get_path("purelib"))]
    declared = declared_actions(name, interpreter=Path(sys.executable), path=path)
    assert sorted(_allowed(name, policy="calls")) == declared


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_allows_lambda_exactly_what_fetches_its_events(name: str) -> None:
    wanted = set().union(*(FETCHING[event["Type"]] for event in _events(name)))
    assert set(_allowed(name, policy="trigger")) == wanted


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_names_its_actions_and_resources(name: str) -> None:
    statements = _statements(name, policy="calls") + _statements(name, policy="trigger")
    assert not [action for one in statements for action in _listed(one["Action"]) if "*" in action]
    everywhere = {action for one in statements if "*" in _listed(one["Resource"]) for action in _listed(one["Action"])}
    assert everywhere <= NEEDS_EVERY_RESOURCE


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_has_no_policy_but_these(name: str) -> None:
    role = resource(f"{pascal(name)}Role")
    assert role["ManagedPolicyArns"] == [{"Ref": "FunctionTelemetry"}]
    assert {one["PolicyName"] for one in role["Policies"]} <= {"calls", "trigger"}
    assert "Policies" not in resource(f"{pascal(name)}Function")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_told_exactly_what_its_settings_read(name: str) -> None:
    variables = resource(f"{pascal(name)}Function")["Environment"]["Variables"]
    assert sorted(variables) == sorted(variables_of(name))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_message_stays_hidden_for_as_long_as_its_function_may_take(name: str) -> None:
    least = {"execute_operations": 1}.get(name, 6)  # AWS advises six; the engine's queue says why it does not
    timeout = resource(f"{pascal(name)}Function").get("Timeout", template()["Globals"]["Function"]["Timeout"])
    for event in _events(name):
        if event["Type"] == "SQS":
            queue = event["Properties"]["Queue"]["Fn::GetAtt"].removesuffix(".Arn")
            assert resource(queue)["VisibilityTimeout"] >= least * timeout


def test_every_queue_of_dead_letters_has_an_alarm() -> None:
    queues = {name for name, one in template()["Resources"].items() if one["Type"] == "AWS::SQS::Queue"}
    watched = {
        one["Properties"]["Dimensions"][0]["Value"]["Fn::GetAtt"].removesuffix(".QueueName")
        for one in template()["Resources"].values()
        if one["Type"] == "AWS::CloudWatch::Alarm"
        and one["Properties"].get("MetricName") == "ApproximateNumberOfMessagesVisible"
    }
    assert {name for name in queues if name.endswith("DeadLetters")} == watched
