"""The names of what is planned as one unit and of its AWS resources, and what is desired of these with the reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from dayone.model.accounts import AccountState

# Begins the principal of an assignment that is a person's own; no group's key may begin so.
PERSON_PREFIX = "person:"
_BETWEEN = "/"  # begins neither: no key of a group or a permission set holds one


class ResourceKind(StrEnum):
    """Kinds of resources, most of them in Identity Center.

    Three are elsewhere: `ended-sessions` is a user's entry in the policy that denies everything to live sessions,
    `welcome` the mark that a person was sent their welcome message, and `guardrails` exists only so that a policy's own
    guardrails can be held.
    """

    USER = "user"
    MEMBERSHIP = "membership"
    GROUP = "group"
    PERMISSION_SET = "permission-set"
    MANAGED_POLICY = "managed-policy"
    CUSTOMER_POLICY = "customer-policy"
    INLINE_POLICY = "inline-policy"
    BOUNDARY = "boundary"
    PROVISIONING = "provisioning"
    ASSIGNMENT = "assignment"
    ENDED_SESSIONS = "ended-sessions"
    WELCOME = "welcome"
    GUARDRAILS = "guardrails"


class Resource(NamedTuple):
    """One resource in Identity Center that belongs to a subject, written `kind` or `kind/name`.

    Names: a membership's is its group; an assignment's is `permission set/group` or `permission set/person:id`; a
    managed policy's is its path below `policy/`, such as `job-function/ViewOnlyAccess`; a customer policy's is its path
    and name, such as `/teams/Deployer`; that of guardrails is the version of the policy; the others have none, since
    their subject identifies them.
    """

    kind: ResourceKind
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}" if self.name else str(self.kind)

    @classmethod
    def parse(cls, text: str) -> "Resource":
        """Read `kind` or `kind/name`; raises ValueError for an unknown kind."""
        kind, _, name = text.partition("/")
        return cls(ResourceKind(kind), name)


class SubjectKind(StrEnum):
    """Kinds of subjects.

    The last five have nothing in Identity Center: the policy fans out to all others when it changes; a change to those
    of its subjects whose removals it holds when these are decided on, or that have failed when it is retried; an HR
    source to the people in its records; an organizational unit to the accounts below it, the organisation to all
    accounts.
    """

    PERSON = "person"
    ACCOUNT = "account"
    GROUP = "group"
    PERMISSION_SET = "permission-set"
    POLICY = "policy"
    CHANGE = "change"
    HR_SOURCE = "hr-source"
    ORGANIZATIONAL_UNIT = "organizational-unit"
    ORGANIZATION = "organization"


@dataclass(frozen=True, order=True)
class Subject:
    """One unit of planning, written `kind:name`, such as `person:e-1001`."""

    kind: SubjectKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> "Subject":
        """Read `kind:name`; raises ValueError for an unknown kind or a missing name."""
        kind, _, name = text.partition(":")
        if not name:
            raise ValueError(f"not a subject: {text!r}")
        return cls(SubjectKind(kind), name)


@dataclass(frozen=True, order=True)
class ResourceOf:
    """A resource together with the subject it belongs to, written `subject#resource`."""

    subject: Subject
    resource: Resource

    def __str__(self) -> str:
        return f"{self.subject}#{self.resource}"

    @classmethod
    def parse(cls, text: str) -> "ResourceOf":
        """Read `subject#resource`; raises ValueError when either half is not one."""
        subject, _, resource = text.partition("#")
        return cls(Subject.parse(subject), Resource.parse(resource))


class Principal(NamedTuple):
    """Recipient of access: a group, by its key, or one person, by their id; written `<key>` or `person:<id>`."""

    group: str = ""
    person: str = ""

    def __str__(self) -> str:
        return f"{PERSON_PREFIX}{self.person}" if self.person else self.group

    @classmethod
    def parse(cls, text: str) -> "Principal":
        """Read `<key>` or `person:<id>`."""
        if text.startswith(PERSON_PREFIX):
            return cls(person=text.removeprefix(PERSON_PREFIX))
        return cls(group=text)

    @property
    def target(self) -> ResourceOf:
        """The group or the user in Identity Center."""
        return user_of(self.person) if self.person else group_named(self.group)


class Assignment(NamedTuple):
    """A permission set, by its key, given to a principal in the account that it is an assignment of."""

    permission_set: str
    principal: Principal

    @property
    def resource(self) -> Resource:
        """The resource of the account, named `<permission set>/<principal>`."""
        return Resource(ResourceKind.ASSIGNMENT, f"{self.permission_set}{_BETWEEN}{self.principal}")


@lru_cache(maxsize=65_536)
def assignment_in(resource: Resource) -> Assignment:
    """Parse the assignment in the name of an assignment resource."""
    permission_set, _, principal = resource.name.partition(_BETWEEN)
    return Assignment(permission_set, Principal.parse(principal))


THE_POLICY = Subject(SubjectKind.POLICY, "current")
THE_ORGANIZATION = Subject(SubjectKind.ORGANIZATION, "all")
# What a subject itself is in Identity Center, where it is anything.
ITSELF = {
    SubjectKind.PERSON: Resource(ResourceKind.USER),
    SubjectKind.GROUP: Resource(ResourceKind.GROUP),
    SubjectKind.PERMISSION_SET: Resource(ResourceKind.PERMISSION_SET),
}
# The reference of each of these that is AWS's own id.
REFERENCE = {
    SubjectKind.PERMISSION_SET: "permission_set_arn",
    SubjectKind.GROUP: "group_id",
    SubjectKind.PERSON: "user_id",
}


def user_of(person: str) -> ResourceOf:
    """Return the Identity Center user of a person."""
    return ResourceOf(Subject(SubjectKind.PERSON, person), Resource(ResourceKind.USER))


def group_named(name: str) -> ResourceOf:
    """Return the Identity Center group of that name."""
    return ResourceOf(Subject(SubjectKind.GROUP, name), Resource(ResourceKind.GROUP))


def permission_set_named(name: str) -> ResourceOf:
    """Return the permission set of that name, complete or not."""
    return ResourceOf(Subject(SubjectKind.PERMISSION_SET, name), Resource(ResourceKind.PERMISSION_SET))


def provisioning_of(permission_set: str) -> ResourceOf:
    """Return the mark that a permission set is complete and provisioned wherever it is in use."""
    return ResourceOf(Subject(SubjectKind.PERMISSION_SET, permission_set), Resource(ResourceKind.PROVISIONING))


@dataclass(frozen=True)
class Reason:
    """A reason for a desired resource: the rule (`file:line`, or `employment`), and the facts that make it apply."""

    rule: str
    because: str


@dataclass(frozen=True)
class DesiredResource:
    """Desired attributes of one resource, with the reasons."""

    attributes: Mapping[str, str]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Desired:
    """All resources a subject should have; `left_alone` is the reason why nothing may be changed, if there is one.

    `gives_up` are resources to remove although their kind is kept otherwise, and `notes` list what is not done, and
    why. `gone` is the state of an account that is closed: its resources are cleaned up. `doubtful` is the reason why a
    human must decide on every removal, however small. `stands_on` and `stands_by` are as in Head; at `given_anew_at`
    other reasons give what has ended with those that were approved.
    """

    resources: Mapping[Resource, DesiredResource]
    left_alone: str = ""
    gives_up: frozenset[Resource] = frozenset()
    notes: tuple[str, ...] = ()
    gone: AccountState | None = None
    doubtful: str = ""
    stands_on: Mapping[str, int] = field(default_factory=dict)
    stands_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    given_anew_at: datetime | None = None


# A year further, and some offset would carry them before 1970, where ids begin, or out of the calendar.
_FIRST_YEAR, _LAST_YEAR = 1971, 9998


def moment_in(text: object) -> datetime | None:
    """Parse an ISO 8601 time, with a zone or without; return None for anything else, or a year out of range."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment and _FIRST_YEAR <= moment.year <= _LAST_YEAR else None
