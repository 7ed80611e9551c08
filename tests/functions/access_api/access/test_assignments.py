"""The report on who has what: whichever way it is read, in whatever parts, the same rows come out."""

import csv
import io
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayone.access.pagination import Sought
from dayone.access.report import report_assignments
from dayone.lookups import Window
from dayone.model.accounts import Account, AccountState
from dayone.model.guardrails import HeldPart
from dayone.model.operations import Action, Applied
from dayone.model.people import Person
from dayone.model.subject_state import Head
from dayone.model.subjects import Reason, Resource, ResourceKind, ResourceOf, Subject, SubjectKind
from dayone.policy.ou_paths import path_of
from tests.fakes.table.state import State
from tests.functions.access_api.state import CHANGE, NOW
from tests.functions.access_api.world import World, asking, load

ACCOUNTS = ("111111111111", "222222222222", "333333333333")
OUS = ("/Workloads/Dev", "/Workloads/Prod", "/Sandbox")
GROUPS, SETS, PEOPLE = ("admins", "engineers"), ("Admin", "ViewOnly"), ("e-1", "e-2")

type Row = tuple[str, str, str, str]


def applied(kind: ResourceKind, name: str, **said: Any) -> Applied:  # noqa: ANN401 - members of Applied
    reasons = (Reason("policy.yaml:5", f"why {name}"),)
    return Applied(resource=Resource(kind, name), **{"reasons": reasons, "at": NOW, **said})


def state_of(assigned: Mapping[str, set[tuple[str, str]]], members: Mapping[str, set[str]]) -> State:
    """Permission sets and groups or `person:id` by account, and groups by person."""
    state = State()
    for kind, names in ((SubjectKind.GROUP, GROUPS), (SubjectKind.PERMISSION_SET, SETS)):
        for name in names:
            state.heads[Subject(kind, name)] = Head(subject=Subject(kind, name), revision=1)
    for account, ou in zip(ACCOUNTS, OUS, strict=True):
        subject = Subject(SubjectKind.ACCOUNT, account)
        fact = Account(id=account, name=f"a{account[0]}", email="a@example.com", state=AccountState.ACTIVE, ou_path=ou)
        state.heads[subject] = Head(subject=subject, fact=fact, revision=1)
        for permission_set, principal in assigned.get(account, set()):
            entry = applied(ResourceKind.ASSIGNMENT, f"{permission_set}/{principal}")
            state.applied[ResourceOf(subject, entry.resource)] = entry
    for person in PEOPLE:
        subject = Subject(SubjectKind.PERSON, person)
        called: Any = {"user_name": person, "given_name": "A", "family_name": "B", "display_name": "A B"}
        fact_of = Person(id=person, email=f"{person}@example.com", **called)
        state.heads[subject] = Head(subject=subject, fact=fact_of, revision=1)
        for entry in [applied(ResourceKind.MEMBERSHIP, group) for group in members.get(person, set())]:
            state.applied[ResourceOf(subject, entry.resource)] = entry
    return state


@pytest.fixture
def world() -> World:
    assigned = {
        ACCOUNTS[0]: {("ViewOnly", "engineers"), ("Admin", "admins"), ("Admin", "person:e-1")},
        ACCOUNTS[1]: {("ViewOnly", "engineers")},
    }
    return World(state_of(assigned, {"e-1": {"engineers"}, "e-2": {"admins"}}))


def change(world: World, account: str, assignment: str, **said: Any) -> None:  # noqa: ANN401 - members of Applied
    of = ResourceOf(Subject(SubjectKind.ACCOUNT, account), Resource(ResourceKind.ASSIGNMENT, assignment))
    world.state.applied[of] = replace(world.state.applied[of], **said)


def rows_of(world: World, **query: str) -> list[Row]:
    body = world.send(asking("list_assignments", **query)).body
    return sorted(
        (pair["account"], pair["permission_set"], f"{pair['kind']} {pair['principal']}", pair["through"])
        for pair in body["assignments"]
    )


