"""What the HTTP API answers to "why": each way to a permission set, step by step, in members and in sentences."""

from typing import TypedDict

from dayone.contracts.api import ConfirmedAnswer, OperationAnswer, ReasonAnswer, VerdictWord
from dayone.contracts.api_words import Count


class ObstacleAnswer(TypedDict):
    """A condition that does not hold: of the rule at `file:line`, or of no rule (empty) such as that of employment.

    `about` is such as `person.department` or `account.tags.env`.
    """

    rule: str
    about: str
    actual: str
    needed: str
    says: str


class HeldRemovalAnswer(TypedDict):
    """A removal that a guardrail has stopped; `verdict` is `waiting`, `approved` or `rejected`."""

    verdict: VerdictWord
    change: str
    operation: str


class StepAnswer(TypedDict):
    """A membership of the person or an assignment in the account.

    `reasons` are the rules that want it now; when there are none, `obstacles` say why. `confirmed` is what AWS has
    confirmed of it, `operation` what is under way or has failed, `held` its removal when that was stopped; each is
    null when there is none.
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
    """A way in which the person has a permission set, or the one that comes nearest.

    `through` is a group, `person:id` for what is assigned to the person alone, or empty when no rule assigns the set.
    """

    permission_set: str
    has: bool
    through: str
    says: str
    steps: list[StepAnswer]


class ExplainAnswer(TypedDict):
    """Why a person has what they have in an account, and why not the rest; `policy_version` is the one in force."""

    person: str
    account: str
    policy_version: Count
    access: list[WayAnswer]
