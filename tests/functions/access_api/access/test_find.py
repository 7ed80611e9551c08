"""People and accounts are found over the API by what people call them, and never one for another."""

import json
from dataclasses import replace
from urllib.parse import quote

import pytest

from dayone.api import app
from dayone.model.commands import ApplyGrant
from dayone.model.people import Person, Status
from dayone.model.policy.context import PolicyVersion
from dayone.model.subject_state import Head
from dayone.model.subjects import Subject, SubjectKind
from tests.builders import a_person, an_account
from tests.fakes.table.state import State
from tests.functions.access_api.state import ADA, DEV, NOW, remembered
from tests.functions.access_api.world import Answer, Event, World, load

BOB = Subject(SubjectKind.PERSON, "e-2002")


def _claimed(state: State, person: Person) -> None:
    claims = (f"user-name:{person.user_name.casefold()}", f"email:{person.email.casefold()}")
    subject = Subject(SubjectKind.PERSON, person.id)
    state.heads[subject] = replace(state.heads.get(subject, Head(subject=subject)), fact=person, claims=claims)


@pytest.fixture
def world() -> World:
    state = remembered()
    ada = state.heads[ADA].fact
    assert isinstance(ada, Person)
    _claimed(state, ada)
    _claimed(state, replace(a_person(BOB.name, given_name="Bob"), family_name="Möller", display_name="Bob Möller"))
    return World(state)


def _get(world: World, path: str, **query: str) -> Answer:
    event = load("read_person")
    event |= {"path": path, "pathParameters": {"proxy": path.removeprefix("/v1/")}}
    several = {name: [value] for name, value in query.items()}
    return world.send({**event, "queryStringParameters": query or None, "multiValueQueryStringParameters": several})


@pytest.mark.parametrize("called", ["e-1001", "ada", "ADA", "ada@example.com", "Ada@Example.com", "Ada Lovelace"])
def test_a_person_is_found_by_id_user_name_address_or_full_name(world: World, called: str) -> None:
    answer = _get(world, f"/v1/people/{quote(called, safe='')}")
    assert (answer.status, answer.body["id"]) == (200, "e-1001"), answer.body
    assert _get(world, f"/v1/people/{quote(called, safe='')}/access").body["person"] == "e-1001"


def test_a_name_with_other_letters_is_found(world: World) -> None:
    assert _get(world, f"/v1/people/{quote('bob möller', safe='')}").body["id"] == BOB.name


@pytest.mark.parametrize("called", [DEV.name, "dev", "DEV"])
def test_an_account_is_found_by_id_or_name(world: World, called: str) -> None:
    assert _get(world, f"/v1/accounts/{called}").body["id"] == DEV.name


def test_both_are_found_in_a_query(world: World) -> None:
    answer = _get(world, "/v1/explain", person="ada@example.com", account="dev")
    assert (answer.body["person"], answer.body["account"]) == (ADA.name, DEV.name)
    by_id = _get(world, "/v1/changes", subject=str(ADA)).body
    assert _get(world, "/v1/changes", subject="person:ada@example.com").body == by_id


def test_an_account_is_found_in_a_query_about_a_person_who_is_named_by_id(world: World) -> None:
    answer = _get(world, f"/v1/people/{ADA.name}/explain", account="dev")
    assert (answer.body["person"], answer.body["account"]) == (ADA.name, DEV.name)


