"""Schemas of the routes that list, and of those about groups and permission sets."""

from typing import TypedDict

from dayone.api import examples
from dayone.api.params import words_in
from dayone.api.schemas import accounts as api_accounts
from dayone.api.schemas import people as api_people
from dayone.api.schemas.assignments import HOLDING, EntitlementAnswer
from dayone.api.schemas.base import ConfirmedAnswer, HeadAnswer, MemberAnswer
from dayone.api.schemas.people import Progress
from dayone.api.spec import PAGED, Description, Parameter
from dayone.errors import NotFound
from dayone.model.accounts import AccountState
from dayone.model.people import Status


class GroupSummaryAnswer(TypedDict):
    """A summary of a group: `group` is its key in the policy, `name` its name in Identity Center.

    `exists` is whether AWS has confirmed it; a group that the policy no longer has stays listed.
    """

    group: str
    name: str
    description: str
    exists: bool
    progress: Progress


class GroupsAnswer(TypedDict):
    """A page of groups, by key."""

    groups: list[GroupSummaryAnswer]
    cursor: str


class GroupAnswer(TypedDict):
    """A group as confirmed by AWS, or null, and a page of its members."""

    group: str
    head: HeadAnswer
    confirmed: ConfirmedAnswer | None
    members: list[MemberAnswer]
    cursor: str


class PermissionSetSummaryAnswer(TypedDict):
    """A summary of a permission set: `permission_set` is its key in the policy, `name` its name in Identity Center."""

    permission_set: str
    name: str
    description: str
    session_duration: str
    exists: bool
    progress: Progress


class PermissionSetsAnswer(TypedDict):
    """A page of permission sets, by key."""

    permission_sets: list[PermissionSetSummaryAnswer]
    cursor: str


class PermissionSetAnswer(TypedDict):
    """A permission set with its parts, as confirmed by AWS, and a page of its assignments.

    A page of assignments may be short, or empty, and still have a cursor.
    """

    permission_set: str
    head: HeadAnswer
    confirmed: list[ConfirmedAnswer]
    assignments: list[EntitlementAnswer]
    cursor: str


_PERSON: api_people.PersonSummaryAnswer = {
    "id": examples.PERSON,
    "display_name": "Alice Ferrari",
    "user_name": "alice",
    "email": "alice@example.com",
    "given_name": "Alice",
    "family_name": "Ferrari",
    "department": "Engineering",
    "title": "SRE",
    "team": "Platform",
    "cost_centre": "4711",
    "location": "Berlin",
    "employment": "employee",
    "manager": "e-1000",
    "status": "active",
    "start_date": "2026-11-23",
    "end_date": None,
    "leave_start": None,
    "leave_end": None,
    "time_zone": "Europe/Berlin",
    "has_user": True,
    "has_access": True,
    "progress": "synced",
}
_BOOTSTRAP: api_accounts.BootstrapAnswer = {"state": "done", "change": examples.CHANGE, "since": examples.AT}
_ACCOUNT: api_accounts.AccountSummaryAnswer = {
    "id": examples.ACCOUNT,
    "name": "dev",
    "state": "ACTIVE",
    "ou_path": "/Workloads/Dev",
    "tags": {"env": "dev"},
    "is_management": False,
    "bootstrap": _BOOTSTRAP,
    "progress": "synced",
}
_IN_FULL: api_accounts.AccountDetailAnswer = {
    "id": examples.ACCOUNT,
    "fact": {"id": examples.ACCOUNT, "name": "dev", "state": "ACTIVE", "ou_path": "/Workloads/Dev", "tags": {}},
    "head": examples.HEAD,
    "bootstrap": _BOOTSTRAP,
    "awaits_approval": False,
    "permission_sets": [
        {
            "permission_set": "ViewOnly",
            "confirmed": 2,
            "pending": 0,
            "held": 0,
            "failed": 0,
            "failure": "",
            "progress": "synced",
        }
    ],
}
_GROUP: GroupAnswer = {
    "group": "engineers",
    "head": examples.HEAD,
    "confirmed": {**examples.MEMBERSHIP, "resource": "group", "attributes": {"name": "engineers"}},
    "members": [{"person": examples.PERSON, "confirmed": examples.MEMBERSHIP}],
    "cursor": "",
}
_GROUP_IN_LIST: GroupSummaryAnswer = {
    "group": "engineers",
    "name": "engineers",
    "description": "Who builds",
    "exists": True,
    "progress": "synced",
}
_SET: PermissionSetAnswer = {
    "permission_set": "ViewOnly",
    "head": examples.HEAD,
    "confirmed": [{**examples.MEMBERSHIP, "resource": "permission-set", "attributes": {"name": "ViewOnly"}}],
    "assignments": [HOLDING],
    "cursor": "",
}
_SET_IN_LIST: PermissionSetSummaryAnswer = {
    "permission_set": "ViewOnly",
    "name": "ViewOnly",
    "description": "",
    "session_duration": "PT8H",
    "exists": True,
    "progress": "synced",
}
_STATE = Parameter(
    name="state",
    text="Only accounts in this state of Organizations; a page may then be short and still have a cursor.",
    example="SUSPENDED",
    schema={"type": "string", "enum": [str(account_state) for account_state in AccountState]},
)
_SEARCH = Parameter(
    name="search",
    text="Only those with this text in their id, name, user name or e-mail address; a page may then be short.",
    example="ada",
)
_STATUS = Parameter(
    name="status",
    text="Only people with this status in HR; a page may then be short and still have a cursor.",
    example="on_leave",
    schema={"type": "string", **words_in(Status)},
)
PEOPLE = Description(
    tag="people",
    answer=api_people.PeopleAnswer,
    example={"people": [_PERSON], "cursor": ""},
    takes=(_STATUS, *PAGED, _SEARCH),
)
ACCOUNTS = Description(
    tag="accounts",
    answer=api_accounts.AccountsAnswer,
    example={"accounts": [_ACCOUNT], "cursor": ""},
    takes=(*PAGED, _STATE, _SEARCH),
)
ACCOUNT = Description(tag="accounts", answer=api_accounts.AccountDetailAnswer, example=_IN_FULL, refuses=(NotFound,))
GROUPS = Description(tag="groups", answer=GroupsAnswer, example={"groups": [_GROUP_IN_LIST], "cursor": ""}, takes=PAGED)
GROUP = Description(tag="groups", answer=GroupAnswer, example=_GROUP, takes=PAGED, refuses=(NotFound,))
PERMISSION_SETS = Description(
    tag="permission sets",
    answer=PermissionSetsAnswer,
    example={"permission_sets": [_SET_IN_LIST], "cursor": ""},
    takes=PAGED,
)
PERMISSION_SET = Description(
    tag="permission sets",
    answer=PermissionSetAnswer,
    example=_SET,
    takes=PAGED,
    refuses=(NotFound,),
)
