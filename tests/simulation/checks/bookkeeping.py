"""Correctness of the records: applied resources, counts, promises, and the audit log."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dayone.model.accounts import AccountState
from dayone.model.audit import first_break
from dayone.model.changes import Change
from dayone.model.grants import Grant, is_of_grants, joined
from dayone.model.guardrails import released
from dayone.model.operations import OPEN_STATES, Action, Applied, DeletionOutcome, Operation, OperationState
from dayone.model.people import Person
from dayone.model.policy.rules import Policy, Protection
from dayone.model.subject_state import Head
from dayone.model.subjects import Resource, ResourceKind, ResourceOf, Subject, SubjectKind
from dayone.ops.audit_rules import first_broken
from dayone.planning.desired_grants import has_ended_as_announced
from tests.fakes.table.policies import MemoryPolicies
from tests.simulation.model.day_one import parsed
from tests.simulation.model.hr_system import SOURCE
from tests.simulation.model.table import ObservedState

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

# The sweep wakes one, and the executor the others.
_A_SWEEP_OR_TWO = timedelta(minutes=3)
# One whose plan has been replaced has nothing to do any more, and is seen to when it is next looked at.
_LONGEST_PAUSE = timedelta(hours=1) + _A_SWEEP_OR_TWO
_WHOLE_SET = Resource(ResourceKind.PERMISSION_SET)
_ENDED = frozenset({OperationState.SUCCEEDED, OperationState.FAILED, OperationState.SUPERSEDED})


def promises(world: "Simulation") -> Iterator[str]:
    """Every acknowledged event is recorded."""
    state = world.day_one.state
    for told, change in world.outside.acknowledged:
        subject = Subject(SubjectKind.PERSON, told.person.id)
        head = state.heads.get(subject)
        if (change, subject) not in state.plans and f"hr:{SOURCE}:{told.reference}" not in state.deliveries:
            yield f"{told.reference} about {subject} was acknowledged and is not recorded"
        elif head is None or all(at < told.at for at in _known_as_of(head, state=state)):
            yield f"{subject} is not known as of {told.at}"
    yield from _promised_grants(world)
    if state.policy_in_force != world.outside.policy_version:
        yield f"policy {state.policy_in_force} is in force, not {world.outside.policy_version}"


def _promised_grants(world: "Simulation") -> Iterator[str]:
    existing = world.day_one.state.grants
    for grant in world.outside.granted.values():
        if grant.id not in existing or joined(existing[grant.id], grant) != existing[grant.id]:
            yield f"grant {grant.id} was taken and is not on record"
    for name, change in world.outside.about_grants:
        entry = existing[name]
        said = {name, *(each.change for each in entry.extensions), entry.end.change if entry.end else ""}
        is_beaten = entry.end is not None and change not in said
        if change not in said and not is_beaten:
            yield f"what change {change} says of grant {name} is not on record"


def _known_as_of(head: Head, *, state: ObservedState) -> Iterator[datetime]:
    """Yield the times of the recorded source records; repetitions are no part of the head."""
    yield from (record.version.at for record in head.source_records)
    yield from (version.at for (subject, _), version in state.heard.items() if subject == head.subject)


def counts(world: "Simulation") -> Iterator[str]:
    """The counts of changes, heads and the ledger are those of what they count."""
    state = world.day_one.state
    by_change = Counter((operation.change, operation.state) for operation in state.operations.values())
    plans = Counter(change for change, _ in state.plans)
    # A whole import that was refused is one failure, of no operation.
    refused = {change for change, subject in state.plans if subject.kind is SubjectKind.HR_SOURCE}
    for change in (change for name, change in state.changes.items() if name not in refused):
        yield from _counts_of(change, by_change, planned=plans[change.id])
    open_now = Counter(
        operation.subject for operation in state.operations.values() if _is_outstanding(operation, world=world)
    )
    for subject, head in state.heads.items():
        if head.outstanding != open_now[subject]:
            yield f"{subject} counts {head.outstanding} outstanding, there are {open_now[subject]}"
    existing = sum(applied.counted for applied in state.applied.values())
    if state.existing != existing:
        yield f"the ledger counts {state.existing}, there are {existing}"


def _counts_of(change: Change, there: Counter[tuple[str, OperationState]], *, planned: int) -> Iterator[str]:
    counted = {
        OperationState.SUCCEEDED: change.succeeded,
        OperationState.FAILED: change.failed,
        OperationState.SUPERSEDED: change.superseded,
        OperationState.HELD: change.held,
    }
    for which, count in counted.items():
        if count != there[change.id, which]:
            yield f"change {change.id} counts {count} {which}, there are {there[change.id, which]}"
    if change.operations != sum(there[change.id, which] for which in OperationState):
        yield f"change {change.id} counts {change.operations} operations"
    if change.planned != planned:
        yield f"change {change.id} counts {change.planned} plans, there are {planned}"
    if change.subjects is not None and change.planned > change.subjects:
        yield f"change {change.id} has planned {change.planned} of {change.subjects}"


def _is_outstanding(operation: Operation, *, world: "Simulation") -> bool:
    head = world.day_one.state.heads[operation.subject]
    return (
        operation.state in OPEN_STATES
        and operation.generation == head.generation
        and operation.id not in released(head.held)
    )


def log(world: "Simulation") -> Iterator[str]:
    """The audit log is whole, and has each end of an operation once, with AWS's request id."""
    state = world.day_one.state
    if broken := first_break(state.audit_records()):
        yield f"the chain breaks at {broken}"
    entries = [entry for entry, _ in state.log if entry.operation]
    ends = Counter((audit_entry.change, audit_entry.operation, audit_entry.outcome) for audit_entry in entries)
    request_ids = {audit_entry.request_id for audit_entry in entries}
    for operation in state.operations.values():
        # What was dropped by a decision is told by the decision's own entry.
        is_told = operation.state in _ENDED and operation.id not in world.day_one.state.dropped
        has_deleted = operation.outcome in (None, DeletionOutcome.DELETED)
        found = ends[operation.change, operation.id, str(operation.state if has_deleted else operation.outcome)]
        if is_told and found != 1:
            yield f"{operation.id} {operation.state}: {found} audit entries"
    if not world.has_lost_anything:
        for effect in world.aws.effects:
            if effect.request_id not in request_ids and not effect.what.startswith("permission_sets."):
                yield f"{effect.what} {effect.request_id} is not in the audit log"


