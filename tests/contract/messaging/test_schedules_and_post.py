"""The ports Schedules and Post over the local AWS: what is set, what is sent, and what of it may be said twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dayone.adapters.messaging import EventBridgeSchedules, SesPost
from dayone.errors import Refused, Unavailable
from dayone.ports.organizations import WelcomeMail
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.identity_centers import fresh

_ROLE = "arn:aws:iam::111122223333:role/scheduler"
_TARGET = "arn:aws:lambda:us-east-1:111122223333:function:sweep"


@pytest.fixture
def group(sandbox: Sandbox) -> Iterator[str]:
    client, name = sandbox.client("scheduler"), fresh("due")
    client.create_schedule_group(Name=name)
    yield name
    client.delete_schedule_group(Name=name)


def _in_a_year() -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)


def _schedules(sandbox: Sandbox, group: str) -> tuple[EventBridgeSchedules, Any]:
    client = sandbox.client("scheduler")
    return EventBridgeSchedules(client, group=group, target=_TARGET, role=_ROLE), client


def test_an_alarm_rings_once_at_its_moment_and_is_gone(sandbox: Sandbox, group: str) -> None:
    schedules, client = _schedules(sandbox, group)
    moment = _in_a_year()
    schedules.wake_at(moment)
    (listed,) = client.list_schedules(GroupName=group)["Schedules"]
    made = client.get_schedule(GroupName=group, Name=listed["Name"])
    assert made["ScheduleExpression"] == f"at({moment:%Y-%m-%dT%H:%M:%S})"
    assert (made["ScheduleExpressionTimezone"], made["ActionAfterCompletion"]) == ("UTC", "DELETE")
    assert (made["Target"]["Arn"], made["Target"]["RoleArn"]) == (_TARGET, _ROLE)


def test_a_second_for_one_moment_is_the_same(sandbox: Sandbox, group: str) -> None:
    schedules, client = _schedules(sandbox, group)
    moment = _in_a_year()
    for zone_or_fraction in (moment, moment.astimezone(), moment - timedelta(milliseconds=1)):
        schedules.wake_at(zone_or_fraction)
    assert len(client.list_schedules(GroupName=group)["Schedules"]) == 1


def test_it_never_rings_before_its_moment(sandbox: Sandbox, group: str) -> None:
    schedules, client = _schedules(sandbox, group)
    schedules.wake_at(_in_a_year() + timedelta(milliseconds=1))
    schedules.wake_at(_in_a_year())
    assert len(client.list_schedules(GroupName=group)["Schedules"]) == 2


def test_what_aws_refuses_is_a_matter_of_the_deployment(sandbox: Sandbox) -> None:
    schedules, _ = _schedules(sandbox, "no-such-group")
    with pytest.raises(Unavailable):
        schedules.wake_at(_in_a_year())


def test_what_has_not_fired_goes_with_its_group(sandbox: Sandbox) -> None:
    name = fresh("due")
    schedules, client = _schedules(sandbox, name)
    client.create_schedule_group(Name=name)
    schedules.wake_at(_in_a_year())
    client.delete_schedule_group(Name=name)
    assert not [schedule for schedule in client.list_schedules()["Schedules"] if schedule["GroupName"] == name]


def test_scheduling_makes_the_call_that_it_says(sandbox: Sandbox, group: str) -> None:
    client = sandbox.client("scheduler")
    called = recorded_actions(client)
    EventBridgeSchedules(client, group=group, target=_TARGET, role=_ROLE).wake_at(_in_a_year())
    # Whoever hands a role on needs a right to that, which is no call.
    assert called == EventBridgeSchedules.ACTIONS


def test_a_mail_is_sent_from_whom_to_whom_with_its_texts(sandbox: Sandbox) -> None:
    client = sandbox.client("sesv2")
    client.create_email_identity(EmailIdentity="it@example.com")
    called = recorded_actions(client)
    mail = WelcomeMail(sender="it@example.com", to="ada@example.com", subject="Hello Ada", text="Sign in.\n")
    assert SesPost(client).send(mail).request_id
    assert {name.replace("sesv2:", "ses:") for name in called} == SesPost.ACTIONS


def test_a_sender_that_is_not_verified_is_refused(sandbox: Sandbox) -> None:
    mail = WelcomeMail(sender=f"{fresh('nobody')}@example.org", to="ada@example.com", subject="Hello", text="Hello")
    with pytest.raises(Refused):
        SesPost(sandbox.client("sesv2")).send(mail)
