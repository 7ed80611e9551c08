"""Encode the domain's dataclasses as plain values for records and messages, and decode them by their type hints.

What is empty ("", None, (), {}) is left out and comes back as the empty value of its type. What is missing because
the text is older than its field comes back as the field's default, and members that this release does not know are
ignored, so that records and messages survive a release in between. Each has the version of its form, and one of a later
form is refused.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache, partial
from types import UnionType
from typing import Any, NamedTuple, Union, cast, get_args, get_origin, get_type_hints

from dayone.errors import NewerForm
from dayone.model.subjects import Resource, ResourceOf, Subject

# Version of the form of records and messages, and the member that has it. It goes up when an earlier release would
# misread what this one writes; a member that an earlier one may ignore is no other form.
SCHEMA_VERSION = 1
SCHEMA = "schema"

type Record = dict[str, Any]
type _Decoder = Callable[[Any], Any]

# The domain itself writes these as one text and reads them back with `parse`.
_TEXTS = (Subject, Resource, ResourceOf)
_EMPTY: Mapping[object, object] = {str: "", tuple: (), Mapping: {}, frozenset: frozenset()}
_ABSENT = object()
_SIZED = (str, list, dict)
_MOST_PARSED = 4096


def stamp(at: datetime) -> str:
    """Format a time as ISO 8601 in UTC, of one width so that texts sort as times do; it must have a time zone."""
    if at.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {at}")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


# Of two kinds that a value is of, the first counts: a moment is a date as well. A length of time is in seconds.
_SCALARS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (_TEXTS, str),
    (Enum, lambda value: value.value),
    (datetime, stamp),
    (date, date.isoformat),
    (timedelta, lambda value: int(value.total_seconds())),
)


def encode(value: object) -> Any:  # noqa: ANN401 - any plain value
    """Encode a value as None, bool, int, str, list or dict; dataclasses become dicts without their empty fields."""
    return value if type(value) is str else _ENCODERS[type(value)](value)


class _Encoders(dict[type, Callable[[Any], Any]]):
    """Encoders by type: a message has dozens of values of a few types."""

    def __missing__(self, kind: type) -> Callable[[Any], Any]:
        self[kind] = encoder = _encoder(kind)
        return encoder


_ENCODERS = _Encoders()


def _encoder(kind: type) -> Callable[[Any], Any]:
    for kinds, written in _SCALARS:
        if issubclass(kind, kinds):
            return written
    if issubclass(kind, frozenset):
        return lambda value: sorted(map(encode, value))
    if issubclass(kind, Mapping):
        return lambda value: {str(name): encode(member) for name, member in value.items()}
    if issubclass(kind, tuple | list):
        return lambda value: [encode(member) for member in value]
    if is_dataclass(kind):
        return partial(_without_empty, tuple(field.name for field in fields(kind)))
    return lambda value: value


def _without_empty(names: tuple[str, ...], value: object) -> Record:
    return {name: member for name in names if not is_empty(member := encode(getattr(value, name)))}


def is_empty(encoded: object) -> bool:
    """Return whether an encoded value is left out; zero and false are not empty."""
    return not encoded and (encoded is None or isinstance(encoded, _SIZED))


def decode[T](kind: type[T], record: Mapping[str, Any], **given: object) -> T:
    """Decode a dataclass from its record; `given` are fields that the record does not hold under their own names.

    Raises ValueError, TypeError or LookupError for a record that is not one of this kind.
    """
    shape = _shape(cast("Hashable", kind))
    decoders, values = shape.decoders, dict(shape.absent)
    for name, value in record.items():
        if name in decoders and name not in given:
            values[name] = decoders[name](value)
    if given:
        values.update(given)
    missing = [name for name in shape.required if values[name] is _ABSENT]
    if missing or len(values) != len(shape.absent):
        raise TypeError(f"not the fields of {kind.__name__}: {missing or given.keys()}")
    # A dataclass that cannot be changed sets its fields one by one, which takes longer than to decode them.
    instance = object.__new__(kind)
    instance.__dict__.update(values)
    return instance


class _Shape(NamedTuple):
    """A dataclass's decoders, and the value of each field that its record has not; `_ABSENT` if it has to be there."""

    decoders: Mapping[str, _Decoder]
    absent: Mapping[str, object]
    required: tuple[str, ...]


