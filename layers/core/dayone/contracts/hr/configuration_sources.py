"""One HR system as it is written down: what does not fit together, and what it means."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network

from dayone.contracts.hr.configuration_shape import FieldShape, SourceShape
from dayone.contracts.hr.heard import Kind
from dayone.contracts.hr.kinds import kind_called
from dayone.contracts.policy_yaml import Path
from dayone.domain.hr_sources import RecordApi, Source, TokenIssuer
from dayone.domain.mapping import FieldRule
from dayone.domain.people import Status

_FILES = ("csv", "json")
_STATUS = frozenset(Status) - {Status.MISSING}
type Mistake = tuple[Path, str]


@dataclass(frozen=True)
class Reading:
    """A source's name, what the file says of it, and what the names of secrets begin with."""

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
        for attribute, one in self.shape.attributes.items():
            yield from self._about_attribute(attribute, one)
        for key, folder in (("secret", f"{self.secrets}/"), ("api_secret", f"{self.secrets}-api/")):
            named = getattr(self.shape, key)
            if named and not named.startswith(folder):
                yield self._at(key), f"the name of the secret begins with `{folder}`: Day One may read no other"

    def source(self) -> Source:
        """What the file says, with the defaults of its kind."""
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
            mapping={**kind.mapping, **{name: _rule(one) for name, one in shape.attributes.items()}},
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
            said = "signs nothing: list the networks that it sends from under `senders`, or whoever learns the secret"
            yield self._at(), f"a source of kind `{shape.kind}` {said} could send from anywhere"
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

    def _about_attribute(self, attribute: str, one: FieldShape) -> Iterator[Mistake]:
        if attribute == "changed_at" and self.shape.kind != "workday":
            yield self._at("attributes", attribute), "only Workday's reports can say this: leave it out"
        if not one.field and not one.default:
            yield self._at("attributes", attribute), "says nothing: give it a `field` or a `default`"
        said = {*one.values.values(), *([one.default] if one.default else [])}
        if attribute == "status" and (wrong := sorted(said - _STATUS)):
            yield (
                self._at("attributes", attribute),
                f"`{wrong[0]}` is no status; there are {', '.join(sorted(_STATUS))}",
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


def _rule(one: FieldShape) -> FieldRule:
    values = {written.casefold(): meant for written, meant in one.values.items()}
    return FieldRule(fields=tuple(one.field), values=values, default=one.default, form=one.form)
