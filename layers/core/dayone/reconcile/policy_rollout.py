"""Assess what a policy removes, put it in force, and roll it out to whoever it changes, in portions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import count

from dayone.errors import Rejected
from dayone.lookups import walk_company, walk_kind
from dayone.model.audit import AuditEntry
from dayone.model.commands import ActivatePolicy, ReconcileSubject
from dayone.model.inventory import Pass
from dayone.model.policy.context import ends_of
from dayone.model.policy.origins import Origins, origins_after
from dayone.model.policy.rules import Policy, Reservations
from dayone.model.subject_state import Portion, SubjectState
from dayone.model.subjects import THE_POLICY, Subject, SubjectKind
from dayone.planning.evaluation import PolicyEvaluator, diff_recorded_state
from dayone.planning.facts import evaluator_of
from dayone.planning.guards import CompanyRecords, judged_as_edit
from dayone.planning.judgement import PolicyImpact, removals_of, split_held, why_policy_is_held
from dayone.ports.store import Changes, Company, Inbox, Ledger, Policies, Portions

_LOOKED_AT_IN_A_PORTION = 1000


@dataclass(frozen=True, kw_only=True)
class ActivationPorts:
    """Ports for activating a policy; `state_of` looks a person up, `last_inventory` the last complete one.

    After `time_to_run` a run hands over to the next one, at the end of a portion.
    """

    policies: Policies
    company: Company
    portions: Portions
    ledger: Ledger
    changes: Changes
    inbox: Inbox
    state_of: Callable[[Subject], SubjectState]
    last_inventory: Callable[[], Pass | None]
    clock: Callable[[], datetime]
    time_to_run: timedelta


@dataclass(frozen=True)
class _Cut:
    """Time is up: the next run goes on with this portion."""

    number: int


@dataclass(frozen=True)
class _Assessed:
    """All of it was counted; `reservations` are those that it is to be in force under."""

    reservations: Reservations


def _assess(
    policy: Policy, *, in_force: Policy, change: str, number: int, until: datetime, ports: ActivationPorts
) -> _Cut | _Assessed:
    """Go on with a portion of all subjects, and begin no new one after `until`; none is ever counted again."""
    now, last = ports.clock(), ports.last_inventory
    recorded = CompanyRecords(
        accounts=partial(walk_kind, SubjectKind.ACCOUNT, company=ports.company),
        state_of=ports.state_of,
        # Later on, what others have given would be somebody's way around an approval.
        inventory=lambda: found.id if (found := last()) and found.can_be_taken_over(now=now) else "",
    )
    policy = judged_as_edit(policy, in_force=in_force, recorded=recorded)
    evaluator = evaluator_of(policy, state_of=ports.state_of, now=now, version_of=ports.policies.version)
    name = f"{change}~removals"  # beside the portions of subjects that the change requeues
    before = ports.portions.kept(name, number=number - 1) if number else None
    for following in count(number):
        portion = ports.portions.kept(name, number=following) or ports.portions.keep(
            name, _counted(following, before=before, evaluator=evaluator, company=ports.company)
        )
        if portion.last is None:
            tally = ports.ledger.tally(change, day=evaluator.now.astimezone(UTC).date())
            hold = why_policy_is_held(_impact_in(portion), policy=policy, tally=tally)
            replaced = tuple(entry.version for entry in policy.before) if hold else ()
            ends = tuple(ends_of(entry.people) for entry in policy.before) if hold else ()
            held = replace(policy.reservations, hold=hold, replaced=replaced, replaced_ends=ends)
            return _Assessed(replace(held, change=change if hold else ""))
        if ports.clock() >= until:
            return _Cut(following + 1)
        before = portion
    raise AssertionError("counting has no end")


def _counted(number: int, *, before: Portion | None, evaluator: PolicyEvaluator, company: Company) -> Portion:
    impact, last = _impact_in(before), None
    walk = walk_company(evaluator.policy, company=company, after=before.last if before else None)
    for looked_at, state in enumerate(walk, start=1):
        diff = diff_recorded_state(state, evaluator=evaluator)
        split = split_held(diff, head=state.head)
        impact = impact.plus(removals_of(split, diff=diff, applied=state.trusted))
        if looked_at == _LOOKED_AT_IN_A_PORTION:
            last = state.head.subject
            break
    return Portion(number=number, subjects=impact.emptied, total=impact.removals, last=last, waiting=impact.waiting)


def _impact_in(portion: Portion | None) -> PolicyImpact:
    if portion is None:
        return PolicyImpact()
    return PolicyImpact(removals=portion.total, waiting=portion.waiting, emptied=portion.subjects)


_CONCERNED_IN_A_PORTION = 250


class _Stage(StrEnum):
    """Stages of an activation: count the policy's removals, put it in force, requeue the changed subjects."""

    ASSESSING = "assessing"
    ROLLOUT = "rollout"