def test_without_a_person_rows_are_of_groups_and_of_people_who_have_something_of_their_own(world: World) -> None:
    assert rows_of(world) == [
        ("111111111111", "Admin", "group admins", "direct"),
        ("111111111111", "Admin", "person e-1", "direct"),
        ("111111111111", "ViewOnly", "group engineers", "direct"),
        ("222222222222", "ViewOnly", "group engineers", "direct"),
    ]


def test_with_a_person_rows_are_theirs_by_whichever_group_with_the_reasons_of_both_steps(world: World) -> None:
    assert rows_of(world, person="e-1") == [
        ("111111111111", "Admin", "person e-1", "direct"),
        ("111111111111", "ViewOnly", "person e-1", "engineers"),
        ("222222222222", "ViewOnly", "person e-1", "engineers"),
    ]
    (row,) = world.send(asking("list_assignments", person="e-1", account="222222222222")).body["assignments"]
    assert row == {
        "kind": "person",
        "principal": "e-1",
        "principal_name": "",
        "account": "222222222222",
        "account_name": "a2",
        "ou_path": "/Workloads/Prod",
        "permission_set": "ViewOnly",
        "through": "engineers",
        "state": "confirmed",
        "confirmed_at": "2026-11-23T08:00:00+00:00",
        "reasons": [
            {"rule": "policy.yaml:5", "reason": "why engineers"},
            {"rule": "policy.yaml:5", "reason": "why ViewOnly/engineers"},
        ],
    }


@pytest.mark.parametrize(
    ("query", "accounts"),
    [
        ({"ou": "/Workloads/*"}, {"111111111111", "222222222222"}),
        ({"ou": "/Workloads/Dev"}, {"111111111111"}),
        ({"ou": "/Sandbox/**"}, set()),
        ({"ou": "/Workloads/Prod", "group": "engineers"}, {"222222222222"}),
        ({"ou": "/Workloads/Prod", "person": "e-1", "permission_set": "ViewOnly"}, {"222222222222"}),
        ({"ou": "/Workloads/Prod", "account": "111111111111"}, set()),
        ({"permission_set": "Admin"}, {"111111111111"}),
    ],
)
def test_filters_are_combined(world: World, query: dict[str, str], accounts: set[str]) -> None:
    assert {row[0] for row in rows_of(world, **query)} == accounts


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"person": "e-9"}, 404),
        ({"group": "enginers"}, 404),
        ({"account": "999999999999"}, 404),
        ({"permission_set": "Viewonly"}, 404),
        ({"ou": "Workloads"}, 400),
        ({"format": "xlsx"}, 400),
        ({"limit": "1001"}, 400),
        ({"cursor": "nonsense"}, 422),
    ],
)
def test_a_slip_never_reads_as_if_nobody_had_anything(world: World, query: dict[str, str], status: int) -> None:
    assert world.send(asking("list_assignments", **query)).status == status


class TestHowSureItIs:
    def test_what_an_action_was_begun_on_is_in_doubt(self, world: World) -> None:
        change(world, ACCOUNTS[1], "ViewOnly/engineers", doubt=Action.DELETE)
        (row,) = world.send(asking("list_assignments", account=ACCOUNTS[1])).body["assignments"]
        assert row["state"] == "unconfirmed"

    def test_what_was_begun_and_never_confirmed_is_nobodys_yet(self, world: World) -> None:
        change(world, ACCOUNTS[1], "ViewOnly/engineers", doubt=Action.CREATE)
        for query in ({"account": ACCOUNTS[1]}, {"ou": OUS[1]}, {"group": "engineers", "ou": OUS[1]}):
            assert rows_of(world, **query) == []

    def test_what_was_there_before_the_account_was_gone_for_a_while_is_in_doubt(self, world: World) -> None:
        subject = Subject(SubjectKind.ACCOUNT, ACCOUNTS[1])
        world.state.heads[subject] = replace(world.state.heads[subject], trusted_since=NOW + timedelta(seconds=1))
        (row,) = world.send(asking("list_assignments", account=ACCOUNTS[1])).body["assignments"]
        assert row["state"] == "unconfirmed"

    @pytest.mark.parametrize(
        ("subject", "resource"),
        [
            (Subject(SubjectKind.ACCOUNT, ACCOUNTS[1]), Resource(ResourceKind.ASSIGNMENT, "ViewOnly/engineers")),
            (Subject(SubjectKind.PERSON, "e-1"), Resource(ResourceKind.MEMBERSHIP, "engineers")),
        ],
    )
    def test_what_a_human_has_to_decide_on_is_marked_on_either_step(
        self, world: World, subject: Subject, resource: Resource
    ) -> None:
        held = HeldPart(resource=resource, change=CHANGE, operation="o")
        world.state.heads[subject] = replace(world.state.heads[subject], held=(held,))
        rows = world.send(asking("list_assignments", person="e-1", account=ACCOUNTS[1])).body["assignments"]
        assert [row["state"] for row in rows] == ["removal-held"]


