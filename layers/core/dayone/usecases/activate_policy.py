"""Put an uploaded policy in force, and ask for whoever it changes to be planned, in as many runs as that takes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from dayone.domain.audit import AuditEntry
from dayone.domain.company import Outlook
from dayone.domain.people import Person, is_employed
from dayone.domain.portions import Portion
from dayone.domain.requests import PlanRequest
from dayone.domain.selection import Selection
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import Subject, SubjectKind
from dayone.errors import Rejected
from dayone.ports.company import Company, Portions
from dayone.ports.state import Changes, Inbox, Policies, Subjects
from dayone.usecases.walk_company import walk_company

_LOOKED_AT_IN_A_PORTION = 1000
_CONCERNED_IN_A_PORTION = 250


@dataclass(frozen=True, kw_only=True)
class ActivatePolicy:
    """What it needs; after `time_to_run` a run hands on to the next one, at the end of a portion."""

    policies: Policies
    subjects: Subjects
    company: Company
    portions: Portions
    changes: Changes
    inbox: Inbox
    clock: Callable[[], datetime]
    time_to_run: timedelta


def activate_policy(request: PlanRequest, *, ports: ActivatePolicy) -> None:
    """Safe to repeat, and to be cut off anywhere: what was decided is kept, and decided once."""
    if request.policy_version is None:
        raise Rejected("a request to activate a policy must say which version")
    cause = request.cause
    ports.changes.open(cause)
    entry = AuditEntry(
        at=cause.at,
        actor=cause.actor,
        action="activate-policy",
        subject=str(request.subject),
        change=cause.change,
        outcome="recorded",
        detail=f"version {request.policy_version}",
    )
    ports.policies.activate(request.policy_version, audit=entry)
    _go_on(request, until=ports.clock() + ports.time_to_run, ports=ports)


def _go_on(request: PlanRequest, *, until: datetime, ports: ActivatePolicy) -> None:
    progress, change = _Progress(request, ports), request.cause.change
    for number in count(_number(request)):
        portion = progress.portion(number)
        if portion is None:
            # The newer policy's own activation looks at everybody.
            ports.changes.expect(change, subjects=progress.total_before(number))
            return
        # Kept before anything is asked for: a second try asks for just the same, however the first has changed them.
        ports.inbox.put(PlanRequest(subject=subject, cause=request.cause) for subject in portion.subjects)
        if portion.last is None:
            ports.changes.expect(change, subjects=portion.total)
            return
        if ports.clock() >= until:
            ports.inbox.put([replace(request, cursor=str(number + 1))])
            return


class _Progress:
    """The portions of one activation: those that are kept, then new ones."""

    def __init__(self, request: PlanRequest, ports: ActivatePolicy) -> None:
        self._version = request.policy_version or 0
        self._change = request.cause.change
        self._ports = ports
        self._outlook: Outlook | None = None
        self._walk: tuple[Subject | None, Iterator[SubjectState]] | None = None

    def portion(self, number: int) -> Portion | None:
        """The portion that counts; None when it is not kept yet and the policy is no longer in force."""
        return self._kept(number) or self._new(number)

    def total_before(self, number: int) -> int:
        """How many subjects the portions before this one have."""
        before = self._kept(number - 1)
        return before.total if before else 0

    def _kept(self, number: int) -> Portion | None:
        return self._ports.portions.kept(self._change, number=number) if number >= 0 else None

    def _new(self, number: int) -> Portion | None:
        if self._ports.policies.current_version() != self._version:
            return None
        before = self._kept(number - 1)
        walk = self._walk_from(before.last if before else None)
        outlook, concerned, last = self._ready(), list[Subject](), None
        for looked_at, state in enumerate(walk, start=1):
            if outlook.concerns(state):
                concerned.append(state.head.subject)
            if looked_at == _LOOKED_AT_IN_A_PORTION or len(concerned) == _CONCERNED_IN_A_PORTION:
                last = state.head.subject
                break
        self._walk = (last, walk)
        total = len(concerned) + (before.total if before else 0)
        portion = Portion(number=number, subjects=tuple(concerned), total=total, last=last)
        return self._ports.portions.keep(self._change, portion)

    def _walk_from(self, place: Subject | None) -> Iterator[SubjectState]:
        if self._walk is not None and self._walk[0] == place:
            return self._walk[1]
        return walk_company(self._ready().policy, company=self._ports.company, after=place)

    def _ready(self) -> Outlook:
        if self._outlook is None:
            policy, now = self._ports.policies.current(), self._ports.clock()
            named = (Subject(SubjectKind.PERSON, name) for name in sorted(policy.people_assigned))
            facts = [self._ports.subjects.load(one).head.fact for one in named]
            employed = {one.id for one in facts if isinstance(one, Person) and is_employed(one, now=now)}
            self._outlook = Outlook(policy, now, Selection(policy), employed)
        return self._outlook


def _number(request: PlanRequest) -> int:
    try:
        return int(request.cursor or "0")
    except ValueError as error:
        raise Rejected(f"no activation goes on at {request.cursor!r}") from error
