"""Parse the configuration of HR systems and of the rules for their records, whole or not at all."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dayone.errors import Invalid
from dayone.hr.connectors.base import Kind, kind_called
from dayone.hr.connectors.configuration_schema import FieldShape, FileShape, SourceShape
from dayone.model.hr_sources import (
    BY_HAND,
    DEFAULT,
    FieldRule,
    HrConfiguration,
    HrRules,
    OnCollision,
    RecordApi,
    Source,
    TokenIssuer,
    UserNames,
)
from dayone.model.people import STATED
from dayone.policy.language.yaml_source import Document, Path, PolicyFinding, read_yaml

_FILES = ("csv", "json")
type Mistake = tuple[Path, str]


@dataclass(frozen=True)
class Reading:
    """A source's name, its part of the file, and the prefix of the names of secrets."""

    name: str
    shape: SourceShape
    secrets: str

    def mistakes(self) -> Iterator[Mistake]:
        """Everything that does not fit together, with the place it is at."""
        yield from self._about_proof()
        yield from self._about_api()
        for number, network in enumerate(self.shape.senders):
            try:
                ip_network(network)
            except ValueError:
                yield self._at("senders", number), f"`{network}` is not a network such as 203.0.113.0/24"
        for attribute, field in self.shape.attributes.items():
            yield from self._about_attribute(attribute, field)
        for key, folder in (("secret", f"{self.secrets}/"), ("api_secret", f"{self.secrets}-api/")):
            named = getattr(self.shape, key)
            if named and not named.startswith(folder):
                yield self._at(key), f"the name of the secret begins with `{folder}`: Day One may read no other"

    def source(self) -> Source:
        """Return the source in the file, with the defaults of its kind."""
        shape, kind = self.shape, self._kind
        max_age = shape.max_age_seconds
        return Source(
            name=self.name,
            kind=shape.kind,
            secret=shape.secret,
            api_secret=shape.api_secret,
            senders=tuple(shape.senders),
            by_secret=shape.proof == "secret",
            header=shape.header,
            max_age=kind.max_age if max_age is None else timedelta(seconds=max_age),
            api=self._api(),
            tokens=TokenIssuer(**shape.tokens.model_dump()) if shape.tokens else None,
            mapping={**kind.mapping, **{name: _rule(field) for name, field in shape.attributes.items()}},
            may_omit=tuple(shape.may_omit),
            may_shrink=shape.may_shrink.percent,
            may_shrink_by=shape.may_shrink.at_least,
        )

    @property
    def _kind(self) -> Kind:
        return kind_called(self.shape.kind)

    def _at(self, *path: str | int) -> Path:
        return ("sources", self.name, *path)

    def _about_proof(self) -> Iterator[Mistake]:
        shape = self.shape
        is_file = shape.kind in _FILES
        if shape.proof == "secret" and not is_file:
            yield self._at("proof"), f"only {' and '.join(_FILES)} can be sent with a secret: leave this out"
        if (not self._kind.signs or (is_file and shape.proof == "secret")) and not shape.senders:
            message = (
                "signs nothing: list the networks that it sends from under `senders`, or whoever learns the secret"
            )
            yield self._at(), f"a source of kind `{shape.kind}` {message} could send from anywhere"
        if shape.tokens and shape.kind != "workday":
            yield self._at("tokens"), "only Workday sends access tokens: leave this out"
        if shape.kind == "standard" and shape.attributes:
            yield self._at("attributes"), "what this kind sends has our own names already: leave this out"

    def _about_api(self) -> Iterator[Mistake]:
        asks = self._kind.asks
        if asks is None and self.shape.api:
            yield self._at("api"), f"a source of kind `{self.shape.kind}` sends whole records: leave this out"
        if asks is not None and not asks.url and not self.shape.api:
            yield self._at(), "needs an `api` with the `url` that its records are asked for at"

    def _about_attribute(self, attribute: str, field: FieldShape) -> Iterator[Mistake]:
        if attribute == "changed_at" and self.shape.kind != "workday":
            yield self._at("attributes", attribute), "only Workday's reports can say this: leave it out"
        if not field.field and not field.default:
            yield self._at("attributes", attribute), "says nothing: give it a `field` or a `default`"
        if field.default and attribute in _OF_PERSON:
            yield self._at("attributes", attribute), "a `default` would be the same for everybody: leave it out"
        results = {*field.values.values(), *([field.default] if field.default else [])}
        if attribute == "status" and (wrong := sorted(results.difference(STATED))):
            yield (
                self._at("attributes", attribute),
                f"`{wrong[0]}` is not a status; use one of {', '.join(STATED)}",
            )

    def _api(self) -> RecordApi | None:
        asks, api = self._kind.asks, self.shape.api
        if asks is None:
            return None
        waits = asks.settles if api is None or api.settles_seconds is None else api.settles_seconds
        return RecordApi(
            url=(api.url if api else asks.url).rstrip("/"),
            per_second=api.per_second if api else RecordApi.per_second,
            settles=timedelta(seconds=waits),
        )