def protocol(world: "Simulation") -> Iterator[str]:
    """Check that the log alone shows that the executor has kept its protocol."""
    if broken := first_broken(world.day_one.state.audit_records()):
        entry = world.day_one.state.log[broken.number - 1][0]
        yield f"{entry.operation} {entry.action} {entry.outcome}: {broken.message}; {entry.steps}"


def applied(world: "Simulation") -> Iterator[str]:
    """Check that applied resources are in Identity Center, and others there existed before, or are applied."""
    state, center = world.day_one.state, world.aws.center
    existing: set[str] = set()
    for of, entry in state.applied.items():
        existing |= set(entry.references.values())
        if entry.doubt is not None:
            if of.resource.kind is not ResourceKind.USER and not _may_stay_in_doubt(of, entry, world):
                yield f"{of} is in doubt: {entry.doubt}"
        elif not _is_there(of, entry, world=world):
            yield f"{of} is applied and not there: {entry.references}"
    unclear = any(applied.doubt is Action.CREATE for applied in state.applied.values())
    for shelf in (center.users, center.groups, center.memberships, center.permission_sets):
        for identifier in shelf:
            if identifier not in existing and identifier not in world.foreign and not unclear:
                yield f"{identifier} is there, and nobody knows of it"


def _may_stay_in_doubt(of: ResourceOf, applied: Applied, world: "Simulation") -> bool:
    account = world.day_one.organization.accounts.get(of.subject.name)
    if account is not None and account.state is not AccountState.ACTIVE:
        return True
    if applied.adopted and applied.doubt is Action.UPDATE and not _is_desired(of, world):
        # Somebody else's again: how the policy wanted it was being done when the policy gave it up.
        return True
    # With the guards of the versions before it, for as long as nobody has approved their end.
    in_force = MemoryPolicies(world.day_one.state, parse=parsed).current()
    if _is_protected(of, protection=in_force.protection, world=world):
        # Nobody may be touched whom the policy protects, whatever was under way when it began to.
        return True
    if any(held.resource in (of.resource, _WHOLE_SET) for held in world.day_one.state.heads[of.subject].held):
        # Its removal was held, or a human has said no to it: it stays as it is, whatever that is, with all its parts.
        return True
    if any(of.resource in each.covers and waits_for_others(each, world) for each in _in_force(of.subject, world)):
        # It goes with the whole, which stays for as long as a suspended account has it.
        return True
    operation = world.day_one.state.operations.get((applied.change, applied.operation))
    return operation is not None and (operation.state is OperationState.FAILED or waits_for_others(operation, world))


