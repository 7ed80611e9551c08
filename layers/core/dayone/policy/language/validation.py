"""Report every mistake in the shape of a policy document, with its location."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dayone.model.people import SELECTABLE_DATES
from dayone.policy.language import notification_shapes, shapes
from dayone.policy.language.selectors import (
    AccountShape,
    DateShape,
    GrantedAccountShape,
    MailShape,
    PeopleShape,
    PersonShape,
    TextShape,
    WelcomeShape,
)
from dayone.policy.language.shapes import PolicyShape
from dayone.policy.language.yaml_source import MOST_LISTED, Document, Path, PolicyFinding, suggestion

_IN_PEOPLE: dict[Path, type[BaseModel]] = {
    (): PeopleShape,
    ("welcome",): WelcomeShape,
    ("welcome", "mail"): MailShape,
}
_IN_GUARDRAILS: dict[Path, type[BaseModel]] = {
    (): shapes.GuardrailsShape,
    ("protect",): shapes.ProtectShape,
    ("removals",): shapes.RemovalsShape,
    ("additions",): shapes.AdditionsShape,
    ("grants",): shapes.GrantsShape,
}
_IN_NOTIFICATIONS: dict[Path, type[BaseModel]] = {
    ("webhook",): notification_shapes.WebhookShape,
    ("mail",): notification_shapes.NotificationMailShape,
    ("quiet",): notification_shapes.QuietShape,
}


def keys_at(path: Path) -> tuple[str, ...]:
    """Return the keys that the mapping at `path` may have."""
    return tuple(field.alias or name for name, field in _shape_at(path).model_fields.items())


def _shape_at(path: Path) -> type[BaseModel]:
    match path:
        case ("groups", _, *rest):
            return _in_group(tuple(rest))
        case ("permission_sets", _, *rest):
            return _in_permission_set(tuple(rest))
        case ("assignments", _, *rest):
            return _in_assignment(tuple(rest))
        case ("people", *rest):
            return _IN_PEOPLE.get(tuple(rest), shapes.PolicyShape)
        case ("guardrails", *rest):
            return _IN_GUARDRAILS.get(tuple(rest), shapes.PolicyShape)
        case ("sensitive", *rest):
            return _in_sensitive(tuple(rest))
        case ("notifications", _, *rest):
            return _IN_NOTIFICATIONS.get(tuple(rest), notification_shapes.DestinationShape)
        case _:
            return shapes.PolicyShape


def _in_sensitive(path: Path) -> type[BaseModel]:
    match path:
        case ("accounts", _):
            return AccountShape
        case (_, _, "tags", _):
            return TextShape
        case _:
            return shapes.SensitiveShape


def _in_group(path: Path) -> type[BaseModel]:
    match path:
        case ("members" | "except", _):
            return PersonShape
        case ("members" | "except", _, attribute):
            return DateShape if attribute in SELECTABLE_DATES else TextShape
        case _:
            return shapes.GroupShape


def _in_permission_set(path: Path) -> type[BaseModel]:
    match path:
        case ("permissions_boundary",):
            return shapes.BoundaryShape
        case ("customer_managed_policies", _) | ("permissions_boundary", "customer_managed_policy"):
            return shapes.CustomerPolicyShape
        case _:
            return shapes.PermissionSetShape


def _in_assignment(path: Path) -> type[BaseModel]:
    match path:
        case ("accounts", _):
            return GrantedAccountShape
        case ("except", _):
            return AccountShape
        case (_, _, "tags", _):
            return TextShape
        case _:
            return shapes.AssignmentShape


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


def shape_of(document: Document) -> tuple[PolicyShape | None, list[PolicyFinding]]:
    """Return the document in its shape, or the mistakes that prevent it."""
    try:
        return PolicyShape.model_validate(document.values), []
    except ValidationError as error:
        return None, [_finding(record, document=document) for record in error.errors(include_url=False)]


def words_of(path: Path) -> str:
    """Write a path as people do, such as `groups.staff.members[0]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _finding(error: ErrorDetails, *, document: Document) -> PolicyFinding:
    path = _as_written(error["loc"], values=document.values)
    return document.finding(path, _message_of(error, path=path, document=document))


def _as_written(place: Path, *, values: object) -> Path:
    """Return the path in the file for a path in the shape, in which short forms are expanded."""
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


def _message_of(error: ErrorDetails, *, path: Path, document: Document) -> str:
    where, around = words_of(path) or "the policy", words_of(path[:-1]) or "the policy"
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return f"{around}: unknown key `{path[-1]}`; {suggestion(str(path[-1]), choices=keys_at(path[:-1]))}"
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


_ONCE = ("guardrails", "drift", "sensitive", "people", "notifications", "identity_source")
# What `sensitive` names, by the section that defines it.
_SENSITIVE = {"permission_sets": "permission_sets", "groups": "groups", "harmless": "permission_sets"}
_SECTIONS = {"group": "groups", "permission_set": "permission_sets"}


def mistakes_between(documents: Sequence[Document]) -> Iterator[PolicyFinding]:
    """All of them, over the files of one policy."""
    for section in _SECTIONS.values():
        yield from _alike_keys(documents, section=section)
        yield from _alike_names(documents, section=section)
    for section in _ONCE:
        having = [document for document in documents if section in _keys(document)]
        for document in having[1:]:
            verb = "is" if section in ("identity_source", "sensitive", "drift") else "are"
            message = f"{section}: {verb}{_place(having[0], section)} as well; keep all of them in one file"
            yield document.finding((section,), message)
    for document in documents:
        pairs = document.section("people").get("same_person")
        same: Mapping[str, object] = pairs if isinstance(pairs, Mapping) else {}
        for duplicate, original in same.items():
            if isinstance(original, str) and original in same:
                fix = f"`{original}` is itself an additional id of another person; name the id that is used"
                yield document.finding(("people", "same_person", duplicate), f"people.same_person.{duplicate}: {fix}")
    # The definitions of an unreadable file are unknown.
    if all(document.is_read for document in documents):
        yield from _dangling(documents)


def _dangling(documents: Sequence[Document]) -> Iterator[PolicyFinding]:
    defined = {
        key: {name for document in documents for name in document.section(section)}
        for key, section in _SECTIONS.items()
    }
    suggested = 0
    for document in documents:
        for at, assignment in enumerate(_assignments(document)):
            for key, section in _SECTIONS.items():
                name = assignment.get(key) if isinstance(assignment, Mapping) else None
                if isinstance(name, str) and name not in defined[key]:
                    # In reading order: those after that many are not listed.
                    suggested += 1
                    fix = suggestion(name, choices=defined[key]) if suggested <= MOST_LISTED else "define it"
                    message = f"assignments[{at}].{key}: there is no `{name}` under `{section}`; {fix}"
                    yield document.finding(("assignments", at, key), message)
        yield from _dangling_sensitive(document, defined={section: defined[key] for key, section in _SECTIONS.items()})


def _dangling_sensitive(document: Document, *, defined: Mapping[str, set[str]]) -> Iterator[PolicyFinding]:
    for kind, section in _SENSITIVE.items():
        names = document.section("sensitive").get(kind)
        for at, name in enumerate(names if isinstance(names, list) else ()):
            if isinstance(name, str) and name not in defined[section]:
                fix = suggestion(name, choices=defined[section])
                message = f"sensitive.{kind}[{at}]: there is no `{name}` under `{section}`; {fix}"
                yield document.finding(("sensitive", kind, at), message)


def _alike_keys(documents: Iterable[Document], *, section: str) -> Iterator[PolicyFinding]:
    first: dict[str, tuple[Document, str]] = {}
    for document in documents:
        for key in document.section(section):
            before, other = first.setdefault(key.casefold(), (document, key))
            if other != key:
                message = (
                    f"differs from `{other}`{_place(before, section, other)} in letter case only; rename one of them"
                )
            elif before is not document:
                message = f"is defined{_place(before, section, other)} as well; keep one of the two"
            else:
                continue
            yield document.finding((section, key), f"{section}.{key}: {message}")


def _alike_names(documents: Iterable[Document], *, section: str) -> Iterator[PolicyFinding]:
    # Identity Center and IAM compare names without letter case.
    first: dict[str, tuple[Document, str]] = {}
    for document in documents:
        for key, rule in document.section(section).items():
            given = rule.get("name") if isinstance(rule, Mapping) else None
            name = given if isinstance(given, str) else key
            before, other = first.setdefault(name.casefold(), (document, key))
            if other.casefold() != key.casefold():
                message = (
                    f"has the name of `{other}`{_place(before, section, other)} in AWS, `{name}`; rename one of them"
                )
                yield document.finding((section, key, "name"), f"{section}.{key}: {message}")


def _place(document: Document, *path: str) -> str:
    return f" at {document.file}:{document.spot(path).line}"


def _keys(document: Document) -> Iterable[str]:
    return document.values if isinstance(document.values, Mapping) else ()


def _assignments(document: Document) -> list[object]:
    found = document.values.get("assignments") if isinstance(document.values, Mapping) else None
    return found if isinstance(found, list) else []
