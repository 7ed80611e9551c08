"""Lists of people, accounts, groups and permission sets, and what there is to say of one."""

from dataclasses import replace

import pytest

from dayone.model.accounts import Account, AccountState
from dayone.model.guardrails import HeldPart, Verdict
from dayone.model.operations import Action, Operation, OperationState
from dayone.model.subject_state import Bootstrap, Head
from dayone.model.subjects import Resource, ResourceKind, ResourceOf, Subject, SubjectKind
from tests.functions.access_api.state import (
    ADA,
    CHANGE,
    DEV,
    ENGINEERS,
    NOW,
    VIEW_ONLY,
    operation,
    remembered,
    with_engineers_and_view_only,
)
from tests.functions.access_api.world import World, asking, load


@pytest.fixture
def world() -> World:
    return World(with_engineers_and_view_only(remembered()))


def assignment(name: str, *, number: int, state: OperationState, action: Action = Action.CREATE) -> Operation:
    resource = Resource(ResourceKind.ASSIGNMENT, name)
    return replace(
        operation(number), subject=DEV, resource=resource, state=state, action=action, failure_reason=f"why {number}"
    )


_ADA = {
    "id": "e-1001",
    "display_name": "Ada Lovelace",
    "user_name": "ada",
    "email": "ada@example.com",
    "given_name": "Ada",
    "family_name": "Lovelace",
    "department": "Engineering",
    "title": "",
    "team": "",
    "cost_centre": "",
    "location": "",
    "employment": "",
    "manager": "",
    "status": "active",
    "start_date": "2026-11-23",
    "end_date": None,
    "leave_start": None,
    "leave_end": None,
    "time_zone": "UTC",
    "has_user": True,
    "has_access": False,
    "progress": "pending",
}


def test_people_are_listed_by_id_page_by_page(world: World) -> None:
    for number in (2, 3):
        subject = Subject(SubjectKind.PERSON, f"e-100{number}")
        world.state.heads[subject] = Head(subject=subject)
    first = world.send("list_people").body
    second = world.send(asking("list_people", limit="2", cursor=first["cursor"])).body
    assert [pair["id"] for pair in first["people"] + second["people"]] == ["e-1001", "e-1002", "e-1003"]
    assert second["cursor"] == ""
    assert first["people"][0] == _ADA


def test_of_somebody_who_is_not_told_enough_of_there_is_only_the_id(world: World) -> None:
    subject = Subject(SubjectKind.PERSON, "a-1")
    world.state.heads[subject] = Head(subject=subject)
    (first, _) = world.send("list_people").body["people"]
    assert (first["id"], first["display_name"], first["status"], first["has_user"]) == ("a-1", "", "", False)


@pytest.mark.parametrize(
    ("said", "progress"),
    [
        ({"outstanding": 0}, "synced"),
        ({"outstanding": 1}, "pending"),
        ({"outstanding": 1, "held": (HeldPart(resource=VIEW_ONLY, change=CHANGE, operation="o"),)}, "held"),
        ({"outstanding": 1, "failed": 1}, "failed"),
    ],
)
def test_what_somebody_has_to_look_at_is_said_first(world: World, said: dict[str, object], progress: str) -> None:
    world.state.heads[ADA] = replace(world.state.heads[ADA], **said)  # type: ignore[arg-type]
    assert world.send("list_people").body["people"][0]["progress"] == progress


def test_a_user_that_was_begun_and_never_confirmed_is_not_there(world: World) -> None:
    of = ResourceOf(ADA, Resource(ResourceKind.USER))
    world.state.applied[of] = replace(world.state.applied[of], doubt=Action.CREATE)
    assert world.send("list_people").body["people"][0]["has_user"] is False


def test_accounts_are_listed_and_those_in_a_state_are_found_among_many(world: World) -> None:
    fact = world.state.heads[DEV].fact
    assert isinstance(fact, Account)
    for number in range(9):
        subject = Subject(SubjectKind.ACCOUNT, f"99999999999{number}")
        account = replace(fact, id=subject.name, state=AccountState.SUSPENDED if number == 8 else AccountState.ACTIVE)
        world.state.heads[subject] = Head(subject=subject, fact=account)
    assert len(world.send(asking("list_accounts")).body["accounts"]) == 10
    found = world.send(asking("list_accounts", state="suspended", limit="2")).body
    assert [(pair["id"], pair["state"]) for pair in found["accounts"]] == [("999999999998", "SUSPENDED")]


def test_a_state_that_accounts_never_have_is_refused(world: World) -> None:
    assert world.send(asking("list_accounts", state="SLEEPING")).status == 400


