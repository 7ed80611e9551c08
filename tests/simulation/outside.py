"""Everybody around Day One: an HR system, the organisation, who edits the policy, who approves, an operator."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import count

from dayone.domain.accounts import Account
from dayone.domain.changes import Cause, CauseKind, ChangeState
from dayone.domain.people import Person
from dayone.domain.requests import PlanRequest
from dayone.domain.subject_states import FactVersion
from dayone.domain.subjects import Subject, SubjectKind
from dayone.domain.ulids import ulid_of
from dayone.errors import Rejected
from dayone.usecases.access_api import AccessApi
from dayone.usecases.decide_change import decide_change
from dayone.usecases.submit_policy import submit_policy
from tests.simulation.day_one import DayOne
from tests.simulation.functions import Function

_HR = "hr:standard"
_ADMIN = "arn:aws:sts::111122223333:assumed-role/Admin/ada"
_APPROVER = "arn:aws:sts::111122223333:assumed-role/Approver/grace"
_FIRST_RETRY = 2.0
_LONGEST_RETRY = 60.0


@dataclass
class Outside:
    """What the outside knows to be true, and what it was promised.

    `people` are the newest tellings, `policy` the newest text that was taken, `acknowledged` the requests that were
    answered with yes. `asking` counts those who still wait for an answer, and come again until they have one.
    """

    day_one: DayOne
    people: dict[str, tuple[FactVersion, Person]] = field(default_factory=dict)
    policy: str = ""
    policy_version: int = 0
    acknowledged: list[PlanRequest] = field(default_factory=list)
    rejected: set[str] = field(default_factory=set)
    asking: int = 0
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    # HR

    def tells(self, person: Person, *, ago: float = 0.0, reference: str = "") -> PlanRequest:
        """One delivery about a person, as of so many seconds ago."""
        at = self.day_one.time.now
        if ago:
            at = max(at.fromtimestamp(at.timestamp() - ago, at.tzinfo), at.replace(hour=0, minute=0, second=0))
        reference = reference or f"evt-{next(self.numbers)}"
        version = FactVersion(at=at, digest=sha256(repr(person).encode()).hexdigest())
        cause = Cause(
            change=ulid_of(at, name=f"{_HR}:{reference}"),
            kind=CauseKind.HR_EVENT,
            actor=_HR,
            reference=reference,
            at=at,
        )
        subject = Subject(SubjectKind.PERSON, person.id)
        known = self.people.get(person.id)
        if known is None or version.is_newer_than(known[0]):
            self.people[person.id] = (version, person)
        request = PlanRequest(subject=subject, cause=cause, person=person, version=version)
        self.deliver(request)
        return request

    def deliver(self, request: PlanRequest) -> None:
        """Send until it is acknowledged."""
        self._ask(self.day_one.intake, request, lambda _: self.acknowledged.append(request))

    # The organisation

    def account_is(self, account: Account) -> None:
        self.day_one.organization.accounts[account.id] = account
        self.account_event(account.id)

    def account_event(self, account_id: str) -> None:
        """EventBridge takes it and puts it on the queue; there is nobody who could come again."""
        number = next(self.numbers)
        event = {
            "id": f"event-{number}",
            "source": "aws.organizations",
            "detail-type": "AWS API Call via CloudTrail",
            "time": self.day_one.time.now.isoformat(),
            "detail": {"eventName": "MoveAccount", "requestParameters": {"accountId": account_id}},
        }
        self.day_one.account_events.send(json.dumps(event), group=str(number))

    # The API's callers

    def uploads(self, text: str) -> None:
        """Somebody edits the policy, and sends it until it is taken."""

        def submit(api: AccessApi) -> object:
            return submit_policy({"policy.yaml": text}, actor=_ADMIN, api=api)

        def taken(kept: object) -> None:
            version = getattr(kept, "version", 0)
            if version > self.policy_version:
                self.policy, self.policy_version = text, version

        self._ask(self.day_one.api, submit, taken)

    def decides(self, change: str, *, approves: bool) -> None:
        """Somebody says yes or no to what a change holds."""

        def decide(api: AccessApi) -> object:
            return decide_change(change, is_approved=approves, actor=_APPROVER, api=api)

        self._ask(self.day_one.api, decide, lambda _: None)

    def says_all_again(self) -> None:
        """HR sends everybody, every account is looked at, and the policy is uploaded once more."""
        for _, person in list(self.people.values()):
            self.tells(person)
        for account in list(self.day_one.organization.accounts):
            self.account_event(account)
        if self.policy:
            self.uploads(self.policy)

    def held(self) -> list[str]:
        """The changes that wait for a human."""
        changes = self.day_one.state.changes.values()
        return sorted(
            one.id for one in changes if one.held and one.decision is None and one.state is not ChangeState.PLANNING
        )

    def _ask(
        self, function: Function, event: object, taken: Callable[[object], None], *, pause: float = _FIRST_RETRY
    ) -> None:
        if pause == _FIRST_RETRY:
            self.asking += 1

        def yes(answer: object) -> None:
            self.asking -= 1
            taken(answer)

        def no(error: Exception | None) -> None:
            if isinstance(error, Rejected):
                self.asking -= 1
                return
            self.day_one.heard_of(error)
            longer = min(pause * 2, _LONGEST_RETRY)
            self.day_one.time.at(pause, lambda: self._ask(function, event, taken, pause=longer))

        function.invoke(event, then=yes, failed=no)


def renamed(person: Person, *, given_name: str) -> Person:
    return replace(person, given_name=given_name, display_name=f"{given_name} {person.family_name}")
