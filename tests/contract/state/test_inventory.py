"""The port Inventory, in memory and over DynamoDB alike."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.errors import Conflicting, Invalid
from dayone.model.inventory import (
    AttributeChange,
    Counts,
    Deviation,
    DriftFinding,
    DriftKind,
    ForeignEdit,
    Pass,
    ReadCost,
    ReadMethod,
    Repair,
    RepairPause,
    Row,
    Section,
)
from dayone.model.subjects import Resource, ResourceKind, ResourceOf
from dayone.ports.records import Page
from tests.builders import NOON
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import ADA, BOB

pytest_plugins = ("tests.contract.state_fixtures",)

PASS = Pass(
    id="01PASS",
    began_at=NOON,
    method=ReadMethod.BY_ACCOUNT,
    costs=(ReadCost(method=ReadMethod.BY_ACCOUNT, sso_calls=7, directory_calls=3),),
    counts=Counts(groups=2, users=3),
    is_first=True,
    unread={"memberships group-1": "no such group"},
    run_until=NOON,
)
DIFFERENCE = Deviation(
    kind=DriftKind.CHANGED,
    subject="person:e-1",
    resource="user",
    ids={"user_id": "u-1"},
    target=ResourceOf(ADA, Resource(ResourceKind.USER)),
    changes=(AttributeChange(attribute="title", recorded="", actual="SRE"),),
    accounts=("111122223333",),
)
EDIT = ForeignEdit(event="e-1", actor="arn:jane", action="UpdateUser", at=NOON, ids={"user_id": "u-1"})
FINDING = DriftFinding(
    difference=DIFFERENCE, first_seen_at=NOON, seen_at=NOON + timedelta(days=1), is_baseline=True, edit=EDIT
)
REPAIR = Repair(target=ResourceOf(ADA, Resource(ResourceKind.USER)), finding=FINDING.id, change="01C", at=NOON)
ROWS = [("a", '{"name": "x"}'), ("b", "{}")]


def test_a_pass_is_read_as_it_was_saved_with_its_next_revision(ports: StatePorts) -> None:
    assert ports.inventory.current() is None
    saved = ports.inventory.save(PASS)
    assert saved == replace(PASS, revision=1) == ports.inventory.current()
    assert ports.inventory.save(replace(saved, after="unit")).revision == 2


def test_a_run_that_was_taken_for_dead_does_not_go_on(ports: StatePorts) -> None:
    first = ports.inventory.save(PASS)
    ports.inventory.save(replace(first, after="further"))
    with pytest.raises(Conflicting):
        ports.inventory.save(replace(first, after="not so far"))
    with pytest.raises(Conflicting):
        ports.inventory.save(replace(PASS, id="01OTHER"))
    assert (current := ports.inventory.current()) is not None
    assert current.after == "further"


def test_the_last_pass_that_has_read_everything_stays(ports: StatePorts) -> None:
    over = ports.inventory.save(replace(PASS, finished_at=NOON))
    assert ports.inventory.complete() is None
    complete = ports.inventory.save(replace(over, id="01NEXT", unread={}))
    assert complete == ports.inventory.complete()
    ports.inventory.save(replace(complete, id="01LAST", finished_at=None))
    assert ports.inventory.complete() == complete


def _all_kept(ports: StatePorts, of: Pass, section: Section) -> tuple[list[tuple[str, list[Row]]], int]:
    """Everything that is kept of a section, and in how many pages."""
    found: list[tuple[str, list[Row]]] = []
    pages, cursor = 0, ""
    while pages == 0 or cursor:
        page = ports.inventory.kept(of, section, cursor=cursor)
        found += [(unit, list(rows)) for unit, rows in page.entries if rows]
        pages, cursor = pages + 1, page.cursor
    return found, pages


def test_what_was_kept_is_read_page_by_page(ports: StatePorts) -> None:
    assert ports.inventory.kept(PASS, Section.MEMBERSHIPS, cursor="") == Page([], "")
    units = [f"{number:03d}" for number in range(203)]
    for unit in units:
        ports.inventory.keep(PASS, Section.MEMBERSHIPS, unit=unit, rows=[(f"user-{unit}",)])
    ports.inventory.keep(replace(PASS, id="01OTHER"), Section.MEMBERSHIPS, unit="000", rows=[("other",)])
    found, pages = _all_kept(ports, PASS, Section.MEMBERSHIPS)
    assert found == [(unit, [(f"user-{unit}",)]) for unit in units]
    assert pages == 3


def test_a_large_unit_is_read_whole_and_what_an_earlier_reading_had_more_is_not(ports: StatePorts) -> None:
    rows = [(f"user-{number:05d}",) for number in range(12_100)]
    ports.inventory.keep(PASS, Section.MEMBERSHIPS, unit="large", rows=rows)
    ports.inventory.keep(PASS, Section.MEMBERSHIPS, unit="smaller", rows=rows)
    ports.inventory.keep(PASS, Section.MEMBERSHIPS, unit="smaller", rows=rows[:5])
    found, _ = _all_kept(ports, PASS, Section.MEMBERSHIPS)
    by_unit = [row for unit, part in found if unit == "large" for row in part]
    assert by_unit == rows
    assert [row for unit, part in found if unit == "smaller" for row in part] == rows[:5]


def test_a_cursor_of_another_pass_is_refused(ports: StatePorts) -> None:
    for number in range(102):
        ports.inventory.keep(PASS, Section.GROUPS, unit=f"{number:03d}", rows=ROWS)
    cursor = ports.inventory.kept(PASS, Section.GROUPS, cursor="").cursor
    assert ports.inventory.kept(PASS, Section.GROUPS, cursor=cursor).entries
    for of, section in ((replace(PASS, id="01OTHER"), Section.GROUPS), (PASS, Section.USERS)):
        with pytest.raises(Invalid):
            ports.inventory.kept(of, section, cursor=cursor)


def test_what_was_read_is_kept_by_unit_and_section_and_pass(ports: StatePorts) -> None:
    ports.inventory.keep(PASS, Section.GROUPS, unit="2", rows=ROWS)
    ports.inventory.keep(PASS, Section.GROUPS, unit="1", rows=[])
    ports.inventory.keep(PASS, Section.USERS, unit="1", rows=ROWS[:1])
    ports.inventory.keep(replace(PASS, id="01OTHER"), Section.GROUPS, unit="3", rows=ROWS)
    assert list(ports.inventory.rows(PASS, Section.GROUPS)) == [("1", []), ("2", ROWS)]
    assert list(ports.inventory.rows(PASS, Section.GROUPS, after="1")) == [("2", ROWS)]
    assert list(ports.inventory.rows(PASS, Section.GROUPS, after="2")) == []


def test_a_unit_that_is_read_again_has_what_was_read_last(ports: StatePorts) -> None:
    many = [(f"{number:08d}", "x" * 80) for number in range(5000)]
    ports.inventory.keep(PASS, Section.MEMBERSHIPS, unit="group-1", rows=many)
    assert list(ports.inventory.rows(PASS, Section.MEMBERSHIPS)) == [("group-1", many)]
    ports.inventory.keep(PASS, Section.MEMBERSHIPS, unit="group-1", rows=ROWS)
    assert list(ports.inventory.rows(PASS, Section.MEMBERSHIPS)) == [("group-1", ROWS)]


def test_findings_are_kept_found_listed_and_closed(ports: StatePorts) -> None:
    other = replace(FINDING, difference=replace(DIFFERENCE, kind=DriftKind.MISSING, changes=(), target=None))
    ports.inventory.put([FINDING, other])
    ports.inventory.put([seen := replace(FINDING, seen_at=NOON + timedelta(days=2))])
    assert ports.inventory.finding(FINDING.id) == seen
    assert sorted(ports.inventory.findings(), key=lambda each: each.id) == sorted([seen, other], key=lambda e: e.id)
    first = ports.inventory.listed(cursor="", limit=1)
    rest = ports.inventory.listed(cursor=first.cursor, limit=1)
    assert {finding.id for finding in (*first.entries, *rest.entries)} == {seen.id, other.id}
    assert rest.cursor == ""
    ports.inventory.close([seen.id, "unknown"])
    assert (ports.inventory.finding(seen.id), list(ports.inventory.findings())) == (None, [other])


def test_a_cursor_of_another_list_is_refused(ports: StatePorts) -> None:
    with pytest.raises(Invalid):
        ports.inventory.listed(cursor="bm90aGluZw", limit=1)


def test_a_subject_is_to_be_looked_at_until_it_was(ports: StatePorts) -> None:
    ports.looks.look_at(ADA, at=NOON)
    ports.looks.look_at(BOB, at=NOON)
    ports.looks.look_at(ADA, at=NOON + timedelta(minutes=1))
    assert sorted(ports.inventory.looks()) == sorted([ADA, BOB])
    ports.inventory.looked_at(ADA)
    ports.inventory.looked_at(ADA)
    assert list(ports.inventory.looks()) == [BOB]


def test_an_edit_is_kept_once_until_it_was_looked_at(ports: StatePorts) -> None:
    other = replace(EDIT, event="e-2")
    for edit in (EDIT, other, EDIT):
        ports.inventory.note_edit(edit)
    assert ports.inventory.edits() == [EDIT, other]
    ports.inventory.looked_at_edits([EDIT])
    assert ports.inventory.edits() == [other]


def test_of_each_resource_the_last_repair_is_kept(ports: StatePorts) -> None:
    other = replace(REPAIR, target=ResourceOf(BOB, Resource(ResourceKind.USER)))
    for repair in (REPAIR, other, replace(REPAIR, change="01LATER", looked_at=NOON)):
        ports.inventory.note_repair(repair)
    kept = {repair.target: repair for repair in ports.inventory.repairs()}
    assert kept == {REPAIR.target: replace(REPAIR, change="01LATER", looked_at=NOON), other.target: other}


def test_it_is_kept_when_the_events_had_been_looked_at(ports: StatePorts) -> None:
    assert ports.inventory.events_at() is None
    for at in (NOON, NOON + timedelta(minutes=1)):
        ports.inventory.note_events(at)
        assert ports.inventory.events_at() == at


def test_the_last_decision_to_pause_repairs_counts(ports: StatePorts) -> None:
    assert ports.inventory.pause() is None
    pause = RepairPause(until=NOON, reason="an exercise", actor="arn:jane", at=NOON)
    ports.looks.pause_repairs(pause)
    assert ports.inventory.pause() == pause
    ports.looks.pause_repairs(replace(pause, reason="another"))
    assert ports.inventory.pause() == replace(pause, reason="another")
