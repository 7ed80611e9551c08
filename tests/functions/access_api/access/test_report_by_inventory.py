"""The access of everybody, as the last complete inventory has read it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from dayone.inventory.edits import EditsOfOthers
from dayone.inventory.links import WhileRecovering
from dayone.inventory.reach import Center
from dayone.inventory.service import ReadInventory, read_inventory
from dayone.model.inventory import Pass, Section
from dayone.model.policy.context import OffLimits
from dayone.model.subjects import Resource, ResourceKind, ResourceOf, Subject, SubjectKind
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.fakes.sso.inventory_reader import MemoryInventoryReader
from tests.fakes.sso.standing import MemoryStanding
from tests.fakes.state_tables import MemoryFence
from tests.fakes.surroundings import MemorySurroundings
from tests.fakes.table.company import MemoryCompany
from tests.fakes.table.inventory import MemoryEditEvents
from tests.fakes.table.records import MemoryRecords
from tests.fakes.table.subject_index import MemorySubjectIndex
from tests.fakes.unread import Unread
from tests.functions.access_api.access.test_live import ELSEWHERE, HERE, OURS, Company
from tests.functions.access_api.world import asking

ACCOUNT = Subject(SubjectKind.ACCOUNT, HERE)
_ENGINEERS = Resource(ResourceKind.ASSIGNMENT, "view-only/engineers")


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch) -> Company:
    """Beside what is ours auditors have Root here, and Ada and somebody made by hand have it elsewhere."""
    made = Company()
    made.assign(HERE, "arn:root", "g-2")
    for user in ("u-1", "u-2"):
        made.assign(ELSEWHERE, "arn:root", user)
    ports = made.world.ports()
    ports.live = Unread()
    monkeypatch.setattr(made.world, "ports", lambda: ports)
    return made


def take_inventory(company: Company) -> None:
    """A day later."""
    world = company.world
    world.now += timedelta(days=1)
    ports = ReadInventory(
        center=Center(sight=MemorySurroundings(), arn="arn:instance"),
        reader=MemoryInventoryReader(world.center),
        inventory=world.inventory,
        company=MemoryCompany(world.state),
        index=MemorySubjectIndex(world.state),
        records=MemoryRecords(world.state),
        standing=MemoryStanding(OffLimits()),
        recovering=WhileRecovering(fence=MemoryFence(world.state, world.outside)),
        others=EditsOfOthers(events=MemoryEditEvents(), own_roles=()),
        interval=timedelta(days=1),
        clock=lambda: world.now,
    )
    current = read_inventory(ports=ports, longest=timedelta(minutes=1))
    assert current is not None
    assert current.is_complete


BY_HAND = [
    (HERE, "Root", "group g-2", "Auditors", "direct", "unmanaged"),
    (ELSEWHERE, "Root", "person e-1", "", "direct", "unmanaged"),
    (ELSEWHERE, "Root", "person u-2", "hand.made", "direct", "unmanaged"),
]


def test_everybody_is_answered_from_it_without_a_call_to_aws_and_with_its_time(company: Company) -> None:
    take_inventory(company)
    taken = company.world.now
    company.world.now += timedelta(hours=3)
    assert company.rows(managed="any") == sorted([*BY_HAND, OURS])
    assert company.rows(managed="false") == BY_HAND
    answer = company.world.send(asking("list_assignments", managed="any"))
    assert answer.body["source"] == "inventory"
    assert answer.body["as_of"] == answer.body["read_from"] == taken.isoformat()
    csv = company.world.send(asking("list_assignments", managed="any", format="csv"))
    assert (csv.headers["X-Source"], csv.headers["X-As-Of"]) == ("inventory", answer.body["as_of"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"permission_set": "view-only"}, [OURS]),
        ({"ou": "/Sandbox"}, BY_HAND[1:]),
        ({"ou": "/Workloads", "permission_set": "Root"}, BY_HAND[:1]),
    ],
    ids=str,
)
def test_every_filter_narrows_it(company: Company, query: dict[str, str], expected: list[object]) -> None:
    take_inventory(company)
    assert company.rows(managed="any", **query) == expected


def test_what_is_made_by_hand_later_is_not_in_it_and_what_day_one_has_removed_is_not_shown_as_anothers(
    company: Company,
) -> None:
    take_inventory(company)
    company.world.center.groups["g-3"] = StoredGroup("Late", "")
    company.assign(HERE, "arn:root", "g-3")
    del company.world.state.applied[ResourceOf(ACCOUNT, _ENGINEERS)]
    assert company.rows(managed="any") == BY_HAND
    take_inventory(company)
    rows = company.rows(managed="any")
    assert (HERE, "Root", "group g-3", "Late", "direct", "unmanaged") in rows
    # It is there after all, and nobody of ours has made it.
    assert (HERE, "view-only", "group engineers", "", "direct", "unmanaged") in rows


def _parts(company: Company, *, limit: int) -> Iterator[list[Any]]:
    cursor = ""
    while True:
        query = {"managed": "any", "limit": str(limit), **({"cursor": cursor} if cursor else {})}
        body = company.world.send(asking("list_assignments", **query)).body
        yield body["assignments"]
        if not (cursor := body["cursor"]):
            return


def _grown(company: Company) -> None:
    """A hundred groups made by hand with four permission sets each."""
    for number in range(100):
        company.world.center.groups[f"h-{number:03}"] = StoredGroup(f"Hand {number}", "")
        for letter in "abcd":
            arn = f"arn:{letter}"
            company.world.center.permission_sets.setdefault(arn, StoredSet(f"Set {letter}", {}))
            company.assign(HERE, arn, f"h-{number:03}")
    take_inventory(company)


def test_it_goes_on_part_by_part_and_loses_nothing(company: Company) -> None:
    _grown(company)
    parts = list(_parts(company, limit=70))
    rows = [(row["permission_set"], row["principal_name"]) for part in parts for row in part]
    assert len(rows) == len(set(rows)) == 404
    assert max(map(len, parts)) == 70
    assert {f"Hand {number}" for number in range(100)} <= {name for _, name in rows}


def test_names_are_looked_up_in_one_walk_for_all_that_is_read_at_once(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    _grown(company)
    kept, read = company.world.inventory.kept, list[tuple[Section, str]]()

    def noted(of: Pass, section: Section, *, cursor: str) -> object:
        read.append((section, cursor))
        return kept(of, section, cursor=cursor)

    monkeypatch.setattr(company.world.inventory, "kept", noted)
    body = company.world.send(asking("list_assignments", managed="any", limit="1000")).body
    assert len(body["assignments"]) == 404
    assert read.count((Section.GROUPS, "")) == sum(section is Section.ASSIGNMENTS for section, _ in read)


def test_a_report_that_another_inventory_overtakes_is_refused(company: Company) -> None:
    _grown(company)
    parts = _parts(company, limit=70)
    next(parts)
    body = company.world.send(asking("list_assignments", managed="any", limit="70")).body
    take_inventory(company)
    answer = company.world.send(asking("list_assignments", managed="any", limit="70", cursor=body["cursor"]))
    assert (answer.status, "begin the report again" in answer.body["detail"]) == (409, True)


def test_a_person_who_was_renamed_by_hand_is_still_ours(company: Company) -> None:
    company.world.center.users["u-1"] = {"user_name": "ada.again"}
    take_inventory(company)
    assert (ELSEWHERE, "Root", "person e-1", "", "direct", "unmanaged") in company.rows(managed="any")
