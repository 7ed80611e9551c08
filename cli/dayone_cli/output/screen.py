"""Output of a command: tables for people, JSON for programs, on stdout; everything else on stderr."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO

from dayone_cli.failures import Failure
from dayone_cli.output.tables import STYLES, cell, printable, shown_rows

if TYPE_CHECKING:
    from rich.console import Console


class OutputFormat(StrEnum):
    """Formats of the output on stdout."""

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
    """Output streams; colours only on a terminal, and never with NO_COLOR; with `is_wide` no row is broken there."""

    form: OutputFormat = OutputFormat.TABLE
    is_wide: bool = False
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
        """Print lines as they are, on a terminal in the colour of the sign they begin with."""
        for line in lines:
            if self.out.isatty():
                self._out.print(_coloured(line), soft_wrap=True)
            else:
                self.out.write(f"{printable(line)}\n")

    def raw(self, text: str) -> None:
        """Print a text with nothing done to it."""
        self.out.write(text)

    def say(self, text: str) -> None:
        """Print a message for the person at the terminal that is no part of the response."""
        self.err.write("\n".join(map(printable, text.split("\n"))) + "\n")
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

    def _print_sheet(self, sheet: Sheet) -> None:
        if sheet.rows and self.out.isatty():
            shown = shown_rows(sheet.columns, sheet.rows, width=self._out.width, is_wide=self.is_wide)
            self._out.print(shown, soft_wrap=True)
        elif sheet.rows:
            self.out.writelines(f"{line}\n" for line in _aligned(sheet))
        self.lines(sheet.foot)

    @cached_property
    def _out(self) -> "Console":
        from rich.console import Console

        return Console(file=self.out, highlight=False, markup=False, emoji=False)


def _aligned(sheet: Sheet) -> Iterator[str]:
    """Columns as wide as it takes: what is piped is cut by nobody."""
    names = [name.upper() for name in sheet.columns]
    rows = [*([names] if any(names) else []), *([printable(name) for name in row] for row in sheet.rows)]
    widths = [max(len(entry) for entry in column) for column in zip(*rows, strict=True)]
    return ("  ".join(name.ljust(width) for name, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def _coloured(line: str) -> Any:  # noqa: ANN401 - rich's
    text = cell(line)
    sign = line.strip()[:1]
    if sign in ("+", "-", "~"):
        text.stylize(STYLES[sign])
    return text
