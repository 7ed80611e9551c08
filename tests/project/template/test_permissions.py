"""A function may do exactly what its adapters do, is told exactly what its settings read, and has the time it needs."""

import sys
import sysconfig
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dayone.adapters.aws.dependent_actions import Dependency
from dayone.executor.results import TURN
from functions.execute_operations import app as executor
from tests.project.repository import PACKAGE, functions, pascal, resource, template
from tests.project.template.service_authorization import statements
from tests.project.template.wired import declared_actions, variables_of
from tests.simulation.simulation import Simulation

FUNCTIONS = functions()
# What Lambda itself does in a function's name to fetch its events.
FETCHING = {
    "Api": set[str](),
    "ScheduleV2": set[str](),
    "SQS": {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
    # The last is for what it gives up on.
    "DynamoDB": {
        *("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"),
        "sqs:SendMessage",
    },
}
# The condition of the template for each circumstance that there is in some deployments only.
UNDER_CONDITIONS = {
    Dependency.MANAGEMENT_ACCOUNT: "GivesManagementAccountAccess",
    Dependency.CUSTOMER_KEY: "HasIdentityCenterKey",
    Dependency.SIGNING_KEY: "SignsCheckpoints",
    Dependency.CHECKPOINT_BUCKET: "KeepsCheckpoints",
}
# Services have no resource that could be named for these.
NEEDS_EVERY_RESOURCE = {
    "cloudtrail:DescribeTrails",
    "cloudwatch:GetMetricStatistics",
    "dynamodb:ListStreams",
    "iam:GetAccountSummary",
    "lambda:GetAccountSettings",
    "organizations:CreatePolicy",
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListDelegatedAdministrators",
    "organizations:ListPolicies",
    "organizations:ListRoots",
    "servicequotas:ListServiceQuotas",
}


def _listed(one_or_more: Any) -> list[Any]:  # noqa: ANN401 - as the template has it
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]


