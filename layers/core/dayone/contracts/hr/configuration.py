"""The HR systems and the rules for what they say, as an operator writes them down, read whole or refused."""

from collections.abc import Iterable, Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dayone.contracts.hr.configuration_shape import FileShape, SourceShape
from dayone.contracts.hr.configuration_sources import Reading
from dayone.contracts.policy_findings import Finding
from dayone.contracts.policy_yaml import Document, Path, read_yaml
from dayone.domain.hr_sources import BY_HAND, HrConfiguration, HrRules, OnCollision, Source, UserNames
from dayone.errors import Invalid

_FILE = "hr.yaml"
# What there is when nothing was configured: the generic source, whose secret comes with the deployment.
DEFAULT = "version: 1\nsources: {standard: {kind: standard}}\n"


def read_configuration(text: str, *, secrets: str) -> HrConfiguration:
    """The configuration in this YAML text; `docs/hr.md` describes it.

    `secrets` is what the names of all secrets begin with, such as `dayone/hr`. Raises Invalid, whose `findings` are
    all mistakes, each as `hr.yaml:line:column: what is wrong, and the fix`.
    """
    document = read_yaml(text or DEFAULT, file=_FILE)
    shape, findings = _shape_of(document) if document.is_read else (None, [])
    findings += document.findings
    if shape is None or findings:
        raise _invalid(findings)
    readings = [Reading(name, one, secrets=secrets) for name, one in shape.sources.items()]
    mistakes = [(path, said) for one in readings for path, said in one.mistakes()]
    mistakes += _wrong_owners(shape.owners, sources=shape.sources)
    if mistakes:
        raise _invalid(document.finding(path, said) for path, said in mistakes)
    sources = {one.name: one.source() for one in readings}
    return HrConfiguration(sources=sources, rules=_rules(shape, sources=sources))


def _shape_of(document: Document) -> tuple[FileShape | None, list[Finding]]:
    try:
        return FileShape.model_validate(document.values), []
    except ValidationError as error:
        return None, [
            document.finding(_place(one["loc"], values=document.values), _said(one, values=document.values))
            for one in error.errors(include_input=False, include_url=False)
        ]


def _said(error: ErrorDetails, *, values: object) -> str:
    where = ".".join(map(str, _place(error["loc"], values=values))) or "the file"
    if error["type"] == "extra_forbidden":
        return f"{where}: there is no such key"
    return f"{where}: {error['msg'].removeprefix('Value error, ')}"


def _place(path: Path, *, values: object) -> Path:
    """Where in the file it is: a field that is written as a text alone has no place of its own."""
    place: list[str | int] = []
    for part in path:
        if isinstance(values, list) and not isinstance(part, int):
            continue
        if part == "[key]" or not isinstance(values, dict | list):
            break
        place.append(part)
        values = _within(values, part)
    return tuple(place)


def _within(values: object, part: str | int) -> object:
    if isinstance(values, Mapping):
        return values.get(part)
    return values[part] if isinstance(values, list) and isinstance(part, int) else None


def _invalid(findings: Iterable[Finding]) -> Invalid:
    listed = tuple(str(one) for one in sorted(set(findings)))
    return Invalid("the configuration of the HR systems is not valid", findings=listed)


def _wrong_owners(owners: Mapping[str, str], *, sources: Mapping[str, SourceShape]) -> list[tuple[Path, str]]:
    known = ", ".join((*sources, BY_HAND))
    return [
        (("owners", attribute), f"there is no source `{owner}`; there are {known}")
        for attribute, owner in owners.items()
        if owner not in (*sources, BY_HAND)
    ]


def _rules(shape: FileShape, *, sources: Mapping[str, Source]) -> HrRules:
    names = shape.user_names
    return HrRules(
        order=tuple(sources),
        owners=shape.owners,
        user_names=UserNames(
            pattern=names.pattern, on_collision=OnCollision(names.on_collision), follows=names.follow_changes
        ),
        emails=OnCollision(shape.emails.on_collision),
    )
