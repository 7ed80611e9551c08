"""What is said of the route that answers what if."""

from typing import Annotated

from dayone.contracts import api_plan
from dayone.contracts.api_words import Described
from dayone.errors import Invalid, TooLarge
from dayone.routes.described import Body, Description

_PLAN: api_plan.PlanAnswer = {
    "policy_version": 7,
    "complete": True,
    "looked_at": 1,
    "subjects": 1,
    "counts": {"delete-membership": 1},
    "operations": [
        {
            "kind": "delete-membership",
            "subject": "person:e-1001",
            "resource": "membership/engineers",
            "reasons": [{"rule": "policy.yaml:5", "because": "no longer: department is Engineering"}],
            "exists": None,
        }
    ],
    "truncated": 0,
    "mistakes": [],
    "notes": [],
    "guardrail": {
        "removals": 1,
        "existing": 105,
        "limit": 10,
        "today": 0,
        "held": 0,
        "because": [],
        "about_held": [],
    },
}
_QUESTION: api_plan.WhatIfBody = {"person": {"id": "e-1001", "department": "Sales"}}

PLAN = Description(
    tag="plan",
    answer=api_plan.PlanAnswer,
    example=_PLAN,
    bodies=(
        Body(shape=Annotated[api_plan.WhatIfBody, Described(minProperties=1, maxProperties=1)], example=_QUESTION),
    ),
    refuses=(Invalid, TooLarge),
)
