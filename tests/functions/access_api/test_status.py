"""The status over the API: what needs a human is named, however old, and a part that fails hides nothing else."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dayone.errors import AccessDenied, Unreachable
from dayone.model.changes import Blame, Cause, CauseKind, Change, ulid_of
from dayone.model.failures import FailedWork, LetterQueue, Stuck, StuckKind
from dayone.model.inventory import Counts, Deviation, DriftFinding, DriftKind, Pass, ReadMethod
from dayone.model.monitoring import RefusalReason, RefusedDeliveries
from dayone.model.subject_state import Head
from tests.builders import a_person, an_account
from tests.fakes.hr import MemoryHrDeliveries
from tests.fakes.overview import MemoryInboxBacklog
from tests.fakes.table.failed import MemoryStuck
from tests.functions.access_api.state import ADA, DEV, NOW
from tests.functions.access_api.world import World

LONG_AGO = NOW - timedelta(days=200)
HOUR = timedelta(hours=1)


def _status(world: World) -> dict[str, Any]:
    answer = world.send("read_status")
    assert answer.status == 200, answer.body
    return dict(answer.body)


def _needs(world: World) -> list[tuple[str, str]]:
    return [(need["kind"], need["message"]) for need in _status(world)["needs"]]


def _changed(world: World, *, at: Any = LONG_AGO, kind: CauseKind = CauseKind.POLICY, **counts: Any) -> str:  # noqa: ANN401
    id_ = ulid_of(at, name=str(len(world.state.changes)))
    cause = Cause(change=id_, kind=kind, actor="arn:aws:iam::1:user/ada", reference="r", at=at, received_at=at)
    world.state.changes[id_] = replace(Change(cause=cause, planned=1), **counts)
    return id_


def _read_at(at: Any) -> Pass:  # noqa: ANN401
    method = ReadMethod.BY_ACCOUNT
    return Pass(id="p", began_at=at - HOUR, method=method, costs=(), counts=Counts(), finished_at=at)


def test_nothing_needs_anybody_when_all_is_well() -> None:
    world = World()
    world.state.swept_at, world.inventory.last_complete = NOW - timedelta(minutes=1), _read_at(NOW - 5 * HOUR)
    _changed(world, operations=2, succeeded=2)
    status = _status(world)
    assert (status["needs"], status["identity_center"], status["complete"]) == ([], "answers", True)
    assert (status["swept_at"], status["inventory_at"]) == ("2026-11-23T07:59:00+00:00", "2026-11-23T03:00:00+00:00")


def test_what_is_held_is_there_however_old_with_who_may_decide_and_that_of_hr_first() -> None:
    world = World()
    blamed = (Blame(actor="arn:aws:iam::1:user/bob", reason="wrote the rule"),)
    policy = _changed(world, operations=3, held=3, held_reason="3 removals", blamed=blamed)
    of_hr = _changed(world, at=NOW - HOUR, kind=CauseKind.HR_EVENT, operations=1, held=1, held_reason="1 removal")
    status = _status(world)
    assert status["needs"] == [
        {
            "kind": "held",
            "message": "2 changes hold 4 operations",
            "since": LONG_AGO.isoformat(),
            "command": "dayone changes list --state held",
        }
    ]
    first, second = status["held"]
    assert (first["change"], second["change"], second["reason"]) == (of_hr, policy, "3 removals")
    assert "user/ada, who caused the change; nor arn:aws:iam::1:user/bob, who wrote the rule" in second["who_decides"]


def test_who_has_failed_is_named_however_long_ago_and_once() -> None:
    world = World()
    world.state.heads[ADA] = Head(subject=ADA, fact=a_person("e-1001"))
    failed = FailedWork(subject=ADA, at=NOW + HOUR, retries=9, since=LONG_AGO, reason="AWS says no", change="01A")
    world.state.failed[ADA] = failed
    status = _status(world)
    assert [need["kind"] for need in status["needs"]] == ["failed"]
    assert status["failed"] == [
        {
            "subject": "person:e-1001",
            "name": "Ada Lovelace",
            "since": LONG_AGO.isoformat(),
            "reason": "AWS says no",
            "change": "01A",
            "retried_at": (NOW + HOUR).isoformat(),
        }
    ]


def test_what_is_stuck_is_named_with_the_name_of_the_account() -> None:
    world = World()
    world.state.heads[DEV] = Head(subject=DEV, fact=an_account(DEV.name, name="payments-dev"))
    note = Stuck(kind=StuckKind.MESSAGE, subject=str(DEV), since=NOW - HOUR, reason="DynamoDB is down")
    MemoryStuck(world.state).keep(note, now=NOW)
    status = _status(world)
    assert [(each["subject"], each["name"]) for each in status["stuck"]] == [(str(DEV), "payments-dev")]
    assert _needs(world) == [("stuck", "1 subject cannot go on")]


def test_a_change_is_named_that_runs_for_too_long_and_none_that_has_just_begun() -> None:
    world = World()
    _changed(world, at=NOW - timedelta(minutes=14), operations=1)
    assert _needs(world) == []
    _changed(world, at=NOW - timedelta(minutes=16), operations=2, succeeded=1)
    assert _needs(world) == [("running", "1 change is under way for over 15 minutes")]
    assert [(each["done"], each["operations"]) for each in _status(world)["running"]] == [(1, 2)]


@pytest.mark.parametrize(("seconds", "needs"), [(600, []), (601, ["queue"])])
def test_a_queue_is_late_when_its_oldest_message_is(seconds: int, needs: list[str]) -> None:
    world = World(waiting={"engine": MemoryInboxBacklog(messages=4, oldest_seconds=seconds)})
    assert [kind for kind, _ in _needs(world)] == needs


def test_dead_letters_are_counted_where_nothing_names_them() -> None:
    world = World(waiting={"engine dead letters": MemoryInboxBacklog(messages=2, oldest_seconds=99_999)})
    assert _needs(world) == [("dead-letters", "2 dead letters: messages that failed permanently")]
    world = World(waiting={"inbox dead letters": MemoryInboxBacklog(messages=1)})
    world.letters.lay(LetterQueue.INBOX, "not JSON", group="person:e-1001", reason="no")
    assert _needs(world) == [("stuck", "1 subject cannot go on")]


@pytest.mark.parametrize(("minutes", "needs"), [(5, []), (6, ["sweep"])])
def test_a_sweep_that_has_stopped_is_named(minutes: int, needs: list[str]) -> None:
    world = World()
    world.state.swept_at = NOW - timedelta(minutes=minutes)
    assert [kind for kind, _ in _needs(world)] == needs


@pytest.mark.parametrize(("hours", "needs"), [(48, []), (49, ["inventory"])])
def test_an_inventory_that_has_stopped_is_named(hours: int, needs: list[str]) -> None:
    world = World()
    world.inventory.last_complete = _read_at(NOW - hours * HOUR)
    assert [kind for kind, _ in _needs(world)] == needs


def test_drift_is_counted_by_its_kinds() -> None:
    world = World()
    deviation = Deviation(kind=DriftKind.UNMANAGED, subject="group:Sales", resource="group")
    world.inventory.put([DriftFinding(difference=deviation, first_seen_at=NOW, seen_at=NOW)])
    found = "Identity Center differs from the record: 1 unmanaged"
    assert _needs(world) == [("drift", f"{found} (no complete inventory yet)")]
    world.inventory.last_events = NOW
    assert _needs(world) == [("drift", f"{found} (no complete inventory yet, 2026-11-23 08:00 UTC (events))")]


def test_identity_center_comes_first_when_it_does_not_answer() -> None:
    world = World(fails={"instance": AccessDenied("AccessDeniedException: arn:aws:iam::1:role/x may not")})
    _changed(world, operations=1, held=1, held_reason="1 removal")
    kinds = _needs(world)
    reason = "Identity Center does not answer Day One: AccessDeniedException"
    assert kinds[0] == ("identity-center", reason)
    assert [kind for kind, _ in kinds] == ["identity-center", "held"]


def test_a_queue_that_cannot_be_read_hides_nothing_else() -> None:
    world = World(waiting={"inbox": MemoryInboxBacklog(error=Unreachable("no answer"))})
    _changed(world, operations=1, held=1, held_reason="1 removal")
    assert [kind for kind, _ in _needs(world)] == ["held", "queue"]
    assert _status(world)["queues"] == [{"queue": "inbox", "messages": None, "oldest_seconds": None}]


def _refuse(world: World, source: str, *, at: Any, reason: RefusalReason = RefusalReason.SIGNATURE) -> None:  # noqa: ANN401
    counts = [RefusedDeliveries(source=source, reason=reason, number=3)]
    MemoryHrDeliveries(world.state).refused(counts, at=at)


def test_each_source_has_its_last_accepted_delivery_and_what_was_refused_today_and_why() -> None:
    world = World()
    deliveries = MemoryHrDeliveries(world.state)
    deliveries.accepted("workday", at=NOW - HOUR)
    deliveries.accepted("people", at=NOW - timedelta(days=3))
    _refuse(world, "workday", at=NOW - 2 * HOUR)
    _refuse(world, "workday", at=NOW - timedelta(days=1))
    _refuse(world, "", at=NOW, reason=RefusalReason.UNKNOWN_SOURCE)
    status = _status(world)
    refused = {"reason": "signature", "number": 3, "last_at": (NOW - 2 * HOUR).isoformat()}
    assert status["hr"] == [
        {
            "source": "",
            "accepted_at": None,
            "refused_today": [{"reason": "unknown-source", "number": 3, "last_at": NOW.isoformat()}],
        },
        {"source": "people", "accepted_at": (NOW - timedelta(days=3)).isoformat(), "refused_today": []},
        {"source": "workday", "accepted_at": (NOW - HOUR).isoformat(), "refused_today": [refused]},
    ]
    # It was mended since, and anybody can send to a name that is not configured.
    assert status["needs"] == []


@pytest.mark.parametrize("accepted", [None, NOW - 2 * HOUR])
def test_a_source_whose_deliveries_are_refused_since_needs_somebody(accepted: Any) -> None:  # noqa: ANN401
    world = World()
    if accepted:
        MemoryHrDeliveries(world.state).accepted("workday", at=accepted)
    _refuse(world, "workday", at=NOW - HOUR)
    why = "deliveries of the HR source workday are refused today: 3 by signature; none was accepted since"
    assert _needs(world) == [("hr-refused", why)]


def test_a_refused_record_is_named_as_stuck_and_not_twice() -> None:
    world = World()
    _refuse(world, "workday", at=NOW - HOUR, reason=RefusalReason.RECORD)
    assert _needs(world) == []
