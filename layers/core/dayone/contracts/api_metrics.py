"""What the HTTP API answers about the numbers of the last day."""

from typing import TypedDict

from dayone.contracts.api_dead_letters import LettersInQueue
from dayone.contracts.api_words import Count, Moment


class ChangesCounted(TypedDict):
    """Changes caused in the period; a state or a kind of cause without changes is left out."""

    total: Count
    by_state: dict[str, int]
    by_cause: dict[str, int]


class OperationsCounted(TypedDict):
    """The operations of these changes; `tried_again` counts the retries of those that have ended.

    Retries follow when AWS throttles, is not ready, or does not answer. `removals` counts those that the guardrail
    allowed.
    """

    planned: Count
    succeeded: Count
    failed: Count
    superseded: Count
    held: Count
    removals: Count
    tried_again: Count


class SpreadAnswer(TypedDict):
    """Seconds from the request until its last operation ended, over this many changes."""

    changes: Count
    p50: float
    p95: float
    longest: float


class MetricsAnswer(TypedDict):
    """Metrics of a period; when not `complete`, of its newest 5,000 changes only.

    `time_to_access` covers changes of one person or account that succeeded and removed nothing, `time_to_no_access`
    those that removed something; null without any. `dead_letters` and `operations_open` are current values.
    """

    since: Moment
    until: Moment
    complete: bool
    changes: ChangesCounted
    operations: OperationsCounted
    time_to_access: SpreadAnswer | None
    time_to_no_access: SpreadAnswer | None
    dead_letters: list[LettersInQueue]
    operations_open: bool
