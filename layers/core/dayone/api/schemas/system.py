"""Schemas of health, the caller, metrics, the check of the settings, what is stuck, and dead letters."""

from typing import Annotated, NotRequired, TypedDict

from dayone.api.examples import AT, CHANGE
from dayone.api.params import words_in
from dayone.api.schemas import base as api
from dayone.api.spec import LIMIT, Body, Description, Parameter
from dayone.messages.problems import ChangeId, Count, Href, Moment, enum_of
from dayone.model.failures import LetterQueue, StuckKind
from dayone.setup.findings import FindingState


class DeadLetterAnswer(TypedDict):
    """A message that failed permanently; `subject` and `change` are empty where the message does not name them.

    `receive_count` is how often it was received, listings included; `reason` is empty when it is only in the function's
    log.
    """

    queue: Annotated[str, enum_of(*LetterQueue)]
    id: str
    subject: str
    change: str
    receive_count: Count
    sent_at: Moment
    reason: str


class QueueAnswer(TypedDict):
    """The approximate number of messages in a queue."""

    queue: Annotated[str, enum_of(*LetterQueue)]
    messages: Count


class DeadLettersAnswer(TypedDict):
    """Some of the dead letters, and how many there are; SQS has no pages, so `cursor` is always empty."""

    dead_letters: list[DeadLetterAnswer]
    queues: list[QueueAnswer]
    cursor: str


class RedriveRequest(TypedDict):
    """The dead letters of one queue; without it, those of all queues with work."""

    queue: NotRequired[Annotated[str, enum_of(*LetterQueue)]]


class RedrivenAnswer(TypedDict):
    """The result of a redrive: `replanned` and `dropped` letters are deleted; `unreadable` cannot be read and remain.

    `changes` continue or start because of it; `href` is the only one, or the list of changes.
    """

    replanned: Count
    dropped: Count
    unreadable: Count
    changes: list[ChangeId]
    href: Href


_LETTERS: DeadLettersAnswer = {
    "dead_letters": [
        {
            "queue": "inbox",
            "id": "3a2c6bcf-e07b-4767-8aa7-409759a53b05",
            "subject": "person:e-1001",
            "change": CHANGE,
            "receive_count": 6,
            "sent_at": AT,
            "reason": "",
        }
    ],
    "queues": [
        {"queue": "inbox", "messages": 1},
        {"queue": "engine", "messages": 0},
        {"queue": "account-events", "messages": 0},
        {"queue": "publish-events", "messages": 0},
        {"queue": "notifications", "messages": 0},
    ],
    "cursor": "",
}
_REDRIVEN: RedrivenAnswer = {
    "replanned": 1,
    "dropped": 0,
    "unreadable": 0,
    "changes": [CHANGE],
    "href": f"/v1/changes/{CHANGE}",
}
_WHICH: RedriveRequest = {"queue": "inbox"}
_QUEUE = Parameter(name="queue", text="Only this queue.", example="inbox", schema=words_in(LetterQueue))
DEAD_LETTERS = Description(tag="operations", answer=DeadLettersAnswer, example=_LETTERS, takes=(_QUEUE, LIMIT))
REDRIVE = Description(
    tag="operations",
    answer=RedrivenAnswer,
    example=_REDRIVEN,
    status=202,
    bodies=(Body(shape=RedriveRequest, example=_WHICH, required=False),),
)


class ChangeCounts(TypedDict):
    """Changes caused in the period; a state or a kind of cause without changes is left out."""

    total: Count
    by_state: dict[str, int]
    by_cause: dict[str, int]


class OperationCounts(TypedDict):
    """The operations of these changes; `retried` counts the retries of those that have ended.

    Retries follow when AWS throttles, is not ready, or does not answer. `removals` counts those that the guardrail
    allowed.
    """

    planned: Count
    succeeded: Count
    failed: Count
    superseded: Count
    held: Count
    removals: Count
    retried: Count


class DurationsAnswer(TypedDict):
    """Seconds from the request until its last operation ended, over this many changes."""

    changes: Count
    p50: float
    p95: float
    max: float


