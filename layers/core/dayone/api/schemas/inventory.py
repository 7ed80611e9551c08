"""Schemas of the routes about the inventory and what differs from the record."""

from typing import Annotated, TypedDict

from dayone.api.examples import AT, CHANGE
from dayone.api.params import words_in
from dayone.api.schemas.people import AcceptedAnswer
from dayone.api.spec import CURSOR, PAGED, Body, Description, Parameter
from dayone.errors import Inapplicable, Invalid, NotFound
from dayone.messages.problems import Count, Moment, enum_of
from dayone.model.inventory import OF_RESOURCES, DriftKind, ReadMethod, Section


class ReadMethodAnswer(TypedDict):
    """A method to read all assignments, and the calls of a whole pass by it; `minutes` while there is no other work."""

    method: Annotated[str, enum_of(*ReadMethod)]
    calls: Count
    sso_calls: Count
    directory_calls: Count
    minutes: float


class UnreadAnswer(TypedDict):
    """A part that could not be read, and why: nothing is concluded about it."""

    part: str
    reason: str


class PassAnswer(TypedDict):
    """A reading of everything, over or not: `methods` the cheapest first, `unseen` what its method cannot see."""

    id: str
    began_at: Moment
    finished_at: Moment | None
    section: Annotated[str, enum_of(*Section)]
    method: Annotated[str, enum_of(*ReadMethod)]
    methods: list[ReadMethodAnswer]
    unseen: list[str]
    calls: Count
    differences: Count
    unread: list[UnreadAnswer]


class InventoryAnswer(TypedDict):
    """The newest pass, null before the first; `as_of` is the end of the last complete one, as of which all is.

    `drift` has the number of open findings of each kind, `baseline` how many of them the first inventory has found.
    """

    as_of: Moment | None
    current: PassAnswer | None
    drift: dict[str, Count]
    baseline: Count


class ReadResourceAnswer(TypedDict):
    """A resource as the inventory has read it: named as in operations, with AWS's own ids."""

    resource: str
    attributes: dict[str, str]
    ids: dict[str, str]


class ReadResourcesAnswer(TypedDict):
    """A page of the resources of a section; a page may be empty and still have a cursor.

    `inventory` is the id of the inventory that has read them, and `as_of` its end.
    """

    inventory: str
    as_of: Moment
    resources: list[ReadResourceAnswer]
    cursor: str


class AttributeChangeAnswer(TypedDict):
    """An attribute that differs: as recorded, and as it is in Identity Center."""

    attribute: str
    recorded: str
    actual: str


class IgnoredFindingAnswer(TypedDict):
    """A decision to leave a finding as it is until then."""

    until: Moment
    reason: str
    actor: str
    at: Moment


class IgnoreRequest(TypedDict):
    """Until when a finding is left as it is, and the reason, at most 200 characters."""

    until: Moment
    reason: str


class DriftFindingAnswer(TypedDict):
    """A confirmed difference between Identity Center and the record.

    `subject` and `resource` are named as in operations where Day One knows them, else by their names in Identity
    Center; `ids` are AWS's own. `changes` are attributes that differ, `accounts` those that have a permission set in an
    earlier form. `baseline` is whether the first inventory found it.
    """

    id: str
    kind: Annotated[str, enum_of(*DriftKind)]
    subject: str
    resource: str
    changes: list[AttributeChangeAnswer]
    accounts: list[str]
    ids: dict[str, str]
    baseline: bool
    ignored: IgnoredFindingAnswer | None
    first_seen_at: Moment
    seen_at: Moment


class DriftAnswer(TypedDict):
    """A page of findings; a page may be short, or empty, and still have a cursor. `as_of` is as in the inventory."""

    as_of: Moment | None
    drift: list[DriftFindingAnswer]
    cursor: str


_FINDING: DriftFindingAnswer = {
    "id": "4f1d2c3b5a69788796a5",
    "kind": "changed",
    "subject": "permission-set:ViewOnly",
    "resource": "permission-set",
    "changes": [{"attribute": "session_duration", "recorded": "PT8H", "actual": "PT12H"}],
    "accounts": [],
    "ids": {"permission_set_arn": "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef"},
    "baseline": False,
    "ignored": None,
    "first_seen_at": AT,
    "seen_at": AT,
}
_INVENTORY: InventoryAnswer = {
    "as_of": AT,
    "current": {
        "id": "01KQ8Z5WFX3N9T2V7C4B6M1D0A",
        "began_at": AT,
        "finished_at": AT,
        "section": "confirmation",
        "method": "by-principal",
        "methods": [
            {"method": "by-principal", "calls": 261, "sso_calls": 219, "directory_calls": 42, "minutes": 0.4},
            {"method": "by-account", "calls": 612, "sso_calls": 570, "directory_calls": 42, "minutes": 1.0},
        ],
        "unseen": ["assignments of groups and users that were deleted"],
        "calls": 264,
        "differences": 1,
        "unread": [],
    },
    "drift": {"changed": 1},
    "baseline": 0,
}
_KIND = Parameter(
    name="kind", text="Only findings of this kind.", example="missing", schema={"type": "string", **words_in(DriftKind)}
)
_SECTION = Parameter(
    name="section",
    text="The kind of resources; policies of permission sets come with these.",
    required=True,
    example="memberships",
    schema={"type": "string", "enum": [str(section) for section in OF_RESOURCES]},
)
_OF_INVENTORY = Parameter(
    name="inventory",
    text="The `inventory` of the first answer, to read everything from the same one; default: the last complete one.",
    example="01KQ8Z5WFX3N9T2V7C4B6M1D0A",
)
RESOURCES = Description(
    tag="operations",
    answer=ReadResourcesAnswer,
    example={
        "inventory": "01KQ8Z5WFX3N9T2V7C4B6M1D0A",
        "as_of": AT,
        "resources": [
            {
                "resource": "membership",
                "attributes": {},
                "ids": {
                    "group_id": "1077d3c4-0a1b-4c5d-8b5e-0d9f6a7b8c9d",
                    "user_id": "9067f8e4-1f0a-4c5d-8b5e-0d9f6a7b8c9d",
                },
            }
        ],
        "cursor": "",
    },
    takes=(_SECTION, _OF_INVENTORY, CURSOR),
    refuses=(NotFound, Inapplicable),
)
INVENTORY = Description(tag="operations", answer=InventoryAnswer, example=_INVENTORY)
DRIFT = Description(
    tag="operations",
    answer=DriftAnswer,
    example={"as_of": AT, "drift": [_FINDING], "cursor": ""},
    takes=(_KIND, *PAGED),
)
_ID = Parameter(
    name="finding",
    place="path",
    text="The id of a finding, as in `GET /v1/drift`.",
    required=True,
    example=_FINDING["id"],
)
FINDING = Description(tag="operations", answer=DriftFindingAnswer, example=_FINDING, takes=(_ID,), refuses=(NotFound,))
REPAIR = Description(
    tag="operations",
    answer=AcceptedAnswer,
    example={"change": CHANGE, "href": f"/v1/changes/{CHANGE}"},
    status=202,
    takes=(_ID,),
    refuses=(NotFound, Inapplicable),
)
_IGNORED: IgnoreRequest = {"until": "2026-12-31T00:00:00Z", "reason": "a contractor, until the end of the year"}
IGNORE = Description(
    tag="operations",
    answer=AcceptedAnswer,
    example={"change": CHANGE, "href": f"/v1/changes/{CHANGE}"},
    status=202,
    takes=(_ID,),
    bodies=(Body(shape=IgnoreRequest, example=_IGNORED),),
    refuses=(NotFound, Invalid),
)
