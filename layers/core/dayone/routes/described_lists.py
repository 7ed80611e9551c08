"""What is said of the routes that list, and of those about groups and permission sets."""

from dayone.contracts import api_accounts, api_groups, api_people
from dayone.domain.accounts import AccountState
from dayone.errors import NotFound
from dayone.routes import examples
from dayone.routes.described import PAGED, Description, Parameter
from dayone.routes.described_assignments import HOLDING

_PERSON: api_people.PersonInListAnswer = {
    "id": examples.PERSON,
    "display_name": "Alice Ferrari",
    "user_name": "alice",
    "email": "alice@example.com",
    "department": "Engineering",
    "title": "SRE",
    "status": "active",
    "start_date": "2026-11-23",
    "end_date": None,
    "has_user": True,
    "has_access": True,
    "progress": "settled",
}
_BOOTSTRAP: api_accounts.BootstrapAnswer = {"state": "over", "change": examples.CHANGE, "since": examples.AT}
_ACCOUNT: api_accounts.AccountInListAnswer = {
    "id": examples.ACCOUNT,
    "name": "dev",
    "state": "ACTIVE",
    "ou_path": "/Workloads/Dev",
    "tags": {"env": "dev"},
    "is_management": False,
    "bootstrap": _BOOTSTRAP,
    "progress": "settled",
}
_IN_FULL: api_accounts.AccountInFullAnswer = {
    "id": examples.ACCOUNT,
    "fact": {"id": examples.ACCOUNT, "name": "dev", "state": "ACTIVE", "ou_path": "/Workloads/Dev", "tags": {}},
    "head": examples.HEAD,
    "bootstrap": _BOOTSTRAP,
    "awaits_approval": False,
    "permission_sets": [
        {
            "permission_set": "ViewOnly",
            "there": 2,
            "pending": 0,
            "held": 0,
            "failed": 0,
            "failure": "",
            "progress": "settled",
        }
    ],
}
_GROUP: api_groups.GroupAnswer = {
    "group": "engineers",
    "head": examples.HEAD,
    "confirmed": {**examples.MEMBERSHIP, "resource": "group", "attributes": {"name": "engineers"}},
    "members": [{"person": examples.PERSON, "confirmed": examples.MEMBERSHIP}],
    "cursor": "",
}
_GROUP_IN_LIST: api_groups.GroupInListAnswer = {
    "group": "engineers",
    "name": "engineers",
    "description": "Who builds",
    "is_there": True,
    "progress": "settled",
}
_SET: api_groups.PermissionSetAnswer = {
    "permission_set": "ViewOnly",
    "head": examples.HEAD,
    "confirmed": [{**examples.MEMBERSHIP, "resource": "permission-set", "attributes": {"name": "ViewOnly"}}],
    "assignments": [HOLDING],
    "cursor": "",
}
_SET_IN_LIST: api_groups.PermissionSetInListAnswer = {
    "permission_set": "ViewOnly",
    "name": "ViewOnly",
    "description": "",
    "session_duration": "PT8H",
    "is_there": True,
    "progress": "settled",
}
_STATE = Parameter(
    name="state",
    says="Only accounts in this state of Organizations; a page may then be short and still have a cursor.",
    example="SUSPENDED",
    schema={"type": "string", "enum": [str(one) for one in AccountState]},
)

PEOPLE = Description(
    tag="people", answer=api_people.PeopleAnswer, example={"people": [_PERSON], "cursor": ""}, takes=PAGED
)
ACCOUNTS = Description(
    tag="accounts",
    answer=api_accounts.AccountsAnswer,
    example={"accounts": [_ACCOUNT], "cursor": ""},
    takes=(*PAGED, _STATE),
)
ACCOUNT = Description(tag="accounts", answer=api_accounts.AccountInFullAnswer, example=_IN_FULL, refuses=(NotFound,))
GROUPS = Description(
    tag="groups", answer=api_groups.GroupsAnswer, example={"groups": [_GROUP_IN_LIST], "cursor": ""}, takes=PAGED
)
GROUP = Description(tag="groups", answer=api_groups.GroupAnswer, example=_GROUP, takes=PAGED, refuses=(NotFound,))
PERMISSION_SETS = Description(
    tag="permission sets",
    answer=api_groups.PermissionSetsAnswer,
    example={"permission_sets": [_SET_IN_LIST], "cursor": ""},
    takes=PAGED,
)
PERMISSION_SET = Description(
    tag="permission sets",
    answer=api_groups.PermissionSetAnswer,
    example=_SET,
    takes=PAGED,
    refuses=(NotFound,),
)
