"""Put an uploaded policy in force, and ask for whoever it changes to be planned, in as many runs as that takes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count

from dayone.domain.audit import AuditEntry
from dayone.domain.company import Outlook
from dayone.domain.portions import Portion
from dayone.domain.requests import PlanRequest
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import Subject
from dayone.errors import Rejected
from dayone.ports.company import Company, Portions
from dayone.ports.guardrails import Ledger
from dayone.ports.state import Changes, Inbox, Policies, Subjects
from dayone.usecases.walk_company import walk_company
from dayone.usecases.weigh_policy import Cut, WeighPolicy, outlook_on, weigh_policy

_LOOKED_AT_IN_A_PORTION = 1000
_CONCERNED_IN_A_PORTION = 250


class _Stage(StrEnum):
    """First what the policy removes is counted, then it is put in force, then whoever it changes is asked for."""

    WEIGHING = "weighing"
    ASKING = "asking"


@dataclass(frozen=True, kw_only=True)
class ActivatePolicy:
    """What it needs; after `time_to_run` a run hands on to the next one, at the end of a portion."""

    policies: Policies
    subjects: Subjects
    company: Company
    portions: Portions
    ledger: Ledger
    changes: Changes
    inbox: Inbox
    clock: Callable[[], datetime]
    time_to_run: timedelta


def activate_policy(request: PlanRequest, *, ports: ActivatePolicy) -> None:
    """Safe to repeat, and to be cut off anywhere: what was decided is kept, and decided once."""
    if request.policy_version is None:
        raise Rejected("a request to activate a policy must say which version")
    ports.changes.open(request.cause)
    stage, number = _place(request)
    until = ports.clock() + ports.time_to_run
    if stage is _Stage.WEIGHING:
        # One that is in force already, or older than that, has been weighed.
        if ports.policies.current_version() < request.policy_version and not _put_in_force(
            request, request.policy_version, number=number, until=until, ports=ports
        ):
            return
        number = 0
    _go_on(request, number=number, until=until, ports=ports)


def _put_in_force(request: PlanRequest, version: int, *, number: int, until: datetime, ports: ActivatePolicy) -> bool:
    """Whether it is in force; False when what it removes is still to be counted, in the next run."""
    cause = request.cause
    weighing = WeighPolicy(
        policies=ports.policies,
        subjects=ports.subjects,
        company=ports.company,
        portions=ports.portions,
        ledger=ports.ledger,
        clock=ports.clock,
        until=until,
    )
    weighed = weigh_policy(version, change=cause.change, number=number, ports=weighing)
    if isinstance(weighed, Cut):
        ports.inbox.put([replace(request, cursor=f"{_Stage.WEIGHING}-{weighed.number}")])
        return False
    entry = AuditEntry(
        at=cause.at,
        actor=cause.actor,
        action="activate-policy",
        subject=str(request.subject),
        change=cause.change,
        outcome="recorded",
        detail=f"version {version}, holding {weighed.hold}" if weighed.hold else f"version {version}",
    )
    ports.policies.activate(version, audit=entry, hold=weighed.hold)
    return True


def _go_on(request: PlanRequest, *, number: int, until: datetime, ports: ActivatePolicy) -> None:
    progress, change = _Progress(request, ports), request.cause.change
    for following in count(number):
        portion = progress.portion(following)
        if portion is None:
            # The newer policy's own activation looks at everybody.
            ports.changes.expect(change, subjects=progress.total_before(following))
            return
        # Kept before anything is asked for: a second try asks for just the same, however the first has changed them.
        ports.inbox.put(PlanRequest(subject=subject, cause=request.cause) for subject in portion.subjects)
        if portion.last is None:
            ports.changes.expect(change, subjects=portion.total)
            return
        if ports.clock() >= until:
            ports.inbox.put([replace(request, cursor=f"{_Stage.ASKING}-{following + 1}")])
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
            self._outlook = outlook_on(policy, subjects=self._ports.subjects, now=now)
        return self._outlook


def _place(request: PlanRequest) -> tuple[_Stage, int]:
    """With which portion of which stage this run goes on."""
    stage, _, number = (request.cursor or f"{_Stage.WEIGHING}-0").partition("-")
    try:
        return _Stage(stage), int(number)
    except ValueError as error:
        raise Rejected(f"no activation goes on at {request.cursor!r}") from error
