"""The policy: who belongs in which group, what permission sets exist, and which group gets which set where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from itertools import chain

from dayone.model.inventory import DriftKind
from dayone.model.people import LifeCycle
from dayone.model.policy.context import AccessEnds, Terms
from dayone.model.policy.notifications import Destination
from dayone.model.subjects import Principal


@dataclass(frozen=True, order=True)
class Location:
    """A position in the policy: a file's name and a line counted from 1."""

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
    """A condition on one attribute of a person or one tag of an account; all its tests must hold.

    `any_of` and `none_of` are globs over its text, in any letter case. An empty text matches no glob, so it fails
    any_of and passes none_of; `present` requires a text (or a date), or none. Dates: `reached=n` holds from the
    midnight, in the person's time zone, of n days after the date (before it when negative), never without a date;
    `not_reached` holds until then, and always without one.
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

    @property
    def names_management(self) -> bool:
        """True if it can match the management account: it names ids, and includes it explicitly."""
        return self.include_management and bool(self.ids)


@dataclass(frozen=True)
class GroupRule:
    """One group: its members are those selected by any of `members`, or named by id in `people`, minus `exceptions`.

    `name` is the key in the policy and names the group in Day One permanently; Identity Center calls it by
    `display_name`, if there is one. `people` gives the location of each named person. An exception beats everything.
    With `birthright` HR alone gives it, although it is sensitive.
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
        """Name of the group in Identity Center."""
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

    `display_name`, if not empty, is its name in AWS instead of `name`, its key. `boundary` is a path too.
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
        """Name of the permission set in AWS."""
        return self.display_name or self.name

    @property
    def rights(self) -> str:
        """Text that identifies its permissions and differs whenever they do."""
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
        """Principal of the assignment, as in the name of a resource: the group's key, or `person:id`."""
        return str(Principal(group=self.group, person=self.person))


@dataclass(frozen=True)
class Guardrails:
    """Limits: removals without approval, up to `percent` and always `at_least`; the longest duration of a grant.

    `additions_percent` and `additions_at_least` are the same for additions to people and accounts that already existed.
    With `removes_unmanaged` access that others have given is removed.
    """

    percent: int = 10
    at_least: int = 5
    longest_grant: timedelta = timedelta(days=30)
    additions_percent: int = 10
    additions_at_least: int = 5
    removes_unmanaged: bool = False


@dataclass(frozen=True)
class Protection:
    """Resources that Day One never touches: people by id, users by name in lower case, groups by name, accounts by id.

    `permission_sets`, by key, are not in a file: protected people and groups have them, and an edit would change them.
    """

    people: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    permission_sets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SensitiveNames:
    """Names a policy declares sensitive: permission sets and groups by key, and accounts.

    Permission sets that are `harmless` are not sensitive by their contents, but still by whom they reach and where. An
    entry identifies one with exactly its permissions. `birthrights` each identify one rule, exactly as it is, by which
    HR alone gives sensitive access.
    """

    permission_sets: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    accounts: tuple[AccountSelector, ...] = ()
    harmless: frozenset[str] = frozenset()
    birthrights: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Guard:
    """The previous limits that still count because the new policy would loosen them.

    `loosens` lists in words what it would loosen. `is_alone` is whether it changes nothing else. `protection` has what
    counts, without what somebody else is still to approve. `ends` and `limits` are when access ends, and how many
    removals go that no edit makes, where a new policy would have people keep sensitive access.
    """

    guardrails: Guardrails
    protection: Protection
    loosens: tuple[str, ...]
    is_alone: bool
    sensitive: SensitiveNames = SensitiveNames()
    ends: AccessEnds | None = None
    limits: Guardrails | None = None


@dataclass(frozen=True, kw_only=True)
class Reservations:
    """Reservations on a policy version until somebody else approves it.

    `hold` is the reason to hold those of its removals that a version in `replaced`, the previous and the last without
    a hold, would not make, or is empty; `replaced_ends` say when access ends by these. `change` put it in force, and is
    to be approved. `approved` identify parts that were approved in some account. The principals `in_sensitive_accounts`
    are known if `accounts_compared`. Others than Day One have `assigned` something to adopted groups, each as
    `<group>/<name of the permission set>`. The first policy `takes_over` what the inventory of that id has; it is empty
    for every later one.
    """

    hold: str = ""
    replaced: tuple[int, ...] = ()
    replaced_ends: tuple[AccessEnds, ...] = ()
    change: str = ""
    guard: Guard | None = None
    approved: frozenset[str] = frozenset()
    in_sensitive_accounts: frozenset[str] = frozenset()
    assigned: frozenset[str] = frozenset()
    accounts_compared: bool = False
    takes_over: str = ""


@dataclass(frozen=True)
class Policy:
    """A whole policy, valid and complete; version 0 is the empty one that holds before the first upload.

    `protection`, `guardrails` and `sensitive` are those that count: with a guard among its reservations, the stricter.
    `before` are those of the versions that it `replaced`. Drift of the kinds `repairs` is repaired without a request.
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
    repairs: frozenset[DriftKind] = frozenset()
    notifications: tuple[Destination, ...] = ()
    terms: Terms = field(default_factory=Terms)
    reservations: Reservations = Reservations()
    before: "tuple[Policy, ...]" = ()
    places: Mapping[tuple[str, str], Location] = field(default_factory=dict, compare=False)

    @property
    def removal_limits(self) -> Guardrails:
        """The limits for removals that facts bring about: a lower one counts for these once somebody approves it."""
        guard = self.reservations.guard
        return guard.limits if guard and guard.limits else self.guardrails

    @cached_property
    def date_conditions(self) -> frozenset[Condition]:
        """The conditions on people that time alone can turn."""
        selectors = chain.from_iterable((*group.members, *group.exceptions) for group in self.groups)
        conditions = chain.from_iterable(selector.conditions for selector in selectors)
        return frozenset(each for each in conditions if each.reached is not None or each.not_reached is not None)

    @cached_property
    def people_assigned(self) -> frozenset[str]:
        """The ids of people that an assignment names."""
        return frozenset(rule.person for rule in self.assignments if rule.person)
