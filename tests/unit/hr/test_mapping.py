"""From the fields of an HR system to the attributes of a person: what is found, what is missing, what is wrong."""

import pytest

from dayone.hr.connectors.base import kind_called
from dayone.hr.mapping import is_path, mapped
from dayone.model.hr_sources import FieldRule
from dayone.model.people import Status
from tests.builders import NOON

_RECORD = {
    "department": {"name": "Engineering", "head": None},
    "jobs": [{"title": "Analyst", "primary": False}, {"title": "SRE", "primary": True}],
    "emails": [{"type": "home", "value": "ada@home.example"}, {"type": "Work", "value": " ada@example.com "}],
    "number": 1001,
    "empty": "",
    "nothing": None,
    "day": "2026-12-01T00:00:00Z",
    "zero": "0000-00-00",
    "german": "01.12.2026",
    "status": "Inactive",
    "/work/title": {"value": "SRE"},
}


def _said(rule: FieldRule, *, name: str = "title") -> str | None:
    found = mapped(_RECORD, rules={name: rule}, at=NOON)
    assert found.problems == ()
    return found.attributes.get(name)


def _problem(rule: FieldRule, *, name: str = "title") -> str:
    (problem,) = mapped(_RECORD, rules={name: rule}, at=NOON).problems
    return problem


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("department.name", "Engineering"),
        ("department.head", ""),
        ("department.head.name", ""),
        ("jobs.0.title", "Analyst"),
        ("jobs.7.title", ""),
        ("jobs[primary=true].title", "SRE"),
        ("jobs[primary=perhaps].title", ""),
        ("emails[type=work].value", "ada@example.com"),
        ("number", "1001"),
        ("empty", ""),
        ("nothing", ""),
        ("/work/title.value", "SRE"),
        ("missing", None),
        ("department.missing", None),
        ("number.of", None),
        ("missing[type=work].value", None),
    ],
)
def test_a_path_leads_to_what_is_said_or_to_silence(path: str, text: str | None) -> None:
    assert _said(FieldRule(fields=(path,))) == text


def test_the_first_field_that_is_filled_counts() -> None:
    assert _said(FieldRule(fields=("missing", "empty", "nothing", "number", "department.name"))) == "1001"


def test_a_default_stands_in_for_what_is_empty_and_for_what_is_missing() -> None:
    assert _said(FieldRule(fields=("empty",), default="none")) == "none"
    assert _said(FieldRule(fields=("missing",), default="none")) == "none"
    assert _said(FieldRule(default="Berlin")) == "Berlin"


def test_values_are_translated_whatever_their_letter_case() -> None:
    assert _said(FieldRule(fields=("status",), values={"inactive": "ended"})) == "ended"


def test_a_value_that_nobody_has_translated_is_a_mistake_and_not_repeated() -> None:
    problem = _problem(FieldRule(fields=("status",), values={"active": "active"}), name="status")
    assert problem.startswith("status: the value of status is none of those in `values` (active)")
    assert "nactive" not in problem


@pytest.mark.parametrize(
    ("rule", "day"),
    [
        (FieldRule(fields=("day",)), "2026-12-01"),
        (FieldRule(fields=("zero",)), ""),
        (FieldRule(fields=("nothing",)), ""),
        (FieldRule(fields=("german",), form="%d.%m.%Y"), "2026-12-01"),
    ],
)
def test_a_day_is_read_however_it_is_written(rule: FieldRule, day: str) -> None:
    assert _said(rule, name="start_date") == day


@pytest.mark.parametrize("path", ["german", "department.name"])
def test_a_day_that_cannot_be_read_is_a_mistake(path: str) -> None:
    assert "not a day as YYYY-MM-DD" in _problem(FieldRule(fields=(path,)), name="end_date")


@pytest.mark.parametrize("path", ["department", "jobs"])
def test_what_is_not_a_single_value_is_a_mistake(path: str) -> None:
    assert (
        _problem(FieldRule(fields=(path,))) == f"title: {path} is not a single value: use the path of one of its parts"
    )


@pytest.mark.parametrize("record", [None, [], "text", 7, {}])
def test_a_record_of_any_shape_does_no_harm(record: object) -> None:
    assert mapped(record, rules={"title": FieldRule(fields=("a.b[c=d].e",))}, at=NOON).problems == ()


@pytest.mark.parametrize("text", ["a", "a.b", "a[b=c].d", "a[b=c.d].e", "/root/id.value", "a.0.b", "a[b=]"])
def test_these_are_paths(text: str) -> None:
    assert is_path(text)


@pytest.mark.parametrize("text", ["", ".", "a.", "a..b", "a[b", "a]", "a[b]", "[a=b]", "a[=b]"])
def test_these_are_none(text: str) -> None:
    assert not is_path(text)


@pytest.mark.parametrize("kind", ["bamboohr", "hibob", "merge", "gusto", "deel", "okta", "workday", "csv", "json"])
def test_every_kind_comes_with_a_mapping_that_can_be_read(kind: str) -> None:
    mapping = kind_called(kind).mapping
    assert {"id", "email", "given_name", "family_name", "status"} <= mapping.keys()
    assert all(is_path(path) for rule in mapping.values() for path in rule.fields)
    assert set(mapping["status"].values.values()) <= {*Status} - {Status.MISSING}
