"""API responses about changes: times are ISO 8601 in UTC."""

from typing import Annotated, TypedDict

from dayone.api.schemas.base import OperationAnswer
from dayone.messages.problems import ChangeId, Count, Described, Href, Moment, enum_of
from dayone.model.changes import CauseKind, ChangeState

_SubjectName = Annotated[str, Described(pattern="^[a-z-]+:.+$")]


class CauseAnswer(TypedDict):
    """The cause of a change: its kind, the caller or source, its authors if any are named, a reference and the time."""

    kind: Annotated[str, enum_of(*CauseKind)]
    actor: str
    authors: list[str]
    reference: str
    at: Moment


class DecisionAnswer(TypedDict):
    """The decision about the held operations of a change: `approved` or `rejected`, by the caller with this ARN."""

    decision: Annotated[str, enum_of("approved", "rejected")]
    actor: str
    at: Moment


class BlameAnswer(TypedDict):
    """A caller who has brought about what a change holds, by ARN, and by what: a rule, a grant, or a fact.

    `of_leavers` is true when that is a removal because a person has left.
    """

    actor: str
    reason: str
    of_leavers: bool


class ChangeAnswer(TypedDict):
    """A change; `state` is `planning`, `running`, `held`, `succeeded` or `failed`, as AWS has confirmed it.

    `failed_before` counts those of the `failed` operations that had failed in an earlier change and were only tried
    again; `state` does not depend on them. `already_deleted` counts those of the `succeeded` deletions that had nothing
    to delete. `subjects` is null until they are counted; `unplanned` ones could not be planned. `held` operations
    (removals, or access given only with approval) wait because of `held_reason`; `decision` is null
    until somebody decides on all of them. Neither the actor of the cause nor anybody in `blame` may decide.
    `held_version` is the `expected_version` of a decision: it changes when more is held, and with every decision.
    `waits_for_held` counts those that are pending and only wait for what this change, or another one, holds.
    `expired` counts those of the `superseded` that were held and nobody decided on in time.
    `removals` and `additions` count those that the guardrails of these names counted and allowed.
    """

    id: ChangeId
    state: Annotated[str, enum_of(*ChangeState)]
    cause: CauseAnswer
    subjects: Count | None
    planned: Count
    unplanned: Count
    operations: Count
    succeeded: Count
    already_deleted: Count
    failed: Count
    failed_before: Count
    superseded: Count
    held: Count
    held_reason: str
    held_version: Count
    waits_for_held: Count
    expired: Count
    blame: list[BlameAnswer]
    removals: Count
    additions: Count
    decision: DecisionAnswer | None


class ChangesAnswer(TypedDict):
    """Changes, newest first."""

    changes: list[ChangeAnswer]
    cursor: str


class AccountProgressAnswer(TypedDict):
    """The progress of a change in an account: `done` counts the operations that have ended; `held` ones have not."""

    account: str
    done: Count
    total: Count
    succeeded: Count
    failed: Count
    superseded: Count
    held: Count


class ProgressAnswer(TypedDict):
    """Number of finished operations, and of all.

    `by_account` has the first 25 accounts by id; `cursor` is for `…/accounts`, and empty at the end.
    """

    done: Count
    total: Count
    by_account: list[AccountProgressAnswer]
    cursor: str


class ChangeAccountsAnswer(TypedDict):
    """The accounts of a change, by id; `names` are by subject, such as `account:123456789012`."""

    accounts: list[AccountProgressAnswer]
    names: dict[str, str]
    cursor: str


class AccessEndedAnswer(TypedDict):
    """Time at which the last access was revoked, the seconds since the request, and the end of the sessions."""

    at: Moment
    seconds: float
    sessions_ended_at: Moment | None


class ChangeDetailAnswer(TypedDict):
    """A change, its progress, notes about what was left unchanged, and a page of its operations.

    `estimated_seconds_remaining` is an estimate, 0 when the change has ended, and null while it is planned or held.
    `access_ended` is null except for a change by which one person has lost all access. `held_explanation` has sentences
    about what is held: why, who may decide and who may not, and what goes on meanwhile; none if nothing was ever held.
    `names` are those of the people and accounts among the subjects of `operations`, by subject.
    """

    change: ChangeAnswer
    progress: ProgressAnswer
    estimated_seconds_remaining: Count | None
    access_ended: AccessEndedAnswer | None
    notes: list[str]
    held_explanation: list[str]
    operations: list[OperationAnswer]
    names: dict[str, str]
    cursor: str


class AcceptedChange(TypedDict):
    """The id of a change that is not planned yet, and the time in it; its state is always `accepted`."""

    id: ChangeId
    state: Annotated[str, enum_of("accepted")]
    at: Moment


class InboxAnswer(TypedDict):
    """About how many messages wait to be planned, and the age of the oldest.

    `oldest_seconds` is null while CloudWatch has no age; it is a few minutes late.
    """

    messages: Count
    oldest_seconds: Count | None


class NotPlannedAnswer(TypedDict):
    """A change of which nothing is recorded: it waits to be planned, or was never accepted.

    An id shows only its time of creation. `dead_letters` counts the dead letters of all changes.
    """

    change: AcceptedChange
    message: str
    inbox: InboxAnswer
    dead_letters: Count


class RetryRequest(TypedDict):
    """The subjects of the change to retry, such as `account:123456789012`, at most 100."""

    subjects: Annotated[list[_SubjectName], Described(minItems=1, maxItems=100)]


class AdoptionRequest(TypedDict):
    """The person, group or permission set of the change to take on, the digest in its failure, and why."""

    subject: _SubjectName
    digest: Annotated[str, Described(minLength=1, maxLength=64)]
    reason: Annotated[str, Described(minLength=1, maxLength=200)]


class DecisionRequest(TypedDict, total=False):
    """The part to decide on, and the `held_version` of the change as it was read; without a body, all that it holds.

    `subjects` are such as `person:e-1001`, `resources` such as `membership/engineers`; with both, these resources of
    these subjects. A permission set is decided on as a whole, among the `subjects`. A decision with another
    `expected_version` than the change has by now is refused.
    """

    subjects: Annotated[list[_SubjectName], Described(minItems=1, maxItems=100)]
    resources: Annotated[list[str], Described(minItems=1, maxItems=100)]
    expected_version: Count


class RetriedAnswer(TypedDict):
    """An accepted retry or adoption: `change` is the new change, `href` its path, `retries` the old change."""

    change: ChangeId
    retries: ChangeId
    href: Href


class DecidedAnswer(TypedDict):
    """An accepted decision: `href` is the change, which continues."""

    change: ChangeId
    decision: DecisionAnswer
    href: Href
