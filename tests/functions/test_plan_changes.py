"""plan_changes through its handler: a batch of the inbox in, plans and operations out."""

import copy
from collections.abc import Callable

import pytest

from dayone.messages.inbox import from_json, to_json
from dayone.model.changes import ChangeState
from dayone.model.commands import Command
from dayone.model.subjects import Subject
from dayone.wiring import functions as wiring
from functions.plan_changes import app
from tests.builders import a_group, a_policy, a_set, an_account, an_assignment
from tests.fakes.table.policies import MemoryChanges
from tests.functions.conftest import Event, LambdaContext, Log
from tests.unit.world import World

_SOURCE = "arn:aws:sqs:eu-west-1:111122223333:dayone-InboxQueue.fifo"
_PERSONAL = ("Lovelace", "Ada", "Grace", "Hopper", "example.com")
_POLICY = a_policy(a_group("engineers"), a_set("ViewOnly"), an_assignment())


class Broken:
    """A port that has a mistake in each of its methods."""

    def __getattr__(self, _method: str) -> Callable[..., object]:
        return lambda *_, **__: vars(self)["mistake"]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    made.organization.accounts["444455556666"] = an_account()
    monkeypatch.setattr(wiring, "plan_changes_ports", made.planning)
    monkeypatch.setattr(wiring, "event_source", lambda: _SOURCE)
    return made


def _planned(world: World, subject: str) -> list[str]:
    wanted = Subject.parse(subject)
    return [
        f"{operation.action} {operation.resource}" for operation in world.operations() if operation.subject == wanted
    ]


@pytest.mark.parametrize("name", ["joiner", "leaver", "account", "policy", "batch"])
def test_the_event_files_hold_what_is_really_sent(event_of: Callable[[str], Event], name: str) -> None:
    for record in event_of(f"plan_changes/{name}")["Records"]:
        if record["body"] != "not JSON":
            assert to_json(from_json(record["body"])) == record["body"]


