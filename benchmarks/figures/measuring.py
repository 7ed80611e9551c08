"""Figures with their bounds: how they are measured, shown and judged."""

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

# Why a bound that is made of AWS's quotas is missed where requests are what takes the time.
A_PLACE_IS_FREE = (
    "15/14 = 1.07 for the place that is left to others; its 3.74 s become 3.9 until the end is noticed, 4.05 with "
    "calls of 0.15 s. Over what that allows see the figure with a place kept free"
)


@dataclass(frozen=True)
class Figure:
    """One number that must not be greater than its bound.

    With `expected` it is accepted to miss it, for `reason`, and must not be greater than that instead; nor may it keep
    its bound, because then the mark is obsolete.
    """

    name: str
    value: float
    bound: float
    expected: float | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        """True if the figure is as required."""
        if self.expected is None:
            return self.value <= self.bound
        return self.bound < self.value <= self.expected

    @property
    def verdict(self) -> str:
        """Result of the figure, in words."""
        if self.expected is None:
            return "ok" if self.ok else "MISSED"
        if self.value <= self.bound:
            return "KEPT, though expected to miss: take the mark away"
        return f"expected: {self.reason}" if self.ok else f"WORSE than the expected {self.expected:.2f}"


def marked(figures: Iterable[Figure], expected: Mapping[str, tuple[float, str]]) -> list[Figure]:
    """Return the figures; those accepted to miss their bounds, by name, with the expected value and the reason."""
    listed = {figure.name: figure for figure in figures}
    return list(
        (
            listed | {name: replace(listed[name], expected=at, reason=why) for name, (at, why) in expected.items()}
        ).values()
    )


def least_seconds(tasks: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, float]:
    """Return the least processor time of each task over some rounds.

    In every round each task has its turn, so that a slow moment of the machine meets all of them; the least of many is
    what the task itself costs.
    """
    least = dict.fromkeys(tasks, float("inf"))
    for _ in range(rounds):
        for name, task in tasks.items():
            gc.collect()
            began = time.process_time()
            task()
            least[name] = min(least[name], time.process_time() - began)
    return least


def wants_json(description: str) -> bool:
    """Return whether the command line requests JSON."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return bool(parser.parse_args().json)


def report(figures: Iterable[Figure], *, notes: Iterable[str], as_json: bool) -> None:
    """Print the figures; ends the process with 1 when a bound is missed."""
    listed = list(figures)
    if as_json:
        print(
            json.dumps(
                {
                    entry.name: {"value": round(entry.value, 3), "bound": entry.bound, "ok": entry.ok}
                    | ({"expected": entry.expected, "reason": entry.reason} if entry.expected is not None else {})
                    for entry in listed
                }
            )
        )
    else:
        width = max(len(entry.name) for entry in listed)
        for note in notes:
            print(note)
        print(f"{'figure':<{width}}  {'value':>6}  {'bound':>6}")
        for figure in listed:
            print(f"{figure.name:<{width}}  {figure.value:>6.2f}  {figure.bound:>6.2f}  {figure.verdict}")
    if not all(entry.ok for entry in listed):
        sys.exit(1)
