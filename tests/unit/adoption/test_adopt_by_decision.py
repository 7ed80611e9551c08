"""Taking on what somebody else made although it differs: on a human's decision, about exactly what was shown."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from dayone.adoption.service import AdoptionWish, read_adoption, request_adoption
from dayone.changes.decisions import decide_change
from dayone.errors import Forbidden, Inapplicable, Invalid, NotFound, Throttled
from dayone.model.changes import Cause, ChangeState
from dayone.model.operations import OperationState
from dayone.model.people import Status
from dayone.model.subjects import Subject
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from tests.builders import (
    ACCOUNT_ID,
    GROUP,
    PERMISSION_SET,
    USER,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    the_group,
    the_person,
    the_set,
)
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.unit.crashes import Crash, Fuse
from tests.unit.previews import api_of
from tests.unit.world import World

_VIEW, _ADMIN = "job-function/ViewOnlyAccess", "AdministratorAccess"
_ARN, _GROUP_ID = "arn:theirs", "group-theirs"
_INLINE = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}'
_DENY = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:*","Resource":"*"}]}'
_POLICY = a_policy(
    a_group(), replace(a_set(managed=(_VIEW,), inline=_INLINE), boundary="PowerUserAccess"), an_assignment()
)
_SOMEBODY = "arn:somebody"


def _theirs(**changes: Any) -> StoredSet:  # noqa: ANN401
    stored = StoredSet(
        "ViewOnly",
        {"session_duration": "PT1H", "description": "theirs"},
        tags={"team": "x"},
        managed_policies={_VIEW, _ADMIN},
        customer_policies={"/teams/Deployer"},
        inline_policy=_DENY,
    )
    return replace(stored, **changes)


def _world(stored: StoredSet | None = None) -> World:
    world = World()
    world.center.permission_sets[_ARN] = stored or _theirs()
    world.account_is(an_account())
    world.settle()
    return world


def _in_use(world: World) -> None:
    """A group of somebody else's has the set in the account."""
    world.center.groups["group-admins"] = StoredGroup("admins", "")
    key = AssignmentKey(
        account_id=ACCOUNT_ID,
        permission_set_arn=_ARN,
        principal_id="group-admins",
        principal_type=PrincipalType.GROUP,
    )
    world.center.assignments.add(key)
    world.center.provisioned[ACCOUNT_ID, _ARN] = world.center.permission_sets[_ARN].revision


def _refused(world: World) -> str:
    """The id of the change in which the policy could not be carried out."""
    change = world.policy_is(_POLICY).cause.change
    world.settle()
    assert world.state.changes[change].state is ChangeState.FAILED
    return change


def _shown(world: World, kind: str) -> str:
    """The digest in the newest failure."""
    failed = [operation for operation in world.operations(OperationState.FAILED) if operation.kind == kind]
    (digest,) = re.findall("--digest ([0-9a-f]{16}) --reason TEXT$", failed[-1].failure_reason)
    return str(digest)


def _failure(world: World) -> str:
    failed = [
        operation for operation in world.operations(OperationState.FAILED) if operation.kind == "create-permission-set"
    ]
    return failed[-1].failure_reason


def _decide(world: World, change: str, *, digest: str, subject: Subject | None = None, actor: str = _SOMEBODY) -> Cause:
    wish = AdoptionWish(subject=subject or the_set(), digest=digest, reason="ours from before")
    return request_adoption(change, wish=wish, actor=actor, ports=api_of(world))


def _later(world: World) -> None:
    for _ in range(2):
        world.sleep(301)
        world.sweep()
        _for_a_while(world)


def _for_a_while(world: World) -> None:
    """Let time pass; operations that wait for a held one keep waiting."""
    for _ in range(5):
        world.plan_all()
        world.execute()
        world.sleep(61)


def _is_in_line(world: World) -> None:
    stored = world.center.permission_sets[_ARN]
    assert stored.managed_policies == {_VIEW}
    assert stored.customer_policies == set()
    assert (stored.inline_policy, stored.boundary) == (_INLINE, "PowerUserAccess")
    assert stored.tags == {}
    assert stored.attributes == {"session_duration": "PT8H"}
    assert world.unprovisioned() == []


