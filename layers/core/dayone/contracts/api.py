"""The answers of the HTTP API: times are ISO 8601 in UTC, `cursor` asks for the next part and is empty at the end."""

from typing import Annotated, TypedDict

from dayone.contracts.api_words import ChangeId, Count, Href, Moment, one_of
from dayone.domain.guardrails import Verdict
from dayone.domain.operations import Action, OperationState

StateWord = Annotated[str, one_of(*OperationState)]
VerdictWord = Annotated[str, one_of(Verdict.WAITING, Verdict.APPROVED, Verdict.REJECTED)]


class ReasonAnswer(TypedDict):
    """A rule, as `file:line` of the policy or `employment`, and what in the facts makes it apply."""

    rule: str
    because: str


class ConfirmedAnswer(TypedDict):
    """Something in Identity Center as AWS last confirmed it.

    `in_doubt` is null, or the action (`create`, `update`, `delete`) that was begun and not confirmed: it may or may
    not have taken effect. `adopted` was there before Day One. `operation`, `change`, `request_id` and `at` tell what
    made it so; `request_id` is AWS's.
    """

    resource: str
    attributes: dict[str, str]
    references: dict[str, str]
    reasons: list[ReasonAnswer]
    in_doubt: Annotated[str, one_of(*Action)] | None
    adopted: bool
    operation: str
    change: str
    request_id: str
    at: Moment | None


class HeldAnswer(TypedDict):
    """A removal that was held: `verdict` is `waiting`, `approved`, or `rejected`, which keeps what it would remove."""

    resource: str
    change: str
    verdict: VerdictWord


class HeadAnswer(TypedDict):
    """How far a subject has been planned: `outstanding` operations are open, at `due_at` it is looked at again."""

    generation: str
    policy_version: Count
    outstanding: Count
    held: list[HeldAnswer]
    due_at: Moment | None
    told_at: Moment | None


class PersonAnswer(TypedDict):
    """A person: `fact` as HR tells it, `user` as Identity Center has it; each is null when there is none."""

    id: str
    fact: dict[str, object] | None
    head: HeadAnswer
    user: ConfirmedAnswer | None


class AccountAnswer(TypedDict):
    """An account: `fact` as Organizations tells it, null when there is none."""

    id: str
    fact: dict[str, object] | None
    head: HeadAnswer


class DiscoveryAnswer(TypedDict):
    """A look at the whole organisation that was asked for: `href` is the change it leads to."""

    change: ChangeId
    href: Href


class AssignmentAnswer(TypedDict):
    """A permission set that a group has in an account."""

    account: str
    permission_set: str
    confirmed: ConfirmedAnswer


class GroupOfPersonAnswer(TypedDict):
    """A group a person is in, and what comes with it; more with `?group=<group>&cursor=<cursor>`."""

    group: str
    membership: ConfirmedAnswer
    assignments: list[AssignmentAnswer]
    cursor: str


class PersonAccessAnswer(TypedDict):
    """Everything a person can reach, and why."""

    person: str
    groups: list[GroupOfPersonAnswer]


class MemberAnswer(TypedDict):
    """A person in a group."""

    person: str
    confirmed: ConfirmedAnswer


class GroupInAccountAnswer(TypedDict):
    """A group with access to an account, and who is in it; more with `?group=<group>&cursor=<cursor>`."""

    group: str
    assignments: list[AssignmentAnswer]
    members: list[MemberAnswer]
    cursor: str


class AccountAccessAnswer(TypedDict):
    """Everyone who can reach an account, through which group and with what, and why."""

    account: str
    groups: list[GroupInAccountAnswer]


class OperationAnswer(TypedDict):
    """One change to AWS; `waiting_for` says in words what keeps a pending one from running.

    `refusal` is the way in which AWS, or what it builds on, has kept it from being done, `refused_since` since when.
    `denied` means that AWS denies it to Day One itself, which is mended in AWS and not in the request.
    """

    id: str
    kind: str
    subject: str
    resource: str
    state: StateWord
    attempts: Count
    request_id: str
    failure_reason: str
    waiting_for: str
    refusal: str
    refused_since: Moment | None
    reasons: list[ReasonAnswer]
    created_at: Moment
    not_before: Moment | None
    finished_at: Moment | None


class PolicyAnswer(TypedDict):
    """The policy in force, as it was uploaded; of several files `file` is empty, and `text` their JSON object."""

    version: int
    file: str
    text: str
    files: dict[str, str]
    actor: str
    at: Moment
    change: str


class SubmittedAnswer(TypedDict):
    """A policy that was taken: `href` is the change it leads to."""

    version: Count
    change: ChangeId
    href: Href


class HealthAnswer(TypedDict):
    """That Day One answers: the policy in force (0 before the first), and whether operations are open."""

    policy_version: Count
    operations_open: bool
