"""What the HTTP API answers about the audit log."""

from typing import TypedDict

from dayone.contracts.api import ReasonAnswer
from dayone.contracts.api_words import Count, Moment


class AuditEntryAnswer(TypedDict):
    """An audit log entry: the cause, the action, its subject, the rules, and the outcome.

    `outcome` is `succeeded`, `failed`, `superseded`, `recorded`, `ignored` or `held`; of a deletion that deleted
    nothing it is `was_not_there` or `left_in_place`. `request_id` is AWS's. `number` is the position in its `lane`;
    `hash` covers all earlier entries of the lane. `forgotten` names the members that were dropped for good: they are
    empty.
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
    forgotten: list[str]


class AuditAnswer(TypedDict):
    """A page of audit log entries, newest first; a page may be short, or empty, and still have a cursor."""

    entries: list[AuditEntryAnswer]
    cursor: str


class BreakAnswer(TypedDict):
    """The first place where the hash chain is broken: the number of the entry in its lane, and what is wrong there."""

    lane: str
    number: Count
    says: str


class EndsAnswer(TypedDict):
    """The comparison of lane ends that were kept elsewhere: `first_break` is null when all of them are in the log."""

    compared: Count
    first_break: BreakAnswer | None


class LaneAnswer(TypedDict):
    """How many entries of a lane were verified, and the first break of its chain; null when it is intact.

    `forgotten` is how many of them lack something that was dropped for good.
    """

    lane: str
    entries: Count
    forgotten: Count
    broken: BreakAnswer | None


class VerifiedAnswer(TypedDict):
    """The verification of a day in UTC: `first_break` is null when all verified entries are intact.

    `forgotten` is how many of them lack something that was dropped for good. With a `cursor`, more entries of the day
    are to be verified.
    """

    day: str
    entries: Count
    forgotten: Count
    first_break: BreakAnswer | None
    lanes: list[LaneAnswer]
    cursor: str
