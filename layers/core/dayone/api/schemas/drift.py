"""Schemas of the routes about what differs from the record."""

from typing import Annotated, TypedDict

from dayone.api.examples import AT
from dayone.api.params import words_in
from dayone.api.schemas.people import ACCEPTED, AcceptedAnswer
from dayone.api.spec import PAGED, Body, Description, Parameter
from dayone.errors import Inapplicable, Invalid, NotFound
from dayone.messages.problems import Moment, enum_of
from dayone.model.inventory import DriftKind, RepairState


class AttributeChangeAnswer(TypedDict):
    """An attribute that differs: as recorded, and as it is in Identity Center."""

    attribute: str
    recorded: str
    actual: str


class IgnoredFindingAnswer(TypedDict):
    """A decision to leave a finding as it is until then."""

    until: Moment
    reason: str
    actor: str
    at: Moment


class IgnoreRequest(TypedDict):
    """Until when a finding is left as it is, and the reason, at most 200 characters."""

    until: Moment
    reason: str


class ForeignEditAnswer(TypedDict):
    """A call to Identity Center that Day One has not made: the ARN of its caller, its name, and CloudTrail's event."""

    actor: str
    action: str
    at: Moment
    event: str


class RepairAnswer(TypedDict):
    """State of the repair of a finding without a request, by the policy.

    `due` is repaired, or removed, within minutes, `requested` was in the change `change`; `held` waits for somebody's
    decision, because of `reason`, or until that time where there is one.
    """

    state: Annotated[str, enum_of(*RepairState)]
    reason: str
    change: str
    until: Moment | None


class PauseAnswer(TypedDict):
    """A decision that nothing is repaired without a request until then."""

    until: Moment
    reason: str
    actor: str
    at: Moment


class PauseRequest(TypedDict):
    """Until when nothing is repaired without a request, and the reason, at most 200 characters."""

    until: Moment
    reason: str


class DriftFindingAnswer(TypedDict):
    """A confirmed difference between Identity Center and the record.

    `subject` and `resource` are named as in operations where Day One knows them, else by their names in Identity
    Center; `ids` are AWS's own. `changes` are attributes that differ, `accounts` those that have a permission set in an
    earlier form. `baseline` is whether the first inventory found it, `edit` the last call of others that touched it,
    where CloudTrail has reported one. `repair` is null for what is only reported.
    """

    id: str
    kind: Annotated[str, enum_of(*DriftKind)]
    subject: str
    resource: str
    changes: list[AttributeChangeAnswer]
    accounts: list[str]
    ids: dict[str, str]
    baseline: bool
    ignored: IgnoredFindingAnswer | None
    edit: ForeignEditAnswer | None
    repair: RepairAnswer | None
    first_seen_at: Moment
    seen_at: Moment


class DriftPolicyAnswer(TypedDict):
    """Lines to merge into the policy, YAML, by which what others have changed is what it asks for.

    `obstacles` are what the lines cannot say, or what is to be taken out of the policy.
    """

    policy: str
    obstacles: list[str]


class DriftAnswer(TypedDict):
    """A page of findings; a page may be short, or empty, and still have a cursor. `as_of` and `events_at` are as in the
    inventory.

    `paused` is the decision to pause repairs while it has effect, else null. `names` are those of people and accounts,
    by subject.
    """

    as_of: Moment | None
    events_at: Moment | None
    paused: PauseAnswer | None
    drift: list[DriftFindingAnswer]
    names: dict[str, str]
    cursor: str


class ReconcileRequest(TypedDict):
    """The subject to reconcile: `person:ID`, `account:ID`, `group:KEY` or `permission-set:KEY`."""

    subject: str


_FINDING: DriftFindingAnswer = {
    "id": "4f1d2c3b5a69788796a5",
    "kind": "changed",
    "subject": "permission-set:ViewOnly",
    "resource": "permission-set",
    "changes": [{"attribute": "session_duration", "recorded": "PT8H", "actual": "PT12H"}],
    "accounts": [],
    "ids": {"permission_set_arn": "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef"},
    "baseline": False,
    "ignored": None,
    "edit": {
        "actor": "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane",
        "action": "UpdatePermissionSet",
        "at": AT,
        "event": "9d0d2b0e-3a54-4a7a-b6a0-7c2f5e1d9a10",
    },
    "repair": {
        "state": "held",
        "reason": "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane has done this by"
        " UpdatePermissionSet at 2026-11-02 09:00 UTC: ask them, or decide about it",
        "change": "",
        "until": AT,
    },
    "first_seen_at": AT,
    "seen_at": AT,
}
_KIND = Parameter(
    name="kind", text="Only findings of this kind.", example="missing", schema={"type": "string", **words_in(DriftKind)}
)
_SUBJECT = Parameter(name="subject", text="Only findings about this subject.", example="account:123456789012")
DRIFT = Description(
    tag="operations",
    answer=DriftAnswer,
    example={"as_of": AT, "events_at": AT, "paused": None, "drift": [_FINDING], "names": {}, "cursor": ""},
    takes=(_KIND, _SUBJECT, *PAGED),
)
_ID = Parameter(
    name="finding",
    place="path",
    text="The id of a finding, as in `GET /v1/drift`.",
    required=True,
    example=_FINDING["id"],
)
FINDING = Description(tag="operations", answer=DriftFindingAnswer, example=_FINDING, takes=(_ID,), refuses=(NotFound,))
REPAIR = Description(
    tag="operations",
    answer=AcceptedAnswer,
    example=ACCEPTED,
    status=202,
    takes=(_ID,),
    refuses=(NotFound, Inapplicable),
)
DRIFT_POLICY = Description(
    tag="operations",
    answer=DriftPolicyAnswer,
    example={
        "policy": "version: 1\ngroups:\n  engineers:\n    people:\n    - e-1002\n",
        "obstacles": [],
    },
    takes=(_ID,),
    refuses=(NotFound, Inapplicable),
)
_PAUSED: PauseRequest = {"until": "2026-12-01T18:00:00Z", "reason": "an exercise"}
PAUSE = Description(
    tag="operations",
    answer=AcceptedAnswer,
    example=ACCEPTED,
    status=202,
    bodies=(Body(shape=PauseRequest, example=_PAUSED),),
    refuses=(Invalid,),
)
RESUME = Description(tag="operations", answer=AcceptedAnswer, example=ACCEPTED, status=202)
_IGNORED: IgnoreRequest = {"until": "2026-12-31T00:00:00Z", "reason": "a contractor, until the end of the year"}
IGNORE = Description(
    tag="operations",
    answer=AcceptedAnswer,
    example=ACCEPTED,
    status=202,
    takes=(_ID,),
    bodies=(Body(shape=IgnoreRequest, example=_IGNORED),),
    refuses=(NotFound, Invalid),
)
_RECONCILED: ReconcileRequest = {"subject": "group:engineers"}
RECONCILE = Description(
    tag="operations",
    answer=AcceptedAnswer,
    example=ACCEPTED,
    status=202,
    bodies=(Body(shape=ReconcileRequest, example=_RECONCILED),),
    refuses=(NotFound, Invalid),
)
