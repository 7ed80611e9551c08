"""After everything else: what the functions and the bus have said of people is their HR id and nothing more."""

import pytest

from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import PERSONAL, somebody
from tests.e2e.deployed.waiting import eventually
from tests.project.repository import functions


@pytest.fixture(scope="module")
def everything_tried(day_one: DayOne, each_deployment: int) -> str:
    """A person who was hired, looked up and refused, in case nothing else has run; their HR id."""
    assert each_deployment >= 0
    person = somebody()
    day_one.told(person)
    day_one.deployed.hr.tell(somebody(email="quillon at people.example"))
    day_one.get(f"/v1/people/{person['id']}/access")
    day_one.deployed.api.get(f"/v1/people/{person['email']}")
    day_one.deployed.api.get("/docs")
    day_one.planned(policies.text_of(policies.BASE).decode())
    day_one.sandbox.client("lambda").invoke(FunctionName=day_one.function("sign_checkpoint"))
    return person["id"]


@pytest.mark.parametrize("function", functions())
def test_no_log_names_a_person(day_one: DayOne, everything_tried: str, function: str) -> None:
    assert everything_tried
    name = day_one.function(function)
    lines = eventually(lambda: day_one.sandbox.function_logs(name))  # the sweep runs once a minute
    assert not [line for line in lines for word in PERSONAL if word in line.casefold()]


def test_logs_name_people_by_their_hr_id(day_one: DayOne, everything_tried: str) -> None:
    assert f"person:{everything_tried}" in {record.get("subject") for record in day_one.log("plan_changes")}


def test_nothing_announced_names_a_person(day_one: DayOne, everything_tried: str) -> None:
    heard = day_one.announcements.heard()
    assert f"person:{everything_tried}" in {pair["detail"].get("subject") for pair in heard}
    assert not [record for record in heard for word in PERSONAL if word in str(record).casefold()]
