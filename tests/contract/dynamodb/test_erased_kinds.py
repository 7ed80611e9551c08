"""Every kind of record that names a person, written by the adapter that writes it, names nobody after an erasure."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from dayone.adapters.dynamodb.hr import DynamoRosters, DynamoWaitingHints
from dayone.adapters.dynamodb.idempotency import DynamoRequestKeys
from dayone.model.changes import Decision
from dayone.model.commands import FetchHrRecord
from dayone.model.failures import Stuck, StuckKind
from dayone.model.hr_sources import ChangeNotification
from dayone.model.inventory import AttributeChange, Deviation, DriftFinding, DriftKind, Repair
from dayone.model.operations import OperationState
from dayone.model.personal_data import personal_names
from dayone.model.subject_state import FactVersion, Portion
from dayone.model.subjects import ResourceOf
from dayone.ports.hr import Roster
from dayone.ports.idempotency import Echo, GivenAnswer, RequestClaim
from dayone.ports.personal_data import Erasure
from tests.contract.grant_samples import granted, on_record
from tests.contract.operations.test_transaction_conflicts import records_of
from tests.contract.state_ports import StatePorts, StateTable, ports_over
from tests.contract.state_samples import (
    ADA,
    BOB,
    LEFT,
    NOW,
    PERSON,
    SHOP,
    USER,
    assigned,
    cause,
    done,
    entry,
    in_group,
    plan,
    planned,
)

pytest_plugins = ("tests.contract.state_fixtures",)

_WORDS = ("e-1001", "ada@example.com", "lovelace")
_LATER = NOW + timedelta(days=9)


def _answered(table: StateTable) -> None:
    keys = DynamoRequestKeys(table.wrapped())
    claim = keys.claim("k", request="put", now=NOW, until=_LATER)
    assert isinstance(claim, RequestClaim)
    keys.keep(claim, GivenAnswer(status=200, body=json.dumps({"person": "e-1001", "email": "ada@example.com"})))


def _failed(on: StatePorts) -> None:
    made = planned(on, ADA, in_group("a"), change=LEFT, notes=("Ada Lovelace waits",))
    done(on, made.operations[0], state=OperationState.FAILED)


def _decided(on: StatePorts) -> None:
    on.changes.open(cause(LEFT))
    decision = Decision(is_approved=True, actor="ops", at=NOW, subjects=(ADA,))
    whole = Decision(is_approved=True, actor="ops", at=NOW, resources=(in_group("a"),))
    for number, each in enumerate((decision, whole)):
        on.changes.decide(LEFT, each, expected_version=number, audit=entry(BOB, detail=f"for {ADA}"))


def _finding() -> DriftFinding:
    difference = Deviation(
        kind=DriftKind.CHANGED,
        subject=str(ADA),
        resource="user",
        ids={"user_id": "u-1"},
        target=ResourceOf(ADA, USER),
        changes=(AttributeChange(attribute="email", recorded="ada@example.com", actual="a@example.com"),),
    )
    return DriftFinding(difference=difference, first_seen_at=NOW, seen_at=NOW)


def _echo() -> Echo:
    version = FactVersion(at=NOW, digest="5f")
    return Echo(cause=cause(LEFT), subject=ADA, source="s", version=version, delivery="d", forget_at=_LATER)


def _waits(table: StateTable) -> None:
    notification = ChangeNotification(record="e-1001", at=NOW)
    command = FetchHrRecord(subject=ADA, cause=cause(LEFT), notification=notification)
    DynamoWaitingHints(table.wrapped()).wait(command, until=_LATER, because="the system does not answer")


type Write = Callable[[StatePorts, StateTable], object]
KINDS: Mapping[str, Write] = {
    "a plan with notes and an operation": lambda on, _: planned(on, ADA, in_group("a"), change=LEFT, notes=("n",)),
    "an operation that has failed": lambda on, _: _failed(on),
    "a subject that was given up": lambda on, _: on.changes.give_up(cause(LEFT), subject=ADA, note="no"),
    "a decision": lambda on, _: _decided(on),
    "subjects of a change": lambda on, _: on.changes.open(cause(LEFT), subjects=[ADA, BOB]),
    "a portion": lambda on, _: on.portions.keep(LEFT, Portion(number=0, subjects=(ADA,), total=1, last=ADA)),
    "a grant": lambda on, _: on_record(on, granted("01G", to=ADA)),
    "a grant in an account": lambda on, _: on_record(
        on, granted("01H", to=SHOP, what=assigned("Admin", to="person:e-1001"))
    ),
    "an operation in an account": lambda on, _: planned(on, SHOP, assigned("Admin", to="person:e-1001"), change=LEFT),
    "an echo": lambda on, _: on.echoes.note(_echo()),
    "a stuck subject": lambda on, _: on.notes.keep(
        Stuck(kind=StuckKind.MESSAGE, subject=str(ADA), since=NOW, reason="no"), now=NOW
    ),
    "whose record it is": lambda _, table: DynamoWaitingHints(table.wrapped()).know("b", "77", person=ADA.name),
    "a record that is waited for": lambda _, table: _waits(table),
    "an import": lambda _, table: DynamoRosters(table.wrapped()).keep("c", Roster(at=NOW, people={"e-1001": "5f"})),
    "a subject to look at": lambda on, _: on.looks.look_at(ADA, at=NOW),
    "a repair": lambda on, _: on.inventory.note_repair(
        Repair(target=ResourceOf(ADA, in_group("a")), finding="f", change=LEFT, at=NOW)
    ),
    "a finding": lambda on, _: on.looks.put([_finding()]),
    "an answer": lambda _, table: _answered(table),
}


def _traces(table: StateTable) -> list[Any]:
    texts = {(each["pk"]["S"], each["sk"]["S"]): json.dumps(each, default=str).casefold() for each in records_of(table)}
    return [key for key, text in texts.items() if any(word in text for word in _WORDS)]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_the_head_names_who_was_erased(state_table: StateTable, kind: str) -> None:
    on = ports_over(state_table)
    made = plan(on.subjects.load(ADA).head, USER, audit=[entry()], fact=PERSON, claims=("user-name:ada",))
    on.subjects.commit(made)
    done(on, made.operations[0])
    names = personal_names(on.subjects.load(ADA))
    before = _traces(state_table)
    KINDS[kind](on, state_table)
    assert len(_traces(state_table)) > len(before) or kind == "an import"
    on.personal_data.erase(names, Erasure(), is_over=lambda: False)
    assert {sk.partition("#")[2] for _, sk in _traces(state_table)} <= {"HEAD", "PROGRESS"}
    assert all(pk.startswith("PERSON#") for pk, _ in _traces(state_table))
