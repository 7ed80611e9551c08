"""What the HTTP API answers to "who has what": one row for each person or group, account and permission set."""

from typing import Annotated, TypedDict

from dayone.contracts.api import ReasonAnswer
from dayone.contracts.api_words import AccountId, Moment, one_of


class HoldingAnswer(TypedDict):
    """An assignment of a permission set in an account.

    `kind` is `group` or `person`. `principal` is the group's key or the person's id, or AWS's id for principals
    that Day One does not manage; `principal_name` is the name in Identity Center. `through` is the group that gives
    a person the access, or `direct`. `state` is `confirmed`, `in doubt` (an action was started and not confirmed),
    `removal held` (removed once approved), or `unmanaged` (in Identity Center, not made by Day One). `reasons` are
    the rules that gave it, `confirmed_at` is when AWS confirmed it; null when read live from Identity Center.
    """

    kind: Annotated[str, one_of("group", "person")]
    principal: str
    principal_name: str
    account: AccountId
    account_name: str
    ou_path: str
    permission_set: str
    through: str
    state: Annotated[str, one_of("confirmed", "in doubt", "removal held", "unmanaged")]
    confirmed_at: Moment | None
    reasons: list[ReasonAnswer]


class AssignmentsAnswer(TypedDict):
    """A page of the access report; a page may be short, or empty, and still have a cursor."""

    assignments: list[HoldingAnswer]
    cursor: str
