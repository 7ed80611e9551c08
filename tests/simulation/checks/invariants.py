"""Invariants of a world at rest; each check describes the violation."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from dayone.model.changes import CauseKind
from dayone.model.dependencies import GUARDED
from dayone.model.operations import Action, Operation, OperationState
from dayone.model.subjects import ResourceKind, SubjectKind
from tests.simulation.checks import bookkeeping
from tests.simulation.checks.answers import answers
from tests.simulation.checks.snapshot import refused_by_aws, snapshot
from tests.simulation.model.identity_center import form_of
from tests.simulation.model.table import ObservedState
from tests.simulation.oracle import policy_text
from tests.simulation.oracle.expected import expected, texts
from tests.simulation.oracle.facts import set_of
from tests.simulation.oracle.judge import differences
from tests.simulation.outside import ADMIN

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation


type Check = Callable[["Simulation"], Iterator[str]]

# The sweep comes every minute; then one request at a time may be all that the budget allows, and AWS takes its time.
_OF_HUMANS = frozenset({CauseKind.POLICY, CauseKind.GRANT, CauseKind.BY_HAND})
_A_SWEEP, _AN_HOUR = timedelta(minutes=4), timedelta(hours=1)


def budgets(world: "Simulation") -> Iterator[str]:
    """No second, whenever it begins, holds more calls than the budget, and no account two requests at a time."""
    for quota, most in world.aws.most_in_a_second.items():
        if most > world.day_one.budgets.range_of(quota)[1]:
            yield f"{most} calls of {quota} in one second"
    yield from (f"two requests at a time in account {account}" for account in world.aws.conflicts)


def guardrails(world: "Simulation") -> Iterator[str]:
    """No day and no change sees more removals than the limit of that day, but for approved or announced ones."""
    state = world.day_one.state
    let_go = [
        operation
        for operation in state.operations.values()
        if operation.action is Action.DELETE
        and operation.resource.kind in GUARDED
        and bookkeeping.is_let_go(operation, approved=state.approved)
        and not bookkeeping.is_announced(operation, state=state)
        # Source: docs/accounts.md: what a closed account has goes without a guardrail.
        and operation.subject.name not in world.outside.ever_gone
    ]
    days = Counter(bookkeeping.first_asked_for(operation, state=state).date() for operation in let_go)
    for day, count in days.items():
        if count > state.limits.get(day, 0):
            yield f"{count} removals on {day}, the limit is {state.limits.get(day, 0)}"
    most = max(state.limits.values(), default=0)
    for change, count in Counter(operation.change for operation in let_go).items():
        if count > most:
            yield f"{count} removals of change {change}, the limit is {most}"


def only_its_own(world: "Simulation") -> Iterator[str]:
    """Check that resources from before Day One still exist, unchanged."""
    center = world.aws.center
    shelves = (center.users, center.groups, center.memberships, center.permission_sets)
    there = {identifier for shelf in shelves for identifier in shelf}
    yield from (f"{name} was there before Day One and is gone" for name in sorted(world.foreign - there))
    yield from (
        f"{assignment} was assigned before Day One" for assignment in world.foreign_assignments - center.assignments
    )
    for arn, before in world.foreign_sets.items():
        if center.permission_sets.get(arn) != before:
            yield f"{arn} was there before Day One and was otherwise"
    given = [key for key in center.assignments if key.permission_set_arn in world.foreign_sets]
    yield from (f"{key} gives what no policy wants" for key in given)


def as_desired(world: "Simulation") -> Iterator[str]:
    """Identity Center holds what the facts and the policy describe, and accounts have permission sets as they are."""
    facts = world.outside.knows()
    facts.refused = set(refused_by_aws(world))
    yield from differences(facts, snapshot(world), now=world.time.now)
    open_items = expected(facts, now=world.time.now).open
    for (account, arn), form in world.aws.roles.items():
        # AWS deletes no set that is assigned; the role of one that is gone went before it.
        stored = world.aws.center.permission_sets.get(arn)
        if stored and form_of(stored) != form and set_of(stored.name) not in open_items:
            yield f"{account} has an old form of {stored.name}"


def grants_end(world: "Simulation") -> Iterator[str]:
    """Check that resources of grants alone go within a sweep of their end, and the executor's time, without trouble.

    A day's trouble may make it an hour. A suspended account is left alone for as long as it is.
    """
    patience = _AN_HOUR if world.weather.struck else _A_SWEEP
    ever_suspended = world.outside.ever_suspended
    for operation, late in bookkeeping.ends_of_grants(world):
        if late > patience and operation.subject.name not in ever_suspended:
            yield f"{operation.id} {operation.kind} {operation.resource} came {late} after the grant had ended"


def users_are_nobody_elses(world: "Simulation") -> Iterator[str]:
    """No user is that of two people, and no name or address is that of two users."""
    for user_id, count in Counter(user_id for _, user_id in users_of(world)).items():
        if count > 1:
            yield f"{user_id} is the user of {count} people"
    users = world.aws.center.users.values()
    for name in ("user_name", "email"):
        counts = Counter(record[name].casefold() for record in users if record.get(name))
        yield from (f"{count} users have one {name}" for count in counts.values() if count > 1)
    heads = world.day_one.state.heads
    claims = Counter(claim for head in heads.values() for claim in head.claims)
    yield from (f"{claim} belongs to {count} people" for claim, count in claims.items() if count > 1)


def users_of(world: "Simulation") -> Iterator[tuple[str, str]]:
    """The ids of people and of their users, as AWS has confirmed them."""
    for of, applied in world.day_one.state.applied.items():
        if of.resource.kind is ResourceKind.USER and "user_id" in applied.references:
            yield of.subject.name, applied.references["user_id"]


def sensitive_is_approved(world: "Simulation") -> Iterator[str]:
    """Check that nothing of what was always sensitive was given without a human's word about this very one.

    Source: docs/policy.md, "What is sensitive is held until somebody else has approved it".
    """
    state, rules_in_all = world.day_one.state, list(texts(world.outside.facts))
    policies = list(map(policy_text.sets, rules_in_all))
    names = {name for rules in policies for name in rules}
    sensitive = {
        name
        for name in names
        if all(policy_text.is_surely_sensitive(rules[name]) for rules in policies if name in rules)
    }
    approved = {
        operation.target
        for operation in state.operations.values()
        # Whoever is not here yet gets on the first day what somebody has approved until then.
        if operation.id in state.approved or operation.failure_reason.startswith("approved by ")
    }
    for operation in state.operations.values():
        is_made = operation.action is Action.CREATE and operation.state is OperationState.SUCCEEDED
        is_assignment = operation.resource.kind is ResourceKind.ASSIGNMENT and operation.request_id
        is_sensitive = operation.resource.name.partition("/")[0] in sensitive
        is_membership = operation.resource.kind is ResourceKind.MEMBERSHIP and operation.request_id
        of_sensitive = is_membership and _is_always_sensitive(operation.resource.name, rules_in_all, sets=sensitive)
        if is_made and operation.target not in approved and ((is_assignment and is_sensitive) or of_sensitive):
            yield f"{operation.id} {operation.target} is sensitive, and nobody has approved it"


def _is_always_sensitive(group: str, policies: list[policy_text.Rule], *, sets: set[str]) -> bool:
    """Return whether every policy that has the group gives it something sensitive, and none by birthright."""
    those = [policy for policy in policies if group in policy_text.groups(policy)]
    is_birthright = any(policy_text.groups(policy)[group].get("birthright") for policy in those)
    return bool(those) and not is_birthright and all(sets & {*policy_text.given_to(each, group)} for each in those)


def nobody_approves_alone(world: "Simulation") -> Iterator[str]:
    """Check that nobody has approved what their own edit, grant or entry had brought about.

    Source: docs/operations.md, "Approve or reject what is held".
    """
    state, others = world.day_one.state, False
    for entry, _ in state.log:
        if entry.action.startswith("approve-") and entry.change in state.changes:
            cause = state.changes[entry.change].cause
            if cause.actor == entry.actor and cause.kind in _OF_HUMANS:
                yield f"{entry.actor} has approved {entry.detail} of {entry.subject}, which {cause.kind} has caused"
            # Every rule is the admin's: what is sensitive by one is approved by somebody else first, whoever causes it.
            if entry.actor == ADMIN and "sensitive" in entry.action and not others:
                yield f"{entry.actor} has approved {entry.detail} of {entry.subject} by a rule that is nobody else's"
            others = others or entry.actor != ADMIN


def suspended_is_left_alone(world: "Simulation") -> Iterator[str]:
    """Check that nothing was planned to be given in an account for as long as it is suspended.

    Source: docs/accounts.md: it is left alone until it is active again.
    """
    for operation in world.day_one.state.planned_in_suspended:
        yield f"{operation.id} {operation.kind} {operation.resource} was planned though the account is suspended"


def wrong_is_refused(world: "Simulation") -> Iterator[str]:
    """Check that mistakes, as the documentation names them, are refused."""
    yield from world.outside.broken


def no_mishaps(world: "Simulation") -> Iterator[str]:
    """Functions raise what they are meant to raise."""
    yield from world.day_one.mishaps


def held_for_a_reason(world: "Simulation") -> Iterator[str]:
    """Check that a leaver's access waits for a human only when more was removed that day, with it, than always goes."""
    state, facts = world.day_one.state, world.outside.facts
    always = min(map(policy_text.fewest_removals, texts(facts)), default=0)
    held = [each for each in state.operations.values() if _was_held(each, state=state) and _is_of_a_person(each)]
    together = Counter((operation.change, operation.subject) for operation in held)
    for operation in held:
        if not world.outside.is_about_a_leaver(state.changes[operation.change].cause.reference):
            continue
        gone = sum(
            other.action is Action.DELETE
            and other.resource.kind in GUARDED
            and other.created_at.date() == operation.created_at.date()
            and not _was_held(other, state=state)
            for other in state.operations.values()
        )
        if operation.resource.kind in GUARDED and gone + together[operation.change, operation.subject] <= always:
            yield f"{operation.id} {operation.resource} of a leaver was held, as one of {gone} removals and its own"


