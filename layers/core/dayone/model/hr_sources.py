"""HR sources: their notifications, their configuration, its versions, and their approval."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_network
from typing import Any

from dayone.model.subjects import Subject, SubjectKind

# The source of manual entries over the API, for people in no HR system and for urgent offboarding.
BY_HAND = "manual"
# What there is when nothing was configured: the generic source, whose secret comes with the deployment.
DEFAULT = "version: 1\nsources: {standard: {kind: standard}}\n"


class OnCollision(StrEnum):
    """Policies for a user name or e-mail address that belongs to somebody else.

    `NUMBER` and `ID` are for user names: a number, or the person's id, is put behind the name. `OMIT` is for e-mail
    addresses: the user is created without one. With `REFUSE` a new person gets no user, and an existing one keeps what
    they have.
    """

    NUMBER = "number"
    ID = "id"
    OMIT = "omit"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class UserNames:
    """Rules for user names that no source supplies; a name stays when the person's names change, unless `follows`."""

    pattern: str = "{email}"
    on_collision: OnCollision = OnCollision.NUMBER
    follows: bool = False


@dataclass(frozen=True, kw_only=True)
class HrRules:
    """Precedence of HR sources: an owner for each attribute, then the order of the sources; and rules for names."""

    order: tuple[str, ...] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    user_names: UserNames = field(default_factory=UserNames)
    emails: OnCollision = OnCollision.OMIT


@dataclass(frozen=True, kw_only=True)
class RecordApi:
    """API for fetching a thin event's record: at most `per_second` calls, the first `settles` after the event."""

    url: str
    per_second: float = 4.0
    settles: timedelta = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class TokenIssuer:
    """Issuer of the access tokens in deliveries: the token's `iss` and `aud`, and the address of its keys."""

    issuer: str
    audience: str
    keys_url: str


@dataclass(frozen=True, kw_only=True)
class FieldRule:
    """Origin of an attribute: the first of `fields` that is filled.

    A field is a path such as `department.name`, `jobs.0.title`, `emails[type=work].value`, or for entries with a day
    `employments[current by effective_date].job_title` for the newest that has begun and `[last by day]` for the newest
    of all, in whatever order they are. `values` translates the text found, in lower case; with it, any other text is
    refused. `default` replaces an empty text. `form` is the format of a day, in the letters of strptime; ISO 8601 when
    empty.
    """

    fields: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    default: str = ""
    form: str = ""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One HR system: its kind, how its deliveries are proved, and what its fields mean.

    `secret` and `api_secret` name secrets, and are empty where their names follow from the source's; `senders` are the
    networks (CIDR) that deliveries may come from, all when empty. With `by_secret` a file is not signed, but carries
    the secret in `header`. `max_age` is how old a signed time may be. `may_shrink` and `may_shrink_by` are the
    percentage, and the number of people, by which a whole workforce may become smaller from one import to the next.
    """

    name: str
    kind: str
    secret: str = ""
    api_secret: str = ""
    senders: tuple[str, ...] = ()
    by_secret: bool = False
    header: str = "authorization"
    max_age: timedelta | None = None
    api: RecordApi | None = None
    tokens: TokenIssuer | None = None
    mapping: Mapping[str, FieldRule] = field(default_factory=dict)
    may_shrink: int = 10
    may_shrink_by: int = 5
    may_omit: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HrConfiguration:
    """All sources by name, and the rules that merge their records."""

    sources: Mapping[str, Source]
    rules: HrRules = field(default_factory=HrRules)


# All sources together, by a name that none can have.
ALL_SOURCES = Subject(SubjectKind.HR_SOURCE, "*")


@dataclass(frozen=True, kw_only=True)
class ChangeNotification:
    """The id of a record that may have changed in an HR source since `at`, from an event that lacks the record.

    With `is_deletion` the source reports that the record was deleted. `attempts` counts how often fetching was
    postponed.
    """

    record: str
    at: datetime
    is_deletion: bool = False
    attempts: int = 0


class HrVersionState(StrEnum):
    """States of a version: in force now or earlier, held for approval, or invalid."""

    IN_FORCE = "in-force"
    HELD = "held"
    INVALID = "invalid"


@dataclass(frozen=True, kw_only=True)
class HrVersion:
    """One text of the configuration as it was read, the first with number 1.

    `authors` are the ARNs of those who wrote this text, as recorded by Systems Manager. `reasons` are the reasons why
    it is or was held, or its mistakes; `approved_by` is the ARN of the approver, empty where no approval was needed.
    `counts_since` has the authors of this and earlier versions that needed approval, with the time of the latest.
    """

    number: int
    text: str
    at: datetime
    state: HrVersionState
    authors: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    approved_by: str = ""
    counts_since: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of the text in UTF-8, in hex."""
        return text_digest(self.text)


