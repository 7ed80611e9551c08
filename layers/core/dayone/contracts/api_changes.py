"""What the HTTP API answers about changes: times are ISO 8601 in UTC."""

from typing import Annotated, TypedDict

from dayone.contracts.api import OperationAnswer
from dayone.contracts.api_words import ChangeId, Count, Described, Href, Moment, one_of
from dayone.domain.changes import CauseKind, ChangeState

_SubjectName = Annotated[str, Described(pattern="^[a-z-]+:.+$")]


class CauseAnswer(TypedDict):
    """Who or what set a change off."""

    kind: Annotated[str, one_of(*CauseKind)]
    actor: str
    reference: str
    at: Moment


class DecisionAnswer(TypedDict):
    """What somebody, by the ARN they called with, said to the removals a change held: `approved` or `rejected`."""

    decision: Annotated[str, one_of("approved", "rejected")]
    actor: str
    at: Moment


class ChangeAnswer(TypedDict):
    """A change; `state` is `planning`, `running`, `held`, `succeeded` or `failed`, never better than AWS confirmed.

    `subjects` is null while their number is being found out. `held` operations wait for a human because of
    `held_because`; `decision` is null until then. `removals` were let go by the guardrail.
    """

    id: ChangeId
    state: Annotated[str, one_of(*ChangeState)]
    cause: CauseAnswer
    subjects: Count | None
    planned: Count
    operations: Count
    succeeded: Count
    failed: Count
    superseded: Count
    held: Count
    held_because: str
    removals: Count
    decision: DecisionAnswer | None


class ChangesAnswer(TypedDict):
    """Changes, the newest first."""

    changes: list[ChangeAnswer]
    cursor: str


class AccountProgressAnswer(TypedDict):
    """How far a change has come in one account: `done` are those that ended, whichever way; `held` ones did not."""

    account: str
    done: Count
    total: Count
    succeeded: Count
    failed: Count
    superseded: Count
    held: Count


class ProgressAnswer(TypedDict):
    """How many operations have ended, of how many.

    `by_account` has the first hundred accounts by id; `cursor` asks `…/accounts` for more and is empty at the end.
    """

    done: Count
    total: Count
    by_account: list[AccountProgressAnswer]
    cursor: str


class AccountsOfChangeAnswer(TypedDict):
    """The accounts that a change is about, by id."""

    accounts: list[AccountProgressAnswer]
    cursor: str


class AccessEndedAnswer(TypedDict):
    """When the last access had gone, how many seconds after the inbox took the request, and when sessions ended."""

    at: Moment
    seconds: float
    sessions_ended_at: Moment | None


class ChangeInFullAnswer(TypedDict):
    """A change, how far it has come, what there was nothing to do about, and part of its operations.

    `estimated_seconds_left` is an estimate, 0 when the change is over, and null while it is being planned or held.
    `access_ended` is null but for a change by which one person has lost all access.
    """

    change: ChangeAnswer
    progress: ProgressAnswer
    estimated_seconds_left: Count | None
    access_ended: AccessEndedAnswer | None
    notes: list[str]
    operations: list[OperationAnswer]
    cursor: str


class ChosenSubjects(TypedDict):
    """What is to be tried again: subjects of the change, such as `account:123456789012`, at most 100."""

    subjects: Annotated[list[_SubjectName], Described(minItems=1, maxItems=100)]


class RetriedAnswer(TypedDict):
    """What was taken to be tried again: `change` is the new change, `href` where it is, `retries` the old one."""

    change: ChangeId
    retries: ChangeId
    href: Href


class DecidedAnswer(TypedDict):
    """A decision that was taken: `href` is the change, which goes on from here."""

    change: ChangeId
    decision: DecisionAnswer
    href: Href
