"""Subjects and due work in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dayone.errors import Conflicting
from dayone.model.changes import Blame, Share
from dayone.model.operations import Action, OperationState
from dayone.model.subject_state import Head, NameClaim, Plan, SubjectState
from dayone.model.subjects import ResourceKind, ResourceOf, Subject, SubjectKind, assignment_in
from tests.fakes.table.state import State


class MemorySubjects:
    def __init__(self, state: State) -> None:
        self._state = state

    def load(self, subject: Subject) -> SubjectState:
        head = self._state.heads.get(subject, Head(subject=subject))
        applied = {of.resource: self._state.applied[of] for of in self._state.applied.in_group(subject)}
        return SubjectState(head, applied)

    def is_planned(self, subject: Subject, *, change: str) -> bool:
        return (change, subject) in self._state.plans

    def taken_by(self, delivery: str) -> str:
        return self._state.deliveries.get(delivery, "")

    def claimed(self, claim: str) -> NameClaim:
        holder = next((subject.name for subject in self._state.heads.in_group(claim)), "")
        return NameClaim(holder=holder, former=self._state.former_holders.get(claim, ""))

    def names(self, kind: SubjectKind, *, after: str, limit: int) -> Sequence[str]:
        found = sorted(subject.name for subject in self._state.heads if subject.kind is kind and subject.name > after)
        return found[:limit]

    def accounts_with(self, person: str) -> Sequence[Subject]:
        given = [
            of
            for of, applied in self._state.applied.items()
            if of.resource.kind is ResourceKind.ASSIGNMENT and applied.doubt is not Action.CREATE
        ]
        return sorted({of.subject for of in given if assignment_in(of.resource).principal.person == person})

    def commit(self, plan: Plan) -> None:
        subject, cause = plan.after.subject, plan.cause
        if (cause.change, subject) in self._state.plans:
            raise Conflicting(f"{subject} has been planned by change {cause.change}")
        if plan.delivery and self.taken_by(plan.delivery.name) not in ("", cause.change):
            raise Conflicting(f"the delivery behind change {cause.change} has been taken")
        if self.load(subject).head.revision != plan.before.revision:
            raise Conflicting(f"{subject} has moved since it was read")
        if any(self.claimed(claim).holder not in ("", subject.name) for claim in plan.after.claims):
            raise Conflicting(f"what {subject} claims has become somebody else's")
        self._spend(plan)
        self._state.heads[subject] = replace(plan.after, revision=plan.before.revision + 1)
        self._state.plans[cause.change, subject] = plan
        self._claim(plan)
        self._grant(plan)
        if plan.delivery:
            self._state.deliveries[plan.delivery.name] = cause.change
        change = self._state.change_for(cause)
        because, blamed = change.held_reason or plan.held_reason, _joined(change.blamed, plan.blamed)
        added, subjects = change.planned + 1, (change.subjects or 0) + 1 if plan.adds_subject else change.subjects
        change = replace(change, planned=added, subjects=subjects, held_reason=because, blamed=blamed)
        self._state.echoes.discard(change.id)
        self._state.changes[change.id] = change
        self._state.shares[cause.change, subject] = Share(subject=subject)
        for operation in plan.operations:
            self._state.store(operation)
            held = operation.state is OperationState.HELD
            self._state.count(operation, left=not held, operations=1, held=held)
        for entry in plan.audit:
            self._state.record(entry)

    def _claim(self, plan: Plan) -> None:
        for claim in plan.after.claims:
            self._state.former_holders.pop(claim, None)
        given_up = set(plan.before.claims) - set(plan.after.claims)
        self._state.former_holders |= dict.fromkeys(given_up, plan.after.subject.name)

    def _grant(self, plan: Plan) -> None:
        self._state.grants |= {grant.id: grant for grant in plan.grants}
        subject = plan.after.subject
        self._state.applied |= {ResourceOf(subject, each.resource): each for each in plan.corrections}
        for resource, reasons in plan.reasons.items():
            of = ResourceOf(plan.after.subject, resource)
            self._state.applied[of] = replace(self._state.applied[of], reasons=reasons)
        for doubt in plan.doubts:
            self._state.applied[ResourceOf(plan.after.subject, doubt.resource)] = doubt

    def _spend(self, plan: Plan) -> None:
        existing = self._state.changes.get(plan.cause.change)
        budgets = (
            (plan.removals, self._state.removals, existing.removals if existing else 0),
            (plan.additions, self._state.additions, existing.additions if existing else 0),
        )
        for budget, days, in_change in budgets:
            if budget and max(days.get(budget.day, 0), in_change) + budget.count > budget.at_most:
                raise Conflicting(f"what is planned for {plan.after.subject} is no longer within the limits")
        for budget, days, _ in budgets:
            if budget:
                days[budget.day] = days.get(budget.day, 0) + budget.count
        if plan.removals or plan.additions:
            change = self._state.change_for(plan.cause)
            removals = change.removals + (plan.removals.count if plan.removals else 0)
            added = change.additions + (plan.additions.count if plan.additions else 0)
            self._state.changes[change.id] = replace(change, removals=removals, additions=added)


def _joined(before: tuple[Blame, ...], more: tuple[Blame, ...]) -> tuple[Blame, ...]:
    """Of each actor the first counts, apart for leavers."""
    found: dict[tuple[str, bool], Blame] = {}
    for blame in (*before, *more):
        found.setdefault((blame.actor, blame.of_leavers), blame)
    return tuple(found.values())


class MemoryDueWork:
    def __init__(self, state: State) -> None:
        self._state = state

    def due(self, *, now: datetime, limit: int) -> Sequence[Subject]:
        found = [(head.due_at, subject) for subject, head in self._state.heads.items() if head.due_at is not None]
        return [subject for due_at, subject in sorted(found) if due_at <= now][:limit]

    def has_parked(self) -> bool:
        return bool(self._state.parked)

    def has_runnable(self) -> bool:
        return bool(self._state.begun) or any(self._state.waiting.values())

    def note_sweep(self, at: datetime) -> None:
        self._state.swept_at = at

    def last_sweep(self) -> datetime | None:
        return self._state.swept_at
