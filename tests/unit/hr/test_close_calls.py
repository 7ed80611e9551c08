"""Days, times and sources on the edge: the same day, a few minutes ahead, a source that nobody has listed."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dayone.errors import Invalid
from dayone.hr.connectors.base import kind_called
from dayone.hr.connectors.full_records import person_in
from dayone.hr.mapping import mapped
from dayone.hr.merge import attributes_of, clear_ends, source_record, stated_end, taken_in, version_tag
from dayone.model.commands import ApplyHrRecord
from dayone.model.hr_sources import BY_HAND, FieldRule, HrRules
from dayone.model.subject_state import FactVersion, SourceRecord
from tests.builders import NOON
from tests.unit.hr_senders import NOW, SCHEMES, SETUP, Receiving, key_of, sample

_DAY, _DAY_BEFORE = NOW.date().isoformat(), (NOW - timedelta(days=1)).date().isoformat()
_ADA, _GRACE = "arn:aws:sts::111122223333:assumed-role/Admin/ada", "arn:aws:sts::111122223333:assumed-role/Admin/grace"


def _event(kind: str, *, at: datetime, data: Mapping[str, object]) -> SourceRecord:
    receiving = Receiving()
    receiving.sources.text = SETUP.replace("  people: {kind: csv}", "  people: {kind: standard}")
    body = json.dumps({"type": kind, "timestamp": at.isoformat(), "data": data}).encode()
    delivery = replace(sample("workforce_csv"), body=body, headers=SCHEMES["people"](body, key_of("people"), NOW))
    receiving.takes(delivery)
    (command,) = receiving.recorded
    assert isinstance(command, ApplyHrRecord)
    return command.record


@pytest.mark.parametrize(("seconds", "kept"), [(1, True), (120, True), (300, True), (301, False)])
def test_an_end_a_few_minutes_ahead_keeps_its_place_among_other_records(seconds: int, *, kept: bool) -> None:
    """The clocks of the two may differ: another record of the same minutes must not count as newer than the end."""
    at = NOW + timedelta(seconds=seconds)
    ada = {"id": "e-1", "email": "ada@example.com", "given_name": "Ada", "family_name": "Lovelace"}
    assert _event("person.ended", at=at, data=ada).version.at == (at if kept else NOW)


def test_an_entry_that_begins_today_is_the_current_one() -> None:
    jobs = [{"title": "SRE", "day": _DAY}, {"title": "Analyst", "day": _DAY_BEFORE}]
    rules = {"title": FieldRule(fields=("jobs[current by day].title",))}
    for order in (jobs, jobs[::-1]):
        assert mapped({"jobs": order}, rules=rules, at=NOW).attributes["title"] == "SRE"
        assert mapped({"jobs": order}, rules=rules, at=NOW - timedelta(days=1)).attributes["title"] == "Analyst"


def test_an_employment_of_a_single_day_ends() -> None:
    assert stated_end({"start_date": _DAY, "end_date": _DAY}) == {"end_date": _DAY}
    assert stated_end({"start_date": _DAY, "end_date": _DAY_BEFORE}) == {}
    record = {"id": "1", "email": "no address", "start_date": _DAY, "end_date": _DAY}
    assert person_in(record, rules=kind_called("csv").mapping, at=NOW).attributes == {"end_date": _DAY}


def test_an_announced_single_day_stays_the_last_one() -> None:
    before = SourceRecord(
        source="people",
        version=FactVersion(at=NOON, digest="1"),
        attributes={"start_date": _DAY, "end_date": _DAY, "status": "active"},
    )
    received = replace(
        before,
        version=FactVersion(at=NOW, digest="2"),
        attributes={"start_date": _DAY, "end_date": "", "past_end_date": _DAY, "status": "active"},
    )
    (kept,) = taken_in(received, records=[before])
    assert kept.attributes["end_date"] == _DAY


def test_no_end_is_taken_of_a_record_whose_first_day_cannot_be_read() -> None:
    """Nobody can tell then whether the last day is of this employment or of one before."""
    record = {"id": "1", "email": "no address", "start_date": "soon", "end_date": _DAY}
    with pytest.raises(Invalid):
        person_in(record, rules=kind_called("csv").mapping, at=NOW)


def test_of_several_rows_the_latest_end_counts_and_a_day_is_later_than_the_word() -> None:
    ended, early, late = {"status": "ended"}, {"end_date": _DAY_BEFORE}, {"end_date": _DAY}
    assert clear_ends({"e-1": [early, late, ended]}) == {"e-1": late}
    assert clear_ends({"e-1": [late, {}]}) == {}


# Several sources


def _record(source: str, **attributes: str) -> SourceRecord:
    return source_record(attributes, source=source, at=NOON)


def test_a_source_that_the_order_does_not_list_comes_after_those_it_does_and_before_manual_entries() -> None:
    """The order lists `hr` alone; the names of the others sort before and behind it."""
    rules = HrRules(order=("hr",))
    texts = {"hr": "listed", "a-source": "first", "z-source": "second", BY_HAND: "by hand"}
    records = [_record(source, title=text) for source, text in texts.items()]
    found = []
    while records:
        found.append(attributes_of(records, rules=rules)["title"])
        records = [record for record in records if record.attributes["title"] != found[-1]]
    assert found == ["listed", "first", "second", "by hand"]


@pytest.mark.parametrize(
    ("again", "tellers"),
    [
        ({"title": "SRE"}, {"title": _ADA}),
        ({"title": "Lead"}, {"title": _GRACE}),
        ({"team": "Core"}, {"title": _ADA, "team": _GRACE}),
        ({"title": "SRE", "team": "Core"}, {"title": _ADA, "team": _GRACE}),
    ],
)
def test_whoever_repeats_a_value_by_hand_does_not_become_its_author(
    again: Mapping[str, str], tellers: Mapping[str, str]
) -> None:
    """The author of a value that gives sensitive access stays the same when somebody says it once more."""
    first = source_record({"title": "SRE"}, source=BY_HAND, at=NOON, teller=_ADA)
    second = source_record(again, source=BY_HAND, at=NOW, teller=_GRACE)
    (kept,) = taken_in(second, records=[first])
    assert kept.tellers == tellers


def test_the_tag_of_a_person_s_data_changes_with_every_record() -> None:
    """Two records of the same second are two; so is one that was read again and has changed."""
    versions = [
        FactVersion(at=NOON, digest="1"),
        FactVersion(at=NOON, digest="2"),
        FactVersion(at=NOW, digest="1"),
        FactVersion(at=NOON, digest="1", read_at=NOW),
    ]
    assert len({version_tag(version) for version in [None, *versions]}) == len(versions) + 1
    assert version_tag(versions[0]) == version_tag(FactVersion(at=NOON, digest="1"))
