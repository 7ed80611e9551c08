"""Write a plan down: what a subject's head is to remember, the operations, and what of them a guardrail holds."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dayone.model.accounts import GONE, Account
from dayone.model.audit import AuditEntry
from dayone.model.commands import AdoptExisting, ApplyHrRecord, Command, CorrectRecord, RefreshAccount, RestoreResources
from dayone.model.dependencies import with_parts
from dayone.model.grants import Grant
from dayone.model.guardrails import HeldPart, expires_at, held_as, next_expiry, notes_on
from dayone.model.operations import Action, Applied, Operation, OperationState
from dayone.model.people import IdentitySource, Person, has_access
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import (
    Bootstrap,
    Head,
    Plan,
    ReceivedMessage,
    SubjectState,
    bootstrap_after,
    generation_number,
)
from dayone.model.subjects import Resource, ResourceKind, user_of
from dayone.planning.compiled_rules import ready
from dayone.planning.desired import with_memory, without_sensitivity
from dayone.planning.desired_grants import next_turn
from dayone.planning.desired_people import lost_at, next_look
from dayone.planning.diff import Planned, doubts, fingerprint, operations, reported_leavers
from dayone.planning.evaluation import Diff
from dayone.planning.facts import GrantUpdate, ResolvedFact, next_read_at
from dayone.planning.judgement import GuardrailResult, SplitDiff


def normalized_state(
    state: SubjectState,
    *,
    command: Command,
    fact: Person | Account | None,
    grants: tuple[Grant, ...],
    policy: Policy,
    now: datetime,
) -> SubjectState:
    """Return the state to plan from, with the grants to be stored.

    An account that was closed and is back may have lost everything confirmed before; one that nothing was received
    about before the initial discovery existed before Day One, and one that is not sensitive any more, by what account
    owners can change, waits in the same way. Resources to be recreated are created again, as after an absence. What AWS
    no longer has is in doubt, so that it is restored. A decision to adopt is dropped once it was carried out or lapsed.
    """
    adoption = command.adoption if isinstance(command, AdoptExisting) else state.head.adoption
    if adoption is not None and adoption is state.head.adoption and not state.head.is_adopting:
        adoption = None
    head = replace(state.head, grants=grants, adoption=adoption)
    if policy.sensitive.accounts:
        head = without_sensitivity(head, fact=fact, policy=policy)
    state = replace(state, head=head)
    if isinstance(command, RestoreResources | CorrectRecord):
        return replace(state, applied={**state.applied, **doubts(state.applied, command=command)})
    if _is_gone(head.fact) and not _is_gone(fact):
        return replace(state, head=replace(head, trusted_since=now))
    if not isinstance(command, RefreshAccount):
        return state
    if command.recreate:
        return replace(state, head=replace(head, trusted_since=now, bootstrap=None))
    if command.is_initial_discovery and head.fact is None and fact is not None:
        return replace(state, head=replace(head, awaits_approval=True))
    return state


def with_bootstrap(plan: Plan) -> Plan:
    """Return the plan with the bootstrap state of an account; other subjects have none."""
    fact, is_new = plan.after.fact, plan.after.generation != plan.before.generation
    if not isinstance(fact, Account):
        return plan
    if plan.after.awaits_approval and plan.before.bootstrap is None:
        # It is not new: whatever it is given, nobody waits for it to be ready.
        completed = Bootstrap(change=plan.cause.change, since=plan.cause.at, is_over=True)
        return replace(plan, after=replace(plan.after, bootstrap=completed))
    begun = (operation for operation in plan.operations if operation.state is OperationState.PENDING)
    bootstrap = bootstrap_after(
        plan.before.bootstrap,
        account=fact,
        before=plan.before.progress,
        begun=plan.after.outstanding if is_new else None,
        gives=any(each.action is Action.CREATE and each.resource.kind is ResourceKind.ASSIGNMENT for each in begun),
        cause=plan.cause,
    )
    return replace(plan, after=replace(plan.after, bootstrap=bootstrap))


def _is_gone(fact: Person | Account | None) -> bool:
    return isinstance(fact, Account) and fact.state in GONE


# Far longer than any sender repeats a delivery that was not acknowledged.
REMEMBER_DELIVERIES = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class PlanInputs:
    """Inputs of a plan: the command, the recorded head, the fact in force, and the policy.

    `recorded` is the stored head, `state` the state to plan from. `employed` are those people with assignments in this
    account who are in employment. `expiries` are audit entries on what has just expired; what is newly held expires
    after `held_expiry`, 0 for never.
    """

    command: Command
    recorded: Head
    state: SubjectState
    resolved: ResolvedFact
    policy: Policy
    now: datetime
    employed: frozenset[str]
    granted: GrantUpdate = field(default_factory=GrantUpdate)
    expiries: tuple[AuditEntry, ...] = ()
    held_expiry: timedelta = timedelta(0)

    @property
    def counted(self) -> Mapping[Resource, Applied]:
        """Resources that count as the subject's when removals are judged, including those only to be recreated."""
        is_recreated = isinstance(self.command, RefreshAccount) and self.command.recreate
        return self.state.applied if is_recreated else self.state.trusted


