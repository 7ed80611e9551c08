"""What the HTTP API takes and answers about grants: times are ISO 8601 in UTC."""

from typing import Annotated, NotRequired, TypedDict

from dayone.contracts.api_words import AccountId, ChangeId, Described, Href, Moment, Name, one_of
from dayone.domain.grants import Ending, GrantState

_Reason = Annotated[str, Described(minLength=1, maxLength=200)]


class MembershipWish(TypedDict):
    """A person, by their id in the HR system, in a group, by its key in the policy."""

    person: Name
    group: Name


class AssignmentWish(TypedDict):
    """A permission set, by its key in the policy, in an account, for a group or a single person."""

    person: NotRequired[Name]
    group: NotRequired[Name]
    account: AccountId
    permission_set: Name
    include_management_account: NotRequired[bool]


# Written out because `from` is a word of Python's own.
GrantWishBody = TypedDict(
    "GrantWishBody",
    {
        "membership": NotRequired[MembershipWish],
        "assignment": NotRequired[AssignmentWish],
        "reason": _Reason,
        "ticket": NotRequired[Annotated[str, Described(minLength=1, maxLength=64)]],
        "from": NotRequired[Moment],
        "until": Moment,
    },
)


class ExtensionWish(TypedDict):
    """The new end of a grant."""

    until: Moment


class EndWish(TypedDict):
    """Why a grant ends early."""

    because: NotRequired[_Reason]


class GrantTakenAnswer(TypedDict):
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
    """How a grant ended; when its time was over, `by`, `because` and `change` are empty."""

    how: Annotated[str, one_of(*Ending)]
    at: Moment
    by: str
    because: str
    change: str


GrantAnswer = TypedDict(
    "GrantAnswer",
    {
        "id": ChangeId,
        "state": Annotated[str, one_of(*GrantState)],
        "kind": Annotated[str, one_of("membership", "assignment")],
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


class GrantInFullAnswer(TypedDict):
    """A grant; `is_there` is whether AWS has confirmed the access it gives.

    `note` explains why it gives nothing at present, or why its access still exists; empty otherwise.
    """

    grant: GrantAnswer
    is_there: bool
    note: str


class GrantsAnswer(TypedDict):
    """Grants, newest first; without `person`, `account` and `state`, ended ones come last."""

    grants: list[GrantAnswer]
    cursor: str
