"""Schemas of the route that answers what if."""

from typing import Annotated, TypedDict

from dayone.api.schemas.base import ReasonAnswer
from dayone.api.spec import Body, Description
from dayone.errors import Invalid, TooLarge
from dayone.messages.types import Count, Described


class PreviewRequest(TypedDict, total=False):
    """One preview: of a policy as one text or as `files` by name, or of changed attributes of a person or an account.

    `person` and `account` have their `id` and the attributes to change.
    """

    policy: str
    files: Annotated[dict[str, str], Described(minProperties=1)]
    person: Annotated[dict[str, object], Described(required=["id"])]
    account: Annotated[dict[str, object], Described(required=["id"])]


class PreviewedOperationAnswer(TypedDict):
    """An operation of the preview.

    For a creation, `existing` describes the resource of that name in Identity Center and its differences; null if none
    was found or none was read.
    """

    kind: str
    subject: str
    resource: str
    reasons: list[ReasonAnswer]
    existing: str | None


class GuardrailAnswer(TypedDict):
    """The guardrail's result in the preview: how many operations it would hold, and why.

    Held are removals, and access that is given only with approval, as in accounts that existed before Day One.

    `limit` applies to `existing` memberships and assignments; `removals_today` counts the removals allowed since
    midnight UTC. `held_explanation` has sentences about what would be held: who may decide and who may not, and what
    would go on meanwhile.
    """

    removals: Count
    existing: Count
    limit: Count
    removals_today: Count
    held: Count
    reasons: list[str]
    held_explanation: list[str]


class PlanAnswer(TypedDict):
    """Changes that would follow now.

    `policy_version` is the policy used, null for one in the request. Of `evaluated` subjects, `subjects` would change,
    by the number of operations in `counts`; `operations` are the first ones and `truncated` the number of the others.
    When `complete` is false, the time was too short for all subjects, and all numbers are of those that were checked.
    `notes` list what would be left unchanged, and rules that match no recorded person or account. With `errors` the
    policy would be refused: rules that can never match, and newly protected names that do not exist.
    """

    policy_version: Count | None
    complete: bool
    evaluated: Count
    subjects: Count
    counts: dict[str, Count]
    operations: list[PreviewedOperationAnswer]
    truncated: Count
    errors: list[str]
    notes: list[str]
    guardrail: GuardrailAnswer


_PLAN: PlanAnswer = {
    "policy_version": 7,
    "complete": True,
    "evaluated": 1,
    "subjects": 1,
    "counts": {"delete-membership": 1},
    "operations": [
        {
            "kind": "delete-membership",
            "subject": "person:e-1001",
            "resource": "membership/engineers",
            "reasons": [{"rule": "policy.yaml:5", "reason": "no longer: department is Engineering"}],
            "existing": None,
        }
    ],
    "truncated": 0,
    "errors": [],
    "notes": [],
    "guardrail": {
        "removals": 1,
        "existing": 105,
        "limit": 10,
        "removals_today": 0,
        "held": 0,
        "reasons": [],
        "held_explanation": [],
    },
}
_QUESTION: PreviewRequest = {"person": {"id": "e-1001", "department": "Sales"}}
PLAN = Description(
    tag="plan",
    answer=PlanAnswer,
    example=_PLAN,
    bodies=(Body(shape=Annotated[PreviewRequest, Described(minProperties=1, maxProperties=1)], example=_QUESTION),),
    refuses=(Invalid, TooLarge),
)
