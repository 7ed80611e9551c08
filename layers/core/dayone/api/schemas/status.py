"""Schemas of the status."""

from typing import Annotated, TypedDict

from dayone.api.examples import AT, CHANGE
from dayone.api.schemas.changes import CauseAnswer
from dayone.api.schemas.system import StuckAnswer
from dayone.api.spec import Description
from dayone.messages.problems import ChangeId, Count, Moment, enum_of
from dayone.model.changes import ChangeState
from dayone.model.monitoring import RefusalReason
from dayone.ops.status import NeedKind


class NeedAnswer(TypedDict):
    """Something that needs a human: since when, null when that is not recorded, and the command that shows more."""

    kind: Annotated[str, enum_of(*NeedKind)]
    message: str
    since: Moment | None
    command: str


class HeldChangeAnswer(TypedDict):
    """A change with held operations: how many, why the first is held, and who may decide and who may not."""

    change: ChangeId
    cause: CauseAnswer
    operations: Count
    reason: str
    who_decides: str


class FailedSubjectAnswer(TypedDict):
    """A subject with failed operations that are still desired; `name` is HR's or Organizations', or empty.

    `since` is the first failure, `reason` and `change` are of the last; at `retried_at` it is planned again.
    """

    subject: str
    name: str
    since: Moment
    reason: str
    change: str
    retried_at: Moment


class LongChangeAnswer(TypedDict):
    """A change that is open for longer than 15 minutes, and how much of it is done."""

    change: ChangeId
    cause: CauseAnswer
    state: Annotated[str, enum_of(ChangeState.PLANNING, ChangeState.RUNNING)]
    done: Count
    operations: Count


class StuckNamedAnswer(StuckAnswer):
    """The same with the name of the person or the account, empty for anything else."""

    name: str


class QueueDepthAnswer(TypedDict):
    """About how many messages are in a queue, null when it could not be read, and the age of the oldest in seconds.

    `oldest_seconds` is null for an empty queue and while AWS reports none.
    """

    queue: str
    messages: Count | None
    oldest_seconds: Count | None


class RefusedAnswer(TypedDict):
    """Deliveries that were refused today (UTC) for a reason, at least so many: `signature` is 401, the others 4xx."""

    reason: Annotated[str, enum_of(*RefusalReason)]
    number: Count
    last_at: Moment | None


class HrSourceAnswer(TypedDict):
    """An HR source, and its last accepted delivery to the minute, null for none within eight weeks.

    `source` is empty for deliveries to names that are not configured, which anybody can send.
    """

    source: str
    accepted_at: Moment | None
    refused_today: list[RefusedAnswer]


class StatusAnswer(TypedDict):
    """Everything that needs a human, in `needs`, the most urgent first; empty when all is well.

    `held`, `failed` and `running` have what is so however long ago it began. What is held and what no policy has caused
    comes first, since leavers may be among it. `swept_at` is the last sweep (each minute), `inventory_at` the last
    complete inventory, each null before the first; `drift` is how much of each kind that inventory has found.
    `identity_center` is `answers`, or the reason why it does not; `hr` has each source that has delivered. `notices`
    need nobody, and somebody should know them. Not `complete` when there is more of something than was read.
    """

    at: Moment
    needs: list[NeedAnswer]
    policy_version: Count
    release: str
    operations_open: bool
    held: list[HeldChangeAnswer]
    stuck: list[StuckNamedAnswer]
    failed: list[FailedSubjectAnswer]
    running: list[LongChangeAnswer]
    queues: list[QueueDepthAnswer]
    swept_at: Moment | None
    inventory_at: Moment | None
    events_at: Moment | None
    drift: dict[str, int]
    identity_center: str
    hr: list[HrSourceAnswer]
    notices: list[str]
    complete: bool


_CAUSE: CauseAnswer = {
    "kind": "hr-event",
    "actor": "hr:standard",
    "authors": [],
    "reference": "msg_1",
    "at": AT,
}
_STATUS: StatusAnswer = {
    "at": AT,
    "needs": [
        {
            "kind": "held",
            "message": "1 change holds 12 operations",
            "since": AT,
            "command": "dayone changes list --state held",
        }
    ],
    "policy_version": 7,
    "release": "0.1.0",
    "operations_open": False,
    "held": [
        {
            "change": CHANGE,
            "cause": _CAUSE,
            "operations": 12,
            "reason": "12 removals, more than 5",
            "who_decides": "Whoever has the stack's OperatePolicyArn approves or rejects it.",
        }
    ],
    "stuck": [],
    "failed": [],
    "running": [],
    "queues": [{"queue": "inbox", "messages": 0, "oldest_seconds": None}],
    "swept_at": AT,
    "inventory_at": AT,
    "events_at": AT,
    "drift": {},
    "identity_center": "answers",
    "hr": [
        {
            "source": "standard",
            "accepted_at": AT,
            "refused_today": [{"reason": "signature", "number": 2, "last_at": AT}],
        }
    ],
    "notices": [],
    "complete": True,
}
STATUS = Description(tag="health", answer=StatusAnswer, example=_STATUS)
