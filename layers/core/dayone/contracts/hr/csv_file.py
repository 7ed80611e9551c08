"""A whole workforce as comma-separated values: one person a row, named columns, in UTF-8."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from dayone.contracts.deliveries import Delivery
from dayone.contracts.hr.heard import Heard, Kind
from dayone.contracts.hr.workforce import LARGEST_BODY, MAPPING, heard, proved
from dayone.domain.hr_sources import Source
from dayone.errors import Invalid, Malformed

_SEPARATORS = ",;\t"


def read(delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> Heard:
    """Verify and read one delivery; see Reads."""
    reference, at = proved(delivery, source=source, keys=keys, now=now)
    try:
        text = delivery.body.decode("utf-8-sig")  # spreadsheets put a mark in front
    except UnicodeDecodeError as error:
        raise Malformed("the file is not in UTF-8") from error
    return heard(_rows(text, source=source), source=source, reference=reference, at=at)


def _rows(text: str, *, source: Source) -> Iterator[Mapping[str, object]]:
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        _has_columns(reader.fieldnames or [], source=source)
        for row in reader:
            if None in row or None in row.values():
                said = f"line {reader.line_num}: has more or fewer values than there are columns"
                raise Invalid("nothing was imported", findings=(said,))
            yield row
    except csv.Error as error:
        raise Malformed(f"line {reader.line_num} is not comma-separated values") from error


def _has_columns(columns: Sequence[str], *, source: Source) -> None:
    """A column that was asked for by name and is not there would look as if nobody had a value in it."""
    if len(set(columns)) != len(columns):
        raise Invalid("nothing was imported", findings=("two columns have the same name",))
    asked = {name: rule.fields for name, rule in source.mapping.items() if rule is not MAPPING.get(name)}
    findings = tuple(
        f"{name}: there is no column {' or '.join(fields)}"
        for name, fields in asked.items()
        if fields and not set(fields) & set(columns)
    )
    if findings:
        raise Invalid("nothing was imported", findings=findings)


KIND = Kind(read=read, mapping=MAPPING, largest_body=LARGEST_BODY)
