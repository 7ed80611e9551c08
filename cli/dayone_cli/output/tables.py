"""Tables as a terminal shows them: no id is ever broken, and where a table is too wide each row becomes a block."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text

STYLES = {
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
    "error": "red",
    "no": "red",
}
# Fewer columns of a terminal than this make a column of sentences hard to read.
_SENTENCE = 16
_BETWEEN = "  "

type Row = Sequence[str]


def shown_rows(names: Row, rows: Sequence[Row], *, width: int, is_wide: bool) -> Any:  # noqa: ANN401 - rich's
    """Return what a terminal of a width shows of rows below column names; with `is_wide` one line for each."""
    from rich.console import Group

    names = [name.upper() for name in names]
    cells = [[printable(text) for text in row] for row in rows]
    natural = [max(map(_length, column)) for column in zip(names, *cells, strict=True)]
    widths = natural if is_wide else _fitting(natural, names, cells, width=width)
    if widths:
        headed = [*([names] if any(names) else []), *cells]
        return Group(*(line for row in headed for line in _lines(row, widths, is_head=row is names)))
    return Group(*_blocks(names, cells, width=width))


def cell(text: str) -> "Text":
    """Return a text in the colour of its meaning."""
    from rich.text import Text

    return Text(printable(text), style=STYLES.get(text, ""))


def printable(text: str) -> str:
    """Return a text without control characters: those in what an HR system sends must not steer a terminal."""
    return text if text.isprintable() else "".join(name if name.isprintable() else " " for name in text)


def _length(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _fitting(natural: Sequence[int], names: Row, rows: Sequence[Row], *, width: int) -> Sequence[int]:
    """Return the widths of columns in which no word is broken, or nothing when there are none."""
    room, columns = width - len(_BETWEEN) * (len(names) - 1), list(zip(names, *rows, strict=True))
    words = [max((_length(word) for text in column for word in text.split()), default=0) for column in columns]
    least = [max(word, min(whole, _SENTENCE)) for word, whole in zip(words, natural, strict=True)]
    if sum(least) > room:
        return ()
    widths = list(natural)
    while (over := sum(widths) - room) > 0:
        widest = max(range(len(widths)), key=lambda column: (widths[column] > least[column], widths[column]))
        widths[widest] -= min(over, max(1, (widths[widest] - least[widest]) // 4))
    return widths


def _lines(row: Row, widths: Sequence[int], *, is_head: bool) -> Iterator["Text"]:
    """Yield the lines of a row, as many as its longest text takes."""
    from rich.text import Text

    wrapped = [_wrapped(text, width) for text, width in zip(row, widths, strict=True)]
    for number in range(max(map(len, wrapped))):
        line = Text(style="bold" if is_head else "")
        for column, (lines, width) in enumerate(zip(wrapped, widths, strict=True)):
            part = lines[number] if number < len(lines) else ""
            line.append(part, style=STYLES.get(row[column], ""))
            line.append(" " * (width - _length(part)) + _BETWEEN)
        line.rstrip()
        yield line


def _blocks(names: Row, rows: Sequence[Row], *, width: int) -> Iterator["Text"]:
    """Yield each row as lines of a name and its text; a row without column names has its name in front."""
    from rich.text import Text

    pairs = [[*zip(names, row, strict=True)] if any(names) else [(row[0], " ".join(row[1:]))] for row in rows]
    indent = max(_length(name) for block in pairs for name, _ in block) + len(_BETWEEN)
    for number, block in enumerate(pairs):
        if number and any(names):
            yield Text()
        for name, text in block:
            for at, part in enumerate(_wrapped(text, max(_SENTENCE, width - indent)) if text else ()):
                line = Text((name if not at else "").ljust(indent), style="bold")
                line.append(part, style=STYLES.get(text, "not bold"))
                yield line


def _wrapped(text: str, width: int) -> Sequence[str]:
    if _length(text) <= width:
        return [text]
    return textwrap.wrap(text, max(width, 1), break_long_words=False, break_on_hyphens=False) or [""]
