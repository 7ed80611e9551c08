"""The whole OpenAPI 3.1 document, as one value and as text."""

import json
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dayone.api.spec import Description
from dayone.messages.problems import Problem
from sandbox.openapi.hr import hr_routes
from sandbox.openapi.operations import operation
from sandbox.openapi.problems import problem_examples
from sandbox.openapi.routes import DescribedRoute, signed_routes
from sandbox.openapi.schemas import Schemas
from sandbox.paths import REPOSITORY

TAGS = {
    "health": "Service health.",
    "policy": "The access policy: the one in force, its versions, and putting a new one in force.",
    "plan": "Previews of changes, without making them.",
    "people": "People: HR records, users in Identity Center, and access.",
    "groups": "Groups in Identity Center and their members.",
    "permission sets": "Permission sets and their assignments.",
    "accounts": "AWS accounts in Organizations and access to them.",
    "grants": "Temporary access.",
    "assignments": "A report of all access.",
    "explain": "Explanations of the access a person has or lacks.",
    "me": "The caller of the API.",
    "operations": "Operating Day One: dead letters, audit log, setup checks and metrics.",
    "changes": "Changes: causes, progress, and approval or rejection of held operations.",
    "HR systems": "Deliveries of HR systems, at the address in the stack's output `HrUrl`.",
}
_ABOUT = """\
Day One keeps access to AWS equal to HR records and policy. Every request below `/v1` is signed with AWS \
Signature Version 4 for the service `execute-api`, by a caller whom IAM allows its method and path. Times are ISO 8601 \
in UTC. A list takes `limit` and `cursor`; the `cursor` of an answer requests the next page and is empty at the end. \
An empty query parameter is refused; of a repeated one, the last counts. Errors are problem documents (RFC 9457). \
Later releases may add members to answers; ignore those that you do not know.\
"""
_SERVER = "https://{api}.execute-api.{region}.amazonaws.com/live"

type Json = dict[str, Any]


def routes() -> Sequence[DescribedRoute]:
    """Every route that the document has."""
    return [*hr_routes(), *signed_routes()]


def document_text() -> str:
    """Return the document as JSON text, ending in a line end; the same for the same code."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def document() -> Json:
    """Return the document; raise LookupError, naming them, when routes are not described."""
    found = routes()
    if missing := [
        f"{described_route.method} {described_route.path}"
        for described_route in found
        if described_route.description is None
    ]:
        raise LookupError(f"these routes are not described: {missing}")
    said = [described_route.description for described_route in found if described_route.description]
    sent = [body.shape for description in said for body in description.bodies]
    schemas = Schemas(answered=[Problem, *_answered(said)], sent=sent)
    return {
        "openapi": "3.1.0",
        "info": _info(),
        "servers": [{"url": _SERVER, "variables": {"api": {"default": "API"}, "region": {"default": "us-east-1"}}}],
        "security": [{"sigv4": []}],
        "tags": [{"name": name, "description": says} for name, says in TAGS.items()],
        "paths": _paths(found, schemas),
        "components": _components(found, schemas),
    }


def _answered(descriptions: Iterable[Description]) -> Iterator[object]:
    for description in descriptions:
        yield description.answer
        if description.accepted:
            yield description.accepted.answer


def _info() -> Json:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "title": "Day One",
        "version": project["version"],
        "summary": project["description"],
        "description": _ABOUT,
        "license": {"name": "Apache 2.0", "identifier": project["license"]},
    }


def _paths(found: Sequence[DescribedRoute], schemas: Schemas) -> Json:
    paths: Json = {}
    for route in found:
        if route.description:
            paths.setdefault(route.path, {})[route.method.lower()] = operation(route, route.description, schemas)
    return paths


def _components(found: Sequence[DescribedRoute], schemas: Schemas) -> Json:
    return {
        "schemas": {**schemas.definitions, "GatewayAnswer": _GATEWAY_ANSWER},
        "examples": problem_examples(found),
        "headers": {
            "Retry-After": {
                "description": "Seconds to wait before sending the request again.",
                "schema": {"type": "string", "pattern": "^[0-9]+$"},
            }
        },
        "securitySchemes": {"sigv4": _SIGV4},
    }


_GATEWAY_ANSWER = {
    "description": "An answer of API Gateway itself: the request did not reach Day One, or the answer came too late.",
    "type": "object",
    "properties": {"message": {"type": "string"}, "Message": {"type": "string"}},
}
_SIGV4 = {
    "type": "apiKey",
    "name": "Authorization",
    "in": "header",
    "description": "AWS Signature Version 4 for the service execute-api.",
    "x-amazon-apigateway-authtype": "awsSigv4",
}
