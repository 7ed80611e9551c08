"""Lines and branches of Day One's decisions that simulated worlds have been through, counted by Python itself."""

import dis
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType

import dayone

DECISIONS = ("accounts", "grants", "hr", "model", "planning", "policy")
ROOT = Path(str(dayone.__file__)).parent
_TOOL = sys.monitoring.COVERAGE_ID
_CONDITIONAL = ("POP_JUMP_IF", "FOR_ITER")
type Line = tuple[str, int]
type Branch = tuple[str, int, int, int]


@dataclass(kw_only=True)
class Covered:
    """Lines (file, number) and branches (file, first line of the code, place in it, where it went)."""

    lines: set[Line] = field(default_factory=set)
    branches: set[Branch] = field(default_factory=set)

    def add(self, other: "Covered") -> None:
        self.lines |= other.lines
        self.branches |= other.branches


class Coverage:
    """Counts while it is entered; after the first time a line costs nothing."""

    def __init__(self) -> None:
        self.covered = Covered()
        self._first: dict[tuple[CodeType, int], int] = {}

    def __enter__(self) -> Covered:
        events = sys.monitoring.events
        sys.monitoring.use_tool_id(_TOOL, "simulation")
        sys.monitoring.register_callback(_TOOL, events.LINE, self._line)
        sys.monitoring.register_callback(_TOOL, events.BRANCH, self._branch)
        sys.monitoring.set_events(_TOOL, events.LINE | events.BRANCH)
        return self.covered

    def __exit__(self, *_: object) -> None:
        sys.monitoring.set_events(_TOOL, 0)
        sys.monitoring.free_tool_id(_TOOL)
        sys.monitoring.restart_events()

    def _line(self, code: CodeType, line: int) -> object:
        if _is_decision(code.co_filename):
            self.covered.lines.add((code.co_filename, line))
        return sys.monitoring.DISABLE

    def _branch(self, code: CodeType, at: int, to: int) -> object:
        if not _is_decision(code.co_filename):
            return sys.monitoring.DISABLE
        self.covered.branches.add((code.co_filename, code.co_firstlineno, at, to))
        # Until it has gone the other way, too.
        return None if self._first.setdefault((code, at), to) == to else sys.monitoring.DISABLE


def shares(covered: Covered) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield for each package its lines that were gone through, its lines, and the same of its branches."""
    for package in DECISIONS:
        lines, branches = set[Line](), 0
        for path in sorted((ROOT / package).rglob("*.py")):
            for code in _codes(compile(path.read_text(), str(path), "exec")):
                # Bodies of modules and classes run when they are imported.
                if code.co_flags & inspect.CO_OPTIMIZED:
                    lines |= {(str(path), line) for *_, line in code.co_lines() if line and line > code.co_firstlineno}
                    branches += 2 * sum(each.opname.startswith(_CONDITIONAL) for each in dis.get_instructions(code))
        inside = str(ROOT / package) + "/"
        taken = sum(name.startswith(inside) for name, *_ in covered.branches)
        yield package, len(covered.lines & lines), len(lines), taken, branches


def told(covered: Covered) -> list[str]:
    """Return the shares in words, those of all decisions in the last line."""
    rows = list(shares(covered))
    lines, of_lines, taken, branches = (sum(column) for column in zip(*(row[1:] for row in rows), strict=True))
    rows.append(("decisions", lines, of_lines, taken, branches))
    return [
        f"  {name:<10} {_percent(lines, of_lines)} of lines, {_percent(taken, branches)} of branches"
        for name, lines, of_lines, taken, branches in rows
    ]


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):4.0f} %"


def _is_decision(name: str) -> bool:
    return name.startswith(tuple(f"{ROOT}/{package}/" for package in DECISIONS))


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)
