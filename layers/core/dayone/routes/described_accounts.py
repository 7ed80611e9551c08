"""What is said of the routes about accounts."""

from dayone.contracts import api
from dayone.errors import NotFound
from dayone.routes.described import PAGED_IN_GROUPS, Description
from dayone.routes.examples import ACCOUNT, ASSIGNMENT, CHANGE, HEAD, MEMBERSHIP, PERSON

_ACCOUNT: api.AccountAnswer = {
    "id": ACCOUNT,
    "fact": {
        "id": ACCOUNT,
        "name": "dev",
        "email": "dev@example.com",
        "state": "ACTIVE",
        "ou_path": "/Workloads/Dev",
        "ou_ids": ["ou-ab12-11111111", "ou-ab12-22222222"],
        "tags": {"env": "dev"},
        "is_management": False,
    },
    "head": HEAD,
}
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

ACCOUNT_READ = Description(tag="accounts", answer=api.AccountAnswer, example=_ACCOUNT, refuses=(NotFound,))
ACCOUNT_ACCESS = Description(
    tag="accounts", answer=api.AccountAccessAnswer, example=_ACCESS, takes=PAGED_IN_GROUPS, refuses=(NotFound,)
)
DISCOVERY = Description(tag="accounts", answer=api.DiscoveryAnswer, example=_DISCOVERY, status=202)
