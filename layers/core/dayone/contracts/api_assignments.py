"""What the HTTP API answers to "who has what": one row for each person or group, account and permission set."""

from typing import Annotated, TypedDict

from dayone.contracts.api import ReasonAnswer
from dayone.contracts.api_words import AccountId, Moment, one_of


class HoldingAnswer(TypedDict):
    """Somebody has a permission set in an account.

    `kind` is `group` or `person`, `principal` the group's key or the person's id, and where it is nobody of ours AWS's
    id, with `principal_name` as Identity Center calls them. `through` is the group that a person has it by, or
    `direct`. `state` is `confirmed`, `in doubt` (an action was begun on it and not confirmed), `removal held` (it is to
    go when a human approves), or `unmanaged` (it is in Identity Center, and nothing of Day One made it). `reasons` are
    the rules that gave it, `confirmed_at` is when AWS did; a live look at Identity Center confirms without a time.
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
    """Part of who has what; a part may be short, or empty, and still have a cursor."""

    assignments: list[HoldingAnswer]
    cursor: str
