"""A trial: a company at work in a simulated world, and somebody in it who tries alone what takes two."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from dayone.api.context import AccessApi
from dayone.changes.decision_request import DecidedPart
from dayone.changes.decisions import EVERYTHING, decide_change
from dayone.model.changes import CauseKind
from dayone.model.grants import Grant
from dayone.model.guardrails import Verdict
from dayone.model.hr_sources import DEFAULT
from dayone.model.operations import OperationState
from dayone.model.people import Person, Status
from dayone.model.subjects import Resource, ResourceKind, Subject, assignment_in, user_of
from tests.builders import a_person, an_account, the_account, the_person
from tests.simulation.adversaries import company
from tests.simulation.adversaries.judge import TIME_TO_END, Aws, Deed, Edge, Win, edges_of, wins
from tests.simulation.model.weather import CLEAR
from tests.simulation.scenario import LENGTH
from tests.simulation.simulation import Simulation

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.adversaries.parties import Party

GRACE = "arn:aws:sts::111122223333:assumed-role/Approver/grace"
# For so long colleagues send each other on call.
_SHORT = timedelta(minutes=5)
_SEES_EVERY, _LOOKS_EVERY = 1.0, 0.25
_STEP, _MOST_STEPS = 20.0, 45
_NEW_ACCOUNT, _JOINERS, _ON_CALL = "000000000005", ("e-21", "e-22"), "e-24"


@dataclass
class Trial:
    """One seed. `party` is made with the trial, and acts at moments that are drawn and whenever a process has died.

    Others have `agreed` to these configurations of HR systems, whoever approves them. HR has `moved` these
    administrators to other work, or ended them, each at a moment.
    """

    seed: int
    log: list[Deed] = field(default_factory=list)
    samples: list[Aws] = field(default_factory=list)
    behind: dict[str, str] = field(default_factory=dict)
    agreed: set[str] = field(default_factory=set)
    moved: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world = Simulation(self.seed)
        self.random = self.world.random
        self.outside = self.world.outside
        self.promise = company.agreed()
        self._seen_crashes = 0

    def run(self, make: "Callable[[Trial], Party]") -> list[Win]:
        """Everything that the party has won, and everybody honest who had to wait for a human."""
        climate = self.world.weather.climate
        self.world.weather.becomes(CLEAR)
        company.found(self.world)
        before = company.seen(self.world)
        self.party = make(self)
        self.promise.users[self.party.name] = {self.user_of(company.OWN), f"{company.OWN}@example.com"}
        self.world.weather.becomes(climate)
        self._processes_die()
        self._honest_people_work()
        self._party_tries()
        self._sees()
        self.world.passes(LENGTH + 60)
        self._comes_to_rest()
        # Of what has stood for long and should not.
        self.samples.append(company.seen(self.world))
        self.log += self._taken_away()
        return [*wins(before, self.samples, log=self.log, promise=self.promise), *self._waiting()]

    # What the judge is told

    def user_of(self, person: str) -> str:
        """The id of a person's user in Identity Center, or the name that it will have."""
        told = self.outside.people.get(person)
        name = told.person.user_name if told else f"{person}@example.com"
        users = self.world.aws.center.users
        others = self.promise.strangers
        is_called = (user for user, had in users.items() if had["user_name"] == name and user not in others)
        return next(is_called, name)

    def who_is_behind(self, change: str) -> str:
        """By what was really sent and asked for, whatever Day One has recorded."""
        if change in self.behind:
            return self.behind[change]
        for told, led_to in self.outside.acknowledged:
            if led_to == change:
                return self.behind.get(told.reference, self._who_says_what_hr_means())
        cause = self.world.day_one.state.changes[change].cause
        if cause.kind is CauseKind.ACCOUNT_EVENT:
            return self.behind.get(cause.reference, "organisation")
        return "?"

    def _who_says_what_hr_means(self) -> str:
        """HR, unless the party has written what its words are taken to say."""
        is_agreed = self.world.day_one.hr.approved in (DEFAULT, *self.agreed)
        return "hr" if is_agreed else self.party.name

    def shown(self, change: str, *, resource: Resource | None = None) -> frozenset[Edge]:
        """Return the operations that a change holds now, or those of a resource, as edges that would come or go."""
        return frozenset(
            edge
            for subject, held in self.waiting(change)
            if resource in (None, held)
            for edge in self._edges(subject, held)
        )

    def waiting(self, change: str) -> Iterator[tuple[Subject, Resource]]:
        """Everything that a change holds and that nobody has decided on."""
        for subject, head in self.world.day_one.state.heads.items():
            for part in head.held:
                if part.change == change and part.verdict is Verdict.WAITING:
                    yield subject, part.resource

    def _edges(self, subject: Subject, resource: Resource) -> Iterator[Edge]:
        now = edges_of(company.seen(self.world))
        match resource.kind:
            case ResourceKind.USER:
                yield self._named(subject)
            case ResourceKind.MEMBERSHIP:
                yield ("member", self.user_of(subject.name), resource.name)
                yield from (("means", resource.name, name) for name in self._sets_of(resource.name))
                # Whoever approves it sees who it is.
                yield self._named(subject)
            case ResourceKind.ASSIGNMENT:
                assigned = assignment_in(resource)
                person = assigned.principal.person
                holder = self.user_of(person) if person else assigned.principal.group
                yield ("assigned", subject.name, assigned.permission_set, holder)
                # Whoever approves that a group is given something sees who is in it.
                yield from (edge for edge in now if edge[0] == "member" and edge[2] == holder)
            case ResourceKind.GROUP:
                yield from (edge for edge in now if edge[-1] == subject.name)
            case ResourceKind.PERMISSION_SET:
                yield ("set", subject.name)
                yield from (edge for edge in now if edge[0] == "assigned" and edge[2] == subject.name)
            case _ if resource.kind in _PARTS:
                yield ("set", subject.name)
            case _:
                pass

    def _sets_of(self, group: str) -> set[str]:
        """Return the sets that a group has in AWS or by the policy in force, which is what is said of a membership."""
        rules = self.world.day_one.policies().current().assignments
        there = {edge[2] for edge in edges_of(company.seen(self.world)) if edge[0] == "assigned" and edge[3] == group}
        return there | {rule.permission_set for rule in rules if rule.group == group}

    def _named(self, subject: Subject) -> Edge:
        """The names of somebody as Day One has recorded them, which is what it shows."""
        state = self.world.day_one.state
        person, user = state.heads[subject].fact, state.applied.get(user_of(subject.name))
        identifier = user.references.get("user_id", "") if user else ""
        return ("named", identifier, person.user_name, person.email) if isinstance(person, Person) else ()

    def _grant_of(self, change: str) -> Grant | None:
        state = self.world.day_one.state
        cause = state.changes[change].cause
        return state.grants.get(cause.reference) if cause.kind is CauseKind.GRANT else None

    def approves(self, change: str, *, arn: str, who: str, part: DecidedPart = EVERYTHING) -> None:
        """Somebody looks at what a change holds, and says yes to it, or to a part."""
        self._says_so(self._look(change, who=who), change, arn=arn, part=part)

    def _look(self, change: str, *, who: str, resource: Resource | None = None) -> Deed:
        """Return the approval of what is shown now."""
        grant = self._grant_of(change)
        return Deed(
            at=self.world.time.now.timestamp(),
            who=who,
            does="approves",
            because_of=self.who_is_behind(change),
            edges=self.shown(change, resource=resource),
            ends=grant.lasts_until.timestamp() if grant else float("inf"),
        )

    def _says_so(self, deed: Deed, change: str, *, arn: str, part: DecidedPart) -> None:
        self.log.append(replace(deed, at=self.world.time.now.timestamp()))

        def decide(api: AccessApi) -> object:
            return decide_change(change, is_approved=True, actor=arn, part=part, ports=api)

        self.outside.asks(decide)

    def grace_agrees(self, resource: Resource, *, after: float = 0.0) -> None:
        """Somebody else looks at all that is held of this, and approves what they have seen some seconds later."""
        for change in self.outside.held():
            if resource in {held for _, held in self.waiting(change)}:
                shown = self.world.day_one.state.changes[change].held_version
                part = DecidedPart(resources=(resource,), expected_version=shown)
                deed = self._look(change, who="grace", resource=resource)
                self.world.time.at(after, partial(self._says_so, deed, change, arn=GRACE, part=part))

    # Who works

    def hr_tells(self, person: Person) -> None:
        self.outside.tells(person)

    def account_event(self, name: str, account: str = "", *, unit: str = "") -> str:
        """An event of the organisation about an account or a unit; returns its id."""
        number = f"event-{next(self.outside.numbers)}"
        asked = {"organizationalUnitId": unit} if unit else {"accountId": account}
        detail = {"eventName": name, "requestParameters": asked}
        if name == "CreateAccountResult":
            status = {"accountId": account, "state": "SUCCEEDED"}
            detail = {"eventName": name, "serviceEventDetails": {"createAccountStatus": status}}
        event = {
            "id": number,
            "source": "aws.organizations",
            "detail-type": "AWS Service Event via CloudTrail"
            if name == "CreateAccountResult"
            else "AWS API Call via CloudTrail",
            "time": self.world.time.now.isoformat(),
            "detail": detail,
        }
        self.world.day_one.account_events.send(json.dumps(event), group=number)
        return number

    def _honest_people_work(self) -> None:
        for person in _JOINERS:
            self._later(partial(self.hr_tells, a_person(person)))
        self._later(partial(self.hr_tells, a_person(_ON_CALL, department="Platform", title="On call")))
        leaver = replace(self.outside.people["e-8"].person, status=Status.ENDED)
        self._later(partial(self.hr_tells, leaver))
        self._later(self._account_is_created)
        self._later(lambda: self.hr_tells(a_person("e-23", department="Platform", title="Database Admin")))
        for _ in range(6):
            self._later(self.grace_approves)

    def hr_moves(self, person: str) -> None:
        """HR gives an administrator other work: they are to be one no longer."""
        self.moved[person] = self.world.time.now.timestamp()
        self.hr_tells(replace(self.outside.people[person].person, title="Clerk", department="Sales"))

    def hr_ends(self, person: str) -> None:
        """HR says that an administrator has left: they are to be one no longer."""
        self.moved[person] = self.world.time.now.timestamp()
        self.hr_tells(replace(self.outside.people[person].person, status=Status.ENDED))

    def _taken_away(self) -> Iterator[Deed]:
        """Yield what was to go because HR moved somebody; not where it waits for a decision, or AWS has refused it."""
        admins = Resource(ResourceKind.MEMBERSHIP, "admins")
        for person, at in self.moved.items():
            head = self.world.day_one.state.heads[the_person(person)]
            if not (head.outstanding or head.failed or any(part.resource == admins for part in head.held)):
                edge = ("member", self.user_of(person), "admins")
                yield Deed(at=at, who="hr", does="takes away", edges=frozenset({edge}))

    def _account_is_created(self) -> None:
        account = an_account(_NEW_ACCOUNT, name="new", ou_path="/Workloads/New")
        account = replace(account, created_at=self.world.time.now)
        self.world.day_one.organization.accounts[_NEW_ACCOUNT] = account
        self.promise.created.add(_NEW_ACCOUNT)
        self.account_event("CreateAccountResult", _NEW_ACCOUNT)

    def grace_approves(self) -> None:
        """Approve changes caused only by HR and the organisation, and not by the party; and whom it sends on call."""
        for change in self.outside.held():
            if self._is_for_a_while(change) or self.who_is_behind(change) in {"hr", "organisation"} - {self.party.name}:
                shown = self.world.day_one.state.changes[change].held_version
                self.approves(change, arn=GRACE, who="grace", part=DecidedPart(expected_version=shown))

    def _is_for_a_while(self, change: str) -> bool:
        """Return whether it holds what a short grant gives, and names no rule of the policy beside that."""
        grant = self._grant_of(change)
        if grant is None or grant.lasts_until - grant.begins > _SHORT:
            return False
        operations = self.world.day_one.state.operations.values()
        held = [each for each in operations if each.change == change and each.state is OperationState.HELD]
        return all(reason.rule == f"grant:{grant.id}" for each in held for reason in each.reasons)

    # Who tries

    def _party_tries(self) -> None:
        for _ in range(self.random.randint(4, 12)):
            self._later(self.party.tries)
        self._looks_for_crashes()

    def _looks_for_crashes(self) -> None:
        killed = sum(function.killed for function in self.world.day_one.functions)
        struck = sum(count for kind, count in self.world.weather.struck.items() if "crash" in kind)
        if killed + struck > self._seen_crashes and self.random.random() < 0.5:
            self.party.tries()
        self._seen_crashes = killed + struck
        if self.world.time.seconds < self._until:
            self.world.time.at(_LOOKS_EVERY, self._looks_for_crashes)

    def _processes_die(self) -> None:
        self._until = self.world.time.seconds + LENGTH
        for function in self.world.day_one.functions:
            function.killed_in = lambda: self.random.random() * 2 if self._is_hit() else None

    def _is_hit(self) -> bool:
        return self.world.time.seconds < self._until and self.random.random() < 0.06

    def _later(self, then: "Callable[[], None]") -> None:
        self.world.time.at(self.random.random() * LENGTH, then)

    # How it ends

    def _sees(self) -> None:
        sample = company.seen(self.world)
        if not self.samples or replace(sample, at=0.0) != replace(self.samples[-1], at=0.0):
            self.samples.append(sample)
        self.world.time.at(_SEES_EVERY, self._sees)

    def _comes_to_rest(self) -> None:
        self.world.weather.clear_up()
        for _ in range(_MOST_STEPS):
            self.world.passes(_STEP)
            ends = [deed.ends for deed in self.log if deed.ends - deed.at <= _SHORT.total_seconds()]
            ends += self.moved.values()
            is_over = all(map(self._is_past, ends))
            if is_over and self.world.waits_for_nothing_but_decisions() and not list(self._waiting()):
                return

    def _is_past(self, moment: float) -> bool:
        return self.world.time.now.timestamp() > moment + TIME_TO_END + _STEP

    def _waiting(self) -> list[Win]:
        """Return people whose ordinary first day, or accounts whose creation, does not come without a human."""
        now, edges = company.seen(self.world), edges_of(company.seen(self.world))
        expected: dict[Edge, Subject] = {
            **{("member", self.user_of(person), "engineers"): the_person(person) for person in _JOINERS},
            ("member", self.user_of(_ON_CALL), "oncall"): the_person(_ON_CALL),
            ("assigned", _NEW_ACCOUNT, "ViewOnly", "engineers"): the_account(_NEW_ACCOUNT),
            ("assigned", _NEW_ACCOUNT, "Admin", "admins"): the_account(_NEW_ACCOUNT),
        }
        heads = self.world.day_one.state.heads
        # What AWS has refused for good waits for nobody.
        waiting = [
            who for edge, who in expected.items() if edge not in edges and not (who in heads and heads[who].failed)
        ]
        return [Win(now.at, f"{who} waits", "waits") for who in waiting if not self.party.decides_what_all_have]


_PARTS = frozenset({ResourceKind.MANAGED_POLICY, ResourceKind.INLINE_POLICY, ResourceKind.CUSTOMER_POLICY})
