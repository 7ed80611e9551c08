"""Record of a run: the expectations and AWS's answers of each step, and the values to continue with."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


class Differs(Exception):
    """Something is not as expected, and the step cannot go on."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One expectation: `seconds` is how long it took to be so, `within` the most that is as expected."""

    what: str
    expected: str
    observed: str
    seconds: float | None = None
    within: float | None = None

    @property
    def holds(self) -> bool:
        """True if it was as expected, and in time."""
        in_time = self.seconds is None or self.within is None or self.seconds <= self.within
        return self.observed == self.expected and in_time


@dataclass(kw_only=True)
class StepRecord:
    """Record of one step; `notes` are AWS's further answers, `error` is the reason why it stopped."""

    name: str
    began_at: str
    seconds: float = 0.0
    checks: list[Check] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""


@dataclass(kw_only=True)
class State:
    """A run as it is kept between commands, with ids of the organisation; never what is sent in."""

    organization: str = ""
    values: dict[str, str] = field(default_factory=dict)
    steps: dict[str, StepRecord] = field(default_factory=dict)

    def save(self, file: Path) -> None:
        """Write it, in one piece."""
        written = file.with_suffix(".new")
        written.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        written.replace(file)


def load(file: Path) -> State:
    """Read the state of an earlier command; a new one where there is none."""
    if not file.exists():
        return State()
    kept = json.loads(file.read_text(encoding="utf-8"))
    steps = {name: _step(step) for name, step in kept["steps"].items()}
    return State(organization=kept["organization"], values=kept["values"], steps=steps)


def _step(kept: dict[str, Any]) -> StepRecord:
    return StepRecord(**{**kept, "checks": [Check(**check) for check in kept["checks"]]})


class Log:
    """Log of one step, recorded and also reported through `say`."""

    def __init__(self, name: str, *, say: Callable[[str], None]) -> None:
        self.record = StepRecord(name=name, began_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
        self._say = say
        self._began = time.monotonic()

    def check(
        self, what: str, *, expected: str, observed: str, seconds: float | None = None, within: float | None = None
    ) -> bool:
        """Keep whether something is as expected; returns that."""
        check = Check(what=what, expected=expected, observed=observed, seconds=seconds, within=within)
        self.record.checks.append(check)
        took = "" if seconds is None else f" ({seconds:.0f} s)"
        self._say(f"  {'✓' if check.holds else '✗'} {what}: {observed}{took}")
        if not check.holds:
            limit = "" if within is None else f" within {within:.0f} s"
            self._say(f"      expected: {expected}{limit}")
        return check.holds

    def require(self, what: str, *, expected: str, observed: str, seconds: float | None = None) -> None:
        """Keep it, and raise Differs where the step cannot go on without it."""
        if not self.check(what, expected=expected, observed=observed, seconds=seconds):
            raise Differs(f"{what}: {observed}, expected {expected}")

    def note(self, what: str, **answer: Any) -> None:  # noqa: ANN401 - JSON
        """Keep what AWS or Day One answered, which nothing is expected of."""
        self.record.notes.append({"what": what, **answer})

    def end(self, *, error: str = "") -> StepRecord:
        """Close the record; `error` is why the step stopped."""
        self.record.error = error
        self.record.seconds = round(time.monotonic() - self._began, 1)
        if error:
            self._say(f"  ✗ stopped: {error}")
        return self.record