class TestParts:
    def test_a_part_goes_on_with_its_cursor_and_the_same_filters_only(self, world: World) -> None:
        first = world.send(asking("list_assignments", limit="1"))
        cursor = first.body["cursor"]
        assert first.headers["X-Next-Cursor"] == cursor
        assert f"cursor={cursor}" in first.headers["Link"]
        assert first.headers["Link"].startswith("</live/v1/assignments?limit=1&")
        assert world.send(asking("list_assignments", limit="1", cursor=cursor)).status == 200
        assert world.send(asking("list_assignments", group="engineers", cursor=cursor)).status == 422

    def test_it_stops_when_it_takes_too_long_and_goes_on_later(self, world: World) -> None:
        ports = world.ports()
        moments = iter([NOW, NOW + timedelta(seconds=16)])
        page = report_assignments(
            Sought(permission_set="Admin"), window=Window(limit=9), ports=replace(ports, clock=lambda: next(moments))
        )
        assert page.cursor
        rest = report_assignments(
            Sought(permission_set="Admin"), window=Window(limit=9, cursor=page.cursor), ports=ports
        )
        assert (len(page.entries) + len(rest.entries), rest.cursor) == (2, "")


_ASSIGNED = st.dictionaries(
    st.sampled_from(ACCOUNTS),
    st.sets(st.tuples(st.sampled_from(SETS), st.sampled_from((*GROUPS, "person:e-1", "person:e-2")))),
)
_SOUGHT = st.builds(
    Sought,
    person=st.sampled_from(("", *PEOPLE)),
    group=st.sampled_from(("", *GROUPS)),
    account=st.sampled_from(("", *ACCOUNTS)),
    ou=st.sampled_from(("", "/Workloads/**", "/Sandbox")),
    permission_set=st.sampled_from(("", *SETS)),
)


@settings(max_examples=200)
@given(
    assigned=_ASSIGNED,
    members=st.dictionaries(st.sampled_from(PEOPLE), st.sets(st.sampled_from(GROUPS))),
    sought=_SOUGHT,
    limit=st.integers(1, 5),
)
def test_every_filter_means_what_it_says_by_whichever_way_and_in_whatever_parts(
    assigned: dict[str, set[tuple[str, str]]], members: dict[str, set[str]], sought: Sought, limit: int
) -> None:
    api = World(state_of(assigned, members)).ports()
    found, cursor = list[Row](), ""
    while True:
        page = report_assignments(sought, window=Window(limit=limit, cursor=cursor), ports=api)
        assert len(page.entries) <= limit
        found += [
            (holding.account, holding.permission_set, holding.principal, holding.through) for holding in page.entries
        ]
        if not (cursor := page.cursor):
            break
    assert sorted(found) == sorted(_expected(assigned, members, sought))


