"""What is said of the report on who has what."""

from enum import StrEnum

from dayone.contracts import api_assignments
from dayone.errors import Inapplicable, Invalid, NotFound
from dayone.routes.described import CURSOR, Description, Parameter
from dayone.routes.examples import ACCOUNT, AT, PERSON
from dayone.routes.queries import words_in
from dayone.usecases.report_live_access import Managed

HOLDING: api_assignments.HoldingAnswer = {
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
    "reasons": [{"rule": "policy.yaml:9", "because": "the account is in /Workloads/Dev"}],
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
    answer=api_assignments.AssignmentsAnswer,
    example={"assignments": [HOLDING], "cursor": ""},
    takes=(
        Parameter(name="person", says="Only access of this person, directly or through any group.", example=PERSON),
        Parameter(name="group", says="Only access of this group, and of people through it.", example="engineers"),
        Parameter(name="account", says="Only in this account.", example=ACCOUNT),
        Parameter(
            name="ou",
            says="Only in accounts whose OU path matches this pattern, as in the policy.",
            example="/Workloads/**",
        ),
        Parameter(
            name="permission_set", says="Only this permission set, by its key in the policy.", example="ViewOnly"
        ),
        Parameter(
            name="managed",
            says="`true`: assignments made by Day One. The others read Identity Center, of one person, group or "
            "account; `false`: assignments not made by Day One; `any`: both.",
            example="true",
            schema={"type": "string", **words_in(Managed), "default": "true"},
        ),
        Parameter(
            name="format",
            says="`csv` for CSV, as with `Accept: text/csv`; the cursor is then in the headers only.",
            example="json",
            schema={"type": "string", **words_in(ReportFormat), "default": "json"},
        ),
        Parameter(
            name="limit",
            says="The maximum number of rows in one answer; a page may be short, or empty, and still have a cursor.",
            example=USUAL_LIMIT,
            schema={"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": USUAL_LIMIT},
        ),
        CURSOR,
    ),
    refuses=(NotFound, Invalid, Inapplicable),
    also_answers={"text/csv": _AS_CSV},
    headers={
        "Link": "Where the next part is, with `rel=next`; missing at the end.",
        "X-Next-Cursor": "The cursor of the next part; missing at the end.",
    },
)
