"""Decisions about what a change holds, over the API."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.model.changes import Decision
from dayone.model.commands import ApplyDecision
from dayone.model.failures import Stuck, StuckKind
from dayone.model.guardrails import HeldPart, Verdict
from dayone.model.subjects import Subject, SubjectKind
from tests.fakes.table.failed import MemoryStuck
from tests.functions.access_api.state import ADA, CHANGE, IN_ENGINEERS, NOW, remembered
from tests.functions.access_api.world import CALLER, Event, World, load, signed_by

APPROVER = "arn:aws:sts::111122223333:assumed-role/on-call/eve"
WHY = "43 removals, the limit is 10 (10 % of 105, at least 5)"


@pytest.fixture
def world() -> World:
    """The change was caused by the usual caller, and holds one of its two operations."""
    world = World(remembered())
    existing = world.state.changes[CHANGE]
    cause = replace(existing.cause, actor=CALLER)
    world.state.changes[CHANGE] = replace(existing, cause=cause, held=1, held_reason=WHY)
    return world


def sent_by(name: str, caller: str) -> Event:
    return signed_by(load(name), caller)


@pytest.mark.parametrize(("name", "said"), [("approve_change", "approved"), ("reject_change", "rejected")])
def test_a_decision_is_taken_and_put_on_the_inbox(world: World, name: str, said: str) -> None:
    answer = world.send(name)
    at = "2026-11-23T08:00:00+00:00"
    href = f"/v1/changes/{CHANGE}"
    assert (answer.status, answer.headers["Location"]) == (202, href)
    decision = {"decision": said, "actor": APPROVER, "at": at}
    assert answer.body == {"change": CHANGE, "decision": decision, "href": href}
    (request,) = world.inbox.of(ApplyDecision)
    assert request.subject == Subject(SubjectKind.CHANGE, CHANGE)
    assert request.cause == world.state.changes[CHANGE].cause
    assert request.decision == Decision(is_approved=said == "approved", actor=APPROVER, at=NOW, version=1)
    assert world.send("read_change").body["change"]["decision"] == decision


def test_a_decision_is_on_record_with_who_made_it_and_what_was_held(world: World) -> None:
    world.send("approve_change")
    ((entry, _),) = world.state.log
    assert (entry.actor, entry.action, entry.subject) == (APPROVER, "approve-change", f"change:{CHANGE}")
    assert (entry.outcome, entry.detail) == ("recorded", f"1 held: {WHY}")


def _leavers(caller: str = APPROVER) -> Event:
    event = sent_by("approve_change", caller)
    return {
        **event,
        "queryStringParameters": {"only": "leavers"},
        "multiValueQueryStringParameters": {"only": ["leavers"]},
    }


class TestLeavers:
    def test_they_are_asked_for_alone_and_the_change_stays_to_be_decided_on(self, world: World) -> None:
        assert world.send(_leavers()).status == 202
        (request,) = world.inbox.of(ApplyDecision)
        assert request.decision == Decision(is_approved=True, actor=APPROVER, at=NOW, only_leavers=True, version=1)
        assert world.send("read_change").body["change"]["decision"] is None
        assert world.send("reject_change").status == 202

    def test_whoever_caused_the_change_does_not_approve_them(self, world: World) -> None:
        assert world.send(_leavers(CALLER)).status == 403
        assert world.inbox.commands == []

    def test_they_come_too_late_for_a_change_that_was_decided_on(self, world: World) -> None:
        world.send("reject_change")
        assert world.send(_leavers()).status == 409

    def test_there_is_no_other_part(self, world: World) -> None:
        event = {**_leavers(), "queryStringParameters": {"only": "movers"}}
        event["multiValueQueryStringParameters"] = {"only": ["movers"]}
        assert world.send(event).status == 400


def _part(body: Mapping[str, object], *, name: str = "approve_change") -> Event:
    return {**sent_by(name, APPROVER), "body": json.dumps(body)}


class TestParts:
    @pytest.fixture
    def world(self, world: World) -> World:
        held = HeldPart(resource=IN_ENGINEERS, change=CHANGE, operation="person:e-1001@1-a/0000")
        world.state.heads[ADA] = replace(world.state.heads[ADA], outstanding=0, held=(held,))
        world.state.changes[CHANGE] = replace(world.state.changes[CHANGE], held=2, held_version=2)
        return world

    @pytest.mark.parametrize("name", ["approve_change", "reject_change"])
    def test_a_part_is_decided_on_and_the_change_stays_to_be_decided_on(self, world: World, name: str) -> None:
        body = {"subjects": ["person:e-1001"], "resources": ["membership/engineers"], "expected_version": 2}
        assert world.send(_part(body, name=name)).status == 202
        (request,) = world.inbox.of(ApplyDecision)
        assert request.decision == Decision(
            is_approved=name == "approve_change",
            actor=APPROVER,
            at=NOW,
            subjects=(ADA,),
            resources=(IN_ENGINEERS,),
            version=3,
        )
        change = world.send("read_change").body["change"]
        assert (change["decision"], change["held_version"]) == (None, 3)

    @pytest.mark.parametrize("called", ["person:ada@example.com", "person:ADA", "person:Ada Lovelace"])
    def test_a_subject_is_named_as_people_ask_for_it(self, world: World, called: str) -> None:
        world.state.heads[ADA] = replace(world.state.heads[ADA], claims=("user-name:ada", "email:ada@example.com"))
        assert world.send(_part({"subjects": [called, str(ADA)]})).status == 202
        (request,) = world.inbox.of(ApplyDecision)
        assert request.decision.subjects == (ADA,)

    def test_what_was_shown_is_named_by_its_version(self, world: World) -> None:
        assert world.send("read_change").body["change"]["held_version"] == 2
        for body in ({"expected_version": 1}, {"expected_version": 1, "subjects": ["person:e-1001"]}):
            answer = world.send(_part(body))
            assert (answer.status, answer.body["type"]) == (412, "tag:dayone,2026:precondition-failed")
        assert world.inbox.commands == []
        assert world.send(_part({"expected_version": 2})).status == 202

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"subjects": ["person:e-9"]}, 409),
            ({"subjects": ["person:e-1001"], "resources": ["membership/sales"]}, 409),
            ({"subjects": []}, 422),
            ({"subjects": ["nobody"]}, 422),
            ({"resources": "membership/engineers"}, 422),
            ({"resources": ["nothing/of/it"]}, 422),
            ({"expected_version": "2"}, 422),
            ({"expected_version": True}, 422),
            ({"people": ["e-1001"]}, 400),
        ],
    )
    def test_what_is_no_part_of_it_is_refused(self, world: World, body: dict[str, object], status: int) -> None:
        assert world.send(_part(body)).status == status
        assert world.inbox.commands == []

    def test_leavers_are_a_part_by_themselves(self, world: World) -> None:
        answer = world.send({**_leavers(), "body": json.dumps({"subjects": ["person:e-1001"]})})
        assert (answer.status, "only=leavers" in str(answer.body)) == (422, True)

    def test_it_is_decided_on_while_others_are_still_being_planned(self, world: World) -> None:
        world.state.changes[CHANGE] = replace(world.state.changes[CHANGE], subjects=7)
        assert world.send(_part({"resources": ["membership/engineers"]})).status == 409
        assert world.send(_part({"subjects": ["person:e-1001"]})).status == 202


@pytest.mark.parametrize("name", ["approve_change", "reject_change"])
def test_whoever_caused_a_change_does_not_decide_about_it(world: World, name: str) -> None:
    answer = world.send(sent_by(name, CALLER))
    assert (answer.status, answer.body["type"]) == (403, "tag:dayone,2026:forbidden")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "another caller" in answer.body["detail"]
    assert world.inbox.commands == []
    assert world.state.changes[CHANGE].decision is None
    assert world.state.log == []


_STS = "arn:aws:sts::111122223333:assumed-role"
_EDITOR = f"{_STS}/AWSReservedSSO_Editors_0123456789abcdef/ada"


@pytest.mark.parametrize(
    ("cause", "caller"),
    [
        pytest.param(CALLER, f"{CALLER.rpartition('/')[0]}/somebody-else", id="another name for the same role"),
        pytest.param(_EDITOR, f"{_STS}/AWSReservedSSO_Approvers_fedcba9876543210/ada", id="another permission set"),
        pytest.param(_EDITOR, f"{_STS}/AWSReservedSSO_Approvers_fedcba9876543210/ADA", id="in another letter case"),
    ],
)
@pytest.mark.parametrize("name", ["approve_change", "reject_change"])
def test_who_has_several_names_is_one_principal(world: World, name: str, cause: str, caller: str) -> None:
    existing = world.state.changes[CHANGE]
    world.state.changes[CHANGE] = replace(existing, cause=replace(existing.cause, actor=cause))
    answer = world.send(sent_by(name, caller))
    assert (answer.status, answer.body["type"]) == (403, "tag:dayone,2026:forbidden")
    assert world.inbox.commands == []
    assert world.send(sent_by(name, f"{_STS}/AWSReservedSSO_Approvers_fedcba9876543210/eve")).status == 202


@pytest.mark.parametrize("author", ["author:eve", f"author:{APPROVER}", f"author:{_STS}/on-call/another-name"])
def test_whoever_a_pipeline_names_as_author_does_not_decide(world: World, author: str) -> None:
    existing = world.state.changes[CHANGE]
    world.state.changes[CHANGE] = replace(existing, cause=replace(existing.cause, authors=("author:bob", author)))
    assert world.send("approve_change").status == 403
    assert world.send(sent_by("approve_change", "arn:aws:iam::111122223333:user/third")).status == 202


def test_the_same_decision_again_is_harmless_whoever_makes_it(world: World) -> None:
    first = world.send("approve_change").body
    again = world.send(sent_by("approve_change", "arn:aws:iam::111122223333:user/third"))
    assert (again.status, again.body) == (202, first)
    assert len(world.state.log) == 1
    # Of what is left, if anything is, the third has decided.
    assert {apply_decision.decision.is_approved for apply_decision in world.inbox.of(ApplyDecision)} == {True}


def test_the_opposite_of_a_decision_comes_too_late(world: World) -> None:
    world.send("reject_change")
    answer = world.send("approve_change")
    assert (answer.status, answer.body["type"]) == (409, "tag:dayone,2026:invalid-state")
    assert f"rejected by {APPROVER}" in answer.body["detail"]
    (request,) = world.inbox.of(ApplyDecision)
    assert not request.decision.is_approved


def test_a_change_that_holds_nothing_needs_no_decision(world: World) -> None:
    world.state.changes[CHANGE] = replace(world.state.changes[CHANGE], held=0)
    answer = world.send("approve_change")
    assert (answer.status, "holds nothing" in answer.body["detail"]) == (409, True)
    assert world.inbox.commands == []


def test_a_change_that_is_still_being_planned_is_not_decided_on(world: World) -> None:
    world.state.changes[CHANGE] = replace(world.state.changes[CHANGE], subjects=7)
    answer = world.send("approve_change")
    assert (answer.status, "still being planned" in answer.body["detail"]) == (409, True)
    assert world.state.changes[CHANGE].decision is None


def test_a_change_that_is_unknown_is_not_found(world: World) -> None:
    world.state.changes.clear()
    assert world.send("approve_change").status == 404


def test_a_change_says_how_many_it_holds_and_why(world: World) -> None:
    said = world.send("read_change").body["change"]
    assert (said["state"], said["held"], said["held_reason"]) == ("held", 1, WHY)
    words = " ".join(world.send("read_change").body["held_explanation"])
    assert WHY in words
    assert f"but not {CALLER}, who caused the change" in words


def test_a_person_says_which_removals_are_held_and_what_was_said_to_them(world: World) -> None:
    held = HeldPart(resource=IN_ENGINEERS, change=CHANGE, operation="person:e-1001@1-a/0000")
    over = replace(held, verdict=Verdict.WITHDRAWN)
    world.state.heads[ADA] = replace(
        world.state.heads[ADA], outstanding=0, held=(held, replace(held, verdict=Verdict.APPROVED), over)
    )
    head = world.send("read_person").body["head"]
    resource = {
        "resource": "membership/engineers",
        "held_as": "removals",
        "sensitive": "",
        "change": CHANGE,
        "expires_at": None,
    }
    assert head["held"] == [{**resource, "approval_status": "waiting"}, {**resource, "approval_status": "approved"}]
    # What was approved is under way.
    assert head["outstanding"] == 1


@pytest.mark.parametrize("subjects", [2, 3, None])
def test_a_decision_waits_for_what_is_planned_and_not_for_what_is_stuck(world: World, subjects: int | None) -> None:
    existing = world.state.changes[CHANGE]
    cause = replace(existing.cause, at=NOW - timedelta(hours=1))
    world.state.changes[CHANGE] = replace(existing, cause=cause, subjects=subjects, planned=1)
    assert world.send("approve_change").status == 409
    note = Stuck(kind=StuckKind.MESSAGE, subject="person:e-9", since=cause.at, reason="DynamoDB is down")
    MemoryStuck(world.state).keep(note, now=NOW)
    assert world.send("approve_change").status == (202 if subjects == 2 else 409)


def test_what_was_given_up_holds_up_no_decision(world: World) -> None:
    existing = world.state.changes[CHANGE]
    world.state.changes[CHANGE] = replace(existing, subjects=2, planned=1, unplanned=1, operations=1)
    assert world.send("read_change").body["change"]["state"] == "held"
    assert world.send("approve_change").status == 202