class TestASetThatNobodyUses:
    def test_it_is_brought_in_line_and_assigned_only_then(self) -> None:
        world = _world()
        change = _refused(world)
        cause = _decide(world, change, digest=_shown(world, "create-permission-set"))
        world.plan_all()
        # Nobody is given what somebody else has left in it.
        given = list[object]()
        world.center.assignments = _Watched(world.center.assignments, lambda: given.append(_parts(world)))
        world.settle()
        assert world.state.changes[cause.change].state is ChangeState.SUCCEEDED
        _later(world)
        _is_in_line(world)
        assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}
        assert given == [({_VIEW}, set(), _INLINE)]
        assert list(world.center.permission_sets) == [_ARN]

    def test_who_decided_it_and_why_is_in_the_audit_log(self) -> None:
        world = _world()
        change = _refused(world)
        digest = _shown(world, "create-permission-set")
        cause = _decide(world, change, digest=digest)
        world.settle()
        (entry,) = [audit_entry for audit_entry, _ in world.state.log if audit_entry.action == "adopt-existing"]
        assert (entry.actor, entry.change, entry.subject) == (_SOMEBODY, cause.change, "permission-set:ViewOnly")
        assert entry.detail == f"ours from before (digest {digest})"
        removed = {
            audit_entry.action
            for audit_entry, _ in world.state.log
            if audit_entry.change == cause.change and audit_entry.outcome == "succeeded"
        }
        assert f"delete-managed-policy managed-policy/{_ADMIN}" in removed

    def test_it_is_kept_with_what_was_wanted_of_it_when_it_leaves_the_policy(self) -> None:
        world = _world()
        change = _refused(world)
        _decide(world, change, digest=_shown(world, "create-permission-set"))
        world.settle()
        _later(world)
        world.policy_is(a_policy(a_group()))
        world.settle()
        stored = world.center.permission_sets[_ARN]
        assert (stored.managed_policies, stored.inline_policy) == ({_VIEW}, _INLINE)

    def test_a_newer_policy_halfway_still_removes_what_they_left_in_it(self) -> None:
        world = _world()
        change = _refused(world)
        _decide(world, change, digest=_shown(world, "create-permission-set"))
        world.plan_all()
        world.around = _stopping_after_the_set
        world.execute(seconds=1)
        world.around = lambda _name, port: port
        assert world.applied(the_set(), PERMISSION_SET) is not None
        assert _ADMIN in world.center.permission_sets[_ARN].managed_policies
        other = replace(a_set(managed=(_VIEW,), inline=_INLINE), description="newer")
        world.policy_is(a_policy(a_group(), other, an_assignment()))
        world.settle()
        assert world.center.permission_sets[_ARN].managed_policies == {_VIEW}


@pytest.mark.thorough
def test_a_crash_at_any_call_leaves_nothing_of_theirs_in_it() -> None:
    number, has_burnt = 0, True
    while has_burnt:
        number += 1
        world = _world()
        change = _refused(world)
        _decide(world, change, digest=_shown(world, "create-permission-set"))
        fuse = Fuse(number)
        world.around = fuse.around
        with suppress(Crash):
            world.settle()
        has_burnt = fuse.has_burnt
        world.around = lambda _name, port: port
        world.sleep(61)
        world.settle()
        _later(world)
        assert _parts(world) == ({_VIEW}, set(), _INLINE), number
        assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}, number
    assert number > 40


def _parts(world: World) -> tuple[set[str], set[str], str]:
    stored = world.center.permission_sets[_ARN]
    return set(stored.managed_policies), set(stored.customer_policies), stored.inline_policy


class _Watched(set[AssignmentKey]):
    def __init__(self, keys: set[AssignmentKey], watch: Any) -> None:  # noqa: ANN401
        super().__init__(keys)
        self._watch = watch

    def add(self, key: AssignmentKey) -> None:
        super().add(key)
        self._watch()


def _stopping_after_the_set(name: str, port: Any) -> Any:  # noqa: ANN401
    return _Silent() if name in ("set_policies", "assignments") else port


class _Silent:
    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        def throttled(*_: object, **__: object) -> None:
            raise Throttled("slow down")

        return throttled


