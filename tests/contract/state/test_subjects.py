"""The port Subjects, in memory and over DynamoDB alike."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from dayone.errors import Conflicting
from dayone.model.audit import first_break
from dayone.model.operations import Action
from dayone.model.subject_state import Head, SourceRecord
from dayone.model.subjects import Resource, ResourceKind, Subject, SubjectKind
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import (
    ACCOUNT,
    ADA,
    BOB,
    HIRED,
    LEFT,
    MOVED,
    NOW,
    PERSON,
    SHOP,
    USER,
    VERSION,
    cause,
    confirmed,
    done,
    entry,
    in_group,
    plan,
    planned,
)

pytest_plugins = ("tests.contract.state_fixtures",)

MANY = tuple(in_group(f"group-{number:03d}") for number in range(250))


def test_a_subject_never_seen_before_has_an_empty_state(ports: StatePorts) -> None:
    state = ports.subjects.load(ADA)
    assert state.head == Head(subject=ADA)
    assert state.applied == {}


class TestCommit:
    @pytest.mark.parametrize(("subject", "fact"), [(ADA, PERSON), (SHOP, ACCOUNT)])
    def test_a_committed_head_is_loaded_as_it_was_told(self, ports: StatePorts, subject: Subject, fact: object) -> None:
        due_at = NOW + timedelta(days=3, microseconds=1)
        made = planned(
            ports, subject, USER, fact=fact, version=VERSION, due_at=due_at, policy_version=7, fingerprint="f0"
        )
        assert ports.subjects.load(subject).head == replace(made.after, revision=1)

    def test_a_fact_that_says_nothing_of_an_attribute_comes_back_so(self, ports: StatePorts) -> None:
        bare = replace(PERSON, department="", start_date=None)
        rootless = replace(ACCOUNT, ou_path="", ou_ids=(), tags={})
        planned(ports, ADA, fact=bare)
        planned(ports, SHOP, fact=rootless)
        assert ports.subjects.load(ADA).head.fact == bare
        assert ports.subjects.load(SHOP).head.fact == rootless

    @pytest.mark.parametrize(
        "attributes",
        [
            pytest.param({"department": PERSON.department, "user_name": PERSON.user_name}, id="the same"),
            pytest.param({"department": "Another", "title": "", "badge": "7"}, id="something else"),
            pytest.param({"department": PERSON.department, "end_date": "2031-01-31"}, id="more than is believed"),
            pytest.param({}, id="nothing"),
        ],
    )
    def test_a_person_comes_back_whatever_the_hr_sources_say(
        self, ports: StatePorts, attributes: Mapping[str, str]
    ) -> None:
        sources = tuple(
            SourceRecord(source=name, version=VERSION, attributes=values)
            for name, values in (("workday", attributes), ("okta", {"title": "SRE"}))
        )
        made = planned(ports, ADA, USER, fact=PERSON, version=VERSION, source_records=sources)
        assert ports.subjects.load(ADA).head == replace(made.after, revision=1)

    def test_its_operations_are_open_from_then_on(self, ports: StatePorts) -> None:
        made = planned(ports, ADA, USER, in_group("engineers"))
        assert list(ports.runnable(limit=10)) == list(made.operations)

    def test_what_a_plan_puts_in_doubt_is_so_for_every_later_one(self, ports: StatePorts) -> None:
        given = replace(confirmed(in_group("sales")), doubt=Action.DELETE)
        taken = replace(confirmed(USER), doubt=Action.UPDATE)
        (user,) = planned(ports, ADA, USER).operations
        done(ports, user)
        before = ports.subjects.load(ADA).head
        ports.subjects.commit(replace(plan(before, in_group("sales"), token="b2", change=MOVED), doubts=(given, taken)))
        assert ports.subjects.load(ADA).applied == {USER: taken, in_group("sales"): given}

    def test_of_two_plans_from_the_same_head_the_second_leaves_no_trace(self, ports: StatePorts) -> None:
        before = ports.subjects.load(ADA).head
        first = plan(before, USER, token="a1")
        second = plan(before, in_group("late"), token="b2", change=MOVED, audit=[entry(change=MOVED)])
        ports.subjects.commit(first)
        with pytest.raises(Conflicting):
            ports.subjects.commit(second)
        assert ports.subjects.load(ADA).head.generation == first.after.generation
        assert list(ports.runnable(limit=10)) == list(first.operations)
        assert ports.records.change(MOVED) is None
        assert not ports.subjects.is_planned(ADA, change=MOVED)
        assert ports.logged() == []

    def test_two_plans_that_both_keep_the_generation_exclude_each_other_too(self, ports: StatePorts) -> None:
        planned(ports, ADA, USER)
        before = ports.subjects.load(ADA).head
        ports.subjects.commit(plan(before, change=MOVED, fact=PERSON))
        with pytest.raises(Conflicting):
            ports.subjects.commit(plan(before, change=LEFT))
        assert ports.subjects.load(ADA).head.fact == PERSON

    def test_a_new_plan_replaces_the_generation(self, ports: StatePorts) -> None:
        planned(ports, ADA, USER)
        newer = planned(ports, ADA, in_group("engineers"), change=MOVED, token="b2")
        assert ports.queue.generation_of(ADA) == newer.after.generation == "2-b2"

    def test_a_due_time_can_go_again(self, ports: StatePorts) -> None:
        planned(ports, ADA, due_at=NOW)
        planned(ports, ADA, change=MOVED, due_at=None)
        assert ports.subjects.load(ADA).head.due_at is None


class TestAChangePlansASubjectOnce:
    def test_it_is_known_to_have_planned_it(self, ports: StatePorts) -> None:
        planned(ports, ADA, USER)
        assert ports.subjects.is_planned(ADA, change=HIRED)
        assert not ports.subjects.is_planned(ADA, change=MOVED)
        assert not ports.subjects.is_planned(BOB, change=HIRED)

    def test_a_second_time_is_refused(self, ports: StatePorts) -> None:
        planned(ports, ADA, USER)
        with pytest.raises(Conflicting):
            planned(ports, ADA, in_group("engineers"), token="b2")
        assert ports.queue.generation_of(ADA) == "1-a1"


class TestTheChange:
    def test_a_plan_opens_its_change_with_one_subject(self, ports: StatePorts) -> None:
        planned(ports, ADA, USER, in_group("engineers"), notes=("a note",))
        change = ports.records.change(HIRED)
        assert change is not None
        assert change.cause == cause()
        assert (change.subjects, change.planned, change.operations) == (1, 1, 2)
        assert change.notes == ("a note",)

    def test_the_plans_of_all_its_subjects_add_up(self, ports: StatePorts) -> None:
        planned(ports, ADA, USER, in_group("engineers"))
        planned(ports, BOB, USER)
        change = ports.records.change(HIRED)
        assert change is not None
        assert (change.planned, change.operations) == (2, 3)


class TestMoreOperationsThanOneTransactionHolds:
    def test_all_of_them_are_open_and_in_order(self, ports: StatePorts) -> None:
        made = planned(ports, ADA, *MANY, audit=[entry()])
        assert list(ports.runnable(limit=300)) == list(made.operations)
        assert list(ports.queue.siblings(made.operations[17])) == list(made.operations)
        change = ports.records.change(HIRED)
        assert change is not None
        assert (change.planned, change.operations) == (1, 250)
        assert ports.subjects.load(ADA).head.outstanding == 250

    def test_none_of_a_refused_plan_stays(self, ports: StatePorts) -> None:
        before = ports.subjects.load(ADA).head
        first = planned(ports, ADA, USER)
        with pytest.raises(Conflicting):
            ports.subjects.commit(plan(before, *MANY, change=MOVED, token="b2"))
        assert list(ports.runnable(limit=300)) == list(first.operations)


class TestNames:
    def test_they_come_in_order_from_where_one_left_off(self, ports: StatePorts) -> None:
        for name in ("e-3", "e-1", "e-2"):
            planned(ports, Subject(SubjectKind.PERSON, name))
        planned(ports, SHOP)
        planned(ports, Subject(SubjectKind.GROUP, "engineers"))
        planned(ports, Subject(SubjectKind.PERMISSION_SET, "ViewOnly"))
        assert list(ports.subjects.names(SubjectKind.PERSON, after="", limit=2)) == ["e-1", "e-2"]
        assert list(ports.subjects.names(SubjectKind.PERSON, after="e-2", limit=2)) == ["e-3"]
        assert list(ports.subjects.names(SubjectKind.PERSON, after="e-3", limit=2)) == []
        assert list(ports.subjects.names(SubjectKind.ACCOUNT, after="", limit=9)) == [SHOP.name]
        assert list(ports.subjects.names(SubjectKind.GROUP, after="", limit=9)) == ["engineers"]
        assert list(ports.subjects.names(SubjectKind.PERMISSION_SET, after="", limit=9)) == ["ViewOnly"]


class TestAudit:
    def test_what_a_plan_says_is_logged_in_order_and_chained(self, ports: StatePorts) -> None:
        first = [entry(detail="one"), entry(detail="two", reasons=())]
        planned(ports, ADA, USER, audit=first)
        planned(ports, ADA, change=MOVED, audit=[entry(change=MOVED, at=NOW + timedelta(days=1))])
        assert [audit_entry.detail for audit_entry in ports.logged()] == ["one", "two", ""]
        assert all(first_break(chain) is None for chain in ports.chains())

    def test_the_chain_holds_whatever_time_zone_an_entry_is_told_in(self, ports: StatePorts) -> None:
        told = entry(at=NOW.astimezone(ZoneInfo("Asia/Tokyo")))
        planned(ports, ADA, audit=[told, entry(detail="in UTC")])
        assert ports.logged()[0] == told
        assert all(first_break(chain) is None for chain in ports.chains())

    def test_a_changed_entry_shows(self, ports: StatePorts) -> None:
        planned(ports, ADA, audit=[entry(detail="one"), entry(detail="two")])
        (chain,) = ports.chains()
        forged = replace(chain[0], entry=replace(chain[0].entry, actor="nobody"))
        assert first_break([forged, *chain[1:]]) == forged


def test_resources_are_loaded_with_their_subject_and_with_no_other(ports: StatePorts) -> None:
    user, membership = planned(ports, ADA, USER, in_group("engineers")).operations
    done(ports, user)
    done(ports, membership, applied=confirmed(in_group("engineers"), adopted=True, attributes={"a": ""}))
    (other,) = planned(ports, BOB, Resource(ResourceKind.USER), change=MOVED).operations
    done(ports, other)
    assert ports.subjects.load(ADA).applied == {
        USER: confirmed(USER),
        in_group("engineers"): confirmed(in_group("engineers"), adopted=True, attributes={"a": ""}, counted=True),
    }
