"""Policies of Organizations in a template: what CloudFormation does to their content."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.day_one import target_for_ended_sessions

_TEMPLATE = """
Parameters: {{Targets: {{Type: CommaDelimitedList}}}}
Resources:
  Policy:
    Type: AWS::Organizations::Policy
    Properties:
      Name: {name}
      Description: {description}
      Type: SERVICE_CONTROL_POLICY
      TargetIds: !Ref Targets
      Content:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Action: "*"
            Resource: "*"
            Condition: {{StringEquals: {{identitystore:userId: [nobody]}}}}
Outputs:
  Arn: {{Value: !GetAtt Policy.Arn}}
"""
_WRITTEN = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}


class _Stack:
    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox, self.client = sandbox, sandbox.client("organizations")
        self._template = folder / "template.yaml"
        self.root = target_for_ended_sessions(sandbox)
        self.unit = str(
            self.client.create_organizational_unit(ParentId=self.root, Name="below")["OrganizationalUnit"]["Id"]
        )

    def deploy(self, *targets: str, description: str = "first") -> str:
        self._template.write_text(_TEMPLATE.format(name="of-a-stack", description=description))
        parameters = {"Targets": ",".join(targets)}
        stack = self.sandbox.deploy("policies", template=self._template, parameters=parameters)
        assert stack.outputs["Arn"].endswith(stack.resources["Policy"])
        return stack.resources["Policy"]

    def content(self, policy_id: str) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.client.describe_policy(PolicyId=policy_id)["Policy"]["Content"])

    def targets(self, policy_id: str) -> list[str]:
        return [target["TargetId"] for target in self.client.list_targets_for_policy(PolicyId=policy_id)["Targets"]]


@pytest.fixture
def stack(sandbox: Sandbox, tmp_path: Path) -> Iterator[_Stack]:
    made = _Stack(sandbox, tmp_path)
    yield made
    sandbox.client("cloudformation").delete_stack(StackName="policies")
    made.client.delete_organizational_unit(OrganizationalUnitId=made.unit)


def test_an_update_of_anything_writes_the_content_anew_and_none_leaves_it(stack: _Stack) -> None:
    policy_id = stack.deploy(stack.root)
    assert stack.targets(policy_id) == [stack.root]
    stack.client.update_policy(PolicyId=policy_id, Content=json.dumps(_WRITTEN))
    assert stack.deploy(stack.root) == policy_id
    assert stack.content(policy_id) == _WRITTEN
    assert stack.deploy(stack.unit) == policy_id
    assert stack.targets(policy_id) == [stack.unit]
    assert stack.content(policy_id)["Statement"][0]["Action"] == "*"
    stack.client.update_policy(PolicyId=policy_id, Content=json.dumps(_WRITTEN))
    stack.deploy(stack.unit, description="second")
    assert stack.content(policy_id)["Statement"][0]["Action"] == "*"
