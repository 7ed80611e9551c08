"""Customer managed policies, which AWS looks for in each account by name: in some accounts there are none."""

from random import Random

from tests.simulation.features import Company, Feature
from tests.simulation.outside import Outside

_NAMES = ("/Deployer", "/audit/ReadLogs")
_TROUBLES = 150.0


def begin(seed: int, outside: Outside, *, company: Company) -> None:
    """Have accounts without them; whoever owns an account makes them in time, or when the troubles are over."""
    if not company.has(Feature.OWN_POLICIES):
        return
    random, lacking = Random(f"own policies {seed}"), outside.day_one.aws.lacking  # noqa: S311 - to be had again
    for number in range(1, 6):
        missing = {name for name in _NAMES if random.random() < 0.3}
        lacking[f"{number:012d}"] = missing
        if missing and random.random() < 0.5:
            outside.day_one.time.at(random.random() * _TROUBLES, missing.clear)
