"""What the HTTP API answers about accounts beyond their facts: how far each has come, and what it has."""

from typing import Annotated, TypedDict

from dayone.contracts.api import AccountAnswer
from dayone.contracts.api_people import Progress
from dayone.contracts.api_words import AccountId, ChangeId, Count, Moment, one_of


class BootstrapAnswer(TypedDict):
    """The first time that an account gets everything the policy gives it.

    `state` is `waiting` while nothing of it has begun, `under-way`, or `over`; `change` is the one that began it,
    because of something that happened at `since`.
    """

    state: Annotated[str, one_of("waiting", "under-way", "over")]
    change: ChangeId
    since: Moment


class AccountInListAnswer(TypedDict):
    """An account in short: as Organizations tells it, and how far the plan in force has come."""

    id: AccountId
    name: str
    state: str
    ou_path: str
    tags: dict[str, str]
    is_management: bool
    bootstrap: BootstrapAnswer | None
    progress: Progress


class AccountsAnswer(TypedDict):
    """Part of all accounts, by id; with a filter a part may be short, or empty, and still have a cursor."""

    accounts: list[AccountInListAnswer]
    cursor: str


class PermissionSetThereAnswer(TypedDict):
    """A permission set in the account, in numbers of assignments.

    `there` are confirmed by AWS; of the plan in force `pending` are still to be made or taken away, `held` wait for a
    human, and `failed` were refused, the last of them with the words of `failure`.
    """

    permission_set: str
    there: Count
    pending: Count
    held: Count
    failed: Count
    failure: str
    progress: Progress


class AccountInFullAnswer(AccountAnswer):
    """An account, whether it has everything for the first time, and permission set by permission set what it has.

    `awaits_approval` is whether it was there before Day One and nobody has approved yet what it is to be given.
    """

    bootstrap: BootstrapAnswer | None
    awaits_approval: bool
    permission_sets: list[PermissionSetThereAnswer]
