"""Existing resources in the policy language: adopted without a write once in the policy, or refused with the reason."""

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.adoption.describe import DescribedExisting, describe_existing
from dayone.errors import Inapplicable, Malformed, NotFound
from dayone.model.operations import OperationState
from dayone.model.people import Status
from dayone.model.policy.rules import Policy
from dayone.model.subjects import Subject, SubjectKind
from dayone.policy.language.parser import read_policy
from tests.builders import (
    ACCOUNT_ID,
    GROUP,
    HERE,
    PERMISSION_SET,
    a_group,
    a_person,
    a_policy,
    the_group,
    the_person,
    the_set,
)
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.unit.previews import api_of
from tests.unit.world import World

_ARN, _GROUP_ID, _DEPLOY = "arn:theirs", "group-theirs", the_set("Deploy")

# What AWS takes, by the sso-admin API model (PermissionSetDescription, RelayState, Duration, TagKey, TagValue,
# ManagedPolicyArn, ManagedPolicyName, ManagedPolicyPath) and by IAM (policy documents).
_DESCRIPTIONS = st.text(st.characters(max_codepoint=0xFF, categories=("L", "N", "P", "S", "Zs")), max_size=60).map(
    lambda text: "".join(char for char in text if "\x20" <= char <= "\x7e" or char >= "\xa1").strip()
) | st.sampled_from(["a\nb", "tab\there", "yes", "null", "012", "- a", "a: b", "# x", "{}", "2026-11-23", "'", '"\\'])
_RELAY_STATES = st.from_regex(r"""[a-zA-Z0-9&$@#\\/%?=~\-_'"|!:,.;*+\[\] (){}]{0,80}""", fullmatch=True).map(str.strip)
_SESSIONS = st.sampled_from(["PT1H", "PT12H", "PT90M", "PT3600S", "PT1H30M"])
_TAG_TEXTS = st.text(
    st.characters(categories=("L", "N", "Zs", "Zl", "Zp"), include_characters="_.:/=+-@"), max_size=20
) | st.sampled_from(["yes", "on", "1e3", "0x1F", "1:30", "=", "2026-11-23", "a\u2028b"])
_TAG_KEYS = _TAG_TEXTS.filter(lambda key: key and not key.startswith("aws:"))
_MANAGED = st.sampled_from(
    [
        "AdministratorAccess",
        "Billing",
        "job-function/Billing",
        "job-function/ViewOnlyAccess",
        "ViewOnlyAcces",
        "aws-service-role/AccessAnalyzerServiceRolePolicy",
        "AmazonS3ReadOnlyAccess",
    ]
)
_CUSTOMER = st.sampled_from(["/Deployer", "/teams/Limit", "/teams/blue/012", "/=/yes"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
_DOCUMENTS = st.builds(
    lambda rest, indent: json.dumps({**rest, "Version": "2012-10-17", "Statement": []}, indent=indent),
    st.dictionaries(st.text(max_size=9), _JSON, max_size=4),
    st.sampled_from([None, 2]),
)


@st.composite
def _stored_sets(draw: st.DrawFn) -> StoredSet:
    attributes = {
        "description": draw(_DESCRIPTIONS),
        "session_duration": draw(_SESSIONS),
        "relay_state": draw(_RELAY_STATES),
    }
    return StoredSet(
        "Deploy",
        {name: text for name, text in attributes.items() if text},
        tags=draw(st.dictionaries(_TAG_KEYS, _TAG_TEXTS, max_size=4)),
        managed_policies=draw(st.sets(_MANAGED, max_size=5)),
        customer_policies=draw(st.sets(_CUSTOMER, max_size=3)),
        inline_policy=draw(st.just("") | _DOCUMENTS),
        boundary=draw(st.just("") | _MANAGED | _CUSTOMER),
    )


def _world(stored: StoredSet) -> World:
    world = World()
    world.center.permission_sets[_ARN] = stored
    return world


def _described(world: World, subject: Subject, *, name: str = "") -> DescribedExisting:
    return describe_existing(subject, ports=api_of(world), name=name)


def _read(text: str) -> Policy:
    return read_policy({"policy.yaml": text}, version=1)


@pytest.mark.thorough
@given(_stored_sets())
def test_any_set_is_taken_on_by_the_policy_that_is_printed_and_nothing_is_written(stored: StoredSet) -> None:
    world = _world(deepcopy(stored))
    described = _described(world, _DEPLOY)
    assert described.obstacles == ()
    world.policy_is_agreed_on(_read(described.policy))
    applied = world.applied(_DEPLOY, PERMISSION_SET)
    assert applied is not None
    assert (applied.adopted, applied.references) == (True, {"permission_set_arn": _ARN})
    assert world.operations(OperationState.FAILED) == []
    assert world.center.permission_sets == {_ARN: stored}


@pytest.mark.parametrize(
    ("stored", "named"),
    [
        (StoredSet("Deploy", {"session_duration": "PT1H", "relay_state": "https://x/€"}), "relay_state"),
        (StoredSet("Deploy", {"session_duration": "P0DT8H"}), "session_duration"),
        (StoredSet("Deploy", {"session_duration": "PT1H"}, tags={"aws:stack": "x"}), "aws:"),
        (StoredSet("Deploy", {"session_duration": "PT1H"}, inline_policy="{"), "inline_policy"),
        (StoredSet("Deploy", {"session_duration": "PT1H"}, inline_policy='{"Version":"2012-10-17"}'), "inline_policy"),
        (StoredSet("Deploy", {}), "session_duration: none → PT1H"),
        # Which of the two counts is AWS's to say.
        (
            StoredSet("Deploy", {"session_duration": "PT1H"}, inline_policy='{"Statement": [1], "Statement": [2]}'),
            'inline policy: {"Statement": [1], "Statement": [2]} → {"Statement":[2]}',
        ),
        (
            StoredSet("Deploy", {"session_duration": "PT1H"}, customer_policies={"/Limit", "/limit"}),
            "customer_managed_policies",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_policy_cannot_say_is_named(stored: StoredSet, named: str) -> None:
    (obstacle,) = _described(_world(stored), _DEPLOY).obstacles
    assert obstacle.startswith("the policy cannot say it: ")
    assert named in obstacle


def test_a_set_that_the_policy_has_otherwise_is_found_by_the_name_there_and_described_as_it_is() -> None:
    world = World()
    stored = StoredSet("deploy-prod", {"session_duration": "PT2H"}, managed_policies={"AdministratorAccess"})
    world.center.permission_sets[_ARN] = deepcopy(stored)
    wanted = _read("version: 1\npermission_sets:\n  Deploy: {name: deploy-prod, managed_policies: [ReadOnlyAccess]}\n")
    world.policy_is(wanted)
    world.settle()
    (failed,) = [
        operation for operation in world.operations(OperationState.FAILED) if operation.kind == "create-permission-set"
    ]
    command = "`dayone policy describe permission-set:Deploy --name deploy-prod`"
    assert f"What the policy has to say to have it as it is: {command}. To take it on: " in failed.failure_reason
    described = _described(world, _DEPLOY)
    assert described.obstacles == ()
    (rule,) = _read(described.policy).permission_sets
    assert (rule.name, rule.called, rule.session_duration) == ("Deploy", "deploy-prod", "PT2H")
    assert rule.managed_policies == ("AdministratorAccess",)
    world.policy_is_agreed_on(_read(described.policy))
    assert world.center.permission_sets == {_ARN: stored}
    applied = world.applied(_DEPLOY, PERMISSION_SET)
    assert applied is not None
    assert applied.adopted


def test_a_set_of_another_name_is_described_before_a_rule_is_in_force() -> None:
    world = World()
    world.center.permission_sets[_ARN] = StoredSet("deploy-prod", {"session_duration": "PT2H"})
    with pytest.raises(NotFound, match="nothing in Identity Center is called 'Deploy'"):
        _described(world, _DEPLOY)
    (rule,) = _read(_described(world, _DEPLOY, name="deploy-prod").policy).permission_sets
    assert (rule.name, rule.called, rule.session_duration) == ("Deploy", "deploy-prod", "PT2H")


@pytest.mark.parametrize("subject", [_DEPLOY, the_group()], ids=str)
def test_what_a_rule_has_under_another_key_is_not_described_twice(subject: Subject) -> None:
    world = _world(StoredSet("shared", {"session_duration": "PT2H"}))
    sections = "groups:\n  other: {name: shared, people: []}\npermission_sets:\n  Other: {name: shared}\n"
    world.policy_is(_read(f"version: 1\n{sections}"))
    world.settle()
    with pytest.raises(Inapplicable, match=r"the policy has 'shared' as [a-z-]+:[Oo]ther already"):
        _described(world, subject, name="shared")


def test_more_than_may_be_read_is_not_taken_for_all() -> None:
    world = _world(StoredSet("Deploy", {"session_duration": "PT1H"}))
    world.center.provisioned |= {(f"{number:012}", _ARN): 1 for number in range(200)}
    (obstacle,) = _described(world, _DEPLOY).obstacles
    assert obstacle.startswith("not looked at: the rest of its assignments (at most 40 calls")


class TestGroups:
    def _world(self, *rules: Any) -> tuple[World, dict[str, str]]:  # noqa: ANN401
        """People of two departments, with user ids by HR id, and a group `engineers` that somebody else made."""
        world = World()
        for person in (a_person("e-1"), a_person("e-2", department="Sales")):
            world.hr_tells(person)
        world.settle()
        world.policy_is(a_policy(a_group("everybody", department="*")))
        world.settle()
        world.center.groups[_GROUP_ID] = StoredGroup("engineers", "ask in #platform: yes")
        if rules:
            world.policy_is(a_policy(a_group("everybody", department="*"), *rules))
            world.settle()
        ids = {record["user_name"].partition("@")[0]: user_id for user_id, record in world.center.users.items()}
        return world, ids

    def test_a_description_is_said_as_it_is_and_the_group_is_taken_on(self) -> None:
        world, ids = self._world(a_group())
        world.center.memberships["m-1"] = (_GROUP_ID, ids["e-1"])
        described = _described(world, the_group())
        assert described.obstacles == ()
        (rule,) = _read(described.policy).groups
        assert (rule.name, rule.description, dict(rule.people)) == ("engineers", "ask in #platform: yes", {})
        taken = replace(a_group(), description=rule.description)
        world.policy_is(a_policy(a_group("everybody", department="*"), taken))
        world.settle()
        applied = world.applied(the_group(), GROUP)
        assert applied is not None
        assert (applied.adopted, applied.references) == (True, {"group_id": _GROUP_ID})
        assert world.center.groups[_GROUP_ID] == StoredGroup("engineers", "ask in #platform: yes")

    def test_a_name_that_is_no_key_is_described_under_another(self) -> None:
        world, _ = self._world()
        world.center.groups[_GROUP_ID] = StoredGroup("Sales/EMEA", "them")
        mistake, hint = _described(world, the_group("Sales/EMEA")).obstacles
        assert "is not a group name" in mistake
        assert "`dayone policy describe group:KEY --name Sales/EMEA`" in hint
        described = _described(world, the_group("emea"), name="sales/emea")
        assert described.obstacles == ()
        (rule,) = _read(described.policy).groups
        assert (rule.name, rule.called, rule.description) == ("emea", "Sales/EMEA", "them")

    def test_members_whom_no_rule_puts_there_are_put_there_by_name(self) -> None:
        world, ids = self._world(a_group())
        world.center.memberships |= {"m-1": (_GROUP_ID, ids["e-1"]), "m-2": (_GROUP_ID, ids["e-2"])}
        before = dict(world.center.memberships)
        described = _described(world, the_group())
        assert described.obstacles == ()
        (rule,) = _read(described.policy).groups
        assert set(rule.people) == {"e-2"}
        taken = replace(a_group(), description=rule.description, people={"e-2": HERE})
        world.policy_is(a_policy(a_group("everybody", department="*"), taken))
        world.settle()
        assert world.applied(the_group(), GROUP) is not None
        assert {name: world.center.memberships[name] for name in before} == before

    def test_a_group_that_the_policy_does_not_have_yet_is_described_whole(self) -> None:
        world, ids = self._world()
        world.center.memberships |= {"m-1": (_GROUP_ID, ids["e-1"]), "m-2": (_GROUP_ID, ids["e-2"])}
        described = _described(world, the_group())
        assert described.obstacles == ()
        (rule,) = _read(described.policy).groups
        assert set(rule.people) == {"e-1", "e-2"}

    def test_members_whom_the_policy_cannot_name_or_takes_out_are_named(self) -> None:
        (except_sales,) = a_group(department="Sales").members
        world, ids = self._world(replace(a_group(), exceptions=(except_sales,)))
        world.center.users["user-x"] = {"user_name": "stranger@example.com"}
        world.center.memberships |= {"m-2": (_GROUP_ID, ids["e-2"]), "m-3": (_GROUP_ID, "user-x")}
        obstacles = _described(world, the_group()).obstacles
        assert [obstacle.partition(": no rule")[0] for obstacle in obstacles] == [
            "member person:e-2",
            "member user user-x",
        ]


class TestUsers:
    def test_what_hr_does_not_say_is_named_without_what_is_personal(self) -> None:
        world = World()
        world.center.users["user-1"] = {"user_name": "e-1@example.com", "email": "other@example.com", "title": "Boss"}
        world.hr_tells(a_person(title="SRE"))
        world.settle()
        described = _described(world, the_person())
        assert described.policy == ""
        named = [obstacle.removeprefix("HR does not say what is there: ") for obstacle in described.obstacles]
        assert "title: Boss → SRE" in named
        assert "email: another value → the value that HR gives" in named
        assert "other@" not in str(named)

    def test_the_user_of_the_same_person_needs_no_decision(self) -> None:
        world = World()
        world.center.users["user-1"] = {"user_name": "e-1@example.com", "email": "x@example.com"}
        world.hr_tells(a_person(title="SRE"))
        world.settle()
        world.center.users["user-1"] = {"user_name": "e-1@example.com", "email": "E-1@Example.com"}
        obstacles = _described(world, the_person()).obstacles
        taken = "it is the user of the same person, is taken on without a decision, and gets what HR says: "
        assert {obstacle.partition(": ")[0] for obstacle in obstacles} == {taken.removesuffix(": ")}
        assert f"{taken}email: the same but for letter case or blanks → the value that HR gives" in obstacles
        assert f"{taken}title: none → SRE" in obstacles

    def test_hr_alone_says_what_a_user_is_called(self) -> None:
        with pytest.raises(Malformed, match="HR says"):
            _described(World(), the_person(), name="x")

    def test_nobody_who_is_to_have_no_user_is_described(self) -> None:
        world = World()
        with pytest.raises(Inapplicable, match="no complete record of it is there"):
            _described(world, the_person())
        world.hr_tells(a_person(status=Status.ENDED))
        world.settle()
        with pytest.raises(Inapplicable, match="by what HR has sent"):
            _described(world, the_person())


def test_what_is_managed_already_or_is_not_there_or_is_no_such_thing_is_refused() -> None:
    world = World()
    with pytest.raises(NotFound, match="nothing in Identity Center is called 'Deploy'"):
        _described(world, _DEPLOY)
    with pytest.raises(Malformed):
        _described(world, Subject(SubjectKind.ACCOUNT, ACCOUNT_ID))
    world.policy_is(_read("version: 1\npermission_sets:\n  Deploy: {managed_policies: [ViewOnlyAccess]}\n"))
    world.settle()
    with pytest.raises(Inapplicable, match="manages permission-set:Deploy already"):
        _described(world, _DEPLOY)
