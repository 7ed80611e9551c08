"""Schemas of plans for the whole company: /v1/plans."""

from typing import Annotated, Literal, TypedDict

from dayone.api.examples import AT
from dayone.api.params import words_in
from dayone.api.schemas.policy import EXAMPLE_PLAN, PlanAnswer
from dayone.api.spec import Accepted, Body, Description, Parameter
from dayone.errors import Invalid, NotFound, TooLarge
from dayone.messages.problems import Count, Described, Moment
from dayone.model.policy.company_plans import PlanMode


class PlanRequestBody(TypedDict, total=False):
    """A policy as one text, or as `files` by name."""

    policy: str
    files: Annotated[dict[str, str], Described(minProperties=1)]


class PortionsAnswer(TypedDict):
    """Portions of the company that have been planned, of `total`; none where the plan was made at once."""

    done: Count
    total: Count


class PlanReadAnswer(TypedDict):
    """A plan of a policy for everybody, which is kept until `expires_at` and changes nothing.

    It is `running` until all `portions` are planned, then `complete`, with the whole `plan`, whose guardrail is judged
    over all of it. Until then `evaluated` and `counts` are of the portions so far. It is `outdated` when another policy
    is in force than `policy_version`, which it was compared with, or something held of it was decided, and `failed`
    when it cannot be made; `reason` says why. `additions` and `removals` are memberships and assignments that would be
    given and taken. `estimated_seconds_remaining` is null until the first portion is done, and after the end.
    """

    id: str
    href: str
    state: Literal["running", "complete", "outdated", "failed"]
    reason: str
    policy_version: Count
    created_at: Moment
    expires_at: Moment
    portions: PortionsAnswer
    estimated_seconds_remaining: Count | None
    evaluated: Count
    counts: dict[str, Count]
    additions: Count
    removals: Count
    plan: PlanAnswer | None


_ID = "01JD9Z3W5K8M2Q4R6T7V9X1Y3Z"
_COMPLETE: PlanReadAnswer = {
    "id": _ID,
    "href": f"/v1/plans/{_ID}",
    "state": "complete",
    "reason": "",
    "policy_version": 6,
    "created_at": AT,
    "expires_at": "2026-11-23T10:00:00+00:00",
    "portions": {"done": 35, "total": 35},
    "estimated_seconds_remaining": None,
    "evaluated": EXAMPLE_PLAN["evaluated"],
    "counts": EXAMPLE_PLAN["counts"],
    "additions": 0,
    "removals": 1,
    "plan": {**EXAMPLE_PLAN, "policy_version": None},
}
_RUNNING: PlanReadAnswer = {
    **_COMPLETE,
    "state": "running",
    "portions": {"done": 12, "total": 35},
    "estimated_seconds_remaining": 21,
    "evaluated": 41250,
    "counts": {"create-membership": 120, "delete-membership": 3},
    "additions": 120,
    "removals": 3,
    "plan": None,
}
_MODE = Parameter(
    name="mode",
    text="`portions` has even a small company planned in portions, and is answered with 202.",
    example="portions",
    schema={**words_in(PlanMode), "default": "auto"},
)
PLANS = Description(
    tag="plan",
    answer=PlanReadAnswer,
    example=_COMPLETE,
    status=201,
    accepted=Accepted(answer=PlanReadAnswer, example=_RUNNING),
    takes=(_MODE,),
    bodies=(
        Body(
            shape=Annotated[PlanRequestBody, Described(minProperties=1, maxProperties=1)],
            example={"policy": "version: 1\n"},
        ),
    ),
    refuses=(Invalid, TooLarge),
    headers={"Location": "Path of the plan."},
)
PLAN_READ = Description(tag="plan", answer=PlanReadAnswer, example=_RUNNING, refuses=(NotFound,))
