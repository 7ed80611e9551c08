"""The numbers of the last day, over the API."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dayone.model.changes import Cause, CauseKind, Change, ulid_of
from dayone.model.failures import LetterQueue
from dayone.ops import health as read_metrics
from tests.functions.access_api.state import NOW
from tests.functions.access_api.world import World


def _happened(
    world: World,
    *,
    hours_ago: float = 1,
    kind: CauseKind = CauseKind.HR_EVENT,
    took: float | None = None,
    **counts: Any,  # noqa: ANN401 - any count of a change
) -> None:
    at = NOW - timedelta(hours=hours_ago)
    id_ = ulid_of(at, name=str(len(world.state.changes)))
    cause = Cause(change=id_, kind=kind, actor="a", reference="r", at=at, received_at=at + timedelta(seconds=1))
    ended_at = at + timedelta(seconds=1 + took) if took is not None else None
    world.state.changes[id_] = replace(Change(cause=cause, planned=1, ended_at=ended_at), **counts)


def test_a_quiet_day_has_no_numbers() -> None:
    assert World().send("read_metrics").body == {
        "since": "2026-11-22T08:00:00+00:00",
        "until": "2026-11-23T08:00:00+00:00",
        "complete": True,
        "changes": {"total": 0, "by_state": {}, "by_cause": {}},
        "operations": {
            "planned": 0,
            "succeeded": 0,
            "failed": 0,
            "superseded": 0,
            "held": 0,
            "removals": 0,
            "retried": 0,
        },
        "provisioning_time": None,
        "deprovisioning_time": None,
        "dead_letters": [{"queue": str(queue), "messages": 0} for queue in LetterQueue],
        "operations_open": False,
    }


def test_changes_of_the_last_day_are_counted_by_state_and_cause() -> None:
    world = World()
    _happened(world, hours_ago=25)
    _happened(world)
    _happened(world, kind=CauseKind.POLICY, operations=3, succeeded=1, held=2)
    _happened(world, operations=2, failed=1, succeeded=1)
    assert world.send("read_metrics").body["changes"] == {
        "total": 3,
        "by_state": {"failed": 1, "held": 1, "succeeded": 1},
        "by_cause": {"hr-event": 2, "policy": 1},
    }


def test_operations_are_summed_up() -> None:
    world = World()
    _happened(world, operations=4, succeeded=2, failed=1, superseded=1, attempts=7, removals=1)
    _happened(world, operations=3, succeeded=1, held=2, attempts=1)
    assert world.send("read_metrics").body["operations"] == {
        "planned": 7,
        "succeeded": 3,
        "failed": 1,
        "superseded": 1,
        "held": 2,
        "removals": 1,
        "retried": 4,
    }


def test_how_long_access_took_and_how_long_its_end_are_told_apart() -> None:
    world = World()
    for seconds in range(1, 21):
        _happened(world, operations=1, succeeded=1, took=seconds)
    _happened(world, operations=1, succeeded=1, removals=1, took=3.25)
    _happened(world, operations=2, succeeded=1, failed=1, took=500)
    _happened(world, kind=CauseKind.POLICY, operations=1, succeeded=1, took=900)
    _happened(world)
    body = world.send("read_metrics").body
    assert body["provisioning_time"] == {"changes": 20, "p50": 10.0, "p95": 19.0, "max": 20.0}
    assert body["deprovisioning_time"] == {"changes": 1, "p50": 3.25, "p95": 3.25, "max": 3.25}


def test_what_was_given_up_is_counted() -> None:
    world = World()
    world.letters.lay(LetterQueue.ENGINE, "wake")
    assert {"queue": "engine", "messages": 1} in world.send("read_metrics").body["dead_letters"]


def test_a_day_with_too_many_changes_says_that_it_is_not_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_metrics, "MOST_COUNTED", 2)
    monkeypatch.setattr(read_metrics, "_PAGE", 1)
    world = World()
    for _ in range(3):
        _happened(world)
    body = world.send("read_metrics").body
    assert (body["complete"], body["changes"]["total"]) == (False, 2)
