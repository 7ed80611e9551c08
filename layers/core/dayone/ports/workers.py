"""What lets the executor do several things at a time."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol


class Workers(Protocol):
    """A number of hands; what they bring back comes in the order it ends."""

    @property
    def size(self) -> int:
        """How many tasks run at a time."""

    def start(self, task: Callable[[], Any]) -> None:
        """Run it beside everything else."""

    def done(self, *, seconds: float) -> Sequence[Any]:
        """The results of what has ended; waits up to `seconds` for one. Raises what a task has raised."""
