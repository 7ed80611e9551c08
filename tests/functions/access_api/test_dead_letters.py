"""Dead letters over the API: reading and redriving them."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dayone.errors import Unavailable
from dayone.hr.merge import source_record
from dayone.messages.inbox import to_json
from dayone.model.changes import Cause, CauseKind, ChangeState
from dayone.model.commands import ApplyGrant, ApplyHrRecord, RefreshAccount, needs_acceptance
from dayone.model.failures import LetterQueue
from dayone.model.subjects import THE_ORGANIZATION, Subject, SubjectKind
from tests.fakes.acceptances import MemoryAcceptances
from tests.fakes.table.policies import MemoryChanges
from tests.functions.access_api.state import ADA, DEV, NOW, remembered
from tests.functions.access_api.world import CALLER, Answer, World, asking, load
from tests.project.repository import ROOT
from tests.unit.granting import a_grant

MOVED = (ROOT / "events" / "record_account_event" / "move_account.json").read_text(encoding="utf-8")
WITHOUT = (ROOT / "events" / "record_account_event" / "without_an_account.json").read_text(encoding="utf-8")
GIVEN_UP = json.dumps({"requestContext": {"condition": "RetryAttemptsExhausted"}, "DDBStreamBatchInfo": {}})
INBOX, EVENTS = LetterQueue.INBOX, LetterQueue.ACCOUNT_EVENTS


@pytest.fixture
def world() -> World:
    return World(remembered())


def _request(subject: Subject = ADA, *, change: str = "01KQ0000000000000000000009") -> ApplyHrRecord:
    cause = Cause(change=change, kind=CauseKind.HR_EVENT, actor="hr:standard", reference="m-1", at=NOW)
    return ApplyHrRecord(
        subject=subject, cause=cause, record=source_record({"title": "SRE"}, source="standard", at=NOW)
    )


def _redrive(world: World, queue: str = "") -> Answer:
    return world.send(load("redrive_dead_letters") | {"body": json.dumps({"queue": queue}) if queue else None})


def test_letters_are_listed_with_what_they_are_about_and_no_more(world: World) -> None:
    world.letters.lay(INBOX, to_json(_request()))
    answer = world.send("list_dead_letters")
    assert answer.body["dead_letters"] == [
        {
            "queue": "inbox",
            "id": "inbox-0",
            "subject": "person:e-1001",
            "change": "01KQ0000000000000000000009",
            "receive_count": 6,
            "sent_at": "2026-11-22T12:00:00+00:00",
            "reason": "",
        }
    ]
    assert {"queue": "inbox", "messages": 1} in answer.body["queues"]
    assert not [literal for literal in ("Lovelace", "ada@example.com") if literal in json.dumps(answer.body)]


def test_listing_leaves_them_where_they_are(world: World) -> None:
    world.letters.lay(INBOX, to_json(_request()))
    first, second = (world.send("list_dead_letters").body["dead_letters"] for _ in range(2))
    assert [pair["id"] for pair in second] == [pair["id"] for pair in first]
    assert not world.inbox.commands


def test_a_letter_says_why_it_is_there_where_it_is_known(world: World) -> None:
    event = json.loads(WITHOUT)["Records"][0]["body"]
    world.letters.lay(EVENTS, event, reason="MoveAccount 7 names no account")
    world.letters.lay(EVENTS, "{}", ERROR_CODE="NO_PERMISSIONS", ERROR_MESSAGE="not allowed")
    world.letters.lay(LetterQueue.PUBLISH_EVENTS, GIVEN_UP)
    world.letters.lay(INBOX, "not JSON")
    reasons = {pair["reason"] for pair in world.send("list_dead_letters").body["dead_letters"]}
    assert reasons == {
        "MoveAccount 7 names no account",
        "NO_PERMISSIONS: not allowed",
        "RetryAttemptsExhausted",
        "not a command: JSONDecodeError",
    }


def test_one_queue_and_so_many_can_be_asked_for(world: World) -> None:
    for number in range(3):
        world.letters.lay(INBOX, to_json(_request(change=f"01KQ000000000000000000000{number}")))
    world.letters.lay(LetterQueue.ENGINE, "wake")
    listed = world.send(asking("list_dead_letters", queue="engine")).body["dead_letters"]
    assert [pair["queue"] for pair in listed] == ["engine"]
    assert len(world.send(asking("list_dead_letters", limit="2")).body["dead_letters"]) == 2
    assert world.send(asking("list_dead_letters", queue="post")).status == 400


def test_what_the_inbox_gave_up_is_planned_again_with_what_it_brought(world: World) -> None:
    request = _request()
    world.letters.lay(INBOX, to_json(request))
    answer = _redrive(world, "inbox")
    (again,) = world.inbox.of(ApplyHrRecord)
    assert (again.subject, again.record, again.cause.change) == (ADA, request.record, request.cause.change)
    assert again.cause.received_at == datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert answer.status == 202
    assert answer.body == {
        "replanned": 1,
        "dropped": 0,
        "unreadable": 0,
        "changes": [request.cause.change],
        "href": f"/v1/changes/{request.cause.change}",
    }
    assert answer.headers["Location"] == answer.body["href"]
    assert world.letters.counts()[INBOX] == 0


def test_what_cannot_be_read_stays_where_it_is(world: World) -> None:
    world.letters.lay(INBOX, "not JSON")
    world.letters.lay(INBOX, to_json(_request()))
    answer = _redrive(world)
    assert (answer.body["replanned"], answer.body["unreadable"]) == (1, 1)
    assert [pair["reason"] for pair in world.send("list_dead_letters").body["dead_letters"]] != []


def test_an_account_is_looked_at_again_as_by_its_event(world: World) -> None:
    world.letters.lay(EVENTS, json.loads(MOVED)["Records"][0]["body"])
    answer = _redrive(world)
    (again,) = world.inbox.of(RefreshAccount)
    assert again.subject.kind is SubjectKind.ACCOUNT
    assert again.cause.kind is CauseKind.ACCOUNT_EVENT
    assert answer.body["changes"] == [again.cause.change]


def test_for_events_that_name_no_account_all_accounts_are_looked_at_once(world: World) -> None:
    for body in ("{}", "not JSON"):
        world.letters.lay(EVENTS, body)
    answer = _redrive(world)
    (asked,) = world.inbox.commands
    assert (asked.subject, asked.cause.actor) == (THE_ORGANIZATION, CALLER)
    assert (answer.body["dropped"], answer.body["changes"]) == (2, [asked.cause.change])
    assert world.letters.counts()[EVENTS] == 0


def test_the_bell_is_dropped_because_its_operations_are_in_the_table(world: World) -> None:
    world.letters.lay(LetterQueue.ENGINE, "wake")
    answer = _redrive(world)
    assert (answer.body["dropped"], answer.body["href"]) == (1, "/v1/changes")
    assert not world.inbox.commands


def test_what_listeners_have_missed_goes_only_when_it_is_named(world: World) -> None:
    world.letters.lay(LetterQueue.PUBLISH_EVENTS, GIVEN_UP)
    assert _redrive(world).body["dropped"] == 0
    assert _redrive(world, "publish-events").body["dropped"] == 1


def test_a_notification_that_nobody_took_is_listed_with_its_reason_and_goes_only_when_it_is_named(
    world: World,
) -> None:
    world.letters.lay(LetterQueue.NOTIFICATIONS, "{}", reason="on-call: the address answers 503")
    (letter,) = world.send("list_dead_letters").body["dead_letters"]
    assert (letter["queue"], letter["reason"]) == ("notifications", "on-call: the address answers 503")
    assert _redrive(world).body["dropped"] == 0
    assert _redrive(world, "notifications").body["dropped"] == 1


def test_what_the_inbox_does_not_take_stays_a_dead_letter(world: World) -> None:
    class Full(type(world.inbox)):  # type: ignore[misc]
        def put(self, _requests: object) -> None:
            raise Unavailable("down")

    world.letters.lay(INBOX, to_json(_request(DEV)))
    world.inbox = Full()
    assert _redrive(world).status == 503
    assert world.letters.counts()[INBOX] == 1


@pytest.mark.parametrize("body", ['{"queue": "post"}', '{"queue": 1}', '{"queue": null}', "[]", "7", "{", '{"all": 1}'])
def test_a_body_that_names_no_queue_is_refused(world: World, body: str) -> None:
    world.letters.lay(INBOX, to_json(_request()))
    assert world.send(load("redrive_dead_letters") | {"body": body}).status == 400
    assert not world.inbox.commands


def test_a_subject_that_was_given_up_is_to_be_planned_again(world: World) -> None:
    request = _request()
    change = request.cause.change
    MemoryChanges(world.state).give_up(request.cause, subject=request.subject, note="no")
    world.letters.lay(INBOX, to_json(request))
    assert world.state.changes[change].state is ChangeState.FAILED
    assert _redrive(world).status == 202
    assert world.state.changes[change].state is ChangeState.PLANNING


def test_whoever_redrives_a_decision_that_was_refused_has_not_made_it(world: World) -> None:
    forged = ApplyGrant(subject=ADA, cause=replace(_request().cause, kind=CauseKind.GRANT), grant=a_grant(subject=ADA))
    world.letters.lay(INBOX, to_json(forged))
    assert _redrive(world, "inbox").body["replanned"] == 1
    (again,) = world.inbox.of(ApplyGrant)
    assert needs_acceptance(again)
    assert not MemoryAcceptances(world.state).includes(again)