def test_a_joiner_is_planned_and_the_engine_woken(
    world: World, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    world.policy_is(_POLICY)
    world.settle()
    rings = world.engine.rings
    assert app.lambda_handler(event_of("plan_changes/joiner"), context) == {"batchItemFailures": []}
    assert _planned(world, "person:e-1001") == ["create user", "create membership/engineers"]
    assert world.engine.rings == rings + 1


def test_the_day_is_noted_on_which_an_hr_source_has_delivered_and_of_nobody_else(
    world: World, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    app.lambda_handler(event_of("plan_changes/account"), context)
    assert world.state.delivered_on == {}
    app.lambda_handler(event_of("plan_changes/joiner"), context)
    app.lambda_handler(event_of("plan_changes/leaver"), context)
    assert world.state.delivered_on == {"standard": {world.now.date()}}


def test_a_leaver_is_planned(world: World, event_of: Callable[[str], Event], context: LambdaContext) -> None:
    world.policy_is(_POLICY)
    world.settle()
    app.lambda_handler(event_of("plan_changes/joiner"), context)
    world.settle()
    app.lambda_handler(event_of("plan_changes/leaver"), context)
    world.settle()
    assert world.groups() == {"engineers": set()}


def test_a_policy_is_put_in_force_and_everything_it_concerns_is_asked_for(
    world: World, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    app.lambda_handler(event_of("plan_changes/account"), context)
    world.policy_is(_POLICY)
    world.inbox.commands.clear()
    event = event_of("plan_changes/policy")
    world.inbox.accepted(from_json(event["Records"][0]["body"]))
    assert app.lambda_handler(event, context) == {"batchItemFailures": []}
    assert world.state.policy_in_force == 1
    assert [str(command.subject) for command in world.inbox.commands] == [
        "group:engineers",
        "permission-set:ViewOnly",
        "account:444455556666",
    ]
    world.settle()
    assert world.assignments() == {("444455556666", "ViewOnly", "engineers")}


def test_a_failed_message_blocks_only_what_comes_after_it_in_its_own_group(
    world: World, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    event = event_of("plan_changes/batch")
    answer = app.lambda_handler(event, context)
    ids = [record["messageId"] for record in event["Records"]]
    assert answer == {"batchItemFailures": [{"itemIdentifier": ids[1]}, {"itemIdentifier": ids[3]}]}
    assert [str(subject) for subject in world.state.heads] == ["person:e-1001", "account:444455556666"]
    receipts = {record["messageId"]: record["receiptHandle"] for record in event["Records"]}
    assert world.returns.told == {receipts[ids[1]]: 5, receipts[ids[3]]: 5}
    (failed,) = [line for line in log.lines if line["message"] == "message failed"]
    assert (failed["message_id"], failed["kind"]) == (ids[1], "Malformed")


def test_a_batch_without_a_failure_after_one_with_is_clean_again(
    world: World, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    app.lambda_handler(event_of("plan_changes/batch"), context)
    assert app.lambda_handler(event_of("plan_changes/joiner"), context) == {"batchItemFailures": []}
    assert len(world.state.heads) == 2


def test_what_fails_unexpectedly_is_reported_and_logged_with_its_place(
    world: World, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    world.around = lambda _name, _port: Broken()
    event = event_of("plan_changes/joiner")
    answer = app.lambda_handler(event, context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}
    assert log.messages("ERROR") == ["message failed unexpectedly"]


def test_nothing_personal_is_logged(
    world: World, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    for name in ("joiner", "leaver", "account", "batch"):
        app.lambda_handler(event_of(f"plan_changes/{name}"), context)
    world.around = lambda _name, _port: Broken()
    app.lambda_handler(event_of("plan_changes/joiner"), context)
    assert log.messages("INFO")
    assert not [word for word in _PERSONAL if word in log.text]


def test_an_unreadable_message_keeps_the_end_behind_it_no_longer_than_three_tries(
    world: World, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    world.policy_is(_POLICY)
    world.settle()
    app.lambda_handler(event_of("plan_changes/joiner"), context)
    world.settle()
    (end,) = event_of("plan_changes/leaver")["Records"]
    broken = {
        **copy.deepcopy(end),
        "messageId": "first_break",
        "receiptHandle": "first_break",
        "body": '{"command": "Of To Come"}',
    }
    for received in range(1, 4):
        for record in (broken, end):
            record["attributes"]["ApproximateReceiveCount"] = str(received)
        answer = app.lambda_handler({"Records": [broken, end]}, context)
        failed = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
        assert failed == (["first_break", end["messageId"]] if received < 3 else [end["messageId"]])
    assert world.dead_letters.letters == [(broken["body"], "not a command: KeyError")]
    assert world.dead_letters.groups == [end["attributes"]["MessageGroupId"]]
    assert app.lambda_handler({"Records": [end]}, context) == {"batchItemFailures": []}
    world.settle()
    assert (world.groups(), list(world.state.stuck)) == ({"engineers": set()}, [])


def test_a_subject_whose_message_fails_again_is_noted(
    world: World, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    event = event_of("plan_changes/batch")
    for record in event["Records"]:
        record["attributes"]["ApproximateReceiveCount"] = "2"
    app.lambda_handler(event, context)
    (stuck,) = world.state.stuck.values()
    assert (stuck.subject, stuck.reason) == ("person:e-2002", "not a command: JSONDecodeError")


def test_a_policy_that_one_subject_fails_by_a_fault_of_ours_ends_and_names_it_and_the_redrive_makes_it_whole(
    world: World, event_of: Callable[[str], Event], context: LambdaContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.lambda_handler(event_of("plan_changes/account"), context)
    world.policy_is(_POLICY)
    activation = world.inbox.commands[-1]
    stuck = _planned_but(world, "account:444455556666")
    event = event_of("plan_changes/account")
    (record,) = event["Records"]
    record["body"] = to_json(stuck)
    with monkeypatch.context() as broken:
        broken.setattr(app, "plan_changes", _fails)
        for received in ("1", "2", "3"):
            record["attributes"]["ApproximateReceiveCount"] = received
            app.lambda_handler(event, context)
    world.inbox.commands.clear()
    world.settle()
    change = world.state.changes[activation.cause.change]
    assert (change.state, change.unplanned, change.planned) == (ChangeState.FAILED, 1, (change.subjects or 0) - 1)
    assert world.groups() == {"engineers": set()}  # everybody else's part has gone on
    MemoryChanges(world.state).ask_again(change.id, subject=stuck.subject)
    world.plan(stuck)
    world.settle()
    assert world.state.changes[change.id].state is ChangeState.SUCCEEDED


def _planned_but(world: World, subject: str) -> Command:
    """Everything on the inbox is planned but what is about this subject, which is returned."""
    while waiting := [command for command in world.inbox.commands if str(command.subject) != subject]:
        world.inbox.commands.remove(waiting[0])
        world.plan(waiting[0])
    return world.inbox.commands[-1]


def _fails(*_: object, **__: object) -> None:
    raise KeyError("a fault")
