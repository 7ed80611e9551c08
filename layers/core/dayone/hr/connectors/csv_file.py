"""A whole workforce as comma-separated values: one person a row, named columns."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from dayone.errors import Invalid
from dayone.hr.connectors.base import Heard, Kind
from dayone.hr.connectors.workforce_file import (
    LARGEST_BODY,
    MAPPING,
    ambiguous,
    decoded,
    heard,
    not_read,
    proved,
    table,
)
from dayone.messages.deliveries import Delivery
from dayone.model.hr_sources import Source

# Attributes that identify the person of a row, and whether they have left.
_DECISIVE = frozenset({"id", "status", "start_date", "end_date"})


def read(delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> Heard:
    """Verify and read one delivery; see Reads."""
    reference, at = proved(delivery, source=source, keys=keys, now=now)
    text = decoded(delivery.body)
    columns, rows = table(text, names=_names(source))
    mistakes = [*_twice(columns, source=source), *_missing(columns, source=source)]
    found = heard(rows, source=source, reference=reference, at=at, mistakes=mistakes)
    return replace(found, notes=(*not_read(columns, source=source), *found.notes))


def _names(source: Source) -> Sequence[str]:
    return [field for rule in source.mapping.values() for field in rule.fields]


def _twice(columns: Sequence[str], *, source: Source) -> list[str]:
    """Report each name that several columns have; raise Invalid if the meaning of the file depends on it."""
    twice = ambiguous(columns, names=_names(source))
    findings = tuple(f"{name}: more than one column is called so" for name in twice)
    if set(twice) & {field for name in _DECISIVE & source.mapping.keys() for field in source.mapping[name].fields}:
        raise Invalid("nothing was imported", findings=findings)
    return list(findings)


def _missing(columns: Sequence[str], *, source: Source) -> Iterator[str]:
    """Report columns that are mapped and missing, because the attribute would look empty for everybody."""
    for name, rule in source.mapping.items():
        if rule is not MAPPING.get(name) and rule.fields and not set(rule.fields) & set(columns):
            yield f"{name}: there is no column {' or '.join(rule.fields)}"


KIND = Kind(read=read, mapping=MAPPING, largest_body=LARGEST_BODY)
