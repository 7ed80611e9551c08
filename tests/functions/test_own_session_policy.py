"""own_session_policy through its handler: a request of CloudFormation in, an answer at its URL out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from dayone.errors import Malformed, Refused
from dayone.setup.session_policy import OwnSessionPolicy
from dayone.wiring import functions as wiring
from functions.own_session_policy import app
from tests.builders import NOON
from tests.fakes.sso.session_policy import MemoryPolicyStore, MemoryStackAnswers
from tests.functions.conftest import Event, LambdaContext, Log

_NAME = "dayone-session-revocation"


@dataclass
class _World:
    store: MemoryPolicyStore = field(default_factory=MemoryPolicyStore)
    answers: MemoryStackAnswers = field(default_factory=MemoryStackAnswers)

    def ports(self) -> OwnSessionPolicy:
        return OwnSessionPolicy(store=self.store, answers=self.answers, clock=lambda: NOON, sleep=lambda _seconds: None)

    @property
    def answer(self) -> dict[str, Any]:
        return self.answers.sent[-1][1]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> _World:
    made = _World()
    made.store.on |= {"ou-ab12-11111111": set(), "ou-ab12-22222222": set()}
    monkeypatch.setattr(wiring, "own_session_policy_ports", made.ports)
    return made


def test_a_life_of_the_resource(world: _World, event_of: Callable[[str], Event], context: LambdaContext) -> None:
    app.lambda_handler(event_of("own_session_policy/create"), context)
    policy = world.store.named[_NAME]
    assert world.answer["Data"] == {"PolicyId": policy.id, "PolicyArn": policy.arn}
    physical_id = world.answer["PhysicalResourceId"]
    app.lambda_handler(event_of("own_session_policy/update_targets"), context)
    assert world.store.targets_of(policy.id) == {"ou-ab12-11111111", "ou-ab12-22222222"}
    app.lambda_handler(event_of("own_session_policy/delete"), context)
    assert world.store.named == {}
    assert [answer["Status"] for _, answer in world.answers.sent] == ["SUCCESS"] * 3
    assert {answer["PhysicalResourceId"] for _, answer in world.answers.sent} == {physical_id}


def test_an_answer_goes_to_its_url_and_names_its_request(
    world: _World, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    event = event_of("own_session_policy/create")
    app.lambda_handler(event, context)
    ((url, answer),) = world.answers.sent
    assert url == event["ResponseURL"]
    assert {name: answer[name] for name in ("StackId", "RequestId", "LogicalResourceId")} == {
        name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")
    }


@pytest.mark.parametrize(
    "error", [Refused("PolicyTypeNotEnabledException: " + "x" * 5000), RuntimeError("a mistake of ours")]
)
def test_whatever_goes_wrong_is_answered_with_the_reason(
    world: _World, event_of: Callable[[str], Event], context: LambdaContext, error: Exception
) -> None:
    world.store.fails["create"] = [error]
    app.lambda_handler(event_of("own_session_policy/create"), context)
    assert world.answer["Status"] == "FAILED"
    assert str(error)[:40] in world.answer["Reason"]
    assert len(str(world.answer)) < 4096
    assert world.answer["PhysicalResourceId"]


def test_a_resource_that_was_refused_can_be_deleted(
    world: _World, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    world.store.is_anothers(_NAME)
    app.lambda_handler(event_of("own_session_policy/create"), context)
    assert world.answer["Status"] == "FAILED"
    app.lambda_handler(event_of("own_session_policy/delete"), context)
    assert world.answer["Status"] == "SUCCESS"
    assert list(world.store.named) == [_NAME]


def test_a_template_that_says_nothing_is_answered(
    world: _World, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    app.lambda_handler({**event_of("own_session_policy/create"), "ResourceProperties": {}}, context)
    assert (world.answer["Status"], "StackName" in world.answer["Reason"]) == ("FAILED", True)


def test_what_nobody_waits_for_fails(world: _World, context: LambdaContext) -> None:
    with pytest.raises(Malformed, match="ResponseURL"):
        app.lambda_handler({"RequestType": "Create"}, context)
    assert world.answers.sent == []


def test_the_signed_url_is_not_logged(
    world: _World, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    world.store.fails["find"] = [Refused("no")]
    for name in ("create", "update_targets"):
        app.lambda_handler(event_of(f"own_session_policy/{name}"), context)
    assert "Signature" not in log.text
    assert [line["status"] for line in log.lines if line["message"] == "answered"] == ["FAILED", "SUCCESS"]
