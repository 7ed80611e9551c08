"""Results of many seeds, in words: a bar while they run, and a summary afterwards."""

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from time import monotonic

from tests.simulation.model.weather import LEAST_IN_A_THOUSAND
from tests.simulation.simulation import Outcome

_WIDTH = 30
_A_THOUSAND = 1000


class Progress:
    """A bar on standard error, when somebody looks at it."""

    def __init__(self, total: int, *, of: str = "seeds") -> None:
        self._total = total
        self._of = of
        self._began = monotonic()
        self._shown_at = 0.0

    def show(self, done: int, *, violations: int) -> None:
        now = monotonic()
        if not sys.stderr.isatty() or (now - self._shown_at < 0.2 and done < self._total):
            return
        self._shown_at = now
        filled = _WIDTH * done // self._total
        rate = 60 * done / max(now - self._began, 0.001)
        bar = "█" * filled + "░" * (_WIDTH - filled)
        sys.stderr.write(f"\r{bar} {done:,}/{self._total:,} {self._of}, {rate:,.0f} a minute, {violations} violations ")
        if done == self._total:
            sys.stderr.write("\n")
        sys.stderr.flush()


def summary(outcomes: Iterable[Outcome], *, seconds: float) -> str:
    """The seeds tried, the faults by kind, and each invariant that was violated with the command that replays it."""
    tried, calls, operations, simulated = 0, 0, 0, 0.0
    faults: Counter[str] = Counter()
    violated: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        tried, calls, operations = tried + 1, calls + outcome.calls, operations + outcome.operations
        simulated += outcome.seconds
        faults += outcome.faults
        for violation in outcome.violations:
            violated.setdefault(violation.invariant, []).append(outcome)
    rate = 60 * tried / max(seconds, 0.001)
    did = f"{operations:,} operations, {calls:,} calls, {simulated / 3600:,.0f} hours of a simulated world"
    lines = [
        f"{tried:,} seeds in {seconds:,.0f} s ({rate:,.0f} a minute): {did}",
        "",
        f"{sum(faults.values()):,} faults:",
        *(f"  {count:>9,}  {kind}" for kind, count in sorted(faults.items(), key=lambda pair: (-pair[1], pair[0]))),
        "",
    ]
    if seldom := struck_seldom(faults, seeds=tried):
        lines += ["Too seldom to have shown anything:", *(f"  {kind}" for kind in seldom), ""]
    if not violated:
        return "\n".join([*lines, "No invariant was violated."])
    lines.append(f"{len(violated)} invariants were violated:")
    for invariant, seeds in sorted(violated.items()):
        lines += _told(invariant, seeds)
    return "\n".join(lines)


def struck_seldom(faults: Mapping[str, int], *, seeds: int) -> list[str]:
    """Return the faults that struck less often than a thousand seeds have to see; fewer seeds prove nothing of it."""
    thousands = seeds // _A_THOUSAND
    return [
        f"{kind}: {faults.get(kind, 0):,} times, not {least * thousands:,}"
        for kind, least in sorted(LEAST_IN_A_THOUSAND.items())
        if faults.get(kind, 0) < least * thousands
    ]


def _told(invariant: str, seeds: list[Outcome]) -> list[str]:
    first = min(seeds, key=lambda entry: entry.seed)
    said = next(violation for violation in first.violations if violation.invariant == invariant)
    return [
        f"  {invariant}: {len(seeds)} seeds",
        f"    {said.message} (after {said.at:,.0f} s)",
        f"    replay: make simulate SEED={first.seed}",
    ]
