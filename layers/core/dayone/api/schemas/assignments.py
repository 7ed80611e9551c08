"""Schemas of the report on who has what."""

from enum import StrEnum
from typing import Annotated, TypedDict

from dayone.access.live_report import Managed
from dayone.access.pagination import ReportSource
from dayone.api.examples import ACCOUNT, AT, PERSON
from dayone.api.params import words_in
from dayone.api.schemas.base import ReasonAnswer
from dayone.api.spec import CURSOR, Description, Parameter
from dayone.errors import Inapplicable, Invalid, NotFound
from dayone.messages.problems import AccountId, Moment, enum_of


class EntitlementAnswer(TypedDict):
    """An assignment of a permission set in an account.

    `kind` is `group` or `person`. `principal` is the group's key or the person's id, or AWS's id for principals
    that Day One does not manage; `principal_name` is the name in Identity Center. `through` is the group that gives
    a person the access, or `direct`. `state` is `confirmed`, `unconfirmed` (an action was started and not confirmed),
    `removal-held` (removed once approved), or `unmanaged` (in Identity Center, not made by Day One). `reasons` are
    the rules that gave it, `confirmed_at` is when AWS confirmed it; null when read live from Identity Center.
    """

    kind: Annotated[str, enum_of("group", "person")]
    principal: str
    principal_name: str
    account: AccountId
    account_name: str
    ou_path: str
    permission_set: str
    through: str
    state: Annotated[str, enum_of("confirmed", "unconfirmed", "removal-held", "unmanaged")]
    confirmed_at: Moment | None
    reasons: list[ReasonAnswer]


class AssignmentsAnswer(TypedDict):
    """A page of the access report; a page may be short, or empty, and still have a cursor.

    `source` is `record` (what AWS has confirmed to Day One by `as_of`), `identity-center` (read there at `as_of`), or
    `inventory` (read there between `read_from` and `as_of`, without what Day One has removed since).
    """

    source: Annotated[str, enum_of(*ReportSource)]
    as_of: Moment
    read_from: Moment
    assignments: list[EntitlementAnswer]
    cursor: str


HOLDING: EntitlementAnswer = {
    "kind": "group",
    "principal": "engineers",
    "principal_name": "",
    "account": ACCOUNT,
    "account_name": "dev",
    "ou_path": "/Workloads/Dev",
    "permission_set": "ViewOnly",
    "through": "direct",
    "state": "confirmed",
    "confirmed_at": AT,
    "reasons": [{"rule": "policy.yaml:9", "reason": "the account is in /Workloads/Dev"}],
}


class ReportFormat(StrEnum):
    """The forms in which the report is sent."""

    JSON = "json"
    CSV = "csv"


LARGEST_LIMIT, USUAL_LIMIT = 1000, 100
_AS_CSV = (
    "kind,principal,principal_name,account,account_name,ou_path,permission_set,through,state,confirmed_at,reasons\r\n"
    f"group,engineers,,{ACCOUNT},dev,/Workloads/Dev,ViewOnly,direct,confirmed,{AT},"
    "policy.yaml:9: the account is in /Workloads/Dev\r\n"
)
ASSIGNMENTS = Description(
    tag="assignments",
    answer=AssignmentsAnswer,
    example={"source": "record", "as_of": AT, "read_from": AT, "assignments": [HOLDING], "cursor": ""},
    takes=(
        Parameter(name="person", text="Only access of this person, directly or through any group.", example=PERSON),
        Parameter(name="group", text="Only access of this group, and of people through it.", example="engineers"),
        Parameter(name="account", text="Only in this account.", example=ACCOUNT),
        Parameter(
            name="ou",
            text="Only in accounts whose OU path matches this pattern, as in the policy.",
            example="/Workloads/**",
        ),
        Parameter(
            name="permission_set", text="Only this permission set, by its key in the policy.", example="ViewOnly"
        ),
        Parameter(
            name="managed",
            text="`true`: assignments made by Day One. The others are what Identity Center has, of one person, group "
            "or account now, of everybody by the last complete inventory; `false`: not made by Day One; `any`: both.",
            example="true",
            schema={"type": "string", **words_in(Managed), "default": "true"},
        ),
        Parameter(
            name="format",
            text="`csv` for CSV, as with `Accept: text/csv`; the cursor is then in the headers only.",
            example="json",
            schema={"type": "string", **words_in(ReportFormat), "default": "json"},
        ),
        Parameter(
            name="limit",
            text="The maximum number of rows in one answer; a page may be short, or empty, and still have a cursor.",
            example=USUAL_LIMIT,
            schema={"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": USUAL_LIMIT},
        ),
        CURSOR,
    ),
    refuses=(NotFound, Invalid, Inapplicable),
    also_answers={"text/csv": _AS_CSV},
    headers={
        "X-Source": "Where the rows are from, as `source` in JSON.",
        "X-As-Of": "When the rows were so, as `as_of` in JSON.",
        "X-Read-From": "When the reading of the rows began, as `read_from` in JSON.",
        "Link": "The address of the next part, with `rel=next`; missing at the end.",
        "X-Next-Cursor": "The cursor of the next part; missing at the end.",
    },
)
