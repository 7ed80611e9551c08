"""Schemas of the routes about the audit log."""

from typing import TypedDict

from dayone.api.examples import AT, CHANGE, OPERATION_ID, REASON, REQUEST_ID
from dayone.api.params import SINCE, UNTIL
from dayone.api.schemas.base import ReasonAnswer
from dayone.api.spec import CURSOR, PAGED, Description, Parameter
from dayone.errors import Inapplicable
from dayone.messages.problems import Count, Moment


class AuditEntryAnswer(TypedDict):
    """An audit log entry: the cause, the action, its subject, the rules, and the outcome.

    `outcome` is `succeeded`, `failed`, `superseded`, `recorded`, `ignored` or `held`; of a deletion that deleted
    nothing it is `already_deleted` or `left_in_place`. `request_id` is AWS's. `number` is the position in its `lane`;
    `hash` covers all earlier entries of the lane. `erased` names the members that were dropped for good: they are
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
    erased: list[str]


class AuditAnswer(TypedDict):
    """A page of audit log entries, newest first; a page may be short, or empty, and still have a cursor."""

    entries: list[AuditEntryAnswer]
    cursor: str


class ChainBreakAnswer(TypedDict):
    """The first place where the hash chain is broken: the number of the entry in its lane, and what is wrong there."""

    lane: str
    number: Count
    message: str


class EndsAnswer(TypedDict):
    """The comparison of lane ends that were kept elsewhere: `first_break` is null when all of them are in the log."""

    compared: Count
    first_break: ChainBreakAnswer | None


class LaneAnswer(TypedDict):
    """Number of verified entries in a lane, and the first break of its chain; null when it is intact.

    `erased` is how many of them lack personal data that was erased.
    """

    lane: str
    entries: Count
    erased: Count
    first_break: ChainBreakAnswer | None


class VerifiedAnswer(TypedDict):
    """The verification of a day in UTC: `first_break` is null when all verified entries are intact.

    `erased` is how many of them lack something that was dropped for good. With a `cursor`, more entries of the day
    are to be verified. `first_violation` is the first entry that breaks a rule by which the executor works, such as
    an operation that ends twice, or succeeds before AWS has confirmed it; null when there is none.
    """

    day: str
    entries: Count
    erased: Count
    first_break: ChainBreakAnswer | None
    first_violation: ChainBreakAnswer | None
    lanes: list[LaneAnswer]
    cursor: str


_HASH = "5c1f0b7f3f1f1c9d6a0e4f7b2d8c3a9e5b6d7f8091a2b3c4d5e6f708192a3b4c"
_ENTRIES: AuditAnswer = {
    "entries": [
        {
            "at": AT,
            "actor": "hr:standard",
            "action": "create-membership membership/engineers",
            "subject": "person:e-1001",
            "change": CHANGE,
            "outcome": "succeeded",
            "operation": OPERATION_ID,
            "reasons": [REASON],
            "request_id": REQUEST_ID,
            "detail": "",
            "lane": "operations",
            "number": 4711,
            "hash": _HASH,
            "erased": [],
        }
    ],
    "cursor": "",
}
_VERIFIED: VerifiedAnswer = {
    "day": "2026-11-23",
    "entries": 204,
    "erased": 0,
    "first_break": None,
    "first_violation": None,
    "lanes": [{"lane": "operations", "entries": 204, "erased": 0, "first_break": None}],
    "cursor": "",
}
_SUBJECT = Parameter(name="subject", text="Only entries about this subject.", example="person:e-1001")
_ACTOR = Parameter(
    name="actor", text="Only entries caused by this caller, HR source or event source.", example="hr:standard"
)
_ENDS = Parameter(
    name="ends",
    text="Ends of lanes, each LANE:NUMBER:DAY:HASH, at most 10, with commas between them.",
    example=f"operations:4711:2026-11-23:{_HASH}",
    required=True,
)
_DAY = Parameter(
    name="day",
    text="The date, in UTC.",
    example="2026-11-23",
    required=True,
    schema={"type": "string", "format": "date"},
)
AUDIT = Description(
    tag="operations",
    answer=AuditAnswer,
    example=_ENTRIES,
    takes=(_SUBJECT, _ACTOR, SINCE, UNTIL, *PAGED),
    refuses=(Inapplicable,),
)
ENDS = Description(tag="operations", answer=EndsAnswer, example={"compared": 10, "first_break": None}, takes=(_ENDS,))
VERIFY = Description(tag="operations", answer=VerifiedAnswer, example=_VERIFIED, takes=(_DAY, CURSOR))