def _is_of_a_person(removal: Operation) -> bool:
    """Return whether it takes something from one person: an account may lose what an edit takes meanwhile."""
    is_theirs = removal.subject.kind is SubjectKind.PERSON or "/person:" in removal.resource.name
    return removal.action is Action.DELETE and is_theirs


def _was_held(operation: Operation, *, state: ObservedState) -> bool:
    return operation.state is OperationState.HELD or operation.id in state.approved or operation.id in state.dropped


AT_REST: Mapping[str, Check] = {
    "acknowledged means recorded": bookkeeping.promises,
    "the end is what is desired": as_desired,
    "counts add up": bookkeeping.counts,
    "every change is in the audit log": bookkeeping.log,
    "the log keeps the protocol": bookkeeping.protocol,
    "applied is what AWS has": bookkeeping.applied,
    "what waits waits for something": bookkeeping.waits,
    "budgets": budgets,
    "removals above the limit are held": guardrails,
    "what is held is held for a reason": held_for_a_reason,
    "only its own is removed": only_its_own,
    "grants end": grants_end,
    "users are nobody else's": users_are_nobody_elses,
    "nobody approves their own": nobody_approves_alone,
    "what is suspended is left alone": suspended_is_left_alone,
    "what is wrong is refused": wrong_is_refused,
    "what is sensitive was approved": sensitive_is_approved,
    "answers are true": answers,
    "no mishaps": no_mishaps,
}


def check_at_rest(world: "Simulation", *, checks: Mapping[str, Check] = AT_REST) -> None:
    world.outside.looks_at_policy()
    for name, check in checks.items():
        for message in check(world):
            world.violations.add(name, message, at=world.time.seconds)
