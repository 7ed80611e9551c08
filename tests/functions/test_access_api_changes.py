"""Looking for changes, and waiting for one, over the API."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.domain.changes import Cause, CauseKind, Change, ulid_of
from dayone.domain.subject_states import Head, Plan
from tests.fakes.history import MemoryHistory
from tests.functions.access_api_state import ADA, CHANGE, DEV, NOW
from tests.functions.access_api_world import Answer, World, asking


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
    return [names[one["id"]] for one in answer.body["changes"]]


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
