"""The messages on the inbox survive the way, and nothing else passes for one."""

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.errors import Malformed
from dayone.messages.inbox import from_json, to_json
from dayone.model.changes import Cause, CauseKind, Decision
from dayone.model.commands import COMMANDS, ApplyHrRecord, Command
from dayone.model.dependencies import Adoption
from dayone.model.grants import End, Ending, Extension, Grant
from dayone.model.hr_sources import ChangeNotification
from dayone.model.monitoring import RefusalReason, RefusedDeliveries
from dayone.model.subject_state import FactVersion, Presence, SourceRecord
from dayone.model.subjects import Resource, ResourceKind, Subject, SubjectKind

MOMENTS = st.datetimes(
    timezones=st.timedeltas(timedelta(hours=-14), timedelta(hours=14)).map(
        lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
    ),
    min_value=datetime(2, 1, 1),  # noqa: DTZ001 - the zone comes from the strategy
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001
)
SUBJECTS = st.builds(Subject, kind=st.sampled_from(SubjectKind), name=st.text(min_size=1))
CAUSES = st.builds(Cause, change=st.text(), kind=st.sampled_from(CauseKind), actor=st.text(), at=MOMENTS)
VERSIONS = st.builds(FactVersion, at=MOMENTS, digest=st.text(), read_at=st.none() | MOMENTS)
RECORDS = st.builds(
    SourceRecord,
    source=st.text(),
    version=VERSIONS,
    attributes=st.dictionaries(st.text(), st.text()),
    presence=st.sampled_from(Presence),
    flaws=st.lists(st.text(min_size=1), max_size=2).map(tuple),
)
RESOURCES = st.builds(Resource, st.sampled_from(ResourceKind), st.text("ab/c:"))
GRANTS = st.builds(
    Grant,
    subject=SUBJECTS,
    resource=RESOURCES,
    begins=MOMENTS,
    until=MOMENTS,
    granted_at=MOMENTS,
    includes_management=st.booleans(),
    extensions=st.lists(st.builds(Extension, at=MOMENTS, until=MOMENTS), max_size=2).map(tuple),
    end=st.none() | st.builds(End, at=MOMENTS, how=st.sampled_from(Ending)),
    noted=st.none(),
)
ADOPTIONS = st.builds(
    Adoption,
    digest=st.text(min_size=1),
    desired=st.text(),
    actor=st.text(),
    reason=st.text(),
    surplus=st.lists(RESOURCES, max_size=2).map(tuple),
    in_use=st.text(),
)
REFUSED = st.builds(
    RefusedDeliveries, source=st.text(), reason=st.sampled_from(RefusalReason), number=st.integers(1), last_at=st.none()
)
# By the name of a field, and not registered for its type, which would be so in every other test as well.
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "subject": SUBJECTS,
    "cause": CAUSES,
    "record": RECORDS,
    "expected_version": st.text(),
    "days": st.integers(min_value=0, max_value=36500),
    "grant": GRANTS,
    "adoption": ADOPTIONS,
    "missing": st.lists(RESOURCES, max_size=2).map(tuple),
    "gone": st.lists(RESOURCES, max_size=2).map(tuple),
    "is_initial_discovery": st.booleans(),
    "recreate": st.booleans(),
    "only_if_changed": st.booleans(),
    "digest": st.text(alphabet="0123456789abcdef", min_size=64, max_size=64),
    "cursor": st.text(),
    "version": st.integers(),
    "decision": st.builds(Decision, is_approved=st.booleans(), actor=st.text(), at=MOMENTS),
    "subjects": st.lists(SUBJECTS, max_size=2).map(tuple),
    "notification": st.builds(ChangeNotification, at=MOMENTS, is_deletion=st.booleans()),
    "workforce": st.text(),
    "only_ends": st.booleans(),
    "is_end": st.booleans(),
    "person": st.text(),
    "counts": st.lists(REFUSED, max_size=2).map(tuple),
    "findings": st.lists(st.text(), max_size=2).map(tuple),
    "finding": st.text(),
    "unmanaged": st.just(()),
    "until": MOMENTS,
    "reason": st.text(),
}
EVERY_COMMAND = st.one_of(
    *(st.builds(kind, **{field.name: FIELDS[field.name] for field in fields(kind)}) for kind in COMMANDS)
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
COMMAND = ApplyHrRecord(
    subject=Subject(SubjectKind.PERSON, "e-1"),
    cause=Cause(
        change="01",
        kind=CauseKind.HR_EVENT,
        actor="hr:standard",
        reference="m-1",
        at=datetime(2026, 11, 2, tzinfo=UTC),
    ),
    record=SourceRecord(
        source="standard",
        version=FactVersion(at=datetime(2026, 11, 2, tzinfo=UTC), digest="d"),
        attributes={"given_name": "Ada", "title": ""},
    ),
)


@given(EVERY_COMMAND)
def test_what_is_written_is_what_is_read(command: Command) -> None:
    assert from_json(to_json(command)) == command


@given(EVERY_COMMAND)
def test_a_message_has_only_characters_that_sqs_takes(command: Command) -> None:
    text = to_json(command)
    assert text.isascii()
    assert text.isprintable()


def test_a_message_says_which_command_it_is_and_leaves_out_what_is_empty() -> None:
    assert json.loads(to_json(COMMAND)) == {
        "command": "ApplyHrRecord",
        "schema": 1,
        "subject": "person:e-1",
        "cause": {
            "change": "01",
            "kind": "hr-event",
            "actor": "hr:standard",
            "reference": "m-1",
            "at": "2026-11-02T00:00:00.000000+00:00",
        },
        "record": {
            "source": "standard",
            "version": {"at": "2026-11-02T00:00:00.000000+00:00", "digest": "d"},
            "attributes": {"given_name": "Ada", "title": ""},
            "presence": "present",
        },
    }


@given(JSON)
def test_other_json_is_malformed(message: object) -> None:
    with pytest.raises(Malformed):
        from_json(json.dumps(message))


@given(member=st.sampled_from(["command", "subject", "cause", "record", "expected_version"]), value=JSON)
def test_a_member_of_another_shape_is_malformed_or_read_as_it_stands(member: str, value: object) -> None:
    message = json.loads(to_json(COMMAND))
    message[member] = value
    try:
        read = from_json(json.dumps(message))
    except Malformed:
        return
    assert json.loads(to_json(read)).get(member, "") == value


@pytest.mark.parametrize(
    ("part", "member", "value"),
    [
        ("cause", "at", "2026-11-02T00:00:00"),
        ("cause", "at", "yesterday"),
        ("cause", "kind", "rumour"),
        ("cause", "actor", 7),
        ("record", "attributes", ["title"]),
        ("record", "attributes", {"title": None}),
        ("record", "presence", "asleep"),
        ("record", "version", "d"),
    ],
)
def test_a_wrong_part_makes_the_whole_malformed(part: str, member: str, value: object) -> None:
    message = json.loads(to_json(COMMAND))
    message[part][member] = value
    with pytest.raises(Malformed):
        from_json(json.dumps(message))


@pytest.mark.parametrize("member", ["command", "subject", "cause", "record"])
def test_a_missing_member_makes_it_malformed(member: str) -> None:
    message = json.loads(to_json(COMMAND))
    del message[member]
    with pytest.raises(Malformed):
        from_json(json.dumps(message))


@pytest.mark.parametrize("text", ["", "{", "wake", "[" * 100_000])
def test_what_is_not_json_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        from_json(text)


def test_a_malformed_message_is_not_repeated_in_the_error() -> None:
    with pytest.raises(Malformed) as raised:
        from_json('{"command": "ReconcileSubject", "subject": "person:ada@example.com", "cause": 1}')
    assert "ada" not in str(raised.value)


def test_a_message_of_another_release_is_read_as_far_as_it_is_understood() -> None:
    message = json.loads(to_json(COMMAND))
    message["record"]["shoe_size"] = 42
    message["urgent"] = True
    assert from_json(json.dumps(message)) == COMMAND
