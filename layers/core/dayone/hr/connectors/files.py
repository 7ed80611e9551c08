"""Files of people as spreadsheets and exports write them, read in one way wherever they come in."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from dayone.errors import Invalid, Malformed

_SEPARATORS = ",;\t|"
_QUOTED = re.compile(r'"[^"]*"')
# The first line with which spreadsheets declare the separator.
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
# What stands in for bytes that were no text on their way here.
_LOST = "\ufffd"
_NOT_UTF_8 = "the file is not in UTF-8: save it as UTF-8, and send it again"


def decoded(raw: bytes) -> str:
    """Decode a file in UTF-8 or UTF-16 with its mark, or else in Windows-1252; raise Malformed."""
    try:
        encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        try:
            text = raw.decode("cp1252")
        except UnicodeDecodeError as error:
            raise Malformed("the file is neither in UTF-8 nor in Windows-1252: save it as UTF-8") from error
    if "\0" in text or _LOST in text:
        raise Malformed(_NOT_UTF_8)
    return text


def garbled(raw: bytes) -> Malformed | None:
    """Return the error for a delivery whose bytes were damaged in transit, so that it could not be verified."""
    return Malformed(_NOT_UTF_8) if b"\0" in raw or _LOST.encode() in raw else None


def table(text: str, *, names: Sequence[str] = ()) -> tuple[Sequence[str], Iterator[Mapping[str, str] | Invalid]]:
    """Return the names of the columns, and the rows; a row with more or fewer cells than names is an Invalid.

    A column equal to one of `names`, but for the case of letters and blanks around it, is that one. Rows have no values
    for columns with the same name. Raises Malformed for a text that is not such a file.
    """
    if separator := _SEPARATOR.match(text):
        text = text[separator.end() :]
    first = _QUOTED.sub("", text.partition("\n")[0])
    delimiter = separator[1] if separator else max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    by_letters = {name.casefold(): name for name in reversed(names)}
    try:
        header = [name if name in names else by_letters.get(name.strip().casefold(), name) for name in next(reader, [])]
    except csv.Error as error:
        raise Malformed("line 1 is not comma-separated values") from error
    return header, _rows(reader, header)


def ambiguous(header: Sequence[str], *, names: Collection[str]) -> tuple[str, ...]:
    """Those of the names that more than one column has, in order."""
    return tuple(name for name in dict.fromkeys(header) if name in names and header.count(name) > 1)


def _rows(reader: Any, header: Sequence[str]) -> Iterator[Mapping[str, str] | Invalid]:  # noqa: ANN401 - csv has no name
    left_out = ambiguous(header, names=header)
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue  # spreadsheets write empty rows behind the last
            if len(cells) == len(header):
                row = zip(header, cells, strict=True)
                yield {name: cell for name, cell in row if name not in left_out}
            else:
                finding = f"line {reader.line_num}: has more or fewer values than there are columns"
                yield Invalid("not a row", findings=(finding,))
    except csv.Error as error:
        raise Malformed(f"line {reader.line_num} is not comma-separated values") from error
