"""Events of an account's life in any order and number: the end is Organizations' state."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayone.accounts.events import RecordAccountEvent, record_account_event
from dayone.model.accounts import Account, AccountState
from tests.builders import ACCOUNT_ID, NOON, a_group, a_policy, a_set, an_account, an_assignment
from tests.fakes.queues import MemoryDeadLetters
from tests.unit.world import World

pytestmark = pytest.mark.thorough

_EVENTS = Path(__file__).parents[3] / "events" / "record_account_event"
_UNIT = "ou-a1b2-11112222"  # as in the event files
_POLICY = a_policy(
    a_group("engineers"),
    a_set("ViewOnly"),
    a_set("Admin"),
    an_assignment("engineers", "ViewOnly", ou="/Workloads"),
    an_assignment("engineers", "Admin", ou="/Production"),
)

type Step = tuple[Callable[[Account], Account | None], tuple[str, ...]]


def _in_unit(account: Account, name: str) -> Account:
    return replace(account, ou_path=f"/{name}", ou_ids=(_UNIT,))


# What happens to the account, and the events that AWS may send of it.
_LIFE: tuple[Step, ...] = (
    (lambda account: account, ("create_account_result", "account_joined")),
    (lambda account: _in_unit(account, "Workloads"), ("move_account", "create_managed_account")),
    (lambda account: replace(account, tags={"env": "prod"}), ("tag_account", "tag_change_on_resource")),
    (lambda account: _in_unit(account, "Production"), ("rename_organizational_unit",)),
    (lambda account: replace(account, name="renamed"), ("put_account_name",)),
    (lambda account: replace(account, ou_path="/", ou_ids=()), ("move_account", "update_managed_account")),
    (lambda account: _in_unit(account, "Production"), ("move_account",)),
    (lambda account: replace(account, state=AccountState.PENDING_CLOSURE), ("close_account",)),
    (lambda account: replace(account, state=AccountState.SUSPENDED), ("close_account_result",)),
    (lambda _account: None, ("account_departed",)),
    (lambda _account: an_account(ou_path="/"), ("accept_handshake", "account_joined")),
    (lambda account: _in_unit(account, "Production"), ("move_account",)),
)


@dataclass
class _Life:
    """An account of which `steps` happen, one by one, and whose events are delivered in some order."""

    world: World = field(default_factory=lambda: World(approves=True))
    happened: int = 0
    undelivered: list[str] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world.policy_is(_POLICY)
        self.world.settle()

    def move(self, name: str, which: int, *, until: int) -> None:
        match name:
            case "happens":
                self.go_on(until=until)
            case "is told":
                self.deliver(which)
            case "is told again":
                self.deliver_again(which)
            case "is planned":
                self.world.plan_all()
            case "is carried out a little":
                self.world.plan_all()
                self.world.execute(seconds=0.7)
            case _:
                self.world.settle()

    def go_on(self, *, until: int) -> None:
        if self.happened >= until:
            return
        change, names = _LIFE[self.happened]
        existing = self.world.organization.accounts
        account = change(existing.get(ACCOUNT_ID) or an_account(ou_path="/"))
        existing.pop(ACCOUNT_ID, None)
        if account is not None:
            existing[ACCOUNT_ID] = account
        self.happened += 1
        self.undelivered += [_event(name, number=self.happened) for name in names]

    def deliver(self, which: int) -> None:
        if self.undelivered:
            event = self.undelivered.pop(which % len(self.undelivered))
            self.delivered.append(event)
            self._take(event)

    def deliver_again(self, which: int) -> None:
        if self.delivered:
            self._take(self.delivered[which % len(self.delivered)])

    def _take(self, event: str) -> None:
        dead_letters = MemoryDeadLetters()
        record_account_event(event, ports=RecordAccountEvent(inbox=self.world.inbox, dead_letters=dead_letters))
        assert dead_letters.letters == []

    def end(self, *, steps: int) -> tuple[dict[str, Any], set[tuple[str, str, str]]]:
        while self.happened < steps:
            self.go_on(until=steps)
        while self.undelivered:
            self.deliver(0)
        self.world.settle()
        facts = {str(subject): head.fact for subject, head in self.world.state.heads.items() if head.fact}
        return facts, self.world.assignments()


def _event(name: str, *, number: int) -> str:
    """One event of that kind, as another delivery than those of other steps."""
    (record,) = json.loads((_EVENTS / f"{name}.json").read_text())["Records"]
    envelope: dict[str, Any] = json.loads(record["body"])
    at = NOON + timedelta(minutes=number)
    return json.dumps({**envelope, "id": f"{envelope['id']}-{number}", "time": at.isoformat()})


@cache
def _expected(steps: int) -> tuple[dict[str, Any], set[tuple[str, str, str]]]:
    return _Life().end(steps=steps)


_MOVES = st.sampled_from(["happens", "is told", "is told again", "is planned", "is carried out a little", "settles"])


@given(
    steps=st.integers(1, len(_LIFE)),
    moves=st.lists(st.tuples(_MOVES, st.integers(0, 100)), max_size=40),
)
@settings(max_examples=30)
def test_any_order_and_any_number_of_an_accounts_events_end_in_what_organizations_says(
    steps: int, moves: list[tuple[str, int]]
) -> None:
    life = _Life()
    for name, which in moves:
        life.move(name, which, until=steps)
    facts, assignments = life.end(steps=steps)
    expected_facts, expected_assignments = _expected(steps)
    account = life.world.organization.accounts.get(ACCOUNT_ID)
    if account is None:
        # What is known of it is from when it was last seen, if ever.
        assert all(fact.state is AccountState.DEPARTED for fact in facts.values())
        return
    assert facts == expected_facts
    # An account that is closing or suspended keeps what it has got until then, which depends on when that was.
    if account.state is AccountState.ACTIVE:
        assert assignments == expected_assignments


def test_six_events_of_a_new_account_lead_to_one_bootstrap() -> None:
    life = _Life()
    life.world.organization.accounts[ACCOUNT_ID] = _in_unit(an_account(), "Workloads")
    records = json.loads((_EVENTS / "one_new_account.json").read_text())["Records"]
    for record in records:
        life._take(record["body"])
        life.world.settle()
    asked = [operation for operation in life.world.operations() if operation.subject.name == ACCOUNT_ID]
    assert [str(operation.resource) for operation in asked] == ["assignment/ViewOnly/engineers"]
    changes = [change for change in life.world.state.changes.values() if change.cause.actor != "arn:admin"]
    assert sorted(change.operations for change in changes) == [0, 0, 0, 0, 0, 1]