@dataclass(frozen=True, kw_only=True)
class HrVersions:
    """The version in force and the newest one, which may be the same; both None before the first."""

    in_force: HrVersion | None = None
    newest: HrVersion | None = None

    def with_version(self, version: HrVersion) -> "HrVersions":
        """After a version was recorded."""
        is_in_force = version.state is HrVersionState.IN_FORCE
        return HrVersions(in_force=version if is_in_force else self.in_force, newest=version)

    @property
    def counts_since(self) -> Mapping[str, datetime]:
        """Return the authors of what needed approval and is in force, with the time since when."""
        return self.in_force.counts_since if self.in_force else {}


def text_digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def approved(version: HrVersion, *, by: str, at: datetime, before: HrVersions) -> HrVersion:
    """Return the version as approved by a caller, given by ARN, at that time."""
    counts_since = {**before.counts_since, **dict.fromkeys(version.authors, at)}
    return replace(version, state=HrVersionState.IN_FORCE, approved_by=by, counts_since=counts_since)


def loosened(before: HrConfiguration, after: HrConfiguration) -> tuple[str, ...]:
    """Return the reasons why somebody else must approve `after`: new senders, or another meaning of what is sent.

    Empty if it only restricts: a stricter proof, a smaller tolerance, a different call rate. A field not listed as
    harmless counts, so that every new field does; so does the removal of a source, because other sources then decide on
    its attributes.
    """
    return tuple(_about_sources(before.sources, after.sources)) + tuple(_about_rules(before, after))


def _about_sources(before: Mapping[str, Source], after: Mapping[str, Source]) -> Iterator[str]:
    for name in before:
        if name not in after:
            yield f"source {name} is taken out: others are believed about what it has said"
    for name, source in after.items():
        if name not in before:
            yield f"source {name} is new"
            continue
        for part in fields(Source):
            was, becomes = getattr(before[name], part.name), getattr(source, part.name)
            is_stricter = _STRICTER.get(part.name, _never)
            if was != becomes and not is_stricter(was, becomes):
                yield f"source {name}: {_WORDS.get(part.name, part.name)}"


def _about_rules(before: HrConfiguration, after: HrConfiguration) -> Iterator[str]:
    # Of those that are left the same one still comes first.
    order = tuple(name for name in before.rules.order if name in after.sources)
    if order != tuple(name for name in after.rules.order if name in before.sources):
        yield "the order of the sources, which says who is believed first"
    for part in fields(before.rules):
        if part.name != "order" and getattr(before.rules, part.name) != getattr(after.rules, part.name):
            yield _WORDS.get(part.name, part.name)


def _never(_was: object, _becomes: object) -> bool:
    return False


def _narrower(was: tuple[str, ...], becomes: tuple[str, ...]) -> bool:
    """Every network lies in one that was allowed; without any list, all are."""
    if not was or not becomes:
        return bool(becomes)
    return all(any(_lies_in(network, other) for other in was) for network in becomes)


def _lies_in(network: str, other: str) -> bool:
    inner, outer = ip_network(network), ip_network(other)
    # Networks of the two versions of IP cannot be compared.
    return (
        inner.version == outer.version
        and int(inner.network_address) >= int(outer.network_address)
        and int(inner.broadcast_address) <= int(outer.broadcast_address)
    )


def _shorter(was: timedelta | None, becomes: timedelta | None) -> bool:
    return becomes is not None and (was is None or becomes <= was)


def _fewer(was: tuple[str, ...], becomes: tuple[str, ...]) -> bool:
    return set(becomes) <= set(was)


def _same_address(was: object, becomes: object) -> bool:
    """Return whether only the call rate or delay of an API differs, which lets nobody in."""
    return was is not None and becomes is not None and getattr(was, "url", was) == getattr(becomes, "url", becomes)


# Each takes the two values of its own field.
_STRICTER: Mapping[str, Callable[[Any, Any], bool]] = {
    "senders": _narrower,
    "max_age": _shorter,
    "may_omit": _fewer,
    "may_shrink": lambda was, becomes: becomes <= was,
    "may_shrink_by": lambda was, becomes: becomes <= was,
    "api": _same_address,
    # With a secret instead of a signature whoever sees one delivery can send others.
    "by_secret": lambda was, becomes: was and not becomes,
}
_WORDS = {
    "kind": "another kind, with another proof",
    "secret": "another secret proves its deliveries",
    "api_secret": "its records are read with another secret",
    "senders": "networks that it could not send from before",
    "by_secret": "a secret instead of a signature",
    "header": "another header carries its proof",
    "max_age": "older deliveries are taken",
    "api": "its records are read at another address",
    "tokens": "other access tokens prove its deliveries",
    "mapping": "what its records say of people",
    "may_shrink": "more people may be missing at once (percent)",
    "may_shrink_by": "more people may be missing at once",
    "may_omit": "attributes that it may tell no more",
    "owners": "who is believed about an attribute",
    "user_names": "how people are called",
    "emails": "what becomes of an e-mail address that is somebody else's",
}
