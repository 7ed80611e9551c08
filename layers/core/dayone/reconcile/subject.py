"""Reconcile one subject: compare what it should have with what it has, and commit the difference as operations."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from dayone.errors import Conflicting
from dayone.executor.taken_over import TakeOver
from dayone.hr.resolve_person import EchoNotes
from dayone.model.audit import expiry_entries
from dayone.model.changes import CauseKind
from dayone.model.commands import AdoptExisting, ApplyGrant, ApplyHrRecord, Command, ReconcileSubject
from dayone.model.guardrails import RemovalBudget, Verdict, expired, limit
from dayone.model.hr_sources import BY_HAND
from dayone.model.operations import Applied
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import Head, Plan, SubjectState
from dayone.model.subjects import Resource, ResourceKind, assignment_in
from dayone.planning.additions import AdditionsResult, additions, judge_additions
from dayone.planning.desired_grants import people_granted
from dayone.planning.evaluation import Diff, PolicyEvaluator, diff_subject
from dayone.planning.facts import (
    Holders,
    ResolvedFact,
    ResolveFact,
    employed_among,
    evaluator_of,
    note_access,
    people_concerned,
    record_grants,
)
from dayone.planning.held_gifts import why_gifts_are_held
from dayone.planning.judgement import (
    GuardrailResult,
    SplitDiff,
    SubjectRemovals,
    removals_of,
    split_held,
    why_held,
)
from dayone.planning.plan import PlanInputs, is_settled, normalized_state, plan_of, with_bootstrap, with_operations
from dayone.ports.store import Changes, Grants, HeldParts, Ledger, Policies, Subjects
from dayone.reconcile.blame import with_blame, with_failed_before
from dayone.reconcile.requeue import Requeue, Wakeups, may_have_turned

WITHDRAWN = "no longer asked for"
_EXPIRED = "nobody decided on it in time"
_COMMIT_ATTEMPTS = 5
# Accounts are planned again for what is assigned to the person alone; the person is planned by a command of its own.
_ABOUT_PEOPLE = frozenset({CauseKind.HR_EVENT, CauseKind.BY_HAND})


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """Ports for reconciling; `token` returns a short random text that distinguishes two plans of one number.

    Held gifts expire after `held_expiry`, never when that is 0. `hr_authors` returns the authors of the
    HR configuration, each with the time since when what they wrote has been in force.
    """

    subjects: Subjects
    changes: Changes
    policies: Policies
    grants: Grants
    ledger: Ledger
    held: HeldParts
    echoes: EchoNotes
    requeue: Requeue
    wakeups: Wakeups
    hr_authors: Callable[[], Mapping[str, datetime]]
    take_over: TakeOver
    clock: Callable[[], datetime]
    token: Callable[[], str]
    held_expiry: timedelta


def reconcile_subject[C: Command](command: C, *, resolve: ResolveFact[C], ports: Reconciliation) -> None:
    """Plan the subject of a command and commit the plan; the same command again is harmless.

    `resolve` decides which fact it is planned with. Raises Conflicting when others keep writing the same subject.
    """
    if ports.subjects.is_planned(command.subject, change=command.cause.change):
        # The first try may have died between its commit and what comes after it.
        head = ports.subjects.load(command.subject).head
        drop_withdrawn(head, held=ports.held, now=ports.clock())
        ports.wakeups.repeat(head, policy=ports.policies.current())
        ports.requeue.after(command, head, turned=True, planned_with=None)
        return
    if _was_taken(command, ports=ports):
        return
    for attempt in range(1, _COMMIT_ATTEMPTS + 1):
        inputs = _inputs(command, resolve=resolve, ports=ports)
        plan = _plan(inputs, ports=ports)
        leads_to = (plan.operations, plan.grants, plan.reasons, plan.removals, plan.held_reason)
        if not any(leads_to) and ports.echoes.is_noted(plan, inputs=inputs):
            break
        try:
            ports.subjects.commit(plan)
        except Conflicting:
            # The executor counts its results on the same head, and other plans take from the same budget.
            if attempt == _COMMIT_ATTEMPTS:
                raise
        else:
            break
    drop_withdrawn(plan.after, held=ports.held, now=ports.clock())
    ports.wakeups.after(plan, policy=inputs.policy)
    turned = may_have_turned(plan.before, plan.after, now=ports.clock())
    ports.requeue.after(command, plan.after, turned=turned, planned_with=inputs.employed)


def _was_taken(command: Command, *, ports: Reconciliation) -> bool:
    """Return whether the command's delivery was received: one received without a plan was an echo, which is noted."""
    delivery = command.delivery if isinstance(command, ApplyHrRecord) else ""
    original = ports.subjects.taken_by(delivery) if delivery else ""
    if original not in ("", command.cause.change):
        # The command repeats a delivery: its sender used one id for two, or sent one with another time.
        received_at = command.cause.received_at or ports.clock()
        note = f"repeats the delivery of change {original}, received {received_at:%Y-%m-%d %H:%M:%S} UTC: not recorded"
        ports.changes.dismiss(command.cause, note=note)
    return bool(original)


