"""Manipulations of the audit log through the table, each as DynamoDB allows it, and a log to apply them to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from dayone.adapters.dynamodb.audit_log import appended, intact_record, stored
from dayone.adapters.dynamodb.keys import RecordKey, audit_key, tail_key
from dayone.adapters.dynamodb.writes import low_level_key, plain_record, typed
from dayone.model.audit import SEALED, AuditEntry, link
from tests.contract.audit_forgetting import forget
from tests.contract.state_ports import StateTable
from tests.contract.state_samples import ADA, BOB, NOW, entry

DAY = NOW.date()
TODAY = DAY + timedelta(days=3)
# Busy on three days; on this day only, and then never again; and on this day and the next.
BUSY, QUIET, OTHER = "policy", "facts-3", "operations"
_ENTRIES = {BUSY: (-1, -1, -1, 0, 0, 0, 1, 1, 1), QUIET: (0, 0), OTHER: (0, 0, 1)}


@dataclass(frozen=True)
class Vandal:
    """Somebody who may read and write the table, and knows the log's format."""

    table: StateTable

    def get(self, key: RecordKey) -> dict[str, Any]:
        return plain_record(self.table.client.get_item(TableName=self.table.name, Key=low_level_key(key))["Item"])

    def put(self, record: dict[str, Any]) -> None:
        self.table.client.put_item(TableName=self.table.name, Item=typed(record))

    def delete(self, *keys: RecordKey) -> None:
        for key in keys:
            self.table.client.delete_item(TableName=self.table.name, Key=low_level_key(key))

    def records(self) -> list[dict[str, Any]]:
        """Everything in the log, its ends included."""
        everything = self.table.client.scan(TableName=self.table.name)["Items"]
        return [record for record in map(plain_record, everything) if str(record["pk"]).startswith("AUDIT")]

    def remove(self, key: RecordKey, *names: str) -> None:
        self.put({name: value for name, value in self.get(key).items() if name not in names})

    def change(self, key: RecordKey, **attributes: Any) -> None:  # noqa: ANN401 - any plain value
        self.put({**self.get(key), **attributes})

    def move(self, key: RecordKey, *, to: RecordKey) -> None:
        self.put({**self.get(key), **to._asdict()})
        self.delete(key)

    def set_end(self, lane: str, *, to: RecordKey) -> None:
        """Make an entry the last one of a lane."""
        record = self.get(to)
        end = {"sequence": int(to.sk[-12:]), "hash": record["hash"], "day": to.pk.removeprefix("AUDIT#")}
        self.put({**tail_key(lane)._asdict(), **end})

    def compute_anew(self, keys: Sequence[RecordKey], *, previous: str, **attributes: Any) -> None:  # noqa: ANN401
        """Change the first of the entries, and give each the hash that follows from the one before."""
        for key in keys:
            record = intact_record(self.get(key))
            if key == keys[0]:
                record = replace(record, entry=replace(record.entry, **attributes))
            previous = link(replace(record, hash=""), previous=previous)
            self.put(stored(record, digest=previous))


def write(table: StateTable, lane: str, *entries: AuditEntry) -> None:
    """As the adapters write."""
    wrapped = table.wrapped()
    for each in entries:
        wrapped.transact(lambda each=each: appended(wrapped, [each], lane=lane), what="logging")  # type: ignore[misc]


def write_log(table: StateTable) -> None:
    for lane, days in _ENTRIES.items():
        for number, day in enumerate(days):
            subject = (ADA, BOB)[number % 2]
            write(table, lane, entry(subject, at=NOW + timedelta(days=day, minutes=number), detail=f"{number}"))


def at(number: int, *, lane: str = BUSY, day: int = 0) -> RecordKey:
    """The key of an entry: of the busy lane 4, 5 and 6 lie on the day, 7, 8 and 9 on the next."""
    return audit_key(lane, day=_day(day), sequence=number)


def _day(number: int) -> str:
    return (DAY + timedelta(days=number)).isoformat()


def _swap(vandal: Vandal, first: RecordKey, second: RecordKey) -> None:
    record, other = vandal.get(first), vandal.get(second)
    vandal.put({**record, **second._asdict()})
    vandal.put({**other, **first._asdict()})


def _swap_lanes(vandal: Vandal) -> None:
    for number in (1, 2):
        _swap(vandal, at(number, lane=OTHER), at(number, lane=QUIET))


def _change_time(vandal: Vandal, *, to: timedelta, key: RecordKey) -> None:
    record = intact_record(vandal.get(at(5)))
    moved = replace(record, entry=replace(record.entry, at=record.entry.at + to))
    vandal.delete(at(5))
    vandal.put({**stored(moved, digest=record.hash), **key._asdict()})


