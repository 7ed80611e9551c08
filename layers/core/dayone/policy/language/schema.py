"""The JSON Schema of the policy language, for editors: `python -m dayone.policy.language.schema` prints it."""

import json
import sys
from collections.abc import Mapping

from dayone.policy.language.shapes import PolicyShape

type Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None


def policy_schema() -> str:
    """Return the schema as JSON text, ending in a line end; the same for the same language."""
    made: Json = PolicyShape.model_json_schema()
    polished = _polished(made)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A Day One policy"}
    rest = polished if isinstance(polished, dict) else {}
    return json.dumps(head | rest, indent=2, ensure_ascii=False) + "\n"


def _polished(schema: Json) -> Json:
    if isinstance(schema, list):
        return [_polished(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    # What a key of the language is called stands in `properties`; there every key is kept.
    kept = {
        key: _each(part) if key in ("properties", "$defs", "patternProperties") else _polished(part)
        for key, part in schema.items()
        if not (key == "title" or (key == "default" and _is_empty(part)))
    }
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    return kept


def _each(schemas: Json) -> Json:
    return {name: _polished(entry) for name, entry in schemas.items()} if isinstance(schemas, Mapping) else schemas


def _is_empty(default: Json) -> bool:
    return not isinstance(default, bool | int) and (not default or isinstance(default, dict))


if __name__ == "__main__":
    sys.stdout.write(policy_schema())
