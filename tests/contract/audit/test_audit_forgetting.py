"""That a person can be forgotten in the audit log: what names them goes, the chain stays whole, and lies still show."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dayone.adapters.dynamodb.audit_log import DynamoAuditLog
from dayone.adapters.dynamodb.keys import RecordKey
from dayone.errors import Inapplicable
from dayone.model.audit import AuditFilter, AuditRecord, LaneEnd
from dayone.model.subjects import Reason
from dayone.ops.audit_verification import LaneVerified, verify_audit
from dayone.ops.checkpoints import compare_ends
from tests.contract.audit_forgetting import forget_person
from tests.contract.audit_tampering import BUSY, OTHER, QUIET, TODAY, Vandal, at, date_of, write
from tests.contract.state_ports import StateTable
from tests.contract.state_samples import ADA, BOB, NOW, SHOP, entry

pytest_plugins = ("tests.contract.state_fixtures",)

# Ada in all ways in which the log has somebody: by HR's id, and by name where AWS or an ARN has it.
WORDS = ("e-1001", "Ada", "Lovelace", "ada@", "Countess")
_SESSION = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ada@example.com"
_REFUSED = "ConflictException: user ada@example.com (Ada Lovelace) exists"
_OPERATION: dict[str, Any] = {
    "operation": f"{ADA}@1-a1/0000",
    "reasons": (Reason("policy.yaml:4", "title is Countess"),),
}
_DIRECT = "create-assignment assignment/Admin/person:e-1001"
LOG = {
    QUIET: (
        entry(ADA, detail="heard of Ada"),
        entry(BOB, at=NOW + timedelta(minutes=1)),
        entry(ADA, at=NOW + timedelta(days=1), outcome="ignored", detail="older than what is recorded"),
    ),
    OTHER: (
        entry(ADA, action="create-user user", outcome="failed", detail=_REFUSED, **_OPERATION),
        entry(SHOP, at=NOW + timedelta(minutes=1), action=_DIRECT, outcome="succeeded", request_id="r-1"),
        entry(BOB, at=NOW + timedelta(minutes=2), action="create-user user", outcome="succeeded"),
    ),
    BUSY: (
        entry(BOB, actor=_SESSION, action="approve-removals", detail="membership/engineers"),
        entry(BOB, at=NOW + timedelta(days=1), action="hold-removals", outcome="held", detail="5 of 9"),
    ),
}
DAYS = AuditFilter(since=NOW - timedelta(days=1), until=NOW + timedelta(days=5))


@pytest.fixture
def vandal(state_table: StateTable) -> Vandal:
    for lane, entries in LOG.items():
        write(state_table, lane, *entries)
    return Vandal(state_table)


def _log(vandal: Vandal) -> DynamoAuditLog:
    return DynamoAuditLog(vandal.table.wrapped())


def _verified(vandal: Vandal) -> list[LaneVerified]:
    parts = (verify_audit(date_of(day), today=TODAY, cursor="", log=_log(vandal)) for day in range(-1, 3))
    return [lane for part in parts for lane in part.lanes]


def _forget_ada(vandal: Vandal) -> dict[RecordKey, dict[str, Any]]:
    """Erase Ada's entries and return the former ones."""
    before = {}
    for record in vandal.records():
        if forgotten := forget_person(record, subject=str(ADA), words=WORDS):
            before[RecordKey(record["pk"], record["sk"])] = record
            vandal.put(forgotten)
    return before


def _entries(vandal: Vandal, **wanted: str) -> list[AuditRecord]:
    question = AuditFilter(since=DAYS.since, until=DAYS.until, **wanted)
    return list(_log(vandal).entries(question, cursor="", limit=50).entries)


def test_before_that_a_person_is_found_by_id_and_nothing_is_forgotten(vandal: Vandal) -> None:
    assert [record.entry.detail for record in _entries(vandal, subject=str(ADA))][-1] == "heard of Ada"
    assert len(_entries(vandal, subject=str(ADA))) == 3
    assert sum(lane.forgotten for lane in _verified(vandal)) == 0


def test_the_log_is_whole_without_what_named_a_person_and_tells_how_much_is_gone(vandal: Vandal) -> None:
    before = _forget_ada(vandal)
    lanes = _verified(vandal)
    assert [lane for lane in lanes if lane.broken] == []
    assert sum(lane.entries for lane in lanes) == 8
    assert sum(lane.forgotten for lane in lanes) == len(before) == 5


def test_ends_that_were_signed_before_are_still_there(vandal: Vandal) -> None:
    ends = [
        (
            record["sk"].removeprefix("TAIL#"),
            LaneEnd(number=int(record["sequence"]), day=record["day"], hash=record["hash"]),
        )
        for record in vandal.records()
        if record["pk"] == "AUDIT"
    ]
    _forget_ada(vandal)
    assert [end.message for end in compare_ends(ends, log=_log(vandal))] == [""] * len(LOG)


