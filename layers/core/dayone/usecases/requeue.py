"""Requeue what depends on a subject that was planned, and wake whoever has work because of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dayone.domain.commands import Command, RefreshAccount
from dayone.domain.subject_states import Head, Plan
from dayone.errors import Unavailable
from dayone.ports.grants import Grants
from dayone.ports.organization import Organization
from dayone.ports.schedules import Schedules
from dayone.ports.state import Changes, Engine, Inbox, PolicyInForce, Subjects
from dayone.usecases.follow_people import follow_person, look_again_if_people_turned, may_have_turned
from dayone.usecases.look_below_unit import look_again_if_a_unit_was_renamed
from dayone.usecases.look_by_new_policy import look_again_if_the_policy_moved


@dataclass(frozen=True, kw_only=True)
class Wakeups:
    """Wakes the executor when there is work, and whoever is to look at the moment when a subject comes due.

    Without `schedules` the next sweep finds what is due, a minute later.
    """

    engine: Engine
    schedules: Schedules | None
    clock: Callable[[], datetime]

    def after(self, plan: Plan) -> None:
        """What follows from a plan that is in force now."""
        if plan.after.generation != plan.before.generation:
            self.engine.wake()
        if plan.after.due_at != plan.before.due_at:
            self._schedule(plan.after.due_at)

    def repeat(self, head: Head) -> None:
        """What may have followed from a plan already."""
        self.engine.wake()
        self._schedule(head.due_at)

    def _schedule(self, due_at: datetime | None) -> None:
        if self.schedules is None or due_at is None or due_at <= self.clock():
            return
        try:
            self.schedules.wake_at(due_at)
        except Unavailable:
            # The sweep finds it a minute later, and a plan that is in force must not be made again for it.
            return


@dataclass(frozen=True, kw_only=True)
class Requeue:
    """Puts subjects on the inbox that what was planned has to do with."""

    subjects: Subjects
    policies: PolicyInForce
    grants: Grants
    changes: Changes
    organization: Organization
    inbox: Inbox
    clock: Callable[[], datetime]

    def after(self, command: Command, plan: Plan, *, employed: frozenset[str]) -> None:
        """What follows from a plan; `employed` are those people it took to be in employment."""
        if may_have_turned(plan.before, plan.after, now=self.clock()):
            self._follow_person(command)
        self._follow(command, plan.after, planned_with=employed)

    def repeat(self, command: Command, head: Head) -> None:
        """What may have followed from a plan already."""
        self._follow_person(command)
        self._follow(command, head, planned_with=None)

    def _follow_person(self, command: Command) -> None:
        # By the policy that is in force after the commit: one that came meanwhile has had accounts planned before it.
        follow_person(
            command.subject,
            cause=command.cause,
            policy=self.policies.current(),
            subjects=self.subjects,
            grants=self.grants,
            changes=self.changes,
            inbox=self.inbox,
        )

    def _follow(self, command: Command, head: Head, *, planned_with: frozenset[str] | None) -> None:
        cause = command.cause
        look_again_if_people_turned(
            head,
            cause=cause,
            planned_with=planned_with,
            policy=self.policies.current(),
            subjects=self.subjects,
            inbox=self.inbox,
            now=self.clock(),
        )
        if isinstance(command, RefreshAccount):
            look_again_if_a_unit_was_renamed(
                head.fact, cause=cause, organization=self.organization, inbox=self.inbox, clock=self.clock
            )
        look_again_if_the_policy_moved(
            command.subject,
            planned_with=head.policy_version,
            policies=self.policies,
            inbox=self.inbox,
            clock=self.clock,
        )