def _begin_anew(vandal: Vandal) -> None:
    vandal.delete(at(1, lane=OTHER, day=0), at(2, lane=OTHER), at(3, lane=OTHER, day=1), tail_key(OTHER))
    write(vandal.table, OTHER, entry(at=NOW - timedelta(days=2)), entry(at=NOW - timedelta(days=2)))
    vandal.delete(tail_key(OTHER))
    write(vandal.table, OTHER, entry(at=NOW, detail="forged"))


def _forged(vandal: Vandal) -> None:
    record = intact_record(vandal.get(at(6)))
    at_night = replace(record, number=7, previous_day=record.day, entry=replace(record.entry, detail="forged"))
    vandal.put(stored(at_night, digest=link(replace(at_night, hash=""), previous=record.hash)))


def _put_back(vandal: Vandal) -> None:
    """The day as it was when its last entry was not yet written."""
    vandal.delete(at(6))


# Each is to be seen when the day is verified.
SEEN: dict[str, Callable[[Vandal], None]] = {
    "an entry is gone": lambda vandal: vandal.delete(at(5)),
    "the first of a lane is gone": lambda vandal: vandal.delete(at(1, lane=QUIET)),
    "all of a lane's day is gone": lambda vandal: vandal.delete(at(4), at(5), at(6)),
    "all of a lane's last day is gone": lambda vandal: vandal.delete(at(1, lane=QUIET), at(2, lane=QUIET)),
    "a lane is gone, and its end is left": lambda vandal: vandal.delete(
        at(1, lane=OTHER), at(2, lane=OTHER), at(3, lane=OTHER, day=1)
    ),
    "the end is cut off": lambda vandal: vandal.delete(at(2, lane=QUIET)),
    "the end is another entry": lambda vandal: vandal.set_end(QUIET, to=at(1, lane=QUIET)),
    "the record of the end is gone": lambda vandal: vandal.delete(tail_key(QUIET)),
    "the record of the end is no end": lambda vandal: vandal.change(tail_key(QUIET), sequence="two"),
    "the end is on a day to come": lambda vandal: vandal.change(tail_key(QUIET), day="9999-01-01"),
    "an entry is off a person's list": lambda vandal: vandal.change(at(5), listed_in="audit:"),
    "an entry is on another person's list": lambda vandal: vandal.change(at(5), listed_in=f"audit:{BOB}"),
    "an entry is listed at another time": lambda vandal: vandal.change(at(5), listed_as="2026-01-01"),
    "an entry is about another person, list included": lambda vandal: vandal.change(
        at(5), subject=str(BOB), listed_in=f"audit:{BOB}"
    ),
    "a reason is another": lambda vandal: vandal.change(at(5), reasons=[{"rule": "policy.yaml:9", "because": "so"}]),
    "a change is another": lambda vandal: vandal.change(at(5), change="01JOTHER000000000000000000"),
    "something was added": lambda vandal: vandal.change(at(5), note="approved"),
    "an entry cannot be read": lambda vandal: vandal.change(at(5), at="yesterday"),
    "a time is another": lambda vandal: _change_time(vandal, to=timedelta(hours=1), key=at(5)),
    "a time is another, and the day with it": lambda vandal: _change_time(
        vandal, to=timedelta(days=-1), key=at(5, day=-1)
    ),
    "an entry is on another day": lambda vandal: vandal.move(at(5), to=at(5, day=-1)),
    "an entry of another day is on this one": lambda vandal: vandal.move(at(7, day=1), to=at(7)),
    "an entry is in another lane": lambda vandal: vandal.move(at(6), to=at(6, lane="facts-1")),
    "an entry is in a lane that does not exist": lambda vandal: vandal.move(at(6), to=at(6, lane="facts-9")),
    "a forged entry is in a lane that does not exist": lambda vandal: vandal.put(
        {**vandal.get(at(6)), **at(6, lane="facts-9")._asdict()}
    ),
    "an entry is under no number": lambda vandal: vandal.move(at(6), to=RecordKey(at(6).pk, "policy#6")),
    "an entry has the number 0": lambda vandal: vandal.put({**vandal.get(at(6)), **at(0)._asdict()}),
    "an entry is there twice": lambda vandal: vandal.put({**vandal.get(at(5)), **at(3, lane=QUIET)._asdict()}),
    "two entries are swapped": lambda vandal: _swap(vandal, at(4), at(5)),
    "two lanes are swapped": _swap_lanes,
    "the one before lies on another day": lambda vandal: vandal.change(at(5), previous_day="2026-01-01"),
    "a hash is another": lambda vandal: vandal.change(at(5), hash="0" * 64),
    "the last of a lane is another, its hash computed anew": lambda vandal: vandal.compute_anew(
        [at(2, lane=QUIET)], previous=vandal.get(at(1, lane=QUIET))["hash"], actor="nobody"
    ),
    "an entry is another, the hashes of its day computed anew": lambda vandal: vandal.compute_anew(
        [at(5), at(6)], previous=vandal.get(at(4))["hash"], actor="nobody"
    ),
    "the day is put back to what it was before its last entry": _put_back,
    "a forged entry follows the last of the day": _forged,
    "a lane begins anew": _begin_anew,
}


