"""Records keep what the domain says, in the form that stored records already have."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.adapters.dynamodb.mapping import operation_in, operation_record
from dayone.adapters.dynamodb.writes import plain_record, typed
from dayone.messages.codec import decode, encode, stamp
from dayone.model.accounts import Account
from dayone.model.audit import AuditEntry
from dayone.model.changes import Change
from dayone.model.operations import Action, Applied, Operation, Priority
from dayone.model.people import Person
from dayone.model.policy.context import PolicyVersion
from dayone.model.policy.rules import Guard, Guardrails, Protection, Reservations
from dayone.model.subjects import Reason, Resource, ResourceKind, Subject, SubjectKind, group_named

KINDS = (Person, Account, Operation, Applied, Change, AuditEntry, PolicyVersion)

STORED = {
    "pk": "CHANGE#01J",
    "sk": "OPERATION#person:e-1@1-a/0002",
    "runnable": "RUNNABLE#memberships",
    "runnable_order": "1#1772443800.000000#person:e-1#1-a#0002",
    "change": "01J",
    "actor": "hr:standard",
    "subject": "person:e-1",
    "generation": "1-a",
    "number": Decimal(2),
    "action": "create",
    "resource": "membership/engineers",
    "priority": Decimal(1),
    "created_at": "2026-03-02T09:30:00.000000+00:00",
    "reasons": [{"rule": "policy.yaml:4", "because": "team is X"}],
    "requires": ["group:engineers#group"],
    "after": [Decimal(0), Decimal(1)],
    "behind": Decimal(0),
    "state": "pending",
    "attempts": Decimal(0),
}
OPERATION = Operation(
    change="01J",
    actor="hr:standard",
    subject=Subject(SubjectKind.PERSON, "e-1"),
    generation="1-a",
    number=2,
    action=Action.CREATE,
    resource=Resource(ResourceKind.MEMBERSHIP, "engineers"),
    priority=Priority.ONBOARDING,
    created_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    reasons=(Reason("policy.yaml:4", "team is X"),),
    requires=(group_named("engineers"),),
    after=(0, 1),
)

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(int, st.integers(0, 10**9))
st.register_type_strategy(Subject, st.builds(Subject, st.sampled_from(SubjectKind), st.text("abc-1", min_size=1)))
st.register_type_strategy(Resource, st.builds(Resource, st.sampled_from(ResourceKind), st.text("ab/c")))


@given(st.data())
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_read_back(kind: type, data: st.DataObject) -> None:
    said = data.draw(st.from_type(kind))
    assert decode(kind, plain_record(typed(encode(said)))) == said


@dataclass(frozen=True)
class Grown:
    """A record's kind that has gained fields since the record was written."""

    name: str
    count: int = 7
    note: str | None = "x"
    tags: tuple[str, ...] = field(default=("a",))


@dataclass(frozen=True)
class Sized:
    """A record's kind with a field that is never empty."""

    size: int
    name: str = ""


@dataclass(frozen=True)
class Checked:
    """A dataclass that checks its fields."""

    name: str

    def __post_init__(self) -> None:
        assert self.name


def test_a_number_that_an_older_record_lacks_is_the_default() -> None:
    assert decode(Grown, {"name": "n"}).count == 7


def test_what_was_left_out_because_it_was_empty_is_empty_and_not_the_default() -> None:
    read = decode(Grown, encode(Grown(name="", note=None, tags=())))
    assert (read.name, read.note, read.tags) == ("", None, ())


def test_moments_sort_as_text_whatever_their_zone_and_precision() -> None:
    early = datetime(2026, 3, 2, 10, tzinfo=timezone(timedelta(hours=2)))
    late = datetime(2026, 3, 2, 8, 0, 0, 1, tzinfo=UTC)
    assert stamp(early) == "2026-03-02T08:00:00.000000+00:00" < stamp(late)


def test_a_moment_without_a_zone_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="time zone"):
        stamp(datetime(2026, 3, 2, 10))  # noqa: DTZ001 - the point of the test


def test_an_operation_is_written_and_read_as_the_records_that_are_already_stored() -> None:
    assert plain_record(typed(operation_record(OPERATION))) == STORED | {
        "failed_before": False,
        "is_parked": False,
        "only_existing": False,
    }
    assert operation_in(STORED) == OPERATION


def test_a_day_stays_a_day() -> None:
    assert encode(date(2026, 3, 2)) == "2026-03-02"


def test_what_is_empty_in_all_its_fields_is_left_out_and_there_again() -> None:
    kept = Reservations(
        guard=Guard(guardrails=Guardrails(), protection=Protection(), loosens=("removals",), is_alone=True)
    )
    assert "protection" not in encode(kept)["guard"]
    assert decode(Reservations, encode(kept)) == kept


@pytest.mark.parametrize(
    ("record", "besides"), [({"name": "n"}, {}), ({"size": 1}, {"title": "x"}), ({"name": "n"}, {"title": "x"})]
)
def test_a_record_without_a_field_that_must_be_there_or_a_field_of_nothing_is_refused(
    record: dict[str, Any], besides: dict[str, Any]
) -> None:
    with pytest.raises(TypeError):
        decode(Sized, record, **besides)


def test_a_class_that_makes_more_of_its_fields_is_refused() -> None:
    with pytest.raises(TypeError):
        decode(Checked, {"name": "n"})
