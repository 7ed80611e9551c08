"""What the HTTP API answers about changes: times are ISO 8601 in UTC."""

from typing import TypedDict

from dayone.contracts.api import OperationAnswer


class CauseAnswer(TypedDict):
    """Who or what set a change off."""

    kind: str
    actor: str
    reference: str
    at: str


class DecisionAnswer(TypedDict):
    """What somebody, by the ARN they called with, said to the removals a change held: `approved` or `rejected`."""

    decision: str
    actor: str
    at: str


class ChangeAnswer(TypedDict):
    """A change; `state` is `planning`, `running`, `held`, `succeeded` or `failed`, never better than AWS confirmed.

    `subjects` is null while their number is being found out. `held` operations wait for a human because of
    `held_because`; `decision` is null until then. `removals` were let go by the guardrail.
    """

    id: str
    state: str
    cause: CauseAnswer
    subjects: int | None
    planned: int
    operations: int
    succeeded: int
    failed: int
    superseded: int
    held: int
    held_because: str
    removals: int
    decision: DecisionAnswer | None


class ChangesAnswer(TypedDict):
    """Changes, the newest first."""

    changes: list[ChangeAnswer]
    cursor: str


class AccountProgressAnswer(TypedDict):
    """How far a change has come in one account: `done` are those that ended, whichever way; `held` ones did not."""

    account: str
    done: int
    total: int
    succeeded: int
    failed: int
    superseded: int
    held: int


class ProgressAnswer(TypedDict):
    """How many operations have ended, of how many.

    `by_account` has the first hundred accounts by id; `cursor` asks `…/accounts` for more and is empty at the end.
    """

    done: int
    total: int
    by_account: list[AccountProgressAnswer]
    cursor: str


class AccountsOfChangeAnswer(TypedDict):
    """The accounts that a change is about, by id."""

    accounts: list[AccountProgressAnswer]
    cursor: str


class AccessEndedAnswer(TypedDict):
    """When the last access had gone, how many seconds after the inbox took the request, and when sessions ended."""

    at: str
    seconds: float
    sessions_ended_at: str | None


class ChangeInFullAnswer(TypedDict):
    """A change, how far it has come, what there was nothing to do about, and part of its operations.

    `estimated_seconds_left` is an estimate, 0 when the change is over, and null while it is being planned or held.
    `access_ended` is null but for a change by which one person has lost all access.
    """

    change: ChangeAnswer
    progress: ProgressAnswer
    estimated_seconds_left: int | None
    access_ended: AccessEndedAnswer | None
    notes: list[str]
    operations: list[OperationAnswer]
    cursor: str


class ChosenSubjects(TypedDict):
    """What is to be tried again: subjects of the change, such as `account:123456789012`, at most 100."""

    subjects: list[str]


class RetriedAnswer(TypedDict):
    """What was taken to be tried again: `change` is the new change, `href` where it is, `retries` the old one."""

    change: str
    retries: str
    href: str


class DecidedAnswer(TypedDict):
    """A decision that was taken: `href` is the change, which goes on from here."""

    change: str
    decision: DecisionAnswer
    href: str