def _inputs[C: Command](command: C, *, resolve: ResolveFact[C], ports: Reconciliation) -> PlanInputs:
    """Load the subject, and resolve the fact and the grants that it is planned with."""
    policy, now = ports.policies.current(), ports.clock()
    recorded = ports.subjects.load(command.subject)
    # The plan forgets what was withdrawn before it: by then its operations must be over.
    drop_withdrawn(recorded.head, held=ports.held, now=now)
    held = expired(recorded.head.held, now=now, policy_version=policy.version)
    over = [removal for removal in held if removal not in recorded.head.held]
    resolved = resolve(command, head := replace(recorded.head, held=held), now)
    resolved = _as_counted(resolved, applied=recorded.applied) if resolved.corrections else resolved
    state = SubjectState(head, {**recorded.applied, **{each.resource: each for each in resolved.corrections}})
    if policy.sensitive.accounts or state.head.adoption or isinstance(command, AdoptExisting):
        note_access(command, state=state, fact=resolved.fact, policy=policy, policies=ports.policies)
    granted_to = people_granted((*state.head.grants, *([command.grant] if isinstance(command, ApplyGrant) else [])))
    people = people_concerned(resolved.fact, policy=policy, granted=granted_to, subjects=ports.subjects)
    holders = Holders(fact=resolved.fact, cycle=policy.people, people=people)
    granted = record_grants(command, state=state, holders=holders, grants=ports.grants, now=now)
    return PlanInputs(
        command=command,
        recorded=recorded.head,
        state=normalized_state(
            state, command=command, fact=resolved.fact, grants=granted.grants, policy=policy, now=now
        ),
        resolved=resolved,
        policy=policy,
        now=now,
        employed=employed_among(people.values(), policy=policy, now=now),
        granted=granted,
        expiries=tuple(expiry_entries(command.subject, over, now=now)),
        held_expiry=ports.held_expiry,
    )


def _as_counted(resolved: ResolvedFact, *, applied: Mapping[Resource, Applied]) -> ResolvedFact:
    """Return what is to be recorded anew counted as it is recorded: the ledger's total has those that are."""
    corrections = (
        replace(each, counted=each.resource in applied and applied[each.resource].counted)
        for each in resolved.corrections
    )
    return replace(resolved, corrections=tuple(corrections))


def _plan(inputs: PlanInputs, *, ports: Reconciliation) -> Plan:
    """Compare desired with applied, have the guardrails judge what would be removed, and write the plan down."""
    state, policy, now, cause, resolved = inputs.state, inputs.policy, inputs.now, inputs.command.cause, inputs.resolved
    state_of, accounts_with, version_of = ports.subjects.load, ports.subjects.accounts_with, ports.policies.version
    evaluator = evaluator_of(
        policy, state_of=state_of, now=now, employed=inputs.employed, accounts_with=accounts_with, version_of=version_of
    )
    if policy.reservations.takes_over:
        evaluator = replace(evaluator, existing=ports.take_over.finder(policy, state_of=state_of))
    diff = diff_subject(state, fact=resolved.fact, evaluator=evaluator, source_records=resolved.source_records)
    split = split_held(diff, head=state.head)
    plan = plan_of(inputs, diff=diff, split=split)
    if is_settled(plan, split=split, gifts=diff.ahead.gifts):
        return with_bootstrap(plan)
    removals = removals_of(split, diff=diff, applied=inputs.counted)
    guarded = guard_removals(
        split, diff=diff, removals=removals, change=cause.change, policy=policy, ledger=ports.ledger, now=now
    )
    added = guard_additions(split, diff=diff, inputs=inputs, evaluator=evaluator, ledger=ports.ledger)
    guarded = added.joined(guarded)
    plan = with_operations(plan, inputs=inputs, split=split, diff=diff, guarded=guarded, token=ports.token())
    plan = replace(plan, after=replace(plan.after, adding=added.adding), additions=added.budget)
    if guarded.stopped:
        plan = with_blame(plan, held=guarded.stopped, inputs=inputs, diff=diff, ports=ports)
    # Each is about a part of the subject, and responsible for no more. Every other command is about all of it.
    follows_person = isinstance(inputs.command, ReconcileSubject) and cause.kind in _ABOUT_PEOPLE
    is_of_part = follows_person or cause.kind is CauseKind.POLICY or isinstance(inputs.command, ApplyGrant)
    if is_of_part and (state.head.failed or state.head.outstanding):
        return with_failed_before(plan, command=inputs.command, failed=ports.changes.failed_in_plan(state.head))
    return plan


