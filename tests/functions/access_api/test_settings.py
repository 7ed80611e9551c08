"""The check of the settings over the API."""

from dataclasses import replace

import pytest

from dayone.errors import Refused
from tests.fakes.surroundings import MemorySurroundings
from tests.functions.access_api.world import World


def _checked(around: MemorySurroundings) -> dict[str, object]:
    world = World()
    usual = world.overview()
    world.overview = lambda: replace(usual, surroundings=around.ports())  # type: ignore[method-assign]
    answer = world.send("check_settings")
    assert answer.status == 200
    body: dict[str, object] = answer.body
    return body


@pytest.mark.parametrize(
    ("around", "state"),
    [
        (MemorySurroundings(), "ok"),
        (MemorySurroundings(seen_trails=()), "warning"),
        (MemorySurroundings(region="eu-west-1", seen_trails=()), "error"),
        (MemorySurroundings(fails={"instance": Refused("AccessDeniedException: no")}), "ok"),
    ],
)
def test_the_worst_of_what_is_found_comes_first(around: MemorySurroundings, state: str) -> None:
    assert _checked(around)["state"] == state


def test_each_finding_says_what_to_do() -> None:
    findings = _checked(MemorySurroundings(seen_trails=()))["findings"]
    assert isinstance(findings, list)
    (trail,) = (pair for pair in findings if pair["name"] == "trail")
    assert trail.keys() == {"name", "state", "message", "remediation", "snippet"}
    assert "create a trail" in trail["remediation"]
