"""execute_operations through its handler: a ring of the bell in, access in Identity Center out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from dayone.errors import Unreachable
from dayone.wiring import functions as wiring
from functions.execute_operations import app
from tests.builders import a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.functions.conftest import Event, LambdaContext, Log
from tests.unit.world import World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Somebody is planned to get access; the clock is the handler's own, and only sleeping moves it on."""
    made = World(now=datetime.now(UTC))
    made.policy_is(a_policy(a_group("engineers"), a_set("ViewOnly"), an_assignment()))
    made.account_is(an_account())
    made.hr_tells(a_person())
    made.plan_all()
    made.engine.rings = 0
    monkeypatch.setattr(wiring, "execute_operations_ports", made.executing)
    return made


def test_a_ring_carries_out_what_is_planned(
    world: World, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    app.lambda_handler(event_of("execute_operations/wake"), context)
    assert world.state.open_operations() == []
    assert world.groups() == {"engineers": {"e-1@example.com"}}
    assert world.assignments() == {("444455556666", "ViewOnly", "engineers")}
    assert world.engine.rings == 0


def test_a_run_ends_after_fifteen_seconds_and_rings_for_the_next(
    world: World, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    world.aws_works = False
    began = world.now
    app.lambda_handler(event_of("execute_operations/wake"), context)
    assert timedelta(seconds=14) < world.now - began < timedelta(seconds=18)
    assert world.engine.rings == 1
    assert world.state.open_operations()


def test_a_run_leaves_time_for_its_last_call_before_lambda_ends_it(
    world: World, event_of: Callable[[str], Event]
) -> None:
    world.aws_works = False
    began = world.now
    app.lambda_handler(event_of("execute_operations/wake"), LambdaContext(remaining=23_000))
    assert timedelta(seconds=8) < world.now - began < timedelta(seconds=12)
    assert world.engine.rings == 1


def test_a_run_without_time_rings_for_the_next_and_calls_nothing(
    world: World, event_of: Callable[[str], Event]
) -> None:
    app.lambda_handler(event_of("execute_operations/wake"), LambdaContext(remaining=12_000))
    assert world.users() == set()
    assert world.engine.rings == 1


class _DeafEngine:
    def wake(self) -> None:
        raise Unreachable("SQS did not answer")


def test_a_run_that_cannot_ring_fails_so_that_its_own_message_comes_again(
    world: World, event_of: Callable[[str], Event], log: Log
) -> None:
    world.around = lambda name, port: _DeafEngine() if name == "engine" else port
    with pytest.raises(Unreachable):
        app.lambda_handler(event_of("execute_operations/wake"), LambdaContext(remaining=12_000))
    assert log.messages("WARNING") == ["message failed"]


def test_nothing_personal_is_logged(
    world: World, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    world.center.users["user-x"] = {"user_name": "somebody", "email": "e-1@example.com"}
    app.lambda_handler(event_of("execute_operations/wake"), context)
    assert log.messages("INFO") == ["run over"]
    assert not [word for word in ("Lovelace", "Ada", "example.com") if word in log.text]
