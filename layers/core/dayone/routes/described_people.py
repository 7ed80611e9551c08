"""What is said of the routes about people."""

from dayone.contracts import api
from dayone.errors import NotFound
from dayone.routes.described import PAGED_IN_GROUPS, Description
from dayone.routes.examples import ACCOUNT, ASSIGNMENT, HEAD, MEMBERSHIP, PERSON

_PERSON: api.PersonAnswer = {
    "id": PERSON,
    "fact": {
        "id": PERSON,
        "user_name": "alice",
        "email": "alice@example.com",
        "given_name": "Alice",
        "family_name": "Ferrari",
        "display_name": "Alice Ferrari",
        "department": "Engineering",
        "status": "active",
    },
    "head": HEAD,
    "user": {
        **MEMBERSHIP,
        "resource": "user",
        "attributes": {"user_name": "alice"},
        "references": {"user_id": "9067f8e4-1f0a-4c5d-8b5e-0d9f6a7b8c9d"},
        "reasons": [{"rule": "employment", "because": "the person is employed"}],
    },
}
_ACCESS: api.PersonAccessAnswer = {
    "person": PERSON,
    "groups": [
        {
            "group": "engineers",
            "membership": MEMBERSHIP,
            "assignments": [{"account": ACCOUNT, "permission_set": "ViewOnly", "confirmed": ASSIGNMENT}],
            "cursor": "",
        }
    ],
}

PERSON_READ = Description(
    tag="people",
    answer=api.PersonAnswer,
    example=_PERSON,
    refuses=(NotFound,),
    headers={"ETag": "The ETag of the latest record of the person; missing without one."},
)
PERSON_ACCESS = Description(
    tag="people", answer=api.PersonAccessAnswer, example=_ACCESS, takes=PAGED_IN_GROUPS, refuses=(NotFound,)
)
