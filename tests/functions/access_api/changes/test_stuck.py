"""Stuck work over the API: each entry with its subject, its start, its reason, and the work waiting for it."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from dayone.errors import Invalid
from dayone.hr.webhook import ReceiveHrEvent, Refusals, receive_hr_event
from dayone.messages.deliveries import Delivery
from dayone.messages.inbox import to_json
from dayone.model.changes import Cause, CauseKind, Change, ulid_of
from dayone.model.commands import ReconcileSubject
from dayone.model.failures import FailedWork, LetterQueue, Stuck, StuckKind
from dayone.model.people import Person, Status
from dayone.model.subject_state import Head, Plan
from tests.builders import a_person
from tests.fakes.hr import MemoryHrSources
from tests.fakes.queues import MemoryInbox
from tests.fakes.signing_keys import MemorySigningKeys, MemoryTokenKeys
from tests.fakes.table.failed import MemoryStuck
from tests.fakes.table.policies import MemoryPolicyArchive
from tests.functions.access_api.state import ADA, DEV, NOW, remembered
from tests.functions.access_api.world import World, asking
from tests.unit.world import World as Company

AT = NOW - timedelta(hours=1)
CHANGE = ulid_of(AT, name="policy")
CAUSE = Cause(change=CHANGE, kind=CauseKind.POLICY, actor="arn:admin", reference="version 1", at=AT)


def _stuck(world: World) -> list[dict[str, Any]]:
    answer = world.send("list_stuck")
    assert answer.status == 200
    return list(answer.body["stuck"])


def _noted(world: World, *, reason: str = "DynamoDB is down", change: str = "") -> None:
    until = NOW + timedelta(minutes=10)
    note = Stuck(kind=StuckKind.MESSAGE, subject=str(ADA), since=AT, reason=reason, change=change, until=until)
    MemoryStuck(world.state).keep(note, now=NOW)


def _planning(world: World) -> None:
    """The policy in force is planned for the account, and not for Ada."""
    MemoryPolicyArchive(world.state).add("version: 1", file="p.yaml", actor="arn:admin", at=AT, change=CHANGE)
    world.state.policy_in_force = 1
    head = Head(subject=DEV)
    world.state.plans[CHANGE, DEV] = Plan(cause=CAUSE, before=head, after=head)
    world.state.changes[CHANGE] = Change(cause=CAUSE, subjects=2, planned=1)


def test_nothing_is_stuck() -> None:
    assert World().send("list_stuck").body == {"stuck": [], "complete": True}


def test_a_message_that_fails_again_and_again_is_named() -> None:
    world = World()
    _noted(world)
    assert _stuck(world) == [
        {
            "kind": "message",
            "subject": "person:e-1001",
            "since": "2026-11-23T07:00:00+00:00",
            "reason": "DynamoDB is down",
            "change": "",
        }
    ]


def test_dead_letters_are_named_those_that_cannot_be_read_by_their_message_group() -> None:
    world = World()
    world.letters.lay(LetterQueue.INBOX, "not JSON", group="person:e-1001", reason="not a command: JSONDecodeError")
    world.letters.lay(LetterQueue.INBOX, to_json(ReconcileSubject(subject=DEV, cause=CAUSE)), reason="AWS says no")
    named = [(each["kind"], each["subject"], each["reason"], each["change"]) for each in _stuck(world)]
    assert named == [
        ("dead-letter", "person:e-1001", "not a command: JSONDecodeError", ""),
        ("dead-letter", str(DEV), "AWS says no", CHANGE),
    ]


def test_what_was_given_up_is_named_once() -> None:
    world = World()
    command = ReconcileSubject(subject=ADA, cause=CAUSE)
    _noted(world, change=CHANGE)
    world.letters.lay(LetterQueue.INBOX, to_json(command), group=str(ADA))
    assert [each["kind"] for each in _stuck(world)] == ["dead-letter"]


def test_a_subject_whose_operations_fail_again_is_named_with_the_last_reason() -> None:
    world = World()
    reason = "create user: AWS says no"
    work = FailedWork(subject=ADA, at=NOW, retries=2, since=AT, reason=reason, change=CHANGE)
    world.state.failed[ADA] = work
    assert [(each["kind"], each["subject"], each["reason"]) for each in _stuck(world)] == [
        ("operations", "person:e-1001", reason)
    ]


def test_a_policy_that_waits_for_one_subject_says_for_which() -> None:
    world = World()
    _planning(world)
    assert _stuck(world) == []
    _noted(world)
    (waiting,) = [each for each in _stuck(world) if each["kind"] == "change"]
    assert (waiting["subject"], waiting["change"]) == (f"change:{CHANGE}", CHANGE)
    assert waiting["reason"] == "it is planned for 1 of 2 subjects, and waits for person:e-1001"


def test_the_change_itself_says_for_which() -> None:
    world = World()
    _planning(world)
    world.letters.lay(LetterQueue.INBOX, "not JSON", group=str(ADA), reason="not a command")
    answer = world.send({**asking("read_change"), "path": f"/v1/changes/{CHANGE}"})
    assert (answer.body["change"]["state"], answer.body["notes"]) == (
        "planning",
        ["waits for person:e-1001: not a command"],
    )


def test_more_dead_letters_than_are_read_make_it_incomplete() -> None:
    world = World()
    for number in range(101):
        world.letters.lay(LetterQueue.INBOX, "not JSON", group=f"person:e-{number}")
    body = world.send("list_stuck").body
    assert (len(body["stuck"]), body["complete"]) == (100, False)


class TestProtectedPeople:
    """HR says that they have left, and the policy does not let anybody touch them: somebody has to know."""

    def _world(self, protect: str, *, status: Status = Status.ENDED) -> World:
        world = World(remembered())
        head = world.state.heads[ADA]
        assert isinstance(head.fact, Person)
        # HR calls her something else by now; what was hers stays hers.
        fact = replace(head.fact, status=status, user_name="renamed")
        world.state.heads[ADA] = replace(head, fact=fact, claims=("user-name:ada", "user-name:renamed"))
        text = f"version: 1\nguardrails: {{protect: {protect}}}\n"
        MemoryPolicyArchive(world.state).add(text, file="p.yaml", actor="arn:admin", at=AT, change=CHANGE)
        world.state.policy_in_force = max(world.state.kept_policies)
        return world

    @pytest.mark.parametrize("protect", ["{people: [e-1001]}", "{users: [Ada]}"])
    def test_who_has_left_is_named(self, protect: str) -> None:
        (stuck,) = [pair for pair in _stuck(self._world(protect)) if pair["kind"] == "protected"]
        assert stuck["subject"] == "person:e-1001"
        assert "protect" in stuck["reason"]

    @pytest.mark.parametrize("protect", ["{people: [e-1001]}", "{users: [Ada]}"])
    def test_who_works_here_is_not(self, protect: str) -> None:
        assert "protected" not in [pair["kind"] for pair in _stuck(self._world(protect, status=Status.ACTIVE))]

    def test_nor_is_who_is_not_protected(self) -> None:
        assert "protected" not in [pair["kind"] for pair in _stuck(self._world("{people: [e-1002], users: [grace]}"))]


def test_a_word_for_status_that_nobody_knows_is_named_from_the_webhook_on() -> None:
    company = Company()
    event = {
        "type": "person.updated",
        "timestamp": "2026-11-23T07:00:00Z",
        "data": {**RECORD, "status": "garden leave"},
    }
    with pytest.raises(Invalid):
        receive_hr_event(standard_delivery(event, now=company.now), ports=webhook_of(company))
    company.settle()
    (stuck,) = MemoryStuck(company.state).all(now=company.now)
    assert (str(stuck.kind), stuck.subject) == ("hr-record", "person:e-1001")
    assert "status" in stuck.reason
    assert [each["subject"] for each in _stuck(World(state=company.state, now=company.now))] == ["person:e-1001"]
    assert company.users() == set()
    mended = company.hr_tells(a_person("e-1001"), at=company.now + timedelta(seconds=1))
    company.plan(mended)
    assert _stuck(World(state=company.state, now=company.now)) == []
    later = company.now + timedelta(hours=25)
    assert list(MemoryStuck(company.state).all(now=later)) == []


RECORD = {"id": "e-1001", "email": "ada@example.com", "given_name": "Ada", "family_name": "Lovelace"}
KEY = "YSBrZXkgb2YgMzIgYnl0ZXMgZm9yIHRoaXMgdGVzdC4="


def standard_delivery(event: dict[str, Any], *, now: datetime) -> Delivery:
    body = json.dumps(event)
    signature = Webhook(KEY).sign("msg_1", now, body)
    stamp = str(int(now.timestamp()))
    headers = {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}
    return Delivery(source="standard", headers=headers, body=body.encode())


def webhook_of(company: Company) -> ReceiveHrEvent:
    return ReceiveHrEvent(
        sources=MemoryHrSources(),
        keys=MemorySigningKeys({"standard": (KEY,)}),
        token_keys=MemoryTokenKeys(),
        refusals=Refusals(MemoryInbox()),
        inbox=company.inbox,
        clock=lambda: company.now,
    )
