"""Checks a request against the AWS service model: types, required members, lengths, patterns and enumerations."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from sandbox.identity_center.protocol.java_patterns import matches
from sandbox.identity_center.protocol.service_error import ServiceError

_TYPES: dict[str, type] = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
}


@dataclass(frozen=True)
class Violation:
    """One broken constraint: where (`instanceArn`), the value as AWS prints it, the rule, and Organizations' reason."""

    path: str
    shown: str
    rule: str
    reason: str

    def __str__(self) -> str:
        return f"Value{self.shown} at '{self.path}'{self.broken}"

    @property
    def broken(self) -> str:
        """The rule that is broken, as AWS words it."""
        return f" failed to satisfy constraint: Member must {self.rule}"


def check_request(service: str, shape: Shape | None, parameters: Mapping[str, Any]) -> None:
    """Raise the refusal with which `service` answers a request that breaks its model.

    Raises ServiceError: ValidationException, in Organizations InvalidInputException with a Reason, or
    SerializationException when a value has a JSON type the model does not allow.
    """
    found = list(violations(shape, parameters)) if shape is not None else []
    if not found:
        return
    if service == "organizations":
        raise _invalid_input(found[0])
    if service == "identitystore" and found[0].path == "identityStoreId" and found[0].reason == "INVALID_PATTERN":
        raise ServiceError("ValidationException", "")  # AWS says no more about an id that cannot be one
    if found[0].path == "managedPolicyArn" and found[0].reason == "INVALID_PATTERN":
        raise ServiceError("ValidationException", f"Value of input '{found[0].path}'{found[0].broken} ")
    count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: "
    raise ServiceError("ValidationException", count + "; ".join(map(str, found)))


# As AWS was seen to write them, the slip of the pen included.
_ORGANIZATIONS_TEXTS = {
    "INVALID_PATTERN": "You provided a value that does not match the required pattern.",
    "INPUT_REQUIRED": "You must provide a value for the parameter.",
    "MAX_LENGTH_EXCEEDED": "You provided a string that exceeds that maximum length.",
    "INVALID_ENUM": "You specified an invalid value.",
}
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])|\.")


def _invalid_input(violation: Violation) -> ServiceError:
    """Refusal of Organizations: behind the reason stands the member, `INPUT_REQUIRED:HANDSHAKE_ID`."""
    text = f"You specified an invalid value for '{violation.path}': it must {violation.rule}."
    member = f":{_WORD.sub('_', violation.path).upper()}"
    if violation.reason == "INVALID_PATTERN" and "." in violation.path:
        member = ""
    message = _ORGANIZATIONS_TEXTS.get(violation.reason, text)
    return ServiceError("InvalidInputException", message, Reason=violation.reason + member)


def violations(shape: Shape, value: object, path: str = "") -> Iterator[Violation]:
    """Yield what is wrong with `value`, deepest members included. Members the model does not know are ignored."""
    if getattr(shape, "is_document_type", False):
        return
    _check_type(shape, value, path)
    yield from _own_violations(shape, value, path)
    match shape, value:
        case StructureShape(), dict():
            yield from _member_violations(shape, value, path)
        case ListShape(), list():
            for index, member in enumerate(value, start=1):
                yield from violations(shape.member, member, f"{path}.{index}.member")
        case MapShape(), dict():
            for key, member in value.items():
                yield from violations(shape.key, key, f"{path}.key")
                yield from violations(shape.value, member, f"{path}.value")


def _check_type(shape: Shape, value: object, path: str) -> None:
    expected = _TYPES.get(shape.type_name, object)
    # JSON's true is Python's True, which is an int.
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is int):
        raise ServiceError("SerializationException", f"A {shape.type_name} was expected at '{path}'.")


def _member_violations(shape: StructureShape, value: Mapping[str, object], path: str) -> Iterator[Violation]:
    if shape.is_tagged_union and len([name for name in shape.members if value.get(name) is not None]) != 1:
        yield Violation(path, "", "have exactly one member", "INVALID_PATTERN")
    for name, member in shape.members.items():
        inner = f"{path}.{name[0].lower()}{name[1:]}".lstrip(".")
        if value.get(name) is not None:
            yield from violations(member, value[name], inner)
        elif name in shape.required_members:
            yield Violation(inner, " null", "not be null", "INPUT_REQUIRED")


def _own_violations(shape: Shape, value: object, path: str) -> Iterator[Violation]:
    shown = "" if shape.metadata.get("sensitive") else f" '{value}'"
    yield from (Violation(path, shown, rule, reason) for rule, reason in _range_violations(shape, value))
    if not isinstance(value, str):
        return
    pattern, allowed = shape.metadata.get("pattern"), shape.metadata.get("enum")
    if pattern and not matches(pattern, value):
        yield Violation(path, shown, f"satisfy regular expression pattern: {pattern}", "INVALID_PATTERN")
    if allowed and value not in allowed:
        yield Violation(path, shown, f"satisfy enum value set: [{', '.join(allowed)}]", "INVALID_ENUM")


def _range_violations(shape: Shape, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, bool) or not isinstance(value, str | list | dict | int):
        return
    measured, noun = (value, "value") if isinstance(value, int) else (len(value), "length")
    minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
    if minimum is not None and measured < minimum:
        yield f"have {noun} greater than or equal to {minimum}", f"MIN_{noun.upper()}_EXCEEDED"
    if maximum is not None and measured > maximum:
        yield f"have {noun} less than or equal to {maximum}", f"MAX_{noun.upper()}_EXCEEDED"