def activate_policy(command: ActivatePolicy, *, ports: ActivationPorts) -> None:
    """Safe to repeat, and to be cut off anywhere: what was decided is kept, and decided once."""
    ports.changes.open(command.cause)
    stage, number = _place(command)
    until = ports.clock() + ports.time_to_run
    if stage is _Stage.ASSESSING:
        # One that is in force already, or older than that, has been assessed.
        if ports.policies.current_version() < command.version and not _put_in_force(
            command, number=number, until=until, ports=ports
        ):
            return
        number = 0
    _go_on(command, number=number, until=until, ports=ports)


def _put_in_force(command: ActivatePolicy, *, number: int, until: datetime, ports: ActivationPorts) -> bool:
    """Put the policy in force; return False when its removals are still to be counted, in the next run."""
    cause, version, policies = command.cause, command.version, ports.policies
    policy, in_force = policies.version(version), policies.current()
    assessed = _assess(policy, in_force=in_force, change=cause.change, number=number, until=until, ports=ports)
    if isinstance(assessed, _Cut):
        ports.inbox.put([replace(command, cursor=f"{_Stage.ASSESSING}-{assessed.number}")])
        return False
    hold = f"holding {assessed.reservations.hold}" if assessed.reservations.hold else ""
    guard = f"not loosening {'; '.join(assessed.reservations.guard.loosens)}" if assessed.reservations.guard else ""
    entry = AuditEntry(
        at=cause.at,
        actor=cause.actor,
        action="activate-policy",
        subject=str(command.subject),
        change=cause.change,
        outcome="recorded",
        detail=", ".join(filter(None, (f"version {version}", hold, guard))),
    )
    origins = Origins(version=version)
    if in_force.version:
        # As it was uploaded, without the guards of the one before it. All that the very first has is its actor's.
        before = policies.version(in_force.version) if in_force.reservations.guard else in_force
        origins = origins_after(policies.origins(), before=before, after=policy, now=ports.clock())
    policies.activate(version, audit=entry, reservations=assessed.reservations, origins=origins)
    return True


def _go_on(command: ActivatePolicy, *, number: int, until: datetime, ports: ActivationPorts) -> None:
    progress, change = _Progress(command, ports), command.cause.change
    for following in count(number):
        portion = progress.portion(following)
        if portion is None:
            # The newer policy's own activation evaluates every subject.
            ports.changes.expect(change, subjects=progress.total_before(following))
            return
        # Stored before anything is requeued: a repetition requeues the same, whatever the first run has changed.
        ports.inbox.put(ReconcileSubject(subject=subject, cause=command.cause) for subject in portion.subjects)
        if portion.last is None:
            guarded = [THE_POLICY] if ports.policies.current().reservations.guard else []
            ports.inbox.put(ReconcileSubject(subject=subject, cause=command.cause) for subject in guarded)
            ports.changes.expect(change, subjects=portion.total + len(guarded))
            return
        if ports.clock() >= until:
            ports.inbox.put([replace(command, cursor=f"{_Stage.ROLLOUT}-{following + 1}")])
            return


class _Progress:
    """The portions of one activation: those that are kept, then new ones."""

    def __init__(self, command: ActivatePolicy, ports: ActivationPorts) -> None:
        self._version = command.version
        self._change = command.cause.change
        self._ports = ports
        self._evaluator: PolicyEvaluator | None = None
        self._walk: tuple[Subject | None, Iterator[SubjectState]] | None = None

    def portion(self, number: int) -> Portion | None:
        """Return the portion of that number; None when it is not stored yet and the policy is no longer in force."""
        return self._kept(number) or self._new(number)

    def total_before(self, number: int) -> int:
        """Return how many subjects the portions before this one have."""
        before = self._kept(number - 1)
        return before.total if before else 0

    def _kept(self, number: int) -> Portion | None:
        return self._ports.portions.kept(self._change, number=number) if number >= 0 else None

    def _new(self, number: int) -> Portion | None:
        if self._ports.policies.current_version() != self._version:
            return None
        before = self._kept(number - 1)
        walk = self._walk_from(before.last if before else None)
        evaluator, concerned, last = self._ready(), list[Subject](), None
        for looked_at, state in enumerate(walk, start=1):
            if evaluator.concerns(state):
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

    def _ready(self) -> PolicyEvaluator:
        if self._evaluator is None:
            policies, now = self._ports.policies, self._ports.clock()
            state_of, version_of = self._ports.state_of, policies.version
            self._evaluator = evaluator_of(policies.current(), state_of=state_of, now=now, version_of=version_of)
        return self._evaluator


def _place(command: ActivatePolicy) -> tuple[_Stage, int]:
    """With which portion of which stage this run goes on."""
    stage, _, number = (command.cursor or f"{_Stage.ASSESSING}-0").partition("-")
    try:
        return _Stage(stage), int(number)
    except ValueError as error:
        raise Rejected(f"no activation goes on at {command.cursor!r}") from error
