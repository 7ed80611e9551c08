"""claim_table through its handler: a request of CloudFormation in, its answer out, and the table says whose it is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dayone.errors import AccessDenied, Throttled
from dayone.model.recovery import TableIdentity
from dayone.ports.state_tables import INDEXES, STREAM_VIEW, TableDescription, TableIndex, TableOwner
from dayone.setup.state_table import ClaimTable
from dayone.wiring import functions as wiring
from functions.claim_table import app
from tests.fakes.sso.session_policy import MemoryStackAnswers
from tests.fakes.state_tables import MemoryOutsideIdentity, MemoryStateTables
from tests.functions.conftest import Event, LambdaContext, Log

OWN, RESTORED = "dayone-StateTable-1ABCDEFGHIJKL", "dayone-restored"
OWN_ID, RESTORED_ID = "0b1c7c3e-0000-4000-8000-000000000001", "0b1c7c3e-0000-4000-8000-000000000002"
FIRST = TableOwner(stack="dayone", table_id=OWN_ID)


def table(name: str, *, id: str, **parts: Any) -> TableDescription:  # noqa: A002, ANN401
    arn = f"arn:aws:dynamodb:eu-central-1:111122223333:table/{name}"
    whole: dict[str, Any] = {"indexes": INDEXES, "stream_arn": f"{arn}/stream/1", "stream_view": STREAM_VIEW}
    return TableDescription(name=name, arn=arn, id=id, **{**whole, **parts})


@pytest.fixture
def tables() -> MemoryStateTables:
    return MemoryStateTables([table(OWN, id=OWN_ID), table(RESTORED, id=RESTORED_ID)])


@pytest.fixture
def outside() -> MemoryOutsideIdentity:
    return MemoryOutsideIdentity()


@pytest.fixture
def answer(
    tables: MemoryStateTables,
    outside: MemoryOutsideIdentity,
    event_of: Callable[[str], Event],
    context: LambdaContext,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Any]:
    """Return CloudFormation's answer to one of the events, with changed properties."""
    answers, slept = MemoryStackAnswers(), list[float]()
    ports = ClaimTable(
        tables=tables,
        outside=outside,
        answers=answers,
        clock=lambda: datetime.now(UTC) + timedelta(seconds=sum(slept)),
        sleep=slept.append,
    )
    monkeypatch.setattr(wiring, "claim_table_ports", lambda: ports)

    def ask(name: str, **properties: str) -> Any:  # noqa: ANN401
        event = event_of(f"claim_table/{name}")
        event["ResourceProperties"].update(properties)
        app.lambda_handler(event, context)
        ((url, answered),) = answers.sent
        answers.sent.clear()
        assert url == event["ResponseURL"]
        assert {name: answered[name] for name in ("StackId", "RequestId", "LogicalResourceId")} == {
            name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")
        }
        return answered

    return ask


def test_a_new_stack_takes_the_table_that_it_has_made(tables: MemoryStateTables, answer: Callable[..., Any]) -> None:
    answered = answer("create")
    assert (answered["Status"], answered["PhysicalResourceId"]) == ("SUCCESS", OWN)
    arn = f"arn:aws:dynamodb:eu-central-1:111122223333:table/{OWN}"
    assert answered["Data"] == {"Arn": arn, "StreamArn": f"{arn}/stream/1"}
    assert tables.owners == {OWN: FIRST}


def test_a_stack_that_is_made_again_takes_the_table_that_it_had(
    tables: MemoryStateTables, outside: MemoryOutsideIdentity, answer: Callable[..., Any]
) -> None:
    tables.owners[OWN] = FIRST
    assert answer("create", IsOwn="false")["Status"] == "SUCCESS"
    # As after an upgrade from a release that wrote nothing outside.
    assert outside.identity == TableIdentity(table_id=OWN_ID)
    assert tables.recoveries == {}


def test_the_table_of_a_new_stack_is_relied_on(
    tables: MemoryStateTables, outside: MemoryOutsideIdentity, answer: Callable[..., Any]
) -> None:
    answer("create")
    assert outside.identity == TableIdentity(table_id=OWN_ID)
    assert tables.recoveries == {}


def test_a_new_table_of_a_stack_that_had_another_is_to_be_recovered(
    tables: MemoryStateTables, outside: MemoryOutsideIdentity, answer: Callable[..., Any]
) -> None:
    outside.identity = TableIdentity(table_id="of the one that was dropped", epoch=4)
    assert answer("create")["Status"] == "SUCCESS"
    assert tables.owners == {OWN: TableOwner(stack="dayone", table_id=OWN_ID, epoch=4)}
    assert list(tables.recoveries) == [OWN]
    assert outside.identity.table_id == "of the one that was dropped"


def test_a_copy_that_is_accepted_is_to_be_recovered(
    tables: MemoryStateTables, outside: MemoryOutsideIdentity, answer: Callable[..., Any]
) -> None:
    outside.identity = TableIdentity(table_id=OWN_ID)
    tables.owners[RESTORED] = FIRST
    assert answer("update", Accepted=RESTORED_ID)["Status"] == "SUCCESS"
    assert tables.recoveries[RESTORED].table_id == RESTORED_ID
    assert outside.identity == TableIdentity(table_id=OWN_ID)


