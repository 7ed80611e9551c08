"""A whole workforce in one delivery: everybody is checked before anything is taken, and packed into one message."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from dayone.errors import Invalid
from dayone.hr.connectors import standard
from dayone.hr.connectors.authentication import carries_secret, delivery_id
from dayone.hr.connectors.base import Heard
from dayone.hr.connectors.full_records import OWN_NAMES, person_in
from dayone.hr.workforce_codec import clear_ends, packed, stated_end
from dayone.messages.deliveries import Delivery
from dayone.model.hr.sources import Source

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
