"""The port AuditLog, in memory and over DynamoDB alike, and what it shows of a log that was tampered with."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from dayone.adapters.dynamodb import audit_log as dynamodb_audit_log
from dayone.adapters.dynamodb.audit_log import DynamoAuditLog
from dayone.errors import Invalid
from dayone.model.audit import AuditEntry, AuditFilter
from dayone.ops import audit_verification as verifying
from dayone.ops.audit_verification import verify_audit
from dayone.ports.records import AuditLog
from tests.contract.actions import recorded_actions
from tests.contract.state_databases import IMPLEMENTATIONS, table_of
from tests.contract.state_ports import StatePorts, StateTable, ports_over
from tests.contract.state_samples import ADA, BOB, NOW, SHOP, cause, entry, planned
from tests.fakes.table.audit_log import MemoryAuditLog
from tests.fakes.table.policies import MemoryChanges
from tests.fakes.table.state import State

pytest_plugins = ("tests.contract.state_fixtures",)

DAY = NOW.date()
TODAY = DAY + timedelta(days=3)
DAYS = {"since": NOW - timedelta(days=20), "until": NOW + timedelta(days=20)}


@pytest.fixture(params=IMPLEMENTATIONS)
def book(request: pytest.FixtureRequest) -> tuple[AuditLog, Callable[[AuditEntry], None]]:
    """The log, and what writes an entry into it."""
    if request.param == "fake":
        state = State()
        return MemoryAuditLog(state), state.record
    table = table_of(request)
    return DynamoAuditLog(table.wrapped()), _writing(ports_over(table))


def _writing(ports: StatePorts) -> Callable[[AuditEntry], None]:
    def write(audit_entry: AuditEntry) -> None:
        ports.changes.open(
            cause(f"01KQ{audit_entry.at.isoformat()}{audit_entry.subject}{audit_entry.detail}"), audit=audit_entry
        )

    return write


def _read(log: AuditLog, *, limit: int = 2, **wanted: Any) -> list[tuple[str, datetime]]:  # noqa: ANN401
    found, cursor = [], ""
    while True:
        page = log.entries(AuditFilter(**{**DAYS, **wanted}), cursor=cursor, limit=limit)
        assert len(page.entries) <= limit
        found += [(record.entry.subject, record.entry.at) for record in page.entries]
        cursor = page.cursor
        if not cursor:
            return found


def _write_days(write: Callable[[AuditEntry], None]) -> list[AuditEntry]:
    """Three days with two entries each, an hour between the two: of Ada by HR, and of Bob by somebody."""
    written = []
    for day in (-9, 0, 1):
        for hour, subject, actor in ((0, ADA, "hr:standard"), (1, BOB, "arn:eve")):
            at = NOW + timedelta(days=day, hours=hour)
            written.append(entry(subject, at=at, actor=actor, reasons=()))
            write(written[-1])
    return written


def test_what_was_done_to_a_subject_is_found_by_it(book: tuple[AuditLog, Callable[[AuditEntry], None]]) -> None:
    log, write = book
    written = _write_days(write)
    assert _read(log, subject=str(ADA)) == [
        (str(ADA), audit_entry.at) for audit_entry in reversed(written) if audit_entry.subject == str(ADA)
    ]
    assert _read(log, subject=str(SHOP)) == []
    assert _read(log, subject=str(ADA), actor="arn:eve") == []


def test_everything_is_found_the_newest_first(book: tuple[AuditLog, Callable[[AuditEntry], None]]) -> None:
    log, write = book
    written = _write_days(write)
    for limit in (1, 2, 4, 10):
        assert _read(log, limit=limit) == [(audit_entry.subject, audit_entry.at) for audit_entry in reversed(written)]


@pytest.mark.parametrize("limit", [1, 2, 10])
def test_entries_of_several_lanes_come_in_the_order_of_their_times(state_table: StateTable, limit: int) -> None:
    ports = ports_over(state_table)
    log, write = DynamoAuditLog(state_table.wrapped()), _writing(ports)
    for hour, subject in enumerate((ADA, BOB, ADA, SHOP)):
        write(entry(at=NOW + timedelta(hours=hour)))
        of_facts = entry(subject, at=NOW + timedelta(hours=hour, minutes=30))
        planned(ports, subject, change=f"01KQ{hour}", audit=[of_facts])
    lanes = {record.lane for record in log.entries(AuditFilter(**DAYS), cursor="", limit=9).entries}  # type: ignore[arg-type]
    assert len(lanes) > 2
    times = [at for _, at in _read(log, limit=limit)]
    assert times == [NOW + timedelta(minutes=30 * number) for number in reversed(range(8))]


def test_what_somebody_caused_is_found_by_them(book: tuple[AuditLog, Callable[[AuditEntry], None]]) -> None:
    log, write = book
    _write_days(write)
    assert {subject for subject, _ in _read(log, actor="arn:eve")} == {str(BOB)}
    assert len(_read(log, actor="arn:eve", limit=1)) == 3


@pytest.mark.parametrize("subject", ["", str(ADA)])
def test_times_are_from_one_moment_until_before_another(
    book: tuple[AuditLog, Callable[[AuditEntry], None]], subject: str
) -> None:
    log, write = book
    _write_days(write)
    found = _read(log, subject=subject, since=NOW, until=NOW + timedelta(days=1))
    assert [at for of, at in found if of == str(ADA)] == [NOW]
    assert _read(log, subject=subject, since=NOW + timedelta(days=3)) == []


def test_an_entry_is_as_it_was_written(book: tuple[AuditLog, Callable[[AuditEntry], None]]) -> None:
    log, write = book
    write(entry(detail="version 1"))
    (found,) = log.entries(AuditFilter(**DAYS), cursor="", limit=5).entries  # type: ignore[arg-type]
    assert (found.entry, found.number) == (entry(detail="version 1"), 1)


@pytest.mark.parametrize("cursor", ["?", "e30", "W10", "bnVsbA", "ü"])
@pytest.mark.parametrize("subject", ["", str(ADA)])
def test_what_is_no_cursor_is_invalid(
    book: tuple[AuditLog, Callable[[AuditEntry], None]], cursor: str, subject: str
) -> None:
    with pytest.raises(Invalid):
        book[0].entries(AuditFilter(**DAYS, subject=subject), cursor=cursor, limit=5)  # type: ignore[arg-type]


def test_a_cursor_of_another_time_is_invalid(state_table: StateTable) -> None:
    log = DynamoAuditLog(state_table.wrapped())
    _write_days(_writing(ports_over(state_table)))
    earlier = {"since": NOW - timedelta(days=9), "until": NOW - timedelta(days=8)}
    for subject in ("", str(ADA)):
        old = AuditFilter(**earlier, subject=subject)  # type: ignore[arg-type]
        cursor = log.entries(AuditFilter(**DAYS, subject=subject), cursor="", limit=1).cursor  # type: ignore[arg-type]
        with pytest.raises(Invalid):
            log.entries(old, cursor=cursor, limit=1)


def test_a_page_ends_where_enough_was_looked_at(state_table: StateTable, monkeypatch: pytest.MonkeyPatch) -> None:
    log = DynamoAuditLog(state_table.wrapped())
    _write_days(_writing(ports_over(state_table)))
    monkeypatch.setattr(dynamodb_audit_log, "_MOST_LOOKED_AT", 2)
    monkeypatch.setattr(dynamodb_audit_log, "_MOST_DAYS", 3)
    first = log.entries(AuditFilter(**DAYS, actor="nobody"), cursor="", limit=5)  # type: ignore[arg-type]
    assert (first.entries, bool(first.cursor)) == ([], True)
    assert len(_read(log, actor="arn:eve", limit=5)) == 3


def test_a_log_that_nobody_touched_is_whole(book: tuple[AuditLog, Callable[[AuditEntry], None]]) -> None:
    log, write = book
    _write_days(write)
    for day, number in ((-9, 2), (0, 2), (1, 2), (2, 0)):
        found = verify_audit(DAY + timedelta(days=day), today=TODAY, cursor="", log=log)
        assert sum(lane.entries for lane in found.lanes) == number
        assert not any(lane.broken for lane in found.lanes)


class TestTampering:
    """Manipulations of a day's entries by an owner of the table's keys."""

    @pytest.fixture
    def log(self, state_table: StateTable) -> DynamoAuditLog:
        write = _writing(ports_over(state_table))
        for day in (-1, 0, 1):
            for number in range(3):
                write(entry(at=NOW + timedelta(days=day), detail=f"{number}"))
        return DynamoAuditLog(state_table.wrapped())

    @staticmethod
    def _key(number: int, *, day: int = 0) -> dict[str, Any]:
        on = (DAY + timedelta(days=day)).isoformat()
        return {"pk": {"S": f"AUDIT#{on}"}, "sk": {"S": f"policy#{number:012d}"}}

    @staticmethod
    def _break_of(log: AuditLog, day: int = 0) -> int | None:
        found = verify_audit(DAY + timedelta(days=day), today=TODAY, cursor="", log=log)
        return next((lane.broken.number for lane in found.lanes if lane.broken), None)

    def _change(self, table: StateTable, number: int, *, day: int = 0, **said: str) -> None:
        for name, text in said.items():
            table.client.update_item(
                TableName=table.name,
                Key=self._key(number, day=day),
                UpdateExpression="SET #n = :v",
                ExpressionAttributeNames={"#n": name},
                ExpressionAttributeValues={":v": {"S": text}},
            )

    def test_what_was_changed_shows(self, log: AuditLog, state_table: StateTable) -> None:
        assert self._break_of(log) is None
        self._change(state_table, 5, actor="somebody else")
        assert self._break_of(log) == 5
        assert self._break_of(log, -1) is None

    def test_a_hash_that_was_changed_shows(self, log: AuditLog, state_table: StateTable) -> None:
        self._change(state_table, 4, hash="0" * 64)
        assert self._break_of(log) == 4

    @pytest.mark.parametrize(("number", "on"), [(5, 0), (4, 0), (6, 0), (3, -1), (7, 1)])
    def test_what_was_removed_shows(self, log: AuditLog, state_table: StateTable, number: int, on: int) -> None:
        state_table.client.delete_item(TableName=state_table.name, Key=self._key(number, day=on))
        assert self._break_of(log) == number

    def test_that_the_last_ones_were_removed_shows(self, log: AuditLog, state_table: StateTable) -> None:
        for number in (8, 9):
            state_table.client.delete_item(TableName=state_table.name, Key=self._key(number, day=1))
        assert self._break_of(log, 1) == 8

    def test_a_whole_day_that_was_removed_shows_on_the_next(self, log: AuditLog, state_table: StateTable) -> None:
        for number in (4, 5, 6):
            state_table.client.delete_item(TableName=state_table.name, Key=self._key(number))
        assert self._break_of(log, 1) == 6
        assert self._break_of(log, -1) == 4

    def test_the_end_of_a_lane_that_was_changed_shows(self, log: AuditLog, state_table: StateTable) -> None:
        self._change(state_table, 9, day=1, hash="0" * 64)
        assert self._break_of(log, 1) == 9

    def test_days_that_take_turns_about_midnight_are_whole(self, state_table: StateTable) -> None:
        write = _writing(ports_over(state_table))
        for number, day in enumerate((0, 1, 0, 1, 1, 0)):
            write(entry(at=NOW + timedelta(days=day), detail=f"{number}"))
        log = DynamoAuditLog(state_table.wrapped())
        assert [self._break_of(log, day) for day in (0, 1)] == [None, None]
        state_table.client.delete_item(TableName=state_table.name, Key=self._key(4, day=1))
        assert self._break_of(log) == 4

    def test_a_big_day_is_verified_part_by_part(self, log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(verifying, "MOST_AT_ONCE", 2)
        first = verify_audit(DAY, today=TODAY, cursor="", log=log)
        second = verify_audit(DAY, today=TODAY, cursor=first.cursor, log=log)
        assert [sum(lane.entries for lane in part.lanes) for part in (first, second)] == [2, 1]
        assert (first.cursor, second.cursor) == ("policy:5", "")
        assert not any(lane.broken for part in (first, second) for lane in part.lanes)

    @pytest.mark.parametrize("cursor", ["policy", "policy:x", "facts-9:1", "1:policy", ":"])
    def test_what_is_no_place_is_invalid(self, log: AuditLog, cursor: str) -> None:
        with pytest.raises(Invalid):
            verify_audit(DAY, today=TODAY, cursor=cursor, log=log)


def test_the_adapter_calls_what_it_declares(state_table: StateTable) -> None:
    _write_days(_writing(ports_over(state_table)))
    client = state_table.connect()
    called = recorded_actions(client)
    log = DynamoAuditLog(replace_table(state_table, client))
    verify_audit(date(2026, 3, 2), today=TODAY, cursor="", log=log)
    assert called == DynamoAuditLog.ACTIONS


def replace_table(table: StateTable, client: Any) -> Any:  # noqa: ANN401 - any client of DynamoDB
    return replace(table, client=client).wrapped()


def test_the_fake_writes_as_the_changes_do() -> None:
    state = State()
    MemoryChanges(state).open(cause(), audit=entry())
    assert list(MemoryAuditLog(state).of_day(DAY, after=None)) == state.audit_records()
    assert [record.entry for record in state.audit_records()] == [entry()]
