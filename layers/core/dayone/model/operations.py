"""One change to AWS as Day One plans, carries out and remembers it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from functools import cached_property

from dayone.model.retry import Refusal
from dayone.model.subjects import Reason, Resource, ResourceKind, ResourceOf, Subject


class Action(StrEnum):
    """Actions of an operation on its resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class OperationState(StrEnum):
    """States of an operation; the last four are final but for `HELD`, which waits for a human."""

    PENDING = "pending"
    SUBMITTED = "submitted"
    HELD = "held"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SUPERSEDED = "superseded"


class DeletionOutcome(StrEnum):
    """Outcomes of a successful deletion; AWS confirmed a deletion only for `DELETED`.

    `ALREADY_DELETED`: nothing was there to delete any more, as AWS reported or because nothing had ever been created.
    `LEFT_IN_PLACE`: it existed before Day One, which has not touched it.
    """

    DELETED = "deleted"
    ALREADY_DELETED = "already_deleted"
    LEFT_IN_PLACE = "left_in_place"


OPEN_STATES = frozenset({OperationState.PENDING, OperationState.SUBMITTED})


class Priority(IntEnum):
    """Order of operations: the lower the number, the sooner."""

    REVOCATION = 0
    ONBOARDING = 1
    POLICY = 2
    REPAIR = 3


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One change to AWS.

    `change` and `actor` are the change it belongs to and the cause of that. `number` orders the operations of one plan,
    from 0. `requires` are resources that must be confirmed in AWS first, and `called` the names that these must have
    there, each empty where any will do; `after` are numbers of operations of the same plan that must be finished, by
    whichever plan once it is replaced; `covers` are resources that are deleted together with this one; `vacated_by` are
    users that must have given up this one's user name and e-mail address in AWS before; `behind` is how many operations
    of the plan come after it. `waiting_for` describes what keeps it from running. One that `is_parked` is not in its
    lane: it waits for the resource that it `awaits`, to be confirmed or to be deleted; `held_by` is the change in which
    that in turn waits for a human, or empty. `refusal` is the kind of its last failed attempt, `refused_since` the
    start of failures of that kind. `request_id` is AWS's, once it has one, and `submitted_at` the time it was given;
    `attempted_at` is the start of the last attempt. With `failed_before` the same operation failed in an earlier change
    and is only retried by this one, whose cause is unrelated. `outcome` is that of a successful deletion. `adopts` is
    the digest of what somebody has decided to adopt. `ends` is the id of a person who was reported to have left, and
    whose access it ends; empty for others. One that is `only_existing` records what is there, and fails where it is
    not.
    """

    change: str
    actor: str
    subject: Subject
    generation: str
    number: int
    action: Action
    resource: Resource
    priority: Priority
    created_at: datetime
    attributes: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    requires: tuple[ResourceOf, ...] = ()
    called: tuple[str, ...] = ()
    after: tuple[int, ...] = ()
    covers: tuple[Resource, ...] = ()
    vacated_by: tuple[ResourceOf, ...] = ()
    behind: int = 0
    failed_before: bool = False
    adopts: str = ""
    ends: str = ""
    only_existing: bool = False
    state: OperationState = OperationState.PENDING
    outcome: DeletionOutcome | None = None
    attempts: int = 0
    request_id: str = ""
    failure_reason: str = ""
    waiting_for: str = ""
    awaits: ResourceOf | None = None
    held_by: str = ""
    is_parked: bool = False
    refusal: Refusal = Refusal.NONE
    refused_since: datetime | None = None
    not_before: datetime | None = None
    attempted_at: datetime | None = None
    submitted_at: datetime | None = None
    finished_at: datetime | None = None

    @cached_property
    def id(self) -> str:
        """Its name within its change, such as `person:e-1@3-5f0c2a91/0002`."""
        return f"{self.subject}@{self.generation}/{self.number:04d}"

    @property
    def kind(self) -> str:
        """Kind of the operation, such as `create-membership`."""
        return f"{self.action}-{self.resource.kind}"

    @cached_property
    def target(self) -> ResourceOf:
        """The resource it changes."""
        return ResourceOf(self.subject, self.resource)

    @property
    def awaits_removal(self) -> bool:
        """True if it waits for the removal of a resource outside its plan that it does not require."""
        on = self.awaits
        return on is not None and on.subject != self.subject and on not in self.requires


@dataclass(frozen=True, kw_only=True)
class Applied:
    """A resource as confirmed by AWS; with `doubt` set, an action on it was started and is not confirmed.

    `references` are AWS's own ids, such as `user_id` or `permission_set_arn`. `adopted` marks a resource that existed
    before Day One; it is never deleted. `counted` marks it as part of the total that the guardrail is a percentage of.
    """

    resource: Resource
    attributes: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    doubt: Action | None = None
    adopted: bool = False
    counted: bool = False
    operation: str = ""
    change: str = ""
    request_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Succeeded:
    """AWS finished the operation; `references` are the ids it gave, `request_id` is empty if no call was made.

    `outcome` explains a deletion that deleted nothing. `existing` are the attributes of an adopted resource that differ
    from the desired ones, and `attached` are the policies that an adopted permission set has.
    """

    references: Mapping[str, str] = field(default_factory=dict)
    adopted: bool = False
    request_id: str = ""
    outcome: DeletionOutcome = DeletionOutcome.DELETED
    existing: Mapping[str, str] | None = None
    attached: tuple[Applied, ...] = ()


ALREADY_DELETED = Succeeded(outcome=DeletionOutcome.ALREADY_DELETED)


@dataclass(frozen=True)
class Submitted:
    """AWS took the request and works on it; ask again by this id."""

    request_id: str


@dataclass(frozen=True)
class Failed:
    """AWS rejected the operation for this reason."""

    reason: str


Outcome = Succeeded | Submitted | Failed


# About what AWS takes for one assignment. Source: median of the observed range of 1 to 15 seconds.
_USUAL_STEP = timedelta(seconds=3)

SSO_ADMIN = "sso-admin"
SERVICE_CONTROL_POLICIES = "organizations"
MAIL = "sesv2"


class Lane(StrEnum):
    """Operations that may hold each other up; those of different lanes do not."""

    USERS = "users"
    GROUPS = "groups"
    MEMBERSHIPS = "memberships"
    PERMISSION_SETS = "permission-sets"
    ASSIGNMENTS = "assignments"
    PEOPLE = "people"


_LANES: Mapping[ResourceKind, Lane] = {
    ResourceKind.USER: Lane.USERS,
    ResourceKind.GROUP: Lane.GROUPS,
    ResourceKind.MEMBERSHIP: Lane.MEMBERSHIPS,
    ResourceKind.ASSIGNMENT: Lane.ASSIGNMENTS,
    ResourceKind.ENDED_SESSIONS: Lane.PEOPLE,
    ResourceKind.WELCOME: Lane.PEOPLE,
}
_ELSEWHERE: Mapping[ResourceKind, str] = {
    ResourceKind.ENDED_SESSIONS: SERVICE_CONTROL_POLICIES,
    ResourceKind.WELCOME: MAIL,
}
IDENTITY_STORE = "identitystore:"
# The Identity Store counts each of its APIs for itself. Source: IAM Identity Center quotas.
_IDENTITY_STORE: Mapping[tuple[Action, ResourceKind], str] = {
    (Action.CREATE, ResourceKind.USER): f"{IDENTITY_STORE}CreateUser",
    (Action.UPDATE, ResourceKind.USER): f"{IDENTITY_STORE}UpdateUser",
    (Action.DELETE, ResourceKind.USER): f"{IDENTITY_STORE}DeleteUser",
    (Action.CREATE, ResourceKind.GROUP): f"{IDENTITY_STORE}CreateGroup",
    (Action.UPDATE, ResourceKind.GROUP): f"{IDENTITY_STORE}UpdateGroup",
    (Action.DELETE, ResourceKind.GROUP): f"{IDENTITY_STORE}DeleteGroup",
    (Action.CREATE, ResourceKind.MEMBERSHIP): f"{IDENTITY_STORE}CreateGroupMembership",
    (Action.DELETE, ResourceKind.MEMBERSHIP): f"{IDENTITY_STORE}DeleteGroupMembership",
}


def lane_of(operation: Operation) -> Lane:
    """Return the lane of an operation."""
    return _LANES.get(operation.resource.kind, Lane.PERMISSION_SETS)


# AWS takes these as requests, and works on each for a while.
ANSWERED_LATER = frozenset({ResourceKind.ASSIGNMENT, ResourceKind.PROVISIONING})


def quota_of(operation: Operation) -> str:
    """Return the quota an operation counts against: a whole service, or `identitystore:` and the name of an API."""
    kind = operation.resource.kind
    return _ELSEWHERE.get(kind) or _IDENTITY_STORE.get((operation.action, kind), SSO_ADMIN)


def order_of(operation: Operation) -> str:
    """Sorts operations of a lane: priority first, then age.

    An assignment with much to follow counts as older: in an account they go one after another, and the longest such
    chain, begun late, would be waited for at the end.
    """
    chain = operation.behind if lane_of(operation) is Lane.ASSIGNMENTS else 0
    rank = operation.created_at - chain * _USUAL_STEP
    when = f"{rank.timestamp():017.6f}"
    return f"{operation.priority:d}#{when}#{operation.subject}#{operation.generation}#{operation.number:04d}"


# Before the key of a permission set's tag, where it stands among the set's attributes.
TAG_PREFIX = "tag:"


def tags_in(attributes: Mapping[str, str]) -> Mapping[str, str]:
    """Return the tags among the attributes of a permission set, by their own keys."""
    tags = {word: text for word, text in attributes.items() if word.startswith(TAG_PREFIX)}
    return {word.removeprefix(TAG_PREFIX): text for word, text in tags.items()}
