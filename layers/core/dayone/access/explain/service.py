"""Answer why a person has what they have in an account, and why they do not have the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dayone.access.explain.explanation import Explanation, explain
from dayone.access.explain.steps import ExplainContext
from dayone.lookups import read_account, read_person
from dayone.model.grants import Grant
from dayone.model.operations import Operation, OperationState
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import ResourceOf
from dayone.ports.records import Records
from dayone.ports.store import GrantFilter, Grants, PolicyInForce

# A subject has a hundred open grants at most.
_NEWEST = 100
# What is over and done shows in the resource itself, and what was superseded is nobody's intention any more.
_SHOWN_STATES = frozenset(
    {OperationState.PENDING, OperationState.SUBMITTED, OperationState.HELD, OperationState.FAILED}
)


@dataclass(frozen=True, kw_only=True)
class Explained:
    """The paths by which a person has or lacks permission sets in an account, and the data behind them."""

    context: ExplainContext
    ways: list[Explanation]


def explain_access(
    person: str,
    account: str,
    *,
    permission_set: str,
    records: Records,
    grants: Grants,
    policies: PolicyInForce,
    now: datetime,
) -> Explained:
    """Explain access in an account; an empty `permission_set` means all; raise NotFound for an unknown id."""
    of_person, of_account = read_person(person, records=records), read_account(account, records=records)
    context = ExplainContext(
        person=of_person,
        account=of_account,
        planned={**_planned(of_person, records=records), **_planned(of_account, records=records)},
        policy=policies.current(),
        now=now,
        grants=_newest([GrantFilter(person=person), GrantFilter(account=account)], grants=grants),
    )
    return Explained(context=context, ways=explain(context, permission_set=permission_set))


def _newest(queries: Iterable[GrantFilter], *, grants: Grants) -> tuple[Grant, ...]:
    found = [grant for each in queries for grant in grants.listed(each, cursor="", limit=_NEWEST).entries]
    return tuple({grant.id: grant for grant in found}.values())


def _planned(state: SubjectState, *, records: Records) -> Mapping[ResourceOf, Operation]:
    return {
        operation.target: operation for operation in records.plan_of(state.head) if operation.state in _SHOWN_STATES
    }
