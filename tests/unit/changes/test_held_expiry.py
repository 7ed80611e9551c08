"""Expiry of held operations: gifts without a decision expire; removals stay held."""

from datetime import timedelta

import pytest

from dayone.changes.decisions import decide_change
from dayone.errors import Inapplicable
from dayone.events import news_of_expiry
from dayone.model.changes import Change, ChangeState
from dayone.model.guardrails import Verdict
from dayone.model.operations import OperationState
from dayone.model.people import Status
from dayone.ops.health import check_health
from tests.builders import NOON, a_person, an_account, the_person
from tests.unit.changes.test_sensitive_gifts import POLICY, admins, held
from tests.unit.hr_world import later
from tests.unit.previews import api_of, put_in_force
from tests.unit.world import World

_LIMIT = "guardrails: {removals: {percent: 0, at_least: 0}}\n"
_WAITS = ["person:e-1 create membership/admins"]


def _world(*, expiry: timedelta = timedelta(days=30), text: str = POLICY) -> tuple[World, Change]:
    """Somebody's membership of the administrators is held."""
    world = World(approves=True, held_expiry=expiry)
    world.account_is(an_account())
    put_in_force(text, world=world)
    world.approves = False
    request = world.hr_tells(a_person(title="Administrator"))
    world.settle()
    assert held(world) == _WAITS
    return world, world.state.changes[request.cause.change]


def _swept(world: World, *, days: int, hours: int = 0) -> None:
    later(world, days=days, hours=hours)
    world.sweep()
    world.settle()


@pytest.mark.parametrize(("days", "hours", "is_over"), [(29, 23, False), (30, 1, True), (300, 0, True)])
def test_it_expires_after_the_time_and_not_before(*, days: int, hours: int, is_over: bool) -> None:
    world, change = _world()
    _swept(world, days=days, hours=hours)
    assert held(world) == ([] if is_over else _WAITS)
    now = world.state.changes[change.id]
    assert (now.expired, now.held) == ((1, 0) if is_over else (0, 1))
    assert now.state is (ChangeState.SUCCEEDED if is_over else ChangeState.HELD)
    assert admins(world) == set()


def test_it_says_so_in_the_change_in_the_audit_log_and_on_the_bus() -> None:
    world, change = _world()
    _swept(world, days=31)
    (operation,) = [
        operation for operation in world.operations(OperationState.SUPERSEDED) if operation.change == change.id
    ]
    assert operation.failure_reason == "nobody decided on it in time"
    (entry,) = [audit_entry for audit_entry, _ in world.state.log if audit_entry.action == "expire-sensitive-access"]
    assert (entry.actor, entry.change, entry.subject) == ("dayone", change.id, "person:e-1")
    assert entry.detail == "membership/admins"
    news = news_of_expiry(change, world.state.changes[change.id], at=NOON)
    assert news is not None
    assert (news.detail_type, news.id, news.detail["change"]) == ("Change Expired", f"{change.id}/expired", change.id)
    assert news_of_expiry(world.state.changes[change.id], world.state.changes[change.id], at=NOON) is None
    assert news_of_expiry(None, change, at=NOON) is None


def test_status_says_so_for_a_week() -> None:
    world, _ = _world()
    assert check_health(api_of(world)).warnings == ()
    _swept(world, days=31)
    (warning,) = check_health(api_of(world)).warnings
    assert warning.startswith("1 held operation has expired within 7 days")
    later(world, days=7)
    assert check_health(api_of(world)).warnings == ()


def test_nobody_approves_it_any_more() -> None:
    world, change = _world()
    _swept(world, days=31)
    with pytest.raises(Inapplicable, match="holds nothing"):
        decide_change(change.id, is_approved=True, actor="arn:approver", ports=api_of(world))


def test_it_is_asked_for_again_by_a_newer_policy_and_by_nothing_else() -> None:
    world, _ = _world()
    _swept(world, days=31)
    world.hr_tells(a_person(title="Administrator", given_name="Grace"), at=world.now)
    world.settle()
    assert (held(world), admins(world)) == ([], set())
    assert [removal.verdict for removal in world.head(the_person()).held] == [Verdict.EXPIRED]
    put_in_force(POLICY + "# once more\n", world=world)
    assert held(world) == _WAITS
    world.approves = True
    world.settle()
    assert admins(world) == {"e-1@example.com"}


def test_what_hr_takes_back_and_tells_anew_is_asked_for_anew() -> None:
    world, _ = _world()
    _swept(world, days=31)
    for title in ("Clerk", "Administrator"):
        later(world, minutes=1)
        world.hr_tells(a_person(title=title), at=world.now)
        world.settle()
    assert held(world) == _WAITS


def test_with_no_time_it_never_does() -> None:
    world, _ = _world(expiry=timedelta(0))
    _swept(world, days=3000)
    assert held(world) == _WAITS


def test_a_removal_stays_held() -> None:
    world, _ = _world(text=POLICY + _LIMIT)
    world.hr_tells(a_person("e-2"))
    world.settle()
    later(world, minutes=1)
    world.hr_tells(a_person("e-2", status=Status.ENDED), at=world.now)
    world.settle()
    waiting = held(world)
    assert "person:e-2 delete membership/staff" in waiting
    _swept(world, days=300)
    assert held(world) == [name for name in waiting if name not in _WAITS]
