"""A whole workforce in one file: everybody is checked before anything is taken, and packed into one message."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from dayone.errors import Invalid, Malformed
from dayone.hr.connectors import standard
from dayone.hr.connectors.base import Heard, carries_secret, delivery_id, garbled
from dayone.hr.connectors.full_records import OWN_NAMES, person_in
from dayone.hr.merge import clear_ends, packed, stated_end
from dayone.messages.deliveries import Delivery
from dayone.model.hr_sources import Source

LARGEST_BODY = 5 * 1024 * 1024  # bytes; Lambda takes six, and what is binary grows by a third on the way
_MOST_FINDINGS = 100

# Whoever writes a file for us can call things what we call them.
MAPPING = OWN_NAMES


def proved(delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> tuple[str, datetime]:
    """Return the delivery's id and time, verified by Standard Webhooks, or by a shared secret if configured so."""
    if source.by_secret:
        carries_secret(delivery.headers.get(source.header, ""), keys=keys)
        return delivery_id(delivery.body), now
    return delivery.headers.get(standard.ID_HEADER, ""), standard.verify(delivery, keys=keys, now=now)


def heard(
    rows: Iterable[object], *, source: Source, reference: str, at: datetime, mistakes: Iterable[str] = ()
) -> Heard:
    """Everybody in the rows, of which those that are an Invalid could not be read.

    With a mistake in a row, or before, only the ends that they state. Raises Invalid for a file without anybody,
    TooLarge for more than a message holds.
    """
    people: dict[str, dict[str, str]] = {}
    ends: dict[str, list[Mapping[str, str]]] = {}
    findings, notes = list(mistakes), list[str]()
    for number, row in enumerate(rows, start=1):
        if isinstance(row, Invalid):
            findings += row.findings
            continue
        try:
            person, attributes, flaws, refused = person_in(row, rules=source.mapping, at=at)
        except Invalid as error:
            findings += [f"row {number}: {finding}" for finding in error.findings]
            ends.setdefault(error.person, []).append({})
            continue
        findings += [f"row {number}: {finding}" for finding in refused]
        notes += [f"row {number}: {flaw}" for flaw in flaws]
        if person in people:
            findings.append(f"row {number}: this id is in it before")
        people[person] = attributes
        ends.setdefault(person, []).append(stated_end(attributes))
    if findings:
        return _refused(findings, clear_ends(ends), reference=reference, at=at)
    if not people:
        raise Invalid("nothing was imported", findings=("it contains no people: an empty workforce is never imported",))
    return Heard(reference=reference, at=at, workforce=packed(people), count=len(people), notes=_listed(notes))


def _refused(findings: list[str], ends: Mapping[str, Mapping[str, str]], *, reference: str, at: datetime) -> Heard:
    workforce = packed(ends) if ends else ""
    return Heard(reference=reference, at=at, workforce=workforce, count=len(ends), refused=_listed(findings))


def not_read(names: Iterable[str], *, source: Source) -> tuple[str, ...]:
    """Return a line with the columns, or members, that no rule of the source reads."""
    read = {path.partition(".")[0].partition("[")[0] for rule in source.mapping.values() for path in rule.fields}
    unread = sorted(name for name in set(names) - read if name.strip())
    return (f"nothing reads {', '.join(unread)}",) if unread else ()


def _listed(findings: list[str]) -> tuple[str, ...]:
    more = len(findings) - _MOST_FINDINGS
    return tuple(findings[:_MOST_FINDINGS] + ([f"and {more} more"] if more > 0 else []))


_SEPARATORS = ",;\t|"
_QUOTED = re.compile(r'"[^"]*"')
# The first line with which spreadsheets declare the separator.
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


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
    if damaged := garbled(text.encode()):
        raise damaged
    return text


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
