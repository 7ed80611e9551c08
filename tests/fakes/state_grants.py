"""Grants in memory."""

from collections.abc import Sequence

from dayone.domain.grants import Grant, GrantState
from dayone.domain.subjects import ResourceKind, Subject
from dayone.ports.grants import GrantFilter
from dayone.ports.records import Page
from tests.fakes.pages import page
from tests.fakes.state import State

_OPEN = frozenset({GrantState.SCHEDULED, GrantState.ACTIVE})


class MemoryGrants:
    def __init__(self, state: State) -> None:
        self._state = state

    def known(self, grant: str) -> Grant | None:
        return self._state.grants.get(grant)

    def accounts_of(self, person: str) -> Sequence[Subject]:
        found = (one for one in self._state.grants.values() if one.person == person and one.noted in _OPEN)
        return sorted({one.subject for one in found if one.resource.kind is ResourceKind.ASSIGNMENT})

    def listed(self, asked: GrantFilter, *, cursor: str, limit: int) -> Page[Grant]:
        found = {
            f"{_rank(one, asked)}{one.id}": one
            for one in self._state.grants.values()
            if asked.person in ("", one.person)
            and asked.account in ("", one.subject.name)
            and asked.is_open in (None, one.noted in _OPEN)
        }
        return page(f"grants {asked}", found, cursor=cursor, limit=limit, newest_first=True)


def _rank(grant: Grant, asked: GrantFilter) -> int:
    is_of_somebody = bool(asked.person or asked.account)
    return int(not is_of_somebody and grant.noted in _OPEN)
