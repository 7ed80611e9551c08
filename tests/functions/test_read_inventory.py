"""read_inventory through its handler: ticks of the schedule in, findings out."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from dayone.errors import Throttled
from dayone.wiring import functions as wiring
from functions.read_inventory import app
from tests.builders import a_group, a_person, a_policy
from tests.fakes.sso.directory import MemoryDirectory
from tests.functions.conftest import Event, LambdaContext, Log
from tests.unit.world import World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    made.hr_tells(a_person())
    made.policy_is(a_policy(a_group()))
    made.settle()
    monkeypatch.setattr(wiring, "read_inventory_ports", made.reading)
    return made


def test_a_group_that_somebody_deletes_is_found_a_day_later(
    world: World, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    app.lambda_handler(event_of("read_inventory/every_minute"), context)
    MemoryDirectory(world.center).delete_group(next(iter(world.center.groups)))
    world.now += timedelta(hours=1)
    app.lambda_handler(event_of("read_inventory/every_minute"), context)
    assert world.inventory.findings() == []
    world.now += timedelta(hours=23)
    app.lambda_handler(event_of("read_inventory/every_minute"), context)
    assert [finding.difference.subject for finding in world.inventory.findings()] == ["group:engineers"]
    # The run in between had nothing to do.
    assert log.messages("INFO") == ["inventory read", "inventory read"]


def test_a_run_that_cannot_read_fails(
    world: World, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    def throttled(_name: str, port: object) -> object:
        return _ThrottledReader() if _name == "reader" else port

    world.around = throttled
    with pytest.raises(Throttled):
        app.lambda_handler(event_of("read_inventory/every_minute"), context)
    assert log.messages("WARNING") == ["message failed"]
    assert world.inventory.findings() == []


@pytest.mark.parametrize(
    ("name", "action", "ids"),
    [
        (
            "assignment_by_others",
            "CreateAccountAssignment",
            {
                "account": "444455556666",
                "permission_set_arn": "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-abcdef1234567890",
                "principal_type": "GROUP",
                "principal_id": "34887428-4081-7042-c3c6-928d413009e7",
            },
        ),
        (
            "member_by_console",
            "AddMemberToGroup",
            {"group_id": "0c9b756f-d743-4d58-8b02-03969b76b101", "user_id": "aaa2a963-7250-42cc-8926-7b6e8caf1a8c"},
        ),
        (
            "member_removed_by_api",
            "DeleteGroupMembership",
            {"membership_id": "7f2a4c18-0d0b-4b57-8f5e-64f5d9c0b111"},
        ),
    ],
)
def test_an_edit_by_others_is_taken_from_the_queue_and_looked_at(
    world: World,
    event_of: Callable[[str], Event],
    context: LambdaContext,
    log: Log,
    name: str,
    action: str,
    ids: dict[str, str],
) -> None:
    world.edit_events.waiting["receipt"] = json.dumps(event_of(f"read_inventory/{name}"))
    world.now = datetime(2026, 11, 23, 7, 1, tzinfo=UTC)
    app.lambda_handler(event_of("read_inventory/every_minute"), context)
    (edit,) = world.inventory.edits()
    assert (edit.action, edit.ids) == (action, ids)
    assert edit.actor.endswith("/jane@example.com")
    assert world.edit_events.waiting == {}
    assert "jane" not in log.text


class _ThrottledReader:
    calls = 0

    def permission_sets(self, *, cursor: str) -> object:
        raise Throttled(f"sso-admin: slow down {cursor}")
