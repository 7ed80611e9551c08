"""Schemas of the routes about people."""

from typing import Annotated, NotRequired, TypedDict

from dayone.access.queries import Settlement
from dayone.api.etags import PRECONDITIONS
from dayone.api.examples import ACCOUNT, ASSIGNMENT, CHANGE, HEAD, MEMBERSHIP, PERSON
from dayone.api.schemas import base as api
from dayone.api.spec import PAGED_IN_GROUPS, Body, Description
from dayone.errors import Inapplicable, Invalid, NotFound, Outdated
from dayone.messages.types import AccountId, ChangeId, Described, Href, enum_of
from dayone.model.people import STATED

Progress = Annotated[str, enum_of(*Settlement)]


class PersonSummaryAnswer(TypedDict):
    """A summary of a person.

    Attributes that HR has not sent are empty, and so are all of them while the record is incomplete. `has_user` is
    whether Identity Center has their user, `has_access` whether the current plan gives them access. `progress` is
    that of the plan: `synced`, `pending`, `held`, or `failed`.
    """

    id: str
    display_name: str
    user_name: str
    email: str
    department: str
    title: str
    status: str
    start_date: str | None
    end_date: str | None
    has_user: bool
    has_access: bool
    progress: Progress


class PeopleAnswer(TypedDict):
    """A page of people, by id."""

    people: list[PersonSummaryAnswer]
    cursor: str


class AcceptedAnswer(TypedDict):
    """An accepted request: `href` is the change it causes."""

    change: ChangeId
    href: Href


PersonId = Annotated[str, Described(pattern="^[A-Za-z0-9._@+-]{1,128}$")]
Name = Annotated[str, Described(minLength=1, maxLength=1024)]
Text = Annotated[str, Described(maxLength=1024)]
Day = Annotated[str, Described(format="date")]


class PersonRequest(TypedDict):
    """A complete person record, with the members of an HR record: an attribute left out is removed, not kept.

    Dates are ISO 8601; `time_zone` is an IANA name and decides when a day begins.
    """

    email: Annotated[str, Described(format="email", maxLength=254)]
    given_name: Name
    family_name: Name
    id: NotRequired[PersonId]
    user_name: NotRequired[Annotated[str, Described(pattern="^\\S{1,128}$")] | None]
    display_name: NotRequired[Name | None]
    department: NotRequired[Text]
    title: NotRequired[Text]
    team: NotRequired[Text]
    cost_centre: NotRequired[Text]
    location: NotRequired[Text]
    employment: NotRequired[Text]
    manager: NotRequired[Text]
    start_date: NotRequired[Day | None]
    end_date: NotRequired[Day | None]
    leave_start: NotRequired[Day | None]
    leave_end: NotRequired[Day | None]
    time_zone: NotRequired[str]
    status: NotRequired[Annotated[str, enum_of(*STATED)]]


class PeopleRequest(TypedDict):
    """Several people, each with their `id`; all are accepted or none."""

    people: Annotated[list[PersonRequest], Described(minItems=1, maxItems=100)]


class PersonEndRequest(TypedDict):
    """Date on which a person leaves: `on` is their last day, default today; `at_once` revokes access immediately."""

    on: NotRequired[Day]
    at_once: NotRequired[bool]


class BootstrapRequest(TypedDict):
    """The accounts to re-read and to create missing assignments in."""

    accounts: Annotated[list[AccountId], Described(minItems=1, maxItems=100)]


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
        "reasons": [{"rule": "employment", "reason": "the person is employed"}],
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
_TAKEN: AcceptedAnswer = {"change": CHANGE, "href": f"/v1/changes/{CHANGE}"}
_ALICE: PersonRequest = {
    "email": "alice@example.com",
    "given_name": "Alice",
    "family_name": "Ferrari",
    "department": "Engineering",
    "start_date": "2026-11-23",
    "time_zone": "Europe/Rome",
}
_PEOPLE: PeopleRequest = {"people": [{**_ALICE, "id": PERSON}]}
_END: PersonEndRequest = {"on": "2026-12-31"}
_ACCOUNTS: BootstrapRequest = {"accounts": [ACCOUNT]}
PERSON_PUT = Description(
    tag="people",
    status=202,
    answer=AcceptedAnswer,
    example=_TAKEN,
    takes=PRECONDITIONS,
    bodies=(Body(shape=PersonRequest, example=_ALICE),),
    refuses=(Invalid, Outdated),
    headers={"ETag": "The ETag of this record, once it is stored."},
)
PEOPLE_PUT = Description(
    tag="people",
    status=202,
    answer=AcceptedAnswer,
    example=_TAKEN,
    bodies=(Body(shape=PeopleRequest, example=_PEOPLE),),
    refuses=(Invalid,),
)
PERSON_END = Description(
    tag="people",
    status=202,
    answer=AcceptedAnswer,
    example=_TAKEN,
    bodies=(Body(shape=PersonEndRequest, example=_END, required=False),),
    refuses=(NotFound, Inapplicable, Invalid),
)
ACCOUNT_BOOTSTRAP = Description(tag="accounts", status=202, answer=AcceptedAnswer, example=_TAKEN, refuses=(NotFound,))
ACCOUNTS_BOOTSTRAP = Description(
    tag="accounts",
    status=202,
    answer=AcceptedAnswer,
    example=_TAKEN,
    bodies=(Body(shape=BootstrapRequest, example=_ACCOUNTS),),
    refuses=(Invalid,),
)
