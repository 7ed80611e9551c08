"""Every mistake in the shape of a policy document, said in words with the place it is at."""

from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dayone.contracts.policy_findings import Finding, suggestion
from dayone.contracts.policy_keys import keys_at
from dayone.contracts.policy_shape import PolicyShape
from dayone.contracts.policy_yaml import Document, Path

_EXPECTED = {
    "string_type": "text",
    "list_type": "a list, such as `[one, two]`",
    "dict_type": "a mapping of `key: value`",
    "model_type": "a mapping of `key: value`",
    "model_attributes_type": "a mapping of `key: value`",
    "bool_type": "`true` or `false`",
    "int_type": "a whole number",
}

_NOTHING = object()


def shape_of(document: Document) -> tuple[PolicyShape | None, list[Finding]]:
    """The document in its shape, or what keeps it from having that shape."""
    try:
        return PolicyShape.model_validate(document.values), []
    except ValidationError as error:
        return None, [_finding(one, document=document) for one in error.errors(include_url=False)]


def words_of(path: Path) -> str:
    """A path as people write it, such as `groups.staff.members[0]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _finding(error: ErrorDetails, *, document: Document) -> Finding:
    path = _as_written(error["loc"], values=document.values)
    return document.finding(path, _said(error, path=path, document=document))


def _as_written(place: Path, *, values: object) -> Path:
    """The path in the file of a place in the shape, where short forms are spelled out."""
    path: list[str | int] = []
    for part in place:
        found = _within(values, part)
        if found is not _NOTHING:
            values = found
        elif not isinstance(values, Mapping) or part == "[key]":
            continue
        path.append(part)
    return tuple(path)


def _within(values: object, part: str | int) -> object:
    if isinstance(values, Mapping):
        return values.get(part, _NOTHING)
    return values[part] if isinstance(values, list) and isinstance(part, int) else _NOTHING


def _said(error: ErrorDetails, *, path: Path, document: Document) -> str:
    where, around = words_of(path) or "the policy", words_of(path[:-1]) or "the policy"
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return f"{around}: unknown key `{path[-1]}`; {suggestion(str(path[-1]), known=keys_at(path[:-1]))}"
        case "missing":
            return f"{around}: `{path[-1]}` is missing; add it"
        case "too_short":
            return f"{where}: is empty; name at least one"
        case "too_long":
            return f"{where}: has more than {context['max_length']}, which AWS does not take: remove some"
        case "greater_than_equal":
            return f"{where}: must be at least {context['ge']:,}"
        case "less_than_equal":
            return f"{where}: must be at most {context['le']:,}"
        case kind if kind in _EXPECTED:
            return f"{where}: {_wrong_type(error, expected=_EXPECTED[kind], written=document.spot(path).written)}"
        case _:
            return f"{where}: {_message(error)}"


def _message(error: ErrorDetails) -> str:
    choices = str(error["ctx"]["expected"]) if error["type"] == "literal_error" else ""
    return f"must be {choices.replace("'", '`')}" if choices else error["msg"]


def _wrong_type(error: ErrorDetails, *, expected: str, written: str) -> str:
    value = error["input"]
    if value is None:
        return "has no value; give it one, or leave the key out"
    if expected == "text" and isinstance(value, bool | int | float):
        kind = "a yes or no" if isinstance(value, bool) else "a number"
        return f"must be text, but YAML reads {written} as {kind}; put it in quotes: '{written}'"
    return f"must be {expected}"
