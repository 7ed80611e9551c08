"""Answer why a person has what they have in an account, and why they do not have the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dayone.domain.explain import Explanation, explain
from dayone.domain.explain_steps import Known
from dayone.domain.grants import Grant
from dayone.domain.operations import Operation, OperationState
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import ResourceOf
from dayone.ports.grants import GrantFilter, Grants
from dayone.ports.records import Records
from dayone.ports.state import PolicyInForce
from dayone.usecases.read_access import read_account, read_person

# A subject has a hundred open grants at most.
_NEWEST = 100
# What is over and done shows in the resource itself, and what was superseded is nobody's intention any more.
_TELLING = frozenset({OperationState.PENDING, OperationState.SUBMITTED, OperationState.HELD, OperationState.FAILED})


@dataclass(frozen=True, kw_only=True)
class Explained:
    """The ways in which a person has or lacks permission sets in an account, and all that was known for it."""

    known: Known
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
    """An empty `permission_set` asks for all of them; raises NotFound for an unknown person or account."""
    of_person, of_account = read_person(person, records=records), read_account(account, records=records)
    known = Known(
        person=of_person,
        account=of_account,
        planned={**_planned(of_person, records=records), **_planned(of_account, records=records)},
        policy=policies.current(),
        now=now,
        grants=_newest([GrantFilter(person=person), GrantFilter(account=account)], grants=grants),
    )
    return Explained(known=known, ways=explain(known, permission_set=permission_set))


def _newest(asked: Iterable[GrantFilter], *, grants: Grants) -> tuple[Grant, ...]:
    found = [one for each in asked for one in grants.listed(each, cursor="", limit=_NEWEST).entries]
    return tuple({one.id: one for one in found}.values())


def _planned(state: SubjectState, *, records: Records) -> Mapping[ResourceOf, Operation]:
    return {one.target: one for one in records.plan_of(state.head) if one.state in _TELLING}
