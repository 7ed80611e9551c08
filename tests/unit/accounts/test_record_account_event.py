"""Putting the account of an event on the inbox, once for each event."""

import json
from pathlib import Path

import pytest

from dayone.accounts.events import IngestedEvent, RecordAccountEvent, record_account_event
from dayone.errors import Unavailable
from dayone.model.changes import CauseKind
from dayone.model.commands import RefreshAccount
from tests.builders import ACCOUNT_ID
from tests.fakes.queues import MemoryDeadLetters, MemoryInbox

_EVENTS = Path(__file__).parents[3] / "events" / "record_account_event"


def _body(name: str) -> str:
    (record,) = json.loads((_EVENTS / f"{name}.json").read_text())["Records"]
    return str(record["body"])


class _Recording:
    def __init__(self) -> None:
        self.inbox, self.dead_letters = MemoryInbox(), MemoryDeadLetters()

    def record(self, text: str) -> IngestedEvent:
        return record_account_event(text, ports=RecordAccountEvent(inbox=self.inbox, dead_letters=self.dead_letters))


def test_the_account_is_asked_to_be_read_anew() -> None:
    recording = _Recording()
    recording.record(_body("move_account"))
    (request,) = recording.inbox.commands
    assert (str(request.subject), type(request)) == (f"account:{ACCOUNT_ID}", RefreshAccount)
    assert (request.cause.kind, request.cause.actor) == (CauseKind.ACCOUNT_EVENT, "aws.organizations")
    assert request.cause.reference == "0f3e2d1c-5b6a-4798-8a9b-0c1d2e3f4a03"


@pytest.mark.parametrize("name", ["tag_account", "move_account", "rename_organizational_unit"])
def test_whoever_made_the_call_answers_for_what_it_gives(name: str) -> None:
    recording = _Recording()
    recording.record(_body(name))
    (request,) = recording.inbox.commands
    assert request.cause.authors == ("arn:aws:sts::111122223333:assumed-role/OrganizationAdmin/admin",)


def test_what_aws_does_by_itself_is_nobodys() -> None:
    recording = _Recording()
    recording.record(_body("create_managed_account"))
    (request,) = recording.inbox.commands
    assert request.cause.authors == ()


def test_below_a_unit_that_was_renamed_everything_is_asked_for() -> None:
    recording = _Recording()
    recorded = recording.record(_body("rename_organizational_unit"))
    (request,) = recording.inbox.commands
    assert str(request.subject) == "organizational-unit:ou-a1b2-11112222"
    assert (recorded.account, recorded.unit) == ("", "ou-a1b2-11112222")


def test_the_same_event_again_leads_to_the_same_change_and_another_to_another() -> None:
    recording = _Recording()
    for name in ("move_account", "move_account", "tag_account"):
        recording.record(_body(name))
    assert len({command.cause.change for command in recording.inbox.commands}) == len(recording.inbox.commands) == 2


@pytest.mark.parametrize("name", ["move_account_refused", "create_account_result_failed", "tag_organizational_unit"])
def test_what_did_not_happen_to_an_account_goes_nowhere(name: str) -> None:
    recording = _Recording()
    recorded = recording.record(_body(name))
    assert recorded.why_not
    assert not recorded.is_dead_letter
    assert (recording.inbox.commands, recording.dead_letters.letters) == ([], [])


@pytest.mark.parametrize("text", [_body("without_an_account"), "not JSON"])
def test_what_cannot_be_understood_goes_to_the_dead_letters_with_its_reason(text: str) -> None:
    recording = _Recording()
    recorded = recording.record(text)
    assert recorded.is_dead_letter
    assert recording.dead_letters.letters == [(text, recorded.why_not)]
    assert recording.inbox.commands == []


class _FullInbox(MemoryInbox):
    def put(self, _requests: object) -> None:
        raise Unavailable("the queue takes nothing")


def test_what_the_inbox_did_not_take_stays_with_its_queue() -> None:
    ports = RecordAccountEvent(inbox=_FullInbox(), dead_letters=MemoryDeadLetters())
    with pytest.raises(Unavailable):
        record_account_event(_body("move_account"), ports=ports)
