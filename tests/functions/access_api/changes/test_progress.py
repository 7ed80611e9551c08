"""Progress of a change over the API: finished of all, by account, and the estimate of the rest."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.model.changes import CauseKind, Share
from dayone.model.operations import SSO_ADMIN, Lane, Operation, OperationState, Priority
from dayone.model.subjects import ResourceKind, Subject, SubjectKind
from dayone.ports.operations import Learned, Lowered
from tests.functions.access_api.state import CHANGE, DEV, NOW, VIEW_ONLY, operation, remembered
from tests.functions.access_api.world import World, asking


@pytest.fixture
def world() -> World:
    """Of the two operations of the change one has failed and one, an assignment, is left."""
    return with_left(World(remembered()), assignments=1)


def with_left(world: World, *, assignments: int) -> World:
    left = {Lane.ASSIGNMENTS: assignments}
    world.state.changes[CHANGE] = replace(world.state.changes[CHANGE], left=left, operations=assignments + 1)
    return world


def share(account: str, **counts: int) -> Share:
    return Share(subject=Subject(SubjectKind.ACCOUNT, account), **counts)


def know(world: World, shares: Iterable[Share]) -> None:
    world.state.shares |= {(CHANGE, share.subject): share for share in shares}


def waiting(number: int, *, change: str = "01KP", priority: Priority = Priority.ONBOARDING, age: int = 60) -> Operation:
    account = Subject(SubjectKind.ACCOUNT, f"{number:012}")
    return replace(
        operation(0),
        change=change,
        subject=account,
        resource=VIEW_ONLY,
        priority=priority,
        created_at=NOW - timedelta(seconds=age),
    )


def estimate(world: World) -> object:
    return world.send("read_change").body["estimated_seconds_remaining"]


def test_a_change_says_how_many_operations_are_done_of_how_many(world: World) -> None:
    progress = world.send("read_change").body["progress"]
    assert (progress["done"], progress["total"]) == (1, 2)
    assert (progress["by_account"], progress["cursor"]) == ([], "")


def test_it_says_so_account_by_account(world: World) -> None:
    counts = {"operations": 7, "succeeded": 2, "failed": 1, "superseded": 1, "held": 1}
    person = Share(subject=Subject(SubjectKind.PERSON, "e-1"), operations=3)
    know(world, [share("222222222222", operations=1), share(DEV.name, **counts), person])
    first, second = world.send("read_change").body["progress"]["by_account"]
    assert first["account"] == DEV.name
    assert (first["done"], first["total"]) == (4, 7)
    assert (first["succeeded"], first["failed"], first["superseded"], first["held"]) == (2, 1, 1, 1)
    assert (second["account"], second["done"], second["total"]) == ("222222222222", 0, 1)


def test_of_many_accounts_the_first_are_there_and_the_rest_a_page_away(world: World) -> None:
    know(world, [share(f"{number:012}", operations=1) for number in range(28)])
    progress = world.send("read_change").body["progress"]
    assert len(progress["by_account"]) == 25
    rest = world.send(asking("list_accounts_of_change", cursor=progress["cursor"])).body
    assert [int(pair["account"]) for pair in rest["accounts"]] == [25, 26, 27]
    assert rest["cursor"] == ""


def test_accounts_are_listed_page_by_page(world: World) -> None:
    know(world, [share(f"{number:012}", operations=1) for number in range(3)])
    first = world.send(asking("list_accounts_of_change", limit="2")).body
    second = world.send(asking("list_accounts_of_change", limit="2", cursor=first["cursor"])).body
    assert [int(pair["account"]) for pair in first["accounts"] + second["accounts"]] == [0, 1, 2]


def test_the_accounts_of_a_change_that_is_unknown_are_not_found(world: World) -> None:
    world.state.changes.clear()
    assert world.send("list_accounts_of_change").status == 404


def test_the_more_is_left_the_longer_it_takes(world: World) -> None:
    few, many = estimate(with_left(world, assignments=10)), estimate(with_left(world, assignments=1000))
    assert isinstance(few, int)
    assert isinstance(many, int)
    assert 0 < few < many


def test_it_takes_longer_where_others_use_what_aws_allows_and_less_after_a_time_in_peace(world: World) -> None:
    with_left(world, assignments=1000)
    usual = estimate(world)
    world.turn.remembered = Learned(since=NOW, lowered={ResourceKind.ASSIGNMENT: Lowered(7, NOW)})
    assert estimate(world) == 2 * usual  # type: ignore[operator]
    world.turn.remembered = Learned(since=NOW - timedelta(minutes=3), lowered={SSO_ADMIN: Lowered(1.6, NOW)})
    assert estimate(world) == 1250
    world.turn.remembered = None


def test_an_api_of_the_identity_store_that_has_refused_is_counted_on_as_far_as_it_goes(world: World) -> None:
    left = {Lane.MEMBERSHIPS: 1500}
    world.state.changes[CHANGE] = replace(world.state.changes[CHANGE], left=left, operations=1501)
    assert estimate(world) == 100
    refused = {"identitystore:CreateGroupMembership": Lowered(5, NOW)}
    world.turn.remembered = Learned(since=NOW, lowered=refused)
    assert estimate(world) == 300


def test_a_long_chain_in_one_account_takes_longer_than_as_much_in_many(world: World) -> None:
    with_left(world, assignments=20)
    know(world, [share(f"{number:012}", operations=1) for number in range(20)])
    spread = estimate(world)
    know(world, [share(DEV.name, operations=20)])
    one_after_another = estimate(world)
    assert isinstance(spread, int)
    assert isinstance(one_after_another, int)
    assert spread < one_after_another


def test_what_is_older_or_more_urgent_goes_before(world: World) -> None:
    alone = estimate(world)
    for number in range(300):
        world.state.store(waiting(number, age=-60))
        world.state.store(waiting(number, change="01KR", priority=Priority.POLICY))
    assert estimate(world) == alone
    for number in range(300):
        world.state.store(waiting(number))
    later = estimate(world)
    for number in range(300):
        world.state.store(waiting(number, change="01KT", priority=Priority.REVOCATION, age=-60))
    latest = estimate(world)
    assert isinstance(alone, int)
    assert isinstance(later, int)
    assert isinstance(latest, int)
    assert alone < later < latest


def test_a_policy_waits_for_everybody_but_another_policy_that_came_later(world: World) -> None:
    existing = world.state.changes[CHANGE]
    world.state.changes[CHANGE] = replace(existing, cause=replace(existing.cause, kind=CauseKind.POLICY))
    alone = estimate(world)
    for number in range(300):
        world.state.store(waiting(number, change="01KR", priority=Priority.POLICY, age=-60))
    assert estimate(world) == alone
    for number in range(300):
        world.state.store(waiting(number, age=-60))
    assert estimate(world) != alone


def test_nothing_can_be_said_while_it_is_being_planned(world: World) -> None:
    world.state.changes[CHANGE] = replace(world.state.changes[CHANGE], subjects=9)
    assert estimate(world) is None


def test_nothing_can_be_said_while_it_waits_for_a_human(world: World) -> None:
    world.state.changes[CHANGE] = replace(world.state.changes[CHANGE], left={}, held=1)
    assert estimate(world) is None


@pytest.mark.parametrize("failed", [0, 2])
def test_nothing_is_left_when_it_is_over(world: World, failed: int) -> None:
    existing = world.state.changes[CHANGE]
    world.state.changes[CHANGE] = replace(existing, left={}, failed=failed, succeeded=2 - failed)
    assert estimate(world) == 0


def test_an_operation_that_is_tried_again_says_when_and_why(world: World) -> None:
    postponed = replace(operation(0), not_before=NOW, failure_reason="Rate exceeded", attempts=3, waiting_for="")
    world.state.store(postponed)
    said = world.send("read_change").body["operations"][0]
    assert (said["state"], said["attempts"]) == (str(OperationState.PENDING), 3)
    assert (said["failure_reason"], said["not_before"]) == ("Rate exceeded", NOW.isoformat())
