"""Manipulations of the audit log through the table, and their detection by verifying the day."""

from datetime import timedelta
from typing import Any

import pytest

from dayone.adapters.dynamodb.audit_log import DynamoAuditLog
from dayone.adapters.dynamodb.keys import tail_key
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.errors import Inapplicable, Invalid
from dayone.model.audit import AuditFilter, LaneEnd
from dayone.ops.audit_verification import LaneVerified, verify_audit
from dayone.ops.checkpoints import compare_ends
from tests.contract.audit_forgetting import in_first_format
from tests.contract.audit_tampering import (
    QUIET,
    SEEN,
    SEEN_OF_SEALS,
    TODAY,
    UNSEEN,
    Vandal,
    at,
    date_of,
    invent,
    write,
    write_log,
)
from tests.contract.state_ports import StateTable
from tests.contract.state_samples import ADA, NOW, entry

pytest_plugins = ("tests.contract.state_fixtures",)


@pytest.fixture
def vandal(state_table: StateTable) -> Vandal:
    write_log(state_table)
    return Vandal(state_table)


def _broken(vandal: Vandal, *, day: int = 0) -> list[LaneVerified]:
    log = DynamoAuditLog(vandal.table.wrapped())
    return [lane for lane in verify_audit(date_of(day), today=TODAY, cursor="", log=log).lanes if lane.broken]


def test_what_nobody_touched_is_whole(vandal: Vandal) -> None:
    assert [_broken(vandal, day=day) for day in range(-2, 3)] == [[]] * 5


@pytest.fixture
def former(vandal: Vandal) -> Vandal:
    """The same log as the release before the second format wrote it."""
    for record in in_first_format(vandal.records()):
        vandal.put(record)
    return vandal


@pytest.mark.parametrize("tampering", [*SEEN, *SEEN_OF_SEALS])
def test_what_was_done_to_the_log_of_a_day_shows(vandal: Vandal, tampering: str) -> None:
    {**SEEN, **SEEN_OF_SEALS}[tampering](vandal)
    assert _broken(vandal) != []


def test_a_log_of_the_first_format_is_whole_and_goes_on(former: Vandal) -> None:
    assert not [record for record in former.records() if "seals" in record]
    assert [_broken(former, day=day) for day in range(-2, 3)] == [[]] * 5
    write(former.table, QUIET, entry(at=NOW + timedelta(hours=1)))
    assert "seals" in former.get(at(3, lane=QUIET))
    assert [_broken(former, day=day) for day in range(-2, 3)] == [[]] * 5


@pytest.mark.parametrize("tampering", SEEN)
def test_what_was_done_to_a_log_of_the_first_format_shows(former: Vandal, tampering: str) -> None:
    SEEN[tampering](former)
    assert _broken(former) != []


def test_what_was_done_beside_a_day_without_entries_shows(vandal: Vandal) -> None:
    vandal.put({**vandal.get(at(6)), **at(0, lane=QUIET, day=2)._asdict()})
    assert [lane.lane for lane in _broken(vandal, day=1)] == [QUIET]


def test_a_lane_that_rests_for_long_is_whole(vandal: Vandal) -> None:
    write(vandal.table, QUIET, entry(at=NOW + timedelta(days=500)))
    today = TODAY + timedelta(days=600)
    log = DynamoAuditLog(vandal.table.wrapped())
    for day in (0, 250, 500, 550):
        lanes = verify_audit(date_of(day), today=today, cursor="", log=log).lanes
        assert [lane for lane in lanes if lane.broken] == []


class _Counted:
    def __init__(self, table: DynamoTable) -> None:
        self._table, self.queries = table, 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        self.queries += name == "query"
        return getattr(self._table, name)


def test_a_day_long_before_the_first_entry_costs_no_query_for_each_day_since(vandal: Vandal) -> None:
    table: Any = _Counted(vandal.table.wrapped())
    log = DynamoAuditLog(table)
    lanes = verify_audit(TODAY - timedelta(days=9800), today=TODAY, cursor="", log=log).lanes
    assert [lane for lane in lanes if lane.broken] == []
    assert table.queries < 60 * len(log.lanes())


def test_a_lane_that_says_it_began_later_than_it_did_is_seen(vandal: Vandal) -> None:
    tail = tail_key(QUIET)
    vandal.put({**vandal.get(tail), "began": date_of(40).isoformat()})
    assert [lane.lane for lane in _broken(vandal, day=-2)] == [QUIET]


def test_a_day_too_far_before_the_next_entry_of_a_lane_that_does_not_say_when_it_began_is_refused(
    vandal: Vandal,
) -> None:
    tail = vandal.get(tail_key(QUIET))
    del tail["began"]
    vandal.put(tail)
    log = DynamoAuditLog(vandal.table.wrapped())
    with pytest.raises(Invalid, match="verify a later day"):
        verify_audit(TODAY - timedelta(days=9800), today=TODAY, cursor="", log=log)
    assert _broken(vandal, day=-2) == []


@pytest.mark.parametrize("tampering", UNSEEN)
def test_what_leaves_another_whole_log_shows_to_nobody_who_sees_the_table_alone(vandal: Vandal, tampering: str) -> None:
    UNSEEN[tampering](vandal)
    assert [_broken(vandal, day=day) for day in range(-1, 3)] == [[]] * 4


def test_what_never_happened_and_was_recorded_as_if_it_had_shows_to_nobody(vandal: Vandal) -> None:
    log = DynamoAuditLog(vandal.table.wrapped())
    ends = [(lane, end) for lane in log.lanes() if isinstance(end := log.end(lane), LaneEnd) and end.number]
    assert ends
    invent(vandal)
    assert [_broken(vandal, day=day) for day in range(-1, 3)] == [[]] * 4
    assert [compared.message for compared in compare_ends(ends, log=log)] == [""] * len(ends)


def test_a_forged_entry_anywhere_in_the_table_is_not_listed_for_a_person(vandal: Vandal) -> None:
    log = DynamoAuditLog(vandal.table.wrapped())
    record = vandal.get(at(4, day=0))
    wanted = AuditFilter(since=NOW.replace(day=1), until=NOW.replace(day=9), subject=str(ADA))
    before = log.entries(wanted, cursor="", limit=50).entries
    assert before
    vandal.put({**record, "pk": "ELSEWHERE", "listed_in": f"audit:{ADA}"})
    with pytest.raises(Inapplicable, match="was altered"):
        log.entries(wanted, cursor="", limit=50)


def test_an_entry_on_another_day_is_not_listed(vandal: Vandal) -> None:
    log = DynamoAuditLog(vandal.table.wrapped())
    vandal.move(at(5), to=at(5, day=1))
    wanted = AuditFilter(since=NOW.replace(day=1), until=NOW.replace(day=9))
    with pytest.raises(Inapplicable, match=rf"under AUDIT#{date_of(1)}.*verify that day"):
        log.entries(wanted, cursor="", limit=50)
