"""The policy: who belongs in which group, what permission sets exist, and which group gets which set where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import chain

from dayone.model.lifecycle import LifeCycle
from dayone.model.policy.context import Terms
from dayone.model.subjects import Principal


@dataclass(frozen=True, order=True)
class Location:
    """Where in the policy something is said: a file's name and a line counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, order=True)
class PolicyNote:
    """A sentence about one place in the policy, for whoever wrote it."""

    location: Location
    text: str

    def __str__(self) -> str:
        return f"{self.location}: {self.text}"


@dataclass(frozen=True)
class Condition:
    """What must hold of one attribute of a person, or of one tag of an account; every test that is stated counts.

    `any_of` and `none_of` are globs over its text, whatever the case. An empty text fits no glob, so it fails any_of
    and passes none_of; `present` asks for a text (or a date), or for none. Dates: `reached=n` holds from the midnight,
    where the person is, of n days after the date (before it when negative), never without a date; `not_reached` holds
    until then, and always without one.
    """

    attribute: str
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    present: bool | None = None
    reached: int | None = None
    not_reached: int | None = None


@dataclass(frozen=True)
class PersonSelector:
    """Conditions on people, all of which must hold; without any it means everyone."""

    conditions: tuple[Condition, ...]
    location: Location


@dataclass(frozen=True)
class AccountSelector:
    """Conditions on accounts: any of `ids`, `names`, `ous` and `ou_ids`, and every tag; what is empty does not limit.

    `names` are globs, `ous` patterns of OU paths; an OU id means accounts directly in that unit, or with `/**` behind
    it anywhere below it too. The management account is meant only with `include_management` and its id.
    """

    location: Location
    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    ous: tuple[str, ...] = ()
    ou_ids: tuple[str, ...] = ()
    tags: tuple[Condition, ...] = ()
    include_management: bool = False


@dataclass(frozen=True)
class GroupRule:
    """One group: whoever any of `members` selects, or `people` names by id, belongs, but for `exceptions`.

    `name` is the key in the policy and names the group in Day One for ever; Identity Center calls it by
    `display_name`, if there is one. `people` tells where each is named. An exception beats everything. With
    `birthright` HR alone gives it, although it is sensitive.
    """

    name: str
    description: str
    members: tuple[PersonSelector, ...]
    location: Location
    display_name: str = ""
    people: Mapping[str, Location] = field(default_factory=dict)
    exceptions: tuple[PersonSelector, ...] = ()
    birthright: bool = False

    @property
    def called(self) -> str:
        """What Identity Center calls it."""
        return self.display_name or self.name


@dataclass(frozen=True)
class CustomerPolicy:
    """A customer managed policy that every account must have: its IAM path, `/` at both ends, and its name."""

    name: str
    path: str = "/"

    def __str__(self) -> str:
        return f"{self.path}{self.name}"


@dataclass(frozen=True)
class PermissionSetRule:
    """One permission set; `managed_policies` are paths below `policy/`, `inline_policy` is JSON text or empty.

    `display_name`, when it says something, is what AWS calls it instead of `name`, its key. `boundary` is a path too.
    """

    name: str
    location: Location
    description: str = ""
    managed_policies: tuple[str, ...] = ()
    inline_policy: str = ""
    session_duration: str = "PT1H"
    relay_state: str = ""
    display_name: str = ""
    customer_policies: tuple[CustomerPolicy, ...] = ()
    boundary: str | CustomerPolicy | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def called(self) -> str:
        """What AWS calls it."""
        return self.display_name or self.name

    @property
    def rights(self) -> str:
        """What it lets people do, as a text that is another when that is."""
        customer = sorted(map(str, self.customer_policies))
        return repr((sorted(self.managed_policies), customer, self.inline_policy, self.boundary))


@dataclass(frozen=True)
class AssignmentRule:
    """A group, or one person by id, gets a set in the accounts that any of `accounts` and no exception selects."""

    group: str
    permission_set: str
    accounts: tuple[AccountSelector, ...]
    location: Location
    exceptions: tuple[AccountSelector, ...] = ()
    person: str = ""
    birthright: bool = False

    @property
    def principal(self) -> str:
        """Who gets it, as it stands in the name of a resource: the group's key, or `person:id`."""
        return str(Principal(group=self.group, person=self.person))


