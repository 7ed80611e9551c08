"""One local AWS for all contract tests."""

from collections.abc import Iterator

import pytest

from sandbox import Behaviour, Sandbox
from tests.contract.identity_centers import IdentityCenter, LocalIdentityCenter, fake_identity_center

# All that AWS makes hard for a client, on a clock that runs faster; a test still reliably sees a request in progress.
BEHAVIOUR = Behaviour.realistic(account_seconds=1.0).faster(5)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(behaviour=BEHAVIOUR) as running:
        yield running


@pytest.fixture(scope="session")
def local_identity_center(sandbox: Sandbox) -> LocalIdentityCenter:
    return LocalIdentityCenter(sandbox)


@pytest.fixture(params=["fake", "aws"])
def identity_center(request: pytest.FixtureRequest) -> Iterator[IdentityCenter]:
    if request.param == "fake":
        yield fake_identity_center()
        return
    # Asked for by name, so that tests of the fakes alone start no server.
    local = request.getfixturevalue("local_identity_center")
    yield local.ports
    local.check_actions()
