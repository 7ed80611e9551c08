"""DynamoDB in memory, as far as the adapters use it, with a meter for what its requests cost."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from operator import gt, lt
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from benchmarks.dynamodb.capacity import Index, Item, Meter, indexes_of, kind_of, read, size_of
from benchmarks.dynamodb.expressions import holds, updated
from tests.contract.state_tables import table_properties

type _Key = tuple[str, str]

_SCANNED = 20
_FAILED = "ConditionalCheckFailed"


class _ConditionFailedError(ClientError):
    """As boto3 names it."""


class _CanceledError(ClientError):
    """As boto3 names it."""


class _ConflictError(ClientError):
    """As boto3 names it."""


class _InProgressError(ClientError):
    """As boto3 names it."""


class MemoryDynamo:
    """A client of DynamoDB with one table, which has the keys and indexes of the template."""

    exceptions = SimpleNamespace(
        ConditionalCheckFailedException=_ConditionFailedError,
        TransactionCanceledException=_CanceledError,
        TransactionConflictException=_ConflictError,
        TransactionInProgressException=_InProgressError,
    )

    def __init__(self) -> None:
        self.meter = Meter()
        self._indexes = {index.name: index for index in indexes_of(table_properties())}
        # By the table or the index, and the partition in it.
        self._partitions: dict[tuple[str, str], dict[_Key, Item]] = defaultdict(dict)

    def everything(self) -> list[Item]:
        """All items."""
        return [item for (index, _), items in self._partitions.items() if not index for item in items.values()]

    # Reading

    def get_item(self, *, Key: Item, **_: object) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """See DynamoDB."""
        self.meter.calls["GetItem"] += 1
        item = self._read(Key)
        return {"Item": item} if item else {}

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N803
        """See DynamoDB."""
        self.meter.calls["BatchGetItem"] += 1
        ((table, request),) = RequestItems.items()
        return {"Responses": {table: [item for key in request["Keys"] if (item := self._read(key))]}}

    def _read(self, key: Item) -> Item | None:
        item = self._item(_key(key))
        self.meter.read(kind_of(key), read(size_of(item or {})))
        return item

    def query(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """See DynamoDB."""
        self.meter.calls["Query"] += 1
        index = self._indexes.get(request.get("IndexName", ""))
        # boto3 writes the condition on the partition first.
        partition = self._partitions[index.name if index else "", request["ExpressionAttributeValues"][":v0"]["S"]]
        entries = [entry for entry in partition.values() if holds(request, entry, parameter="KeyConditionExpression")]
        place = _place(index)
        entries.sort(key=place, reverse=not request["ScanIndexForward"])
        if start := request.get("ExclusiveStartKey"):
            # It need not be there any more.
            is_behind = gt if request["ScanIndexForward"] else lt
            entries = [entry for entry in entries if is_behind(place(entry), place(start))]
        limit = request.get("Limit", len(entries))
        page, more = entries[:limit], entries[limit:]
        units = read(sum(map(size_of, page)))
        what = kind_of(page[0]) if page else "nothing"
        self.meter.read(f"{what} in {index.name}" if index else what, units / 2 if index else units)
        last = {"LastEvaluatedKey": _as_key(page[-1], index)} if more and page else {}
        return {"Items": page, **last}

    def scan(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """See DynamoDB; a page has twenty items."""
        self.meter.calls["Scan"] += 1
        entries = sorted(self.everything(), key=_key)
        if start := request.get("ExclusiveStartKey"):
            entries = [entry for entry in entries if _key(entry) > _key(start)]
        page, more = entries[:_SCANNED], entries[_SCANNED:]
        self.meter.read("everything", read(sum(map(size_of, page))))
        return {"Items": page, **({"LastEvaluatedKey": _as_key(page[-1], None)} if more else {})}

    def _item(self, key: _Key) -> Item | None:
        return self._partitions["", key[0]].get(key)

    # Writing

    def put_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """See DynamoDB."""
        return self._alone("Put", request)

    def update_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """See DynamoDB."""
        return self._alone("Update", request)

    def delete_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """See DynamoDB."""
        return self._alone("Delete", request)

    def _alone(self, verb: str, request: Mapping[str, Any]) -> dict[str, Any]:
        self.meter.calls[f"{verb}Item"] += 1
        before = self._item(_key(_key_of(verb, request)))
        if not holds(request, before):
            self.meter.write((), before=before, after=before)
            old = {"Item": before} if before and request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" else {}
            raise _ConditionFailedError({"Error": {"Code": f"{_FAILED}Exception"}, **old}, f"{verb}Item")  # type: ignore[typeddict-item]
        self._write(before, _after(verb, request, before), in_transaction=False)
        return {}

    def batch_write_item(self, *, RequestItems: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N803
        """See DynamoDB."""
        self.meter.calls["BatchWriteItem"] += 1
        for asked in (each for requests in RequestItems.values() for each in requests):
            verb, request = (
                ("Put", asked["PutRequest"]) if "PutRequest" in asked else ("Delete", asked["DeleteRequest"])
            )
            before = self._item(_key(_key_of(verb, request)))
            self._write(before, _after(verb, request, before), in_transaction=False)
        return {}

    def transact_write_items(self, *, TransactItems: Iterable[Mapping[str, Any]], **_: object) -> dict[str, Any]:  # noqa: N803
        """See DynamoDB."""
        self.meter.calls["TransactWriteItems"] += 1
        writes = [next(iter(write.items())) for write in TransactItems]
        keys = [_key(_key_of(verb, request)) for verb, request in writes]
        assert len(set(keys)) == len(keys), "two writes of one item"
        before = [self._item(key) for key in keys]
        reasons = [
            {"Code": "None" if holds(request, item) else _FAILED}
            for (_, request), item in zip(writes, before, strict=True)
        ]
        if any(reason["Code"] == _FAILED for reason in reasons):
            for item in before:
                self.meter.write((), before=item, after=item, in_transaction=True)
            error = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise _CanceledError(error, "TransactWriteItems")  # type: ignore[arg-type]
        for (verb, request), item in zip(writes, before, strict=True):
            self._write(item, _after(verb, request, item), in_transaction=True)
        return {}

    def _write(self, before: Item | None, after: Item | None, *, in_transaction: bool) -> None:
        self.meter.write(self._indexes.values(), before=before, after=after, in_transaction=in_transaction)
        for name, item, is_there in (("", before, False), ("", after, True)):
            self._keep((name, "pk"), item, is_there=is_there)
        for index in self._indexes.values():
            for item, is_there in ((index.entry(before), False), (index.entry(after), True)):
                self._keep((index.name, index.partition), item, is_there=is_there)

    def _keep(self, place: tuple[str, str], item: Item | None, *, is_there: bool) -> None:
        if item is None:
            return
        name, attribute = place
        entries = self._partitions[name, item[attribute]["S"]]
        if is_there:
            entries[_key(item)] = item
        else:
            entries.pop(_key(item), None)


def _key(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _key_of(verb: str, request: Mapping[str, Any]) -> Item:
    key: Item = request["Item" if verb == "Put" else "Key"]
    return key


def _after(verb: str, request: Mapping[str, Any], before: Item | None) -> Item | None:
    match verb:
        case "Put":
            item: Item = request["Item"]
            return item
        case "Update":
            return updated(request, before)
        case "ConditionCheck":
            return before
    return None


def _place(index: Index | None) -> Any:  # noqa: ANN401 - a key for sorting
    names = (index.sort, "pk", "sk") if index else ("sk",)
    return lambda item: tuple(item[name]["S"] for name in names)


def _as_key(item: Item, index: Index | None) -> Item:
    names = ("pk", "sk", *((index.partition, index.sort) if index else ()))
    return {name: item[name] for name in names}
