"""The table's own promises: pages to the end, batches until all is done, and what a cancelled transaction means."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.stub import Stubber

from dayone.adapters.dynamodb.keys import RecordKey
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import EXISTS, IS_NEW, Delete, Put, Single, Update, typed
from dayone.errors import Conflicting, Refused, Throttled
from dayone.messages.codec import Record
from tests.contract.dynamodb_faults import Faults, behind
from tests.contract.state_ports import StateTable

pytest_plugins = ("tests.contract.state_fixtures",)

ONE: dict[str, Any] = {"pk": "A", "sk": "1"}
CONFLICT, REFUSAL = "TransactionConflict", "ConditionalCheckFailed"


def a_client() -> Any:  # noqa: ANN401
    return boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")


class Answers:
    """A table whose answers are set beforehand, and how long it paused between its tries."""

    def __init__(self) -> None:
        client = a_client()
        self.stubber = Stubber(client)
        self.pauses: list[float] = []
        self.table = DynamoTable(client, "state", pause=self.pauses.append, jitter=lambda: 1.0)

    def cancel(self, *codes: str) -> None:
        reasons = [{"Code": code} for code in codes]
        self.stubber.add_client_error(
            "transact_write_items",
            service_error_code="TransactionCanceledException",
            modeled_fields={"CancellationReasons": reasons},
        )

    def refuse(self, call: str, *, tries: int, found: Record | None) -> None:
        self.stubber.add_client_error(
            call,
            service_error_code="ConditionalCheckFailedException",
            response_meta={"RetryAttempts": tries - 1},
            modeled_fields={"Item": typed(found)} if found else None,
        )

    def done(self) -> None:
        self.stubber.add_response("transact_write_items", {})

    def transact(self) -> frozenset[str]:
        writes = {"first": Put(ONE), "second": Put({**ONE, "sk": "2"}, condition=IS_NEW)}
        return self.table.transact(lambda: writes, what="writing", over_when=["second"])


@pytest.fixture
def answers() -> Iterator[Answers]:
    made = Answers()
    with made.stubber:
        yield made
        made.stubber.assert_no_pending_responses()


@pytest.mark.parametrize("read", ["get", "get_all", "query"])
def test_what_was_just_written_is_read_whichever_copy_answers(read: str) -> None:
    client, key = a_client(), RecordKey("A", "1")
    faults, table = Faults(client), DynamoTable(client, "state")
    for operation in ("GetItem", "BatchGetItem", "Query"):
        faults.for_ever(operation, behind(typed(ONE)))
    reads: dict[str, Callable[[], list[Record | None]]] = {
        "get": lambda: [table.get(key)],
        "get_all": lambda: list(table.get_all([key])),
        "query": lambda: list(table.query(Key("pk").eq("A"))),
    }
    assert reads[read]() == [ONE]


_UPDATE = Update(
    RecordKey("A", "1"), put={"state": "new", "text": ""}, remove=("view",), condition=Attr("state").eq("old")
)


class TestWritesAlone:
    """Writes that botocore repeated after a lost answer, refused because of their own first attempt."""

    @pytest.mark.parametrize(
        ("call", "write", "written"),
        [
            ("put_item", Put({**ONE, "n": 1}, condition=IS_NEW), {**ONE, "n": 1, "schema": 1}),
            ("update_item", _UPDATE, {**ONE, "state": "new", "other": "x"}),
            ("delete_item", Delete(RecordKey("A", "1"), condition=EXISTS), None),
        ],
        ids=["put", "update", "delete"],
    )
    def test_its_own_first_try_is_known_by_what_it_wrote(
        self, answers: Answers, call: str, write: Single, written: Record | None
    ) -> None:
        answers.refuse(call, tries=2, found=written)
        assert answers.table.write(write, what="writing")
        answers.refuse(call, tries=2, found={**ONE, "state": "another's"})
        assert not answers.table.write(write, what="writing")
        answers.refuse(call, tries=1, found=written)
        assert not answers.table.write(write, what="writing")

    @pytest.mark.parametrize(
        "found", [{**ONE, "state": "new", "text": "x"}, {**ONE, "state": "new", "view": "y"}, None], ids=str
    )
    def test_an_update_that_is_there_in_parts_only_is_another_s(self, answers: Answers, found: Record | None) -> None:
        answers.refuse("update_item", tries=2, found=found)
        assert not answers.table.write(_UPDATE, what="writing")

    def test_nobody_knows_whether_a_number_was_added_to(self, answers: Answers) -> None:
        answers.refuse("update_item", tries=2, found={**ONE, "count": 1})
        counted = Update(RecordKey("A", "1"), add={"count": 1}, condition=IS_NEW)
        assert not answers.table.write(counted, what="writing")

    def test_somebody_else_s_transaction_is_waited_for(self, answers: Answers) -> None:
        answers.stubber.add_client_error("put_item", service_error_code="TransactionConflictException")
        answers.stubber.add_response("put_item", {})
        assert answers.table.write(Put(ONE), what="writing")
        assert answers.pauses == [0.02]


class TestTransactions:
    def test_a_conflict_is_tried_again_after_a_growing_pause(self, answers: Answers) -> None:
        for _ in range(3):
            answers.cancel(CONFLICT, "None")
        answers.done()
        assert answers.transact() == frozenset()
        assert answers.pauses == [0.02, 0.04, 0.08]

    def test_a_condition_that_may_come_true_is_tried_again(self, answers: Answers) -> None:
        answers.cancel(REFUSAL, "None")
        answers.cancel(REFUSAL, CONFLICT)
        answers.done()
        assert answers.transact() == frozenset()

    def test_one_that_will_not_is_told_at_once(self, answers: Answers) -> None:
        answers.cancel(CONFLICT, REFUSAL)
        assert answers.transact() == {"second"}

    def test_one_that_will_not_is_told_even_beside_one_that_may(self, answers: Answers) -> None:
        answers.cancel(REFUSAL, REFUSAL)
        assert answers.transact() == {"second"}

    def test_others_that_never_stop_are_a_conflict(self, answers: Answers) -> None:
        for _ in range(12):
            answers.cancel(CONFLICT, "None")
        with pytest.raises(Conflicting):
            answers.transact()
        assert max(answers.pauses) == 0.5

    def test_too_much_at_once_is_a_throttle(self, answers: Answers) -> None:
        answers.cancel("ThrottlingError", "None")
        with pytest.raises(Throttled):
            answers.transact()

    def test_a_write_that_dynamodb_cannot_take_is_refused(self, answers: Answers) -> None:
        answers.cancel("None", "ValidationError")
        with pytest.raises(Refused):
            answers.transact()


class TestBatches:
    def test_what_was_left_unwritten_is_written_again(self, answers: Answers) -> None:
        left = {"state": [{"PutRequest": {"Item": {"pk": {"S": "A"}, "sk": {"S": "1"}}}}]}
        answers.stubber.add_response("batch_write_item", {"UnprocessedItems": left})
        answers.stubber.add_response("batch_write_item", {}, {"RequestItems": left})
        answers.table.put_all([ONE, {**ONE, "sk": "2"}])
        assert answers.pauses == [0.02]

    def test_what_was_left_unread_is_read_again(self, answers: Answers) -> None:
        key = {"pk": {"S": "A"}, "sk": {"S": "1"}}
        left = {"state": {"Keys": [key], "ConsistentRead": True}}
        answers.stubber.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": left})
        answers.stubber.add_response("batch_get_item", {"Responses": {"state": [key]}}, {"RequestItems": left})
        assert list(answers.table.get_all([RecordKey("A", "1")])) == [ONE]

    def test_what_stays_unread_is_never_taken_for_missing(self, answers: Answers) -> None:
        left = {"state": {"Keys": [{"pk": {"S": "A"}, "sk": {"S": "1"}}]}}
        for _ in range(12):
            answers.stubber.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": left})
        with pytest.raises(Throttled):
            list(answers.table.get_all([RecordKey("A", "1")]))


class TestAgainstDynamoDB:
    def test_a_query_reads_on_where_dynamodb_cuts_its_answer(self, state_table: StateTable) -> None:
        table = state_table.wrapped()
        long = [{"pk": "A", "sk": str(number), "text": "x" * 300_000} for number in range(5)]
        for record in long:
            table.put_all([record])
        assert [pair["sk"] for pair in table.query(Key("pk").eq("A"))] == ["0", "1", "2", "3", "4"]
        assert [pair["sk"] for pair in table.query(Key("pk").eq("A"), newest_first=True, limit=4)] == list("4321")
        assert len(list(table.query(Key("pk").eq("A"), page=2))) == 5

    def test_an_update_sets_adds_and_removes_under_reserved_words(self, state_table: StateTable) -> None:
        table, key = state_table.wrapped(), RecordKey("A", "1")
        table.put_all([{**ONE, "state": "new", "user": "ada", "zone": "x", "view": "y"}])
        update = Update(
            key,
            put={"state": "old", "zone": "", "values": {"a": 1}},
            put_once={"user": "bob", "names": ["c"]},
            add={"count": 2},
            remove=("view",),
        )
        assert table.write(update, what="updating")
        assert table.get(key) == {
            **ONE,
            "state": "old",
            "user": "ada",
            "values": {"a": 1},
            "names": ["c"],
            "count": 2,
        }

    def test_a_write_whose_condition_does_not_hold_says_so_and_does_nothing(self, state_table: StateTable) -> None:
        table = state_table.wrapped()
        assert table.write(Put(ONE, condition=IS_NEW), what="writing")
        assert not table.write(Put({**ONE, "more": 1}, condition=IS_NEW), what="writing")
        assert table.get(RecordKey("A", "1")) == ONE
