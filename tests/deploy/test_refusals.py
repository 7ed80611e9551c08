"""`make check-deploy` refuses what AWS would refuse, and says so where it cannot ask all of the rules."""

import json
import os
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.deploy import checks
from tests.deploy.__main__ import broken
from tests.deploy.samples import STACK_NAMES
from tests.project.repository import ROOT, resource

needs_node = pytest.mark.skipif(checks.node() is None, reason="Node.js 20 or newer is not here")

_RECIPE = resource("StandardHrSecret")["GenerateSecretString"]
_RECIPE_OF_BEFORE = {name: value for name, value in _RECIPE.items() if name != "ExcludePunctuation"}
_CODE = {"Code": {"ZipFile": "pass"}, "Handler": "index.handler", "Runtime": "python3.13"}
_BROKEN: dict[str, Any] = {
    "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
    "Resources": {
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": _RECIPE}},
        "SecretOfBefore": {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {
                "GenerateSecretString": {**_RECIPE_OF_BEFORE, "ExcludeCharacters": string.punctuation},
            },
        },
        "RuleWithKeyBesideOr": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventPattern": {
                    "source": ["aws.organizations"],
                    "detail": {"errorCode": [{"exists": False}], "$or": [{"a": ["x"]}, {"b": ["y"]}]},
                }
            },
        },
        "NamedFunction": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": {"Fn::Sub": "${AWS::StackName}-plan_changes"},
                "Role": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/x"},
                **_CODE,
            },
        },
        "NamedSchedule": {
            "Type": "AWS::Scheduler::Schedule",
            "Properties": {
                "Name": {"Fn::Sub": "${AWS::StackName}-reconcile_access"},
                "ScheduleExpression": "rate(1 minute)",
                "FlexibleTimeWindow": {"Mode": "OFF"},
                "Target": {
                    "Arn": {"Fn::GetAtt": ["NamedFunction", "Arn"]},
                    "RoleArn": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/x"},
                },
            },
        },
        "TopicThatIsNotCreated": {"Type": "AWS::SNS::Topic", "Condition": "Never"},
        "QueueNamedAfterIt": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"QueueName": {"Fn::GetAtt": ["TopicThatIsNotCreated", "TopicName"]}},
        },
    },
}


@pytest.fixture(scope="module")
def rules() -> dict[str, set[str]]:
    """The resources of a template that is broken in many ways, each with the rules that it breaks."""
    rows = [{"AWS::StackName": name} for name in STACK_NAMES]
    combinations = checks.created("broken.json", json.dumps(_BROKEN), rows)
    rules: dict[str, set[str]] = {}
    for _file, finding in broken(combinations, with_rule_pack=checks.node() is not None):
        rules.setdefault(finding.resource, set()).add(finding.rule)
    return rules


@needs_node
def test_the_secret_of_before_is_refused_and_the_one_of_now_is_not(rules: dict[str, set[str]]) -> None:
    assert rules["SecretOfBefore"] == {"pf-secretsmanager-generate-secret-string"}
    assert "Secret" not in rules


@needs_node
def test_a_key_beside_or_in_a_pattern_is_refused(rules: dict[str, set[str]]) -> None:
    assert any(rule.startswith("pf-events-") for rule in rules["RuleWithKeyBesideOr"])


@pytest.mark.parametrize("name", ["NamedFunction", "NamedSchedule"])
def test_a_name_that_a_long_name_of_the_stack_makes_too_long_is_refused(name: str, rules: dict[str, set[str]]) -> None:
    assert rules[name] & {"E3031", "E3033"}  # a pattern or a length


def test_a_reference_to_what_is_not_created_is_refused(rules: dict[str, set[str]]) -> None:
    assert rules["QueueNamedAfterIt"]


def _check_deploy(*files: str, path: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.deploy", *files]
    return subprocess.run(  # noqa: S603
        command, cwd=ROOT, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )


def test_without_node_it_says_what_it_has_skipped(tmp_path: Path) -> None:
    ended = _check_deploy("template-forwarder.yaml", path=str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    skipped, summary = ended.stdout.splitlines()
    assert skipped.startswith("SKIPPED the rules of cdk-preflight")
    assert summary == "4 combinations of the parameters of template-forwarder.yaml: 0 findings"
