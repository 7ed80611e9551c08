"""Shows the story as it goes: a spinner and the elapsed time for each step, tables at the end."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table


class StepFailed(Exception):
    """A step that did not succeed, with the reason."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
        self.step = step
        self.reason = reason


class Narrator:
    """Tells the steps of the story on a console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._begun = time.monotonic()

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """One step: a spinner while it lasts, then a tick and its time; any error ends the story at this step."""
        started = time.monotonic()
        try:
            with self._console.status(f"{what} …"):
                yield
        except StepFailed:
            raise
        except Exception as error:
            raise StepFailed(what, f"{type(error).__name__}: {error}") from error
        took, total = time.monotonic() - started, time.monotonic() - self._begun
        self._console.print(f"[green]✓[/] {what} [dim]{took:.1f} s, {total:.0f} s in all[/]", highlight=False)

    def tell(self, line: str) -> None:
        """One line that belongs to the step before."""
        self._console.print(f"  [dim]{line}[/]", highlight=False)

    def table(self, title: str, *, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table, as wide as it needs to be."""
        table = Table(title=title, title_justify="left", title_style="bold", show_lines=False)
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*row)
        self._console.print(table)

    def failed(self, failure: StepFailed, *, logs: Sequence[str]) -> None:
        """Print the failed step, the reason, and the logs of the functions."""
        self._console.print(f"[red]✗ {failure.step}[/]", highlight=False)
        self._console.print(f"  {failure.reason}", highlight=False, markup=False)
        for line in logs:
            self._console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)
