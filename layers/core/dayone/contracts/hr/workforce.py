"""A whole workforce in one delivery: everybody is checked before anything is taken, and packed into one message."""

from collections.abc import Iterable
from datetime import datetime

from dayone.contracts.deliveries import Delivery
from dayone.contracts.hr import standard
from dayone.contracts.hr.full_records import person_in
from dayone.contracts.hr.heard import Heard
from dayone.contracts.hr.packed_workforce import packed
from dayone.contracts.hr.proofs import carries_secret, digest_of
from dayone.domain.hr_sources import Source
from dayone.domain.mapping import DAYS, FieldRule
from dayone.errors import Invalid

LARGEST_BODY = 5 * 1024 * 1024  # bytes; Lambda takes six, and what is binary grows by a third on the way
_MOST_FINDINGS = 100

_ATTRIBUTES = (
    *("id", "email", "given_name", "family_name", "user_name", "display_name"),
    *("department", "title", "team", "cost_centre", "location", "employment", "manager"),
    *sorted(DAYS),
    *("time_zone", "status"),
)
# Whoever writes a file for us can call things what we call them.
MAPPING = {name: FieldRule(fields=(name,)) for name in _ATTRIBUTES}


def proved(delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> tuple[str, datetime]:
    """The delivery's id and time: by Standard Webhooks, or by a shared secret where the source is set up so."""
    if source.by_secret:
        carries_secret(delivery.headers.get(source.header, ""), keys=keys)
        return digest_of(delivery.body), now
    return delivery.headers.get(standard.ID_HEADER, ""), standard.verify(delivery, keys=keys, now=now)


def heard(rows: Iterable[object], *, source: Source, reference: str, at: datetime) -> Heard:
    """Everybody in the rows; raises Invalid that names every wrong row, TooLarge for more than a message holds."""
    people: dict[str, dict[str, str]] = {}
    findings: list[str] = []
    for number, row in enumerate(rows, start=1):
        try:
            person, attributes = person_in(row, rules=source.mapping)
        except Invalid as error:
            findings += [f"row {number}: {said}" for said in error.findings]
            continue
        if person in people:
            findings.append(f"row {number}: this id is in it before")
        people[person] = attributes
    if findings:
        more = len(findings) - _MOST_FINDINGS
        kept = findings[:_MOST_FINDINGS] + ([f"and {more} more"] if more > 0 else [])
        raise Invalid("nothing was imported", findings=tuple(kept))
    if not people:
        raise Invalid("nothing was imported", findings=("there is nobody in it: an empty workforce is never taken",))
    return Heard(reference=reference, at=at, workforce=packed(people), count=len(people))
