"""Read grants: what they give, how far along they are, and why one whose time it is gives nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dayone.errors import NotFound
from dayone.model.accounts import Account, left_alone_in
from dayone.model.grants import Grant, GrantState, is_grant
from dayone.model.operations import Action, Applied
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Subject, SubjectKind
from dayone.planning.desired_grants import why_nothing
from dayone.planning.facts import Employed
from dayone.ports.operations import Clock
from dayone.ports.records import Page, Records
from dayone.ports.store import GrantFilter, Grants, PolicyInForce

_OPEN = frozenset({GrantState.SCHEDULED, GrantState.ACTIVE})
_MOST_PARTS = 10


class GrantReadPorts(Protocol):
    """Reading grants: what it needs of the API's context."""

    grants: Grants
    policies: PolicyInForce
    records: Records
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class GrantAtNow:
    """A grant at a given time: whether AWS has confirmed its resource, and a note about that."""

    grant: Grant
    now: datetime
    is_there: bool
    note: str


def the_grant(grant: str, *, grants: Grants) -> Grant:
    """Return a grant; raise NotFound for an unknown one."""
    found = grants.find(grant)
    if found is None:
        mend = "check the id; a grant just accepted appears within a few seconds, so try again"
        raise NotFound(f"there is no grant {grant}: {mend}")
    return found


def read_grant_at_now(grant: str, *, ports: GrantReadPorts) -> GrantAtNow:
    """Return a grant with its current state; raise NotFound for an unknown one."""
    found, now = the_grant(grant, grants=ports.grants), ports.clock()
    state = ports.records.subject(found.subject)
    there = state.applied.get(found.resource)
    is_there = there is not None and there.doubt is not Action.CREATE
    note = _note(found, state=state, there=there if is_there else None, ports=ports, now=now)
    return GrantAtNow(grant=found, now=now, is_there=is_there, note=note)


def list_grants(
    *, person: str, account: str, state: GrantState | None, cursor: str, limit: int, ports: GrantReadPorts
) -> Page[Grant]:
    """Part of the grants of a person or in an account, or of all; a part may be short, or empty, with more to follow.

    Raises Invalid for a cursor that is not one of this list.
    """
    now = ports.clock()
    query = GrantFilter(person=person, account=account, is_open=None if state is None else state in _OPEN)
    page = ports.grants.listed(query, cursor=cursor, limit=limit)
    for _ in range(_MOST_PARTS):
        found = [grant for grant in page.entries if state in (None, grant.state(now=now))]
        if found or not page.cursor:
            return Page(found, page.cursor)
        page = ports.grants.listed(query, cursor=page.cursor, limit=limit)
    return Page([], page.cursor)


def _note(grant: Grant, *, state: SubjectState, there: Applied | None, ports: GrantReadPorts, now: datetime) -> str:
    if grant.state(now=now) is GrantState.ACTIVE:
        policy = ports.policies.current()
        employed = Employed(lambda subject: ports.records.subject(subject).head.fact, policy=policy, now=now)
        obstacle = why_nothing(grant, fact=state.head.fact, policy=policy, employed=employed, now=now)
        if obstacle or there is not None:
            return obstacle
        held = any(removal.resource == grant.resource for removal in state.head.held)
        return "the access it gives is held until it is approved" if held else "the access it gives is being created"
    if there is None or grant.state(now=now) is GrantState.SCHEDULED:
        return ""
    rules = [reason.rule for reason in there.reasons if reason.rule != grant.rule]
    if others := [rule for rule in rules if not is_grant(rule) or rule in _in_force(state, now=now)]:
        return f"what it gave is there by {', '.join(others)}"
    fact = state.head.fact
    left_alone = left_alone_in(fact.state) if isinstance(fact, Account) else ""
    return left_alone or "what it gave is still there"


def _in_force(state: SubjectState, *, now: datetime) -> set[str]:
    return {grant.rule for grant in state.head.grants if grant.state(now=now) is GrantState.ACTIVE}


def of_subject(subject: Subject, *, limit: int, grants: Grants) -> Page[Grant]:
    """Return the newest grants of a person or in an account."""
    is_person = subject.kind is SubjectKind.PERSON
    query = GrantFilter(person=subject.name if is_person else "", account="" if is_person else subject.name)
    return grants.listed(query, cursor="", limit=limit)
