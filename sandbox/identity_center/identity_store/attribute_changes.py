"""Applies the Operations of UpdateUser and UpdateGroup to the attributes of a user or group."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.model import Shape, StructureShape

from sandbox.identity_center.identity_store.directory import Attributes
from sandbox.identity_center.protocol.request_validation import violations
from sandbox.identity_center.protocol.service_error import ServiceError, invalid

# The only extension that the Identity Store API has.
ENTERPRISE = "aws:identitystore:enterprise"


def changed(attributes: Attributes, operations: Iterable[Mapping[str, Any]], allowed: StructureShape) -> Attributes:
    """Return the attributes after the operations; an operation without AttributeValue removes the attribute.

    `allowed` is the model's shape whose members are the attributes. Paths are camelCase (`name.givenName`); a complex
    attribute is replaced as a whole by a value with camelCase keys. An extension's attributes are taken as they are
    (`aws:identitystore:enterprise.department`). Raises ValidationException for an unknown path or a value that the
    model does not allow.
    """
    after = copy.deepcopy(attributes)
    for operation in operations:
        path, value = operation["AttributePath"], operation.get("AttributeValue")
        if ":" in path:
            _set(after, _extension_path(allowed, path), value)
            continue
        names = [_pascal(part) for part in path.split(".")]
        shape = _shape_at(allowed, names, path)
        _set(after, names, _checked(_pascal_keys(value), shape, path))
    return after


def _extension_path(allowed: StructureShape, path: str) -> list[str]:
    extension, *inner = path.split(".")
    if extension != ENTERPRISE or "Extensions" not in allowed.members:
        raise _unsupported(path)
    return ["Extensions", extension, *inner]


def _shape_at(allowed: StructureShape, names: list[str], path: str) -> Shape:
    shape: Shape = allowed
    for name in names:
        member = shape.members.get(name) if isinstance(shape, StructureShape) else None
        if member is None or path[:1].isupper() or name in ("IdentityStoreId", "Extensions"):
            raise _unsupported(path)
        shape = member
    return shape


def _unsupported(path: str) -> ServiceError:
    return invalid(f"The attribute path {path} is not supported.")


def _checked(value: object, shape: Shape, path: str) -> object:
    if value is None:
        return None
    try:
        found = [str(violation) for violation in violations(shape, value, path)]
    except ServiceError as refused:
        raise invalid(f"The value of the attribute {path} is invalid: {refused.message}") from refused
    if found:
        raise invalid(f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: {'; '.join(found)}")
    return value


def _set(attributes: Attributes, names: list[str], value: object) -> None:
    *parents, last = names
    for parent in parents:
        attributes = attributes.setdefault(parent, {})
    if value is None:
        attributes.pop(last, None)
    else:
        attributes[last] = value


def _pascal(name: str) -> str:
    return name[:1].upper() + name[1:]


def _pascal_keys(value: object) -> object:
    if isinstance(value, dict):
        return {_pascal(key): _pascal_keys(inner) for key, inner in value.items()}
    return [_pascal_keys(inner) for inner in value] if isinstance(value, list) else value
