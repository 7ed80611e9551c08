"""Configured HR systems, and the rules that merge their records into one person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

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