def _expected(
    assigned: Mapping[str, set[tuple[str, str]]], members: Mapping[str, set[str]], sought: Sought
) -> set[Row]:
    """The plainest meaning of a report."""
    rows = set[Row]()
    for account, ou in zip(ACCOUNTS, OUS, strict=True):
        is_in = not sought.ou or ou == sought.ou or (sought.ou.endswith("/**") and ou.startswith("/Workloads"))
        if not is_in or sought.account not in ("", account):
            continue
        for permission_set, principal in assigned.get(account, set()):
            if sought.permission_set not in ("", permission_set) or sought.group not in ("", principal):
                continue
            if not sought.person or principal == f"person:{sought.person}":
                rows.add((account, permission_set, principal, "direct"))
            elif principal in members.get(sought.person, set()):
                rows.add((account, permission_set, f"person:{sought.person}", principal))
    return rows


class TestCsv:
    def test_it_has_the_same_rows_in_the_same_columns(self, world: World) -> None:
        answer = world.send(asking("list_assignments", format="csv", account=ACCOUNTS[1]))
        assert answer.headers["Content-Type"].startswith("text/csv")
        (row,) = csv.DictReader(io.StringIO(answer.body))
        (same,) = world.send(asking("list_assignments", account=ACCOUNTS[1])).body["assignments"]
        assert row == {**same, "reasons": "policy.yaml:5: why ViewOnly/engineers"}
        assert answer.body.count("\r\n") == 2

    @pytest.mark.parametrize(
        ("accept", "kind"),
        [
            ("text/csv", "text/csv"),
            ("text/csv; header=present", "text/csv"),
            ("application/json, text/csv", "application/json"),
            ("*/*", "application/json"),
        ],
    )
    def test_it_can_be_asked_for_by_its_media_type(self, world: World, accept: str, kind: str) -> None:
        event = asking("list_assignments")
        event["headers"]["Accept"] = accept
        assert world.send(event).headers["Content-Type"].startswith(kind)

    def test_the_cursor_is_in_the_headers(self, world: World) -> None:
        first = world.send(asking("list_assignments_as_csv", format="csv", limit="3"))
        rest = asking("list_assignments_as_csv", format="csv", limit="3", cursor=first.headers["X-Next-Cursor"])
        second = world.send(rest)
        assert [answer.body.count("\r\n") for answer in (first, second)] == [4, 2]
        assert "X-Next-Cursor" not in second.headers

    @pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", '=HYPERLINK("x")'])
    def test_no_cell_is_taken_for_a_formula(self, world: World, name: str) -> None:
        subject = Subject(SubjectKind.ACCOUNT, ACCOUNTS[1])
        fact = world.state.heads[subject].fact
        assert isinstance(fact, Account)
        world.state.heads[subject] = replace(world.state.heads[subject], fact=replace(fact, name=name))
        body = world.send(asking("list_assignments", format="csv", account=ACCOUNTS[1])).body
        (row,) = csv.DictReader(io.StringIO(body, newline=""))
        assert row["account_name"] == f"'{name}"


def test_whoever_asks_is_answered_when_the_event_has_no_query(world: World) -> None:
    assert len(world.send(load("list_assignments") | {"queryStringParameters": None}).body["assignments"]) == 4


@pytest.mark.parametrize(
    ("ou", "expected"),
    [
        (r"/CI\/CD", 1),
        ("/CI/CD", 0),
        ("/ci**", 400),
        ("/" + "*" * 2000 + "z", 400),
        ("/" + "*a" * 1000 + "b", 0),
        ("/a" * 1000, 0),
        ("/" + "[a-z]?" * 300, 0),
        ("/a" * 4000, 400),
    ],
)
def test_a_unit_is_asked_for_by_its_names_and_no_pattern_takes_long(world: World, ou: str, expected: int) -> None:
    head = world.state.heads[Subject(SubjectKind.ACCOUNT, ACCOUNTS[1])]
    assert isinstance(head.fact, Account)
    path = path_of(["CI/CD"])
    world.state.heads[head.subject] = replace(head, fact=replace(head.fact, ou_path=path))
    began = time.process_time()
    answer = world.send(asking("list_assignments", ou=ou))
    assert time.process_time() - began < 5
    assert (len(answer.body["assignments"]) if answer.status == 200 else answer.status) == expected
