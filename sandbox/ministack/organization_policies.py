"""Lets templates have policies of Organizations, whose content CloudFormation writes at each update, as on AWS."""

import json
from typing import Any

import boto3
from ministack.core.responses import get_account_id  # type: ignore[import-untyped]
from ministack.services.cloudformation import provisioners  # type: ignore[import-untyped]

_TYPE = "AWS::Organizations::Policy"


def take_policies_from_templates() -> None:
    """Know AWS::Organizations::Policy, without which MiniStack refuses a template. Unnecessary when it knows it.

    As on AWS, whatever property an update changes, the content is written anew as the template has it: what somebody
    has written into the policy since is lost. Source: cloudformation-resource-providers-organizations, handler of
    `AWS::Organizations::Policy`, which calls UpdatePolicy with name, description and content.
    """
    provisioners._RESOURCE_HANDLERS[_TYPE] = {  # noqa: SLF001 - there is no public way
        "create": _create,
        "update": _update,
        "delete": _delete,
    }


def _create(_logical_id: str, properties: dict[str, Any], _stack: str) -> tuple[str, dict[str, Any]]:
    client = _organizations()
    made = client.create_policy(
        Name=properties["Name"], Type=properties["Type"], Tags=properties.get("Tags", []), **_written(properties)
    )
    policy = made["Policy"]["PolicySummary"]
    for target in properties.get("TargetIds", []):
        client.attach_policy(PolicyId=policy["Id"], TargetId=target)
    return policy["Id"], {"Id": policy["Id"], "Arn": policy["Arn"], "AwsManaged": "false"}


def _update(
    physical_id: str, old: dict[str, Any], new: dict[str, Any], _stack: str, **_names: str
) -> tuple[str, dict[str, Any]]:
    client = _organizations()
    policy = client.update_policy(PolicyId=physical_id, Name=new["Name"], **_written(new))["Policy"]["PolicySummary"]
    before, after = set(old.get("TargetIds", [])), set(new.get("TargetIds", []))
    for target in sorted(after - before):
        client.attach_policy(PolicyId=physical_id, TargetId=target)
    for target in sorted(before - after):
        client.detach_policy(PolicyId=physical_id, TargetId=target)
    return physical_id, {"Id": policy["Id"], "Arn": policy["Arn"], "AwsManaged": "false"}


def _delete(physical_id: str, _properties: dict[str, Any]) -> None:
    client = _organizations()
    try:
        pages = [*client.get_paginator("list_targets_for_policy").paginate(PolicyId=physical_id)]
    except client.exceptions.PolicyNotFoundException:
        return
    for target in [target for page in pages for target in page["Targets"]]:
        client.detach_policy(PolicyId=physical_id, TargetId=target["TargetId"])
    client.delete_policy(PolicyId=physical_id)


def _written(properties: dict[str, Any]) -> dict[str, str]:
    content = properties["Content"]
    text = content if isinstance(content, str) else json.dumps(content)
    return {"Content": text, "Description": properties.get("Description", "")}


def _organizations() -> Any:  # noqa: ANN401 - a boto3 client
    # Found where functions find it; a caller is the account whose id is its access key.
    return boto3.client(
        "organizations", region_name="us-east-1", aws_access_key_id=get_account_id(), aws_secret_access_key="unchecked"
    )
