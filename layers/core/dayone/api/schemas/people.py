"""Schemas of the routes about people, and of the configuration of HR systems."""

from typing import Annotated, NotRequired, TypedDict

from dayone.access.queries import Settlement
from dayone.api.examples import ACCOUNT, ASSIGNMENT, CHANGE, HEAD, MEMBERSHIP, PERSON
from dayone.api.params import PRECONDITIONS
from dayone.api.schemas import base as api
from dayone.api.spec import PAGED_IN_GROUPS, Body, Description, Parameter
from dayone.errors import Forbidden, Inapplicable, Invalid, NotFound, Outdated
from dayone.messages.problems import AccountId, ChangeId, Described, Href, enum_of
from dayone.model.hr_sources import HrVersionState
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
    given_name: str
    family_name: str
    department: str
    title: str
    team: str
    cost_centre: str
    location: str
    employment: str
    manager: str
    status: str
    start_date: str | None
    end_date: str | None
    leave_start: str | None
    leave_end: str | None
    time_zone: str
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
ACCEPTED: AcceptedAnswer = {"change": CHANGE, "href": f"/v1/changes/{CHANGE}"}
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
    example=ACCEPTED,
    takes=PRECONDITIONS,
    bodies=(Body(shape=PersonRequest, example=_ALICE),),
    refuses=(Invalid, Outdated),
    headers={"ETag": "The ETag of this record, once it is stored."},
)
PEOPLE_PUT = Description(
    tag="people",
    status=202,
    answer=AcceptedAnswer,
    example=ACCEPTED,
    bodies=(Body(shape=PeopleRequest, example=_PEOPLE),),
    refuses=(Invalid,),
)
PERSON_END = Description(
    tag="people",
    status=202,
    answer=AcceptedAnswer,
    example=ACCEPTED,
    bodies=(Body(shape=PersonEndRequest, example=_END, required=False),),
    refuses=(NotFound, Inapplicable, Invalid),
)
PERSON_FORGET = Description(
    tag="people", status=202, answer=AcceptedAnswer, example=ACCEPTED, refuses=(NotFound, Inapplicable)
)
ACCOUNT_BOOTSTRAP = Description(
    tag="accounts", status=202, answer=AcceptedAnswer, example=ACCEPTED, refuses=(NotFound,)
)
ACCOUNTS_BOOTSTRAP = Description(
    tag="accounts",
    status=202,
    answer=AcceptedAnswer,
    example=ACCEPTED,
    bodies=(Body(shape=BootstrapRequest, example=_ACCOUNTS),),
    refuses=(Invalid,),
)


class HrVersionAnswer(TypedDict):
    """A version of the configuration: its text, and its state.

    `authors` are those who wrote this text, as recorded by Systems Manager. `reasons` are why it is or was held, or its
    mistakes. `approved_by` is empty if no approval was needed.
    """

    version: int
    digest: str
    state: Annotated[str, enum_of(*HrVersionState)]
    at: str
    authors: list[str]
    reasons: list[str]
    approved_by: str
    text: str


class HrConfigurationAnswer(TypedDict):
    """The version that counts, and the newest one, which may be the same; null before the first sweep."""

    in_force: HrVersionAnswer | None
    newest: HrVersionAnswer | None


_VERSION: HrVersionAnswer = {
    "version": 4,
    "digest": "0d6b1f3c5f2a4f0d9c1e6a7b8d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e",
    "state": "in-force",
    "at": "2026-11-02T08:00:00+00:00",
    "authors": ["arn:aws:sts::111122223333:assumed-role/Pipeline/deploy-41"],
    "reasons": [],
    "approved_by": "",
    "text": "version: 1\nsources: {standard: {kind: standard}}\n",
}
_HELD: HrVersionAnswer = {
    **_VERSION,
    "version": 5,
    "digest": "5e6d7c8b9a0f1e2d3c4b5a6f7e8d9c0b1a2f3e4d5c6b7a8f9e0d1c2b3a4f5e6d",
    "state": "held",
    "reasons": ["source contractors is new"],
    "text": "version: 1\nsources: {standard: {kind: standard}, contractors: {kind: csv}}\n",
}
HR_CONFIGURATION = Description(
    tag="operations", answer=HrConfigurationAnswer, example={"in_force": _VERSION, "newest": _HELD}
)
HR_APPROVAL = Description(
    tag="operations",
    status=202,
    answer=AcceptedAnswer,
    example={"change": "01KQ4V7N2M8R5T1W3X6Y9Z0A2B", "href": "/v1/changes/01KQ4V7N2M8R5T1W3X6Y9Z0A2B"},
    takes=(
        Parameter(
            name="digest",
            text="The digest of the newest version, SHA-256 of its text in hex.",
            place="path",
            example=_HELD["digest"],
            schema={"type": "string", "pattern": "^[0-9a-f]{64}$"},
        ),
    ),
    refuses=(Forbidden, Inapplicable, NotFound),
)
