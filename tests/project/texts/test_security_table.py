"""SECURITY.md's table of possible misuse of rights, row by row: each row has a test that shows it."""

import ast
import re
from types import SimpleNamespace

import pytest

from dayone.adapters.dynamodb.leases import DynamoOpenMarks
from tests.project.repository import ROOT, functions, pascal, resource, template, tree

_FORGED = "tests/functions/test_forged_events.py::"
_AS_FORGED = (_FORGED + "TestAccessApi::test_what_did_not_come_through_the_api_is_refused",)
_RECORDS = "tests/functions/test_forged_events.py::TestRecords::"
_UNASKED = "tests/unit/messages/test_accepted_commands.py::"
_REVIEW = "tests/unit/ops/test_review_hr_configuration.py::"
_TAMPERING = "tests/contract/audit/test_audit_tampering.py::"
_ROLES = "tests/project/template/test_permissions.py::"
_HERE = "tests/project/texts/test_security_table.py::"
# The first cell of a row, without its marks of code, and the tests that show what the row says.
TESTS: dict[str, tuple[str, ...]] = {
    "lambda:InvokeFunction on access_api": (
        *_AS_FORGED,
        _FORGED + "TestAccessApi::test_a_caller_that_iam_cannot_have_established_is_refused",
        "tests/e2e/test_forged_invocations.py::test_the_api_does_not_know_a_copy_from_the_real_thing",
    ),
    "lambda:InvokeFunction on receive_hr_event": (
        _FORGED + "TestReceiveHrEvent::test_what_did_not_come_through_the_api_is_refused",
        "tests/functions/test_hr_sources_hidden.py::test_another_network_is_answered_as_a_wrong_signature",
    ),
    "lambda:InvokeFunction on plan_changes": (
        _RECORDS + "test_the_planner_does_nothing_of_it",
        _UNASKED + "test_what_nobody_has_asked_for_is_refused_and_leaves_nothing_behind",
    ),
    "lambda:InvokeFunction on record_account_event": (_RECORDS + "test_no_account_is_looked_at_for_it",),
    "lambda:InvokeFunction on preview_company": (_RECORDS + "test_no_portion_is_planned_for_it",),
    "lambda:InvokeFunction on publish_events": (_RECORDS + "test_none_of_it_is_published",),
    "lambda:InvokeFunction on execute_operations, reconcile_access, read_inventory, send_notifications or sign_checkpoint": (  # noqa: E501
        _HERE + "test_what_a_schedule_or_a_bell_calls_reads_nothing_of_its_event",
    ),
    "lambda:InvokeFunction on claim_table or own_session_policy": (
        _HERE + "test_the_role_that_claims_a_table_ends_with_the_stacks_own",
        "tests/project/template/test_session_policy.py::test_it_touches_only_what_has_the_tag_of_its_stack",
    ),
    "apigateway:POST on a method of the API": (
        _FORGED + "test_a_test_in_the_console_of_api_gateway_reaches_no_function",
    ),
    "apigateway:PATCH or PUT on the API": (_FORGED + "TestAccessApi::test_nothing_is_read_unsigned",),
    "lambda:UpdateFunctionCode, lambda:UpdateFunctionConfiguration": (_HERE + "test_one_role_changes_identity_center",),
    "iam:UpdateAssumeRolePolicy, or iam:PassRole and lambda:CreateFunction": (
        _HERE + "test_the_role_of_a_function_is_lambdas_alone",
    ),
    "lambda:DeleteResourcePolicy, lambda:PutResourcePolicy or lambda:RemovePermission": (
        "tests/e2e/test_other_invocations.py::test_turned_off_again_the_api_goes_on",
    ),
    "iam:PassRole on AccessApiInvocationRole, and apigateway:POST": (
        *_AS_FORGED,
        _HERE + "test_the_api_invokes_by_a_role_that_may_do_nothing_else",
    ),
    "lambda:AddPermission, lambda:CreateEventSourceMapping": (
        *_AS_FORGED,
        _RECORDS + "test_the_planner_does_nothing_of_it",
    ),
    "sqs:SendMessage to the inbox": (
        "tests/functions/test_plan_changes.py::test_a_leaver_is_planned",
        _UNASKED + "test_what_nobody_has_asked_for_is_refused_and_leaves_nothing_behind",
        _FORGED + "TestTheInbox::test_a_policy_that_nobody_has_put_in_force_is_a_dead_letter_at_once",
        "tests/e2e/test_forged_messages.py::test_what_pretends_that_somebody_has_asked_is_a_dead_letter_and_nothing_follows",
        _HERE + "test_the_inbox_and_the_engine_take_nothing_from_other_accounts",
        _HERE + "test_who_is_reached_from_outside_may_send_to_the_inbox_and_not_write_what_was_asked_for",
    ),
    "sqs:SendMessage to the engine or the queue of account events": (
        _HERE + "test_what_a_schedule_or_a_bell_calls_reads_nothing_of_its_event",
        "tests/functions/test_record_account_event.py::test_the_account_of_an_event_is_on_the_inbox",
    ),
    "sqs:SendMessage to the queue of edits": (
        "tests/unit/inventory/test_look_at_edits.py::test_an_event_of_what_is_not_so_finds_nothing",
    ),
    "sqs:SendMessage to the queue of notifications": (
        _HERE + "test_what_listens_on_the_stacks_own_bus_can_do_nothing_but_notify",
    ),
    "sqs:ReceiveMessage, sqs:DeleteMessage, sqs:PurgeQueue": (
        "tests/unit/reconcile/test_reconcile_access.py::test_a_subject_whose_request_was_lost_is_asked_for_by_the_next_sweep",
        "tests/unit/reconcile/test_reconcile_access.py::test_open_operations_are_rung_for_and_silence_is_not_broken_without_them",
    ),
    "dynamodb:PutItem, UpdateItem or DeleteItem on the table": (
        _TAMPERING + "test_what_was_done_to_the_log_of_a_day_shows",
        _TAMPERING + "test_what_leaves_another_whole_log_shows_to_nobody_who_sees_the_table_alone",
    ),
    "ssm:PutParameter on /STACK/hr": (
        _REVIEW + "test_what_opens_a_door_waits_and_is_in_the_audit_log",
        _REVIEW + "test_what_only_becomes_stricter_counts_at_once",
        "tests/contract/hr/test_hr_sources.py::test_what_is_written_does_not_count_once_something_was_approved",
    ),
    "ssm:PutParameter or DeleteParameter on /dayone/STACK/hr-approved": (
        "tests/contract/hr/test_hr_sources.py::test_a_change_shows_after_a_minute_and_costs_no_call_before",
        _REVIEW + "test_what_counts_is_put_right_when_somebody_takes_it_away_or_writes_it",
    ),
    "ssm:PutParameter or DeleteParameter on /dayone/STACK/table": (
        "tests/unit/whole/test_recovery.py::test_while_it_is_open_nothing_is_given_and_nothing_taken_by_comparison",
        "tests/unit/whole/test_recovery.py::test_an_end_is_carried_out_at_once_with_what_the_copy_does_not_know_of",
        "tests/contract/dynamodb/test_table_fence.py::test_what_nobody_has_written_outside_says_nothing",
    ),
    "ssm:PutParameter on /dayone/STACK/api-ids": (
        "tests/contract/messaging/test_own_apis.py::test_an_api_that_took_the_place_of_another_is_seen",
        "tests/contract/messaging/test_own_apis.py::test_without_the_parameter_nobody_can_say",
    ),
    "secretsmanager:GetSecretValue or PutSecretValue on STACK/hr/* or the secret StandardHrSecret": (
        "tests/functions/test_receive_hr_event.py::test_a_signed_event_is_on_the_inbox_before_it_is_answered",
        "tests/unit/reconcile/test_held_changes.py::TestHrEvents::test_the_first_leavers_of_a_day_go_and_the_others_are_held",
    ),
    "secretsmanager:GetSecretValue or PutSecretValue on STACK/hr-api/*": (
        "tests/contract/hr/test_hr_records.py::test_a_record_is_asked_for_with_its_credentials_and_told_by_its_own_time",
        "tests/contract/hr/test_hr_records.py::test_without_credentials_that_count_the_answer_has_to_be_waited_for",
    ),
    "secretsmanager:GetSecretValue or PutSecretValue on STACK/notifications/*": (
        "tests/contract/notifications/test_webhooks.py::test_a_message_is_signed_as_the_specification_says",
        "tests/contract/notifications/test_webhooks.py::test_an_address_that_is_a_secret_is_in_the_secret",
        "tests/unit/notifications/test_send_notifications.py::test_nobody_is_sent_a_name",
    ),
    "events:PutEvents on the stack's bus": (
        _HERE + "test_what_listens_on_the_stacks_own_bus_can_do_nothing_but_notify",
        "tests/contract/audit/test_checkpoints.py::test_the_key_signs_what_it_is_given_and_nothing_else",
    ),
    "events:PutEvents on the default bus or STACK-account-events": (
        _HERE + "test_accounts_are_heard_of_from_aws_itself_alone",
        "tests/project/template/test_account_events_rule.py::test_the_bus_takes_events_from_the_organisation_and_from_nobody_else",
    ),
    "logs:PutLogEvents on a function's log": (_ROLES + "test_a_function_writes_into_its_own_log_and_no_other",),
    "scheduler:UpdateSchedule or DeleteSchedule in the stack's group": (
        "tests/unit/reconcile/test_reconcile_access.py::test_what_is_due_is_looked_at_again_and_what_is_not_is_left",
        "tests/project/template/test_alarms.py::test_a_sweep_that_is_not_called_is_an_alarm_because_it_has_no_metric_then",
    ),
    "kms:PutKeyPolicy on the key of the checkpoints": (
        "tests/contract/audit/test_checkpoints.py::test_what_the_table_alone_does_not_show_a_checkpoint_does",
    ),
}


