"""Error responses of every route: problem documents, and API Gateway's own answers."""

from collections.abc import Iterable, Mapping
from typing import Any

from dayone.errors import Conflicting, Invalid, KeyReused, Malformed, NotFound, TooLarge, Unauthentic, Unavailable
from dayone.messages.problems import MEDIA_TYPE, problem_headers, problem_of
from sandbox.openapi.routes import DescribedRoute

_GATEWAY = {
    "403": "The request is not signed, or IAM does not allow the caller this method and path.",
    "429": "Too many requests; send it again later.",
    "504": "No answer within 29 seconds; the request may have been carried out.",
}
_HR_GATEWAY = {
    "403": "AWS WAF or a resource policy of the API refuses the request.",
    "429": "Too many requests; send it again later.",
    "502": "Day One failed; send it again.",
    "504": "No answer in time; send it again.",
}
_INSTANCE = "/v1/…"
_REQUEST = "5e6f7a8b-2e1c-4a53-9d6b-3a1d5c1a7f11"

type Json = dict[str, Any]


def refused(route: DescribedRoute) -> Json:
    """Return the error responses of a route, by status."""
    by_status: dict[int, list[Exception]] = {}
    for error in _errors(route):
        by_status.setdefault(problem_of(error)["status"], []).append(error)
    answers = {str(status): _answer(errors) for status, errors in sorted(by_status.items())}
    for status, says in (_GATEWAY if route.is_signed else _HR_GATEWAY).items():
        own = answers.get(status)
        answers[status] = _with_gateway(own, says) if own else _gateway(says)
    return dict(sorted(answers.items()))


def problem_examples(routes: Iterable[DescribedRoute]) -> Mapping[str, Json]:
    """Return an example of each kind of problem of these routes, by its kind."""
    examples = {_kind(error): {"value": _problem(error)} for route in routes for error in _errors(route)}
    return dict(sorted(examples.items()))


def _errors(route: DescribedRoute) -> list[Exception]:
    said = route.description
    kinds: list[type[Exception]] = [Unavailable, *(said.refuses if said else ())]
    if route.is_signed:
        kinds += [Exception]
    # A signed route refuses a parameter that it does not take.
    if route.is_signed or (said and (said.takes or said.bodies)):
        kinds += [Malformed]
    if route.is_signed and "{" in route.path:
        kinds += [NotFound]  # of some characters no path is made, whatever is asked for
    if said and any(parameter.name == "cursor" for parameter in said.takes):
        kinds += [Invalid]
    if said and said.bodies:
        kinds += [TooLarge]
    if route.writes:
        kinds += [Unauthentic, Malformed, KeyReused, Conflicting]
    return [kind("…") for kind in dict.fromkeys(kinds)]


def _kind(error: Exception) -> str:
    return problem_of(error)["type"].partition(":")[2].partition(":")[2]


def _problem(error: Exception) -> Json:
    findings = ("groups.yaml:4:7: …",) if type(error) is Invalid else ()
    told = Invalid("what was sent has mistakes: mend what the findings say", findings=findings) if findings else error
    return dict(problem_of(told, instance=_INSTANCE, request_id=_REQUEST))


def _answer(errors: Iterable[Exception]) -> Json:
    told = list(errors)
    titles = "; ".join(dict.fromkeys(problem_of(exception)["title"] for exception in told))
    examples = {_kind(exception): {"$ref": f"#/components/examples/{_kind(exception)}"} for exception in told}
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}
    headers = {
        name: {"$ref": f"#/components/headers/{name}"} for exception in told for name in problem_headers(exception)
    }
    return {"description": f"{titles}.", **({"headers": headers} if headers else {}), "content": {MEDIA_TYPE: problem}}


def _gateway(says: str) -> Json:
    schema = {"$ref": "#/components/schemas/GatewayAnswer"}
    return {"description": says, "content": {"application/json": {"schema": schema}}}


def _with_gateway(own: Json, says: str) -> Json:
    theirs = _gateway(says)
    return {**own, "description": f"{own['description']} {says}", "content": {**own["content"], **theirs["content"]}}