@pytest.mark.parametrize(
    ("owner", "says"),
    [
        (None, "says of no stack that it is its own"),
        (FIRST, "is a copy of another table, which was the stack dayone's"),
        (TableOwner(stack="other", table_id=RESTORED_ID), "is the stack other's"),
    ],
    ids=["never used", "restored", "another stack's"],
)
def test_a_table_that_is_not_the_stack_s_first_one_is_taken_only_with_its_id(
    tables: MemoryStateTables, answer: Callable[..., Any], owner: TableOwner | None, says: str
) -> None:
    if owner:
        tables.owners[RESTORED] = owner
    before = dict(tables.owners)
    for accepted in ("", OWN_ID):
        refused = answer("update", Accepted=accepted)
        assert (refused["Status"], refused["PhysicalResourceId"]) == ("FAILED", OWN)
        assert says in refused["Reason"]
        assert f"AcceptOtherTable={RESTORED_ID}" in refused["Reason"]
        assert tables.owners == before
    assert answer("update", Accepted=RESTORED_ID)["PhysicalResourceId"] == RESTORED
    assert tables.owners[RESTORED] == TableOwner(stack="dayone", table_id=RESTORED_ID)
    # It is the stack's own from now on.
    assert answer("update")["Status"] == "SUCCESS"


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"stream_arn": "", "stream_view": ""}, "a stream of NEW_AND_OLD_IMAGES (aws dynamodb update-table"),
        ({"stream_view": "KEYS_ONLY"}, "StreamEnabled=false; aws dynamodb update-table"),
        ({"indexes": {name: INDEXES[name] for name in ("runnable", "due")}}, "the index listing"),
        ({"indexes": {**INDEXES, "listing": TableIndex(("listed_in", "listed_as"), "KEYS_ONLY")}}, "the index listing"),
        ({"indexes": {**INDEXES, "due": TableIndex(("due_at",), "KEYS_ONLY")}}, "the index due"),
        ({"keys": ("id",)}, "it has id, so it is no table of Day One"),
        ({"status": "CREATING"}, "it is CREATING"),
    ],
)
def test_a_table_that_lacks_what_the_functions_need_is_refused_with_the_command_that_gives_it(
    tables: MemoryStateTables, answer: Callable[..., Any], parts: dict[str, Any], says: str
) -> None:
    tables.put(replace(table(RESTORED, id=RESTORED_ID), **parts))
    refused = answer("update", Accepted=RESTORED_ID)
    assert refused["Status"] == "FAILED"
    assert says in refused["Reason"]
    assert tables.owners == {}


def test_a_table_without_an_id_is_not_accepted_by_saying_nothing(
    tables: MemoryStateTables, answer: Callable[..., Any]
) -> None:
    tables.put(table(RESTORED, id=""))
    assert answer("update", Accepted="")["Status"] == "FAILED"


def test_a_table_that_is_not_there_is_refused(answer: Callable[..., Any]) -> None:
    refused = answer("update", TableName="nowhere")
    assert refused["Status"] == "FAILED"
    assert "there is no table nowhere in this account and Region" in refused["Reason"]


def test_a_stack_that_goes_leaves_the_table_its_own(tables: MemoryStateTables, answer: Callable[..., Any]) -> None:
    answer("create")
    gone = answer("delete")
    assert (gone["Status"], gone["PhysicalResourceId"]) == ("SUCCESS", OWN)
    assert tables.owners == {OWN: FIRST}


def test_a_role_that_iam_does_not_know_everywhere_yet_is_waited_for(
    tables: MemoryStateTables, answer: Callable[..., Any]
) -> None:
    tables.fails = [AccessDenied("AccessDeniedException: no"), Throttled("ThrottlingException: slow down")]
    assert answer("create")["Status"] == "SUCCESS"
    assert tables.owners == {OWN: FIRST}


def test_what_does_not_pass_is_answered_before_lambda_ends_the_function(
    tables: MemoryStateTables, answer: Callable[..., Any], log: Log
) -> None:
    tables.fails = [AccessDenied("AccessDeniedException: no")] * 100
    refused = answer("create")
    assert refused["Status"] == "FAILED"
    assert refused["Reason"].startswith("AccessDeniedException: no")
    assert log.messages("WARNING") == ["message failed"]


def test_a_claim_that_says_too_little_is_answered(
    event_of: Callable[[str], Event], context: LambdaContext, answer: Callable[..., Any], tables: MemoryStateTables
) -> None:
    assert callable(answer)
    event = event_of("claim_table/create")
    del event["ResourceProperties"]["TableName"]
    app.lambda_handler(event, context)
    answers = wiring.claim_table_ports().answers
    assert isinstance(answers, MemoryStackAnswers)
    ((_, refused),) = answers.sent
    assert (refused["Status"], tables.owners) == ("FAILED", {})
    assert "does not say which table" in refused["Reason"]


def test_the_address_of_the_answer_is_not_logged(answer: Callable[..., Any], log: Log) -> None:
    answer("create")
    answer("update")
    assert "X-Amz-Signature" not in log.text
