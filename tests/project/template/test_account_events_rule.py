"""The rules of the templates let through what may change an account's access, and nothing that did not happen."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ministack.services import eventbridge  # type: ignore[import-untyped]

from tests.project.repository import ROOT, resource, template

ORGANIZATIONS = "aws.organizations"
CONTROL_TOWER = "aws.controltower"
FORWARDER = "template-forwarder.yaml"
RECORDED = sorted((ROOT / "events" / "record_account_event").glob("*.json"))


def _passes(event: dict[str, Any]) -> bool:
    """Return the local AWS's answer to TestEventPattern; AWS has the same pattern language."""
    asked = {"EventPattern": json.dumps(resource("AccountEventsRule")["EventPattern"]), "Event": json.dumps(event)}
    _status, _headers, answer = eventbridge._test_event_pattern(asked)
    passes: bool = json.loads(answer)["Result"]
    return passes


def _event(source: str, name: str, **detail: object) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "0f3e2d1c-5b6a-4798-8a9b-0c1d2e3f4a5b",
        "detail-type": "AWS Service Event via CloudTrail",
        "source": source,
        "account": "111122223333",
        "time": "2026-11-20T09:14:31Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {"eventName": name, **detail},
    }


def _ended(source: str, name: str, *, of: str, state: str) -> dict[str, Any]:
    return _event(source, name, serviceEventDetails={of: {"state": state}})


def _tags_changed(service: str, kind: str) -> dict[str, Any]:
    event = _event("aws.tag", "none")
    return {**event, "detail": {"service": service, "resource-type": kind, "changed-tag-keys": ["env"], "tags": {}}}


HAPPENED = {
    "an account was created": _ended(ORGANIZATIONS, "CreateAccountResult", of="createAccountStatus", state="SUCCEEDED"),
    "an account joined": _event(ORGANIZATIONS, "AccountJoinedOrganization"),
    "an account departed": _event(ORGANIZATIONS, "AccountDepartedOrganization"),
    "an account was removed": _event(ORGANIZATIONS, "RemoveAccountFromOrganization"),
    "an account was moved": _event(ORGANIZATIONS, "MoveAccount"),
    "an account got a tag": _event(ORGANIZATIONS, "TagResource"),
    "an account lost a tag": _event(ORGANIZATIONS, "UntagResource"),
    "somebody began to close an account": _event(ORGANIZATIONS, "CloseAccount"),
    "an invitation was accepted": _event(ORGANIZATIONS, "AcceptHandshake"),
    "an account left": _event(ORGANIZATIONS, "LeaveOrganization"),
    "an account got another name": _event("aws.account", "PutAccountName"),
    "a unit got another name": _event(ORGANIZATIONS, "UpdateOrganizationalUnit"),
    "a unit was moved": _event(ORGANIZATIONS, "MoveOrganizationalUnit"),
    "a unit was deleted": _event(ORGANIZATIONS, "DeleteOrganizationalUnit"),
    "an account's tags are others": _tags_changed("organizations", "account"),
    "an account was closed": _ended(ORGANIZATIONS, "CloseAccountResult", of="closeAccountStatus", state="SUCCEEDED"),
    "Control Tower made an account": _ended(
        CONTROL_TOWER, "CreateManagedAccount", of="createManagedAccountStatus", state="SUCCEEDED"
    ),
    "Control Tower made an account on a second try": _ended(
        CONTROL_TOWER, "UpdateManagedAccount", of="updateManagedAccountStatus", state="SUCCEEDED"
    ),
}
DID_NOT_HAPPEN = {
    "an account was not created": _ended(
        ORGANIZATIONS, "CreateAccountResult", of="createAccountStatus", state="FAILED"
    ),
    "Control Tower failed": _ended(
        CONTROL_TOWER, "CreateManagedAccount", of="createManagedAccountStatus", state="FAILED"
    ),
    "AWS refused to move an account": _event(ORGANIZATIONS, "MoveAccount", errorCode="AccessDeniedException"),
    "AWS refused to rename a unit": _event(ORGANIZATIONS, "UpdateOrganizationalUnit", errorCode="AccessDenied"),
    "AWS refused to accept an invitation": _event(ORGANIZATIONS, "AcceptHandshake", errorCode="AccessDenied"),
    "an account was invited": _event(ORGANIZATIONS, "InviteAccountToOrganization"),
    "an account was looked at": _event(ORGANIZATIONS, "DescribeAccount"),
    "a unit was made": _event(ORGANIZATIONS, "CreateOrganizationalUnit"),
    "a unit's tags are others": _tags_changed("organizations", "organizational-unit"),
    "a machine's tags are others": _tags_changed("ec2", "instance"),
    "an account has another contact": _event("aws.account", "PutAlternateContact"),
    "a policy was created": _event(ORGANIZATIONS, "CreatePolicy"),
    "a guardrail was enabled": _event(CONTROL_TOWER, "EnableGuardrail"),
    "another service has a call of the same name": _event("aws.resourcegroups", "TagResource"),
}


