"""Settings of all tests: the same examples everywhere, and tests that share a server in one process."""

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=60,
    # The first example pays for imports, which is no fault of the test.
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")

_DEPLOYED = "tests/e2e/"
_DEPLOY_THEIR_OWN = ("tests/e2e/test_demo.py", "tests/e2e/test_state_table.py")


class OneProcessPerServer(LoadFileScheduling):  # type: ignore[misc] # xdist leaves its methods untyped
    """The tests of a file go to one process, and so do all the files that share the one deployment.

    Groups of xdist's own would say the same, but pytest 9.2 does not tell xdist 3.8 what they are.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        shares = file.startswith(_DEPLOYED) and file not in _DEPLOY_THEIR_OWN
        return _DEPLOYED if shares else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Distribute tests so whatever `--dist` says."""
    return OneProcessPerServer(config, log)