def _rows() -> list[str]:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    _, _, section = text.partition("\n## Who could do what\n")
    lines = [line for line in section.partition("\n## ")[0].splitlines() if line.startswith("|")]
    return [re.sub(r"`", "", line.split(" | ")[0].removeprefix("| ")) for line in lines[2:]]


def test_every_row_has_a_test_and_every_test_here_a_row() -> None:
    assert len(_rows()) > 20
    assert sorted(_rows()) == sorted(TESTS)


@pytest.mark.parametrize("place", sorted({place for places in TESTS.values() for place in places}))
def test_a_test_of_a_row_is_there(place: str) -> None:
    path, *names = place.split("::")
    body: list[ast.stmt] = tree(ROOT / path).body
    for name in names:
        (definition,) = [
            node for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name
        ]
        body = definition.body
    assert names[-1].startswith("test_")


@pytest.mark.parametrize(
    "name", ["execute_operations", "reconcile_access", "read_inventory", "send_notifications", "sign_checkpoint"]
)
def test_what_a_schedule_or_a_bell_calls_reads_nothing_of_its_event(name: str) -> None:
    (handler,) = [
        node
        for node in tree(ROOT / "functions" / name / "app.py").body
        if isinstance(node, ast.FunctionDef) and node.name == "lambda_handler"
    ]
    event = handler.args.args[0].arg
    assert event not in {node.id for node in ast.walk(handler) if isinstance(node, ast.Name)}


