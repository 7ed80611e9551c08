"""Everybody around Day One: an HR system, the organisation, who edits the policy, who approves, an operator."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Protocol

from dayone.api.context import AccessApi
from dayone.changes.decision_request import DecidedPart
from dayone.changes.decisions import decide_change
from dayone.errors import Rejected
from dayone.grants.request import GrantWish
from dayone.grants.service import end_grant, extend_grant, give_grant
from dayone.hr.manual import end_person, put_people, put_person
from dayone.hr.manual_request import parse_person, read_people
from dayone.messages.deliveries import Delivery
from dayone.model.accounts import Account, AccountState
from dayone.model.changes import ChangeState
from dayone.model.grants import Grant
from dayone.model.operations import Operation, OperationState
from dayone.model.people import Person, Status
from dayone.model.preconditions import NO_PRECONDITION
from dayone.model.subjects import Subject
from dayone.policy.service import roll_back_policy, submit_policy
from dayone.preview.request import WhatIf
from dayone.preview.service import preview_plan
from tests.simulation.checks.snapshot import account_fact, items_of
from tests.simulation.model import hr_system
from tests.simulation.model.day_one import DayOne
from tests.simulation.model.functions import Function
from tests.simulation.oracle.facts import Facts, GrantFact, Item, Record, Version, assignment, membership

ADMIN = "arn:aws:sts::111122223333:assumed-role/Admin/ada"
_APPROVER = "arn:aws:sts::111122223333:assumed-role/Approver/grace"
_FIRST_RETRY = 2.0
_LONGEST_RETRY = 60.0
# Seconds; longer than the troubles last would show no more.
_LATEST_EVENT = 60.0


@dataclass(frozen=True)
class Told:
    """HR's record of a person at a moment, and the id of its delivery."""

    person: Person
    at: datetime
    reference: str
    source: str = hr_system.SOURCE

    @property
    def record(self) -> Record:
        has_ended = self.person.status is Status.ENDED
        return Record(at=self.at, attributes=hr_system.record_of(self.person), has_ended=has_ended)

    def signed(self, *, sent: datetime) -> Delivery:
        return hr_system.delivery(self.person, at=self.at, reference=self.reference, sent=sent, source=self.source)


class OtherSystem(Protocol):
    """A further HR system."""

    def says_all_again(self) -> None:
        """Say once more how everybody is."""


