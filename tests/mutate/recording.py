"""A plug-in of pytest that records which lines of Day One each test goes through: `-p tests.mutate.recording`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from tests.mutate.lines import ROOT, Lines

_TOOL = 3
_INSIDE = f"{ROOT}/"


class Recorder:
    """Lines of each test; what a fixture of a whole file goes through is of all tests in the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = set[tuple[str, int]]()
        self._of_files = dict[str, set[tuple[str, int]]]()
        self.lines = Lines()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Iterator[None]:
        _forget_what_was_kept()
        self._seen = set()
        sys.monitoring.restart_events()
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        self._of_files.setdefault(item.nodeid.partition("::")[0], set(self._seen))
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            of_file = self._of_files[report.nodeid.partition("::")[0]]
            self.lines.add(report.nodeid, self._seen | of_file, seconds=report.duration)

    def pytest_sessionstart(self) -> None:
        events = sys.monitoring.events
        sys.monitoring.use_tool_id(_TOOL, "mutate")
        sys.monitoring.register_callback(_TOOL, events.LINE, self._line)
        sys.monitoring.set_events(_TOOL, events.LINE)

    def pytest_sessionfinish(self) -> None:
        sys.monitoring.set_events(_TOOL, 0)
        sys.monitoring.free_tool_id(_TOOL)
        self.lines.save(self._path)

    def _line(self, code: CodeType, line: int) -> object:
        if code.co_filename.startswith(_INSIDE):
            self._seen.add((code.co_filename.removeprefix(_INSIDE), line))
        return sys.monitoring.DISABLE


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-lines", type=Path, help="the file to record them in")


def pytest_configure(config: pytest.Config) -> None:
    if path := config.option.record_lines:
        config.pluginmanager.register(Recorder(path), "lines of each test")


def _forget_what_was_kept() -> None:
    """A line whose result a cache has is gone through by the first test alone."""
    for kept in _caches():
        kept.cache_clear()


def _caches() -> Iterator[Any]:
    for name, module in list(sys.modules.items()):
        if name.startswith("dayone."):
            for where in (module, *(each for each in vars(module).values() if isinstance(each, type))):
                yield from (kept for kept in vars(where).values() if hasattr(kept, "cache_clear"))
