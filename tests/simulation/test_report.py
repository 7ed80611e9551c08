"""The summary of many seeds says what struck too seldom to have shown anything."""

from collections import Counter
from collections.abc import Mapping

from tests.simulation.report import summary
from tests.simulation.simulation import Outcome
from tests.simulation.weather import LEAST_IN_A_THOUSAND


def _summary(faults: Mapping[str, int], *, seeds: int) -> str:
    outcomes = [Outcome(seed, Counter(), calls=1, operations=1, seconds=1.0) for seed in range(1, seeds)]
    outcomes.append(Outcome(0, Counter(faults), calls=1, operations=1, seconds=1.0))
    return summary(outcomes, seconds=1.0)


def test_what_strikes_too_seldom_in_a_thousand_seeds_is_named() -> None:
    enough = dict(LEAST_IN_A_THOUSAND)
    assert "Too seldom" not in _summary(enough, seeds=1000)
    told = _summary({**enough, "request: failed": 2}, seeds=1000)
    assert "Too seldom to have shown anything:\n  request: failed: 2 times, not 50\n" in told
    assert told.count(" times, not ") == 1


def test_twice_as_many_seeds_have_to_see_twice_as_much() -> None:
    assert "request: failed: 50 times, not 100" in _summary(LEAST_IN_A_THOUSAND, seeds=2000)


def test_few_seeds_say_nothing_of_it() -> None:
    assert "Too seldom" not in _summary({}, seeds=999)
