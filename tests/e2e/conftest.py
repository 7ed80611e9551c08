"""One local AWS with Day One deployed on it, IAM enforced, for all tests of the deployed system."""

from collections.abc import Iterator

import pytest

from sandbox import Sandbox
from tests.e2e.deployed.day_one import BEHAVIOUR, DayOne, deployed_in
from tests.e2e.deployed.scene import Scene, set_scene


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(behaviour=BEHAVIOUR) as running:
        yield running


@pytest.fixture(scope="session")
def bare_day_one(sandbox: Sandbox) -> DayOne:
    """Deployed, and without a policy."""
    return deployed_in(sandbox)


@pytest.fixture(scope="session")
def scene(bare_day_one: DayOne) -> Scene:
    return set_scene(bare_day_one)


@pytest.fixture(scope="session")
def day_one(bare_day_one: DayOne, scene: Scene) -> DayOne:
    """With the shared policy in force."""
    assert scene.policy_status
    return bare_day_one