@pytest.mark.parametrize("event", HAPPENED.values(), ids=HAPPENED)
def test_the_rule_lets_through_that(event: dict[str, Any]) -> None:
    assert _passes(event)


@pytest.mark.parametrize("event", DID_NOT_HAPPEN.values(), ids=DID_NOT_HAPPEN)
def test_the_rule_keeps_back_that(event: dict[str, Any]) -> None:
    assert not _passes(event)


@pytest.mark.parametrize("path", RECORDED, ids=[path.stem for path in RECORDED])
def test_an_event_that_arrives_in_the_queue_is_one_that_the_rule_lets_through(path: Any) -> None:  # noqa: ANN401
    for record in json.loads(path.read_text()).get("Records", []):
        if not record["body"].startswith("{"):
            continue  # not from EventBridge: what somebody else may put into the queue
        event = json.loads(record["body"])
        told_of_nothing = "errorCode" in event["detail"] or '"FAILED"' in record["body"]
        assert _passes(event) is not told_of_nothing


def test_what_a_forwarder_hands_on_is_exactly_what_day_one_listens_to() -> None:
    pattern = resource("AccountEventsRule")["EventPattern"]
    assert resource("ForwardedAccountEventsRule")["EventPattern"] == pattern
    assert resource("ForwardAccountEventsRule", file=FORWARDER)["EventPattern"] == pattern


def _patterns() -> Iterator[dict[str, Any]]:
    for file in ("template.yaml", FORWARDER):
        for each in template(file)["Resources"].values():
            if each["Type"] == "AWS::Events::Rule":
                yield each["Properties"]["EventPattern"]


def test_nothing_stands_beside_or_and_no_branch_of_it_lets_through_what_aws_refused() -> None:
    with_or = [pattern["detail"] for pattern in _patterns() if "$or" in pattern.get("detail", {})]
    assert len(with_or) >= 3
    for detail in with_or:
        assert set(detail) == {"$or"}
        assert [branch for branch in detail["$or"] if branch.get("errorCode") != [{"exists": False}]] == []


def test_what_runs_on_every_change_asks_whether_the_templates_can_be_deployed() -> None:
    assert "make check-deploy" in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_a_forwarder_may_put_events_on_the_bus_it_was_given_and_nothing_else() -> None:
    (policy,) = resource("ForwardAccountEventsRole", file=FORWARDER)["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement == {"Effect": "Allow", "Action": "events:PutEvents", "Resource": {"Ref": "HubBusArn"}}


def test_the_bus_takes_events_from_the_organisation_and_from_nobody_else() -> None:
    statement = resource("AccountEventsBusPolicy")["Statement"]
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "OrganizationId"}}}
    assert statement["Action"] == "events:PutEvents"


def test_what_cannot_be_handed_on_is_kept_and_rings_an_alarm() -> None:
    (target,) = resource("ForwardAccountEventsRule", file=FORWARDER)["Targets"]
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": "ForwardAccountEventsDeadLetters.Arn"}}
    (dimension,) = resource("ForwardAccountEventsDeadLettersAlarm", file=FORWARDER)["Dimensions"]
    assert dimension["Value"] == {"Fn::GetAtt": "ForwardAccountEventsDeadLetters.QueueName"}
