"""Stored documents of the interface: the API's, and the schemas of events on the bus."""

import json
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from tests.project.repository import ROOT

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
# Those of `access_api`: whoever sends to the others proves who they are in another way.
SIGNED_PATHS: dict[str, Any] = {
    path: methods
    for path, methods in DOCUMENT["paths"].items()
    if not any(operation.get("security") == [] for operation in methods.values())
}


def closed(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """The schema without room for a member that it does not name."""
    if not isinstance(schema, dict):
        return schema
    parts = {name: closed(part) for name, part in schema.items()}
    return {**parts, "additionalProperties": False} if isinstance(schema.get("properties"), dict) else parts


def event_mistakes(event: dict[str, Any]) -> list[str]:
    """Return the differences of a bus event from its schema."""
    stem = str(event["detail-type"]).lower().replace(" ", "-")
    schema = json.loads((ROOT / "docs" / "events" / f"{stem}.schema.json").read_text(encoding="utf-8"))
    validator = Draft202012Validator(closed(schema), format_checker=FormatChecker())
    return [mistake.message for mistake in validator.iter_errors(event)]
