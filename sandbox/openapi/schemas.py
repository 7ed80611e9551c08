"""JSON Schemas of what goes over the API, made from the types that the code has."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

_PLACE = "#/components/schemas/{model}"
_REFERENCE = re.compile(r'"#/components/schemas/(\w+)"')

type Json = dict[str, Any]


class Schemas:
    """The schemas of some types, and by name those that they refer to; what is `sent` has no member but those named."""

    def __init__(self, *, answered: Iterable[object], sent: Iterable[object]) -> None:
        self._sent = list(sent)
        self._shapes: list[Any] = list({id(value): value for value in (*answered, *self._sent)}.values())
        adapters = [(str(at), "serialization", TypeAdapter(type_form)) for at, type_form in enumerate(self._shapes)]
        made, definitions = TypeAdapter.json_schemas(adapters, ref_template=_PLACE)  # type: ignore[arg-type]
        self._made: Mapping[str, Json] = {str(key): _plain(schema) for (key, _), schema in made.items()}
        existing = {name: _plain(entry) for name, entry in sorted(definitions.get("$defs", {}).items())}
        asked = {name for shape in self._sent for name in _reached(self.of(shape), existing)}
        self.definitions: Mapping[str, Json] = {
            name: _closed(entry) if name in asked else entry for name, entry in existing.items()
        }

    def of(self, shape: object) -> Json:
        """Return the schema of one of the types, which is mostly a reference."""
        return self._made[str(next(at for at, entry in enumerate(self._shapes) if entry is shape))]


def _reached(schema: Json, recorded: Mapping[str, Json]) -> Iterator[str]:
    for name in _REFERENCE.findall(json.dumps(schema)):
        yield name
        yield from _reached(recorded[name], recorded)


def _closed(schema: Json) -> Json:
    return {**schema, "additionalProperties": False} if "properties" in schema else schema


def _plain(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Return a schema without pydantic's titles made of names; a property may be called `title`."""
    if isinstance(schema, list):
        return [_plain(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: _plain(entry) for name, entry in part.items()} if key in ("properties", "$defs") else _plain(part)
        for key, part in schema.items()
        if not (key == "title" and isinstance(part, str))
    }
