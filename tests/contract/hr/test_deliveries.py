"""The port HrDeliveries, alike in memory and in DynamoDB."""

from datetime import date

from tests.contract.hr_state import HrPorts

pytest_plugins = ("tests.contract.state_fixtures", "tests.contract.hr_fixtures")

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def test_no_source_has_delivered_at_first(hr_ports: HrPorts) -> None:
    assert hr_ports.deliveries.days() == {}


def test_each_source_has_its_days_and_the_same_again_is_harmless(hr_ports: HrPorts) -> None:
    for source, day in (("workday", MONDAY), ("people", MONDAY), ("workday", TUESDAY), ("workday", MONDAY)):
        hr_ports.deliveries.note(source, day=day)
    assert hr_ports.deliveries.days() == {"workday": {MONDAY, TUESDAY}, "people": {MONDAY}}
