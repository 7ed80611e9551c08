"""Schemas of the routes about the inventory, what it has read, and a recovery, which rests on it."""

from typing import Annotated, TypedDict

from dayone.api.examples import AT
from dayone.api.schemas.people import ACCEPTED, AcceptedAnswer
from dayone.api.spec import CURSOR, Description, Parameter
from dayone.errors import Inapplicable, NotFound
from dayone.messages.problems import Count, Moment, enum_of
from dayone.model.inventory import OF_RESOURCES, ReadMethod, Section


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

    Of what others have edited since then all is known that CloudTrail had reported by `events_at`; null before that.
    `drift` has the number of open findings of each kind, `baseline` how many of them the first inventory has found.
    """

    as_of: Moment | None
    events_at: Moment | None
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


_INVENTORY: InventoryAnswer = {
    "as_of": AT,
    "events_at": AT,
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


class UnknownMemberAnswer(TypedDict):
    """A member of one of our groups of whom no fact is recorded, by the user's name; `finding` is its finding."""

    finding: str
    user: str
    group: str


class RecoveryAnswer(TypedDict):
    """An open recovery; without one all others are empty.

    `since` is null until the sweep has noted it. `as_of` is the end of the complete inventory that began since then,
    null before that. `differences` are numbers of what the record lacks, by kind, and `unknown` members of our groups
    of whom no fact is recorded. `change` rebuilds the record, empty until somebody has asked for it.
    """

    is_open: bool
    since: Moment | None
    as_of: Moment | None
    differences: dict[str, Count]
    unknown: list[UnknownMemberAnswer]
    change: str


_RECOVERY: RecoveryAnswer = {
    "is_open": True,
    "since": AT,
    "as_of": AT,
    "differences": {"missing": 2, "unmanaged": 5},
    "unknown": [{"finding": "4f1d2c3b5a69788796a5", "user": "user:ann", "group": "engineers"}],
    "change": "",
}
RECOVERY = Description(tag="operations", answer=RecoveryAnswer, example=_RECOVERY)
REBUILD = Description(
    tag="operations",
    answer=AcceptedAnswer,
    example=ACCEPTED,
    status=202,
    refuses=(Inapplicable,),
)
