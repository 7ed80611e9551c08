"""Settings of all tests: the same examples everywhere, and tests that share a server in one process."""

import ast
import re
from functools import cache
from pathlib import Path
from zlib import crc32

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
# The fixtures of the deployment that most tests of the deployed system share, and how many there are of it in a run.
_OF_THE_DEPLOYMENT = {"sandbox", "bare_day_one", "scene", "day_one"}
_DEPLOYMENTS = 2
# What takes longest begins first, so that nothing long is left for a single process at the end.
_FIRST = (_DEPLOYED, "tests/sandbox/", "tests/simulation/", "tests/contract/")


@cache
def _shares_a_deployment(file: str) -> bool:
    functions = [
        node for node in ast.walk(ast.parse(Path(file).read_text("utf-8"))) if isinstance(node, ast.FunctionDef)
    ]
    taken = {argument.arg for function in functions for argument in function.args.args}
    return bool(taken & _OF_THE_DEPLOYMENT - {function.name for function in functions})


class OneProcessPerServer(LoadFileScheduling):  # type: ignore[misc] # xdist leaves its methods untyped
    """The tests of a file go to one process, and so do all the files that share a deployment.

    Groups of xdist's own would say the same, but pytest 9.2 does not tell xdist 3.8 what they are.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        if not file.startswith(_DEPLOYED) or not _shares_a_deployment(file):
            return file
        # What looks at all that a deployment has left behind is there once for each.
        number = re.search(r"\[deployment (\d+)", nodeid)
        return f"{_DEPLOYED}{number[1] if number else crc32(file.encode()) % _DEPLOYMENTS}"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Distribute tests so whatever `--dist` says, in the order in which they were collected."""
    config.option.loadscopereorder = False
    return OneProcessPerServer(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; what looks at the traces of all the others comes last of its kind."""
    order = {folder: number for number, folder in enumerate(_FIRST)}

    def rank(item: pytest.Item) -> tuple[int, bool]:
        first = (number for folder, number in order.items() if item.nodeid.startswith(folder))
        return next(first, len(order)), item.path.name == "test_privacy.py"

    items.sort(key=rank)


@pytest.fixture(scope="module", params=range(_DEPLOYMENTS), ids=lambda number: f"deployment {number}")
def each_deployment(request: pytest.FixtureRequest) -> int:
    """The number of a deployment, for what is to be seen of each; whoever runs alone has one of them."""
    return int(request.param)
