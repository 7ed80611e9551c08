"""Cost of a request in DynamoDB, by its published rules: capacity units of the table and of each index.

Sources: DynamoDB Developer Guide, "DynamoDB Item sizes and formats", "DynamoDB read and write operations", "Global
Secondary Indexes in DynamoDB". A transaction doubles what its writes cost in the table, not in the indexes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

type Item = dict[str, Any]

_WRITTEN, _READ = 1024, 4096


def size_of(item: Mapping[str, Any]) -> int:
    """Bytes of an item in the form of the low-level API."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(str(content).encode())
        case "N":
            digits = str(content).strip("-").replace(".", "").strip("0") or "0"
            return (len(digits) + 1) // 2 + 1 + str(content).startswith("-")
        case "B":
            return len(bytes(content))
        case "L":
            return 3 + sum(1 + _size(member) for member in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _size(member) for name, member in content.items())
    return 1


@dataclass(frozen=True)
class Index:
    """An index by its keys; without `is_whole` its entries are keys only."""

    name: str
    partition: str
    sort: str
    is_whole: bool

    def entry(self, item: Item | None) -> Item | None:
        """Return the index's entry of an item; None for one without its keys."""
        if item is None or self.partition not in item or self.sort not in item:
            return None
        names = item if self.is_whole else ("pk", "sk", self.partition, self.sort)
        return {name: item[name] for name in names}

    def is_moved(self, before: Item, after: Item) -> bool:
        """Return whether its place in the index changes: the entry is deleted, and put in elsewhere."""
        return any(before[name] != after[name] for name in (self.partition, self.sort))


def indexes_of(properties: Mapping[str, Any]) -> list[Index]:
    """Return the indexes of a table as CloudFormation and CreateTable describe it."""
    return [
        Index(
            name=index["IndexName"],
            partition=index["KeySchema"][0]["AttributeName"],
            sort=index["KeySchema"][1]["AttributeName"],
            is_whole=index["Projection"]["ProjectionType"] == "ALL",
        )
        for index in properties["GlobalSecondaryIndexes"]
    ]


def written(size: int) -> int:
    """Units of a write of so many bytes."""
    return max(1, -(-size // _WRITTEN))


def read(size: int) -> int:
    """Units of a consistent read of so many bytes."""
    return max(1, -(-size // _READ))


def index_units(index: Index, *, before: Item | None, after: Item | None) -> int:
    """Units that an index takes to follow a write; none when nothing of its entry is another."""
    old, new = index.entry(before), index.entry(after)
    if old == new:
        return 0
    sizes = [size_of(entry) for entry in (old, new) if entry is not None]
    if old is not None and new is not None and not index.is_moved(old, new):
        return written(max(sizes))
    return sum(map(written, sizes))


@dataclass
class Meter:
    """Units by what was written or read, and calls by their name."""

    writes: Counter[str] = field(default_factory=Counter)
    reads: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)

    def write(
        self, indexes: Iterable[Index], *, before: Item | None, after: Item | None, in_transaction: bool = False
    ) -> None:
        """Count a successful write; one whose `after` is `before` has only been checked."""
        item = after or before or {}
        size = max(map(size_of, (before or {}, after or {})))
        self.writes[kind_of(item)] += written(size) * (2 if in_transaction else 1)
        for index in indexes:
            if units := index_units(index, before=before, after=after):
                self.writes[f"{kind_of(item)} in {index.name}"] += units

    def read(self, what: str, units: float) -> None:
        """Count a read."""
        self.reads[what] += units  # type: ignore[assignment]

    def __sub__(self, other: "Meter") -> "Meter":
        return Meter(*(_less(*pair) for pair in zip(self.parts, other.parts, strict=True)))

    def copy(self) -> "Meter":
        """As it is now."""
        return Meter(*map(Counter, self.parts))

    @property
    def parts(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        """All that is counted."""
        return self.writes, self.reads, self.calls


def _less(counts: Counter[str], other: Counter[str]) -> Counter[str]:
    return Counter({name: number - other[name] for name, number in counts.items() if number != other[name]})


_AUDIT = "AUDIT#"
_OF_CHANGES = {"SUBJECT": "subject of a change", "OPERATION": "operation", "HEAD": "change"}


def kind_of(key: Mapping[str, Any]) -> str:
    """Return the kind of an item, in words, by its primary key."""
    pk, sk = str(key.get("pk", {}).get("S", "")), str(key.get("sk", {}).get("S", ""))
    if pk.startswith(_AUDIT):
        return "audit entry"
    if pk.startswith("CHANGE#"):
        return _OF_CHANGES.get(sk.partition("#")[0], "of a change")
    if pk == "AUDIT":
        return "end of an audit lane"
    if "#RESOURCE#" in sk:
        return "resource"
    if sk.endswith("#HEAD"):
        return "head"
    return pk.partition("#")[0].lower()
