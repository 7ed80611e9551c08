"""Prints docs/api-reference.md, which is docs/openapi.json for people: `python -m sandbox.openapi.reference`."""

import json
import re
import sys
from collections.abc import Iterator
from itertools import chain
from typing import Any

from sandbox.paths import REPOSITORY

_INTRODUCTION = """# The HTTP API, route by route

Made of [openapi.json](openapi.json) by `make schema`. [api.md](api.md) says what the API is like as a whole, and tells
about the routes in their context; `GET /docs` of a deployment shows the same, where its parameter `ApiDocs` says so.

Any request may also be answered 403 (IAM does not allow the caller this method and path), 429 (too many requests), 500,
503 (try again after `Retry-After` seconds), or 504 (no answer within 29 seconds). HR systems, which have no AWS
credentials, get 502 in place of 500.
"""
_OF_ANY = {"403", "429", "500", "503", "504"}
_WIDE = 116
_COLOURED = ("application/json", "application/yaml")

type Json = dict[str, Any]


def reference_text(document: Json) -> str:
    """Return the page as Markdown, from an OpenAPI document as `document` makes it."""
    parts = [
        _INTRODUCTION,
        *chain.from_iterable(_section(document, tag) for tag in document["tags"]),
        *_shapes(document),
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts)).rstrip() + "\n"


def _section(document: Json, tag: Json) -> Iterator[str]:
    yield f"## {tag['name'][:1].upper()}{tag['name'][1:]}\n\n{tag['description']}\n"
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation["tags"] == [tag["name"]]:
                yield from _operation(document, f"{method.upper()} {path}", operation)


def _operation(document: Json, route: str, operation: Json) -> Iterator[str]:
    yield f"### `{route}`\n\n{_cell(operation['summary'])}.\n"
    if "description" in operation:
        yield f"{' '.join(operation['description'].split())}\n"
    if operation.get("parameters"):
        yield "| parameter | in | type | |\n|---|---|---|---|"
        yield "\n".join(_parameter(entry) for entry in operation["parameters"]) + "\n"
    for kind, sent in operation.get("requestBody", {}).get("content", {}).items():
        yield from _content("Takes", kind, sent, document)
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            for kind, said in answer.get("content", {}).items():
                yield from _content(f"Answers {status},", kind, said, document)
    yield _refusals(operation["responses"]) + "\n"


def _parameter(pair: Json) -> str:
    name = f"`{pair['name']}`" + (" (required)" if pair.get("required") else "")
    return f"| {name} | {pair['in']} | {_type(pair['schema'])} | {_cell(pair['description'])} |"


def _content(says: str, kind: str, content: Json, document: Json) -> Iterator[str]:
    yield f"{says} `{kind}`: {_type(content['schema'])}\n"
    examples = content.get("examples", {"": {"value": content.get("example")}})
    for name, example in examples.items():
        entry = _value(document, example)
        yield f"{name}:\n" if len(examples) > 1 else ""
        yield f"```{kind.rpartition('/')[2] if kind in _COLOURED else ''}\n{_example(entry)}\n```\n"


def _refusals(responses: Json) -> str:
    own = {status: entry for status, entry in responses.items() if not status.startswith("2") and status not in _OF_ANY}
    return (
        "Refuses with: " + ", ".join(f"{status} ({_cell(pair['description'])})" for status, pair in own.items()) + "."
        if own
        else ""
    )


def _shapes(document: Json) -> Iterator[str]:
    yield "## Shapes\n\nA member that is not always there is marked `?`.\n"
    for name, schema in document["components"]["schemas"].items():
        yield f"### {name}\n"
        if "description" in schema:
            yield " ".join(schema["description"].split()) + "\n"
        if "properties" in schema:
            yield "| member | type |\n|---|---|"
            yield "\n".join(_member(entry, schema) for entry in schema["properties"].items()) + "\n"
        else:
            yield f"{_type(schema)}\n"


def _member(named: tuple[str, Json], schema: Json) -> str:
    name, of = named
    return f"| `{name}`{'' if name in schema.get('required', ()) else ' ?'} | {_type(of)} |"


def _type(schema: Json) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{entry}`" for entry in schema.get("enum", [schema.get("const")]))
    if "anyOf" in schema:
        return " or ".join(_type(entry) for entry in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"mapping to {_type(schema['additionalProperties'])}"
    return str(schema.get("format") or schema.get("type") or "anything")


def _value(document: Json, example: Json) -> Any:  # noqa: ANN401 - whatever is sent
    place: Any = document if "$ref" in example else example
    for name in example.get("$ref", "").removeprefix("#/").split("/"):
        place = place[name] if name else place
    return place["value"]


def _example(value: object, indent: str = "") -> str:
    """JSON with as much on a line as a line holds."""
    if isinstance(value, str) and not indent:
        return "\n".join(value.splitlines())
    flat = json.dumps(value, ensure_ascii=False)
    if len(indent + flat) <= _WIDE or not isinstance(value, dict | list):
        return flat
    deeper = indent + "  "
    if isinstance(value, list):
        parts, ends = [_example(entry, deeper) for entry in value], "[]"
    else:
        parts, ends = [f"{json.dumps(name)}: {_example(entry, deeper)}" for name, entry in value.items()], "{}"
    return f"{ends[0]}\n{deeper}" + f",\n{deeper}".join(parts) + f"\n{indent}{ends[1]}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").rstrip(".")


if __name__ == "__main__":
    sys.stdout.write(reference_text(json.loads((REPOSITORY / "docs" / "openapi.json").read_text(encoding="utf-8"))))
