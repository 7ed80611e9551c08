"""What the HTTP API takes and answers about grants: times are ISO 8601 in UTC."""

from typing import Annotated, NotRequired, TypedDict

from dayone.contracts.api_words import AccountId, ChangeId, Href, Moment, one_of
from dayone.domain.grants import Ending, GrantState


class MembershipWish(TypedDict):
    """A person, by HR's id, in a group, by its key in the policy."""

    person: str
    group: str


class AssignmentWish(TypedDict):
    """A permission set, by its key in the policy, in an account: for a group, or for one person alone."""

    person: NotRequired[str]
    group: NotRequired[str]
    account: AccountId
    permission_set: str
    include_management_account: NotRequired[bool]


# Written out because `from` is a word of Python's own.
GrantWishBody = TypedDict(
    "GrantWishBody",
    {
        "membership": NotRequired[MembershipWish],
        "assignment": NotRequired[AssignmentWish],
        "reason": str,
        "ticket": NotRequired[str],
        "from": NotRequired[Moment],
        "until": Moment,
    },
)


class ExtensionWish(TypedDict):
    """The new end of a grant."""

    until: Moment


class EndWish(TypedDict):
    """Why a grant ends before its time."""

    because: NotRequired[str]


class GrantTakenAnswer(TypedDict):
    """Something about a grant that was taken: `change` is what it leads to, `href` where the grant is."""

    grant: ChangeId
    change: ChangeId
    href: Href


class ExtensionAnswer(TypedDict):
    """That a grant lasts longer: said when, by the caller of which ARN, in which change."""

    until: Moment
    at: Moment
    by: str
    change: str


class GrantEndAnswer(TypedDict):
    """How a grant came to its end; by time alone nobody has ended it, and `by`, `because` and `change` are empty."""

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
    """A grant; `is_there` is whether AWS has confirmed what it gives.

    `note` says why it gives nothing for now, or why what it gave is still there, and is empty otherwise.
    """

    grant: GrantAnswer
    is_there: bool
    note: str


class GrantsAnswer(TypedDict):
    """Grants, the newest first; without `person`, `account` and `state` those that are over come behind the others."""

    grants: list[GrantAnswer]
    cursor: str