@pytest.mark.parametrize(
    ("existing", "progress", "state"),
    [
        ({}, {}, "waiting"),
        ({"is_under_way": True}, {"outstanding": 1}, "in-progress"),
        ({"is_under_way": True}, {"failed": 1}, "in-progress"),
        ({"is_under_way": True}, {}, "done"),
        ({"is_over": True}, {"outstanding": 1}, "done"),
    ],
)
def test_an_account_tells_whether_it_has_everything_for_the_first_time(
    world: World, existing: dict[str, bool], progress: dict[str, int], state: str
) -> None:
    bootstrap = Bootstrap(change=CHANGE, since=NOW, **existing)
    world.state.heads[DEV] = replace(world.state.heads[DEV], bootstrap=bootstrap, **progress)  # type: ignore[arg-type]
    said = {"state": state, "change": CHANGE, "since": "2026-11-23T08:00:00+00:00"}
    assert world.send("list_accounts").body["accounts"][0]["bootstrap"] == said
    assert world.send("read_account").body["bootstrap"] == said


def test_an_account_tells_permission_set_by_permission_set_what_is_there_pending_held_and_failed(world: World) -> None:
    planned = [
        assignment("ViewOnly/auditors", number=2, state=OperationState.PENDING),
        assignment("Admin/engineers", number=3, state=OperationState.FAILED),
        assignment("Admin/auditors", number=4, state=OperationState.SUCCEEDED),
    ]
    for each in planned:
        world.state.store(each)
    held = HeldPart(resource=VIEW_ONLY, change=CHANGE, operation="o")
    decided = replace(held, resource=Resource(ResourceKind.ASSIGNMENT, "Old/engineers"), verdict=Verdict.REJECTED)
    world.state.heads[DEV] = replace(world.state.heads[DEV], generation="1-a", change=CHANGE, held=(held, decided))
    admin = {"confirmed": 0, "pending": 0, "held": 0, "failed": 1, "failure": "why 3", "progress": "failed"}
    view_only = {"confirmed": 1, "pending": 1, "held": 1, "failed": 0, "failure": "", "progress": "held"}
    assert world.send("read_account").body["permission_sets"] == [
        {"permission_set": "Admin", **admin},
        {"permission_set": "ViewOnly", **view_only},
    ]


def test_groups_are_listed_by_key_with_their_names(world: World) -> None:
    assert world.send("list_groups").body == {
        "groups": [
            {"group": "engineers", "name": "Engineers", "description": "", "exists": True, "progress": "synced"}
        ],
        "cursor": "",
    }


def test_a_group_is_answered_with_its_members_page_by_page(world: World) -> None:
    first = world.send("read_group").body
    second = world.send(asking("read_group", limit="2", cursor=first["cursor"])).body
    assert (first["group"], first["confirmed"]["attributes"]) == ("engineers", {"name": "Engineers"})
    assert [pair["person"] for pair in first["members"] + second["members"]] == ["e-1001", "e-1002", "e-1003"]
    assert first["members"][0]["confirmed"]["reasons"][0]["reason"] == "department is Engineering"


def test_a_group_with_a_blank_in_its_key_is_found(world: World) -> None:
    subject = Subject(SubjectKind.GROUP, "Old hands")
    world.state.heads[subject] = replace(world.state.heads[ENGINEERS], subject=subject)
    answer = world.send(load("read_group") | {"path": "/v1/groups/Old%20hands"})
    assert (answer.status, answer.body["group"]) == (200, "Old hands")


def test_permission_sets_are_listed_and_one_tells_where_it_is_assigned(world: World) -> None:
    (listed,) = world.send("list_permission_sets").body["permission_sets"]
    assert (listed["permission_set"], listed["name"], listed["exists"]) == ("ViewOnly", "ViewOnly", True)
    body = world.send("read_permission_set").body
    assert [pair["resource"] for pair in body["confirmed"]] == ["permission-set"]
    assert [(pair["principal"], pair["account"]) for pair in body["assignments"]] == [("engineers", DEV.name)]


@pytest.mark.parametrize("name", ["read_group", "read_permission_set", "explain_person"])
def test_what_is_unknown_is_not_found(name: str) -> None:
    answer = World().send(name)
    assert (answer.status, "check" in answer.body["detail"]) == (404, True)


def test_why_is_answered_below_the_person_as_well(world: World) -> None:
    query = {"person": "e-1001", "account": DEV.name, "permission_set": "ViewOnly"}
    elsewhere = world.send(asking("explain_access", **query))
    answer = world.send(asking("explain_person", account=DEV.name, permission_set="ViewOnly"))
    assert (answer.status, answer.body) == (200, elsewhere.body)
