"""The port DueWork, in memory and over DynamoDB alike."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import ADA, BOB, MOVED, NOW, SHOP, USER, done, planned

pytest_plugins = ("tests.contract.state_fixtures",)


def test_what_has_come_due_is_given_with_the_longest_due_first(ports: StatePorts) -> None:
    planned(ports, ADA, due_at=NOW)
    planned(ports, BOB, due_at=NOW - timedelta(hours=1))
    planned(ports, SHOP, due_at=NOW + timedelta(microseconds=1))
    assert list(ports.due_work.due(now=NOW, limit=9)) == [BOB, ADA]
    assert list(ports.due_work.due(now=NOW, limit=1)) == [BOB]


def test_moments_of_different_time_zones_are_compared_as_moments(ports: StatePorts) -> None:
    planned(ports, ADA, due_at=NOW.astimezone(ZoneInfo("Asia/Tokyo")))
    planned(ports, BOB, due_at=(NOW + timedelta(minutes=1)).astimezone(ZoneInfo("America/New_York")))
    assert list(ports.due_work.due(now=NOW.astimezone(ZoneInfo("Europe/Berlin")), limit=9)) == [ADA]


def test_what_is_no_longer_due_is_not_given(ports: StatePorts) -> None:
    planned(ports, ADA, due_at=NOW)
    planned(ports, ADA, change=MOVED, due_at=None)
    assert list(ports.due_work.due(now=NOW, limit=9)) == []


def test_there_is_something_runnable_until_the_last_operation_has_ended(ports: StatePorts) -> None:
    assert not ports.due_work.has_runnable()
    (operation,) = planned(ports, ADA, USER).operations
    assert ports.due_work.has_runnable()
    done(ports, operation)
    assert not ports.due_work.has_runnable()


def test_the_last_sweep_is_recorded(ports: StatePorts) -> None:
    assert ports.due_work.last_sweep() is None
    ports.due_work.note_sweep(NOW)
    ports.due_work.note_sweep(NOW + timedelta(minutes=1))
    assert ports.due_work.last_sweep() == NOW + timedelta(minutes=1)
