"""Looking for changes, and waiting for one, over the API."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.lookups import KEPT_BY_QUEUES
from dayone.model.changes import Cause, CauseKind, Change, ulid_of
from dayone.model.failures import LetterQueue
from dayone.model.subject_state import Head, Plan
from tests.builders import a_person
from tests.fakes.table.history import MemoryHistory
from tests.functions.access_api.state import ADA, CHANGE, DEV, NOW
from tests.functions.access_api.world import Answer, World, asking
from tests.project.repository import resource
from tests.unit.world import World as Company


def _world() -> tuple[World, dict[str, str]]:
    """A change of HR that runs, one of a policy that is over an hour later, and one that is held after another."""
    world, ids = World(), {}
    kinds = {"hr-event": CauseKind.HR_EVENT, "policy": CauseKind.POLICY, "held": CauseKind.POLICY}
    counts = {"hr-event": {"operations": 1}, "policy": {}, "held": {"operations": 1, "held": 1}}
    for number, (name, kind) in enumerate(kinds.items()):
        at = NOW + timedelta(hours=number)
        ids[name] = ulid_of(at, name=name)
        cause = Cause(change=ids[name], kind=kind, actor="a", reference="r", at=at)
        world.state.changes[ids[name]] = Change(cause=cause, planned=1, **counts[name])  # type: ignore[arg-type]
        subject = DEV if name == "policy" else ADA
        head = Head(subject=subject)
        world.state.plans[ids[name], subject] = Plan(cause=cause, before=head, after=head)
    return world, ids


def _listed(world: World, ids: dict[str, str], **query: str) -> list[str]:
    names = {change: name for name, change in ids.items()}
    answer = world.send(asking("list_changes", **query))
    assert answer.status == 200
    return [names[pair["id"]] for pair in answer.body["changes"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["held", "policy", "hr-event"]),
        ({"state": "running"}, ["hr-event"]),
        ({"state": "held"}, ["held"]),
        ({"cause": "policy"}, ["held", "policy"]),
        ({"cause": "policy", "state": "succeeded"}, ["policy"]),
        ({"subject": "person:e-1001"}, ["held", "hr-event"]),
        ({"subject": "person:e-1001", "state": "held"}, ["held"]),
        ({"since": "2026-11-23T09:00:00Z"}, ["held", "policy"]),
        ({"until": "2026-11-23T10:00:00+01:00"}, ["hr-event"]),
        ({"since": "2026-11-23", "until": "2026-11-24"}, ["held", "policy", "hr-event"]),
        ({"until": "2026-11-23"}, []),
    ],
)
def test_changes_are_looked_for(query: dict[str, str], found: list[str]) -> None:
    world, ids = _world()
    assert _listed(world, ids, **query) == found


@pytest.mark.parametrize(
    "query",
    [
        {"state": "done"},
        {"cause": "hr"},
        {"subject": "e-1001"},
        {"subject": "robot:1"},
        {"since": "yesterday"},
        {"since": "2026-11-23T09:00:00"},
        {"until": "2026-13-01"},
    ],
)
def test_what_cannot_be_looked_for_is_refused(query: dict[str, str]) -> None:
    answer = World().send(asking("list_changes", **query))
    (name,) = query
    assert (answer.status, f"`{name}`" in answer.body["detail"]) == (400, True)


class Moving(MemoryHistory):
    """A history in which the change becomes another one after some looks."""

    looks = 0
    after = 3
    becomes: Change

    def glance(self, change: str) -> Change | None:
        self.looks += 1
        if self.looks > self.after:
            self._state.changes[change] = self.becomes
        return super().glance(change)


def _waited(world: World, change: Change, *, wait: str = "20") -> tuple[Answer, Moving]:
    history = Moving(world.state)
    history.becomes = change
    ports = world.overview()
    world.overview = lambda: replace(ports, history=history)  # type: ignore[method-assign]
    event = asking("read_change", wait=wait)
    return world.send({**event, "path": f"/v1/changes/{change.id}"}), history


def _change(**counts: int) -> Change:
    cause = Cause(change=CHANGE, kind=CauseKind.POLICY, actor="a", reference="r", at=NOW)
    return replace(Change(cause=cause, planned=1, operations=2), **counts)  # type: ignore[arg-type]


@pytest.mark.parametrize("end", [{"succeeded": 2}, {"succeeded": 1, "failed": 1}, {"succeeded": 1, "held": 1}])
def test_whoever_waits_is_answered_as_soon_as_a_change_is_over(end: dict[str, int]) -> None:
    world = World()
    world.state.changes[CHANGE] = _change()
    answer, _ = _waited(world, _change(**end))
    assert answer.body["change"]["state"] in ("succeeded", "failed", "held")
    assert len(world.pauses) == 3
    assert world.now - NOW < timedelta(seconds=2)


def test_a_change_that_is_not_known_yet_is_waited_for() -> None:
    answer, _ = _waited(World(), _change(succeeded=2))
    assert (answer.status, answer.body["change"]["state"]) == (200, "succeeded")


def test_after_the_time_it_is_answered_how_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Moving, "after", 1000)
    world = World()
    world.state.changes[CHANGE] = _change()
    answer, history = _waited(world, _change(), wait="20")
    assert answer.body["change"]["state"] == "running"
    assert world.now - NOW == timedelta(seconds=20)
    assert history.looks < 30


def test_one_that_is_over_is_not_waited_for() -> None:
    world = World()
    world.state.changes[CHANGE] = _change(succeeded=2)
    _waited(world, _change(succeeded=2))
    assert world.pauses == []


@pytest.mark.parametrize("wait", ["0", "21", "-1", "1.5", "long", "٣"])
def test_a_wait_that_is_none_is_refused(wait: str) -> None:
    answer, _ = _waited(World(), _change(), wait=wait)
    assert answer.status == 400


def _read(world: World, change: str) -> Answer:
    return world.send({**asking("read_change"), "path": f"/v1/changes/{change}"})


def test_what_was_accepted_and_is_not_planned_yet_is_no_unknown_change() -> None:
    world = World()
    world.backlog.messages, world.backlog.oldest_seconds = 3, 40
    world.letters.lay(LetterQueue.INBOX, "not JSON")
    change = ulid_of(NOW - timedelta(minutes=1), name="just accepted")
    answer = _read(world, change)
    assert (answer.status, answer.headers["Location"]) == (202, f"/v1/changes/{change}")
    assert answer.body == {
        "change": {"id": change, "state": "accepted", "at": "2026-11-23T07:59:00+00:00"},
        "message": "not planned yet: about 3 messages wait in the inbox, the oldest for 40 s; 1 dead letters",
        "inbox": {"messages": 3, "oldest_seconds": 40},
        "dead_letters": 1,
    }


@pytest.mark.parametrize(
    ("ago", "status"),
    [
        (timedelta(days=28), 202),
        (timedelta(days=28, seconds=1), 404),
        (timedelta(0), 202),
        (timedelta(minutes=-5), 202),
        (timedelta(minutes=-5, seconds=-1), 404),
    ],
)
def test_an_id_is_waited_for_as_long_as_queues_keep_messages(ago: timedelta, status: int) -> None:
    assert _read(World(), ulid_of(NOW - ago, name="any")).status == status


@pytest.mark.parametrize("change", ["01KQ", "01kq8z5wfx3n9t2v7c4b6m1d0a", "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "e-1001"])
def test_what_is_no_id_is_not_found(change: str) -> None:
    assert _read(World(), change).status == 404


_JUST_ACCEPTED = ulid_of(NOW - timedelta(minutes=1), name="just accepted")


def test_the_accounts_of_what_is_not_planned_yet_are_those_of_no_unknown_change() -> None:
    world = World()
    world.backlog.messages = 3
    answer = world.send({**asking("read_change"), "path": f"/v1/changes/{_JUST_ACCEPTED}/accounts"})
    assert (answer.status, answer.headers["Location"]) == (202, f"/v1/changes/{_JUST_ACCEPTED}")
    assert (answer.body["change"]["state"], answer.body["inbox"]["messages"]) == ("accepted", 3)


@pytest.mark.parametrize("verb", ["approve", "reject", "retry"])
@pytest.mark.parametrize(
    ("change", "status"), [(_JUST_ACCEPTED, 409), ("01KQ", 404), ("8ZZZZZZZZZZZZZZZZZZZZZZZZZ", 404)]
)
def test_what_is_not_planned_yet_cannot_be_decided_on_yet(verb: str, change: str, status: int) -> None:
    world = World()
    answer = world.send({**asking("approve_change"), "path": f"/v1/changes/{change}/{verb}"})
    assert answer.status == status
    assert ("not planned yet" in answer.body["detail"]) is (status == 409)
    assert world.inbox.commands == []


def test_the_time_for_which_queues_keep_messages_is_that_of_the_template() -> None:
    kept = [resource(name)["MessageRetentionPeriod"] for name in ("InboxQueue", "InboxDeadLetters")]
    assert timedelta(seconds=sum(kept)) == KEPT_BY_QUEUES


def test_a_delivery_under_the_id_of_another_is_found_and_names_that_one() -> None:
    company = Company()
    first = company.hr_tells(a_person(), reference="msg_1")
    company.settle()
    again = company.hr_tells(a_person(title="Director"), at=company.now + timedelta(seconds=5), reference="msg_1")
    company.plan_all()
    answer = _read(World(state=company.state), again.cause.change)
    assert (answer.status, answer.body["change"]["state"], answer.body["change"]["subjects"]) == (200, "succeeded", 0)
    (note,) = answer.body["notes"]
    assert f"repeats the delivery of change {first.cause.change}, received 2026-" in note
