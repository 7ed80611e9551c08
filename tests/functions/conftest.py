"""Fixtures of every function's test: a Lambda context, the events of the files, and the log."""

import io
import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext as PowertoolsContext

from dayone.wiring import functions as wiring
from tests.fakes.own_apis import MemoryOwnApis

_EVENTS = Path(__file__).parents[2] / "events"

type Event = dict[str, Any]


class LambdaContext(PowertoolsContext):
    """Lambda's context of an invocation; `remaining` is in milliseconds."""

    def __init__(self, *, remaining: int = 90_000) -> None:
        self._remaining = remaining
        self._function_name = "dayone-function"
        self._memory_limit_in_mb = 256
        self._invoked_function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:dayone-function"
        self._aws_request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override] # Powertools has it without `self`
        return self._remaining


class Log:
    """The lines that the functions wrote, each one JSON object."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def messages(self, level: str) -> list[str]:
        return [line["message"] for line in self.lines if line["level"] == level]


@pytest.fixture
def context() -> LambdaContext:
    return LambdaContext()


@pytest.fixture(autouse=True)
def own_apis(monkeypatch: pytest.MonkeyPatch) -> MemoryOwnApis:
    """Set the stack's own APIs to those of the event files."""
    apis = MemoryOwnApis()
    monkeypatch.setattr(wiring, "own_apis", lambda: apis)
    return apis


@pytest.fixture
def event_of() -> Callable[[str], Event]:
    """Reads `events/<function>/<name>.json`."""

    def read(name: str) -> Event:
        event: Event = json.loads((_EVENTS / f"{name}.json").read_text())
        return event

    return read


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    """Powertools writes to the standard output as it was when the logger was made, which is before any test."""
    stream = io.StringIO()
    for function in _EVENTS.iterdir():
        for handler in logging.getLogger(function.name).handlers:
            monkeypatch.setattr(handler, "stream", stream)
    return Log(stream)


class Metrics:
    """Metrics of the functions as CloudWatch reads them: each with its dimensions and its value."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    def published(self) -> list[tuple[str, Mapping[str, str], float]]:
        """Return what was published since the last call."""
        lines = [json.loads(line) for line in self._capture.readouterr().out.splitlines() if '"_aws"' in line]
        return [
            (metric["Name"], {name: line[name] for name in names}, sum(line[metric["Name"]]))
            for line in lines
            for directive in line["_aws"]["CloudWatchMetrics"]
            for names in directive["Dimensions"]
            for metric in directive["Metrics"]
        ]


@pytest.fixture
def metrics(capsys: pytest.CaptureFixture[str]) -> Metrics:
    return Metrics(capsys)


@pytest.fixture(autouse=True)
def everything_is_monitored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the extent of monitoring to all of it, as the template does."""
    wiring.meter.cache_clear()
    monkeypatch.setenv("MONITORING", "full")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "dayone")
