"""Settings of all tests: the same examples everywhere, and tests that share a server in one process."""

import ast
import gc
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache, cached_property
from itertools import zip_longest
from pathlib import Path

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
settings.register_profile("few", parent=settings.get_profile("repeatable"), max_examples=12)
settings.load_profile("repeatable")

_ROOT = Path(__file__).resolve().parents[1]
_RECORD = _ROOT / "tests" / "seconds.json"
# A file that takes less of a run is not worth a place in the record.
_LONG = 10
_DEPLOYED = "tests/e2e/"
# The fixtures of the deployment that most tests of the deployed system share, and how many there are of it in a run.
_OF_THE_DEPLOYMENT = {"sandbox", "bare_day_one", "scene", "day_one"}
_DEPLOYMENTS = 2
# Tests that share nothing with the others of their file go one by one.
_ONE_BY_ONE = ("tests/simulation/", "tests/project/test_benchmarks.py")
# Of these none takes long, and all together much: they fill what the others leave at the end.
_GRAINS = (
    "tests/simulation/test_mutations.py",
    "tests/simulation/adversaries/test_adversaries.py",
    "tests/simulation/test_simulation.py",
)
# What takes longest begins first, so that nothing long is left for a single process at the end.
_FIRST = (_DEPLOYED, "tests/simulation/", "tests/sandbox/", "tests/contract/")


@cache
def recorded_seconds() -> dict[str, int]:
    """Seconds that each long file took in the run that was recorded last, all six processes at work."""
    recorded: dict[str, int] = json.loads(_RECORD.read_text("utf-8"))
    return recorded


@cache
def _shares_a_deployment(file: str) -> bool:
    functions = [
        node for node in ast.walk(ast.parse((_ROOT / file).read_text("utf-8"))) if isinstance(node, ast.FunctionDef)
    ]
    # What a mere function is handed may be of another deployment.
    given_to = [function for function in functions if function.name.startswith("test_") or function.decorator_list]
    taken = {argument.arg for function in given_to for argument in function.args.args}
    return bool(taken & _OF_THE_DEPLOYMENT - {function.name for function in functions})


def spread(tests: Iterable[str]) -> dict[str, int]:
    """The deployment of each file that shares one, so that each takes about as long."""
    files = Counter(file for file in map(_file_of, tests) if file.startswith(_DEPLOYED) and _shares_a_deployment(file))
    # A test of a file that is not long takes a second or two.
    seconds = Counter({file: recorded_seconds().get(file, number) for file, number in files.items()})
    load, deployments = [0] * _DEPLOYMENTS, {}
    for file, took in seconds.most_common():
        deployments[file] = load.index(min(load))
        load[deployments[file]] += took
    return deployments


def _file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0]


class OneProcessPerServer(LoadFileScheduling):  # type: ignore[misc] # xdist leaves its methods untyped
    """The tests of a file go to one process unless they share nothing, and so do all the files that share a deployment.

    Groups of xdist's own would say the same, but pytest 9.2 does not tell xdist 3.8 what they are.
    """

    @cached_property
    def _deployment_of(self) -> dict[str, int]:
        return spread(self.collection)

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(_ONE_BY_ONE):
            return nodeid
        deployment = self._deployment_of.get(_file_of(nodeid))
        if deployment is None:
            return str(super()._split_scope(nodeid))
        # What looks at all that a deployment has left behind is there once for each.
        number = re.search(r"\[deployment (\d+)", nodeid)
        return f"{_DEPLOYED}{number[1] if number else deployment}"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Distribute tests so whatever `--dist` says, in the order in which they were collected."""
    config.option.loadscopereorder = False
    return OneProcessPerServer(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-seconds", action="store_true", help="record how long each file takes, in seconds.json")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Record how long each long file took, if asked to."""
    if not config.option.record_seconds:
        return
    took = defaultdict[str, float](float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                took[_file_of(report.nodeid)] += report.duration
    recorded = {file: round(seconds) for file, seconds in sorted(took.items()) if seconds >= _LONG}
    _RECORD.write_text(json.dumps(recorded, indent=1) + "\n", "utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Try fewer examples where everything that takes long is left out; `make test` tries all of them."""
    if config.option.markexpr == "not thorough":
        settings.load_profile("few")


def pytest_collection() -> None:
    """Look for no garbage while tests are collected, of which nearly everything stays: that takes half of the time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage from here on, and not after each few hundred objects: what a test makes is gone when it ends."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; what looks at the traces of all the others comes last of its kind."""
    order = {folder: number for number, folder in enumerate(_FIRST)}

    def rank(item: pytest.Item) -> int:
        return next((number for folder, number in order.items() if item.nodeid.startswith(folder)), len(order))

    items.sort(key=rank)
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(_file_of(item.nodeid), []).append(item)
    items[:] = [item for name in in_order(files) for item in files[name]]


def _looks_at_traces(file: str) -> bool:
    return file.endswith("/test_privacy.py")


def in_order(files: Iterable[str]) -> list[str]:
    """The files that share a deployment; then such as wait and such as compute by turns, the longest first.

    Grains come last.
    """
    files = sorted(files, key=lambda name: -recorded_seconds().get(name, 0))
    deployed = [name for name in files if name.startswith(_DEPLOYED)]
    grains = [name for name in files if name in _GRAINS]
    computing = [name for name in files if name not in {*deployed, *grains}]
    shared = sorted(filter(_shares_a_deployment, deployed), key=_looks_at_traces)
    waiting = [name for name in deployed if name not in shared]
    by_turns = (name for pair in zip_longest(waiting, computing) for name in pair if name is not None)
    return [*shared, *by_turns, *grains]


@pytest.fixture(scope="module", params=range(_DEPLOYMENTS), ids=lambda number: f"deployment {number}")
def each_deployment(request: pytest.FixtureRequest) -> int:
    """The number of a deployment, for what is to be seen of each; whoever runs alone has one of them."""
    return int(request.param)
