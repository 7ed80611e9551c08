"""The log's chain: whole when nobody touched it, broken where somebody did."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.model.audit import GENESIS, AuditEntry, AuditRecord, Seals, first_break, link
from dayone.model.subjects import Reason
from tests.builders import NOON


def _entry(number: int = 0) -> AuditEntry:
    return AuditEntry(
        at=NOON + timedelta(seconds=number),
        actor="hr:standard",
        action="create-user",
        subject=f"person:e-{number}",
        change="01CHANGE",
        outcome="succeeded",
        operation=f"person:e-{number}@1-aa/0000",
        reasons=(Reason("employment", "is employed"),),
        request_id="request-1",
        detail="",
    )


def _record(number: int, *, previous: str, seals: Seals | None = None) -> AuditRecord:
    previous_day = NOON.date().isoformat() if number else ""
    record = AuditRecord(entry=_entry(number), lane="policy", number=number + 1, previous_day=previous_day, seals=seals)
    return replace(record, hash=link(record, previous=previous))


def _chain(length: int, *, is_sealed: bool = True) -> list[AuditRecord]:
    chained, previous = list[AuditRecord](), GENESIS
    for number in range(length):
        chained.append(_record(number, previous=previous, seals=Seals(salt=f"{number:032x}") if is_sealed else None))
        previous = chained[-1].hash
    return chained


def _mac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def test_an_untouched_chain_is_whole() -> None:
    assert first_break([]) is None
    assert first_break(_chain(5)) is None


def test_a_part_of_a_chain_is_checked_against_what_came_before() -> None:
    chain = _chain(5)
    assert first_break(chain[3:], previous=chain[2].hash) is None
    assert first_break(chain[3:]) == chain[3]


def test_entries_of_the_first_format_have_the_hashes_that_they_were_written_with() -> None:
    # As the release before the second format wrote them.
    assert [record.hash for record in _chain(2, is_sealed=False)] == [
        "6ff91c0c95bc865d4315d879175d1f8457bce01c6a0730719653ae1cfa85037e",
        "25ca5e0ea29f20f1e10bc9e7e7c91c0b897d8ea11e4c9b4ce65cf88658b6de41",
    ]


def test_a_chain_goes_on_in_the_second_format() -> None:
    chain = _chain(2, is_sealed=False)
    chain.append(_record(2, previous=chain[1].hash, seals=Seals(salt="5a" * 16)))
    assert first_break(chain) is None


def test_the_hash_of_the_second_format_is_what_the_decision_says() -> None:
    salt = "5a" * 16
    record = _record(1, previous="aa" * 32, seals=Seals(salt=salt))
    fields = {
        "action": "create-user",
        "actor": "hr:standard",
        "change": "01CHANGE",
        "operation": "person:e-1@1-aa/0000",
        "reasons": [{"because": "is employed", "rule": "employment"}],
        "subject": "person:e-1",
    }
    digests = {name: _mac(_mac(salt, name), json.dumps(value)) for name, value in fields.items()}
    entry = {**digests, "detail": "", "at": f"{NOON:%Y-%m-%d} 12:00:01+00:00", "outcome": "succeeded"}
    hashed = {
        "entry": {**entry, "request_id": "request-1"},
        "format": 2,
        "hash": "aa" * 32,
        "lane": "policy",
        "number": 2,
        "previous_day": f"{NOON:%Y-%m-%d}",
    }
    assert record.hash == hashlib.sha256(json.dumps(hashed, sort_keys=True).encode()).hexdigest()


@pytest.mark.parametrize("is_sealed", [False, True])
@pytest.mark.parametrize(
    "change",
    [
        {"at": NOON - timedelta(seconds=1)},
        {"actor": "somebody else"},
        {"action": "delete-user"},
        {"subject": "person:e-9"},
        {"change": "01OTHER"},
        {"outcome": "failed"},
        {"operation": ""},
        {"reasons": ()},
        {"reasons": (Reason("employment", "is not employed"),)},
        {"request_id": "request-2"},
        {"detail": "nothing to see here"},
    ],
)
def test_whatever_is_altered_shows_at_its_place(change: dict[str, object], is_sealed: bool) -> None:  # noqa: FBT001
    chain = _chain(5, is_sealed=is_sealed)
    chain[2] = replace(chain[2], entry=replace(chain[2].entry, **change))  # type: ignore[arg-type]
    assert first_break(chain) == chain[2]


@pytest.mark.parametrize("is_sealed", [False, True])
@pytest.mark.parametrize("change", [{"lane": "operations"}, {"number": 7}, {"previous_day": "2026-01-01"}])
def test_a_place_that_is_altered_shows(change: dict[str, object], is_sealed: bool) -> None:  # noqa: FBT001
    chain = _chain(5, is_sealed=is_sealed)
    chain[2] = replace(chain[2], **change)  # type: ignore[arg-type]
    assert first_break(chain) == chain[2]


@pytest.mark.parametrize("seals", [None, Seals(salt="5a" * 16), Seals(), Seals(digests={"detail": "5a" * 32})])
def test_a_salt_or_a_format_that_is_altered_shows(seals: Seals | None) -> None:
    chain = _chain(5)
    chain[2] = replace(chain[2], seals=seals)
    assert first_break(chain) == chain[2]


def test_an_entry_of_the_first_format_that_is_made_one_of_the_second_shows() -> None:
    chain = _chain(5, is_sealed=False)
    chain[2] = replace(chain[2], seals=Seals(salt="5a" * 16))
    assert first_break(chain) == chain[2]


@pytest.mark.parametrize("change", [{"actor": "somebody else"}, {"outcome": "failed"}])
def test_the_true_digest_beside_a_false_value_does_not_count(change: dict[str, str]) -> None:
    salt = "5a" * 16
    true = _record(0, previous=GENESIS, seals=Seals(salt=salt))
    digests = {"actor": _mac(_mac(salt, "actor"), '"hr:standard"'), "outcome": "succeeded"}
    dropped = replace(true, entry=replace(true.entry, actor=""), seals=Seals(salt=salt, digests=digests))
    assert first_break([dropped]) is None
    lying = replace(dropped, entry=replace(dropped.entry, **change))  # type: ignore[arg-type]
    assert first_break([lying]) == lying


@given(st.integers(0, 3))
def test_what_is_taken_out_shows_at_the_next(place: int) -> None:
    chain = _chain(5)
    del chain[place]
    assert first_break(chain) == chain[place]


@given(st.permutations(range(4)))
def test_another_order_shows(order: list[int]) -> None:
    chain = _chain(4)
    assert (first_break([chain[number] for number in order]) is None) is (order == [0, 1, 2, 3])


def test_what_is_put_in_shows() -> None:
    chain = _chain(3)
    chain.insert(1, _record(9, previous=chain[0].hash))
    assert first_break(chain) == chain[2]
