"""One local AWS for all contract tests."""

from collections.abc import Iterator

import pytest

from sandbox import Behaviour, Sandbox
from tests.contract.identity_centers import IdentityCenter, LocalIdentityCenter, fake_identity_center

# All that AWS makes hard for a client, on a clock that runs faster; a test still reliably sees a request in progress.
# The adapters hand on that a new group is not found yet; whoever calls them tries again.
BEHAVIOUR = Behaviour.realistic(
    account_seconds=1.0, account_creations=None, principal_seconds=0.0, deletion_seconds=3.0, late_refusals=False
).faster(5)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(behaviour=BEHAVIOUR) as running:
        yield running


@pytest.fixture(scope="session")
def local_identity_center(sandbox: Sandbox) -> LocalIdentityCenter:
    return LocalIdentityCenter(sandbox)


@pytest.fixture(params=["fake", "aws", "aws with short pages"])
def identity_center(request: pytest.FixtureRequest) -> Iterator[IdentityCenter]:
    if request.param == "fake":
        yield fake_identity_center()
        return
    # Asked for by name, so that tests of the fakes alone start no server.
    local, running = request.getfixturevalue("local_identity_center"), request.getfixturevalue("sandbox")
    if request.param == "aws with short pages":
        running.behave(BEHAVIOUR.but(page_entries=1))
    yield local.ports
    running.behave(BEHAVIOUR)
    local.check_actions()
