"""One route as OpenAPI has it: its parameters, bodies, answers and refusals."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dayone.api.app import longest
from dayone.api.idempotency import IDEMPOTENCY_KEY
from dayone.api.spec import Body, Description, Parameter
from sandbox.openapi.problems import refused
from sandbox.openapi.routes import DescribedRoute
from sandbox.openapi.schemas import Schemas

_JSON = "application/json"
_IN_PATH: Mapping[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        Parameter(
            name="person",
            text="A person's id in the HR system.",
            example="e-1001",
            schema={"type": "string", "pattern": "^[A-Za-z0-9._@+-]{1,128}$"},
        ),
        Parameter(
            name="account",
            text="An AWS account's id.",
            example="123456789012",
            schema={"type": "string", "pattern": "^[0-9]{12}$"},
        ),
        Parameter(
            name="change",
            text="A change's id, from the answer to the request that caused it, or from the list of changes.",
            example="01KQ8Z5WFX3N9T2V7C4B6M1D0A",
            schema={"type": "string", "pattern": "^[0-9A-HJKMNP-TV-Z]{26}$"},
        ),
        Parameter(
            name="grant",
            text="A grant's id, from the answer to the request that created it, or from the list of grants.",
            example="01KQ8Z5WFX3N9T2V7C4B6M1D0A",
            schema={"type": "string", "pattern": "^[0-9A-HJKMNP-TV-Z]{26}$"},
        ),
        Parameter(
            name="plan",
            text="A plan's id, from the answer to the request that created it.",
            example="01KQ8Z5WFX3N9T2V7C4B6M1D0A",
            schema={"type": "string", "pattern": "^[0-9A-HJKMNP-TV-Z]{26}$"},
        ),
        Parameter(name="group", text="A group's key in the policy.", example="engineers"),
        Parameter(name="permission_set", text="A permission set's key in the policy.", example="ViewOnly"),
        Parameter(
            name="version",
            text="A version number of the policy.",
            example=7,
            schema={"type": "integer", "minimum": 0, "maximum": 99999999},
        ),
    )
}

_ALWAYS_THERE = frozenset({"ETag", "Location"})

type Json = dict[str, Any]


def operation(route: DescribedRoute, description: Description, schemas: Schemas) -> Json:
    """Return the operation object of a route."""
    summary, _, more = route.says.partition("\n\n")
    return {
        "operationId": route.name,
        "tags": [description.tag],
        "summary": " ".join(summary.split()).rstrip("."),
        **({"description": more} if more else {}),
        **({} if route.is_signed else {"security": []}),
        "parameters": [_parameter(parameter) for parameter in _parameters(route, description)],
        **({"requestBody": _body(description.bodies, schemas)} if description.bodies else {}),
        "responses": {**_answers(description, schemas), **refused(route)},
    }


def _parameters(route: DescribedRoute, description: Description) -> Sequence[Parameter]:
    named = {parameter.name: parameter for parameter in description.takes if parameter.place == "path"}
    in_path = [_in_path(name, named) for name in re.findall(r"{(\w+)}", route.path)]
    others = [parameter for parameter in description.takes if parameter.place != "path"]
    return [*in_path, *others, *((IDEMPOTENCY_KEY,) if route.writes else ())]


def _in_path(name: str, named: Mapping[str, Parameter]) -> Parameter:
    found = named.get(name) or _IN_PATH.get(name)
    if found is None:
        raise LookupError(f"nothing says what {name} in a path is: describe it as a Parameter whose place is `path`")
    return found


def _parameter(parameter: Parameter) -> Json:
    is_in_path = parameter.name in _IN_PATH and parameter is _IN_PATH[parameter.name]
    place = "path" if is_in_path else parameter.place
    return {
        "name": parameter.name,
        "in": place,
        "description": parameter.text,
        **({"required": True} if parameter.required or place == "path" else {}),
        "schema": _schema(parameter),
        **({"example": parameter.example} if parameter.example is not None else {}),
    }


def _schema(parameter: Parameter) -> Json:
    is_free = parameter.schema["type"] == "string" and not parameter.schema.keys() & {
        "pattern",
        "enum",
        "format",
        "maxLength",
    }
    return {**parameter.schema, **({"maxLength": longest(parameter.name)} if is_free else {})}


def _body(bodies: Iterable[Body], schemas: Schemas) -> Json:
    sent = list(bodies)
    content = {
        body.media_type: {
            "schema": schemas.of(body.shape),
            "examples": {name: {"value": value} for name, value in {"sent": body.example, **body.examples}.items()},
        }
        for body in sent
    }
    return {"content": content, **({"required": True} if all(body.required for body in sent) else {})}


def _answers(description: Description, schemas: Schemas) -> Json:
    answers = {str(description.status): _answer(description, schemas)}
    if description.accepted:
        accepted = Description(
            tag=description.tag, answer=description.accepted.answer, example=description.accepted.example, status=202
        )
        answers["202"] = {**_answer(accepted, schemas), "description": "Accepted, and not carried out yet."}
    return answers


def _answer(description: Description, schemas: Schemas) -> Json:
    own = {_JSON: {"schema": schemas.of(description.answer), "example": description.example}}
    others = {kind: {"schema": {"type": "string"}, "example": text} for kind, text in description.also_answers.items()}
    told = {
        **({"Location": "The path of the resource that shows the progress."} if description.status == 202 else {}),
        **description.headers,
    }
    headers = {
        name: {"description": says, "required": name in _ALWAYS_THERE, "schema": {"type": "string"}}
        for name, says in sorted(told.items())
    }
    return {
        "description": _FIRST_WORDS.get(description.status, "Done."),
        **({"headers": headers} if headers else {}),
        "content": {**own, **others},
    }


_FIRST_WORDS = {200: "The answer.", 201: "Created.", 202: "Accepted; it is carried out after this answer."}
