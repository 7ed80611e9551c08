"""Making a schedule takes the right to it in its group, as on AWS; and a group is there before what is in it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox import Sandbox

_SCHEDULE: dict[str, Any] = {
    "ScheduleExpression": "at(2099-01-01T00:00:00)",
    "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": {
        "Arn": "arn:aws:lambda:us-east-1:111122223333:function:f",
        "RoleArn": "arn:aws:iam::111122223333:role/r",
    },
}


def _scheduler(sandbox: Sandbox, user: str, resource: str) -> Any:  # noqa: ANN401 - a client of Scheduler
    arn = f"arn:aws:scheduler:{sandbox.region}:{sandbox.account_id}:schedule/{resource}"
    actions = [f"scheduler:{verb}Schedule" for verb in ("Create", "Get", "Delete")]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": arn}]}
    return sandbox.client("scheduler", credentials=sandbox.create_user(user, policy=policy))


def test_the_right_to_schedules_of_one_group_makes_them_there_and_nowhere_else(sandbox: Sandbox) -> None:
    ours, theirs = "ours", "theirs"
    for name in (ours, theirs):
        sandbox.client("scheduler").create_schedule_group(Name=name)
    scheduler = _scheduler(sandbox, "in-ours", f"{ours}/due-*")
    scheduler.create_schedule(GroupName=ours, Name="due-1", **_SCHEDULE)
    assert scheduler.get_schedule(GroupName=ours, Name="due-1")["GroupName"] == ours
    for where in ({"GroupName": theirs}, {}):
        with pytest.raises(ClientError, match="AccessDenied"):
            scheduler.create_schedule(Name="due-1", **where, **_SCHEDULE)
        with pytest.raises(ClientError, match="AccessDenied"):
            scheduler.get_schedule(Name="due-1", **where)
    scheduler.delete_schedule(GroupName=ours, Name="due-1")


def test_the_right_to_the_default_group_is_none_to_another(sandbox: Sandbox) -> None:
    sandbox.client("scheduler").create_schedule_group(Name="other")
    scheduler = _scheduler(sandbox, "in-default", "default/*")
    with pytest.raises(ClientError, match="AccessDenied"):
        scheduler.create_schedule(GroupName="other", Name="due-1", **_SCHEDULE)
