"""The log's chain: whole when nobody touched it, broken where somebody did."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.domain.audit import GENESIS, AuditEntry, AuditRecord, first_break, link
from dayone.domain.desired import Reason
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


def _record(number: int, *, previous: str) -> AuditRecord:
    previous_day = NOON.date().isoformat() if number else ""
    record = AuditRecord(entry=_entry(number), lane="policy", number=number + 1, previous_day=previous_day)
    return replace(record, hash=link(record, previous=previous))


def _chain(length: int) -> list[AuditRecord]:
    chained, previous = list[AuditRecord](), GENESIS
    for number in range(length):
        chained.append(_record(number, previous=previous))
        previous = chained[-1].hash
    return chained


def test_an_untouched_chain_is_whole() -> None:
    assert first_break([]) is None
    assert first_break(_chain(5)) is None


def test_a_part_of_a_chain_is_checked_against_what_came_before() -> None:
    chain = _chain(5)
    assert first_break(chain[3:], previous=chain[2].hash) is None
    assert first_break(chain[3:]) == chain[3]


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
def test_whatever_is_altered_shows_at_its_place(change: dict[str, object]) -> None:
    chain = _chain(5)
    chain[2] = replace(chain[2], entry=replace(chain[2].entry, **change))  # type: ignore[arg-type]
    assert first_break(chain) == chain[2]


@pytest.mark.parametrize("change", [{"lane": "operations"}, {"number": 7}, {"previous_day": "2026-01-01"}])
def test_a_place_that_is_altered_shows(change: dict[str, object]) -> None:
    chain = _chain(5)
    chain[2] = replace(chain[2], **change)  # type: ignore[arg-type]
    assert first_break(chain) == chain[2]


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
