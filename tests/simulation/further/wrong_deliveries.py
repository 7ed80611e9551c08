"""Deliveries of HR with a mistake: each is refused, but for the end that it states; and nobody else's counts."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random

from dayone.messages.deliveries import Delivery
from dayone.model.people import Status
from tests.simulation.features import Company, Feature
from tests.simulation.model import hr_system
from tests.simulation.outside import Outside

_TROUBLES = 150.0
# Source: docs/hr.md: a signature counts for five minutes.
_TOO_LONG = timedelta(minutes=6)
_WRONG: tuple[dict[str, object], ...] = (
    {"email": "nobody"},
    {"email": None},
    {"given_name": ""},
    {"family_name": 7},
    {"start_date": "soon"},
    {"end_date": "2026-02-30"},
    {"leave_start": "1.12.2026"},
    {"status": "on holiday"},
    {"id": ""},
    {"id": "a b/c#d"},
    {"user_name": "n" * 129},
    {"shoe_size": 44},
)


def begin(seed: int, outside: Outside, *, company: Company) -> None:
    """Have wrong deliveries come now and then, and an end or two of which only the id can be read."""
    if not company.has(Feature.WRONG_DELIVERIES):
        return
    random = Random(f"wrong deliveries {seed}")  # noqa: S311 - chance that can be had again is what is wanted
    for number in range(random.randint(5, 12)):
        act = random.choice((_mistaken, _mistaken, _unsigned, _too_old, _of_the_future, _unreadable, _of_nobody, _ends))
        outside.day_one.time.at(15 + random.random() * _TROUBLES, partial(act, f"bad-{number}", outside, random))


def _somebody(outside: Outside, random: Random) -> dict[str, object]:
    """Return a record that would take everything from somebody, or give it."""
    people = sorted(outside.people)
    name = random.choice(people) if people else "e-1"
    department = random.choice(("Engineering", "Nowhere"))
    names = {"given_name": "Mal", "family_name": "Lory", "display_name": f"Ada {name}"}
    address = f"{name}@example.com"
    return {"id": name, "email": address, "user_name": address, "department": department, **names}


def _body(record: dict[str, object], *, at: datetime, kind: str = "person.updated") -> str:
    return json.dumps({"type": kind, "timestamp": at.isoformat(), "data": record})


def _sends(
    body: str, reference: str, outside: Outside, *, because: str, late: timedelta = timedelta(0), source: str = ""
) -> None:
    """Have it sent by somebody who has the key, and has to be refused."""
    source = source or hr_system.SOURCE

    def signed() -> Delivery:
        return hr_system.signed(body, reference=reference, sent=outside.day_one.time.now - late, source=source)

    _is_refused(signed, outside, because=because)


def _is_refused(signed: Callable[[], Delivery], outside: Outside, *, because: str) -> None:
    def taken(received: object) -> None:
        outside.broken.append(f"a delivery was taken though {because}: {received}")

    outside.delivers(signed, taken)


def _mistaken(reference: str, outside: Outside, random: Random) -> None:
    wrong = random.choice(_WRONG)
    record = {**_somebody(outside, random), **wrong}
    _sends(_body(record, at=outside.day_one.time.now), reference, outside, because=f"of {wrong}")


def _unsigned(reference: str, outside: Outside, random: Random) -> None:
    """Somebody without the key would have somebody gone."""
    body = _body(_somebody(outside, random), at=outside.day_one.time.now, kind="person.ended")

    def forged() -> Delivery:
        now = outside.day_one.time.now
        own = hr_system.signed(body, reference=reference, sent=now, source=hr_system.OTHER_SOURCE)
        return Delivery(source=hr_system.SOURCE, headers=own.headers, body=own.body)

    _is_refused(forged, outside, because="its signature is by another key")


def _too_old(reference: str, outside: Outside, random: Random) -> None:
    body = _body(_somebody(outside, random), at=outside.day_one.time.now - _TOO_LONG, kind="person.ended")
    late = random.choice((_TOO_LONG, -_TOO_LONG))
    _sends(body, reference, outside, because="its signature is six minutes off", late=late)


def _of_the_future(reference: str, outside: Outside, random: Random) -> None:
    body = _body(_somebody(outside, random), at=outside.day_one.time.now + timedelta(hours=2))
    _sends(body, reference, outside, because="it is of the future")


def _unreadable(reference: str, outside: Outside, random: Random) -> None:
    body = random.choice(('{"type": "person.updated"', "[]", '{"data": {"id": "e-1"}}', "person=e-1", '"gone"'))
    _sends(body, reference, outside, because="nobody can read it")


def _of_nobody(reference: str, outside: Outside, random: Random) -> None:
    """A system that nobody has configured."""
    body = _body(_somebody(outside, random), at=outside.day_one.time.now)
    _sends(body, reference, outside, because="nobody has configured the system", source=hr_system.OTHER_SOURCE)


def _ends(reference: str, outside: Outside, random: Random) -> None:
    """Somebody leaves, and all that is right of the record is the id: the end counts at once."""
    active = [name for name in sorted(outside.people) if outside.people[name].person.status is Status.ACTIVE]
    if not active:
        return
    name = random.choice(active)
    wrong = random.choice(({"email": 5}, {"start_date": "soon"}, {}))
    outside.ends_with(wrong, name, reference=reference)