def _cut_off(vandal: Vandal) -> None:
    vandal.delete(at(2, lane=QUIET))
    vandal.set_end(QUIET, to=at(1, lane=QUIET))


def _without_lane(vandal: Vandal) -> None:
    vandal.delete(at(1, lane=QUIET), at(2, lane=QUIET), tail_key(QUIET))


def _computed_anew(vandal: Vandal) -> None:
    keys = [at(5), at(6), *(at(number, day=1) for number in (7, 8, 9))]
    vandal.compute_anew(keys, previous=vandal.get(at(4))["hash"], actor="nobody")
    vandal.set_end(BUSY, to=keys[-1])


def _table_put_back(vandal: Vandal) -> None:
    vandal.delete(at(6), *(at(number, day=1) for number in (7, 8, 9)))
    vandal.set_end(BUSY, to=at(5))


def _lane_forged(vandal: Vandal) -> None:
    _without_lane(vandal)
    write(vandal.table, QUIET, entry(at=NOW, detail="forged"))


# What is left is a whole log, another one: no look at the table alone can show it.
UNSEEN: dict[str, Callable[[Vandal], None]] = {
    "the end is cut off, and the one before made the end": _cut_off,
    "a lane is gone with its end": _without_lane,
    "an entry is another, all hashes and the end computed anew": _computed_anew,
    "the lane is put back to what it was": _table_put_back,
    "a lane was written anew from its first entry": _lane_forged,
}


def invent(vandal: Vandal) -> None:
    """Record what never happened, as the adapters record what did."""
    write(vandal.table, BUSY, entry(at=NOW + timedelta(days=1), actor="nobody", detail="invented"))


def _with_seals(vandal: Vandal, **parts: object) -> None:
    vandal.change(at(5), seals={**vandal.get(at(5))["seals"], **parts})


def _forget_falsely(vandal: Vandal) -> None:
    """The actor of an entry dropped, and the digest of another left."""
    forgotten = forget({**vandal.get(at(5)), "actor": "nobody"}, "actor")
    vandal.put(forgotten)


def _lie_beside_the_truth(vandal: Vandal) -> None:
    """Restore another value of an erased field, beside the digest of the true one."""
    forgotten = forget(vandal.get(at(5)), "actor")
    vandal.put({**forgotten, "actor": "nobody"})


def _lie_with_a_key(vandal: Vandal) -> None:
    forgotten = forget(vandal.get(at(5)), "actor")
    seals = {"keys": {**forgotten["seals"]["keys"], "actor": "5a" * 32}, "digests": {}}
    vandal.put({**forgotten, "actor": "nobody", "seals": seals})


def _in_the_first_format(vandal: Vandal) -> None:
    vandal.remove(at(5), "seals")
    record = intact_record(vandal.get(at(5)))
    vandal.change(at(5), hash=link(record, previous=vandal.get(at(4))["hash"]))


# The same of what keeps an entry's values out of its hash, which entries of the first format do not have.
SEEN_OF_SEALS: dict[str, Callable[[Vandal], None]] = {
    "a value is gone and left no digest": lambda vandal: vandal.remove(at(5), "detail"),
    "all values are gone and left no digests": lambda vandal: vandal.remove(at(5), *SEALED, "listed_in", "listed_as"),
    "the salt is another": lambda vandal: vandal.change(at(5), seals={"salt": "5a" * 16}),
    "the salt is gone, and the values are there": lambda vandal: vandal.change(at(5), seals={}),
    "the salt is no salt": lambda vandal: _with_seals(vandal, salt="salt"),
    "the seals cannot be read": lambda vandal: vandal.change(at(5), seals="none"),
    "something was added to the seals": lambda vandal: _with_seals(vandal, note="approved"),
    "keys were added to the salt": lambda vandal: _with_seals(vandal, keys={"actor": "5a" * 32}),
    "the salt was kept beside digests": lambda vandal: _with_seals(vandal, digests={"operation": "5a" * 32}),
    "an entry is one of the first format": lambda vandal: vandal.remove(at(5), "seals"),
    "an entry is one of the first format, its hash computed anew": _in_the_first_format,
    "a value was dropped, and the digest of another left": _forget_falsely,
    "another value is there beside the digest of one that was dropped": _lie_beside_the_truth,
    "another value is there with a key where one was dropped": _lie_with_a_key,
}


def date_of(day: int) -> date:
    return DAY + timedelta(days=day)
