"""The port HrDeliveries, alike in memory and in DynamoDB."""

from datetime import UTC, date, datetime, timedelta

from dayone.model.monitoring import RefusalReason, RefusedDeliveries
from tests.contract.hr_state import HrPorts

pytest_plugins = ("tests.contract.state_fixtures", "tests.contract.hr_fixtures")

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
AT, LATER = (datetime(2026, 11, day, 7, 30, tzinfo=UTC) for day in (23, 24))


def test_no_source_has_delivered_at_first(hr_ports: HrPorts) -> None:
    assert hr_ports.deliveries.days() == {}
    assert hr_ports.deliveries.last_accepted() == {}
    assert hr_ports.deliveries.refused_on(MONDAY) == []


def test_each_source_has_its_days_and_the_same_again_is_harmless(hr_ports: HrPorts) -> None:
    for source, at in (("workday", AT), ("people", AT), ("workday", LATER), ("workday", AT)):
        hr_ports.deliveries.accepted(source, at=at)
    assert hr_ports.deliveries.days() == {"workday": {MONDAY, TUESDAY}, "people": {MONDAY}}
    assert hr_ports.deliveries.last_accepted() == {"workday": LATER, "people": AT}


def test_the_last_delivery_is_known_to_the_minute_and_an_older_one_changes_nothing(hr_ports: HrPorts) -> None:
    for minutes in (0, 5, 3):
        hr_ports.deliveries.accepted("workday", at=AT + timedelta(minutes=minutes))
    assert hr_ports.deliveries.last_accepted() == {"workday": AT + timedelta(minutes=5)}


def test_what_is_refused_adds_up_by_day_source_and_reason(hr_ports: HrPorts) -> None:
    unproven = RefusedDeliveries(source="work#day", reason=RefusalReason.SIGNATURE, number=2)
    unknown = RefusedDeliveries(source="", reason=RefusalReason.UNKNOWN_SOURCE, number=40)
    hr_ports.deliveries.refused([unproven, unknown], at=AT)
    hr_ports.deliveries.refused([unproven], at=AT + timedelta(minutes=1))
    hr_ports.deliveries.refused([unproven], at=LATER)
    counted = [
        (count.source, count.reason, count.number, count.last_at) for count in hr_ports.deliveries.refused_on(MONDAY)
    ]
    assert counted == [
        ("", RefusalReason.UNKNOWN_SOURCE, 40, AT),
        ("work#day", RefusalReason.SIGNATURE, 4, AT + timedelta(minutes=1)),
    ]
    assert [count.number for count in hr_ports.deliveries.refused_on(TUESDAY)] == [2]