def test_nothing_of_the_person_is_left_in_the_log(vandal: Vandal) -> None:
    assert all(word in json.dumps(vandal.records(), default=str) for word in WORDS)
    _forget_ada(vandal)
    assert not [word for word in WORDS if word in json.dumps(vandal.records(), default=str)]


def test_who_guesses_what_was_dropped_cannot_see_that_it_is_right(vandal: Vandal) -> None:
    before = _forget_ada(vandal)
    for key, record in before.items():
        after = vandal.get(key)
        left, digests = json.dumps(after, default=str), after["seals"]["digests"]
        assert digests
        assert record["seals"]["salt"] not in left
        # With no key, with each key that is left, and with none of its own, what is right gives another digest.
        for name, digest in digests.items():
            text = json.dumps(record[name], sort_keys=True).encode()
            keys = ["", *after["seals"].get("keys", {}).values(), after["hash"]]
            derived = [hmac.new(entry.encode(), name.encode(), hashlib.sha256).hexdigest() for entry in keys]
            guesses = [hmac.new(entry.encode(), text, hashlib.sha256).hexdigest() for entry in (*keys, *derived)]
            assert digest not in (*guesses, hashlib.sha256(text).hexdigest())


def test_the_same_value_leaves_another_digest_in_each_entry(vandal: Vandal) -> None:
    _forget_ada(vandal)
    digests = [record.get("seals", {}).get("digests", {}).get("subject") for record in vandal.records()]
    left = [digest for digest in digests if digest]
    assert len(left) == len(set(left)) == 3


def test_what_tells_nothing_of_the_person_is_left(vandal: Vandal) -> None:
    _forget_ada(vandal)
    (direct,) = _entries(vandal, subject=str(SHOP))
    assert (direct.entry.action, direct.entry.actor, direct.entry.request_id) == ("", "hr:standard", "r-1")
    assert direct.forgotten == ["action"]
    assert _entries(vandal, subject=str(ADA)) == []
    assert [record.forgotten for record in _entries(vandal, subject=str(BOB))] == [[], [], [], ["actor"]]
    assert len(_entries(vandal)) == 8


def _again(vandal: Vandal, key: RecordKey) -> None:
    """Dropped once more, with another digest."""
    record = vandal.get(key)
    vandal.put(
        {**record, "seals": {**record["seals"], "digests": {**record["seals"]["digests"], "subject": "5a" * 32}}}
    )


def _key(vandal: Vandal, key: RecordKey, **keys: str) -> None:
    record = vandal.get(key)
    vandal.put({**record, "seals": {**record["seals"], "keys": {**record["seals"]["keys"], **keys}}})


# Of her entry in the lane of operations, from which subject, operation, change, reasons and detail were dropped.
LIES: dict[str, Callable[[Vandal, RecordKey], None]] = {
    "a value that is left is another": lambda vandal, key: vandal.change(key, actor="nobody"),
    "the outcome is another": lambda vandal, key: vandal.change(key, outcome="succeeded"),
    "the key of a value that is left is another": lambda vandal, key: _key(vandal, key, actor="5a" * 32),
    "there is a key for what is not there": lambda vandal, key: _key(vandal, key, detail="5a" * 32),
    "a digest is another": _again,
    "the seals are gone": lambda vandal, key: vandal.remove(key, "seals"),
    "another is there where somebody was dropped": lambda vandal, key: vandal.change(key, subject=str(BOB)),
    "another is there and listed": lambda vandal, key: vandal.change(
        key, subject=str(BOB), listed_in=f"audit:{BOB}", listed_as=f"2026-03-02T09:30:00.000000+00:00#{key.sk}"
    ),
    "it is on a list": lambda vandal, key: vandal.change(key, listed_in=f"audit:{BOB}", listed_as="2026-03-02"),
    "it is gone": lambda vandal, key: vandal.delete(key),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_is_changed_after_somebody_was_forgotten_shows(vandal: Vandal, lie: str) -> None:
    _forget_ada(vandal)
    key = at(1, lane=OTHER)
    assert set(vandal.get(key)["seals"]["digests"]) == {"subject", "operation", "change", "reasons", "detail"}
    LIES[lie](vandal, key)
    assert {lane.lane for lane in _verified(vandal) if lane.broken} == {OTHER}


def test_a_false_entry_in_the_place_of_one_that_was_dropped_is_not_listed(vandal: Vandal) -> None:
    _forget_ada(vandal)
    LIES["another is there and listed"](vandal, at(1, lane=OTHER))
    with pytest.raises(Inapplicable, match="was altered"):
        _entries(vandal, subject=str(BOB))


def test_two_people_are_forgotten_in_the_same_entry_after_each_other(vandal: Vandal) -> None:
    _forget_ada(vandal)
    for record in vandal.records():
        if forgotten := forget_person(record, subject=str(BOB), words=("e-1002",)):
            vandal.put(forgotten)
    assert [lane for lane in _verified(vandal) if lane.broken] == []
    assert "e-1002" not in json.dumps(vandal.records(), default=str)
    assert {"actor", "subject"} <= set(vandal.get(at(1))["seals"]["digests"])
