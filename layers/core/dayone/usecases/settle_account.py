"""What a plan for an account remembers beyond its operations: the first time it has everything, and its absence."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from dayone.domain.accounts import GONE, Account
from dayone.domain.bootstrap import Bootstrap, bootstrap_after
from dayone.domain.commands import Command, RefreshAccount, RestoreResources
from dayone.domain.grants import Grant
from dayone.domain.operations import Action, Applied, OperationState
from dayone.domain.people import Person
from dayone.domain.subject_states import Plan, SubjectState
from dayone.domain.subjects import Resource, ResourceKind


def normalized_state(
    state: SubjectState, *, command: Command, fact: Person | Account | None, grants: tuple[Grant, ...], now: datetime
) -> SubjectState:
    """The state to plan from, with the grants that are remembered from now on.

    An account that was gone and is back may have lost all that was confirmed before; one that nobody had heard of
    before the first look at the organisation was there before Day One. What is asked for anew is made again, as after
    an absence. What AWS does not have any more is brought back as what may not have been done.
    """
    head = replace(state.head, grants=grants)
    state = replace(state, head=head)
    if isinstance(command, RestoreResources):
        return replace(state, applied={**state.applied, **_doubted(state, command.missing)})
    if _is_gone(head.fact) and not _is_gone(fact):
        return replace(state, head=replace(head, trusted_since=now))
    if not isinstance(command, RefreshAccount):
        return state
    if command.recreate:
        return replace(state, head=replace(head, trusted_since=now, bootstrap=None))
    if command.is_initial_discovery and head.fact is None and fact is not None:
        return replace(state, head=replace(head, awaits_approval=True))
    return state


def _doubted(state: SubjectState, missing: Collection[Resource]) -> dict[Resource, Applied]:
    return {
        resource: replace(applied, doubt=applied.doubt or Action.UPDATE)
        for resource, applied in state.applied.items()
        if resource in missing
    }


def with_bootstrap(plan: Plan) -> Plan:
    """The plan with what it means for the account's first time; of anything else nothing is remembered."""
    fact, is_new = plan.after.fact, plan.after.generation != plan.before.generation
    if not isinstance(fact, Account):
        return plan
    if plan.after.awaits_approval and plan.before.bootstrap is None:
        # It is not new: whatever it is given, nobody waits for it to be ready.
        known = Bootstrap(change=plan.cause.change, since=plan.cause.at, is_over=True)
        return replace(plan, after=replace(plan.after, bootstrap=known))
    bootstrap = bootstrap_after(
        plan.before.bootstrap,
        account=fact,
        before=plan.before.progress,
        begun=plan.after.outstanding if is_new else None,
        gives=_gives(plan),
        cause=plan.cause,
    )
    return replace(plan, after=replace(plan.after, bootstrap=bootstrap))


def _gives(plan: Plan) -> bool:
    return any(
        one.action is Action.CREATE
        and one.resource.kind is ResourceKind.ASSIGNMENT
        and one.state is OperationState.PENDING
        for one in plan.operations
    )


def _is_gone(fact: Person | Account | None) -> bool:
    return isinstance(fact, Account) and fact.state in GONE
