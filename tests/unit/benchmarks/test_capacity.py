"""Cost of a request by the rules of DynamoDB, and answers of the table in memory like DynamoDB's."""

from typing import Any

import pytest

from benchmarks.dynamodb.capacity import Index, Meter, index_units, kind_of, size_of, written
from benchmarks.dynamodb.in_memory import MemoryDynamo

LISTING = Index(name="listing", partition="listed_in", sort="listed_as", is_whole=True)
DUE = Index(name="due", partition="due", sort="due_at", is_whole=False)


def an_item(*, text: str = "", **attributes: str) -> dict[str, Any]:
    return {name: {"S": value} for name, value in {"pk": "p", "sk": "s", **attributes, "text": text}.items()}


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "na\u00efve"}, 6),
        ({"N": "0"}, 2),
        ({"N": "12345"}, 4),
        ({"N": "-12"}, 3),
        ({"BOOL": True}, 1),
        ({"B": b"123"}, 3),
        ({"L": [{"S": "ab"}, {"S": "c"}]}, 8),
        ({"M": {"a": {"S": "bc"}}}, 7),
    ],
)
def test_an_attribute_has_the_size_of_its_name_and_value(value: dict[str, Any], size: int) -> None:
    assert size_of({"x": value}) == 1 + size


def test_a_write_costs_a_unit_for_each_kilobyte_that_it_has_begun() -> None:
    assert [written(size) for size in (0, 1024, 1025, 3072)] == [1, 1, 2, 3]


def test_a_transaction_doubles_what_the_table_takes_and_not_what_an_index_takes() -> None:
    # Source: DynamoDB Developer Guide, "Managing complex workflows with DynamoDB transactions".
    item = an_item(listed_in="l", listed_as="a", text="x" * 1500)
    alone, together = Meter(), Meter()
    alone.write([LISTING], before=None, after=item)
    together.write([LISTING], before=None, after=item, in_transaction=True)
    assert sorted(alone.writes.values()) == [2, 2]
    assert sorted(together.writes.values()) == [2, 4]


def test_an_index_costs_nothing_when_nothing_of_its_entry_is_another() -> None:
    before = an_item(due="d", due_at="1", listed_in="l", listed_as="a")
    after = {**before, "text": {"S": "new"}}
    assert index_units(DUE, before=before, after=after) == 0
    assert index_units(LISTING, before=before, after=after) == 1


def test_a_place_in_an_index_that_moves_is_deleted_and_put() -> None:
    before, after = an_item(due="d", due_at="1"), an_item(due="d", due_at="2")
    assert index_units(DUE, before=before, after=after) == 2
    assert index_units(DUE, before=None, after=after) == 1
    assert index_units(DUE, before=before, after=None) == 1


def test_the_larger_of_two_images_counts() -> None:
    meter = Meter()
    meter.write([], before=an_item(text="x" * 3000), after=an_item())
    assert sum(meter.writes.values()) == 3


def test_a_kind_of_item_is_named_by_its_key() -> None:
    keys = {("CHANGE#1", "HEAD"): "change", ("CHANGE#1", "OPERATION#x"): "operation", ("PERSON#1", "e#HEAD"): "head"}
    assert {kind_of(an_item(pk=pk, sk=sk)): name for (pk, sk), name in keys.items()} == {
        name: name for name in keys.values()
    }


def test_a_transaction_of_which_a_condition_fails_writes_nothing_and_says_which() -> None:
    client = MemoryDynamo()
    client.put_item(Item=an_item())
    refused = {"ConditionExpression": "attribute_not_exists(#n0)", "ExpressionAttributeNames": {"#n0": "pk"}}
    writes: list[dict[str, Any]] = [
        {"Put": {"Item": an_item(sk="other")}},
        {"Put": {"Item": an_item(text="new"), **refused}},
    ]
    with pytest.raises(client.exceptions.TransactionCanceledException) as refusal:
        client.transact_write_items(TransactItems=writes)
    reasons = [reason["Code"] for reason in refusal.value.response["CancellationReasons"]]
    assert reasons == ["None", "ConditionalCheckFailed"]
    assert client.everything() == [an_item()]