class TestASetThatOthersUse:
    def _decided(self) -> tuple[World, Cause]:
        world = _world()
        _in_use(world)
        change = _refused(world)
        cause = _decide(world, change, digest=_shown(world, "create-permission-set"))
        world.settle()
        return world, cause

    def test_nothing_is_touched_before_another_person_has_approved(self) -> None:
        world, cause = self._decided()
        held = world.state.changes[cause.change]
        assert held.state is ChangeState.HELD
        assert held.held == held.operations
        assert f"group group-admins in {ACCOUNT_ID}" in held.held_reason
        assert "ours from before" in held.held_reason
        _later(world)
        assert world.center.permission_sets[_ARN] == _theirs()
        with pytest.raises(Forbidden, match="another caller"):
            decide_change(cause.change, is_approved=True, actor=_SOMEBODY, ports=api_of(world))

    def test_it_is_brought_in_line_once_it_is_approved_and_their_assignment_stays(self) -> None:
        world, cause = self._decided()
        decide_change(cause.change, is_approved=True, actor="arn:other", ports=api_of(world))
        world.settle()
        _later(world)
        _is_in_line(world)
        assert world.state.changes[cause.change].state is ChangeState.SUCCEEDED
        assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers"), (ACCOUNT_ID, "ViewOnly", "admins")}
        (entry,) = [audit_entry for audit_entry, _ in world.state.log if audit_entry.action == "approve-adoption"]
        assert entry.actor == "arn:other"

    def test_once_it_is_rejected_it_stays_theirs_and_can_be_decided_anew(self) -> None:
        world, cause = self._decided()
        decide_change(cause.change, is_approved=False, actor="arn:other", ports=api_of(world))
        world.settle()
        again = _again(world)
        assert world.center.permission_sets[_ARN] == _theirs()
        assert world.head(the_set()).adoption is None
        cause = _decide(world, again, digest=_shown(world, "create-permission-set"))
        world.settle()
        assert world.state.changes[cause.change].state is ChangeState.HELD

    def test_a_second_decision_waits_for_the_first(self) -> None:
        world, cause = self._decided()
        with pytest.raises(Inapplicable, match=f"held by change {cause.change}"):
            _decide(world, cause.change, digest="0" * 16)

    def test_what_has_changed_since_it_was_approved_is_left_as_it_is(self) -> None:
        world, cause = self._decided()
        changed = _theirs(customer_policies={"/teams/Deployer", "/Newer"})
        world.center.permission_sets[_ARN] = replace(changed)
        decide_change(cause.change, is_approved=True, actor="arn:other", ports=api_of(world))
        world.settle()
        assert world.center.permission_sets[_ARN] == changed
        (failed,) = [
            operation
            for operation in world.operations(OperationState.FAILED)
            if operation.change == cause.change and not operation.after
        ]
        assert "is not what was decided on" in failed.failure_reason
        assert "customer managed policy: /Newer → none" in failed.failure_reason
        # The next plan asks again, and nobody has approved anything by then.
        _later(world)
        assert world.center.permission_sets[_ARN] == changed
        assert not [change for change in world.state.changes.values() if change.state is ChangeState.HELD]

    def test_a_policy_that_wants_something_else_by_then_is_another_question(self) -> None:
        world, cause = self._decided()
        newer = replace(a_set(managed=(_VIEW,), inline=_INLINE), description="newer")
        world.policy_is(a_policy(a_group(), newer, an_assignment()))
        world.settle()
        assert world.state.changes[cause.change].held == 0
        assert world.center.permission_sets[_ARN] == _theirs()
        assert "description: theirs → newer" in _failure(world)

    def test_one_that_leaves_the_policy_is_no_longer_asked_about(self) -> None:
        world, cause = self._decided()
        world.policy_is(a_policy(a_group()))
        world.settle()
        assert world.state.changes[cause.change].held == 0
        assert world.center.permission_sets[_ARN] == _theirs()


def _again(world: World) -> str:
    """The same policy once more, in which the set is to be created."""
    change = world.policy_is(replace(_POLICY, version=0)).cause.change
    world.settle()
    return change


class TestWhatIsRefused:
    def test_what_exists_is_not_what_the_digest_stands_for(self) -> None:
        world = _world()
        change = _refused(world)
        digest = _shown(world, "create-permission-set")
        _in_use(world)
        with pytest.raises(Inapplicable, match=f"group admins in {ACCOUNT_ID} → none.*its digest is [0-9a-f]{{16}}"):
            _decide(world, change, digest=digest)
        assert world.inbox.commands == []

    def test_a_change_that_has_nothing_about_it_or_is_unknown(self) -> None:
        world = _world()
        change = _refused(world)
        with pytest.raises(NotFound, match="nothing about group:other"):
            _decide(world, change, digest="0" * 16, subject=Subject.parse("group:other"))
        with pytest.raises(NotFound):
            _decide(world, "01KQ0000000000000000000009", digest="0" * 16)

    def test_what_is_there_already_or_wanted_no_more_or_gone(self) -> None:
        world = _world()
        change = _refused(world)
        with pytest.raises(Inapplicable, match="is there already"):
            _decide(world, change, digest="0" * 16, subject=the_group())
        stored = world.center.permission_sets.pop(_ARN)
        with pytest.raises(Inapplicable, match="nothing exists under the name"):
            _decide(world, change, digest="0" * 16)
        world.center.permission_sets[_ARN] = stored
        world.policy_is(a_policy(a_group()))
        world.settle()
        with pytest.raises(Inapplicable, match="nothing is to be created"):
            _decide(world, change, digest="0" * 16)

    @pytest.mark.parametrize(
        ("sent", "finding"),
        [
            ({"digest": "x", "reason": "y"}, "`subject`"),
            ({"subject": "nobody", "digest": "x", "reason": "y"}, "`subject`"),
            ({"subject": "account:123456789012", "digest": "x", "reason": "y"}, "`subject`"),
            ({"subject": "group:g", "digest": "", "reason": "y"}, "`digest`"),
            ({"subject": "group:g", "digest": "x", "reason": " "}, "`reason`"),
            ({"subject": "group:g", "digest": "x", "reason": "y" * 201}, "`reason`"),
        ],
    )
    def test_a_request_with_a_mistake(self, sent: dict[str, object], finding: str) -> None:
        with pytest.raises(Invalid) as error:
            read_adoption(sent)
        assert [name for name in error.value.findings if finding in name]


