"""Schemas of the routes about accounts."""

from typing import Annotated, TypedDict

from dayone.api.examples import ACCOUNT, ASSIGNMENT, CHANGE, MEMBERSHIP, PERSON
from dayone.api.schemas import base as api
from dayone.api.schemas.base import AccountAnswer
from dayone.api.schemas.people import Progress
from dayone.api.spec import PAGED_IN_GROUPS, Description
from dayone.errors import NotFound
from dayone.messages.problems import AccountId, ChangeId, Count, Moment, enum_of


class BootstrapAnswer(TypedDict):
    """The first assignment of everything the policy gives an account.

    `state` is `waiting` before it starts, `in-progress`, or `done`; `change` is the change that started it, caused by
    an event at `since`.
    """

    state: Annotated[str, enum_of("waiting", "in-progress", "done")]
    change: ChangeId
    since: Moment


class AccountSummaryAnswer(TypedDict):
    """A summary of an account: its record from Organizations, and the progress of the current plan."""

    id: AccountId
    name: str
    state: str
    ou_path: str
    tags: dict[str, str]
    is_management: bool
    bootstrap: BootstrapAnswer | None
    progress: Progress


class AccountsAnswer(TypedDict):
    """A page of accounts by id; with a filter a page may be short, or empty, and still have a cursor."""

    accounts: list[AccountSummaryAnswer]
    cursor: str


class AccountPermissionSetAnswer(TypedDict):
    """The assignments of a permission set in the account, counted by state.

    `confirmed` are confirmed by AWS; of the current plan, `pending` are still to be created or deleted, `held` wait for
    approval, and `failed` have failed, the last one with the reason `failure`.
    """

    permission_set: str
    confirmed: Count
    pending: Count
    held: Count
    failed: Count
    failure: str
    progress: Progress


class AccountDetailAnswer(AccountAnswer):
    """An account, the state of its first bootstrap, and its assignments by permission set.

    `awaits_approval` is true for an account that existed before Day One until its first assignments are approved.
    """

    bootstrap: BootstrapAnswer | None
    awaits_approval: bool
    permission_sets: list[AccountPermissionSetAnswer]


_ACCESS: api.AccountAccessAnswer = {
    "account": ACCOUNT,
    "groups": [
        {
            "group": "engineers",
            "assignments": [{"account": ACCOUNT, "permission_set": "ViewOnly", "confirmed": ASSIGNMENT}],
            "members": [{"person": PERSON, "confirmed": MEMBERSHIP}],
            "cursor": "",
        }
    ],
}
_DISCOVERY: api.DiscoveryAnswer = {"change": CHANGE, "href": f"/v1/changes/{CHANGE}"}
ACCOUNT_ACCESS = Description(
    tag="accounts", answer=api.AccountAccessAnswer, example=_ACCESS, takes=PAGED_IN_GROUPS, refuses=(NotFound,)
)
DISCOVERY = Description(tag="accounts", answer=api.DiscoveryAnswer, example=_DISCOVERY, status=202)
