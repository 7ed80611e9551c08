"""The world is told on the bus what came of a hire, by id and without a name."""

from typing import Any

import pytest

from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import PERSONAL, somebody
from tests.e2e.deployed.waiting import eventually


@pytest.fixture(scope="module")
def hiring(day_one: DayOne) -> Any:  # noqa: ANN401 - JSON
    return day_one.told(somebody())


@pytest.fixture(scope="module")
def heard(day_one: DayOne, hiring: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    """Return the events on the hire, up to the end of its change."""
    change = hiring["change"]["id"]
    return eventually(
        lambda: day_one.announcements.of_change(change),
        holds=lambda events: "Change Succeeded" in {pair["detail-type"] for pair in events},
    )


def test_each_operation_is_announced_with_the_request_id_of_aws(hiring: Any, heard: list[dict[str, Any]]) -> None:  # noqa: ANN401
    done = [pair["detail"] for pair in heard if pair["detail-type"] == "Operation Succeeded"]
    told = {(pair["id"], pair["kind"], pair["resource"], pair["request_id"]) for pair in hiring["operations"]}
    assert {(pair["operation"], pair["kind"], pair["resource"], pair["request_id"]) for pair in done} == told


def test_the_end_of_the_change_is_announced_with_its_counts(hiring: Any, heard: list[dict[str, Any]]) -> None:  # noqa: ANN401
    (end,) = {
        pair["detail"]["id"]: pair["detail"] for pair in heard if pair["detail-type"] == "Change Succeeded"
    }.values()
    assert (end["state"], end["operations"], end["succeeded"], end["failed"]) == ("succeeded", 2, 2, 0)
    assert end["reference"] == hiring["change"]["cause"]["reference"]


def test_no_announcement_names_a_person(heard: list[dict[str, Any]]) -> None:
    assert not [record for record in heard for word in PERSONAL if word in str(record).casefold()]
