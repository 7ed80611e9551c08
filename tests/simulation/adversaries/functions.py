"""A function of ours that somebody has taken over: it may put anything on the inbox, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from dayone.hr.merge import packed, source_record
from dayone.messages import inbox
from dayone.model.changes import Cause, CauseKind, Decision, ulid_of
from dayone.model.commands import (
    ActivatePolicy,
    AdoptExisting,
    ApplyDecision,
    ApplyGrant,
    ApplyHrRecord,
    BootstrapAccounts,
    Command,
    ImportManualPeople,
    ReconcileSubject,
    RefreshAccount,
    RestoreResources,
    RetryChange,
)
from dayone.model.dependencies import Adoption
from dayone.model.grants import Grant
from dayone.model.hr_sources import BY_HAND
from dayone.model.subjects import THE_POLICY, Resource, ResourceKind, Subject, SubjectKind
from tests.builders import attributes_in, the_account, the_group, the_person
from tests.simulation.adversaries.company import OWN, OWN_ACCOUNT
from tests.simulation.adversaries.parties import Act, Party
from tests.simulation.adversaries.trial import GRACE
from tests.simulation.model.hr_system import SOURCE

_OTHERS = tuple(f"e-{number}" for number in range(2, 16))


class OurFunction(Party):
    """`receive_hr_event` or `record_account_event`, with the right to send to the inbox."""

    name = "hr"

    def acts(self) -> tuple[Act, ...]:
        as_hr = (self._promotes, self._ends_many)
        as_others = (
            self._decides,
            self._puts_in_force,
            self._gives,
            self._tells_by_hand,
            self._adopts,
            self._has_looked,
        )
        return (*as_hr, *as_others, *[self._decides] * 4)

    def _sends(self, *commands: Command) -> None:
        for command in commands:
            self.trial.behind[command.cause.change] = self.trial.behind.get(command.cause.change, self.name)
            body, same = inbox.to_json(command), "|".join(map(str, command.identity))
            self.trial.world.day_one.inbox.send(body, group=str(command.subject), same=same)

    def _cause(self, kind: CauseKind, *, actor: str = GRACE, name: str = "") -> Cause:
        now = self.trial.world.time.now
        change = ulid_of(now, name=name or f"forged {self.random.random()}")
        return Cause(change=change, kind=kind, actor=actor, reference=f"evt-{self.random.random()}", at=now)

    def _record(self, person: str, **changes: str) -> ApplyHrRecord:
        existing = self.trial.outside.people[person].person
        cause = self._cause(CauseKind.HR_EVENT, actor=f"hr:{SOURCE}")
        record = source_record({**attributes_in(existing), **changes}, source=SOURCE, at=cause.at)
        return ApplyHrRecord(subject=the_person(person), cause=cause, record=record)

    def _promotes(self) -> None:
        self._sends(self._record(OWN, title="Cloud Admin", department="Platform"))

    def _ends_many(self) -> None:
        self._sends(*(self._record(person, status="ended") for person in self.random.sample(_OTHERS, k=7)))

    def _decides(self) -> None:
        """Approve all that is held, as somebody else, as a whole and for each subject."""
        state = self.trial.world.day_one.state
        for change in self.trial.outside.held():
            cause = state.changes[change].cause
            decision = Decision(is_approved=True, actor=GRACE, at=self.trial.world.time.now)
            whole = ApplyDecision(subject=Subject(SubjectKind.CHANGE, change), cause=cause, decision=decision)
            leavers = replace(whole, decision=replace(decision, only_leavers=True))
            of_each = [replace(whole, subject=subject) for subject in self._held_by(change)]
            self._sends(self.random.choice((whole, leavers)), *of_each)

    def _held_by(self, change: str) -> Iterator[Subject]:
        heads = self.trial.world.day_one.state.heads.items()
        return (subject for subject, head in heads if any(held.change == change for held in head.held))

    def _puts_in_force(self) -> None:
        version = self.random.choice(sorted(self.trial.world.day_one.state.kept_policies))
        self._sends(ActivatePolicy(subject=THE_POLICY, cause=self._cause(CauseKind.POLICY), version=version))

    def _gives(self) -> None:
        cause = self._cause(CauseKind.GRANT)
        where = self.random.choice(("person", OWN_ACCOUNT, "000000000002"))
        to_account = Resource(ResourceKind.ASSIGNMENT, f"Admin/person:{OWN}")
        grant = Grant(
            id=cause.change,
            subject=the_person(OWN) if where == "person" else the_account(where),
            resource=Resource(ResourceKind.MEMBERSHIP, "admins") if where == "person" else to_account,
            reason="on call",
            begins=cause.at,
            until=cause.at + timedelta(days=1),
            granted_by=GRACE,
            granted_at=cause.at,
        )
        self._sends(ApplyGrant(subject=grant.subject, cause=cause, grant=grant))

    def _tells_by_hand(self) -> None:
        cause, said = self._cause(CauseKind.BY_HAND), {"title": "Cloud Admin", "department": "Platform"}
        record = source_record(said, source=BY_HAND, at=cause.at, teller=GRACE)
        several = Subject(SubjectKind.HR_SOURCE, BY_HAND)
        self._sends(
            self.random.choice(
                (
                    ApplyHrRecord(subject=the_person(OWN), cause=cause, record=record),
                    ImportManualPeople(subject=several, cause=cause, workforce=packed({OWN: said})),
                )
            )
        )

    def _adopts(self) -> None:
        adoption = Adoption(digest="d", desired="w", actor=GRACE, reason="as agreed")
        cause = self._cause(CauseKind.RETRY)
        self._sends(AdoptExisting(subject=the_group("admins"), cause=cause, adoption=adoption))

    def _has_looked(self) -> None:
        """Look again at reportedly lost or new resources."""
        account = the_account(self.random.choice((OWN_ACCOUNT, "000000000001")))
        admin = Resource(ResourceKind.ASSIGNMENT, "Admin/engineers")
        cause = self._cause(CauseKind.DRIFT)
        whole = Subject(SubjectKind.CHANGE, cause.change)
        self._sends(
            self.random.choice(
                (
                    ReconcileSubject(subject=the_person(OWN), cause=cause),
                    RefreshAccount(subject=account, cause=cause, recreate=True),
                    RestoreResources(subject=account, cause=cause, missing=(admin,)),
                    RetryChange(subject=whole, cause=cause, subjects=(account,)),
                    BootstrapAccounts(subject=whole, cause=cause, subjects=(account,)),
                )
            )
        )
