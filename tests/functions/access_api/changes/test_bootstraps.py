"""Accounts that are to be given everything again, over the API."""

import json

import pytest

from dayone.model.changes import CauseKind
from dayone.model.commands import BootstrapAccounts
from dayone.model.subjects import SubjectKind
from tests.functions.access_api.state import DEV, remembered
from tests.functions.access_api.world import World, load


@pytest.mark.parametrize("name", ["bootstrap_account", "bootstrap_accounts"])
def test_it_is_taken_put_on_the_inbox_and_leads_to_a_change(name: str) -> None:
    world = World(remembered())
    answer = world.send(name)
    (request,) = world.inbox.of(BootstrapAccounts)
    assert (answer.status, answer.body["href"]) == (202, f"/v1/changes/{request.cause.change}")
    assert (request.subject.kind, request.subjects) == (SubjectKind.CHANGE, (DEV,))
    assert request.cause.kind is CauseKind.BOOTSTRAP
    assert request.cause.actor == load(name)["requestContext"]["identity"]["userArn"]
    assert world.state.changes[request.cause.change].subjects is None


@pytest.mark.parametrize(
    ("accounts", "status"),
    [
        ([], 400),
        ("123456789012", 400),
        ([1], 400),
        ([DEV.name] * 101, 400),
        ([DEV.name, "999999999999"], 422),
    ],
)
def test_what_names_no_accounts_is_refused_and_so_is_all_of_it_when_one_is_unknown(
    accounts: object, status: int
) -> None:
    world = World(remembered())
    answer = world.send(load("bootstrap_accounts") | {"body": json.dumps({"accounts": accounts})})
    assert (answer.status, world.inbox.commands) == (status, [])


def test_accounts_are_found_by_their_names() -> None:
    world = World(remembered())
    answer = world.send(load("bootstrap_accounts") | {"body": json.dumps({"accounts": ["DEV"]})})
    (request,) = world.inbox.of(BootstrapAccounts)
    assert (answer.status, request.subjects) == (202, (DEV,))


def test_an_unknown_account_is_not_found() -> None:
    assert World().send("bootstrap_account").status == 404
