"""What the HTTP API answers about what is stuck."""

from typing import Annotated, TypedDict

from dayone.contracts.api_words import Moment, one_of
from dayone.domain.stuck import StuckKind


class StuckAnswer(TypedDict):
    """Something that does not continue by itself, or only fails again, and the reason.

    `subject` is such as `person:e-1001`, and empty where nothing names it. `change` is the change that waits for it, or
    empty.
    """

    kind: Annotated[str, one_of(*StuckKind)]
    subject: str
    since: Moment
    reason: str
    change: str


class AllStuckAnswer(TypedDict):
    """What is stuck, the longest first; not `complete` when there are more dead letters than were read."""

    stuck: list[StuckAnswer]
    complete: bool
