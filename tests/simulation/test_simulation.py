"""Simulated worlds, a seed each: whatever goes wrong in them, the invariants hold; and the summary of many of them."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256

import pytest

from tests.simulation.model.weather import LEAST_IN_A_THOUSAND
from tests.simulation.report import summary
from tests.simulation.simulation import Outcome, Simulation

_FEW = range(12)
_MORE, _MOST = range(12, 60, 12), range(60, 132, 12)


@pytest.mark.parametrize("seed", _FEW)
def test_invariants_hold_whatever_goes_wrong(seed: int) -> None:
    assert Simulation(seed).run().violations == []


@pytest.mark.thorough
@pytest.mark.parametrize("first", [*_MORE, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in _MOST)])
def test_invariants_hold_in_many_more_worlds(first: int) -> None:
    violated = {seed: found for seed in range(first, first + 12) if (found := Simulation(seed).run().violations)}
    assert violated == {}


@pytest.mark.thorough
def test_the_same_seed_gives_the_same_world_in_every_process() -> None:
    # Texts have other hashes in each process, and with them sets another order.
    told = [_digest_elsewhere(hash_seed) for hash_seed in ("1", "2")]
    assert told == [_digest(7)] * 2


def _digest(seed: int) -> str:
    world = Simulation(seed, traced=True)
    world.run()
    return sha256(repr(world.trace.lines).encode()).hexdigest()


def _digest_elsewhere(hash_seed: str) -> str:
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", f"from {__name__} import _digest; print(_digest(7))"],
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    )
    return said.stdout.strip()


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
