"""Attempts of those who edit the policy and give grants to approve what that has led to: it takes somebody else."""

from functools import partial
from random import Random

from tests.simulation.features import Company, Feature
from tests.simulation.outside import ADMIN, Outside

_TROUBLES = 150.0


def begin(seed: int, outside: Outside, *, company: Company) -> None:
    """Have the author decide every few seconds about whatever waits."""
    if not company.has(Feature.OWN_DECISIONS):
        return
    random = Random(f"own decisions {seed}")  # noqa: S311 - chance that can be had again is what is wanted
    for _ in range(random.randint(5, 15)):
        outside.day_one.time.at(10 + random.random() * _TROUBLES, partial(_tries, outside, random))


def _tries(outside: Outside, random: Random) -> None:
    if held := outside.held():
        outside.decides(random.choice(held), approves=True, actor=ADMIN)
