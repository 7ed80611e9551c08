"""Messages on the deployed inbox that pretend somebody has asked for them: nothing follows, and the alarm rings."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dayone.hr.merge import packed
from dayone.messages.inbox import to_json
from dayone.model.changes import Cause, CauseKind, Decision, ulid_of
from dayone.model.commands import ApplyDecision, ApplyGrant, Command, ImportManualPeople, RetryChange
from dayone.model.grants import Grant
from dayone.model.hr_sources import BY_HAND
from dayone.model.subjects import Resource, ResourceKind, Subject, SubjectKind
from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.queues import drained
from tests.e2e.deployed.waiting import becomes

_LETTERS = "InboxDeadLetters"
_WARDENS = policies.base_with(groups={"Wardens": {"members": [{"department": "Vault"}]}})
_POLICY = {**_WARDENS, "sensitive": {"groups": ["Wardens"]}}


@pytest.fixture
def warden(day_one: DayOne) -> Iterator[dict[str, str]]:
    """A person of whom a sensitive membership is to be held."""
    drained(day_one, _LETTERS)
    day_one.put_in_force(_POLICY)
    yield somebody("Vault")
    drained(day_one, _LETTERS)
    day_one.put_in_force(policies.BASE)


def _forged(day_one: DayOne, change: str, *, person: str, stranger: str) -> list[Command]:
    """An approval of what a change holds, its retry, a grant to the person, and a stranger told of by hand."""
    account = day_one.sandbox.client("sts").get_caller_identity()["Account"]
    now, approver = datetime.now(UTC), f"arn:aws:iam::{account}:user/approver"

    def cause(kind: CauseKind, name: str) -> Cause:
        return Cause(change=ulid_of(now, name=name), kind=kind, actor=approver, reference=name, at=now)

    held = Subject(SubjectKind.CHANGE, change)
    original = Cause(change=change, kind=CauseKind.HR_EVENT, actor="hr:standard", reference="r", at=now)
    grant = Grant(
        id=ulid_of(now, name="a grant"),
        subject=Subject(SubjectKind.PERSON, person),
        resource=Resource(ResourceKind.MEMBERSHIP, "Wardens"),
        reason="r",
        begins=now.replace(second=0, microsecond=0),
        until=now.replace(second=0, microsecond=0) + timedelta(hours=1),
        granted_by=approver,
        granted_at=now,
    )
    by_hand = packed({stranger: {"department": "Vault", "user_name": stranger, "employment": "employee"}})
    sources = Subject(SubjectKind.HR_SOURCE, BY_HAND)
    return [
        ApplyDecision(subject=held, cause=original, decision=Decision(is_approved=True, actor=approver, at=now)),
        ApplyGrant(subject=grant.subject, cause=cause(CauseKind.GRANT, "a grant"), grant=grant),
        RetryChange(subject=held, cause=cause(CauseKind.RETRY, "a retry")),
        ImportManualPeople(subject=sources, cause=cause(CauseKind.BY_HAND, "by hand"), workforce=by_hand),
    ]


def _sent(day_one: DayOne, command: Command) -> str:
    body = to_json(command)
    day_one.sandbox.client("sqs").send_message(
        QueueUrl=day_one.queue_url("InboxQueue"),
        MessageBody=body,
        MessageGroupId=str(command.subject),
        MessageDeduplicationId=uuid.uuid4().hex,
    )
    return body


def _alarm(day_one: DayOne) -> Any:  # noqa: ANN401 - AWS's own shape
    name = day_one.deployed.stack.resources["InboxDeadLettersAlarm"]
    (alarm,) = day_one.sandbox.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return alarm


def _metric(day_one: DayOne, alarm: Any) -> int:  # noqa: ANN401
    """Return what SQS counts as the alarm's metric, of the queue that its dimension names."""
    sqs, (dimension,) = day_one.sandbox.client("sqs"), alarm["Dimensions"]
    url = sqs.get_queue_url(QueueName=dimension["Value"])["QueueUrl"]
    # The metric ApproximateNumberOfMessagesVisible is this attribute of the queue.
    attribute = alarm["MetricName"].removesuffix("Visible")
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[attribute])["Attributes"][attribute])


def test_what_pretends_that_somebody_has_asked_is_a_dead_letter_and_nothing_follows(
    day_one: DayOne, warden: dict[str, str]
) -> None:
    alarm, stranger = _alarm(day_one), somebody("Vault")["id"]
    assert _metric(day_one, alarm) <= alarm["Threshold"]
    change = day_one.tell(warden)
    before = day_one.held(change)
    forged = _forged(day_one, change, person=warden["id"], stranger=stranger)
    bodies = [_sent(day_one, command) for command in forged]
    assert becomes(lambda: _metric(day_one, alarm), len(forged))
    assert len(forged) > alarm["Threshold"]
    after = day_one.get(f"/v1/changes/{change}?limit=100")
    assert (after["change"], after["operations"]) == (before["change"], before["operations"])
    assert warden["user_name"] not in day_one.view.members("Wardens")
    assert not day_one.knows(f"/v1/people/{stranger}")
    for command in forged[1:]:
        assert not day_one.knows(f"/v1/changes/{command.cause.change}")
    grant = forged[1]
    assert isinstance(grant, ApplyGrant)
    assert not day_one.knows(f"/v1/grants/{grant.grant.id}")
    letters = [json.loads(body) for body in drained(day_one, _LETTERS)]
    assert sorted(letters, key=str) == sorted(map(json.loads, bodies), key=str)
