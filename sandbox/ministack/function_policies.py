"""Lets templates give a function a whole resource policy, which can deny, as on AWS."""

from typing import Any

from ministack.services import lambda_svc  # type: ignore[import-untyped]
from ministack.services.cloudformation import provisioners  # type: ignore[import-untyped]

_TYPE = "AWS::Lambda::ResourcePolicy"


def take_function_policies_from_templates() -> None:
    """Know AWS::Lambda::ResourcePolicy, without which MiniStack refuses a template. Unnecessary when it knows it.

    As on AWS, such a policy takes the place of what was allowed statement by statement, and none is left when it is
    deleted. Source: Lambda API Reference, PutResourcePolicy and DeleteResourcePolicy.
    """
    provisioners._RESOURCE_HANDLERS[_TYPE] = {  # noqa: SLF001 - there is no public way
        "create": _create,
        "update": _update,
        "delete": _delete,
    }


def _create(_logical_id: str, properties: dict[str, Any], _stack: str) -> tuple[str, dict[str, Any]]:
    arn = properties["ResourceArn"]
    _put(arn, properties["PolicyDocument"]["Statement"])
    return arn, {}


def _update(
    _physical_id: str, _old: dict[str, Any], new: dict[str, Any], stack: str, **_names: str
) -> tuple[str, dict[str, Any]]:
    return _create("", new, stack)


def _delete(physical_id: str, _properties: dict[str, Any]) -> None:
    _put(physical_id, [])


def _put(function_arn: str, statements: list[dict[str, Any]]) -> None:
    function = lambda_svc._functions.get(function_arn.rpartition(":")[2])  # noqa: SLF001 - the same
    if function is not None:
        function["policy"]["Statement"] = list(statements)
