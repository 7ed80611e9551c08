"""What is said of the report on who has what."""

from dayone.contracts import api_assignments
from dayone.errors import Inapplicable, Invalid, NotFound
from dayone.routes.described import CURSOR, Description, Parameter
from dayone.routes.examples import ACCOUNT, AT, PERSON

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
        Parameter(name="person", says="Only what this person has, by whichever group.", example=PERSON),
        Parameter(name="group", says="Only what this group has, or a person by it.", example="engineers"),
        Parameter(name="account", says="Only in this account.", example=ACCOUNT),
        Parameter(name="ou", says="Only in accounts whose OU path fits, as in the policy.", example="/Workloads/**"),
        Parameter(name="permission_set", says="Only this permission set, by its key.", example="ViewOnly"),
        Parameter(
            name="managed",
            says="`true` is what is remembered. The others look at Identity Center, at one person, group or account: "
            "`false` for what no rule of ours gave, `any` for all that there is.",
            example="true",
            schema={"type": "string", "enum": ["true", "false", "any"], "default": "true"},
        ),
        Parameter(
            name="format",
            says="`csv` for CSV, as `Accept: text/csv`; the cursor is then in the headers alone.",
            example="json",
            schema={"type": "string", "enum": ["json", "csv"], "default": "json"},
        ),
        Parameter(
            name="limit",
            says="At most so many rows at once; a part may be short, or empty, and still have a cursor.",
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