def _in_force(subject: Subject, world: "Simulation") -> Iterator[Operation]:
    state = world.day_one.state
    generation = state.heads[subject].generation
    yield from (operation for operation in state.operations_of(subject) if operation.generation == generation)


def _is_protected(of: ResourceOf, *, protection: Protection, world: "Simulation") -> bool:
    """Return whether it belongs to a protected person, or is such a person's in an account."""
    fact = world.day_one.state.heads[of.subject].fact
    person = of.resource.name.rpartition("/person:")[2] if of.resource.kind is ResourceKind.ASSIGNMENT else ""
    is_theirs = isinstance(fact, Person) and (fact.id in protection.people or fact.user_name in protection.users)
    return is_theirs or person in protection.people


def _is_desired(of: ResourceOf, world: "Simulation") -> bool:
    version = world.outside.policy_version
    policy = parsed(world.day_one.state.kept_policies[version]) if version else Policy()
    return of.subject.name in {rule.name for rule in policy.groups} | {rule.name for rule in policy.permission_sets}


def _is_there(of: ResourceOf, applied: Applied, *, world: "Simulation") -> bool:
    center, ids = world.aws.center, applied.references
    match of.resource.kind:
        case ResourceKind.USER:
            return ids.get("user_id") in center.users
        case ResourceKind.GROUP:
            return ids.get("group_id") in center.groups
        case ResourceKind.PERMISSION_SET:
            return ids.get("permission_set_arn") in center.permission_sets
        case ResourceKind.MEMBERSHIP:
            # A record that was rebuilt has the ids of the group and of the user instead.
            pair = (ids.get("group_id"), ids.get("user_id"))
            return ids.get("membership_id") in center.memberships or pair in center.memberships.values()
        case ResourceKind.ASSIGNMENT:
            principal = ids.get("user_id") or ids.get("group_id")
            return any(
                (key.account_id, key.permission_set_arn, key.principal_id)
                == (of.subject.name, ids.get("permission_set_arn"), principal)
                for key in center.assignments
            )
        case _:
            return True


def waits_for_others(operation: Operation, world: "Simulation") -> bool:
    """Return whether it is open, and waits for another operation, or a human."""
    if operation.state not in OPEN_STATES:
        return False
    # A set stays as long as an account has it that Day One leaves alone, such as a suspended one.
    is_refused = operation.action is Action.DELETE and "is assigned" in operation.failure_reason
    return bool(operation.waiting_for) or (is_refused and _is_assigned_anywhere(operation, world))


def _is_assigned_anywhere(operation: Operation, world: "Simulation") -> bool:
    applied = world.day_one.state.applied.get(operation.target)
    arn = applied.references.get("permission_set_arn") if applied else None
    return any(key.permission_set_arn == arn for key in world.aws.center.assignments)


