"""Processor time until a function can work: its imports, from the artefacts of a build.

Each function has a turn beside the floor: Python with the Logger of Powertools and one client of boto3.
"""

import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.figures.measuring import Figure, marked
from sandbox import paths
from tests.project.repository import ROOT, functions, pascal
from tests.project.template.wired import environment_of

ROUNDS = 9
FLOOR = """
from aws_lambda_powertools import Logger
Logger(service="floor")
import boto3
boto3.client("dynamodb")
"""
# As each function's `app.py` has it: the check of where an event is from, its ports, and what a first request loads.
_WIRED = """
import app
wiring = app.wiring
if hasattr(app, "check_request"):
    wiring.own_apis()
if hasattr(app, "check_records"):
    wiring.event_source()
"""
_REQUEST = {"httpMethod": "GET", "path": "/v1/people/e-1"}
_API = f"app.build_app(wiring.access_api_wired(), logger=app.logger, parts=[app.part_of({_REQUEST})])"
# What is known to miss its bound: its value, which may not grow, and the reason.
_DATACLASSES = "of some 250 dataclasses Python makes the methods anew in each process: three quarters of the floor"
_INVOCATION = "first invocation of {}, import and wiring / the floor"
EXPECTED: Mapping[str, tuple[float, str]] = {
    _INVOCATION.format("access_api"): (2.9, _DATACLASSES),
    _INVOCATION.format("plan_changes"): (2.6, _DATACLASSES),
    _INVOCATION.format("execute_operations"): (2.3, _DATACLASSES),
}
_REGION = {"AWS_DEFAULT_REGION": "eu-central-1"}


@dataclass(frozen=True, kw_only=True)
class Start:
    """Cost of a function's start, over the floor: its import, and with its ports and clients created."""

    imported: float
    wired: float


def cold_starts() -> tuple[list[Figure], list[str]]:
    """Return the import of each function over the floor, and with the first invocation's part."""
    with _built() as build:
        starts = {name: _start_of(name, build=build) for name in functions()}
    figures = [
        figure
        for name, start in starts.items()
        for figure in (
            Figure(f"cold import of {name} / the floor", start.imported, 1.3),
            Figure(_INVOCATION.format(name), start.wired, 2.0),
        )
    ]
    return marked(figures, EXPECTED), [f"cold imports, processor time, the median of {ROUNDS} pairs"]


def start_of_the_command() -> Figure:
    """`dayone --help` over the packages that it speaks to a terminal with."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    helping = [str(Path(sys.executable).with_name("dayone")), "--help"]
    least = [sys.executable, "-c", "import typer, rich"]
    pairs = [
        (seconds_of(helping, environment=environment), seconds_of(least, environment=environment))
        for _ in range(ROUNDS + 1)
    ]
    # The first run of all compiles what it imports.
    return Figure("dayone --help / import typer, rich", median(value / other for value, other in pairs[1:]), 2.0)


def seconds_of(command: Sequence[str], *, environment: Mapping[str, str]) -> float:
    """Return the processor time of a command, without the other load of the machine."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=dict(environment), check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def wired(name: str) -> str:
    """Return the script that imports a function and creates its ports and clients, as its first invocation does."""
    text = (ROOT / "functions" / name / "app.py").read_text(encoding="utf-8")
    made = re.findall(rf"wiring\.{name}_\w+\(\)", text)
    return _WIRED + (_API if name == "access_api" else "\n".join(made))


def _start_of(name: str, *, build: Path) -> Start:
    layers = [build / "DependenciesLayer" / "python", build / "CoreLayer" / "python"]
    path = [build / f"{pascal(name)}Function", *layers]
    scripts = {"floor": FLOOR, "imported": "import app", "wired": wired(name)}
    environment = {**environment_of(name), **_REGION}
    rounds = [
        {task: _seconds_of_script(script, path=path, environment=environment) for task, script in scripts.items()}
        for _ in range(ROUNDS)
    ]
    return Start(
        imported=median(record["imported"] / record["floor"] for record in rounds),
        wired=median(record["wired"] / record["floor"] for record in rounds),
    )


def _seconds_of_script(script: str, *, path: Sequence[Path], environment: Mapping[str, str]) -> float:
    setting_up = f"import sys; sys.path[:0] = {[str(folder) for folder in path]!r}\n"
    # As on Lambda: nothing of the surrounding machine, and the function's own module, which cannot be written to, is
    # compiled each time, while the layers are compiled already.
    command = [str(paths.lambda_interpreter()), "-I", "-S", "-B", "-c", setting_up + script]
    return seconds_of(command, environment=environment)


@contextmanager
def _built() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        where = ["--build-dir", f"{folder}/build", "--cache-dir", f"{folder}/cache"]
        environment = {**os.environ, "SAM_CLI_TELEMETRY": "0"}
        subprocess.run([paths.sam(), "build", *where], cwd=ROOT, env=environment, check=True, capture_output=True)
        yield Path(folder) / "build"
