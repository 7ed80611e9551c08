"""What is said of the routes that tell of people by hand, and that have accounts bootstrapped again."""

from dayone.contracts import api_people, api_people_sent
from dayone.errors import Inapplicable, Invalid, NotFound, Outdated
from dayone.routes.described import Body, Description
from dayone.routes.examples import ACCOUNT, CHANGE, PERSON
from dayone.routes.preconditions import PRECONDITIONS

_TAKEN: api_people.TakenAnswer = {"change": CHANGE, "href": f"/v1/changes/{CHANGE}"}
_ALICE: api_people_sent.PersonSent = {
    "email": "alice@example.com",
    "given_name": "Alice",
    "family_name": "Ferrari",
    "department": "Engineering",
    "start_date": "2026-11-23",
    "time_zone": "Europe/Rome",
}
_PEOPLE: api_people_sent.PeopleSent = {"people": [{**_ALICE, "id": PERSON}]}
_END: api_people_sent.EndSent = {"on": "2026-12-31"}
_ACCOUNTS: api_people_sent.BootstrapSent = {"accounts": [ACCOUNT]}

PERSON_PUT = Description(
    tag="people",
    status=202,
    answer=api_people.TakenAnswer,
    example=_TAKEN,
    takes=PRECONDITIONS,
    bodies=(Body(shape=api_people_sent.PersonSent, example=_ALICE),),
    refuses=(Invalid, Outdated),
    headers={"ETag": "The ETag of this record, once it is stored."},
)
PEOPLE_PUT = Description(
    tag="people",
    status=202,
    answer=api_people.TakenAnswer,
    example=_TAKEN,
    bodies=(Body(shape=api_people_sent.PeopleSent, example=_PEOPLE),),
    refuses=(Invalid,),
)
PERSON_END = Description(
    tag="people",
    status=202,
    answer=api_people.TakenAnswer,
    example=_TAKEN,
    bodies=(Body(shape=api_people_sent.EndSent, example=_END, required=False),),
    refuses=(NotFound, Inapplicable, Invalid),
)
ACCOUNT_BOOTSTRAP = Description(
    tag="accounts", status=202, answer=api_people.TakenAnswer, example=_TAKEN, refuses=(NotFound,)
)
ACCOUNTS_BOOTSTRAP = Description(
    tag="accounts",
    status=202,
    answer=api_people.TakenAnswer,
    example=_TAKEN,
    bodies=(Body(shape=api_people_sent.BootstrapSent, example=_ACCOUNTS),),
    refuses=(Invalid,),
)
