"""Existing resources of a name in the policy or from HR: adopted only when entirely known and as desired."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dayone.errors import AccessDenied, Throttled
from dayone.executor import existing as read_existing
from dayone.model.operations import OperationState
from dayone.model.policy.rules import CustomerPolicy
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from tests.builders import (
    ACCOUNT_ID,
    GROUP,
    INLINE_POLICY,
    PERMISSION_SET,
    USER,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    the_account,
    the_group,
    the_person,
    the_set,
)
from tests.fakes.sso.identity_center import MemoryIdentityCenter, StoredGroup, StoredSet
from tests.unit.world import World

_VIEW = "job-function/ViewOnlyAccess"
_ARN, _GROUP_ID = "arn:theirs", "group-theirs"
_INLINE = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}'
_DENY = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:*","Resource":"*"}]}'
_RULE = replace(
    a_set(managed=(_VIEW,), inline=_INLINE, description="read"),
    customer_policies=(CustomerPolicy("Deployer", "/teams/"),),
    boundary="PowerUserAccess",
    tags={"owner": "platform"},
)
_WANTED = StoredSet(
    "ViewOnly",
    {"session_duration": "PT8H", "description": "read"},
    tags={"owner": "platform"},
    managed_policies={_VIEW},
    customer_policies={"/teams/Deployer"},
    # The same document, written otherwise.
    inline_policy=json.dumps(json.loads(_INLINE), indent=2),
    boundary="PowerUserAccess",
)


def _world(stored: StoredSet) -> World:
    world = World()
    world.center.permission_sets[_ARN] = deepcopy(stored)
    world.account_is(an_account())
    world.settle()
    return world


def _failure(world: World, kind: str) -> str:
    (failed,) = [operation for operation in world.operations(OperationState.FAILED) if operation.kind == kind]
    return failed.failure_reason


def _assigned(center: MemoryIdentityCenter, principal: str, *, is_user: bool = False) -> AssignmentKey:
    kind = PrincipalType.USER if is_user else PrincipalType.GROUP
    key = AssignmentKey(account_id=ACCOUNT_ID, permission_set_arn=_ARN, principal_id=principal, principal_type=kind)
    center.assignments.add(key)
    center.provisioned[ACCOUNT_ID, _ARN] = 1
    return key


def test_a_set_that_is_in_every_part_as_wanted_is_taken_on_and_nothing_is_written() -> None:
    world = _world(_WANTED)
    world.policy_is(a_policy(a_group(), _RULE, an_assignment(), harmless={"ViewOnly"}))
    world.settle()
    applied = world.applied(the_set(), PERMISSION_SET)
    assert applied is not None
    assert (applied.adopted, applied.references) == (True, {"permission_set_arn": _ARN})
    assert world.center.permission_sets == {_ARN: _WANTED}
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}
    inline = world.applied(the_set(), INLINE_POLICY)
    assert inline is not None
    assert inline.adopted


_DIFFERENT: dict[str, tuple[Callable[[StoredSet], None], str]] = {
    "another description": (
        lambda stored_set: stored_set.attributes.update(description="theirs"),
        "description: theirs → read",
    ),
    "another duration": (
        lambda stored_set: stored_set.attributes.update(session_duration="PT1H"),
        "session_duration: PT1H → PT8H",
    ),
    "a relay state": (
        lambda stored_set: stored_set.attributes.update(relay_state="https://x"),
        "relay_state: https://x → none",
    ),
    "another tag": (lambda stored_set: stored_set.tags.update(owner="them"), "tag:owner: them → platform"),
    "a tag more": (lambda stored_set: stored_set.tags.update(team="x"), "tag:team: x → none"),
    "a policy of AWS's more": (
        lambda stored_set: stored_set.managed_policies.add("AdministratorAccess"),
        "managed policy: AdministratorAccess → none",
    ),
    "a policy of AWS's less": (
        lambda stored_set: stored_set.managed_policies.clear(),
        f"managed policy: none → {_VIEW}",
    ),
    "a customer policy in another path": (
        lambda stored_set: stored_set.customer_policies.add("/Deployer"),
        "customer managed policy: /Deployer → none",
    ),
    "another inline policy": (
        lambda stored_set: setattr(stored_set, "inline_policy", _DENY),
        f"inline policy: {_DENY} → {_INLINE}",
    ),
    "no inline policy": (
        lambda stored_set: setattr(stored_set, "inline_policy", ""),
        f"inline policy: none → {_INLINE}",
    ),
    "another boundary": (
        lambda stored_set: setattr(stored_set, "boundary", "/teams/Limit"),
        "permissions boundary: /teams/Limit → PowerUserAccess",
    ),
    "no boundary": (
        lambda stored_set: setattr(stored_set, "boundary", ""),
        "permissions boundary: none → PowerUserAccess",
    ),
}


@pytest.mark.parametrize("name", _DIFFERENT)
def test_a_set_that_differs_in_one_part_is_left_as_it_is_and_the_failure_says_in_which(name: str) -> None:
    change, expected = _DIFFERENT[name]
    stored = deepcopy(_WANTED)
    change(stored)
    world = _world(stored)
    world.policy_is(a_policy(a_group(), _RULE, an_assignment(), harmless={"ViewOnly"}))
    world.settle()
    assert world.center.permission_sets == {_ARN: stored}
    assert world.center.requests == {}
    assert expected in _failure(world, "create-permission-set")
    assert world.applied(the_set(), PERMISSION_SET) is None
    assert world.assignments() == set()
    # It leaves the policy, and is still theirs.
    world.policy_is(a_policy(a_group()))
    world.settle()
    assert world.center.permission_sets == {_ARN: stored}


def test_a_long_list_of_differences_is_cut_and_says_by_how_many() -> None:
    stored = deepcopy(_WANTED)
    stored.managed_policies |= {f"Policy{number:03}" for number in range(30)}
    stored.inline_policy = json.dumps({"Version": "2012-10-17", "Statement": ["x" * 9000]})
    world = _world(stored)
    world.policy_is(a_policy(_RULE, harmless={"ViewOnly"}))
    world.settle()
    reason = _failure(world, "create-permission-set")
    assert "Policy000 → none" in reason
    assert "and 19 more" in reason
    assert len(reason) < 2000


class TestAssignmentsOfASet:
    def test_one_that_nobody_asked_for_is_a_difference(self) -> None:
        world = _world(_WANTED)
        world.center.groups["group-admins"] = StoredGroup("admins", "")
        key = _assigned(world.center, "group-admins")
        world.policy_is(a_policy(a_group(), _RULE, an_assignment(), harmless={"ViewOnly"}))
        world.settle()
        assert f"assignment: group admins in {ACCOUNT_ID} → none" in _failure(world, "create-permission-set")
        assert world.center.assignments == {key}

    def test_those_that_the_policy_asks_for_are_none(self) -> None:
        world = _world(_WANTED)
        world.center.groups[_GROUP_ID] = StoredGroup("engineers", "")
        _assigned(world.center, _GROUP_ID)
        world.policy_is(a_policy(a_group(), _RULE, an_assignment(), harmless={"ViewOnly"}))
        world.settle()
        assert world.operations(OperationState.FAILED) == []
        for subject, resource in ((the_set(), PERMISSION_SET), (the_group(), GROUP)):
            applied = world.applied(subject, resource)
            assert applied is not None
            assert applied.adopted

    def test_a_person_s_own_counts_when_the_policy_gives_them_that(self) -> None:
        world = _world(_WANTED)
        world.hr_tells(a_person())
        world.policy_is(a_policy(a_group()))
        world.settle()
        (user_id,) = world.center.users
        _assigned(world.center, user_id, is_user=True)
        own = replace(an_assignment(), group="", person="e-1")
        world.policy_is(a_policy(a_group(), _RULE, own, harmless={"ViewOnly"}))
        world.settle()
        assert world.operations(OperationState.FAILED) == []
        world = _world(_WANTED)
        world.center.users["user-x"] = {"user_name": "x"}
        _assigned(world.center, "user-x", is_user=True)
        world.policy_is(a_policy(a_group(), _RULE, own, harmless={"ViewOnly"}))
        world.settle()
        assert f"assignment: user user-x in {ACCOUNT_ID} → none" in _failure(world, "create-permission-set")

    def test_an_account_that_the_policy_leaves_alone_asks_for_none(self) -> None:
        world = _world(_WANTED)
        world.center.groups[_GROUP_ID] = StoredGroup("engineers", "")
        key = replace(_assigned(world.center, _GROUP_ID), account_id="999999999999")
        world.center.assignments.add(key)
        world.center.provisioned["999999999999", _ARN] = 1
        world.policy_is(a_policy(a_group(), _RULE, an_assignment(), harmless={"ViewOnly"}))
        world.settle()
        reason = _failure(world, "create-permission-set")
        assert "assignment: group engineers in 999999999999 → none" in reason
        assert ACCOUNT_ID not in reason

    def test_more_than_may_be_read_is_not_taken_on_and_said(self) -> None:
        world = _world(_WANTED)
        world.center.provisioned |= {(f"{number:012}", _ARN): 1 for number in range(200)}
        world.policy_is(a_policy(_RULE, harmless={"ViewOnly"}))
        world.settle()
        assert "not looked at: the rest of its assignments (at most 40 calls" in _failure(
            world, "create-permission-set"
        )


class TestGroups:
    def _policy_is(self, world: World, **group: str) -> None:
        world.policy_is(a_policy(a_group(**group)))
        world.settle()

    def test_another_description_is_named(self) -> None:
        world = World()
        world.center.groups[_GROUP_ID] = StoredGroup("engineers", "ask in #platform")
        self._policy_is(world)
        assert "description: ask in #platform → none" in _failure(world, "create-group")
        assert world.center.groups == {_GROUP_ID: StoredGroup("engineers", "ask in #platform")}

    def test_a_member_that_nobody_asked_for_is_named_by_their_hr_id_or_else_by_aws_s(self) -> None:
        world = World()
        world.hr_tells(a_person("e-1"))
        world.hr_tells(a_person("e-2", department="Sales"))
        world.settle()
        world.policy_is(a_policy(a_group("everybody", department="*")))
        world.settle()
        ids = {attributes["user_name"]: user_id for user_id, attributes in world.center.users.items()}
        world.center.users["user-x"] = {"user_name": "stranger@example.com"}
        world.center.groups[_GROUP_ID] = StoredGroup("engineers", "")
        wanted, unwanted = ids["e-1@example.com"], ids["e-2@example.com"]
        members = {"m-1": (_GROUP_ID, wanted), "m-2": (_GROUP_ID, unwanted), "m-3": (_GROUP_ID, "user-x")}
        world.center.memberships |= members
        before = dict(world.center.memberships)
        world.policy_is(a_policy(a_group("everybody", department="*"), a_group()))
        world.settle()
        reason = _failure(world, "create-group")
        assert "member: person:e-2 → none" in reason
        assert "member: user user-x → none" in reason
        assert "e-1" not in reason
        assert "stranger" not in reason
        assert world.center.memberships == before

    def test_members_that_the_policy_asks_for_are_none(self) -> None:
        world = World()
        world.hr_tells(a_person())
        world.policy_is(a_policy(a_group("everybody", department="*")))
        world.settle()
        (user_id,) = world.center.users
        world.center.groups[_GROUP_ID] = StoredGroup("engineers", "")
        world.center.memberships["m-1"] = (_GROUP_ID, user_id)
        world.policy_is(a_policy(a_group("everybody", department="*"), a_group()))
        world.settle()
        assert world.operations(OperationState.FAILED) == []

    def test_an_assignment_that_nobody_asked_for_is_named(self) -> None:
        world = World()
        world.center.groups[_GROUP_ID] = StoredGroup("engineers", "")
        world.center.permission_sets[_ARN] = StoredSet("Admin", {})
        _assigned(world.center, _GROUP_ID)
        self._policy_is(world)
        assert f"assignment: Admin in {ACCOUNT_ID} → none" in _failure(world, "create-group")

    def test_assignments_that_aws_does_not_list_are_not_taken_for_none(self) -> None:
        world = World()
        world.center.groups[_GROUP_ID] = StoredGroup("engineers", "")
        world.around = lambda name, port: _Denied(port) if name == "live" else port
        self._policy_is(world)
        assert "not looked at: its assignments, which AWS lists" in _failure(world, "create-group")

    def test_a_throttle_is_no_answer_and_it_is_read_again(self) -> None:
        world = World()
        world.center.groups[_GROUP_ID] = StoredGroup("engineers", "")
        throttles = [Throttled("slow down")] * 2
        world.around = lambda name, port: _Throttled(port, throttles) if name == "use" else port
        self._policy_is(world)
        applied = world.applied(the_group(), GROUP)
        assert applied is not None
        assert applied.adopted

    def test_a_reading_ends_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        world = World()
        world.center.groups[_GROUP_ID] = StoredGroup("engineers", "")
        monkeypatch.setattr(read_existing, "_LONGEST_READING", timedelta(seconds=-1))
        self._policy_is(world)
        reason = _failure(world, "create-group")
        assert "not looked at: the rest of its members" in reason


class _Around:
    def __init__(self, port: Any) -> None:  # noqa: ANN401
        self._port = port

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._port, name)


class _Denied(_Around):
    def of_principal(self, *_: object, **__: object) -> object:
        raise AccessDenied("AccessDeniedException: not here")


class _Throttled(_Around):
    def __init__(self, port: Any, throttles: list[Throttled]) -> None:  # noqa: ANN401
        super().__init__(port)
        self._throttles = throttles

    def members(self, *arguments: object, **named: object) -> object:
        if self._throttles:
            raise self._throttles.pop()
        return self._port.members(*arguments, **named)


def test_what_was_refused_and_is_wanted_no_more_is_no_failure_of_its_subject_any_more() -> None:
    world = World()
    world.center.groups[_GROUP_ID] = StoredGroup("engineers", "theirs")
    world.account_is(an_account())
    world.hr_tells(a_person())
    world.policy_is(a_policy(a_group(), a_set(), an_assignment()))
    world.settle()
    subjects = {the_person(), the_account(), the_group()}
    assert {operation.subject for operation in world.operations(OperationState.FAILED)} == subjects
    assert {subject for subject in subjects if world.state.heads[subject].failed} == subjects
    world.policy_is(a_policy(a_set()))
    world.settle()
    assert {subject for subject in subjects if world.state.heads[subject].failed} == set()


def test_what_waits_for_what_is_left_to_others_ends_soon_and_says_where_that_failed() -> None:
    world = World()
    world.center.groups[_GROUP_ID] = StoredGroup("engineers", "theirs")
    world.account_is(an_account())
    world.hr_tells(a_person())
    command = world.policy_is(a_policy(a_group(), _RULE, an_assignment(), harmless={"ViewOnly"}))
    world.plan_all()
    world.execute()
    assert world.state.open_operations() == []
    for kind in ("create-membership", "create-assignment"):
        assert f"that failed in change {command.cause.change}" in _failure(world, kind)


class TestAPartThatIsAnothersWhenItsTurnComes:
    """Somebody writes it after the set was made or taken on, and before our own write."""

    @pytest.mark.parametrize("stored", [None, replace(_WANTED, managed_policies={_VIEW})], ids=["made", "taken on"])
    @pytest.mark.parametrize(("part", "theirs"), [("inline_policy", _DENY), ("boundary", "ReadOnlyAccess")])
    def test_it_is_not_overwritten(self, stored: StoredSet | None, part: str, theirs: str) -> None:
        world = _world(stored) if stored else World()
        world.account_is(an_account())

        world.policy_is(a_policy(a_group(), _RULE, an_assignment(), harmless={"ViewOnly"}))
        world.plan_all()
        world.around = _written_late(world, part=part, theirs=theirs)
        world.settle()
        (kept,) = world.center.permission_sets.values()
        assert getattr(kept, part) == theirs
        kind = "create-inline-policy" if part == "inline_policy" else "create-boundary"
        assert "Day One has not set" in _failure(world, kind)
        assert world.assignments() == set()


class _Late(_Around):
    """A port whose set is changed by somebody else before each call."""

    def __init__(self, port: Any, *, part: str, theirs: str, center: MemoryIdentityCenter) -> None:  # noqa: ANN401
        super().__init__(port)
        self._part, self._theirs, self._center = part, theirs, center

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        for stored_set in self._center.permission_sets.values():
            setattr(stored_set, self._part, self._theirs)
        return super().__getattr__(name)


def _written_late(world: World, *, part: str, theirs: str) -> Callable[[str, Any], Any]:
    def around(name: str, port: Any) -> Any:  # noqa: ANN401
        return _Late(port, part=part, theirs=theirs, center=world.center) if name == "set_policies" else port

    return around


_USER = {
    "user_name": "e-1@example.com",
    "display_name": "Ada Lovelace",
    "given_name": "Ada",
    "family_name": "Lovelace",
    "email": "e-1@example.com",
    "title": "SRE",
}


def _hand_made(**changes: str) -> dict[str, str]:
    return {name: value for name, value in {**_USER, **changes}.items() if value}


class TestUsers:
    def _told(self, user: dict[str, str]) -> World:
        world = World()
        world.center.users["user-theirs"] = dict(user)
        world.policy_is(a_policy(a_group()))
        world.hr_tells(a_person(title="SRE"))
        world.settle()
        return world

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"title": ""},
            {"user_name": "E-1@Example.com"},
            {"email": "E-1@EXAMPLE.COM"},
            {"title": " sre "},
            {"display_name": "ADA  LOVELACE"},
        ],
        ids=str,
    )
    def test_the_same_person_is_taken_on_with_access_and_completed_by_the_next_plan(
        self, changes: dict[str, str]
    ) -> None:
        world = self._told(_hand_made(**changes))
        assert world.operations(OperationState.FAILED) == []
        assert world.groups()["engineers"] == {_hand_made(**changes)["user_name"]}
        for _ in range(2):
            world.sleep(301)
            world.sweep()
            world.settle()
        assert world.center.users == {"user-theirs": _USER}
        applied = world.applied(the_person(), USER)
        assert applied is not None
        assert (applied.adopted, applied.references) == (True, {"user_id": "user-theirs"})

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"title": "Manager"}, "title: Manager → SRE"),
            ({"display_name": "Ada L."}, "display_name: another value → the value that HR gives"),
            ({"family_name": "Byron"}, "family_name: another value → the value that HR gives"),
            ({"email": "ada@elsewhere.org"}, "email: another value → the value that HR gives"),
            ({"email": ""}, "email: none → the value that HR gives"),
            (
                {"email": "ada@elsewhere.org", "user_name": "E-1@example.com"},
                "user_name: the same but for letter case or blanks → the value that HR gives",
            ),
        ],
        ids=lambda value: str(value) if isinstance(value, dict) else "",
    )
    def test_one_that_contradicts_hr_is_left_as_it_is_and_the_failure_names_what_differs(
        self, changes: dict[str, str], expected: str
    ) -> None:
        user = _hand_made(**changes)
        world = self._told(user)
        assert world.center.users == {"user-theirs": user}
        reason = _failure(world, "create-user")
        assert expected in reason
        # Whoever may read failures and the audit log does not read people's names there.
        assert not any(name in reason for name in ("Ada", "Byron", "elsewhere"))
        assert world.groups()["engineers"] == set()

    def test_a_user_with_a_title_that_hr_does_not_give_keeps_it(self) -> None:
        world = World()
        world.center.users["user-theirs"] = dict(_USER)
        world.hr_tells(a_person())
        world.policy_is(a_policy(a_group()))
        world.settle()
        assert world.center.users == {"user-theirs": _USER}
        assert "title: SRE → none" in _failure(world, "create-user")