@dataclass
class Outside:
    """The outside's knowledge, and promises made to it.

    `people` are the newest records, `policy` the newest accepted text, `texts` those in force by version,
    `may_be_taken` those that were refused when they were sent again because the answer was lost, `acknowledged` the
    confirmed requests, each with its change; `granted` are accepted grants, and `about_grants` later requests about
    them, by grant and change. `asking` counts those who still wait for an answer, and come again until they have
    one, and events on their way. `broken` are rules of the documentation that an answer has broken, `loses` says
    whether the next account event gets lost. `facts` are the same in the words of the oracle.
    """

    day_one: DayOne
    facts: Facts = field(default_factory=Facts)
    people: dict[str, Told] = field(default_factory=dict)
    policy: str = ""
    policy_version: int = 0
    may_be_taken: list[str] = field(default_factory=list)
    acknowledged: list[tuple[Told, str]] = field(default_factory=list)
    rejected: set[str] = field(default_factory=set)
    granted: dict[str, Grant] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    ever_suspended: set[str] = field(default_factory=set)
    ever_gone: set[str] = field(default_factory=set)
    about_grants: list[tuple[str, str]] = field(default_factory=list)
    asking: int = 0
    broken: list[str] = field(default_factory=list)
    loses: Callable[[], bool] = lambda: False
    others: list[OtherSystem] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    # HR

    def tells(self, person: Person, *, ago: float = 0.0) -> Told:
        """One delivery about a person, as of so many seconds ago."""
        at = self.day_one.time.now
        if ago:
            at = max(at - timedelta(seconds=ago), at.replace(hour=0, minute=0, second=0))
        told = Told(person, at=at, reference=f"evt-{next(self.numbers)}")
        existing = self.people.get(person.id)
        if existing is None or existing.at < at:
            self.people[person.id] = told
        self.deliver(told)
        return told

    def ends_with(self, wrong: Mapping[str, object], person: str, *, reference: str) -> None:
        """HR tells that somebody has left, with mistakes in the rest of the record: that has to be taken.

        Source: docs/hr.md, "An end needs only the id".
        """
        told = Told(
            replace(self.people[person].person, status=Status.ENDED), at=self.day_one.time.now, reference=reference
        )
        event = {"type": "person.ended", "timestamp": told.at.isoformat(), "data": {"id": person, **wrong}}
        self.people[person] = told
        self.facts.records.setdefault(person, []).append(told.record)

        def signed() -> Delivery:
            now = self.day_one.time.now
            return hr_system.signed(json.dumps(event), reference=reference, sent=now, source=told.source)

        self._sends(told, signed)

    def deliver(self, result: Told) -> None:
        """Send until it is acknowledged."""
        self._sends(result, lambda: result.signed(sent=self.day_one.time.now))

    def _sends(self, result: Told, signed: Callable[[], Delivery]) -> None:
        def taken(received: object) -> None:
            changes: tuple[str, ...] = getattr(received, "changes", ())
            self.acknowledged += [(result, change) for change in changes]
            self.facts.records.setdefault(result.person.id, []).append(result.record)

        self._ask(self.day_one.intake, signed, taken)

    def delivers(self, signed: Callable[[], Delivery], taken: Callable[[object], None]) -> None:
        """Another HR system sends something until it is acknowledged."""
        self._ask(self.day_one.intake, signed, taken)

    # People by hand

    def enters(self, *people: Person) -> None:
        """Somebody enters people over the API: one of them by name, or several at once."""
        moments: list[datetime] = []
        sent = {person.id: json.dumps(hr_system.record_of(person)) for person in people}

        def enter(api: AccessApi) -> object:
            moments.append(api.clock())
            if len(sent) > 1:
                every = f'{{"people": [{", ".join(sent.values())}]}}'
                return put_people(read_people(every), actor=ADMIN, ports=api)
            ((name, text),) = sent.items()
            attributes = parse_person(text, person=name)
            return put_person(name, attributes, actor=ADMIN, precondition=NO_PRECONDITION, ports=api)

        def taken(_: object) -> None:
            for person in people:
                attributes = hr_system.record_of(person)
                record = Record(at=moments[-1], attributes=attributes, is_by_hand=True)
                self.facts.records.setdefault(person.id, []).append(record)

        self.asks(enter, taken)

    def ends_person(self, person: str) -> None:
        """Somebody ends a person's access at once, whatever HR says."""
        moments: list[datetime] = []

        def end(api: AccessApi) -> object:
            moments.append(api.clock())
            return end_person(person, on=None, is_at_once=True, actor=ADMIN, ports=api)

        def taken(_: object) -> None:
            before = self.facts.ended_by_hand.get(person, moments[-1])
            self.facts.ended_by_hand[person] = max(before, moments[-1])

        self._ask(self.day_one.api, end, taken, refused=lambda: self.facts.doubted.add(person))

    # The organisation

    def is_active(self, account_id: str) -> bool:
        account = self.day_one.organization.accounts.get(account_id)
        return account is not None and account.state is AccountState.ACTIVE

    def account_is(self, account: Account) -> None:
        self.day_one.aws.outsiders.discard(account.id)
        self._note_how_they_were(account.id)
        self.day_one.organization.accounts[account.id] = account
        if account.state is not AccountState.ACTIVE:
            self.ever_suspended.add(account.id)
        if account.state is AccountState.CLOSED:
            self.ever_gone.add(account.id)
        self.account_event(account.id)

    def account_becomes(self, account: Account) -> None:
        """It is otherwise, and nobody is told."""
        self._note_how_they_were(account.id)
        self.day_one.organization.accounts[account.id] = account
        self.facts.silent.add(account.id)

    def account_leaves(self, account_id: str) -> None:
        """It is no member any more."""
        self._note_how_they_were(account_id)
        self.ever_gone.add(account_id)
        del self.day_one.organization.accounts[account_id]
        self.day_one.aws.leaves(account_id)
        if not self._event("RemoveAccountFromOrganization", accountId=account_id):
            self.facts.silent.add(account_id)

    def unit_is_called(self, unit_id: str, name: str) -> None:
        """Every account below is at another path."""
        self._note_how_they_were(*self.day_one.organization.accounts)
        self.day_one.organization.rename_unit(unit_id, name)
        if not self._event("UpdateOrganizationalUnit", organizationalUnitId=unit_id):
            self.facts.silent |= self.day_one.organization.accounts.keys()

    def _note_how_they_were(self, *account_ids: str) -> None:
        for account_id in account_ids:
            if account := self.day_one.organization.accounts.get(account_id):
                self.facts.accounts_before.setdefault(account_id, []).append(account_fact(account))

    def account_event(self, account_id: str) -> None:
        self.facts.silent.discard(account_id)
        if not self._event("MoveAccount", accountId=account_id):
            self.facts.silent.add(account_id)

    def _event(self, name: str, **parameters: str) -> bool:
        """EventBridge takes it and puts it on the queue, at once or not, once or twice; nobody could come again.

        Returns False for one that got lost.
        """
        if self.loses():
            self.day_one.weather.struck["account event: lost"] += 1
            return False
        number, weather = next(self.numbers), self.day_one.weather
        event = {
            "id": f"event-{number}",
            "source": "aws.organizations",
            "detail-type": "AWS API Call via CloudTrail",
            "time": self.day_one.time.now.isoformat(),
            "detail": {"eventName": name, "requestParameters": parameters},
        }
        moments = [weather.random.random() * _LATEST_EVENT] if weather.is_event_late() else [0.0]
        if weather.is_event_doubled():
            moments.append(weather.random.random() * _LATEST_EVENT)
        for copy, moment in enumerate(moments):
            self.asking += 1
            self.day_one.time.at(moment, partial(self._arrives, json.dumps(event), group=f"{number}-{copy}"))
        return True

    def _arrives(self, event: str, *, group: str) -> None:
        self.asking -= 1
        self.day_one.account_events.send(event, group=group)

    # The API's callers

    def uploads(self, text: str) -> None:
        """Somebody edits the policy, and sends it until it is taken."""
        self.facts.sent.append(text)

        def submit(api: AccessApi) -> object:
            return submit_policy({"policy.yaml": text}, actor=ADMIN, ports=api)

        def taken(kept: object) -> None:
            self._is_in_force(text, version=getattr(kept, "version", 0))

        self._ask(self.day_one.api, submit, taken, refused=lambda: self.may_be_taken.append(text))

    def uploads_wrong(self, text: str, *, because: str) -> None:
        """Somebody sends a policy that has a mistake by the documentation, and has to hear that."""

        def taken(_: object) -> None:
            self.broken.append(f"a policy was taken though {because}: {text}")

        self.asks(lambda api: submit_policy({"policy.yaml": text}, actor=ADMIN, ports=api), taken)

    def rolls_back(self, version: int) -> None:
        """Somebody puts an earlier version in force once more."""
        text = self.texts[version]

        def roll_back(api: AccessApi) -> object:
            return roll_back_policy(version, actor=ADMIN, ports=api)

        def taken(kept: object) -> None:
            self._is_in_force(text, version=getattr(kept, "version", 0))

        self._ask(self.day_one.api, roll_back, taken)

    def asks_what_if(self, text: str) -> None:
        """Somebody asks what would follow from a policy, which changes nothing."""

        def preview(api: AccessApi) -> object:
            return preview_plan(WhatIf(files={"policy.yaml": text}), ports=api)

        self.asks(preview)

    def looks_at_policy(self) -> None:
        """Check, after a refusal that followed a lost answer, whether the text sent before has come into force."""
        state = self.day_one.state
        version = state.policy_in_force
        if version > self.policy_version and (text := state.kept_policies[version].text) in self.may_be_taken:
            self._is_in_force(text, version=version)

    def _is_in_force(self, text: str, *, version: int) -> None:
        self.texts[version] = text
        self.facts.versions.append(Version(text=text, at=self.day_one.time.now))
        if version > self.policy_version:
            self.policy, self.policy_version = text, version
            self.facts.policy = text

    def decides(
        self, change: str, *, approves: bool, subjects: tuple[Subject, ...] = (), actor: str = _APPROVER
    ) -> None:
        """Somebody says yes or no to what a change holds, all of it or what it holds of these subjects."""

        def no(_: object = None) -> None:
            if not approves:
                self.facts.rejected |= dict.fromkeys(self._held_in(change, subjects=subjects), self.day_one.time.now)

        no()

        def decide(api: AccessApi) -> object:
            part = DecidedPart(subjects=subjects)
            return decide_change(change, is_approved=approves, actor=actor, ports=api, part=part)

        self._ask(self.day_one.api, decide, no)

    def grants(self, wish: GrantWish) -> None:
        """Somebody gives somebody something for a time; when the answer is lost they do it once more."""

        def give(api: AccessApi) -> object:
            return give_grant(wish, actor=ADMIN, ports=api)

        def taken(grant: object) -> None:
            if isinstance(grant, Grant):
                self.granted[grant.id] = grant
                self.facts.grants[grant.id] = self._granted(wish)

        def lost() -> None:
            self.facts.grants[f"lost-{next(self.numbers)}"] = self._granted(wish, is_certain=False)

        self._ask(self.day_one.api, give, taken, lost=lost)

    def _granted(self, wish: GrantWish, *, is_certain: bool = True) -> GrantFact:
        now = self.day_one.time.now
        permission_set, _, principal = wish.resource.name.partition("/")
        item = membership(wish.subject.name, wish.resource.name)
        if principal:
            whom = principal if principal.startswith("person:") else f"group:{principal}"
            item = assignment(wish.subject.name, permission_set, whom)
        return GrantFact(item=item, begins=wish.begins or now, until=wish.until, given=now, is_certain=is_certain)

    def extends(self, grant: str, *, until: datetime) -> None:
        """Somebody lets a grant last longer."""

        def extend(api: AccessApi) -> object:
            return extend_grant(grant, until=until, actor=ADMIN, ports=api)

        def taken(change: object) -> None:
            self.about_grants.append((grant, str(change)))
            self.facts.grants[grant].extended.append((self.day_one.time.now, until))

        def lost() -> None:
            # As late as an extension can come.
            self.facts.grants[grant].extended.append((self.facts.grants[grant].until, until))

        self._ask(self.day_one.api, extend, taken, lost=lost)

    def ends(self, grant: str) -> None:
        """Somebody ends a grant before its time."""

        def end(api: AccessApi) -> object:
            return end_grant(grant, because="enough", actor=ADMIN, ports=api)

        def taken(change: object) -> None:
            self.about_grants.append((grant, str(change)))
            before, now = self.facts.grants[grant].ended, self.day_one.time.now
            self.facts.grants[grant].ended = min(before, now) if before else now

        def lost() -> None:
            self.facts.grants[grant].is_certain = False

        self._ask(self.day_one.api, end, taken, lost=lost)

    def asks(self, ask: Callable[[AccessApi], object], taken: Callable[[object], None] = lambda _: None) -> None:
        """Somebody asks the API for something, until there is an answer."""
        self._ask(self.day_one.api, ask, taken)

    def says_all_again(self) -> None:
        """HR sends everybody, every account is looked at, and the policy is uploaded once more."""
        for told in list(self.people.values()):
            self.tells(told.person)
        for system in self.others:
            system.says_all_again()
        for account in list(self.day_one.organization.accounts):
            self.account_event(account)
        if self.policy:
            self.uploads(self.policy)

    def is_about_a_leaver(self, reference: str) -> bool:
        """Return whether a delivery said of somebody that they have left."""
        return any(
            told.reference == reference.partition("/")[0] and told.record.has_ended for told, _ in self.acknowledged
        )

    def knows(self) -> Facts:
        """The facts as of now."""
        accounts = self.day_one.organization.accounts.values()
        self.facts.accounts = {account.id: account_fact(account) for account in accounts}
        return self.facts

    def holds_of(self, change: str) -> list[Subject]:
        """Return the subjects of which a change shows something as held."""
        return sorted({operation.subject for operation in self._shown_as_held(change)}, key=str)

    def _held_in(self, change: str, *, subjects: tuple[Subject, ...]) -> Iterator[Item]:
        for operation in self._shown_as_held(change):
            if not subjects or operation.subject in subjects:
                yield from items_of(operation, self.facts)

    def _shown_as_held(self, change: str) -> Iterator[Operation]:
        for (of, _), operation in self.day_one.state.operations.items():
            if of == change and operation.state is OperationState.HELD:
                yield operation

    def held(self) -> list[str]:
        """The changes that wait for a human."""
        changes = self.day_one.state.changes.values()
        return sorted(
            change.id
            for change in changes
            if change.held and change.decision is None and change.state is not ChangeState.PLANNING
        )

    def _ask(
        self,
        function: Function,
        event: object,
        taken: Callable[[object], None],
        *,
        pause: float = _FIRST_RETRY,
        refused: Callable[[], None] = lambda: None,
        lost: Callable[[], None] = lambda: None,
    ) -> None:
        if pause == _FIRST_RETRY:
            self.asking += 1

        def yes(answer: object) -> None:
            self.asking -= 1
            taken(answer)

        def no(error: Exception | None) -> None:
            if isinstance(error, Rejected):
                self.asking -= 1
                if pause != _FIRST_RETRY:
                    refused()
                return
            self.day_one.heard_of(error)
            lost()
            again = partial(self._ask, function, event, taken, pause=min(pause * 2, _LONGEST_RETRY))
            self.day_one.time.at(pause, lambda: again(refused=refused, lost=lost))

        function.invoke(event, then=yes, failed=no)