def _rule(field: FieldShape) -> FieldRule:
    return FieldRule(fields=tuple(field.field), values=field.values, default=field.default, form=field.form)


_OF_PERSON = frozenset({"id", "email", "user_name"})
_FILE = "hr.yaml"


def read_configuration(text: str, *, secrets: str) -> HrConfiguration:
    """Parse the configuration in this YAML text; `docs/hr.md` describes it.

    `secrets` is the prefix of the names of all secrets, such as `dayone/hr`. Raises Invalid, whose `findings` are all
    mistakes, each as `hr.yaml:line:column: the mistake, and the fix`.
    """
    document = read_yaml(text or DEFAULT, file=_FILE)
    shape, findings = _shape_of(document) if document.is_read else (None, [])
    findings += document.findings
    if shape is None or findings:
        raise _invalid(findings)
    readings = [Reading(name, source, secrets=secrets) for name, source in shape.sources.items()]
    mistakes = [(path, message) for reading in readings for path, message in reading.mistakes()]
    choices = ", ".join((*shape.sources, BY_HAND))
    mistakes += [
        (("owners", attribute), f"there is no source `{owner}`; there are {choices}")
        for attribute, owner in shape.owners.items()
        if owner not in (*shape.sources, BY_HAND)
    ]
    if mistakes:
        raise _invalid(document.finding(path, message) for path, message in mistakes)
    sources = {reading.name: reading.source() for reading in readings}
    names = shape.user_names
    return HrConfiguration(
        sources=sources,
        rules=HrRules(
            order=tuple(sources),
            owners=shape.owners,
            user_names=UserNames(
                pattern=names.pattern, on_collision=OnCollision(names.on_collision), follows=names.follow_changes
            ),
            emails=OnCollision(shape.emails.on_collision),
        ),
    )


def _shape_of(document: Document) -> tuple[FileShape | None, list[PolicyFinding]]:
    try:
        return FileShape.model_validate(document.values), []
    except ValidationError as error:
        return None, [
            document.finding(_place(pair["loc"], values=document.values), _message(pair, values=document.values))
            for pair in error.errors(include_input=False, include_url=False)
        ]


def _message(error: ErrorDetails, *, values: object) -> str:
    where = ".".join(map(str, _place(error["loc"], values=values))) or "the file"
    if error["type"] == "extra_forbidden":
        return f"{where}: there is no such key"
    return f"{where}: {error['msg'].removeprefix('Value error, ')}"


def _place(path: Path, *, values: object) -> Path:
    """Return the path of a mistake in the file: a field written as a text alone has no place of its own."""
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


def _invalid(findings: Iterable[PolicyFinding]) -> Invalid:
    listed = tuple(str(finding) for finding in sorted(set(findings)))
    return Invalid("the configuration of the HR systems is not valid", findings=listed)
