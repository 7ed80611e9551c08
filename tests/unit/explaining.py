"""Inputs of an explanation, in one call."""

from collections.abc import Iterable
from dataclasses import replace

from dayone.access.explain.steps import ExplainContext
from dayone.model.accounts import Account
from dayone.model.guardrails import HeldPart
from dayone.model.operations import Action, Applied, Operation, OperationState
from dayone.model.people import Person
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import Resource, ResourceKind
from tests.builders import (
    NOON,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    an_operation,
    confirmed,
    the_account,
    the_person,
)


def known(
    *,
    person: Person | None = None,
    account: Account | None = None,
    policy: Policy | None = None,
    applied: Iterable[Applied] = (),
    planned: Iterable[Operation] = (),
    planned_with: int = 7,
    held: tuple[HeldPart, ...] = (),
) -> ExplainContext:
    """An engineer and a development account, both planned, and what is told of them."""
    one_by_one = {entry.resource: entry for entry in applied}
    of_account = {key: applied for key, applied in one_by_one.items() if key.kind is ResourceKind.ASSIGNMENT}
    of_person = {key: applied for key, applied in one_by_one.items() if key not in of_account}
    somebody, somewhere = person or a_person(), account or an_account()
    return ExplainContext(
        person=SubjectState(
            Head(subject=the_person(), fact=somebody, policy_version=planned_with, held=held), of_person
        ),
        account=SubjectState(Head(subject=the_account(), fact=somewhere, policy_version=planned_with), of_account),
        planned={operation.target: operation for operation in planned},
        policy=policy or a_policy(a_group(), a_set(), an_assignment(), version=7),
        now=NOON,
    )


def there(resource: Resource, *, doubt: Action | None = None) -> Applied:
    """Confirmed by AWS, with all that is known of that."""
    known_of_it = confirmed(resource, doubt=doubt)
    return replace(known_of_it, operation="person:e-1@1-aa/0000", change="01CHANGE", request_id="r-1", at=NOON)


def ongoing(
    resource: Resource,
    *,
    action: Action = Action.CREATE,
    state: OperationState = OperationState.PENDING,
    waiting_for: str = "",
    failure_reason: str = "",
    request_id: str = "",
) -> Operation:
    """An operation of the plan in force."""
    subject = the_account() if resource.kind is ResourceKind.ASSIGNMENT else the_person()
    made = an_operation(subject=subject, resource=resource, action=action, state=state, request_id=request_id)
    return replace(made, waiting_for=waiting_for, failure_reason=failure_reason)
