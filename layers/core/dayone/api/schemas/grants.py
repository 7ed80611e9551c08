"""Schemas of the routes about grants: times are ISO 8601 in UTC."""

from typing import Annotated, NotRequired, TypedDict

from dayone.api.examples import ACCOUNT, ADMINISTRATOR, AT, CHANGE, LATER_CHANGE, PERSON
from dayone.api.params import words_in
from dayone.api.spec import PAGED, Body, Description, Parameter
from dayone.errors import Inapplicable, Invalid, NotFound, TooLarge
from dayone.messages.problems import AccountId, ChangeId, Described, Href, Moment, Name, enum_of
from dayone.model.grants import Ending, GrantState

_Reason = Annotated[str, Described(minLength=1, maxLength=200)]


class MembershipRequest(TypedDict):
    """A person, by their id in the HR system, in a group, by its key in the policy."""

    person: Name
    group: Name


class AssignmentRequest(TypedDict):
    """A permission set, by its key in the policy, in an account, for a group or a single person."""

    person: NotRequired[Name]
    group: NotRequired[Name]
    account: AccountId
    permission_set: Name
    include_management_account: NotRequired[bool]


# Written out because `from` is a word of Python's own.
GrantRequest = TypedDict(
    "GrantRequest",
    {
        "membership": NotRequired[MembershipRequest],
        "assignment": NotRequired[AssignmentRequest],
        "reason": _Reason,
        "ticket": NotRequired[Annotated[str, Described(minLength=1, maxLength=64)]],
        "from": NotRequired[Moment],
        "until": Moment,
    },
)


class GrantExtensionRequest(TypedDict):
    """The new end of a grant."""

    until: Moment


class GrantEndRequest(TypedDict):
    """Reason for ending a grant early."""

    reason: NotRequired[_Reason]


class GrantAcceptedAnswer(TypedDict):
    """An accepted request about a grant: `change` is the change it causes, `href` the grant."""

    grant: ChangeId
    change: ChangeId
    href: Href


class ExtensionAnswer(TypedDict):
    """An extension of a grant: when, by the caller with which ARN, and in which change."""

    until: Moment
    at: Moment
    by: str
    change: str


class GrantEndAnswer(TypedDict):
    """End of a grant; for an expired one, `by`, `reason` and `change` are empty."""

    cause: Annotated[str, enum_of(*Ending)]
    at: Moment
    by: str
    reason: str
    change: str


# The state of one in force whose access waits for an approval.
HELD = "held"

GrantAnswer = TypedDict(
    "GrantAnswer",
    {
        "id": ChangeId,
        "state": Annotated[str, enum_of(*GrantState, HELD)],
        "kind": Annotated[str, enum_of("membership", "assignment")],
        "person": str,
        "group": str,
        "account": str,
        "permission_set": str,
        "reason": str,
        "ticket": str,
        "from": Moment,
        "until": Moment,
        "granted_by": str,
        "granted_at": Moment,
        "extensions": list[ExtensionAnswer],
        "ended": GrantEndAnswer | None,
    },
)


class GrantDetailAnswer(TypedDict):
    """A grant; `exists` is whether AWS has confirmed the access it gives.

    `note` explains why it gives nothing at present, or why its access still exists; empty otherwise.
    """

    grant: GrantAnswer
    exists: bool
    note: str


class GrantsAnswer(TypedDict):
    """Grants, newest first; without `person`, `account` and `state`, ended ones come last.

    `names` are those of their people and accounts, by subject, such as `person:e-1001`.
    """

    grants: list[GrantAnswer]
    names: dict[str, str]
    cursor: str


_UNTIL, _LATER = "2026-11-23T17:00:00+00:00", "2026-11-23T19:00:00+00:00"
_GRANT: GrantAnswer = {
    "id": CHANGE,
    "state": "active",
    "kind": "assignment",
    "person": PERSON,
    "group": "",
    "account": ACCOUNT,
    "permission_set": "Admin",
    "reason": "the shop is down",
    "ticket": "OPS-7",
    "from": AT,
    "until": _UNTIL,
    "granted_by": ADMINISTRATOR,
    "granted_at": AT,
    "extensions": [],
    "ended": None,
}
_WISH: GrantRequest = {
    "assignment": {"person": PERSON, "account": ACCOUNT, "permission_set": "Admin"},
    "reason": "the shop is down",
    "ticket": "OPS-7",
    "until": _UNTIL,
}
_LONGER: GrantExtensionRequest = {"until": _LATER}
_ENOUGH: GrantEndRequest = {"reason": "the shop is up again"}
_GIVEN: GrantAcceptedAnswer = {"grant": CHANGE, "change": CHANGE, "href": f"/v1/grants/{CHANGE}"}
_CHANGED: GrantAcceptedAnswer = {"grant": CHANGE, "change": LATER_CHANGE, "href": f"/v1/grants/{CHANGE}"}
_IN_FULL: GrantDetailAnswer = {"grant": _GRANT, "exists": True, "note": ""}
_PERSON = Parameter(name="person", text="Only grants of this person, by their id in the HR system.", example=PERSON)
_ACCOUNT = Parameter(name="account", text="Only grants in this account.", example=ACCOUNT)
_STATE = Parameter(
    name="state",
    text="Only grants in this state, `active` with those `held`; a page may be short, or empty, with a cursor.",
    example="active",
    schema=words_in(GrantState),
)
GRANTS = Description(
    tag="grants",
    answer=GrantsAnswer,
    example={"grants": [_GRANT], "names": {f"person:{PERSON}": "Ada Lovelace"}, "cursor": ""},
    takes=(_PERSON, _ACCOUNT, _STATE, *PAGED),
)
GRANT = Description(tag="grants", answer=GrantDetailAnswer, example=_IN_FULL, refuses=(NotFound,))
GIFT = Description(
    tag="grants",
    answer=GrantAcceptedAnswer,
    example=_GIVEN,
    status=202,
    bodies=(Body(shape=GrantRequest, example=_WISH),),
    refuses=(NotFound, Invalid, TooLarge),
)
EXTENSION = Description(
    tag="grants",
    answer=GrantAcceptedAnswer,
    example=_CHANGED,
    status=202,
    bodies=(Body(shape=GrantExtensionRequest, example=_LONGER),),
    refuses=(NotFound, Inapplicable, Invalid, TooLarge),
)
END = Description(
    tag="grants",
    answer=GrantAcceptedAnswer,
    example=_CHANGED,
    status=202,
    bodies=(Body(shape=GrantEndRequest, example=_ENOUGH, required=False),),
    refuses=(NotFound, Inapplicable, Invalid, TooLarge),
)
