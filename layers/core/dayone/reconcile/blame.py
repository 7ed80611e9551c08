"""Note on a plan who may not decide on what it holds: those who caused it, and those who would gain by it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Protocol

from dayone.model.changes import Blame, CauseKind
from dayone.model.commands import ApplyGrant, Command
from dayone.model.operations import Operation
from dayone.model.subject_state import Plan, SubjectState
from dayone.model.subjects import Resource, ResourceKind, Subject, SubjectKind, assignment_in
from dayone.planning.blame import blamed_for, with_gainers
from dayone.planning.causes import Circumstances
from dayone.planning.evaluation import Diff
from dayone.planning.plan import PlanInputs
from dayone.ports.store import Policies, Subjects


class BlamePorts(Protocol):
    """Ports for finding who caused held operations; see Reconciliation."""

    @property
    def subjects(self) -> Subjects:
        """The subjects."""

    @property
    def policies(self) -> Policies:
        """The policies."""

    @property
    def hr_authors(self) -> Callable[[], Mapping[str, datetime]]:
        """The authors of the HR configuration."""


def _blame(
    held: Collection[Resource], *, inputs: PlanInputs, diff: Diff, ports: BlamePorts
) -> Mapping[Resource, Sequence[Blame]]:
    """Return the causes of each held operation, however long ago."""
    policy, resolved, head = inputs.policy, inputs.resolved, inputs.state.head
    assigned = {
        assignment_in(resource).principal.person for resource in held if resource.kind is ResourceKind.ASSIGNMENT
    }
    is_loosened = any(resource.kind is ResourceKind.GUARDRAILS for resource in held)
    circumstances = Circumstances(
        policy=policy,
        # As it counts it is as strict as the one before.
        uploaded=ports.policies.version(policy.version) if is_loosened else policy,
        origins=ports.policies.origins(),
        state=inputs.state,
        fact=resolved.fact,
        source_records=head.source_records if resolved.source_records is None else resolved.source_records,
        now=inputs.now,
        of_leavers=frozenset(resource for resource in held if diff.ground_of(resource).has_left),
        people={name: ports.subjects.load(Subject(SubjectKind.PERSON, name)).head for name in assigned if name},
        configured=ports.hr_authors(),
    )
    given = diff.added | diff.ahead.gifts.keys()
    return {resource: blamed_for([resource], given=given, at=circumstances) for resource in sorted(held)}


def with_blame(plan: Plan, *, held: Collection[Resource], inputs: PlanInputs, diff: Diff, ports: BlamePorts) -> Plan:
    """Return the plan with whoever may not decide on what it holds: for each held operation, and for the change.

    Nobody approves what they would be given themselves, and so that stays when they approve the rest of the change.
    """
    blamed_of, subject = _blame(held, inputs=inputs, diff=diff, ports=ports), plan.after.subject
    made = {operation.id for operation in plan.operations}
    planned = replace(inputs.state, head=plan.after)

    def state_of(other: Subject) -> SubjectState:
        return planned if other == subject else ports.subjects.load(other)

    parts = tuple(
        with_gainers(
            replace(removal, blamed=_actors(blamed_of.get(removal.resource, ()))), subject=subject, state_of=state_of
        )
        if removal.operation in made
        else removal
        for removal in plan.after.held
    )
    first: dict[tuple[str, bool], Blame] = {}
    for blame in chain.from_iterable(blamed_of.values()):
        first.setdefault((blame.actor, blame.of_leavers), blame)
    return replace(plan, after=replace(plan.after, held=parts), blamed=tuple(first.values()))


def _actors(blamed: Iterable[Blame]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(blame.actor for blame in blamed))


def with_failed_before(plan: Plan, *, command: Command, failed: Iterable[Operation]) -> Plan:
    """Mark the operations that are the same as failed ones of the previous plan.

    Operations that the cause itself asks for belong to its change, whenever they have failed.
    """
    others = (operation for operation in failed if not _is_own(operation.resource, command=command))
    before = {(operation.action, operation.resource): operation.attributes for operation in others}
    operations = tuple(
        replace(operation, failed_before=before.get((operation.action, operation.resource)) == operation.attributes)
        for operation in plan.operations
    )
    return replace(plan, operations=operations)


def _is_own(resource: Resource, *, command: Command) -> bool:
    """Return whether a grant gives or takes it, or whether it is a person's assignment in their account."""
    if isinstance(command, ApplyGrant):
        return resource == command.grant.resource
    if command.cause.kind is CauseKind.POLICY or resource.kind is not ResourceKind.ASSIGNMENT:
        return False
    return bool(assignment_in(resource).principal.person)
