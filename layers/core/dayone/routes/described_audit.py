"""What is said of the routes about the audit log."""

from dayone.contracts import api_audit as api
from dayone.errors import Inapplicable
from dayone.routes.described import CURSOR, PAGED, Description, Parameter
from dayone.routes.examples import AT, CHANGE, OPERATION_ID, REASON, REQUEST_ID
from dayone.routes.queries import SINCE, UNTIL

_HASH = "5c1f0b7f3f1f1c9d6a0e4f7b2d8c3a9e5b6d7f8091a2b3c4d5e6f708192a3b4c"
_ENTRIES: api.AuditAnswer = {
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
            "forgotten": [],
        }
    ],
    "cursor": "",
}
_VERIFIED: api.VerifiedAnswer = {
    "day": "2026-11-23",
    "entries": 204,
    "forgotten": 0,
    "first_break": None,
    "lanes": [{"lane": "operations", "entries": 204, "forgotten": 0, "broken": None}],
    "cursor": "",
}
_SUBJECT = Parameter(name="subject", says="Only entries about this subject.", example="person:e-1001")
_ACTOR = Parameter(
    name="actor", says="Only entries caused by this caller, HR source or event source.", example="hr:standard"
)
_ENDS = Parameter(
    name="ends",
    says="Ends of lanes, each LANE:NUMBER:DAY:HASH, at most 10, with commas between them.",
    example=f"operations:4711:2026-11-23:{_HASH}",
    required=True,
)
_DAY = Parameter(
    name="day",
    says="The date, in UTC.",
    example="2026-11-23",
    required=True,
    schema={"type": "string", "format": "date"},
)

AUDIT = Description(
    tag="operations",
    answer=api.AuditAnswer,
    example=_ENTRIES,
    takes=(_SUBJECT, _ACTOR, SINCE, UNTIL, *PAGED),
    refuses=(Inapplicable,),
)
ENDS = Description(
    tag="operations", answer=api.EndsAnswer, example={"compared": 10, "first_break": None}, takes=(_ENDS,)
)
VERIFY = Description(tag="operations", answer=api.VerifiedAnswer, example=_VERIFIED, takes=(_DAY, CURSOR))