def test_the_role_that_claims_a_table_ends_with_the_stacks_own() -> None:
    (calls,) = [each for each in resource("ClaimTableRole")["Policies"] if each["PolicyName"] == "calls"]
    statement, identity = calls["PolicyDocument"]["Statement"]
    assert identity["Resource"]["Fn::Sub"].endswith(":parameter/dayone/${AWS::StackName}/table")
    named = {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${StateTableName}"}
    assert statement["Resource"] == {"Fn::If": ["MakesStateTable", {"Fn::GetAtt": "StateTable.Arn"}, named]}


def test_one_role_changes_identity_center() -> None:
    read_only = re.compile(r"[a-z]+:(Describe|Get|List)\w*")
    changing = {
        name
        for name in functions()
        for policy in resource(f"{pascal(name)}Role")["Policies"]
        for statement in policy.get("Fn::If", ["", policy])[1]["PolicyDocument"]["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
        if action.startswith(("sso:", "identitystore:")) and not read_only.fullmatch(action)
    }
    assert changing == {"execute_operations"}


@pytest.mark.parametrize("name", functions())
def test_the_role_of_a_function_is_lambdas_alone(name: str) -> None:
    (trust,) = resource(f"{pascal(name)}Role")["AssumeRolePolicyDocument"]["Statement"]
    assert trust == {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def test_the_inbox_and_the_engine_take_nothing_from_other_accounts() -> None:
    opened = [
        queue["Ref"]
        for each in template()["Resources"].values()
        if each["Type"] == "AWS::SQS::QueuePolicy"
        for queue in each["Properties"]["Queues"]
    ]
    assert opened == ["AccountEventsQueue", "AccountEventsDeadLetters", "EditEventsQueue", "NotificationsQueue"]


def _may(action: str) -> set[str]:
    """The functions whose roles allow an action, and not on a dead-letter queue alone."""
    return {
        name
        for name in functions()
        for policy in resource(f"{pascal(name)}Role")["Policies"]
        for statement in policy.get("Fn::If", ["", policy])[1]["PolicyDocument"]["Statement"]
        if action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
        and ("InboxQueue.Arn" in str(statement["Resource"]) or not action.startswith("sqs:"))
    }


def test_who_is_reached_from_outside_may_send_to_the_inbox_and_not_write_what_was_asked_for() -> None:
    writing = _may("dynamodb:PutItem") | _may("dynamodb:UpdateItem") | _may("dynamodb:BatchWriteItem")
    assert _may("sqs:SendMessage") - writing == {"receive_hr_event", "record_account_event"}
    of_marks = {"publish_events", "read_inventory", "preview_company", "send_notifications"}
    assert writing - of_marks == {"access_api", "plan_changes", "execute_operations", "reconcile_access", "claim_table"}


def test_publish_events_may_write_marks_of_open_changes_and_nothing_else() -> None:
    policies = resource("PublishEventsRole")["Policies"]
    statements = [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]
    (writing,) = [statement for statement in statements if "dynamodb:BatchWriteItem" in statement["Action"]]
    assert writing["Action"] == "dynamodb:BatchWriteItem"
    written: list[dict[str, object]] = []
    DynamoOpenMarks(SimpleNamespace(put_all=written.extend)).mark(["20261123T120000Z-01M800000000000000000000AA"])  # type: ignore[arg-type]
    (mark,) = written
    assert writing["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:Attributes": [*mark]}}


def test_what_listens_on_the_stacks_own_bus_can_do_nothing_but_notify() -> None:
    buses = {
        name: each["Properties"].get("EventBusName", "default")
        for name, each in template()["Resources"].items()
        if each["Type"] == "AWS::Events::Rule"
    }
    assert list(buses.values()) == ["default", "default", {"Ref": "Bus"}, {"Ref": "AccountEventsBus"}]
    assert buses["NotificationsRule"] == {"Ref": "Bus"}
    (target,) = resource("NotificationsRule")["Targets"]
    assert target["Arn"] == {"Fn::GetAtt": "NotificationsQueue.Arn"}
    readers = [
        name for name in functions() if "NotificationsQueue.Arn" in str(resource(f"{pascal(name)}Role")["Policies"])
    ]
    # The API puts the requests for test messages there.
    assert readers == ["access_api", "send_notifications"]
    allowed = [
        statement
        for policy in resource("SendNotificationsRole")["Policies"]
        if policy["PolicyName"] == "calls"
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    writes = [statement for statement in allowed if "dynamodb:PutItem" in statement["Action"]]
    own = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["NOTIFICATIONS", "NOTIFIED#*"]}}
    assert [statement["Condition"] for statement in writes] == [own]
    sends = [statement["Resource"] for statement in allowed if "sqs:SendMessage" in statement["Action"]]
    assert sends == [{"Fn::GetAtt": "NotificationsDeadLetters.Arn"}]


def test_accounts_are_heard_of_from_aws_itself_alone() -> None:
    """PutEvents refuses a source that begins with `aws.`: https://docs.aws.amazon.com/eventbridge/latest/APIReference."""
    sources = [
        source
        for name, each in template()["Resources"].items()
        if each["Type"] == "AWS::Events::Rule" and name != "NotificationsRule"
        for source in each["Properties"]["EventPattern"]["source"]
    ]
    assert sources
    assert [source for source in sources if not source.startswith("aws.")] == []


BELIEVING = ("access_api", "plan_changes", "preview_company", "record_account_event", "publish_events")


def test_every_function_that_compares_where_its_event_comes_from_can_be_denied() -> None:
    """receive_hr_event asks for a proof besides, and its API needs what the function's own policy allows."""
    comparing = {
        name
        for name in functions()
        if "check_re"
        in (ROOT / "functions" / name / "app.py").read_text(encoding="utf-8")  # check_records, check_request
    }
    assert comparing == {*BELIEVING, "receive_hr_event"}


@pytest.mark.parametrize("name", BELIEVING)
def test_with_the_parameter_lambda_denies_a_function_to_all_but_what_brings_its_events(name: str) -> None:
    policy = template()["Resources"][f"{pascal(name)}Invocations"]
    assert (policy["Type"], policy["Condition"]) == ("AWS::Lambda::ResourcePolicy", "DeniesOtherInvocations")
    function = f"{pascal(name)}Function"
    assert policy["Properties"]["ResourceArn"] == {"Fn::GetAtt": f"{function}.Arn"}
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert "lambda:InvokeFunction" in statement["Action"]
    # Versions too: `$LATEST` is one.
    assert statement["Resource"] == [{"Fn::GetAtt": f"{function}.Arn"}, {"Fn::Sub": f"${{{function}.Arn}}:*"}]
    by = {"Fn::GetAtt": "AccessApiInvocationRole.Arn" if name == "access_api" else f"{pascal(name)}Role.Arn"}
    services = {} if name == "access_api" else {"Bool": {"aws:PrincipalIsAWSService": "false"}}
    assert statement["Condition"] == {**services, "ArnNotEquals": {"aws:PrincipalArn": by}}


def test_nothing_is_denied_before_somebody_has_seen_it_on_aws() -> None:
    assert template()["Parameters"]["DenyOtherInvocations"]["Default"] == "false"
    assert template()["Conditions"]["DeniesOtherInvocations"] == {
        "Fn::Equals": [{"Ref": "DenyOtherInvocations"}, "true"]
    }


def test_the_api_invokes_by_a_role_that_may_do_nothing_else() -> None:
    """With and without the parameter: what the function's own policy allows goes with the policy that denies."""
    role = template()["Resources"]["AccessApiInvocationRole"]["Properties"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "apigateway.amazonaws.com"}
    (policy,) = role["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == (
        "lambda:InvokeFunction",
        {"Fn::GetAtt": "AccessApiFunction.Arn"},
    )
    assert resource("AccessApi")["Auth"]["InvokeRole"] == {"Fn::GetAtt": "AccessApiInvocationRole.Arn"}
