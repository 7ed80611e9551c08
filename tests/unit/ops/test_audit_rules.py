"""The audit log alone shows whether the executor has kept its protocol."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.model.audit import GENESIS, AuditRecord, Steps, first_break, link
from dayone.model.operations import Action
from dayone.ops.audit_rules import RuleBroken, first_broken
from tests.builders import GROUP, NOON, a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.unit.world import World

_ALL = a_policy(a_group("engineers"), a_set("ViewOnly"), an_assignment())
_OTHERS = a_policy(a_group("others"))


def _log() -> Sequence[AuditRecord]:
    """Somebody and an account come, and everything goes again."""
    world = World(approves=True)
    world.policy_is(_ALL)
    world.account_is(an_account())
    world.hr_tells(a_person())
    world.settle()
    world.policy_is(_OTHERS)
    world.settle()
    return world.state.audit_records()


LOG = _log()


def _broken(records: Sequence[AuditRecord]) -> str:
    found = first_broken(records)
    return found.message if found else ""


def _place(action: str) -> int:
    return next(place for place, record in enumerate(LOG) if record.entry.action.startswith(action))


def _with(action: str, steps: Steps | None = None, **changed: object) -> str:
    """Return which rule the log breaks with another entry about this action."""
    place = _place(action)
    entry = replace(LOG[place].entry, **changed)  # type: ignore[arg-type]
    entry = replace(entry, steps=steps or entry.steps)
    return _broken([*LOG[:place], replace(LOG[place], entry=entry), *LOG[place + 1 :]])


def _steps(action: str, **changed: object) -> Steps:
    steps = LOG[_place(action)].entry.steps
    assert steps is not None
    return replace(steps, **changed)  # type: ignore[arg-type]


def test_what_has_happened_keeps_the_rules() -> None:
    assert _broken(LOG) == ""
    kinds = {record.entry.action.partition(" ")[0] for record in LOG}
    assert {"create-membership", "create-assignment", "delete-assignment", "delete-group"} <= kinds


@pytest.mark.parametrize("place", range(len(LOG)))
def test_a_log_with_one_record_removed_is_refused(place: int) -> None:
    last = LOG[-1]
    kept = [*LOG[:place], *LOG[place + 1 :]]
    assert first_break(kept) is not None or kept[-1].number != last.number


def test_an_operation_ends_once() -> None:
    again = replace(LOG[-1], number=LOG[-1].number + 1)
    assert first_broken([*LOG, again]) == RuleBroken(
        lane=again.lane, number=again.number, message="it has ended before"
    )


@pytest.mark.parametrize("action", ["create-group", "create-membership", "create-assignment", "delete-assignment"])
def test_aws_is_called_when_the_doubt_is_on_record(action: str) -> None:
    assert _with(action, _steps(action, doubted_at=None)) == "AWS was called without a doubt on record"
    later = LOG[_place(action)].entry.at + timedelta(seconds=1)
    assert _with(action, _steps(action, doubted_at=later)) == "it ended before it began"


@pytest.mark.parametrize("answer", ["IN_PROGRESS", "FAILED", ""])
@pytest.mark.parametrize("action", ["create-assignment", "delete-assignment"])
def test_done_is_what_aws_calls_done(action: str, answer: str) -> None:
    assert _with(action, _steps(action, answer=answer)) == f"it counts as done, and AWS has said {answer or 'nothing'}"


def test_what_an_earlier_request_has_removed_may_not_be_there() -> None:
    assert _with("delete-assignment", _steps("delete-assignment", answer="FAILED", attempts=2)) == ""
    assert _with("create-assignment", _steps("create-assignment", answer="FAILED", attempts=2)) != ""


def test_what_aws_takes_as_a_request_has_one() -> None:
    assert _with("create-assignment", request_id="") == "AWS took no request for it"
    expected = "its request is not on record before its end"
    assert _with("create-assignment", _steps("create-assignment", submitted_at=None)) == expected


def test_a_group_is_not_gone_before_its_members() -> None:
    place = _place("delete-membership")
    without = [*LOG[:place], *LOG[place + 1 :]]
    assert _broken(without) == "a group is gone of which person:e-1 is a member"


def test_what_lies_before_the_first_entry_is_unknown() -> None:
    assert _broken(LOG[_place("delete-") :]) == ""


def test_what_was_forgotten_breaks_no_rule() -> None:
    assert _with("create-assignment", _steps("create-assignment", doubted_at=None), operation="") == ""


def test_entries_without_steps_are_of_an_earlier_release() -> None:
    entries = [replace(record, entry=replace(record.entry, steps=None)) for record in LOG]
    assert _broken(entries) == ""


def test_the_steps_are_hashed() -> None:
    record = LOG[_place(f"{Action.CREATE}-{GROUP.kind}")]
    before = LOG[record.number - 2].hash if record.number > 1 else GENESIS
    assert link(record, previous=before) == record.hash
    changed = replace(record, entry=replace(record.entry, steps=Steps(attempts=1, doubted_at=NOON)))
    assert link(changed, previous=before) != record.hash
