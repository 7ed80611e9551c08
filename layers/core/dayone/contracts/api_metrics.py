"""What the HTTP API answers about the numbers of the last day."""

from typing import TypedDict

from dayone.contracts.api_dead_letters import LettersInQueue
from dayone.contracts.api_words import Count, Moment


class ChangesCounted(TypedDict):
    """Changes whose cause was in the time; a state or a kind of cause that there was none of is left out."""

    total: Count
    by_state: dict[str, int]
    by_cause: dict[str, int]


class OperationsCounted(TypedDict):
    """The operations of these changes; `tried_again` is how many further attempts those that ended took.

    AWS has then throttled, was not ready, or gave no answer. `removals` were let go by the guardrail.
    """

    planned: Count
    succeeded: Count
    failed: Count
    superseded: Count
    held: Count
    removals: Count
    tried_again: Count


class SpreadAnswer(TypedDict):
    """Seconds from when the inbox took something until its last operation had ended, of so many changes."""

    changes: Count
    p50: float
    p95: float
    longest: float


class MetricsAnswer(TypedDict):
    """The numbers of a time; of the newest 5,000 changes only when it is not `complete`.

    `time_to_access` is of changes about one person or account that succeeded and removed nothing, `time_to_no_access`
    of those that removed something; null without any. `dead_letters` and `operations_open` are of now.
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
