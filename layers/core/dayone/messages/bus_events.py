"""The details of the events that Day One publishes on its bus; the JSON Schemas in `docs/events` are made of these.

EventBridge's own envelope is around each, and every detail has the `id` of the event as well.
"""

from typing import Annotated, NotRequired, TypedDict

from dayone.messages.problems import AccountId, ChangeId, Count, Described, Moment, PersonId, enum_of
from dayone.model.changes import CauseKind, ChangeState
from dayone.model.inventory import DriftKind
from dayone.model.operations import DeletionOutcome, OperationState

_Subject = Annotated[str, Described(pattern="^[a-z-]+:.+$")]


class OperationDetail(TypedDict):
    """An operation: one write to AWS about one resource of a subject.

    `outcome` is empty unless a deletion had nothing to delete or left the resource in place. `request_id` is AWS's,
    `failure_reason` AWS's message. `failed_before` is true for a retry of what failed in an earlier change.
    """

    change: ChangeId
    operation: str
    kind: str
    subject: _Subject
    resource: str
    state: Annotated[str, enum_of(*OperationState)]
    outcome: Annotated[str, enum_of("", *DeletionOutcome)]
    failed_before: bool
    attempts: Count
    request_id: str
    failure_reason: str
    takes_access_away: bool


class ChangeDetail(TypedDict):
    """A change: its cause, its state, and the counts of its operations by their states.

    `subjects` counts those that were planned. `held_reason` is why `held` operations wait for a decision.
    """

    change: ChangeId
    cause: Annotated[str, enum_of(*CauseKind)]
    actor: str
    reference: str
    state: Annotated[str, enum_of(*ChangeState)]
    subjects: Count
    operations: Count
    succeeded: Count
    already_deleted: Count
    failed: Count
    failed_before: Count
    superseded: Count
    held: Count
    held_reason: str


class ChangeExpiredDetail(TypedDict):
    """A change in which held operations have expired, because nobody decided on them in time; `held` still wait."""

    change: ChangeId
    cause: Annotated[str, enum_of(*CauseKind)]
    actor: str
    reference: str
    state: Annotated[str, enum_of(*ChangeState)]
    held: Count
    held_reason: str


class DriftDetail(TypedDict):
    """A finding: a difference between Identity Center and what AWS had confirmed to Day One.

    `subject` and `resource` are named as in operations; a user whom Day One does not manage is `user:` and AWS's id.
    `attributes` are the names of those that differ, `accounts` those that have a permission set in an earlier form.
    `baseline` is whether the first inventory found it.
    """

    finding: str
    kind: Annotated[str, enum_of(*DriftKind)]
    subject: str
    resource: str
    attributes: list[str]
    accounts: list[AccountId]
    baseline: bool
    first_seen_at: Moment
    seen_at: Moment


class DriftRepairedDetail(DriftDetail):
    """A finding that Day One's own work has ended: the last change of its resource, and AWS's id of that request."""

    change: ChangeId
    request_id: str


class AccountAssignment(TypedDict):
    """An assignment in the account: its permission set, and either the group or the person who has it."""

    permission_set: str
    group: NotRequired[str]
    person: NotRequired[PersonId]


class AccountReadyDetail(TypedDict):
    """An account that has all its assignments for the first time, `seconds` after it was discovered."""

    account: AccountId
    change: ChangeId
    began_at: Moment
    ready_at: Moment
    seconds: float
    assignments: list[AccountAssignment]


class ReachableAccount(TypedDict):
    """A permission set that the person can use, in an account."""

    account: AccountId
    account_name: str
    permission_set: str


class PersonReadyDetail(TypedDict):
    """A person whose first access is there; `cli_profiles` are sections for the configuration file of the AWS CLI."""

    change: ChangeId
    person: PersonId
    user_name: str
    portal_url: str
    access: list[ReachableAccount]
    cli_profiles: str


class CheckpointLane(TypedDict):
    """The last entry of a lane of the audit log: its number, its day and its hash."""

    lane: str
    number: Count
    day: Annotated[str, Described(format="date")]
    hash: Annotated[str, Described(pattern="^[0-9a-f]{64}$")]


class AuditCheckpointDetail(TypedDict):
    """A signed statement of where the audit log ends.

    `signature` is ECDSA_SHA_256 by the KMS key with the ARN `key`, in base64, over the JSON of `at`, `lanes` and
    `table` with sorted names and without spaces.
    """

    at: Moment
    table: str
    lanes: list[CheckpointLane]
    key: str
    signature: str
