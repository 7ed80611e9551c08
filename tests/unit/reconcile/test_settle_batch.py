"""Failed messages of the inbox: their delay, those given up, and notes."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dayone.errors import Conflicting, Forbidden, Malformed, NewerForm, Refused, Unavailable
from dayone.messages.inbox import HandledMessage, handled_messages, to_json, without
from dayone.model.changes import ChangeState
from dayone.model.commands import ApplyHrRecord, CountRefusals, FetchHrRecord, ReconcileSubject
from dayone.model.failures import Stuck, StuckKind
from dayone.model.hr_sources import ChangeNotification
from dayone.model.monitoring import REFUSED_DELIVERIES, RefusalReason, RefusedDeliveries
from dayone.model.subject_state import FactVersion, SourceRecord
from dayone.model.subjects import Subject, SubjectKind
from dayone.reconcile.inbox_batch import MOST_RECEIVES, BatchPorts, settle_batch
from tests.builders import NOON, a_cause
from tests.fakes.hr import MemoryHrDeliveries
from tests.fakes.queues import MemoryDeadLetters, MemoryReturns
from tests.fakes.table.failed import MemoryStuck
from tests.fakes.table.policies import MemoryChanges
from tests.fakes.table.state import State
from tests.project.repository import resource

ADA = "person:e-1001"
COMMAND = ReconcileSubject(subject=Subject(SubjectKind.PERSON, "e-1001"), cause=a_cause())


class Office:
    """The ports, and what was done with them."""

    def __init__(self) -> None:
        self.state, self.returns, self.letters = State(), MemoryReturns(), MemoryDeadLetters()
        self.stuck = MemoryStuck(self.state)
        self.now = NOON

    def settle(self, *messages: HandledMessage) -> frozenset[str]:
        ports = BatchPorts(
            changes=MemoryChanges(self.state),
            returns=self.returns,
            dead_letters=self.letters,
            stuck=self.stuck,
            deliveries=MemoryHrDeliveries(self.state),
            clock=lambda: self.now,
        )
        return settle_batch(messages, ports=ports)

    @property
    def noted(self) -> list[Stuck]:
        return list(self.stuck.all(now=self.now))


def _message(name: str = "a", *, body: str = "", received: int = 1, **more: Any) -> HandledMessage:  # noqa: ANN401
    return HandledMessage(
        id=name,
        receipt=f"handle {name}",
        group=ADA,
        body=body or to_json(COMMAND),
        received=received,
        sent_at=NOON - timedelta(minutes=2),
        **more,
    )


@pytest.mark.parametrize(
    ("error", "days"),
    [
        (None, {"standard": {NOON.date()}}),
        (Unavailable("down"), {"standard": {NOON.date()}}),
        # Whoever can write to the inbox keeps no source from being missed.
        (Forbidden("nobody has asked for it"), {}),
    ],
)
def test_a_source_has_delivered_whatever_became_of_its_message(error: Exception | None, days: object) -> None:
    office = Office()
    office.settle(_message(error=error))
    assert office.state.delivered_on == days


def _notified(*, attempts: int) -> str:
    notification = ChangeNotification(record="1", at=NOON, attempts=attempts)
    source = Subject(SubjectKind.HR_SOURCE, "standard")
    return to_json(FetchHrRecord(subject=source, cause=a_cause(), notification=notification))


def _record(*, read_at: datetime | None) -> str:
    version = FactVersion(at=NOON, digest="d", read_at=read_at)
    record = SourceRecord(source="standard", version=version, attributes={})
    return to_json(ApplyHrRecord(subject=COMMAND.subject, cause=a_cause(), record=record))


@pytest.mark.parametrize("body", [_notified(attempts=0), _record(read_at=None)])
def test_a_notification_and_a_record_are_deliveries_of_their_source(body: str) -> None:
    office = Office()
    office.settle(_message(body=body))
    assert office.state.delivered_on == {"standard": {NOON.date()}}


@pytest.mark.parametrize("body", [_notified(attempts=1), _record(read_at=NOON)])
def test_a_notification_that_has_waited_and_what_was_read_for_one_are_no_deliveries(body: str) -> None:
    office = Office()
    office.settle(_message(body=body))
    assert office.state.delivered_on == {}


def test_a_report_of_refused_deliveries_is_no_delivery() -> None:
    office, counts = Office(), (RefusedDeliveries(source="standard", reason=RefusalReason.SIGNATURE, number=3),)
    office.settle(_message(body=to_json(CountRefusals(subject=REFUSED_DELIVERIES, cause=a_cause(), counts=counts))))
    assert office.state.delivered_on == {}


def test_what_failed_for_the_first_time_is_tried_again_at_once_and_then_a_little_later() -> None:
    office = Office()
    error = Conflicting("others write")
    office.settle(_message("a", error=error), _message("b", received=2, is_skipped=True), _message("c"))
    assert office.returns.told == {"handle a": 5, "handle b": 20}


def test_what_may_pass_waits_as_long_as_the_queue_says_and_is_never_given_up_here() -> None:
    office = Office()
    assert office.settle(_message(error=Unavailable("down"), received=7)) == frozenset()
    assert (office.returns.told, office.letters.letters) == ({}, [])


@pytest.mark.parametrize(
    "error", [Malformed("not a command: KeyError"), Refused("AWS says no"), KeyError("given_name")]
)
def test_what_no_wait_mends_is_given_up_at_the_third_try_and_the_next_has_its_turn(error: Exception) -> None:
    office = Office()
    assert office.settle(_message(error=error, received=2)) == frozenset()
    ended = office.settle(_message(error=error, received=3), _message("b", received=3, is_skipped=True))
    assert ended == {"a"}
    ((body, reason),) = office.letters.letters
    assert (body, office.letters.groups) == (to_json(COMMAND), [ADA])
    assert "given_name" not in reason  # what an unexpected error says may be personal
    assert office.noted == []  # it is named among the dead letters


def test_what_cannot_be_given_up_comes_back() -> None:
    class Down(MemoryDeadLetters):
        def put(self, body: str, *, reason: str, group: str = "") -> None:  # noqa: ARG002
            raise Unavailable("down")

    office = Office()
    office.letters = Down()
    assert office.settle(_message(error=Malformed("no"), received=3)) == frozenset()
    assert [stuck.subject for stuck in office.noted] == [ADA]


def test_what_fails_again_is_noted_with_its_subject_since_when_and_why() -> None:
    office = Office()
    office.settle(_message(error=Unavailable("DynamoDB is down")))
    assert office.noted == []
    office.settle(_message(error=Unavailable("DynamoDB is down"), received=2))
    (stuck,) = office.noted
    assert (stuck.kind, stuck.subject, stuck.reason) == (StuckKind.MESSAGE, ADA, "DynamoDB is down")
    assert (stuck.since, stuck.change) == (NOON - timedelta(minutes=2), COMMAND.cause.change)


@pytest.mark.parametrize(("error", "received"), [(KeyError("given_name"), 3), (Unavailable("down"), MOST_RECEIVES)])
def test_the_change_of_what_is_given_up_has_failed_and_names_the_subject(error: Exception, received: int) -> None:
    office = Office()
    office.settle(_message(error=error, received=received - 1))
    assert office.state.changes == {}
    office.settle(_message(error=error, received=received))
    change = office.state.changes[COMMAND.cause.change]
    assert (change.state, change.unplanned) == (ChangeState.FAILED, 1)
    (note,) = office.state.given_up.values()
    assert note.startswith(f"{ADA} is not planned, and a dead letter: ")


def test_the_last_try_is_the_one_after_which_the_queue_gives_up() -> None:
    assert resource("InboxQueue")["RedrivePolicy"]["maxReceiveCount"] == MOST_RECEIVES


def test_an_unreadable_message_is_noted_under_its_group() -> None:
    office = Office()
    office.settle(_message(body="not JSON", error=Malformed("not a command"), received=2))
    assert [(stuck.subject, stuck.change) for stuck in office.noted] == [(ADA, "")]


def test_a_note_is_over_when_it_succeeds_or_is_not_noted_again() -> None:
    office = Office()
    failed = _message(error=Unavailable("down"), received=2)
    office.settle(failed)
    office.settle(replace(failed, error=None, received=3))
    assert office.noted == []
    office.settle(failed)
    office.now += timedelta(minutes=16)
    assert office.noted == []


def test_a_failure_while_noting_keeps_no_message_from_coming_back() -> None:
    office = Office()
    office.stuck.keep = _fails  # type: ignore[assignment, method-assign]
    office.settle(_message(error=Conflicting("others write"), received=2))
    assert office.returns.told == {"handle a": 20}


def _fails(_stuck: Stuck, *, now: object) -> None:  # noqa: ARG001
    raise Unavailable("down")


def test_the_batch_of_an_event_tells_errors_from_what_was_skipped_behind_them() -> None:
    attributes = {"MessageGroupId": ADA, "ApproximateReceiveCount": "2", "SentTimestamp": "1763898900000"}
    event = {
        "Records": [
            {"messageId": name, "receiptHandle": name, "body": "", "attributes": attributes} for name in ("a", "b", "c")
        ]
    }
    answer = {"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]}
    error = Malformed("no")
    handled = handled_messages(event, answer, errors={"a": error})
    assert [(each.error, each.is_skipped) for each in handled] == [(error, False), (None, True), (None, False)]
    assert without(answer, {"a"}) == {"batchItemFailures": [{"itemIdentifier": "b"}]}


def test_a_message_of_a_later_release_is_handed_out_again_and_is_nobody_s_dead_letter() -> None:
    office = Office()
    body = to_json(COMMAND).replace('"schema":1', '"schema":2')
    newer = _message(body=body, received=10, error=NewerForm("deploy the later release again"))
    assert newer.command is None
    assert office.settle(newer) == frozenset()
    assert office.letters.letters == []
    assert [(note.subject, note.reason) for note in office.noted] == [(ADA, "deploy the later release again")]
