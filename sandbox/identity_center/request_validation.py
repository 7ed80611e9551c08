"""Checks a request against the AWS service model: types, required members, lengths, patterns and enumerations."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from sandbox.identity_center.java_patterns import matches
from sandbox.identity_center.service_error import ServiceError

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
        return f"Value{self.shown} at '{self.path}' failed to satisfy constraint: Member must {self.rule}"


def check_request(service: str, shape: Shape | None, parameters: Mapping[str, Any]) -> None:
    """Raise the refusal with which `service` answers a request that breaks its model.

    Raises ServiceError: ValidationException, in Organizations InvalidInputException with a Reason, or
    SerializationException when a value has a JSON type the model does not allow.
    """
    found = list(violations(shape, parameters)) if shape is not None else []
    if not found:
        return
    if service == "organizations":
        raise ServiceError("InvalidInputException", _organizations_text(found[0]), Reason=found[0].reason)
    count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: "
    raise ServiceError("ValidationException", count + "; ".join(map(str, found)))


def _organizations_text(violation: Violation) -> str:
    if violation.reason == "INVALID_PATTERN":
        return "You provided a value that does not match the required pattern."
    return f"You specified an invalid value for '{violation.path}': it must {violation.rule}."


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