def plan_of(inputs: PlanInputs, *, diff: Diff, split: SplitDiff) -> Plan:
    """Build the plan of a subject without its operations."""
    resolved, granted, command = inputs.resolved, inputs.granted, inputs.command
    name = command.delivery if isinstance(command, ApplyHrRecord) else ""
    corrects = command if isinstance(command, RestoreResources | CorrectRecord) else None
    put = _put_in_doubt(corrects, applied=inputs.state.applied, diff=diff) if corrects else ()
    return Plan(
        cause=command.cause,
        before=inputs.state.head,
        after=replace(_head_after(inputs, diff=diff, held=split.held), removing=split.removing, held=split.held),
        notes=(*resolved.notes, *granted.notes, *filter(None, [diff.left_alone]), *diff.notes, *notes_on(split.held)),
        audit=(*inputs.expiries, *resolved.audit, *granted.audit),
        delivery=ReceivedMessage(name=name, forget_at=inputs.now + REMEMBER_DELIVERIES) if name else None,
        grants=granted.written,
        reasons=diff.reasons,
        corrections=(*resolved.corrections, *(put if isinstance(command, CorrectRecord) else ())),
        doubts=put if isinstance(command, RestoreResources) else (),
        adds_subject=isinstance(command, RefreshAccount) and command.only_if_changed,
    )


def _put_in_doubt(
    command: RestoreResources | CorrectRecord, *, applied: Mapping[Resource, Applied], diff: Diff
) -> tuple[Applied, ...]:
    """Return what a repair or a correction has put in doubt: any later plan makes the same of it."""
    given = {each.resource for each in (command.unmanaged if isinstance(command, RestoreResources) else ())}
    named = with_parts(command.missing, recorded=applied) | given
    # Once a suspended account, or what the policy protects, is planned again, nobody may rely on what it does not have.
    if isinstance(command, RestoreResources) or not diff.left_alone:
        named &= {each.resource for each in diff.differences}
    return tuple(applied[resource] for resource in sorted(named) if resource in applied)


def is_settled(plan: Plan, *, split: SplitDiff, gifts: Collection[Resource]) -> bool:
    """Return whether there is nothing to do, or the same is under way already.

    After failures, a plan without operations replaces the failed one. What needs an approval by now is held anew.
    """
    before = plan.before
    waits_for_the_same = before.former_holders == plan.after.former_holders and before.adoption == plan.after.adoption
    is_under_way = before.outstanding > 0 and waits_for_the_same and before.fingerprint == fingerprint(split.allowed)
    is_under_way = is_under_way and not any(difference.resource in gifts for difference in split.allowed)
    is_nothing = not split.allowed and before.outstanding == 0 and before.failed == 0
    return (is_under_way or is_nothing) and not split.takes_back


def with_operations(
    plan: Plan, *, inputs: PlanInputs, split: SplitDiff, diff: Diff, guarded: GuardrailResult, token: str
) -> Plan:
    """Return the plan with its operations; those stopped by a guardrail are held."""
    generation = f"{generation_number(plan.before.generation) + 1}-{token}"
    subject, announced, applied = plan.before.subject, diff.announced, inputs.state.applied
    planned = Planned(
        cause=plan.cause,
        subject=subject,
        generation=generation,
        now=inputs.now,
        announced=announced,
        vacated_by=tuple(user_of(person) for person in plan.after.former_holders),
        adopts=diff.adoption.digest if diff.adoption else "",
        leavers=reported_leavers(inputs.command, after=plan.after, applied=applied, employed=inputs.employed),
        called=ready(inputs.policy).called,
    )
    made = _with_stopped(operations(split.allowed, planned=planned), stopped=guarded.stopped, diff=diff)
    after = replace(
        plan.after,
        generation=generation,
        change=plan.cause.change,
        fingerprint=fingerprint(
            difference for difference in split.allowed if difference.resource not in guarded.stopped
        ),
        outstanding=sum(1 for operation in made if operation.state is not OperationState.HELD),
        failed=0,
        removing=guarded.removing,
    )
    plan = with_bootstrap(replace(plan, after=after, operations=made, removals=guarded.budget))
    return _with_held(plan, diff=diff, reason=guarded.reason, inputs=inputs) if guarded.stopped else plan