class MetricsAnswer(TypedDict):
    """Metrics of a period; when not `complete`, of its newest 5,000 changes only.

    `provisioning_time` covers changes of one person or account that succeeded and removed nothing,
    `deprovisioning_time` those that removed something; null without any. `dead_letters` and `operations_open` are
    current values.
    """

    since: Moment
    until: Moment
    complete: bool
    changes: ChangeCounts
    operations: OperationCounts
    provisioning_time: DurationsAnswer | None
    deprovisioning_time: DurationsAnswer | None
    dead_letters: list[QueueAnswer]
    operations_open: bool


class FindingAnswer(TypedDict):
    """A finding of the setup check.

    `message` is the situation, `remediation` the correction, if any, and `snippet` a text to paste for it.
    """

    name: str
    state: Annotated[str, enum_of(*FindingState)]
    message: str
    remediation: str
    snippet: str


class SettingsAnswer(TypedDict):
    """All findings; `state` is the worst of them, those that could not be checked excluded."""

    state: Annotated[str, enum_of("ok", "warning", "error")]
    findings: list[FindingAnswer]


class StuckAnswer(TypedDict):
    """Something that does not continue by itself, or only fails again, and the reason.

    `subject` is such as `person:e-1001`, and empty where nothing names it. `change` is the change that waits for it, or
    empty.
    """

    kind: Annotated[str, enum_of(*StuckKind)]
    subject: str
    since: Moment
    reason: str
    change: str


class StuckSubjectsAnswer(TypedDict):
    """Stuck work, oldest first; not `complete` when there are more dead letters than were read."""

    stuck: list[StuckAnswer]
    complete: bool


_HEALTH: api.HealthAnswer = {"release": "0.1.0", "policy_version": 7, "operations_open": False, "warnings": []}
HEALTH = Description(tag="health", answer=api.HealthAnswer, example=_HEALTH)
_ADA = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_AccessAdministrators_0123456789abcdef/ada"
_ME: api.CallerAnswer = {"actor": _ADA, "principal": "user ada"}
ME = Description(tag="me", answer=api.CallerAnswer, example=_ME)
_METRICS: MetricsAnswer = {
    "since": "2026-11-22T08:00:00+00:00",
    "until": "2026-11-23T08:00:00+00:00",
    "complete": True,
    "changes": {
        "total": 42,
        "by_state": {"succeeded": 40, "running": 1, "held": 1},
        "by_cause": {"hr-event": 41, "policy": 1},
    },
    "operations": {
        "planned": 131,
        "succeeded": 118,
        "failed": 0,
        "superseded": 2,
        "held": 7,
        "removals": 12,
        "retried": 9,
    },
    "provisioning_time": {"changes": 31, "p50": 6.2, "p95": 14.8, "max": 21.4},
    "deprovisioning_time": {"changes": 8, "p50": 3.9, "p95": 7.1, "max": 7.1},
    "dead_letters": [{"queue": "inbox", "messages": 0}],
    "operations_open": True,
}
METRICS = Description(tag="operations", answer=MetricsAnswer, example=_METRICS)
_FOUND: SettingsAnswer = {
    "state": "error",
    "findings": [
        {"name": "instance", "state": "ok", "message": "the instance is ACTIVE", "remediation": "", "snippet": ""},
        {
            "name": "organization-events",
            "state": "error",
            "message": "the organisation's events are in us-east-1 of 111122223333, and no forwarder is listened to",
            "remediation": "deploy with OrganizationId=o-a1b2c3d4e5, and template-forwarder.yaml in us-east-1",
            "snippet": "",
        },
    ],
}
SETTINGS = Description(tag="operations", answer=SettingsAnswer, example=_FOUND)
_STUCK: StuckSubjectsAnswer = {
    "stuck": [
        {
            "kind": "dead-letter",
            "subject": "person:e-1001",
            "since": AT,
            "reason": "not a command: KeyError",
            "change": CHANGE,
        }
    ],
    "complete": True,
}
STUCK = Description(tag="operations", answer=StuckSubjectsAnswer, example=_STUCK)