@dataclass(frozen=True)
class Guardrails:
    """How many removals go without a human, up to `percent` and always `at_least`; how long a grant may last.

    `additions_percent` and `additions_at_least` are the same of what is added to people and accounts that were there.
    """

    percent: int = 10
    at_least: int = 5
    longest_grant: timedelta = timedelta(days=30)
    additions_percent: int = 10
    additions_at_least: int = 5


@dataclass(frozen=True)
class Protection:
    """What Day One never touches: people by id, users by name in lower case, groups by name, accounts by id.

    No file protects `permission_sets`, by key: protected people and groups have them, and an edit would change them.
    """

    people: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    permission_sets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SensitiveNames:
    """What a policy calls sensitive: permission sets and groups by key, and accounts.

    Permission sets that are `harmless` are not sensitive by what they have, but still by whom they reach and where.
    `birthrights` stand each for one rule, exactly as it is, by which HR alone gives what is sensitive.
    """

    permission_sets: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    accounts: tuple[AccountSelector, ...] = ()
    harmless: frozenset[str] = frozenset()
    birthrights: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Guard:
    """What counts beside a policy's own guardrails because the policy would loosen what was in force before it.

    `loosens` says in words what it would loosen. `is_alone` is whether it changes nothing else.
    """

    guardrails: Guardrails
    protection: Protection
    loosens: tuple[str, ...]
    is_alone: bool
    sensitive: SensitiveNames = SensitiveNames()


class Reservation(StrEnum):
    """What a version is in force under: that its removals are held, or that the guards before it still count."""

    HOLD = "hold"
    GUARD = "guard"


@dataclass(frozen=True, kw_only=True)
class Reservations:
    """What a version is in force under, until somebody else has approved it.

    `hold` says why the removals are held that it makes and any of the versions `replaced` would not, or is empty: the
    one before it, and the last one before that of which nothing was held. `change` is the one that put it in force,
    and is to be approved. `approved` stand for parts that assign something sensitive, of which somebody else has
    approved that in some account.
    """

    hold: str = ""
    replaced: tuple[int, ...] = ()
    change: str = ""
    guard: Guard | None = None
    approved: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Policy:
    """A whole policy, valid and complete; version 0 is the empty one that holds before the first upload.

    `protection`, `guardrails` and `sensitive` are those that count: with a guard among its reservations, the stricter.
    `before` are those of the versions that it `replaced`.
    `places` are those of names that stand in no rule, by the key they are under and the name as it is written, such as
    `protect.users` and `break-glass`, or `same_person` and an id.
    """

    version: int = 0
    groups: tuple[GroupRule, ...] = ()
    permission_sets: tuple[PermissionSetRule, ...] = ()
    assignments: tuple[AssignmentRule, ...] = ()
    protection: Protection = Protection()
    guardrails: Guardrails = Guardrails()
    sensitive: SensitiveNames = SensitiveNames()
    people: LifeCycle = field(default_factory=LifeCycle)
    terms: Terms = field(default_factory=Terms)
    reservations: Reservations = Reservations()
    before: "tuple[Policy, ...]" = ()
    places: Mapping[tuple[str, str], Location] = field(default_factory=dict, compare=False)

    @cached_property
    def date_conditions(self) -> frozenset[Condition]:
        """The conditions on people that time alone can turn."""
        selectors = chain.from_iterable((*group.members, *group.exceptions) for group in self.groups)
        conditions = chain.from_iterable(selector.conditions for selector in selectors)
        return frozenset(
            condition for condition in conditions if condition.reached is not None or condition.not_reached is not None
        )

    @cached_property
    def people_assigned(self) -> frozenset[str]:
        """The ids of people that an assignment names."""
        return frozenset(rule.person for rule in self.assignments if rule.person)


@dataclass(frozen=True, kw_only=True)
class PolicyVersion:
    """A policy as uploaded, and its change; several files are one text, JSON of name to text, and `file` is empty.

    `authors` are the people whom its actor, a pipeline, names as those who have written it. `names` are those of its
    files.
    """

    version: int
    text: str
    file: str
    actor: str
    at: datetime
    change: str
    authors: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
