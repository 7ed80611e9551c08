"""Every mistake in a policy document, said in words with the line it is on."""

from collections.abc import Iterator, Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dayone.contracts.policy_findings import Finding, suggestion
from dayone.contracts.policy_shape import PolicyShape, keys_at
from dayone.contracts.policy_yaml import Document, Path

_EXPECTED = {
    "string_type": "text",
    "list_type": "a list, such as `[one, two]`",
    "dict_type": "a mapping of `key: value`",
    "model_type": "a mapping of `key: value`",
    "model_attributes_type": "a mapping of `key: value`",
}


def shape_of(document: Document) -> tuple[PolicyShape | None, list[Finding]]:
    """The document in its shape, or what keeps it from having that shape."""
    try:
        return PolicyShape.model_validate(document.values), []
    except ValidationError as error:
        return None, [_finding(one, document=document) for one in error.errors(include_url=False)]


def dangling(document: Document) -> Iterator[Finding]:
    """Groups and permission sets that an assignment names but the policy does not have.

    Works on the plain values, so that these mistakes show beside those of the shape.
    """
    top = document.values if isinstance(document.values, Mapping) else {}
    assignments = top.get("assignments")
    for at, one in enumerate(assignments if isinstance(assignments, list) else ()):
        for key, section in (("group", "groups"), ("permission_set", "permission_sets")):
            name = one.get(key) if isinstance(one, Mapping) else None
            rules = top.get(section, {})
            known = list(rules) if isinstance(rules, Mapping) else []
            if isinstance(name, str) and name not in known:
                line = document.spot(("assignments", at, key)).line
                fix = suggestion(name, known=known)
                yield Finding(line, f"assignments[{at}].{key}: there is no `{name}` under `{section}`; {fix}")


def alike_groups(document: Document) -> Iterator[Finding]:
    """Group names that differ in letter case only: people would take them for one."""
    groups = document.values.get("groups") if isinstance(document.values, Mapping) else None
    first: dict[str, str] = {}
    for name in groups if isinstance(groups, Mapping) else ():
        other = first.setdefault(name.casefold(), name)
        if other != name:
            line = document.spot(("groups", name)).line
            yield Finding(line, f"groups.{name}: differs from `{other}` in letter case only; rename one of them")


def _finding(error: ErrorDetails, *, document: Document) -> Finding:
    path: Path = tuple(part for part in error["loc"] if part != "[key]")
    return Finding(document.spot(path).line, _said(error, path=path, document=document))


def _said(error: ErrorDetails, *, path: Path, document: Document) -> str:
    where = _words(path) or "the policy"
    match error["type"]:
        case "extra_forbidden":
            fix = suggestion(str(path[-1]), known=keys_at(path[:-1]))
            return f"{_words(path[:-1]) or 'the policy'}: unknown key `{path[-1]}`; {fix}"
        case "missing":
            return f"{_words(path[:-1]) or 'the policy'}: `{path[-1]}` is missing; add it"
        case "too_short":
            return f"{where}: is empty; name at least one"
        case kind if kind in _EXPECTED:
            return f"{where}: {_wrong_type(error, expected=_EXPECTED[kind], written=document.spot(path).written)}"
        case _:
            return f"{where}: {error['msg']}"


def _wrong_type(error: ErrorDetails, *, expected: str, written: str) -> str:
    value = error["input"]
    if value is None:
        return "has no value; give it one, or leave the key out"
    if expected == "text" and isinstance(value, bool | int | float):
        kind = "a yes or no" if isinstance(value, bool) else "a number"
        return f"must be text, but YAML reads {written} as {kind}; put it in quotes: '{written}'"
    return f"must be {expected}"


def _words(path: Path) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
