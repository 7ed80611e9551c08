"""Descriptions of the routes about changes."""

from dayone.api.examples import ACCOUNT, APPROVER, AT, CHANGE, CHANGED, LATER_CHANGE, OPERATION
from dayone.api.params import SINCE, UNTIL, words_in
from dayone.api.schemas import changes as api_changes
from dayone.api.spec import PAGED, Accepted, Body, Description, Parameter
from dayone.changes.progress import LONGEST_WAIT
from dayone.errors import Forbidden, Inapplicable, Invalid, NotFound, Outdated, TooLarge
from dayone.model.changes import CauseKind, ChangeState, Part

_SHARE: api_changes.AccountProgressAnswer = {
    "account": ACCOUNT,
    "done": 1,
    "total": 1,
    "succeeded": 1,
    "failed": 0,
    "superseded": 0,
    "held": 0,
}
_CHANGES: api_changes.ChangesAnswer = {"changes": [CHANGED], "cursor": ""}
_IN_FULL: api_changes.ChangeDetailAnswer = {
    "change": CHANGED,
    "progress": {"done": 1, "total": 1, "by_account": [_SHARE], "cursor": ""},
    "estimated_seconds_remaining": 0,
    "access_ended": None,
    "notes": [],
    "held_explanation": [],
    "operations": [OPERATION],
    "names": {"person:e-1001": "Ada Lovelace"},
    "cursor": "",
}
_NOT_PLANNED: api_changes.NotPlannedAnswer = {
    "change": {"id": CHANGE, "state": "accepted", "at": AT},
    "message": "not planned yet: about 3 messages wait in the inbox, the oldest for 40 s",
    "inbox": {"messages": 3, "oldest_seconds": 40},
    "dead_letters": 0,
}
_ACCOUNTS: api_changes.ChangeAccountsAnswer = {
    "accounts": [_SHARE],
    "names": {f"account:{ACCOUNT}": "dev"},
    "cursor": "",
}
_RETRIED: api_changes.RetriedAnswer = {"change": LATER_CHANGE, "retries": CHANGE, "href": f"/v1/changes/{LATER_CHANGE}"}
_APPROVED: api_changes.DecidedAnswer = {
    "change": CHANGE,
    "decision": {"decision": "approved", "actor": APPROVER, "at": AT},
    "href": f"/v1/changes/{CHANGE}",
}
_REJECTED: api_changes.DecidedAnswer = {
    "change": CHANGE,
    "decision": {"decision": "rejected", "actor": APPROVER, "at": AT},
    "href": f"/v1/changes/{CHANGE}",
}
_CHOSEN: api_changes.RetryRequest = {"subjects": ["account:123456789012", "person:e-1001"]}
_PART: api_changes.DecisionRequest = {"subjects": ["person:e-1001"], "expected_version": 3}
_ADOPTED: api_changes.AdoptionRequest = {
    "subject": "permission-set:Deploy",
    "digest": "5c1f0e2ab9d34786",
    "reason": "ours, made before the move",
}

_STATE = Parameter(name="state", text="Only changes in this state.", example="held", schema=words_in(ChangeState))
_CAUSE = Parameter(
    name="cause", text="Only changes with this kind of cause.", example="hr-event", schema=words_in(CauseKind)
)
_SUBJECT = Parameter(name="subject", text="Only changes that planned this subject.", example="person:e-1001")
_WAIT = Parameter(
    name="wait",
    text="Wait until the change has ended or is held, for at most this many seconds.",
    example=20,
    schema={"type": "integer", "minimum": 1, "maximum": LONGEST_WAIT},
)

_ONLY = Parameter(
    name="only",
    text="Approve only removals because a person has left; everything else that the change holds stays held.",
    example="leavers",
    schema=words_in(Part),
)

CHANGES = Description(
    tag="changes",
    answer=api_changes.ChangesAnswer,
    example=_CHANGES,
    takes=(_STATE, _CAUSE, _SUBJECT, SINCE, UNTIL, *PAGED),
)
CHANGE_READ = Description(
    tag="changes",
    answer=api_changes.ChangeDetailAnswer,
    example=_IN_FULL,
    accepted=Accepted(answer=api_changes.NotPlannedAnswer, example=_NOT_PLANNED),
    takes=(_WAIT, *PAGED),
    refuses=(NotFound,),
)
ACCOUNTS_OF_CHANGE = Description(
    tag="changes",
    answer=api_changes.ChangeAccountsAnswer,
    example=_ACCOUNTS,
    accepted=Accepted(answer=api_changes.NotPlannedAnswer, example=_NOT_PLANNED),
    takes=PAGED,
    refuses=(NotFound,),
)
RETRY = Description(
    tag="changes",
    answer=api_changes.RetriedAnswer,
    example=_RETRIED,
    status=202,
    bodies=(Body(shape=api_changes.RetryRequest, example=_CHOSEN, required=False),),
    refuses=(NotFound, Inapplicable, Invalid, TooLarge),
)
ADOPTION = Description(
    tag="changes",
    answer=api_changes.RetriedAnswer,
    example=_RETRIED,
    status=202,
    bodies=(Body(shape=api_changes.AdoptionRequest, example=_ADOPTED),),
    refuses=(NotFound, Inapplicable, Invalid, TooLarge),
)
APPROVAL = Description(
    tag="changes",
    takes=(_ONLY,),
    answer=api_changes.DecidedAnswer,
    example=_APPROVED,
    status=202,
    bodies=(Body(shape=api_changes.DecisionRequest, example=_PART, required=False),),
    refuses=(NotFound, Forbidden, Inapplicable, Invalid, Outdated, TooLarge),
)
REJECTION = Description(
    tag="changes",
    answer=api_changes.DecidedAnswer,
    example=_REJECTED,
    status=202,
    bodies=(Body(shape=api_changes.DecisionRequest, example=_PART, required=False),),
    refuses=(NotFound, Forbidden, Inapplicable, Invalid, Outdated, TooLarge),
)
