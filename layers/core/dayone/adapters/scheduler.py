"""One-time schedules of EventBridge Scheduler, one for each moment that something comes due."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Protocol

from dayone.adapters.aws.dependent_actions import Dependency, DependentActions
from dayone.adapters.aws.errors import never_rejected
from dayone.errors import Conflicting


class SchedulerClient(Protocol):
    """Methods used of boto3's client `scheduler`."""

    def create_schedule(self, **request: Any) -> Any:  # noqa: ANN401 - as boto3 has it
        """Create a schedule."""


class EventBridgeSchedules:
    """The port Schedules over the API `scheduler`.

    A schedule is in the group `group` and named after its moment, so all that is due then shares one. It fires the
    function `target` by the role `role`, and AWS deletes it when it has fired. AWS fires within a minute of the moment.
    Source: EventBridge Scheduler User Guide, "One-time schedules" and "Deletion after schedule completion"; and
    "Managing a schedule group" for what goes with the group.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"scheduler:CreateSchedule"})
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = {Dependency.PASSED_ROLE: frozenset({"iam:PassRole"})}

    def __init__(self, client: SchedulerClient, *, group: str, target: str, role: str) -> None:
        self._client = client
        self._group = group
        self._target = target
        self._role = role

    def wake_at(self, moment: datetime) -> None:
        """See Schedules."""
        # A schedule knows no fraction of a second, and before the moment nothing is due.
        whole = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1 if moment.microsecond else 0)
        try:
            with never_rejected():
                self._client.create_schedule(
                    GroupName=self._group,
                    Name=f"due-{whole:%Y%m%dT%H%M%SZ}",
                    ScheduleExpression=f"at({whole:%Y-%m-%dT%H:%M:%S})",
                    ScheduleExpressionTimezone="UTC",
                    FlexibleTimeWindow={"Mode": "OFF"},
                    ActionAfterCompletion="DELETE",
                    # The sweep each minute is the retry.
                    Target={"Arn": self._target, "RoleArn": self._role, "RetryPolicy": {"MaximumRetryAttempts": 0}},
                )
        except Conflicting:
            # AWS's word for a name that is taken: somebody else is due at this moment.
            return
