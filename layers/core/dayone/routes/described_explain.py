"""What is said of the routes that answer why."""

from dayone.contracts import api_explain
from dayone.errors import NotFound
from dayone.routes.described import Description, Parameter
from dayone.routes.examples import ACCOUNT, CHANGE, MEMBERSHIP, PERSON, REASON

_STEP: api_explain.StepAnswer = {
    "subject": "person:e-1001",
    "resource": "membership/engineers",
    "is_there": True,
    "reasons": [REASON],
    "obstacles": [],
    "confirmed": MEMBERSHIP,
    "operation": None,
    "held": None,
    "change": CHANGE,
    "says": "e-1001 is in the group engineers, because department is Engineering (policy.yaml:5).",
}
_MISSING: api_explain.StepAnswer = {
    **_STEP,
    "resource": "membership/admins",
    "is_there": False,
    "reasons": [],
    "obstacles": [
        {
            "rule": "policy.yaml:9",
            "about": "person.title",
            "actual": "`SRE`",
            "needed": "`*Lead*`",
            "says": "the person's title is `SRE`, but policy.yaml:9 needs `*Lead*`",
        }
    ],
    "confirmed": None,
    "change": "",
    "says": "e-1001 is not in the group admins: the person's title is `SRE`, but policy.yaml:9 needs `*Lead*`.",
}
_EXPLAINED: api_explain.ExplainAnswer = {
    "person": PERSON,
    "account": ACCOUNT,
    "policy_version": 7,
    "access": [
        {
            "permission_set": "ViewOnly",
            "has": True,
            "through": "engineers",
            "says": (
                "e-1001 has ViewOnly in 123456789012 through engineers, as AWS confirmed it on "
                "2026-11-23T07:00:05+00:00."
            ),
            "steps": [_STEP],
        },
        {
            "permission_set": "Admin",
            "has": False,
            "through": "admins",
            "says": "e-1001 does not have Admin in 123456789012; nearest is the way through admins.",
            "steps": [_MISSING],
        },
    ],
}
OF_PERSON = Parameter(name="person", says="The person, by their id in the HR system.", required=True, example=PERSON)
IN_ACCOUNT = Parameter(name="account", says="The account.", required=True, example=ACCOUNT)
OF_PERMISSION_SET = Parameter(
    name="permission_set", says="The permission set; leave it out for all.", example="ViewOnly"
)

EXPLANATION = Description(
    tag="explain",
    answer=api_explain.ExplainAnswer,
    example=_EXPLAINED,
    takes=(OF_PERSON, IN_ACCOUNT, OF_PERMISSION_SET),
    refuses=(NotFound,),
)
EXPLANATION_OF_PERSON = Description(
    tag="people",
    answer=api_explain.ExplainAnswer,
    example=_EXPLAINED,
    takes=(IN_ACCOUNT, OF_PERMISSION_SET),
    refuses=(NotFound,),
)