@cache
def _shape(kind: Hashable) -> _Shape:
    if hasattr(kind, "__post_init__") or hasattr(kind, "__slots__"):
        raise TypeError(f"{kind} is more than its fields")
    hints = get_type_hints(kind)
    absent = {field.name: _absent(hints[field.name], default=_default(field)) for field in fields(cast("Any", kind))}
    required = tuple(name for name, value in absent.items() if value is _ABSENT)
    return _Shape({name: _decoder(hints[name]) for name in absent}, absent, required)


def _default(field: Field[Any]) -> object:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return _ABSENT if field.default is MISSING else field.default


def _absent(hint: Any, *, default: object) -> object:  # noqa: ANN401 - a type hint
    if _is_optional(hint):
        return None
    empty = _EMPTY.get(get_origin(hint) or hint, default)
    return _of_nothing(hint) if empty is _ABSENT and is_dataclass(hint) else empty


def _of_nothing(hint: Any) -> object:  # noqa: ANN401 - a type hint
    """Return the value whose fields are all empty, which is left out as they are; `_ABSENT` if some cannot be."""
    try:
        return decode(hint, {})
    except TypeError:
        return _ABSENT


@cache
def _decoder(hint: Any) -> _Decoder:  # noqa: ANN401 - a type hint
    if _is_optional(hint):
        inner = [part for part in get_args(hint) if part is not type(None)]
        decoded = _decoder(inner[0]) if len(inner) == 1 else _undecodable
        return lambda value: None if value is None else decoded(value)
    origin = get_origin(hint)
    if origin in (tuple, frozenset):
        member = _decoder(get_args(hint)[0])
        return lambda value: origin(map(member, _checked(value, list)))
    if origin is Mapping:
        member = _decoder(get_args(hint)[1])
        return lambda value: {name: member(inner) for name, inner in _checked(value, dict).items()}
    return _plain_decoder(hint)


def _plain_decoder(hint: Any) -> _Decoder:  # noqa: ANN401 - a type hint
    if hint in _TEXTS:
        # Of the same few groups and permission sets there are many records.
        parse = lru_cache(maxsize=_MOST_PARSED)(hint.parse)
        return lambda value: parse(_checked(value, str))
    if hint is datetime:
        return _moment
    if hint is timedelta:
        return lambda value: timedelta(seconds=_number(value))
    if hint is date:
        return lambda value: date.fromisoformat(_checked(value, str))
    if is_dataclass(hint):
        return lambda value: decode(hint, _checked(value, dict))  # type: ignore[arg-type]
    if hint is str:
        return lambda value: value if type(value) is str else _checked(value, str)
    if hint is bool:
        return lambda value: _checked(value, bool)
    # Of DynamoDB, numbers arrive as Decimal, which an enum of numbers would not know.
    return lambda value: hint(_number(value) if isinstance(value, Decimal) or hint is int else value)


def _undecodable(_: object) -> Any:  # noqa: ANN401 - it returns nothing
    raise TypeError("a field of several types, which has to be given")


def _checked(value: Any, kind: type) -> Any:  # noqa: ANN401 - any plain value
    # JSON's true is Python's True, which is an int as well.
    if type(value) is not kind:
        raise TypeError(f"not {kind.__name__}")
    return value


def _number(value: object) -> int:
    if isinstance(value, Decimal) and value == int(value):
        return int(value)
    return int(_checked(value, int))


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_checked(value, str))
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment


def check_schema(record: Mapping[str, Any]) -> None:
    """Raise NewerForm for a record or message in the form of a later release; without a version it has the first.

    Raises TypeError for a version that is no number.
    """
    version = _number(record.get(SCHEMA, 1))
    if version > SCHEMA_VERSION:
        raise NewerForm(
            f"a later release has written this in form {version}, of which this one knows {SCHEMA_VERSION}: "
            f"deploy the later release again"
        )


def _is_optional(hint: object) -> bool:
    return get_origin(hint) in (Union, UnionType) and type(None) in get_args(hint)
