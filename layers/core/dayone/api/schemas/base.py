"""Responses of the HTTP API: times are ISO 8601 in UTC, `cursor` continues with the next part, empty at the end."""

from typing import Annotated, TypedDict

from dayone.messages.problems import ChangeId, Count, Href, Moment, enum_of
from dayone.model.guardrails import HELD_AS, Verdict
from dayone.model.operations import Action, DeletionOutcome, OperationState

StateWord = Annotated[str, enum_of(*OperationState)]
HeldAs = Annotated[str, enum_of(*HELD_AS)]
VerdictWord = Annotated[str, enum_of(*(entry for entry in Verdict if entry is not Verdict.WITHDRAWN))]


class ReasonAnswer(TypedDict):
    """A rule, as `file:line` of the policy or `employment`, and the facts that make it apply."""

    rule: str
    reason: str


class ConfirmedAnswer(TypedDict):
    """A resource in Identity Center as AWS last confirmed it.

    `unconfirmed` is null, or the action (`create`, `update`, `delete`) that was started and not confirmed: it may or
    may not have taken effect. `adopted` is true for what existed before Day One. `operation`, `change`,
    `request_id` (of AWS) and `at` identify the last confirmed write.
    """

    resource: str
    attributes: dict[str, str]
    references: dict[str, str]
    reasons: list[ReasonAnswer]
    unconfirmed: Annotated[str, enum_of(*Action)] | None
    adopted: bool
    operation: str
    change: str
    request_id: str
    at: Moment | None


class HeldAnswer(TypedDict):
    """A held operation; `approval_status` is `waiting`, `approved`, or `rejected` or `expired` (nothing is done).

    `held_as` is its kind: `removals`, `sensitive-access`, `additions`, `first-assignments`, `guardrails` or `adoption`;
    `sensitive` is the reason why giving it is sensitive, or empty. Without a decision, it expires at `expires_at`; null
    is never.
    """

    resource: str
    held_as: HeldAs
    sensitive: str
    change: str
    approval_status: VerdictWord
    expires_at: Moment | None


class HeadAnswer(TypedDict):
    """The planning status of a subject: `outstanding` operations are open; at `due_at` it is planned again."""

    generation: str
    policy_version: Count
    outstanding: Count
    held: list[HeldAnswer]
    due_at: Moment | None
    recorded_at: Moment | None


class PersonAnswer(TypedDict):
    """A person: `fact` is the HR record, `user` the user in Identity Center; each is null when there is none."""

    id: str
    fact: dict[str, object] | None
    head: HeadAnswer
    user: ConfirmedAnswer | None


class AccountAnswer(TypedDict):
    """An account: `fact` is its record from Organizations, null when there is none."""

    id: str
    fact: dict[str, object] | None
    head: HeadAnswer


class DiscoveryAnswer(TypedDict):
    """A requested discovery of all accounts: `href` is its change."""

    change: ChangeId
    href: Href


class AssignmentAnswer(TypedDict):
    """A permission set that a group has in an account."""

    account: str
    permission_set: str
    confirmed: ConfirmedAnswer


class PersonGroupAnswer(TypedDict):
    """A group of the person with its assignments; further pages with `?group=<group>&cursor=<cursor>`."""

    group: str
    membership: ConfirmedAnswer
    assignments: list[AssignmentAnswer]
    cursor: str


class PersonAccessAnswer(TypedDict):
    """All access of a person, with the reasons."""

    person: str
    groups: list[PersonGroupAnswer]


class MemberAnswer(TypedDict):
    """A person in a group."""

    person: str
    confirmed: ConfirmedAnswer


class AccountGroupAnswer(TypedDict):
    """A group with access to an account, and its members; further pages with `?group=<group>&cursor=<cursor>`."""

    group: str
    assignments: list[AssignmentAnswer]
    members: list[MemberAnswer]
    cursor: str


class AccountAccessAnswer(TypedDict):
    """All access to an account: groups, permission sets, members and reasons."""

    account: str
    groups: list[AccountGroupAnswer]


class OperationAnswer(TypedDict):
    """One write to AWS; `waiting_for` explains what a pending one waits for.

    `held_by` is the change that holds what it waits for, so that it goes on with the decision on that, else empty.
    `refusal` is the kind of error that has kept it from being carried out, `refused_since` since when. `denied`
    means that AWS denies the call to Day One itself: correct the permissions in AWS, not the request.

    `outcome` is that of a deletion that succeeded, else null: `deleted`; `already_deleted`, when there was nothing to
    delete; or `left_in_place`, when it existed before Day One. With `failed_before` the same operation failed in an
    earlier change and is only tried again with this one.
    """

    id: str
    kind: str
    subject: str
    resource: str
    state: StateWord
    outcome: Annotated[str, enum_of(*DeletionOutcome)] | None
    failed_before: bool
    attempts: Count
    request_id: str
    failure_reason: str
    waiting_for: str
    held_by: str
    refusal: str
    refused_since: Moment | None
    reasons: list[ReasonAnswer]
    created_at: Moment
    not_before: Moment | None
    finished_at: Moment | None


class PolicyAnswer(TypedDict):
    """A policy as uploaded; for several files `file` is empty and `text` is their JSON object.

    `authors` answer for it beside the actor: `author:` and a user name or an ARN.
    """

    version: int
    file: str
    text: str
    files: dict[str, str]
    actor: str
    authors: list[str]
    at: Moment
    change: str


class SubmittedAnswer(TypedDict):
    """An accepted policy: `href` is the change it causes."""

    version: Count
    change: ChangeId
    href: Href


class CallerAnswer(TypedDict):
    """The caller: the ARN that IAM established, and the principal that approvals compare.

    `principal` is `user NAME` for every role of that user of Identity Center, the ARN of any other role without its
    session, and else the ARN itself.
    """

    actor: str
    principal: str


class HealthAnswer(TypedDict):
    """Service health: the release, the policy in force (0 before the first), and whether operations are open.

    `warnings` name what `guardrails.protect` of that policy protects and that does not exist any more, or has left, and
    a configuration of HR systems that is held or has mistakes, and how many held operations expired within 7 days.
    """

    release: str
    policy_version: Count
    operations_open: bool
    warnings: list[str]
