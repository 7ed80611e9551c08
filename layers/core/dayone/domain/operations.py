"""One change to AWS as Day One plans, carries out and remembers it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import cached_property

from dayone.domain.desired import Reason
from dayone.domain.retrying import Refusal
from dayone.domain.subjects import Resource, ResourceOf, Subject


class Action(StrEnum):
    """What an operation does to its resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class OperationState(StrEnum):
    """How far an operation has come; the last four are final but for `HELD`, which waits for a human."""

    PENDING = "pending"
    SUBMITTED = "submitted"
    HELD = "held"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SUPERSEDED = "superseded"


OPEN_STATES = frozenset({OperationState.PENDING, OperationState.SUBMITTED})


class Priority(IntEnum):
    """What goes first: the lower the number, the sooner."""

    REVOCATION = 0
    ONBOARDING = 1
    POLICY = 2
    REPAIR = 3


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One change to AWS.

    `change` and `actor` say which change it belongs to and who or what caused that. `number` orders the operations of
    one plan, from 0. `requires` are resources that must be confirmed in AWS first; `after` are numbers of operations
    of the same plan that must have succeeded; `covers` are resources that go when this one goes; `behind` is how many
    operations of the plan come after it. `waiting_for` says in words what keeps it from running. `refusal` is the way
    in which it was last kept from being done, `refused_since` since when in that way. `request_id` is AWS's, as soon as
    it has one, and `submitted_at` when it gave it.
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
    after: tuple[int, ...] = ()
    covers: tuple[Resource, ...] = ()
    behind: int = 0
    state: OperationState = OperationState.PENDING
    attempts: int = 0
    request_id: str = ""
    failure_reason: str = ""
    waiting_for: str = ""
    refusal: Refusal = Refusal.NONE
    refused_since: datetime | None = None
    not_before: datetime | None = None
    submitted_at: datetime | None = None
    finished_at: datetime | None = None

    @cached_property
    def id(self) -> str:
        """Its name within its change, such as `person:e-1@3-5f0c2a91/0002`."""
        return f"{self.subject}@{self.generation}/{self.number:04d}"

    @property
    def kind(self) -> str:
        """What it does, such as `create-membership`."""
        return f"{self.action}-{self.resource.kind}"

    @cached_property
    def target(self) -> ResourceOf:
        """The resource it changes."""
        return ResourceOf(self.subject, self.resource)


@dataclass(frozen=True, kw_only=True)
class Applied:
    """A resource as AWS confirmed it to us; with `doubt` set, an action on it has begun and not been confirmed.

    `references` are AWS's own ids, such as `user_id` or `permission_set_arn`. `adopted` marks what was there before
    Day One; that is never deleted. `counted` says that it is part of the number the guardrail is a percentage of.
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
    """AWS said that the operation is done; `references` are the ids it gave, `request_id` is empty without a call."""

    references: Mapping[str, str] = field(default_factory=dict)
    adopted: bool = False
    request_id: str = ""


@dataclass(frozen=True)
class Submitted:
    """AWS took the request and works on it; ask again by this id."""

    request_id: str


@dataclass(frozen=True)
class Failed:
    """AWS said no, for this reason."""

    reason: str


Outcome = Succeeded | Submitted | Failed
