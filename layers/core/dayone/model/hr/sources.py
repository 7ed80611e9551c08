"""HR systems as an operator has configured them, and the rules that make one person of what they say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

# What is told of people over the API, by whom there is in no HR system and by whom something has to end at once.
BY_HAND = "by-hand"
# What there is when nothing was configured: the generic source, whose secret comes with the deployment.
DEFAULT = "version: 1\nsources: {standard: {kind: standard}}\n"


class OnCollision(StrEnum):
    """What happens when a user name or an e-mail address is somebody else's.

    `NUMBER` and `ID` are for user names: a number, or the person's id, is put behind the name. `OMIT` is for e-mail
    addresses: the user is made without one. With `REFUSE` a newcomer gets no user, and somebody known keeps what they
    have.
    """

    NUMBER = "number"
    ID = "id"
    OMIT = "omit"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class UserNames:
    """How a user name is made where no source tells one; it stays the same when names change unless `follows`."""

    pattern: str = "{email}"
    on_collision: OnCollision = OnCollision.NUMBER
    follows: bool = False


@dataclass(frozen=True, kw_only=True)
class HrRules:
    """Who is believed: for each attribute its owner, then the sources in their order; and how names are given."""

    order: tuple[str, ...] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    user_names: UserNames = field(default_factory=UserNames)
    emails: OnCollision = OnCollision.OMIT


@dataclass(frozen=True, kw_only=True)
class RecordApi:
    """Where a thin event's record is asked for: at most `per_second` calls, the first `settles` after the event."""

    url: str
    per_second: float = 4.0
    settles: timedelta = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class TokenIssuer:
    """Who issues the access tokens that deliveries carry: the `iss` and `aud` of a token, and where its keys are."""

    issuer: str
    audience: str
    keys_url: str


@dataclass(frozen=True, kw_only=True)
class FieldRule:
    """Where an attribute comes from: the first of `fields` that is filled.

    A field is a path such as `department.name`, `jobs.0.title`, `emails[type=work].value`, or of entries with a day
    `employments[current by effective_date].job_title` for the newest that has begun and `[last by day]` for the newest
    of all, in whatever order they are. `values` translates what is found, in small letters; with it, what is not in it
    is refused. `default` stands in for what is empty. `form` is how a day is written, in the letters of strptime; ISO
    8601 when empty.
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
    """All sources by name, and the rules for what they say."""

    sources: Mapping[str, Source]
    rules: HrRules = field(default_factory=HrRules)
