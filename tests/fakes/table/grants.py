"""Grants in memory."""

from collections.abc import Sequence

from dayone.model.grants import Grant, GrantState
from dayone.model.subjects import ResourceKind, Subject
from dayone.ports.records import Page
from dayone.ports.store import GrantFilter
from tests.fakes.pages import page
from tests.fakes.table.state import State

_OPEN = frozenset({GrantState.SCHEDULED, GrantState.ACTIVE})


class MemoryGrants:
    def __init__(self, state: State) -> None:
        self._state = state

    def find(self, grant: str) -> Grant | None:
        return self._state.grants.get(grant)

    def accounts_of(self, person: str) -> Sequence[Subject]:
        found = (grant for grant in self._state.grants.values() if grant.person == person and grant.noted in _OPEN)
        return sorted({grant.subject for grant in found if grant.resource.kind is ResourceKind.ASSIGNMENT})

    def listed(self, query: GrantFilter, *, cursor: str, limit: int) -> Page[Grant]:
        found = {
            f"{_rank(grant, query)}{grant.id}": grant
            for grant in self._state.grants.values()
            if query.person in ("", grant.person)
            and query.account in ("", grant.subject.name)
            and query.is_open in (None, grant.noted in _OPEN)
        }
        return page(f"grants {query}", found, cursor=cursor, limit=limit, newest_first=True)


def _rank(grant: Grant, query: GrantFilter) -> int:
    is_of_somebody = bool(query.person or query.account)
    return int(not is_of_somebody and grant.noted in _OPEN)