def _with_stopped(made: Iterable[Operation], *, stopped: Collection[Resource], diff: Diff) -> tuple[Operation, ...]:
    """Return the operations, with stopped ones held, for which no other waits; what exists is only looked for."""
    made, gifts, existing = tuple(made), diff.ahead.gifts, diff.ahead.existing
    given = {operation.number for operation in made if operation.resource in stopped and operation.resource in gifts}
    return tuple(
        replace(operation, state=OperationState.HELD)
        if operation.resource in stopped
        else replace(operation, after=after, only_existing=operation.resource in existing)
        for operation in made
        for after in [tuple(number for number in operation.after if number not in given)]
    )


def _head_after(at: PlanInputs, *, diff: Diff, held: Collection[HeldPart]) -> Head:
    fact = at.resolved.fact
    head = replace(at.state.head, fact=fact, version=at.resolved.version, policy_version=at.policy.version)
    head = replace(head, stands_on=diff.desired.stands_on, stands_by=diff.desired.stands_by)
    if at.resolved.source_records is not None:
        head = replace(
            head,
            source_records=at.resolved.source_records,
            claims=at.resolved.claims or (),
            former_holders=at.resolved.former_holders,
            awaits_names=at.resolved.awaits_names,
        )
    if head.former_holders and at.policy.people.identity_source is IdentitySource.EXTERNAL:
        # A provider gives those who return the user they had; the policy has who they are.
        others = (name for name in head.former_holders if at.policy.people.original_of(name) != head.subject.name)
        head = replace(head, former_holders=tuple(others))
    other = [next_expiry(held), diff.desired.given_anew_at]
    other.append(_look_for_names_at(head, now=at.now) if head.awaits_names else None)
    if isinstance(fact, Person):
        other.append(next_look(fact, state=at.state, policy=at.policy, now=at.now))
        is_here = has_access(fact, cycle=at.policy.people, now=at.now)
        lost = lost_at(at.state, person=fact, policy=at.policy, now=at.now)
        due_at = min(filter(None, other), default=None)
        return replace(head, due_at=due_at, has_access=is_here, access_lost_at=lost)
    other.append(next_turn(head.grants, now=at.now))
    if isinstance(fact, Account):
        authors = at.command.cause.authors if isinstance(at.command, RefreshAccount) else ()
        head = with_memory(head, state=at.state, authors=authors, policy=at.policy, now=at.now)
        other.append(next_read_at(fact, since=head.version.at, now=at.now) if head.version else None)
    return replace(head, due_at=min(filter(None, other), default=None))


def _look_for_names_at(head: Head, *, now: datetime) -> datetime:
    """After as long again as the person has waited by then, between a minute and an hour."""
    waited = now - head.version.at if head.version else timedelta(0)
    return now + min(max(waited, timedelta(minutes=1)), timedelta(hours=1))


def _with_held(plan: Plan, *, diff: Diff, reason: str, inputs: PlanInputs) -> Plan:
    held = tuple(
        _held(operation, diff, inputs=inputs) for operation in plan.operations if operation.state is OperationState.HELD
    )
    entry = AuditEntry(
        at=inputs.now,
        actor=plan.cause.actor,
        action=f"hold-{held_as(held)}",
        subject=str(plan.before.subject),
        change=plan.cause.change,
        outcome="held",
        detail=reason,
    )
    return replace(
        plan,
        after=replace(
            plan.after,
            held=(*plan.after.held, *held),
            due_at=min(filter(None, (plan.after.due_at, next_expiry(held))), default=None),
        ),
        notes=(*plan.notes, f"held for approval: {reason}"),
        audit=(*plan.audit, entry),
        held_reason=reason,
    )


def _held(operation: Operation, diff: Diff, *, inputs: PlanInputs) -> HeldPart:
    gift, is_addition = diff.ahead.gifts.get(operation.resource), operation.resource in diff.added
    since = diff.ahead.since(operation.resource, now=inputs.now)
    return HeldPart(
        resource=operation.resource,
        change=operation.change,
        operation=operation.id,
        has_left=diff.ground_of(operation.resource).has_left,
        is_gift=gift is not None or is_addition,
        is_addition=is_addition,
        of_edit=bool(inputs.policy.reservations.hold) and operation.resource in diff.of_edit,
        sensitive=gift.reason if gift and gift.is_sensitive else "",
        form=(diff.form or diff.ahead.form_of(operation.resource)) if gift and gift.is_sensitive else "",
        at=inputs.now,
        expires_at=expires_at(since, after=inputs.held_expiry) if gift or is_addition else None,
        rests_on=diff.ahead.forms.get(operation.resource, ""),
    )