class TestGroups:
    def _world(self, *, description: str = "theirs") -> tuple[World, str]:
        world = World()
        world.center.groups[_GROUP_ID] = StoredGroup("engineers", description)
        world.center.users["user-x"] = {"user_name": "x"}
        world.hr_tells(a_person())
        return world, world.policy_is(a_policy(a_group())).cause.change

    def test_one_with_members_that_nobody_asked_for_is_held_and_they_stay(self) -> None:
        world, change = self._world()
        world.center.memberships["m-1"] = (_GROUP_ID, "user-x")
        world.settle()
        reason = next(
            operation.failure_reason
            for operation in world.operations(OperationState.FAILED)
            if operation.kind == "create-group"
        )
        assert "member: user user-x → none" in reason
        cause = _decide(world, change, digest=_shown(world, "create-group"), subject=the_group())
        world.settle()
        held = world.state.changes[cause.change]
        assert (held.state, "member user-x" in held.held_reason) == (ChangeState.HELD, True)
        assert world.groups()["engineers"] == {"x"}
        joiner = world.hr_tells(a_person("e-2")).cause.change
        _later(world)
        # A member who joins meanwhile waits for the same decision.
        assert world.state.changes[joiner].state is ChangeState.HELD
        decide_change(cause.change, is_approved=True, actor="arn:other", ports=api_of(world))
        world.settle()
        _later(world)
        assert world.groups()["engineers"] == {"x", "e-1@example.com", "e-2@example.com"}
        assert world.state.changes[joiner].state is ChangeState.SUCCEEDED
        assert world.center.groups[_GROUP_ID].description == ""
        applied = world.applied(the_group(), GROUP)
        assert applied is not None
        assert (applied.adopted, applied.references) == (True, {"group_id": _GROUP_ID})

    def test_an_empty_one_needs_nobody_else(self) -> None:
        world, change = self._world()
        world.settle()
        cause = _decide(world, change, digest=_shown(world, "create-group"), subject=the_group())
        world.settle()
        _later(world)
        assert world.state.changes[cause.change].state is ChangeState.SUCCEEDED
        assert world.groups()["engineers"] == {"e-1@example.com"}

    def test_one_of_another_spelling_is_not_renamed(self) -> None:
        world, change = self._world()
        world.center.groups[_GROUP_ID] = StoredGroup("Engineers", "")
        world.settle()
        with pytest.raises(Inapplicable, match="'Engineers' in AWS, and is not renamed"):
            _decide(world, change, digest=_shown(world, "create-group"), subject=the_group())


class TestUsers:
    _USER: ClassVar = {
        "user_name": "e-1@example.com",
        "email": "other@example.com",
        "given_name": "Ada",
        "family_name": "L",
    }

    def test_one_of_another_address_is_the_person_s_once_another_person_has_approved(self) -> None:
        world = World()
        world.center.users["user-theirs"] = dict(self._USER)
        world.policy_is(a_policy(a_group()))
        told = world.hr_tells(a_person())
        world.settle()
        digest = _shown(world, "create-user")
        cause = _decide(world, told.cause.change, digest=digest, subject=the_person())
        world.settle()
        assert world.state.changes[cause.change].state is ChangeState.HELD
        assert world.groups()["engineers"] == set()
        decide_change(cause.change, is_approved=True, actor="arn:other", ports=api_of(world))
        world.settle()
        _later(world)
        assert world.center.users["user-theirs"]["email"] == "e-1@example.com"
        assert world.groups()["engineers"] == {"e-1@example.com"}
        applied = world.applied(the_person(), USER)
        assert applied is not None
        assert applied.adopted

    def test_who_leaves_before_that_gets_nothing(self) -> None:
        world = World()
        world.center.users["user-theirs"] = dict(self._USER)
        world.policy_is(a_policy(a_group()))
        told = world.hr_tells(a_person())
        world.settle()
        cause = _decide(world, told.cause.change, digest=_shown(world, "create-user"), subject=the_person())
        world.settle()
        world.now += timedelta(days=1)
        world.hr_tells(a_person(status=Status.ENDED))
        world.settle()
        assert world.state.changes[cause.change].held == 0
        assert world.center.users["user-theirs"] == self._USER
