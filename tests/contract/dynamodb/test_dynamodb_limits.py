"""Limits of DynamoDB for a record, a key and a transaction, by AWS's own emulator: the maximum is accepted, no more.

Refused, in words, and never cut or dropped. Source: DynamoDB Developer Guide, "Service, account, and table quotas".
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from dayone.adapters.dynamodb import keys
from dayone.adapters.dynamodb.hr import DynamoWaitingHints
from dayone.adapters.dynamodb.keys import RecordKey
from dayone.adapters.dynamodb.operations import DynamoOperationQueue
from dayone.adapters.dynamodb.subjects import DynamoSubjects
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import Put, Update
from dayone.errors import Refused, TooLarge
from dayone.model.subject_state import ReceivedMessage
from dayone.model.subjects import Resource, ResourceKind, Subject, SubjectKind
from tests.contract.state_ports import StateTable
from tests.contract.state_samples import NOW, confirmed, doubtful, end, plan

pytest_plugins = ("tests.contract.state_fixtures",)

ONE = {"pk": "A", "sk": "1"}
KEY = RecordKey("A", "1")
KILOBYTE = 1024
# The longest that the contracts let through, of what takes the most bytes: see policy_words, policy_set_words.
LONGEST_PERSON = "+" * 128
LONGEST_GROUPS = ("\U0001f680" * 128, "#" * 128, "%" * 128)
LONGEST_POLICY = f"/{'a' * 510}/{'b' * 128}"


@pytest.fixture
def table(table_in_dynamodb_local: StateTable) -> DynamoTable:
    return table_in_dynamodb_local.wrapped()


@pytest.mark.parametrize(
    ("fits", "attribute"),
    [
        ({"pk": "é" * KILOBYTE, "sk": "1"}, "pk"),
        ({"pk": "A", "sk": "é" * (KILOBYTE // 2)}, "sk"),
        ({**ONE, "listed_in": "x" * 2 * KILOBYTE, "listed_as": "1"}, "listed_in"),
        ({**ONE, "listed_in": "A", "listed_as": "x" * KILOBYTE}, "listed_as"),
        ({**ONE, "due": "A", "due_at": "x" * KILOBYTE}, "due_at"),
        ({**ONE, "runnable": "A", "runnable_order": "x" * KILOBYTE}, "runnable_order"),
    ],
)
def test_a_key_of_the_table_or_of_an_index_holds_so_many_bytes(
    table: DynamoTable, fits: dict[str, str], attribute: str
) -> None:
    assert table.write(Put(fits), what="writing")
    too_long = {**fits, attribute: f"{fits[attribute]}x"}
    for write in (lambda: table.write(Put(too_long), what="writing"), lambda: table.put_all([too_long])):
        with pytest.raises(TooLarge):  # by what we know of it, without asking DynamoDB
            write()
    typed = {name: {"S": text} for name, text in too_long.items()}
    with pytest.raises(table._client.exceptions.ClientError, match="ValidationException"):
        table._client.put_item(TableName=table._name, Item=typed)


@pytest.mark.parametrize("attribute", ["pk", "sk", "listed_in", "listed_as", "due", "due_at"])
def test_no_key_is_empty(table: DynamoTable, attribute: str) -> None:
    whole = {**ONE, "listed_in": "a", "listed_as": "b", "due": "c", "due_at": "d"}
    for write in (
        lambda: table.write(Put({**whole, attribute: ""}), what="writing"),
        lambda: table.put_all([{**whole, attribute: ""}]),
    ):
        with pytest.raises(Refused):
            write()


def test_an_update_to_an_empty_text_takes_an_item_out_of_its_index(table: DynamoTable) -> None:
    table.put_all([{**ONE, "listed_in": "a", "listed_as": "b"}])
    assert table.write(Update(KEY, put={"listed_in": "", "text": ""}), what="writing")
    assert table.get(KEY) == {**ONE, "listed_as": "b"}


@pytest.mark.parametrize(
    "value",
    ["", "\0", "x\ud800y", "\udfff", "\U0001f680", "e\u0301", 10**38 - 1, -(10**38 - 1), 0, True, [], {}, ["", {}]],
    ids=repr,
)
def test_a_value_comes_back_as_it_went(table: DynamoTable, value: Any) -> None:  # noqa: ANN401
    record = {**ONE, "value": value}
    assert table.write(Put(record), what="writing")
    assert table.get(KEY) == record
    table.put_all([record])
    assert list(table.get_all([KEY])) == [record]


def test_what_looks_alike_and_is_not_the_same_has_keys_of_its_own(table: DynamoTable) -> None:
    alike = ["é", "e\u0301", "E\u0301", "É"]
    table.put_all({"pk": "A", "sk": text} for text in alike)
    assert {record["sk"] for record in table.get_all(RecordKey("A", text) for text in alike)} == set(alike)


def test_a_record_holds_400_kilobytes(table: DynamoTable) -> None:
    # Names and values count: pk, A, sk, 1 and text; and schema, whose number takes two bytes.
    fits = 400 * KILOBYTE - len("pkAsk1textschema") - 2
    assert table.write(Put({**ONE, "text": "x" * fits}), what="writing")
    for write in (
        lambda: table.write(Put({**ONE, "text": "x" * (fits + 1)}), what="writing"),
        lambda: table.write(Update(KEY, put={"more": "x"}), what="writing"),
        lambda: table.put_all([{**ONE, "text": "x" * (fits + 1)}]),
    ):
        with pytest.raises(Refused):
            write()
    assert table.get(KEY) == {**ONE, "text": "x" * fits}


def test_a_transaction_holds_100_writes_and_4_megabytes_and_is_refused_whole(table: DynamoTable) -> None:
    def puts(count: int, *, text: str = "x") -> dict[str, Put]:
        return {str(number): Put({"pk": text[:9], "sk": f"{number:03}", "text": text}) for number in range(count)}

    assert table.transact(lambda: puts(100), what="writing") == frozenset()
    for refused in (puts(101, text="many"), puts(12, text="large" * 75_000)):
        with pytest.raises(Refused):
            table.transact(partial(dict, refused), what="writing")
        assert list(table.get_all(RecordKey(put.record["pk"], put.record["sk"]) for put in refused.values())) == []


def test_two_writes_of_one_record_are_refused_in_a_transaction_and_in_a_batch(table: DynamoTable) -> None:
    with pytest.raises(Refused):
        table.transact(lambda: {"a": Put(ONE), "b": Put({**ONE, "more": 1})}, what="writing")
    with pytest.raises(Refused):
        table.put_all([ONE, {**ONE, "more": 1}])


def test_a_batch_of_more_than_an_answer_holds_is_read_whole(table: DynamoTable) -> None:
    # An answer holds 16 MB; the rest is left for the next. Source: DynamoDB API Reference, BatchGetItem.
    large = [{"pk": "B", "sk": f"{number:03}", "text": "x" * 390_000} for number in range(50)]
    table.put_all(large)
    read = table.get_all(RecordKey(record["pk"], record["sk"]) for record in large)
    assert sorted(record["sk"] for record in read) == [record["sk"] for record in large]


def _subjects() -> Iterator[tuple[Subject, Resource]]:
    person = Subject(SubjectKind.PERSON, LONGEST_PERSON)
    for group in LONGEST_GROUPS:
        yield person, Resource(ResourceKind.MEMBERSHIP, group)
        yield Subject(SubjectKind.GROUP, group), Resource(ResourceKind.GROUP)
        yield Subject(SubjectKind.ACCOUNT, "1" * 12), Resource(ResourceKind.ASSIGNMENT, f"{'s' * 32}/{group}")
    assigned = Resource(ResourceKind.ASSIGNMENT, f"{'s' * 32}/person:{LONGEST_PERSON}")
    yield Subject(SubjectKind.ACCOUNT, "1" * 12), assigned
    yield Subject(SubjectKind.PERMISSION_SET, "s" * 32), Resource(ResourceKind.CUSTOMER_POLICY, LONGEST_POLICY)


@pytest.mark.parametrize(("subject", "resource"), [*_subjects()], ids=lambda part: str(part)[:24])
def test_the_longest_names_there_are_fit_every_key(table: DynamoTable, subject: Subject, resource: Resource) -> None:
    subjects, queue = DynamoSubjects(table), DynamoOperationQueue(table)
    made = plan(subjects.load(subject).head, resource)
    subjects.commit(made)
    (operation,) = queue.siblings(made.operations[0])
    begun = queue.begin(operation, doubt=doubtful(operation))
    assert begun is not None
    queue.finish([end(begun, applied=confirmed(resource))])
    assert subjects.load(subject).applied.keys() == {resource}


@pytest.mark.parametrize("length", [1, 128, 2_000, 10_000])
def test_what_senders_call_their_deliveries_and_records_may_be_as_long_as_they_like(
    table: DynamoTable, length: int
) -> None:
    subjects, hints = DynamoSubjects(table), DynamoWaitingHints(table)
    names = [f"hr:standard:{'m' * (length - 1)}{letter}" for letter in "ab"]
    subject = Subject(SubjectKind.PERSON, "e-1")
    for number, name in enumerate(names):
        made = plan(subjects.load(subject).head, change=f"01KQ{number}")
        delivery = ReceivedMessage(name=name, forget_at=NOW)
        subjects.commit(replace(made, delivery=delivery))
        hints.know("gusto", name, person=f"e-{number}")
    assert [subjects.taken_by(name) for name in names] == ["01KQ0", "01KQ1"]
    assert [hints.person_of("gusto", name) for name in names] == ["e-0", "e-1"]
    assert keys.delivery_key("hr:standard:msg_1").pk == "DELIVERY#hr:standard:msg_1"
