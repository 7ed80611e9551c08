"""What a command prints: tables for people, JSON for programs, on stdout; everything else on stderr."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO

from dayone_cli.failures import Failure

if TYPE_CHECKING:
    from rich.console import Console

# As wide as it takes: what is piped is cut by nobody.
_ENDLESS = 10_000
_STYLES = {
    "+": "green",
    "~": "yellow",
    "-": "red",
    "ok": "green",
    "yes": "green",
    "active": "green",
    "succeeded": "green",
    "confirmed": "green",
    "held": "yellow",
    "warning": "yellow",
    "running": "cyan",
    "planning": "cyan",
    "failed": "red",
    "wrong": "red",
    "no": "red",
}


class OutputFormat(StrEnum):
    """What is printed on stdout."""

    TABLE = "table"
    JSON = "json"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Rows below column names; a name may be empty, and so may all of them. `foot` are lines below the rows."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    foot: Sequence[str] = ()


type View = Callable[[Any], Sheet | Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Screen:
    """Where it goes; colours only on a terminal, and never with NO_COLOR."""

    form: OutputFormat = OutputFormat.TABLE
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)

    def show(self, answer: object, view: View) -> None:
        """Print an answer: as it is in JSON, else as the view of it."""
        if self.form is OutputFormat.JSON:
            self.out.write(json.dumps(answer, indent=2, ensure_ascii=False) + "\n")
            return
        seen = view(answer)
        if isinstance(seen, Sheet):
            self._print_sheet(seen)
        else:
            self.lines(seen)

    def lines(self, lines: Iterable[str]) -> None:
        """Print lines as they are, the first sign of each coloured."""
        for line in lines:
            self._out.print(_coloured(line), soft_wrap=True)

    def raw(self, text: str) -> None:
        """Print a text with nothing done to it."""
        self.out.write(text)

    def say(self, text: str) -> None:
        """Tell the person at the terminal something that is no part of the answer."""
        self.err.write(text + "\n")
        self.err.flush()

    def complain(self, failure: Failure) -> None:
        """Print what went wrong: title, detail and every finding, or the problem document in JSON."""
        if self.form is OutputFormat.JSON:
            self.say(json.dumps(failure.as_document(), indent=2, ensure_ascii=False))
            return
        self.say(f"{failure.title}: {failure.detail}" if failure.detail else failure.title)
        for finding in failure.findings:
            self.say(f"  {finding}")

    @cached_property
    def errors(self) -> "Console":
        """Stderr for what moves, such as a progress bar."""
        from rich.console import Console

        return Console(file=self.err, highlight=False)

    @cached_property
    def _out(self) -> "Console":
        from rich.console import Console

        width = None if self.out.isatty() else _ENDLESS
        return Console(file=self.out, highlight=False, markup=False, emoji=False, width=width)

    def _print_sheet(self, sheet: Sheet) -> None:
        from rich import box
        from rich.table import Table

        if sheet.rows:
            table = Table(box=box.SIMPLE_HEAD if self.out.isatty() else None, show_header=any(sheet.columns))
            table.pad_edge = False
            for name in sheet.columns:
                table.add_column(name.upper(), overflow="fold")
            for row in sheet.rows:
                table.add_row(*(_cell(one) for one in row))
            self._out.print(table)
        self.lines(sheet.foot)


def _cell(text: str) -> Any:  # noqa: ANN401 - rich's
    from rich.text import Text

    # Control characters in what an HR system says must not steer a terminal.
    return Text("".join(one if one.isprintable() else " " for one in text), style=_STYLES.get(text, ""))


def _coloured(line: str) -> Any:  # noqa: ANN401 - rich's
    text = _cell(line)
    sign = line.strip()[:1]
    if sign in ("+", "-", "~"):
        text.stylize(_STYLES[sign])
    return text
