"""Refused deliveries are counted, and reported at most once a minute, whoever sends them and whatever they name."""

from datetime import timedelta

import pytest

from dayone.errors import Invalid, Malformed, NotFound, Rejected, TooLarge, Unauthentic, Unreachable
from dayone.hr.webhook import Refusals
from dayone.messages.inbox import from_json, to_json
from dayone.model.commands import Command, CountRefusals
from dayone.model.monitoring import RefusalReason
from tests.builders import NOON
from tests.fakes.queues import MemoryInbox
from tests.unit.world import World

CONFIGURED = ("workday", "people")
UNPROVEN = Unauthentic("no signature")


def _counts(command: Command) -> dict[tuple[str, str], int]:
    assert isinstance(command, CountRefusals)
    return {(count.source, count.reason): count.number for count in command.counts}


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (UNPROVEN, RefusalReason.SIGNATURE),
        (Invalid("no such status"), RefusalReason.RECORD),
        (Malformed("not JSON"), RefusalReason.UNREADABLE),
        (TooLarge("the body is over 1 MB"), RefusalReason.TOO_LARGE),
        (NotFound("there is no HR source"), RefusalReason.UNKNOWN_SOURCE),
    ],
)
def test_a_refused_delivery_is_counted_by_its_source_and_why(error: Rejected, reason: RefusalReason) -> None:
    inbox = MemoryInbox()
    Refusals(inbox).count("workday", error, configured=CONFIGURED, now=NOON)
    (command,) = inbox.commands
    assert _counts(command) == {("workday", reason): 1}
    assert from_json(to_json(command)) == command


def test_a_name_that_is_not_configured_is_not_kept() -> None:
    inbox = MemoryInbox()
    Refusals(inbox).count("ada.lovelace", UNPROVEN, configured=CONFIGURED, now=NOON)
    assert _counts(inbox.commands[0]) == {("", RefusalReason.UNKNOWN_SOURCE): 1}
    assert "ada" not in to_json(inbox.commands[0])


def test_a_flood_is_one_message_a_minute_and_none_of_it_is_lost_to_the_next() -> None:
    inbox = MemoryInbox()
    refusals = Refusals(inbox)
    for number in range(600):
        source = "workday" if number % 2 else "nobody"
        refusals.count(source, UNPROVEN, configured=CONFIGURED, now=NOON + timedelta(seconds=number * 0.2))
    assert [sum(_counts(command).values()) for command in inbox.commands] == [1, 300]
    refusals.count("people", UNPROVEN, configured=CONFIGURED, now=NOON + timedelta(minutes=3))
    assert sum(_counts(inbox.commands[-1]).values()) == 300


def test_what_the_inbox_does_not_take_is_reported_with_the_next() -> None:
    class Full(MemoryInbox):
        def put(self, commands: object) -> None:  # noqa: ARG002
            raise Unreachable("SQS does not answer")

    refusals = Refusals(Full())
    refusals.count("workday", UNPROVEN, configured=CONFIGURED, now=NOON)
    inbox = MemoryInbox()
    refusals._inbox = inbox
    refusals.count("workday", UNPROVEN, configured=CONFIGURED, now=NOON)
    assert _counts(inbox.commands[0]) == {("workday", RefusalReason.SIGNATURE): 2}


def test_the_planner_adds_them_to_the_day_and_takes_them_for_no_delivery() -> None:
    world = World()
    Refusals(world.inbox).count("workday", UNPROVEN, configured=CONFIGURED, now=NOON)
    world.plan_all()
    (count,) = world.hr.deliveries.refused_on(NOON.date())
    assert (count.source, count.number, count.last_at) == ("workday", 1, NOON)
    assert world.hr.deliveries.last_accepted() == {}
