"""The messages on the inbox survive the way, and nothing else passes for one."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.contracts.inbox import from_json, to_json
from dayone.domain.changes import Cause, CauseKind
from dayone.domain.people import Person, Status
from dayone.domain.requests import Hint, PlanRequest
from dayone.domain.subject_states import FactVersion, Telling
from dayone.domain.subjects import Subject, SubjectKind
from dayone.errors import Malformed

MOMENTS = st.datetimes(
    timezones=st.timedeltas(timedelta(hours=-14), timedelta(hours=14)).map(
        lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
    )
)
CAUSES = st.builds(Cause, change=st.text(), kind=st.sampled_from(CauseKind), actor=st.text(), at=MOMENTS)
PEOPLE = st.builds(
    Person, start_date=st.none() | st.dates(), end_date=st.none() | st.dates(), status=st.sampled_from(Status)
)
VERSIONS = st.builds(FactVersion, at=MOMENTS, digest=st.text(), read_at=st.none() | MOMENTS)
REQUESTS = st.builds(
    PlanRequest,
    subject=st.builds(Subject, kind=st.sampled_from(SubjectKind), name=st.text(min_size=1)),
    cause=CAUSES,
    person=st.none() | PEOPLE,
    version=st.none() | VERSIONS,
    policy_version=st.none() | st.integers(),
    telling=st.none() | st.builds(Telling, version=VERSIONS, attributes=st.dictionaries(st.text(), st.text())),
    hint=st.none() | st.builds(Hint, at=MOMENTS),
    workforce=st.text(),
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
REQUEST = PlanRequest(
    subject=Subject(SubjectKind.PERSON, "e-1"),
    cause=Cause(
        change="01",
        kind=CauseKind.HR_EVENT,
        actor="hr:standard",
        reference="m-1",
        at=datetime(2026, 11, 2, tzinfo=UTC),
    ),
    person=Person(id="e-1", user_name="a", email="a@b.c", given_name="A", family_name="B", display_name="A B"),
    version=FactVersion(at=datetime(2026, 11, 2, tzinfo=UTC), digest="d"),
)


@given(REQUESTS)
def test_what_is_written_is_what_is_read(request: PlanRequest) -> None:
    assert from_json(to_json(request)) == request


@given(REQUESTS)
def test_a_message_has_only_characters_that_sqs_takes(request: PlanRequest) -> None:
    text = to_json(request)
    assert text.isascii()
    assert text.isprintable()


@given(JSON)
def test_other_json_is_malformed(said: object) -> None:
    with pytest.raises(Malformed):
        from_json(json.dumps(said))


@given(member=st.sampled_from(["subject", "cause", "person", "version", "refresh", "policy_version"]), said=JSON)
def test_a_member_of_another_shape_is_malformed_or_read_as_it_stands(member: str, said: object) -> None:
    message = json.loads(to_json(REQUEST))
    message[member] = said
    try:
        read = from_json(json.dumps(message))
    except Malformed:
        return
    assert json.loads(to_json(read)).get(member, getattr(read, member)) == said


@pytest.mark.parametrize(
    ("part", "member", "said"),
    [
        ("cause", "at", "2026-11-02T00:00:00"),
        ("cause", "at", "yesterday"),
        ("cause", "kind", "rumour"),
        ("cause", "actor", 7),
        ("person", "title", None),
        ("person", "start_date", "2026-13-01"),
        ("person", "status", "asleep"),
        ("version", "digest", ["d"]),
    ],
)
def test_a_wrong_part_makes_the_whole_malformed(part: str, member: str, said: object) -> None:
    message = json.loads(to_json(REQUEST))
    message[part][member] = said
    with pytest.raises(Malformed):
        from_json(json.dumps(message))


@pytest.mark.parametrize("member", ["subject", "cause"])
def test_a_missing_member_makes_it_malformed(member: str) -> None:
    message = json.loads(to_json(REQUEST))
    del message[member]
    with pytest.raises(Malformed):
        from_json(json.dumps(message))


@pytest.mark.parametrize("text", ["", "{", "wake", "[" * 100_000])
def test_what_is_not_json_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        from_json(text)


def test_a_malformed_message_is_not_repeated_in_the_error() -> None:
    with pytest.raises(Malformed) as raised:
        from_json('{"subject": "person:ada@example.com", "cause": 1}')
    assert "ada" not in str(raised.value)


def test_a_message_of_another_release_is_read_as_far_as_it_is_understood() -> None:
    message = json.loads(to_json(REQUEST))
    message["person"]["shoe_size"] = 42
    message["urgent"] = True
    for member in ("title", "start_date", "time_zone"):
        del message["person"][member]
    assert from_json(json.dumps(message)) == REQUEST
