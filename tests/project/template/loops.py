"""Finds in a template which functions can set themselves off again, directly or through others."""

from collections.abc import Iterator, Mapping
from typing import Any

type Template = Mapping[str, Any]

# What Lambda follows from one invocation to the next. Source: AWS Lambda Developer Guide, "Use Lambda recursive loop
# detection to prevent infinite loops"; S3 and SNS, which it follows too, are not in these templates.
_SENDING = {"sqs:SendMessage", "sqs:*", "*"}
_INVOKING = {"lambda:InvokeFunction", "lambda:*", "*"}


def functions_in_a_loop(template: Template) -> set[str]:
    """The logical ids of the functions that a chain of messages and invocations can lead back to themselves."""
    following = {name: set(_set_off_by(name, template=template)) for name in _functions(template)}
    return {name for name in following if name in _reached_from(name, following=following)}


def _functions(template: Template) -> dict[str, Any]:
    resources: Mapping[str, Any] = template["Resources"]
    return {name: pair["Properties"] for name, pair in resources.items() if pair["Type"] == "AWS::Serverless::Function"}


def _set_off_by(name: str, *, template: Template) -> Iterator[str]:
    functions = _functions(template)
    statements = list(_statements(template["Resources"][_target(functions[name]["Role"])]))
    for other, properties in functions.items():
        queues = {
            _target(event["Properties"]["Queue"])
            for event in properties.get("Events", {}).values()
            if event["Type"] == "SQS"
        }
        if any(_allows(record, _SENDING, queues) or _allows(record, _INVOKING, {other}) for record in statements):
            yield other


def _reached_from(name: str, *, following: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    ahead = set(following[name])
    while ahead:
        reached |= ahead
        ahead = {further for name in ahead for further in following[name]} - reached
    return reached


def _statements(role: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for policy in role["Properties"].get("Policies", []):
        # One under a condition counts: somewhere it is there.
        _, given, _ = policy.get("Fn::If", ("", policy, ""))
        yield from given["PolicyDocument"]["Statement"]


def _allows(statement: Mapping[str, Any], actions: set[str], targets: set[str]) -> bool:
    resources = _listed(statement["Resource"])
    is_target = "*" in resources or bool({_target(entry) for entry in resources} & targets)
    return bool(set(_listed(statement["Action"])) & actions) and bool(targets) and is_target


def _target(value: object) -> str:
    """The logical id in `!GetAtt X.Arn` or `!Ref X`; any other text as it is."""
    if isinstance(value, Mapping):
        value = value.get("Fn::GetAtt", value.get("Ref", ""))
    return str(value).removesuffix(".Arn")


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - as the template has it
    return value if isinstance(value, list) else [value]
