"""Turns the domain's dataclasses into the plain values a record may hold, and back by their type hints.

What is empty ("", None, (), {}) is left out and comes back as the empty value of its type; what is missing because a
record is older than its field comes back as the field's default.
"""

from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from dayone.domain.subjects import Resource, ResourceOf, Subject

type Record = dict[str, Any]

# What the domain itself writes as one text and reads back with `parse`.
_TEXTS = (Subject, Resource, ResourceOf)


def stamp(at: datetime) -> str:
    """A moment as ISO 8601 in UTC, of one width so that texts sort as moments do; it must have a time zone."""
    if at.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {at}")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def encode(value: object) -> Any:  # noqa: ANN401 - any plain value, one return for each kind
    """The value as None, bool, int, str, list or dict; dataclasses become dicts without their empty fields."""
    if isinstance(value, _TEXTS):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): encode(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [encode(one) for one in value]
    if is_dataclass(value):
        encoded = {one.name: encode(getattr(value, one.name)) for one in fields(value)}
        return {name: one for name, one in encoded.items() if not is_empty(one)}
    return value


def is_empty(encoded: object) -> bool:
    """Whether an encoded value is left out; zero and false are not empty."""
    return encoded is None or (isinstance(encoded, str | list | dict) and not encoded)


def decode[T](kind: type[T], record: Mapping[str, Any], **given: object) -> T:
    """A dataclass from its record; `given` are fields that the record does not hold under their own names."""
    known = dict(given)
    for name, hint in _hints(cast("Hashable", kind)).items():
        if name in known:
            continue
        if name in record:
            known[name] = _value(hint, record[name])
        elif _is_optional(hint):
            known[name] = None
        elif (empty := {str: "", tuple: (), Mapping: {}}.get(get_origin(hint) or hint)) is not None:
            known[name] = empty
    return kind(**known)


def _value(hint: Any, said: Any) -> Any:  # noqa: ANN401 - any plain value, one return for each kind
    if said is None:
        return None
    if _is_optional(hint):
        (hint,) = (one for one in get_args(hint) if one is not type(None))
    origin = get_origin(hint)
    if origin is tuple:
        return tuple(_value(get_args(hint)[0], one) for one in said)
    if origin is Mapping:
        return {name: _value(get_args(hint)[1], one) for name, one in said.items()}
    if hint in _TEXTS:
        return hint.parse(said)
    if hint in (datetime, date):
        return hint.fromisoformat(said)
    if is_dataclass(hint):
        return decode(hint, said)  # type: ignore[arg-type]
    # DynamoDB's numbers arrive as Decimal, which an enum of numbers would not know.
    return hint(int(said) if isinstance(said, Decimal) else said)


def _is_optional(hint: object) -> bool:
    return get_origin(hint) in (Union, UnionType) and type(None) in get_args(hint)


@cache
def _hints(kind: Hashable) -> Mapping[str, Any]:
    return get_type_hints(kind)
