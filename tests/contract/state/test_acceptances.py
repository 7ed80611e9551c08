"""The port Acceptances, in memory and over DynamoDB alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dayone.adapters.dynamodb.idempotency import DynamoAcceptances
from dayone.adapters.dynamodb.keys import RecordKey
from dayone.messages.inbox import accepted_digest, from_json, to_json
from dayone.model.changes import Decision
from dayone.model.commands import ApplyDecision
from dayone.model.subjects import Subject, SubjectKind
from dayone.ports.idempotency import Acceptances
from tests.contract.state_databases import IMPLEMENTATIONS, table_of
from tests.contract.state_ports import StateTable
from tests.contract.state_samples import ADA, HIRED, LEFT, cause
from tests.fakes.acceptances import MemoryAcceptances
from tests.fakes.table.state import State

pytest_plugins = ("tests.contract.state_fixtures",)

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
APPROVED = ApplyDecision(
    subject=Subject(SubjectKind.CHANGE, HIRED),
    cause=cause(),
    decision=Decision(is_approved=True, actor="arn:aws:iam::111122223333:user/boss", at=NOW),
)


@pytest.fixture(params=IMPLEMENTATIONS)
def acceptances(request: pytest.FixtureRequest) -> Acceptances:
    if request.param == "fake":
        return MemoryAcceptances(State())
    return DynamoAcceptances(table_of(request).wrapped())


def test_what_was_accepted_is_known_as_it_comes_out_of_the_inbox(acceptances: Acceptances) -> None:
    assert not acceptances.includes(APPROVED)
    acceptances.keep([APPROVED], now=NOW)
    assert acceptances.includes(from_json(to_json(APPROVED), taken_at=NOW + timedelta(minutes=1)))


def test_where_a_run_goes_on_is_no_part_of_it(acceptances: Acceptances) -> None:
    acceptances.keep([APPROVED], now=NOW)
    assert acceptances.includes(replace(APPROVED, cursor="x"))


@pytest.mark.parametrize(
    "other",
    [
        replace(APPROVED, subject=ADA),
        replace(APPROVED, cause=replace(APPROVED.cause, change=LEFT)),
        replace(APPROVED, cause=replace(APPROVED.cause, actor="arn:somebody")),
        replace(APPROVED, decision=replace(APPROVED.decision, is_approved=False)),
        replace(APPROVED, decision=replace(APPROVED.decision, only_leavers=True)),
        replace(APPROVED, decision=replace(APPROVED.decision, at=NOW + timedelta(microseconds=1))),
    ],
)
def test_whatever_is_otherwise_was_not_accepted(acceptances: Acceptances, other: ApplyDecision) -> None:
    acceptances.keep([APPROVED], now=NOW)
    assert not acceptances.includes(other)


def test_the_same_again_is_harmless(acceptances: Acceptances) -> None:
    acceptances.keep([APPROVED, APPROVED], now=NOW)
    acceptances.keep([APPROVED], now=NOW + timedelta(minutes=1))
    assert acceptances.includes(APPROVED)


def test_more_than_a_batch_holds_are_kept_at_once(acceptances: Acceptances) -> None:
    each = [replace(APPROVED, subject=Subject(SubjectKind.PERSON, f"e-{number}")) for number in range(60)]
    acceptances.keep(each, now=NOW)
    assert all(map(acceptances.includes, each))


def test_it_goes_when_no_message_can_wait_for_it_any_more(state_table: StateTable) -> None:
    table = state_table.wrapped()
    DynamoAcceptances(table).keep([APPROVED], now=NOW)
    record = table.get(RecordKey(f"ACCEPTED#{accepted_digest(APPROVED)}", "HEAD"))
    assert record is not None
    # In the inbox, as a dead letter, and again: SQS keeps a message for a fortnight at most.
    assert int(record["expires_at"]) >= (NOW + timedelta(days=56)).timestamp()
