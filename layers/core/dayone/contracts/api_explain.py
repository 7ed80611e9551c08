"""What the HTTP API answers to "why": each way to a permission set, step by step, in members and in sentences."""

from typing import TypedDict

from dayone.contracts.api import ConfirmedAnswer, HeldAs, OperationAnswer, ReasonAnswer, VerdictWord
from dayone.contracts.api_words import Count


class ObstacleAnswer(TypedDict):
    """An unmet condition: of the rule at `file:line`, or of no rule (empty), such as employment.

    `about` names the attribute, such as `person.department` or `account.tags.env`.
    """

    rule: str
    about: str
    actual: str
    needed: str
    says: str


class HeldRemovalAnswer(TypedDict):
    """A removal, or a gift, held by a guardrail; `verdict` is `waiting`, `approved`, `rejected` or `expired`.

    `held_as` and `sensitive` are as in the answer about the person or the account.
    """

    held_as: HeldAs
    sensitive: str
    verdict: VerdictWord
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
    is_there: bool
    reasons: list[ReasonAnswer]
    obstacles: list[ObstacleAnswer]
    confirmed: ConfirmedAnswer | None
    operation: OperationAnswer | None
    held: HeldRemovalAnswer | None
    change: str
    says: str


class WayAnswer(TypedDict):
    """A path by which the person has a permission set, or the one that comes closest.

    `through` is a group, `person:id` for a direct assignment, or empty when no rule assigns the permission set.
    """

    permission_set: str
    has: bool
    through: str
    says: str
    steps: list[StepAnswer]


class ExplainAnswer(TypedDict):
    """Which access a person has in an account, which they lack, and why; `policy_version` is the one in force."""

    person: str
    account: str
    policy_version: Count
    access: list[WayAnswer]
