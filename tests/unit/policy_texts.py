"""Policies to try, and what comes of reading them."""

from textwrap import dedent

import pytest

from dayone.errors import Invalid
from dayone.model.policy.rules import Policy
from dayone.policy.language.parser import read_policy

WHOLE = """\
version: 1
groups:
  engineers:
    description: Everyone who builds
    members:
      - {department: [Engineering, Data], employment: employee}
      - title: "*SRE*"
  staff:
    members: everyone
  nobody:
    members: []
permission_sets:
  ViewOnly:
    description: Look, do not touch
    managed_policies: [ViewOnlyAccess, arn:aws-us-gov:iam::aws:policy/SecurityAudit, AmazonS3ReadOnlyAccess]
    session_duration: PT8H
    relay_state: https://eu-west-1.console.aws.amazon.com/ec2/
  Custom:
    inline_policy:
      Version: 2012-10-17
      Statement: [{Effect: Allow, Action: "s3:List*", Resource: "*"}]
assignments:
  - group: engineers
    permission_set: ViewOnly
    accounts:
      - {ou: "/Workloads/**", tags: {env: [dev, staging]}}
      - id: "123456789012"
        name: sandbox-*
guardrails:
  protect: {people: [e-1], groups: [break-glass], accounts: ["999999999999"]}
  unmanaged: report
"""


def read(text: str, **others: str) -> Policy:
    files = {f"{name}.yaml": value for name, value in others.items()} | {"policy.yaml": text}
    return read_policy({file: dedent(name) for file, name in files.items()}, version=7)


def findings_of(text: str, **others: str) -> tuple[str, ...]:
    with pytest.raises(Invalid) as caught:
        read(text, **others)
    return caught.value.findings


def permission_set(body: str) -> str:
    return f"version: 1\npermission_sets:\n  ViewOnly: {body}\n"


def assignment(accounts: str) -> str:
    return (
        "version: 1\ngroups: {staff: {members: everyone}}\npermission_sets: {ViewOnly: {}}\n"
        f"assignments: [{{group: staff, permission_set: ViewOnly, accounts: {accounts}}}]\n"
    )
