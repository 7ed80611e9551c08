"""What a plan for an account remembers beyond its operations: the first time it has everything, and its absence."""

from dataclasses import replace
from datetime import datetime

from dayone.domain.accounts import GONE, Account
from dayone.domain.bootstrap import bootstrap_after
from dayone.domain.operations import Action, OperationState
from dayone.domain.people import Person
from dayone.domain.subject_states import Plan, SubjectState
from dayone.domain.subjects import ResourceKind


def returned(state: SubjectState, *, now_is: Person | Account | None, now: datetime) -> SubjectState:
    """The state to plan from: an account that was gone and is back may have lost all that was confirmed before."""
    is_back = _is_gone(state.head.fact) and not _is_gone(now_is)
    return replace(state, head=replace(state.head, trusted_since=now)) if is_back else state


def with_bootstrap(plan: Plan) -> Plan:
    """The plan with what it means for the account's first time; of anything else nothing is remembered."""
    fact, is_new = plan.after.fact, plan.after.generation != plan.before.generation
    if not isinstance(fact, Account):
        return plan
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
