"""Schemas of the routes that answer why."""

from typing import TypedDict

from dayone.api.examples import ACCOUNT, CHANGE, MEMBERSHIP, PERSON, REASON
from dayone.api.schemas.base import ConfirmedAnswer, HeldAs, OperationAnswer, ReasonAnswer, VerdictWord
from dayone.api.spec import Description, Parameter
from dayone.errors import NotFound
from dayone.messages.problems import Count


class ObstacleAnswer(TypedDict):
    """An unmet condition: of the rule at `file:line`, or of no rule (empty), such as employment.

    `about` names the attribute, such as `person.department` or `account.tags.env`.
    """

    rule: str
    about: str
    actual: str
    required: str
    message: str


class HeldPartAnswer(TypedDict):
    """A removal, or a gift, held by a guardrail; `approval_status` is `waiting`, `approved`, `rejected` or `expired`.

    `held_as` and `sensitive` are as in the answer about the person or the account.
    """

    held_as: HeldAs
    sensitive: str
    approval_status: VerdictWord
    change: str
    operation: str


class StepAnswer(TypedDict):
    """A membership of the person or an assignment in the account.

    `reasons` are the rules that require it now; without any, `obstacles` are the unmet conditions. `confirmed` is
    what AWS has confirmed, `operation` what is in progress or has failed, `held` its held removal or first
    assignment; each is null when there is none.
    """

    subject: str
    resource: str
    exists: bool
    reasons: list[ReasonAnswer]
    obstacles: list[ObstacleAnswer]
    confirmed: ConfirmedAnswer | None
    operation: OperationAnswer | None
    held: HeldPartAnswer | None
    change: str
    message: str


class AccessPathAnswer(TypedDict):
    """A path by which the person has a permission set, or the one that comes closest.

    `through` is a group, `person:id` for a direct assignment, or empty when no rule assigns the permission set.
    """

    permission_set: str
    has_access: bool
    through: str
    message: str
    steps: list[StepAnswer]


class ExplainAnswer(TypedDict):
    """Access of a person in an account, had or lacking, with reasons; `policy_version` is the one in force."""

    person: str
    account: str
    policy_version: Count
    access: list[AccessPathAnswer]


_STEP: StepAnswer = {
    "subject": "person:e-1001",
    "resource": "membership/engineers",
    "exists": True,
    "reasons": [REASON],
    "obstacles": [],
    "confirmed": MEMBERSHIP,
    "operation": None,
    "held": None,
    "change": CHANGE,
    "message": "e-1001 is in the group engineers, because department is Engineering (policy.yaml:5).",
}
_MISSING: StepAnswer = {
    **_STEP,
    "resource": "membership/admins",
    "exists": False,
    "reasons": [],
    "obstacles": [
        {
            "rule": "policy.yaml:9",
            "about": "person.title",
            "actual": "`SRE`",
            "required": "`*Lead*`",
            "message": "the person's title is `SRE`, but policy.yaml:9 needs `*Lead*`",
        }
    ],
    "confirmed": None,
    "change": "",
    "message": "e-1001 is not in the group admins: the person's title is `SRE`, but policy.yaml:9 needs `*Lead*`.",
}
_EXPLAINED: ExplainAnswer = {
    "person": PERSON,
    "account": ACCOUNT,
    "policy_version": 7,
    "access": [
        {
            "permission_set": "ViewOnly",
            "has_access": True,
            "through": "engineers",
            "message": (
                "e-1001 has ViewOnly in 123456789012 through engineers, as AWS confirmed it on "
                "2026-11-23T07:00:05+00:00."
            ),
            "steps": [_STEP],
        },
        {
            "permission_set": "Admin",
            "has_access": False,
            "through": "admins",
            "message": "e-1001 does not have Admin in 123456789012; nearest is the way through admins.",
            "steps": [_MISSING],
        },
    ],
}
OF_PERSON = Parameter(name="person", text="The person, by their id in the HR system.", required=True, example=PERSON)
IN_ACCOUNT = Parameter(name="account", text="The account.", required=True, example=ACCOUNT)
OF_PERMISSION_SET = Parameter(
    name="permission_set", text="The permission set; leave it out for all.", example="ViewOnly"
)
EXPLANATION = Description(
    tag="explain",
    answer=ExplainAnswer,
    example=_EXPLAINED,
    takes=(OF_PERSON, IN_ACCOUNT, OF_PERMISSION_SET),
    refuses=(NotFound,),
)
EXPLANATION_OF_PERSON = Description(
    tag="people",
    answer=ExplainAnswer,
    example=_EXPLAINED,
    takes=(IN_ACCOUNT, OF_PERMISSION_SET),
    refuses=(NotFound,),
)
