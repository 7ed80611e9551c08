"""Decision tables of every kind of HR system: its published record with other dates and statuses, and what follows."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from dayone.errors import Invalid
from dayone.hr.connectors.base import kind_called
from dayone.hr.connectors.full_records import ReadPerson, person_in
from dayone.model.people import Status
from tests.unit.hr_records import SPELLINGS, published
from tests.unit.hr_senders import NOW

_LONG_AGO, _YESTERDAY, _TODAY, _SOON = "2022-06-30", "2026-11-19", "2026-11-20", "2026-12-24"
_FIRST, _AGAIN = "2018-01-08", "2026-11-02"
# What is said of the employment, and whether the last day counts.
_ACTIVE = [
    ("is here", _FIRST, "", False),
    ("was hired again, with the first day of before", _FIRST, _LONG_AGO, False),
    ("was hired again, with a first day of their own", _AGAIN, _LONG_AGO, False),
    ("was hired again after a day", _TODAY, _YESTERDAY, False),
    ("was hired again, without a first day", "", _LONG_AGO, False),
    ("leaves one day", _FIRST, _SOON, True),
    ("leaves today", _FIRST, _TODAY, True),
    ("left yesterday, and the status lags", _FIRST, _YESTERDAY, True),
    ("comes for a time", _SOON, "2027-06-30", True),
]


def _record(kind: str, status: str, first: str, last: str) -> dict[str, Any]:
    spelling = SPELLINGS[kind]
    return {**published(kind), **spelling.first(first), **spelling.last(last), **getattr(spelling, status)}


def _read(kind: str, record: dict[str, Any]) -> ReadPerson:
    asks = kind_called(kind).asks
    return person_in(asks.answer(record).record if asks else record, rules=kind_called(kind).mapping, at=NOW)


@pytest.mark.parametrize("kind", SPELLINGS)
@pytest.mark.parametrize(("case", "first", "last", "counts"), _ACTIVE, ids=[case for case, *_ in _ACTIVE])
def test_who_is_active_has_the_last_day_of_the_current_employment(
    kind: str,
    case: str,
    first: str,
    last: str,
    counts: bool,  # noqa: FBT001
) -> None:
    del case
    person = _read(kind, _record(kind, "active", first, last))
    assert (person.attributes["status"], person.attributes["start_date"]) == ("active", first)
    assert person.attributes["end_date"] == (last if counts else "")
    assert person.attributes.get("past_end_date", "") == ("" if counts else last)


@pytest.mark.parametrize("kind", SPELLINGS)
@pytest.mark.parametrize("last", ["", _LONG_AGO, _YESTERDAY, _SOON])
def test_who_has_ended_has_ended_whatever_the_dates_are(kind: str, last: str) -> None:
    person = _read(kind, _record(kind, "ended", _FIRST, last))
    assert (person.attributes["status"], person.attributes["end_date"]) == (Status.ENDED, last)


@pytest.mark.parametrize("kind", SPELLINGS)
@pytest.mark.parametrize("last", [_LONG_AGO, _YESTERDAY, _SOON])
def test_without_a_status_the_last_day_counts(kind: str, last: str) -> None:
    assert _read(kind, _record(kind, "silent", _FIRST, last)).attributes["end_date"] == last


@pytest.mark.parametrize("kind", [kind for kind, spelling in SPELLINGS.items() if spelling.on_leave])
@pytest.mark.parametrize("last", ["", _LONG_AGO, _SOON])
def test_who_is_away_is_on_leave_and_has_left_after_a_last_day(kind: str, last: str) -> None:
    person = _read(kind, _record(kind, "on_leave", _FIRST, last))
    assert (person.attributes["status"], person.attributes["end_date"]) == (Status.ON_LEAVE, last)


@pytest.mark.parametrize("kind", SPELLINGS)
@pytest.mark.parametrize(
    ("status", "first", "last", "end"),
    [
        ("silent", _FIRST, _YESTERDAY, {"end_date": _YESTERDAY}),
        ("silent", _FIRST, _LONG_AGO, {"end_date": _LONG_AGO}),
        ("silent", _FIRST, _SOON, {"end_date": _SOON}),
        ("active", _FIRST, _YESTERDAY, {"end_date": _YESTERDAY}),
        ("active", _FIRST, _LONG_AGO, {}),
        ("active", _AGAIN, _LONG_AGO, {}),
        ("silent", _AGAIN, _LONG_AGO, {}),
        ("active", _FIRST, "", {}),
    ],
)
def test_of_a_record_that_is_refused_the_end_is_taken_and_nothing_else(
    kind: str, status: str, first: str, last: str, end: dict[str, str]
) -> None:
    record = _record(kind, status, first, last)
    (email,) = kind_called(kind).mapping["email"].fields[:1]
    flawed = (
        {"emails": [{"type": "work", "value": "jane"}]} if kind == "deel" else {email.removesuffix(".value"): "jane"}
    )
    if not end:
        with pytest.raises(Invalid) as refused:
            _read(kind, record | flawed)
        assert "email: not an e-mail address" in refused.value.findings
        return
    person = _read(kind, record | flawed)
    assert (person.attributes, person.refused) == (end, ("email: not an e-mail address",))


_STATUSES: Mapping[str, Mapping[str, tuple[object, ...]]] = {
    "okta": {
        "active": ("STAGED", "PROVISIONED", "ACTIVE", "RECOVERY", "PASSWORD_EXPIRED", "LOCKED_OUT"),
        "on_leave": ("SUSPENDED",),
        "ended": ("DEPROVISIONED",),
    },
    "merge": {"active": ("ACTIVE", "PENDING"), "ended": ("INACTIVE",)},
    "deel": {"active": ("active", "onboarding"), "ended": ("inactive",)},
    "gusto": {"active": (False,), "ended": (True,)},
    "bamboohr": {"active": ("Active",), "on_leave": ("Inactive",)},
    "hibob": {"active": ("Active", "active"), "on_leave": ("Inactive",)},
    "workday": {"active": ("1", True, 1), "ended": ("0", False, 0)},
}
_FIELDS = {"okta": "status", "merge": "employment_status", "deel": "hiring_status", "gusto": "terminated"}
_FIELDS |= {"bamboohr": "status", "hibob": "/internal/status", "workday": "Active_Status"}


@pytest.mark.parametrize(
    ("kind", "word", "status"),
    [(kind, word, status) for kind, by in _STATUSES.items() for status, words in by.items() for word in words],
)
@pytest.mark.parametrize("blanks", ["", " "])
def test_every_published_status_means_one_thing(kind: str, word: object, status: str, blanks: str) -> None:
    written = f"{blanks}{word}{blanks}" if isinstance(word, str) else word
    record = {**published(kind), _FIELDS[kind]: written}
    assert _read(kind, record).attributes["status"] == status


def test_of_gusto_s_terminations_the_newest_counts_in_whatever_order_they_are() -> None:
    days = [_LONG_AGO, _SOON, "2020-01-31"]
    for order in (days, days[::-1], sorted(days)):
        record = {**published("gusto"), "terminations": [{"effective_date": day} for day in order]}
        assert _read("gusto", record).attributes["end_date"] == _SOON


def test_a_week_is_counted_from_when_the_record_came_to_be_so() -> None:
    record = _record("csv", "active", _FIRST, _YESTERDAY)
    for days, counts in ((0, True), (6, True), (9, False)):
        person = person_in(
            record, rules=kind_called("csv").mapping, at=NOW + timedelta(days=90), changed_at=NOW + timedelta(days=days)
        )
        assert bool(person.attributes["end_date"]) is counts
