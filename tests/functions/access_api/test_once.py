"""Writes with an Idempotency-Key: each happens once, whatever is sent how often, and whatever crashes."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from dayone.api import idempotency as once
from dayone.api.context import AccessApi
from dayone.errors import Throttled, Unreachable
from dayone.model.commands import ActivatePolicy, Command
from tests.fakes.queues import MemoryInbox
from tests.functions.access_api.state import CHANGE, remembered
from tests.functions.access_api.world import Answer, Event, World, load, signed_by

KEY = "5b0c1b3e-6f0a-4d7e-9a39-0a4d1f3f9d55"
WRITES = ["submit_policy", "discover_accounts", "retry_change", "approve_change"]


@pytest.fixture
def world() -> World:
    return World(remembered())


def _keyed(name: str, *, key: str = KEY, **changes: Any) -> Event:  # noqa: ANN401 - any part of an event
    event = load(name)
    return {**event, "headers": {**event["headers"], "Idempotency-Key": key}, **changes}


class Crash(BaseException):
    """The process dies: nothing that comes after is done."""


@dataclass
class Dying(MemoryInbox):
    """An inbox behind which the process dies, or an answer is lost, after it has taken the requests."""

    error: BaseException | None = None
    inbox: MemoryInbox = field(default_factory=MemoryInbox)

    def put(self, requests: Iterable[Command]) -> None:
        self.inbox.put(requests)
        if self.error:
            raise self.error


def test_the_same_request_again_is_answered_the_same_and_does_nothing(world: World) -> None:
    first, again = world.send(_keyed("submit_policy")), world.send(_keyed("submit_policy"))
    assert (again.status, again.body) == (first.status, first.body) == (202, first.body)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["ETag"] == first.headers["ETag"] == '"1"'
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    assert (len(world.inbox.commands), len(world.state.kept_policies)) == (1, 1)


def test_a_refusal_is_an_answer_too(world: World) -> None:
    first, again = world.send(_keyed("submit_wrong_policy")), world.send(_keyed("submit_wrong_policy"))
    assert (again.status, again.body) == (first.status, first.body)
    assert (first.status, again.headers["Idempotency-Replayed"]) == (422, "true")
    assert again.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["idempotency-key", "IDEMPOTENCY-KEY", "Idempotency-key"])
def test_the_name_of_a_header_is_in_upper_or_lower_case(world: World, name: str) -> None:
    """Over HTTP/2 all names are in lower case: RFC 9113, section 8.2."""
    event = load("submit_policy")
    for _ in range(2):
        answer = world.send({**event, "headers": {**event["headers"], name: KEY}})
    assert answer.headers["Idempotency-Replayed"] == "true"
    assert len(world.inbox.commands) == 1


def test_without_a_key_each_request_is_a_request_of_its_own(world: World) -> None:
    assert world.send("submit_policy").body["version"] == 1
    assert world.send("submit_policy").body["version"] == 2


@pytest.mark.parametrize(
    "other",
    [
        {"body": "version: 1\n"},
        {
            "path": "/v1/accounts/discover",
            "httpMethod": "POST",
            "body": None,
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
        },
        {"queryStringParameters": {"file": "other.yaml"}, "multiValueQueryStringParameters": {"file": ["other.yaml"]}},
        {"headers": {"Idempotency-Key": KEY, "If-Match": '"1"'}},
        {"headers": {"Idempotency-Key": KEY, "If-None-Match": "*"}},
        {"headers": {"Idempotency-Key": KEY, "Content-Type": "application/json"}},
        {"isBase64Encoded": True},
        {"requestContext": signed_by(load("submit_policy"), "arn:aws:iam::111122223333:user/eve")["requestContext"]},
    ],
)
def test_a_key_stands_for_one_request(world: World, other: Event) -> None:
    world.send(_keyed("submit_policy"))
    answer = world.send({**_keyed("submit_policy"), **other})
    assert (answer.status, answer.body["type"]) == (422, "tag:dayone,2026:idempotency-key-reused")
    assert len(world.inbox.commands) == 1


def test_while_the_first_is_worked_on_the_second_is_told_to_come_again(world: World) -> None:
    inner: list[Answer] = []

    class Slow(MemoryInbox):
        def put(self, requests: Iterable[Command]) -> None:
            inner.append(World(world.state, keys=world.keys).send(_keyed("submit_policy")))
            super().put(requests)

    world.inbox = Slow()
    assert world.send(_keyed("submit_policy")).status == 202
    assert (inner[0].status, inner[0].body["type"]) == (409, "tag:dayone,2026:request-in-progress")
    assert "Retry-After" in inner[0].headers
    assert len(world.inbox.commands) == 1


@pytest.mark.parametrize("name", WRITES)
def test_a_crash_before_the_answer_was_kept_does_not_make_two_changes(name: str) -> None:
    world, dying = _world_for(name), Dying(error=Crash())
    world.inbox = dying
    with pytest.raises(Crash):
        world.send(_keyed(name))
    dying.error, world.now = None, world.now + timedelta(minutes=10)
    assert world.send(_keyed(name)).status == 202
    assert len({command.cause.change for command in dying.inbox.commands}) == 1
    assert len(world.state.kept_policies) <= 1


def test_until_whoever_died_cannot_be_at_work_any_more_the_key_is_taken(world: World) -> None:
    world.inbox = Dying(error=Crash())
    with pytest.raises(Crash):
        world.send(_keyed("submit_policy"))
    world.inbox, world.now = MemoryInbox(), world.now + timedelta(seconds=29)
    assert world.send(_keyed("submit_policy")).status == 409


@pytest.mark.parametrize("error", [Throttled("slow down"), Unreachable("lost"), RuntimeError("a mistake of ours")])
def test_what_failed_for_now_may_be_tried_again_at_once_as_the_same_change(world: World, error: Exception) -> None:
    dying = Dying(error=error)
    world.inbox = dying
    assert world.send(_keyed("submit_policy")).status >= 500
    dying.error, world.now = None, world.now + timedelta(seconds=1)
    answer = world.send(_keyed("submit_policy"))
    assert (answer.status, "Idempotency-Replayed" in answer.headers) == (202, False)
    assert {command.cause.change for command in dying.inbox.commands} == {answer.body["change"]}
    assert {command.version for command in dying.inbox.of(ActivatePolicy)} == {1}


def test_after_a_day_a_key_is_forgotten(world: World) -> None:
    world.send(_keyed("submit_policy"))
    world.now += timedelta(hours=24)
    answer = world.send(_keyed("submit_policy"))
    assert (answer.body["version"], "Idempotency-Replayed" in answer.headers) == (2, False)


@pytest.mark.parametrize("key", ["", " ", "a b", "ü", "k" * 129, "a\n"])
def test_a_key_that_is_none_is_refused(world: World, key: str) -> None:
    assert world.send(_keyed("submit_policy", key=key)).status == 400
    assert not world.inbox.commands


@pytest.mark.parametrize("key", ["k", "!", "k" * 128])
def test_any_visible_text_is_a_key(world: World, key: str) -> None:
    assert world.send(_keyed("submit_policy", key=key)).status == 202


@pytest.mark.parametrize("name", ["read_person", "preview_policy"])
def test_what_only_asks_is_asked_anew(world: World, name: str) -> None:
    assert world.send(_keyed(name)).status == 200
    assert "Idempotency-Replayed" not in world.send(_keyed(name)).headers


def test_an_answer_that_no_record_holds_is_not_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "_LONGEST_BODY", 10)
    first, again = world.send(_keyed("submit_wrong_policy")), world.send(_keyed("submit_wrong_policy"))
    assert (again.body, "Idempotency-Replayed" in again.headers) == (first.body, False)


def test_two_ids_of_one_request_differ(world: World) -> None:
    made: list[bytes] = []

    def route(api: AccessApi) -> None:
        made.extend([api.entropy(), api.entropy()])

    around, within = once.within_once(world.ports(), refuse=lambda error: pytest.fail(str(error)))
    around._claim = world.keys.claim("k", request="r", now=world.now, until=world.now)  # type: ignore[assignment]
    route(within)
    assert len(set(made)) == 2


def _world_for(name: str) -> World:
    world = World(remembered())
    counts = {"retry_change": {"failed": 1, "succeeded": 1}, "approve_change": {"held": 1, "failed": 0, "succeeded": 1}}
    existing = world.state.changes[CHANGE]
    world.state.changes[CHANGE] = replace(existing, **counts.get(name, {}))  # type: ignore[arg-type]
    return world