def waits(world: "Simulation") -> Iterator[str]:
    """Check that parked operations are of a plan in force; their resource has neither come, gone nor been given up."""
    for operation, on, in_vain in _waiting_in_vain(world):
        if not _is_woken_soon(operation, world):
            yield f"{operation.id} waits for {on}, {in_vain}"


def about_to_be_woken(world: "Simulation") -> int:
    """Return how many parked operations are due to be woken: what they wait for has come, gone or been given up."""
    return sum(_is_woken_soon(operation, world) for operation, _, _ in _waiting_in_vain(world))


def _waiting_in_vain(world: "Simulation") -> Iterator[tuple[Operation, ResourceOf, str]]:
    state = world.day_one.state
    for on, waiting in state.parked.items():
        for operation in (state.operations[change, name] for _, change, name in waiting):
            if in_vain := _waits_in_vain(operation, on=on, state=state):
                yield operation, on, in_vain


def _is_woken_soon(operation: Operation, world: "Simulation") -> bool:
    is_replaced = world.day_one.state.heads[operation.subject].generation != operation.generation
    patience = _LONGEST_PAUSE if is_replaced else _A_SWEEP_OR_TWO
    return world.time.now - (operation.refused_since or operation.created_at) <= patience


def _waits_in_vain(operation: Operation, *, on: ResourceOf, state: ObservedState) -> str:
    own, head, confirmed = state.heads[operation.subject], state.heads.get(on.subject), state.applied.get(on)
    if own.generation != operation.generation and operation.id not in released(own.held):
        return "and its plan has been replaced"
    if operation.awaits_removal:
        return "" if confirmed else "which is gone"
    is_there = confirmed is not None and confirmed.doubt in (None, Action.UPDATE)
    # A set that was made anew waits for a mark of its own.
    if is_there and on.resource.kind is not ResourceKind.PROVISIONING:
        return "which is there"
    return f"which {became}" if head is not None and (became := head.given_up(on.resource)) else ""


def first_asked_for(removal: Operation, *, state: ObservedState) -> datetime:
    """Return the time of the first of consecutive plans with the same removal, when it was counted."""
    since = removal.created_at
    before = [entry for entry in state.operations_of(removal.subject) if entry.target == removal.target]
    for operation in reversed(before[: before.index(removal)]):
        was_let_go = operation.state is OperationState.SUPERSEDED and operation.id not in state.dropped
        if operation.action is not Action.DELETE or not was_let_go:
            break
        since = operation.created_at
    return since


def is_announced(removal: Operation, *, state: ObservedState) -> bool:
    """Return whether it takes away a resource of grants alone, at an announced end."""
    ended = has_ended_as_announced(_grants_of(removal.subject, state=state), now=removal.created_at)
    return removal.resource in ended and is_of_grants(reason.rule for reason in removal.reasons)


def ends_of_grants(world: "Simulation") -> Iterator[tuple[Operation, timedelta]]:
    """Each removal of what grants alone had given, and how long after the last of them had ended it was done."""
    state = world.day_one.state
    for operation in state.operations.values():
        is_done = (
            operation.action is Action.DELETE
            and operation.state is OperationState.SUCCEEDED
            and operation.finished_at is not None
        )
        if not (is_done and is_announced(operation, state=state)):
            continue
        grants = [each for each in _grants_of(operation.subject, state=state) if each.resource == operation.resource]
        over = [min(each.lasts_until, each.end.at if each.end else each.lasts_until) for each in grants]
        begun = [at for at in over if at <= operation.created_at]
        if begun and operation.finished_at:
            yield operation, operation.finished_at - max(begun)


def _grants_of(subject: Subject, *, state: ObservedState) -> list[Grant]:
    return [grant for grant in state.grants.values() if grant.subject == subject]


def is_let_go(operation: Operation, *, approved: set[str]) -> bool:
    """Return whether it took something away without a human's approval."""
    is_done = operation.state is OperationState.SUCCEEDED and bool(operation.request_id)
    return is_done and operation.id not in approved
