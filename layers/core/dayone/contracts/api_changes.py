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


class ChangeInFullAnswer(TypedDict):
    """A change with what there was nothing to do about, and part of its operations."""

    change: ChangeAnswer
    notes: list[str]
    operations: list[OperationAnswer]
    cursor: str


class DecidedAnswer(TypedDict):
    """A decision that was taken: `href` is the change, which goes on from here."""

    change: str
    decision: DecisionAnswer
    href: str
