"""A whole workforce as comma-separated values: one person a row, named columns."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from dayone.contracts.deliveries import Delivery
from dayone.contracts.hr.files import decoded, table
from dayone.contracts.hr.heard import Heard, Kind
from dayone.contracts.hr.workforce import LARGEST_BODY, MAPPING, heard, not_read, proved
from dayone.domain.hr_sources import Source


def read(delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> Heard:
    """Verify and read one delivery; see Reads."""
    reference, at = proved(delivery, source=source, keys=keys, now=now)
    text = decoded(delivery.body)
    columns, rows = table(text, names=_names(source))
    found = heard(rows, source=source, reference=reference, at=at, mistakes=_missing(columns, source=source))
    return replace(found, notes=(*not_read(columns, source=source), *found.notes))


def _names(source: Source) -> Sequence[str]:
    return [field for rule in source.mapping.values() for field in rule.fields]


def _missing(columns: Sequence[str], *, source: Source) -> Iterator[str]:
    """A column that was asked for by name and is not there would look as if nobody had a value in it."""
    for name, rule in source.mapping.items():
        if rule is not MAPPING.get(name) and rule.fields and not set(rule.fields) & set(columns):
            yield f"{name}: there is no column {' or '.join(rule.fields)}"


KIND = Kind(read=read, mapping=MAPPING, largest_body=LARGEST_BODY)
