"""ARNs in a template: what those of its resources look like, and of which type one is that has wildcards in it."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

_HERE = "eu-west-1:111122223333"
# What CloudFormation returns for an attribute of a type of resource, or for a reference (""); else it is a name.
_ATTRIBUTES = {
    ("AWS::DynamoDB::Table", "Arn"): f"arn:aws:dynamodb:{_HERE}:table/NAME",
    ("AWS::DynamoDB::Table", "StreamArn"): f"arn:aws:dynamodb:{_HERE}:table/NAME/stream/2026-11-29T00:00:00.000",
    ("AWS::Events::EventBus", "Arn"): f"arn:aws:events:{_HERE}:event-bus/NAME",
    ("AWS::Events::Rule", "Arn"): f"arn:aws:events:{_HERE}:rule/NAME",
    ("AWS::IAM::Role", "Arn"): "arn:aws:iam::111122223333:role/NAME",
    ("AWS::KMS::Key", "Arn"): f"arn:aws:kms:{_HERE}:key/01234567-89ab-cdef-0123-456789abcdef",
    ("AWS::Logs::LogGroup", "Arn"): f"arn:aws:logs:{_HERE}:log-group:/aws/lambda/NAME:*",
    ("Custom::SessionPolicy", "PolicyArn"): (
        "arn:aws:organizations::111122223333:policy/o-a1b2c3d4e5/service_control_policy/p-0a1b2c3d"
    ),
    ("AWS::SNS::Topic", ""): f"arn:aws:sns:{_HERE}:NAME",
    ("AWS::SQS::Queue", "Arn"): f"arn:aws:sqs:{_HERE}:NAME",
    ("AWS::SecretsManager::Secret", "Id"): f"arn:aws:secretsmanager:{_HERE}:secret:NAME",
    ("AWS::SecretsManager::Secret", ""): f"arn:aws:secretsmanager:{_HERE}:secret:NAME",
    ("AWS::Serverless::Function", "Arn"): f"arn:aws:lambda:{_HERE}:function:NAME",
    ("Custom::StateTableClaim", "Arn"): f"arn:aws:dynamodb:{_HERE}:table/NAME",
    ("Custom::StateTableClaim", "StreamArn"): f"arn:aws:dynamodb:{_HERE}:table/NAME/stream/2026-11-29T00:00:00.000",
}
_VARIABLE = re.compile(r"\$\{([^}]+)\}")
# The names of these have slashes in them.
_PATH = re.compile(r"Path$|^LogGroupName$|^ObjectName$|^ParameterName|^SecretId$")
_ANYTHING, _ANY_NAME = "\1", "\0"
_FIELDS = 5


def arn_of(node: Any, resources: Mapping[str, Any]) -> str:  # noqa: ANN401 - JSON
    """The ARN that a resolved value of a template will be; KeyError for an attribute that is not known here."""
    match node:
        case str():
            # In the resource policy of an API: the API itself.
            return re.sub(r"^execute-api:/", f"arn:aws:execute-api:{_HERE}:this-api/", node)
        case {"Ref": name}:
            return _attribute(name, "", resources)
        case {"Fn::GetAtt": attribute}:
            name, _, part = (".".join(attribute) if isinstance(attribute, list) else attribute).partition(".")
            return _attribute(name, part, resources)
        case {"Fn::Sub": [text, own]}:
            values = {name: arn_of(value, resources) for name, value in own.items()}
            return arn_of({"Fn::Sub": _VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)}, resources)
        case {"Fn::Sub": text}:
            return _VARIABLE.sub(lambda variable: arn_of({"Fn::GetAtt": variable[1]}, resources), text)
    raise ValueError(f"no ARN can be read off {node}")


def types_of(arn: str, formats: Mapping[str, str]) -> set[str]:
    """The types, by the formats of their ARNs, that something is of whose ARN this is or matches."""
    return {name for name, form in formats.items() if _may_be(arn, form)}


def _attribute(name: str, part: str, resources: Mapping[str, Any]) -> str:
    if not part and (resources[name]["Type"], "") not in _ATTRIBUTES:
        return name
    return _ATTRIBUTES[resources[name]["Type"], part].replace("NAME", name)


def _may_be(arn: str, form: str) -> bool:
    pattern = _VARIABLE.sub(lambda variable: _ANYTHING if _PATH.search(variable[1]) else _ANY_NAME, form)
    given, wanted = arn.split(":", _FIELDS), pattern.split(":", _FIELDS)
    if len(given) != len(wanted):
        return False
    *fields, name = zip(given, wanted, strict=True)
    return all(_agree(field, part) for field, part in fields) and _meet(*name)


def _agree(field: str, part: str) -> bool:
    return field == part or (part == _ANY_NAME and field != "") or (field == "*" and part != "")


def _meet(given: str, form: str) -> bool:
    """Tell if a text matches both: `*` in `given` is anything, a variable in `form` a name, or a path."""

    @cache
    def meet(i: int, j: int) -> bool:
        if i == len(given) and j == len(form):
            return True
        if i < len(given) and given[i] == "*":
            return meet(i + 1, j) or (j < len(form) and meet(i, j + 1))
        if j < len(form) and form[j] in (_ANYTHING, _ANY_NAME):
            fits = i < len(given) and (given[i] != "/" or form[j] == _ANYTHING)
            return meet(i, j + 1) or (fits and meet(i + 1, j))
        return i < len(given) and j < len(form) and given[i] == form[j] and meet(i + 1, j + 1)

    return meet(0, 0)
