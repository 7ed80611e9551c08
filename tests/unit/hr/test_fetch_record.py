"""Thin events: the record is asked for, at a pace; while the system is down or slow, events wait and none is lost."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dayone.errors import Invalid, Throttled, Unavailable, Unreachable
from dayone.hr.fetch import FetchPorts, SourcePace, fetch_record
from tests.builders import NOON, a_group, a_policy, a_set, an_account, an_assignment
from tests.fakes.hr import MemoryHints, MemoryHrRecords, MemoryHrSources
from tests.fakes.queues import MemoryInbox
from tests.fakes.table.failed import MemoryStuck
from tests.unit.hr_world import hints, later, person_in
from tests.unit.world import World

_SETUP = """
version: 1
sources:
  bamboohr: {kind: bamboohr, api: {url: "https://acme.bamboohr.com", per_second: 2}}
  hibob: {kind: hibob}
  payroll: {kind: gusto, attributes: {id: employee_code}}
  standard: {kind: standard}
"""
_ADA = {
    "id": "67890",
    "firstName": "Ada",
    "lastName": "Lovelace",
    "workEmail": "ada@example.com",
    "department": "Engineering",
    "status": "Active",
}
_POLICY = a_policy(a_group("engineers"), a_set("ViewOnly"), an_assignment())


def _world() -> World:
    world = World()
    world.hr_sources.text = _SETUP
    world.hr_records.records["67890"] = _ADA
    world.policy_is(_POLICY)
    world.account_is(an_account())
    world.settle()
    later(world, seconds=1)
    return world


def test_a_hint_becomes_the_record_and_the_record_a_person() -> None:
    world = _world()
    asked = hints(world, "67890", source="bamboohr")
    world.settle()
    assert world.groups() == {"engineers": {"ada@example.com"}}
    assert world.state.changes[asked.cause.change].operations == 2


def test_created_and_updated_on_creation_lead_to_one_user_and_the_second_costs_nothing() -> None:
    world = _world()
    hints(world, "67890", source="bamboohr")
    second = hints(world, "67890", source="bamboohr")
    world.settle()
    assert world.state.changes[second.cause.change].operations == 0
    assert world.users() == {"ada@example.com"}


def test_while_the_system_is_down_an_event_waits_however_long_and_is_then_carried_out() -> None:
    world = _world()
    world.hr_records.breaks = Unreachable("no usable answer: ReadTimeoutError")
    asked = hints(world, "67890", source="bamboohr")
    for _ in range(60):
        world.settle()
        later(world, minutes=5)
        world.sweep()
    assert world.users() == set()
    ((until, waiting, because),) = world.hints.waiting.values()
    assert because == "no usable answer: ReadTimeoutError"
    assert until - world.now <= timedelta(minutes=15)
    assert waiting.notification.attempts > 5
    world.hr_records.breaks = None
    later(world, minutes=15)
    world.sweep()
    world.settle()
    assert world.groups() == {"engineers": {"ada@example.com"}}
    assert world.hints.waiting == {}
    assert world.state.changes[asked.cause.change].succeeded == 2


def test_the_sweep_puts_a_waiting_event_on_the_inbox_again_though_it_was_there_a_minute_ago() -> None:
    world = _world()
    world.hr_records.breaks = Unavailable("down")
    hints(world, "67890", source="bamboohr")
    world.plan_all()
    later(world, minutes=1)
    world.sweep()
    assert len(world.inbox.commands) == 1


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 1), (1, 2), (2, 4), (3, 8), (4, 15), (100, 15)])
def test_the_pauses_grow_up_to_a_quarter_of_an_hour(attempts: int, minutes: int) -> None:
    asking = _Asking(MemoryHrRecords(breaks=Unavailable("the answer is 403")))
    asking.asks(attempts=attempts)
    assert asking.waits_until == NOON + timedelta(minutes=minutes)


def test_a_system_that_says_how_long_to_wait_is_believed_within_reason() -> None:
    for said, meant in ((90.0, 90), (86_400.0, 900)):
        asking = _Asking(MemoryHrRecords(breaks=Throttled("slow down", retry_after=said)))
        asking.asks()
        # A second behind what has not been asked for yet.
        assert asking.waits_until == NOON + timedelta(seconds=meant + 1)


@pytest.mark.parametrize("outage", [Unreachable("the answer is 502"), Throttled("the answer is 429")])
def test_a_system_that_is_down_is_not_asked_for_the_next_event_either(outage: Exception) -> None:
    asking = _Asking(MemoryHrRecords(breaks=outage))
    asking.asks()
    asking.asks()
    assert len(asking.records.asked) == 1
    assert len(asking.waiting.waiting) == 2


@pytest.mark.parametrize(
    "fault", [Unavailable("bamboohr does not let us in: 403"), Unreachable("the answer is 500"), Throttled("429")]
)
def test_one_record_that_fails_for_ever_keeps_nobody_waiting(fault: Exception) -> None:
    world = _world()
    world.hr_records.breaks_for["13"] = fault
    people = {f"good-{number}": _person(number) for number in range(3)}
    world.hr_records.records |= people
    hints(world, "13", source="bamboohr")
    for record in people:
        later(world, seconds=1)
        hints(world, record, source="bamboohr")
    for _ in range(3):
        world.settle()
        later(world, minutes=1)
        world.sweep()
    world.settle()
    assert world.users() == {"0@example.com", "1@example.com", "2@example.com"}
    # Somebody leaves while the one record still fails.
    later(world, minutes=20)
    world.sweep()
    world.hr_records.records["good-1"] = {**people["good-1"], "status": "Inactive", "terminationDate": "2026-11-01"}
    hints(world, "good-1", source="bamboohr")
    for _ in range(3):
        world.settle()
        later(world, minutes=1)
        world.sweep()
    world.settle()
    assert world.groups() == {"engineers": {"0@example.com", "2@example.com"}}
    ((_, waiting, because),) = world.hints.waiting.values()
    assert (waiting.notification.record, because) == ("13", str(fault))


def _person(number: int) -> dict[str, str]:
    return {**_ADA, "id": f"good-{number}", "workEmail": f"{number}@example.com"}


def test_pauses_of_a_system_grow_with_its_failures_in_a_row_not_with_those_of_one_record() -> None:
    asking = _Asking(MemoryHrRecords(records={"67890": _ADA}))
    for minutes in (1, 2, 4):
        asking.records.breaks = Unreachable("the answer is 502")
        asking.asks(attempts=50)
        asking.records.breaks = None
        asking.passes(60 * minutes - 1)
        assert "not to be asked yet" in asking.asks()
        asking.passes(1)
    assert asking.asks().startswith("handed on")
    asking.records.breaks = Unreachable("the answer is 502")
    asking.asks(attempts=50)
    asking.records.breaks = None
    asking.passes(60)
    assert asking.asks().startswith("handed on")


def test_calls_come_no_faster_than_they_may() -> None:
    asking = _Asking(MemoryHrRecords(records={"67890": _ADA}))
    for _ in range(3):
        asking.asks()
    assert asking.slept == [0.5, 0.5, 0.5]


def test_the_time_that_a_call_took_counts_as_a_pause() -> None:
    asking = _Asking(MemoryHrRecords(records={"67890": _ADA}))
    asking.records.takes = lambda: asking.passes(0.3)
    asking.asks()
    asking.records.takes = lambda: asking.passes(2)
    asking.asks()
    assert asking.slept == [pytest.approx(0.2), 0.0]


def test_a_slow_system_gets_no_more_than_its_part_of_a_minute() -> None:
    asking = _Asking(MemoryHrRecords(records={"67890": _ADA}))
    asking.records.takes = lambda: asking.passes(4)
    for _ in range(10):
        asking.asks()
    assert len(asking.records.asked) == 5
    assert len(asking.waiting.waiting) == 5
    assert asking.waits_until == NOON + timedelta(minutes=1)
    asking.now = NOON + timedelta(minutes=1)
    asking.asks()
    assert len(asking.records.asked) == 6


def test_a_system_whose_answers_lag_behind_its_events_is_asked_when_they_have_settled() -> None:
    world = _world()
    world.hr_records.records["b-1"] = {
        "/root/id": {"value": "b-1"},
        "/root/firstName": {"value": "Ada"},
        "/root/surname": {"value": "Lovelace"},
        "/root/email": {"value": "ada@example.com"},
    }
    hints(world, "b-1", source="hibob")
    world.plan_all()
    assert world.hr_records.asked == []
    later(world, seconds=20)
    world.sweep()
    world.plan_all()
    assert world.hr_records.asked == ["b-1"]
    assert person_in(world, "b-1") is not None


def test_a_record_that_is_not_a_person_waits_until_somebody_has_seen_to_it() -> None:
    asking = _Asking(MemoryHrRecords(breaks=Invalid("no", findings=("email: not an e-mail address",))))
    said = asking.asks()
    assert said.endswith("the record is not a person: email: not an e-mail address")
    assert asking.waits_until == NOON + timedelta(hours=6)


@pytest.mark.parametrize("status", ["Active", None, "Inactive"])
def test_an_end_is_carried_out_though_the_record_is_refused(status: str | None) -> None:
    world = _world()
    hints(world, "67890", source="bamboohr")
    world.settle()
    assert world.groups() == {"engineers": {"ada@example.com"}}
    later(world, minutes=1)
    last_day = (world.now - timedelta(days=1)).date().isoformat()
    flawed = {**_ADA, "status": status, "terminationDate": last_day, "workEmail": "ada"}
    world.hr_records.records["67890"] = flawed
    hinted = hints(world, "67890", source="bamboohr")
    world.settle()
    assert world.groups() == {"engineers": set()}
    # The rest is still to be seen to, and once it is right it counts, by the same event.
    ((until, waiting, because),) = world.hints.waiting.values()
    assert because == "the record is not a person: email: not an e-mail address"
    assert until - world.now > timedelta(hours=5)
    world.hr_records.records["67890"] = {**_ADA, "terminationDate": "0000-00-00"}
    later(world, hours=6)
    world.sweep()
    world.settle()
    assert world.groups() == {"engineers": {"ada@example.com"}}
    assert waiting.cause.change == hinted.cause.change
    assert world.hints.waiting == {}


def test_a_source_that_is_not_set_up_any_more_keeps_its_events_waiting() -> None:
    asking = _Asking(MemoryHrRecords(records={"67890": _ADA}))
    asking.sources.text = "version: 1\nsources: {standard: {kind: standard}}"
    asking.asks()
    assert len(asking.waiting.waiting) == 1


def test_a_deletion_that_the_system_confirms_ends_the_access() -> None:
    world = _world()
    hints(world, "67890", source="bamboohr")
    world.settle()
    later(world, minutes=1)
    world.hr_records.records.clear()
    hints(world, "67890", source="bamboohr", is_deletion=True)
    world.settle()
    assert world.groups() == {"engineers": set()}


def test_a_deletion_that_the_system_does_not_confirm_is_only_a_hint() -> None:
    world = _world()
    hints(world, "67890", source="bamboohr")
    world.settle()
    later(world, minutes=1)
    hints(world, "67890", source="bamboohr", is_deletion=True)
    world.settle()
    assert world.groups() == {"engineers": {"ada@example.com"}}


def test_a_record_that_is_gone_without_a_word_is_held() -> None:
    world = _world()
    hints(world, "67890", source="bamboohr")
    world.settle()
    later(world, minutes=1)
    world.hr_records.records.clear()
    gone = hints(world, "67890", source="bamboohr")
    world.settle()
    assert world.groups() == {"engineers": {"ada@example.com"}}
    assert world.state.changes[gone.cause.change].held == 1


def test_whose_record_it_was_is_remembered_where_its_id_is_not_the_person_s() -> None:
    world = _world()
    record = {
        "uuid": "c0ffee",
        "employee_code": "e-1",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "work_email": "ada@example.com",
        "department": "Engineering",
        "terminated": False,
    }
    world.hr_records.records["c0ffee"] = record
    hints(world, "c0ffee", source="payroll")
    world.settle()
    assert person_in(world, "e-1") is not None
    later(world, minutes=1)
    world.hr_records.records.clear()
    hints(world, "c0ffee", source="payroll", is_deletion=True)
    world.settle()
    assert world.groups() == {"engineers": set()}


class _Asking:
    """One process that asks, whose clock moves only when it is told to."""

    def __init__(self, records: MemoryHrRecords) -> None:
        self.now = NOON
        self.slept: list[float] = []
        self.records, self.waiting = records, MemoryHints()
        self.sources = MemoryHrSources(_SETUP)
        self._numbers = World()
        self._ports = FetchPorts(
            sources=self.sources,
            records=records,
            waiting=self.waiting,
            stuck=MemoryStuck(self._numbers.state),
            inbox=MemoryInbox(),
            pace=SourcePace(),
            clock=lambda: self.now,
            sleep=self.slept.append,
        )

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def asks(self, *, attempts: int = 0) -> str:
        command = hints(self._numbers, "67890", source="bamboohr")
        notification = replace(command.notification, at=NOON, attempts=attempts)
        return fetch_record(replace(command, notification=notification), ports=self._ports)

    @property
    def waits_until(self) -> datetime:
        return min(until for until, _, _ in self.waiting.waiting.values())


def test_a_source_that_only_the_receiving_side_knows_so_far_is_waited_for_a_minute_at_first() -> None:
    world = _world()
    world.hr_sources.text = "version: 1\nsources: {standard: {kind: standard}}\n"
    hints(world, "67890", source="bamboohr")
    world.settle()
    ((until, _, because),) = world.hints.waiting.values()
    assert (until - world.now, because) == (timedelta(minutes=1), "the source is not set up")
    world.hr_sources.text = _SETUP
    later(world, minutes=1)
    world.sweep()
    world.settle()
    assert world.users() == {"ada@example.com"}


def _stuck(world: World) -> list[tuple[str, str, str]]:
    noted = MemoryStuck(world.state).all(now=world.now)
    return [(str(stuck.kind), stuck.subject, stuck.reason) for stuck in noted]


def test_a_word_for_status_that_no_mapping_knows_is_named_until_the_record_is_mended() -> None:
    world = _world()
    hints(world, "67890", source="bamboohr")
    world.settle()
    world.hr_records.records["67890"] = {**_ADA, "status": "Garden Leave"}
    hints(world, "67890", source="bamboohr")
    world.settle()
    assert world.groups() == {"engineers": {"ada@example.com"}}  # neither an end nor anything else
    ((kind, subject, reason),) = _stuck(world)
    assert (kind, subject) == ("hr-record", "person:67890")
    assert reason.startswith("bamboohr: the record is not a person: status: the value of status is none of those")
    world.hr_records.records["67890"] = _ADA
    later(world, hours=6)
    world.sweep()
    world.settle()
    assert _stuck(world) == []


def test_a_system_that_does_not_answer_is_named_once_since_the_first_event() -> None:
    world = _world()
    began = world.now
    world.hr_records.breaks = Unreachable("no usable answer: ReadTimeoutError")
    for record in ("67890", "67891"):
        hints(world, record, source="bamboohr")
    world.settle()
    assert _stuck(world) == [("hr-source", "hr-source:bamboohr", "no usable answer: ReadTimeoutError")]
    later(world, minutes=14)
    world.sweep()
    world.settle()
    (stuck,) = MemoryStuck(world.state).all(now=world.now)
    assert stuck.since == began
    world.hr_records.breaks = None
    world.hr_records.records["67891"] = {**_ADA, "id": "67891", "workEmail": "bob@example.com"}
    later(world, minutes=15)
    world.sweep()
    world.settle()
    assert _stuck(world) == []
