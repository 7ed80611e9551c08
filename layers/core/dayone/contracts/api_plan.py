"""What the HTTP API answers to "what if": the operations that would follow, counted and listed, and the guardrail."""

from typing import Annotated, TypedDict

from dayone.contracts.api import ReasonAnswer
from dayone.contracts.api_words import Count, Described


class WhatIfBody(TypedDict, total=False):
    """One question: a policy as one text or as `files` by name, or what would be otherwise of a person or an account.

    `person` and `account` name their `id` and what would change.
    """

    policy: str
    files: Annotated[dict[str, str], Described(minProperties=1)]
    person: Annotated[dict[str, object], Described(required=["id"])]
    account: Annotated[dict[str, object], Described(required=["id"])]


class ForeseenAnswer(TypedDict):
    """An operation that would follow."""

    kind: str
    subject: str
    resource: str
    reasons: list[ReasonAnswer]


class GuardrailAnswer(TypedDict):
    """What the guardrail would say: how many of the removals it would hold, and why.

    `limit` is of `existing` memberships and assignments; `today` removals have been let go since midnight UTC.
    """

    removals: Count
    existing: Count
    limit: Count
    today: Count
    held: Count
    because: list[str]


class PlanAnswer(TypedDict):
    """What would follow, if it were done now.

    `policy_version` is the policy it was planned with, null for the one that was sent. Of `looked_at` subjects
    `subjects` would change, by as many operations as `counts` says of each kind, of which `operations` are the first
    and `truncated` the number of the others. When `complete` is false there was no time to look at everybody, and all
    numbers are of those that were looked at. `notes` say what would be left alone.
    """

    policy_version: Count | None
    complete: bool
    looked_at: Count
    subjects: Count
    counts: dict[str, Count]
    operations: list[ForeseenAnswer]
    truncated: Count
    notes: list[str]
    guardrail: GuardrailAnswer