def test_nothing_is_looked_up_for_a_person_who_is_named_by_id(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = list[object]()
    monkeypatch.setattr(app, "find_person", lambda *of, **_ports: looked_up.append(of))
    assert _get(world, f"/v1/people/{ADA.name}").status == 200
    assert looked_up == []


def test_several_of_a_name_are_refused_with_all_of_them(world: World) -> None:
    again = replace(a_person("e-3003"), given_name="Ada", family_name="Lovelace", display_name="Ada Lovelace")
    _claimed(world.state, again)
    answer = _get(world, f"/v1/people/{quote('Ada Lovelace')}")
    assert answer.status == 400
    assert answer.body["findings"] == [
        "e-1001: Ada Lovelace, ada@example.com",
        "e-3003: Ada Lovelace, e-3003@example.com",
    ]


def test_an_address_that_is_anothers_user_name_is_refused(world: World) -> None:
    _claimed(world.state, a_person("e-4004", user_name="ada@example.com"))
    assert _get(world, "/v1/people/ada@example.com").status == 400


def test_an_id_is_an_id_even_where_it_is_anothers_user_name(world: World) -> None:
    _claimed(world.state, a_person("ada", user_name="e-1001"))
    assert _get(world, "/v1/people/ada").body["id"] == "ada"
    assert _get(world, "/v1/people/e-1001").body["id"] == "e-1001"


def test_nobody_is_found_under_another_name(world: World) -> None:
    assert _get(world, "/v1/people/eve").status == 404
    assert _get(world, "/v1/people/Ada%20Love").status == 404
    assert _get(world, "/v1/accounts/de").status == 404


def test_a_person_can_be_ended_by_an_address(world: World) -> None:
    event = load("end_person")
    path = "/v1/people/ada@example.com/end"
    answer = world.send({**event, "path": path, "pathParameters": {"proxy": path.removeprefix("/v1/")}})
    assert answer.status == 202
    (command,) = world.inbox.commands
    assert command.subject == ADA


def test_a_manual_entry_is_made_under_the_id_that_it_names(world: World) -> None:
    event: Event = load("put_person")
    path = "/v1/people/ada"
    answer = world.send({**event, "path": path, "pathParameters": {"proxy": path.removeprefix("/v1/")}})
    assert answer.status == 202, answer.body
    (command,) = world.inbox.commands
    assert command.subject.name == "ada"


def test_a_grant_names_person_and_account_as_people_do(world: World) -> None:
    text = "version: 1\npermission_sets:\n  ViewOnly: {managed_policies: [ViewOnlyAccess]}\n"
    kept = PolicyVersion(version=3, text=text, file="policy.yaml", actor="arn:admin", at=NOW, change="01P")
    world.state.kept_policies[3], world.state.policy_in_force = kept, 3
    event = load("give_grant")
    wanted = {"person": "ada@example.com", "account": "dev", "permission_set": "ViewOnly"}
    body = {**json.loads(event["body"]), "assignment": wanted}
    body.pop("membership", None)
    answer = world.send({**event, "body": json.dumps(body)})
    assert answer.status == 202, answer.body
    (command,) = world.inbox.commands
    assert isinstance(command, ApplyGrant)
    assert (command.subject, command.grant.resource.name) == (DEV, "ViewOnly/person:e-1001")


@pytest.mark.parametrize("text", ["LOVE", "ada@", "e-10"])
def test_a_list_of_people_is_searched(world: World, text: str) -> None:
    found = _get(world, "/v1/people", search=text).body["people"]
    assert [person["id"] for person in found] == [ADA.name]


def test_a_list_of_people_is_narrowed_by_status_and_searched_at_once(world: World) -> None:
    bob = world.state.heads[BOB].fact
    assert isinstance(bob, Person)
    world.state.heads[BOB] = replace(world.state.heads[BOB], fact=replace(bob, status=Status.ON_LEAVE))

    def found(**query: str) -> list[str]:
        return [entry["id"] for entry in _get(world, "/v1/people", **query).body["people"]]

    assert found(status="ON_LEAVE") == [BOB.name]
    assert found(status="on_leave", search="ada") == []
    assert found(status="active", search="ada") == [ADA.name]
    assert _get(world, "/v1/people", status="asleep").status == 400


def test_a_list_of_accounts_is_searched_by_name_and_by_state_at_once(world: World) -> None:
    other = Subject(SubjectKind.ACCOUNT, "999999999999")
    world.state.heads[other] = Head(subject=other, fact=an_account(other.name, name="prod"))
    assert [entry["id"] for entry in _get(world, "/v1/accounts", search="PRO").body["accounts"]] == [other.name]
    assert _get(world, "/v1/accounts", search="prod", state="SUSPENDED").body["accounts"] == []


def test_a_change_names_the_people_of_its_operations(world: World) -> None:
    assert world.send("read_change").body["names"] == {str(ADA): "Ada Lovelace"}