def guard_removals(
    split: SplitDiff,
    *,
    diff: Diff,
    removals: SubjectRemovals,
    change: str,
    policy: Policy,
    ledger: Ledger,
    now: datetime,
) -> GuardrailResult:
    """Hold all new removals that are judged together, or none; what is given and waits for approval is held anyway."""
    result = _guarded(split, removals=removals, change=change, policy=policy, ledger=ledger, now=now)
    gifts = {
        difference.resource: why for difference in split.allowed if (why := diff.ahead.gifts.get(difference.resource))
    }
    reason = "; ".join(filter(None, (result.reason, why_gifts_are_held(gifts.items()))))
    return GuardrailResult(
        removing=result.removing, stopped=result.stopped | gifts.keys(), reason=reason, budget=result.budget
    )


def guard_additions(
    split: SplitDiff, *, diff: Diff, inputs: PlanInputs, evaluator: PolicyEvaluator, ledger: Ledger
) -> AdditionsResult:
    """Hold all new additions of a subject, or none."""
    head, command, cause, now = inputs.state.head, inputs.command, inputs.command.cause, inputs.now
    # What was approved takes nothing of the limit.
    gifts = diff.ahead.gifts.keys() | diff.ahead.due
    of_edit, day = _of_edit(inputs, evaluator=evaluator), now.astimezone(UTC).date()
    is_by_hand = isinstance(command, ApplyHrRecord) and command.record.source == BY_HAND
    counted = additions(
        split.allowed,
        state=inputs.state,
        gifts=gifts,
        origin=cause.origin,
        now=now,
        of_edit=of_edit,
        beside_hr=is_by_hand and any(record.source != BY_HAND for record in head.source_records),
    )
    if not counted:
        return AdditionsResult()
    tally = ledger.tally(cause.change, day=day)
    return judge_additions(counted, before=head.adding, guardrails=inputs.policy.guardrails, tally=tally, day=day)


def _of_edit(inputs: PlanInputs, *, evaluator: PolicyEvaluator) -> Collection[Resource]:
    """Return what an edit gives the subject by its recorded fact, if its roll-out has not come here yet."""
    head = inputs.state.head
    if not 0 < head.policy_version < inputs.policy.version:
        return ()
    desired = evaluator.desired(inputs.state, fact=head.fact).resources
    # What is assigned to a person alone follows their employment.
    return [
        resource
        for resource in desired
        if resource.kind is not ResourceKind.ASSIGNMENT or assignment_in(resource).principal.group
    ]


def _guarded(
    split: SplitDiff, *, removals: SubjectRemovals, change: str, policy: Policy, ledger: Ledger, now: datetime
) -> GuardrailResult:
    if not split.new:
        return GuardrailResult(removing=split.removing)
    day = now.astimezone(UTC).date()
    tally = ledger.tally(change, day=day)
    goes: tuple[Resource, ...] = ()
    reasons: list[str] = []
    for part in removals.parts():
        if reason := why_held(part.counted, policy=policy, tally=tally):
            reasons.append(reason)
        else:
            goes += part.resources
            tally = replace(tally, today=tally.today + part.number, in_change=tally.in_change + part.number)
    # Held to by the commit: somebody else may take what is left of the budget meanwhile.
    at_most = limit(policy.removal_limits, existing=tally.existing)
    return GuardrailResult(
        removing=(*split.removing, *goes),
        stopped=frozenset(split.new).difference(goes),
        reason="; ".join(reasons),
        budget=RemovalBudget(day=day, count=len(goes), at_most=at_most) if goes else None,
    )


def drop_withdrawn(head: Head, *, held: HeldParts, now: datetime) -> None:
    """Supersede the operations of removals that were withdrawn or have expired; harmless when that is done."""
    over = [removal for removal in head.held if removal.verdict in (Verdict.WITHDRAWN, Verdict.EXPIRED)]
    for change, verdict in dict.fromkeys((removal.change, removal.verdict) for removal in over):
        operations = [removal.operation for removal in over if (removal.change, removal.verdict) == (change, verdict)]
        is_expiry = verdict is Verdict.EXPIRED
        reason = _EXPIRED if is_expiry else WITHDRAWN
        held.drop(change, operations, reason=reason, at=now, is_expiry=is_expiry)
