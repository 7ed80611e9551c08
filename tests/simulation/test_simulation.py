"""Simulated worlds, a seed each: whatever goes wrong in them, the invariants hold."""

import os
import subprocess
import sys
from hashlib import sha256

import pytest

from tests.simulation.simulation import Simulation

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
