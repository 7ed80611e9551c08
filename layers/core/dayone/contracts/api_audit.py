"""What the HTTP API answers about the audit log."""

from typing import TypedDict

from dayone.contracts.api import ReasonAnswer
from dayone.contracts.api_words import Count, Moment


class AuditEntryAnswer(TypedDict):
    """One thing that happened: who or what caused it, what was done to what, by which rules, and what came of it.

    `request_id` is AWS's. `number` is its place in its `lane`, and `hash` binds it to all before it there.
    """

    at: Moment
    actor: str
    action: str
    subject: str
    change: str
    outcome: str
    operation: str
    reasons: list[ReasonAnswer]
    request_id: str
    detail: str
    lane: str
    number: Count
    hash: str


class AuditAnswer(TypedDict):
    """Part of what was done, the newest first; a part may be short, or empty, and still have a cursor."""

    entries: list[AuditEntryAnswer]
    cursor: str


class BreakAnswer(TypedDict):
    """Where a chain does not hold: the number of the entry in its lane, and what is wrong there."""

    lane: str
    number: Count
    says: str


class LaneAnswer(TypedDict):
    """How many entries of a lane were looked at, and where its chain breaks first; null when it is whole."""

    lane: str
    entries: Count
    broken: BreakAnswer | None


class VerifiedAnswer(TypedDict):
    """What was found of a day in UTC: `first_break` is null when everything that was looked at is whole.

    With a `cursor` there is more of the day to look at.
    """

    day: str
    entries: Count
    first_break: BreakAnswer | None
    lanes: list[LaneAnswer]
    cursor: str
