"""API answers about the management account without the IAM rights that AWS demands there."""

import json
from dataclasses import replace

import pytest

from dayone.model.accounts import Account
from dayone.model.policy.context import OffLimits
from tests.functions.access_api.policies import keep, uploaded
from tests.functions.access_api.state import DEV, remembered
from tests.functions.access_api.world import Event, World, asking, load

POLICY = """version: 1
groups: {{engineers: {{members: everyone}}}}
permission_sets: {{ViewOnly: {{managed_policies: [job-function/ViewOnlyAccess]}}}}
assignments:
  - group: engineers
    permission_set: ViewOnly
    accounts:
      - {{id: "{0}", include_management_account: true}}
"""
PARAMETER = "deploy with ManagementAccountAccess=true"


@pytest.fixture
def world() -> World:
    """Return a world in which the account `DEV` is the management account."""
    world = World(remembered(), off_limits=OffLimits(account=DEV.name, lacks_rights=True))
    keep(world.state, uploaded(), in_force=1)
    head = world.state.heads[DEV]
    assert isinstance(head.fact, Account)
    world.state.heads[DEV] = replace(head, fact=replace(head.fact, is_management=True))
    return world


def sent(name: str, policy: str) -> Event:
    event = load(name)
    body = json.dumps({"policy": policy}) if name == "preview_policy" else policy
    return event | {"body": body, "queryStringParameters": None}


@pytest.mark.parametrize("event", ["submit_policy", "preview_policy"])
def test_a_policy_that_reaches_it_is_refused_with_the_place_and_the_parameter(world: World, event: str) -> None:
    before = len(world.state.kept_policies)
    answer = world.send(sent(event, POLICY.format(DEV.name)))
    (finding,) = answer.body["findings"]
    assert answer.status == 422
    assert finding.startswith(f"policy.yaml:8:1: {DEV.name} is the management account")
    assert PARAMETER in finding
    assert (len(world.state.kept_policies), world.inbox.commands) == (before, [])


@pytest.mark.parametrize(("event", "status"), [("submit_policy", 202), ("preview_policy", 200)])
def test_with_the_rights_it_is_a_policy_like_any_other(world: World, event: str, status: int) -> None:
    world.off_limits = OffLimits()
    assert world.send(sent(event, POLICY.format(DEV.name))).status == status


def test_a_policy_that_reaches_others_is_taken(world: World) -> None:
    assert world.send(sent("submit_policy", POLICY.format("999900009999"))).status == 202


def test_a_grant_there_is_refused_with_the_parameter(world: World) -> None:
    assignment = {
        "group": "engineers",
        "permission_set": "ViewOnly",
        "account": DEV.name,
        "include_management_account": True,
    }
    event = load("give_assignment")
    event["body"] = json.dumps(json.loads(event["body"]) | {"assignment": assignment})
    answer = world.send(event)
    assert answer.status == 422
    assert any(PARAMETER in finding for finding in answer.body["findings"])
    world.off_limits = OffLimits()
    assert PARAMETER not in json.dumps(world.send(event).body)


def test_why_somebody_lacks_something_there_is_explained_by_the_parameter(world: World) -> None:
    keep(world.state, POLICY.format(DEV.name), in_force=1)
    world.state.applied.clear()
    answer = world.send(asking("explain_access", person="e-1001", account=DEV.name, permission_set="ViewOnly"))
    assert PARAMETER in json.dumps(answer.body)