def _policies(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The inline policies of a function's role, each with the condition of the template it is under, or ""."""
    for policy in resource(f"{pascal(name)}Role")["Policies"]:
        condition, given, otherwise = policy.get("Fn::If", ("", policy, {"Ref": "AWS::NoValue"}))
        assert otherwise == {"Ref": "AWS::NoValue"}
        yield condition, given
    # Those that stand apart from the role, because what they name names the role.
    for policy in template()["Resources"].values():
        if policy["Type"] == "AWS::IAM::Policy" and {"Ref": f"{pascal(name)}Role"} in policy["Properties"]["Roles"]:
            yield policy.get("Condition", ""), policy["Properties"]


def _statements(name: str, *, policy: str | None = None) -> list[dict[str, Any]]:
    """The statements of one policy of a function's role, or of all of them."""
    return [
        statement
        for _, given in _policies(name)
        if policy in (None, given["PolicyName"])
        for statement in given["PolicyDocument"]["Statement"]
    ]


def _allowed(name: str, *, policy: str) -> list[str]:
    return [action for statement in _statements(name, policy=policy) for action in _listed(statement["Action"])]


@cache
def _all_declared() -> Mapping[str, Mapping[str, list[str]]]:
    path = [PACKAGE.parent, Path(sysconfig.get_path("purelib"))]
    return declared_actions(FUNCTIONS, interpreter=Path(sys.executable), path=path)


def _declared(name: str) -> Mapping[str, list[str]]:
    return _all_declared()[name]


def _events(name: str) -> Iterator[dict[str, Any]]:
    yield from resource(f"{pascal(name)}Function").get("Events", {}).values()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_allows_exactly_the_calls_of_the_adapters_in_its_wiring(name: str) -> None:
    # A call on several resources may need a statement for each, under other conditions.
    assert sorted(set(_allowed(name, policy="calls"))) == _declared(name).get("calls", [])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_allows_exactly_what_aws_asks_for_on_top_of_the_calls(name: str) -> None:
    # A right may be given on one resource or condition and on another.
    allowed = {
        given["PolicyName"]: sorted(set(_allowed(name, policy=given["PolicyName"]))) for _, given in _policies(name)
    }
    for not_of_an_adapter in ("trigger", "log"):
        allowed.pop(not_of_an_adapter, None)
    assert allowed == _declared(name)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_aws_asks_for_only_at_times_is_allowed_under_the_parameter_for_it(name: str) -> None:
    under = {given["PolicyName"]: condition for condition, given in _policies(name)}
    assert under == {policy: UNDER_CONDITIONS.get(policy, "") for policy in under}


def test_the_rights_in_the_management_account_end_with_what_identity_center_makes_there() -> None:
    resources = {
        action: _listed(statement["Resource"])
        for name in FUNCTIONS
        for statement in _statements(name, policy=Dependency.MANAGEMENT_ACCOUNT)
        for action in _listed(statement["Action"])
    }
    iam = "arn:${AWS::Partition}:iam::${AWS::AccountId}:"
    of_providers = [{"Fn::Sub": f"{iam}saml-provider/AWSSSO_*_DO_NOT_DELETE"}]
    of_roles = [{"Fn::Sub": f"{iam}role/aws-reserved/sso.amazonaws.com/*"}]
    assert resources == {action: of_providers if "SAMLProvider" in action else of_roles for action in resources}
    assert "iam:CreateRole" in resources


def test_nothing_is_given_in_the_management_account_unless_the_operator_says_so() -> None:
    parameter, condition = "ManagementAccountAccess", UNDER_CONDITIONS[Dependency.MANAGEMENT_ACCOUNT]
    assert template()["Parameters"][parameter]["Default"] == "false"
    assert template()["Conditions"][condition] == {"Fn::Equals": [{"Ref": parameter}, "true"]}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_allows_lambda_exactly_what_fetches_its_events(name: str) -> None:
    wanted = set().union(*(FETCHING[event["Type"]] for event in _events(name)))
    assert set(_allowed(name, policy="trigger")) == wanted


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_names_its_actions_and_resources(name: str) -> None:
    statements = _statements(name)
    assert not [action for pair in statements for action in _listed(pair["Action"]) if "*" in action]
    everywhere = {
        action for pair in statements if "*" in _listed(pair["Resource"]) for action in _listed(pair["Action"])
    }
    assert everywhere <= NEEDS_EVERY_RESOURCE


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_has_no_policy_but_these(name: str) -> None:
    role = resource(f"{pascal(name)}Role")
    assert role["ManagedPolicyArns"] == [{"Ref": "FunctionTelemetry"}]
    assert {given["PolicyName"] for _, given in _policies(name)} <= {"calls", "trigger", "log", *Dependency}
    assert "Policies" not in resource(f"{pascal(name)}Function")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_writes_into_its_own_log_and_no_other(name: str) -> None:
    """Alarms are made of lines of logs, and so is what somebody later believes of a night."""
    (log,) = _statements(name, policy="log")
    assert set(log["Action"]) == {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert log["Resource"] == {"Fn::GetAtt": f"{pascal(name)}Logs.Arn"}
    assert resource(f"{pascal(name)}Function")["LoggingConfig"]["LogGroup"] == {"Ref": f"{pascal(name)}Logs"}


def test_what_all_functions_share_lets_none_write_a_log() -> None:
    shared = [
        action
        for statement in statements(template()["Resources"]["FunctionTelemetry"])
        for action in _listed(statement["Action"])
    ]
    assert sorted(shared) == ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]


@pytest.mark.parametrize(
    "name", [name for name in FUNCTIONS if {event["Type"] for event in _events(name)} & {"SQS", "DynamoDB"}]
)
def test_a_function_that_believes_its_records_knows_where_they_come_from(name: str) -> None:
    (event,) = _events(name)
    source = event["Properties"].get("Queue") or event["Properties"]["Stream"]
    variables = resource(f"{pascal(name)}Function")["Environment"]["Variables"]
    if name != "execute_operations":  # which reads nothing of what wakes it
        assert variables["SOURCE_ARN"] == source


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if any(event["Type"] == "Api" for event in _events(name))])
def test_a_function_behind_an_api_knows_the_apis_of_the_stack(name: str) -> None:
    if name == "show_docs":  # which says the same to everybody
        return
    parameter = template()["Resources"]["ApiIds"]["Properties"]
    assert resource(f"{pascal(name)}Function")["Environment"]["Variables"]["API_IDS_PARAMETER"] == parameter["Name"]
    public, private = {"Ref": "AccessApi"}, {"Fn::Sub": "${AccessApi},${HrApi}"}
    assert parameter["Value"] == {"Fn::If": ["IsPrivate", private, public]}
    assert {api for api, each in template()["Resources"].items() if each["Type"] == "AWS::Serverless::Api"} == {
        "AccessApi",
        "HrApi",
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_told_exactly_what_its_settings_read(name: str) -> None:
    variables = resource(f"{pascal(name)}Function")["Environment"]["Variables"]
    assert sorted(variables) == sorted(variables_of(name))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_message_stays_hidden_for_as_long_as_its_function_may_take(name: str) -> None:
    # AWS refuses less than once, and advises six times; the queues that a leaver goes through say why they are not.
    least = {"execute_operations": 1, "plan_changes": 1}.get(name, 6)
    timeout = resource(f"{pascal(name)}Function").get("Timeout", template()["Globals"]["Function"]["Timeout"])
    for event in _events(name):
        if event["Type"] == "SQS":
            queue = event["Properties"]["Queue"]["Fn::GetAtt"].removesuffix(".Arn")
            assert resource(queue)["VisibilityTimeout"] >= least * timeout


@pytest.mark.parametrize("queue", ["InboxQueue", "EngineQueue"])
def test_what_a_killed_function_has_taken_is_back_within_half_a_minute(queue: str) -> None:
    """A leaver may be among it."""
    properties = resource(queue)
    assert properties["VisibilityTimeout"] <= 30
    # An outage, or failures one after another, still have a quarter of an hour and more in the inbox.
    tries = properties["RedrivePolicy"]["maxReceiveCount"]
    assert tries * properties["VisibilityTimeout"] >= {"InboxQueue": 1500, "EngineQueue": 500}[queue]


def test_a_killed_planner_has_taken_one_message() -> None:
    (event,) = _events("plan_changes")
    assert event["Properties"]["BatchSize"] == 1


def test_a_run_of_the_executor_and_its_turn_end_before_its_message_is_back() -> None:
    timeout = timedelta(seconds=resource("ExecuteOperationsFunction")["Timeout"])
    assert timeout >= executor.LONGEST_RUN + executor.LAST_CALL
    hidden = timedelta(seconds=resource("EngineQueue")["VisibilityTimeout"])
    # Whoever is killed at the end of a run has renewed the turn at most a renewal before.
    assert hidden >= executor.LONGEST_RUN + TURN


def test_the_simulation_is_of_the_deployed_queues() -> None:
    simulated = Simulation(1).day_one
    for queue, function, logical in (
        (simulated.inbox, simulated.planning, "Inbox"),
        (simulated.engine, simulated.executor, "Engine"),
    ):
        properties = resource(f"{logical}Queue")
        assert queue.visibility == properties["VisibilityTimeout"]
        assert queue.most_receives == properties["RedrivePolicy"]["maxReceiveCount"]
        assert function.timeout == resource(f"{pascal(function.name)}Function")["Timeout"]


def test_the_inbox_is_planned_by_as_many_at_once_as_the_operator_says() -> None:
    (event,) = _events("plan_changes")
    assert event["Properties"]["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "InboxConcurrency"}}
    assert template()["Parameters"]["InboxConcurrency"]["MinValue"] >= 2  # the least that Lambda takes


def test_schedules_are_made_in_the_group_of_the_stack_and_nowhere_else() -> None:
    """Those in the group `default` would outlive the stack."""
    resources = [
        arn
        for each in template()["Resources"].values()
        for statement in statements(each)
        if any(action.startswith("scheduler:") for action in _listed(statement["Action"]))
        for arn in _listed(statement["Resource"])
    ]
    group = "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/${DueSchedules}/"
    assert resources
    assert [arn for arn in resources if not arn["Fn::Sub"].startswith(group)] == []
