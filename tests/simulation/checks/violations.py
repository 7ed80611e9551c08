"""Violations found in a simulated world: each invariant has a name, and a description."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Violation:
    invariant: str
    message: str
    at: float


@dataclass
class Violations:
    """The first of each invariant is enough."""

    found: dict[str, Violation] = field(default_factory=dict)

    def add(self, invariant: str, message: str, *, at: float) -> None:
        self.found.setdefault(invariant, Violation(invariant, message, at))
