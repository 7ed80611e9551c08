"""Lambda stops what it takes for an endless loop, unless the template says that the loop ends by itself."""

from typing import Any

import pytest

from tests.project.repository import ROOT, template
from tests.project.template.loops import functions_in_a_loop

DECISION = ROOT / "docs" / "decisions" / "0054-loops-end.md"


def _function(*, reads: str, sends: list[str] | str) -> dict[str, Any]:
    event = {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": f"{reads}.Arn"}}}
    return {
        "Type": "AWS::Serverless::Function",
        "Properties": {"Role": {"Fn::GetAtt": f"Sends{''.join(sends)}.Arn"}, "Events": {"Messages": event}},
    }


def _role(*sends: str) -> dict[str, Any]:
    resources: Any = [{"Fn::GetAtt": f"{queue}.Arn"} for queue in sends]
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": resources}
    policies = [{"PolicyName": "calls", "PolicyDocument": {"Statement": [statement]}}] if sends else []
    return {"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}}


@pytest.mark.parametrize(
    ("sends", "looping"),
    [
        ({"A": ["a"]}, {"A"}),
        ({"A": ["b"], "B": ["c"], "C": ["a"], "D": ["a"]}, {"A", "B", "C"}),
        ({"A": ["b"], "B": ["elsewhere"]}, set()),
    ],
)
def test_a_way_back_is_found_however_long_it_is(sends: dict[str, list[str]], looping: set[str]) -> None:
    resources: dict[str, Any] = {}
    for name, queues in sends.items():
        resources[name] = _function(reads=name.lower(), sends=queues)
        resources[f"Sends{''.join(queues)}"] = _role(*queues)
    assert functions_in_a_loop({"Resources": resources}) == looping


def test_lambda_lets_exactly_those_loop_that_send_to_themselves() -> None:
    looping = functions_in_a_loop(template())
    assert looping >= {"PlanChangesFunction", "ExecuteOperationsFunction"}
    allowed = {
        name
        for name, entry in template()["Resources"].items()
        if entry.get("Properties", {}).get("RecursiveLoop") == "Allow"
    }
    assert allowed == looping


def test_whatever_may_loop_has_an_alarm_for_what_lambda_drops() -> None:
    watched = {
        pair["Properties"]["Dimensions"][0]["Value"]["Ref"]
        for pair in template()["Resources"].values()
        if pair["Type"] == "AWS::CloudWatch::Alarm"
        and pair["Properties"].get("MetricName") == "RecursiveInvocationsDropped"
    }
    assert watched == functions_in_a_loop(template())


def test_why_these_loops_end_is_written_down() -> None:
    decision = DECISION.read_text(encoding="utf-8")
    names = [name.removesuffix("Function") for name in functions_in_a_loop(template())]
    functions = ["".join(f"_{value.lower()}" if value.isupper() else value for value in name)[1:] for name in names]
    assert [name for name in functions if f"`{name}`" not in decision] == []
