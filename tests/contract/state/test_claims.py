"""The port Subjects keeps user names and e-mail addresses apart, in memory and over DynamoDB alike."""

from dataclasses import replace

import pytest

from dayone.errors import Conflicting
from dayone.model.subject_state import FactVersion, Head, NameClaim, Presence, SourceRecord
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import ADA, BOB, HIRED, LEFT, MOVED, NOW, plan

pytest_plugins = ("tests.contract.state_fixtures",)


def _claims(ports: StatePorts, before: Head, *claims: str, change: str = HIRED) -> None:
    made = plan(before, change=change)
    ports.subjects.commit(replace(made, after=replace(made.after, claims=claims)))


def test_what_nobody_claims_is_nobody_s(ports: StatePorts) -> None:
    assert ports.subjects.claimed("user-name:ada").holder == ""


def test_what_a_plan_claims_belongs_to_its_subject(ports: StatePorts) -> None:
    _claims(ports, Head(subject=ADA), "user-name:ada", "email:ada@example.com")
    assert ports.subjects.claimed("user-name:ada").holder == ADA.name
    assert ports.subjects.claimed("email:ada@example.com").holder == ADA.name
    assert ports.subjects.load(ADA).head.claims == ("user-name:ada", "email:ada@example.com")


def test_what_is_somebody_else_s_is_refused_and_leaves_no_trace(ports: StatePorts) -> None:
    _claims(ports, Head(subject=ADA), "user-name:ada")
    with pytest.raises(Conflicting):
        _claims(ports, Head(subject=BOB), "user-name:bob", "user-name:ada", change=LEFT)
    assert ports.subjects.claimed("user-name:ada").holder == ADA.name
    assert ports.subjects.claimed("user-name:bob").holder == ""
    assert ports.subjects.load(BOB).head.revision == 0


def test_what_is_given_up_is_free_for_anybody(ports: StatePorts) -> None:
    _claims(ports, Head(subject=ADA), "user-name:ada", "email:ada@example.com")
    _claims(ports, ports.subjects.load(ADA).head, "user-name:ada", change=MOVED)
    assert ports.subjects.claimed("email:ada@example.com").holder == ""
    _claims(ports, Head(subject=BOB), "email:ada@example.com", change=LEFT)
    assert ports.subjects.claimed("email:ada@example.com").holder == BOB.name


def test_what_was_given_up_remembers_by_whom_until_it_is_somebody_s_again(ports: StatePorts) -> None:
    _claims(ports, Head(subject=ADA), "email:ada@example.com")
    assert ports.subjects.claimed("email:ada@example.com") == NameClaim(holder=ADA.name)
    _claims(ports, ports.subjects.load(ADA).head, change=MOVED)
    assert ports.subjects.claimed("email:ada@example.com") == NameClaim(former=ADA.name)
    _claims(ports, Head(subject=BOB), "email:ada@example.com", change=LEFT)
    assert ports.subjects.claimed("email:ada@example.com") == NameClaim(holder=BOB.name)


def test_whose_names_a_person_has_and_waits_for_is_remembered(ports: StatePorts) -> None:
    made = plan(Head(subject=ADA))
    ports.subjects.commit(replace(made, after=replace(made.after, former_holders=("e-7",), awaits_names=True)))
    head = ports.subjects.load(ADA).head
    assert (head.former_holders, head.awaits_names) == (("e-7",), True)


def test_what_is_claimed_already_costs_nothing_to_keep(ports: StatePorts) -> None:
    _claims(ports, Head(subject=ADA), "user-name:ada")
    _claims(ports, ports.subjects.load(ADA).head, "user-name:ada", change=MOVED)
    assert ports.subjects.claimed("user-name:ada").holder == ADA.name


def test_what_every_source_has_said_is_remembered(ports: StatePorts) -> None:
    source_records = (
        SourceRecord(
            source="bamboohr",
            version=FactVersion(at=NOW, digest="0a", read_at=NOW),
            attributes={"title": "SRE", "location": ""},
        ),
        SourceRecord(source="okta", version=FactVersion(at=NOW, digest="0b"), attributes={}, presence=Presence.MISSING),
    )
    made = plan(Head(subject=ADA))
    ports.subjects.commit(replace(made, after=replace(made.after, source_records=source_records)))
    assert ports.subjects.load(ADA).head.source_records == source_records
