"""IAM as it is deployed: who may call, and what each function may do, exactly."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sandbox.day_one import may_call
from sandbox.signed_http import HttpApi
from tests.deploy.resolution import resolve
from tests.deploy.samples import pseudo_parameters
from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.queues import visibility
from tests.e2e.deployed.waiting import becomes, eventually
from tests.project.repository import functions, pascal, template

FUNCTIONS = functions()


def test_who_does_not_sign_is_refused(day_one: DayOne) -> None:
    nobody = HttpApi(url=day_one.deployed.api.url, region=day_one.sandbox.region)
    for method, path in (("GET", "/v1/health"), ("GET", "/v1/changes"), ("PUT", "/v1/policy")):
        assert nobody.send(method, path).status == 403


def test_who_may_only_ask_for_health_cannot_put_a_policy(day_one: DayOne) -> None:
    api = day_one.deployed.stack.resources["AccessApi"]
    where = f"arn:aws:execute-api:{day_one.sandbox.region}:{day_one.sandbox.account_id}:{api}/live/GET/v1/health"
    monitor = HttpApi(
        url=day_one.deployed.api.url,
        region=day_one.sandbox.region,
        credentials=day_one.sandbox.create_user("monitor", policy=may_call(where)),
    )
    before = day_one.get("/v1/policy")
    assert monitor.get("/v1/health").status == 200
    assert monitor.send("PUT", "/v1/policy", body=policies.text_of(policies.BASE)).status == 403
    assert monitor.get("/v1/policy").status == 403
    assert day_one.get("/v1/policy") == before


def test_a_wrong_secret_is_refused(day_one: DayOne) -> None:
    key = day_one.sandbox.create_user("guesser", policy=may_call("*"))
    forged = type(key)(access_key_id=key.access_key_id, secret_access_key="guessed", arn=key.arn)
    api = HttpApi(url=day_one.deployed.api.url, region=day_one.sandbox.region, credentials=forged)
    assert api.get("/v1/health").status == 403


class TestDeployedRoles:
    def deployed(self, day_one: DayOne, name: str) -> dict[str, Any]:
        """The inline policies of a function's role, as IAM has them."""
        iam, role = day_one.sandbox.client("iam"), day_one.deployed.stack.resources[f"{pascal(name)}Role"]
        return {
            entry: iam.get_role_policy(RoleName=role, PolicyName=entry)["PolicyDocument"]
            for entry in iam.list_role_policies(RoleName=role)["PolicyNames"]
        }

    def created(self, day_one: DayOne) -> dict[str, Any]:
        """The template as CloudFormation has to create it with the parameters of the stack."""
        stack = day_one.deployed.stack.name
        (described,) = day_one.sandbox.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        given = {each["ParameterKey"]: each["ParameterValue"] for each in described["Parameters"]}
        return resolve(template(), {**pseudo_parameters(stack), **given})

    @pytest.mark.parametrize("name", FUNCTIONS)
    def test_a_function_runs_as_the_role_of_its_name(self, day_one: DayOne, name: str) -> None:
        said = day_one.sandbox.client("lambda").get_function_configuration(FunctionName=day_one.function(name))
        assert said["Role"].rpartition("/")[2] == day_one.deployed.stack.resources[f"{pascal(name)}Role"]

    @pytest.mark.parametrize("name", FUNCTIONS)
    def test_a_role_allows_what_the_template_says_and_no_more(self, day_one: DayOne, name: str) -> None:
        resources = self.created(day_one)["Resources"]
        role = resources[f"{pascal(name)}Role"]
        # A key that names the role is named by a policy beside it.
        beside = [
            each["Properties"]
            for each in resources.values()
            if each["Type"] == "AWS::IAM::Policy" and {"Ref": f"{pascal(name)}Role"} in each["Properties"]["Roles"]
        ]
        written = {
            policy["PolicyName"]: [
                [statement["Effect"], listed(statement["Action"]), len(listed(statement["Resource"]))]
                for statement in policy["PolicyDocument"]["Statement"]
            ]
            for policy in (*role["Properties"]["Policies"], *beside)
        }
        found = {
            value: [
                [statement["Effect"], listed(statement["Action"]), len(listed(statement["Resource"]))]
                for statement in document["Statement"]
            ]
            for value, document in self.deployed(day_one, name).items()
        }
        assert found == written

    @pytest.mark.parametrize("name", FUNCTIONS)
    def test_a_role_names_what_is_in_this_stack(self, day_one: DayOne, name: str) -> None:
        ours = set(day_one.deployed.stack.resources.values()) | {day_one.instance.arn}
        ours |= {url.rpartition("/")[2] for url in day_one.deployed.stack.resources.values() if url.startswith("http")}
        for policy in self.deployed(day_one, name).values():
            for statement in policy["Statement"]:
                for arn in listed(statement["Resource"]):
                    if arn != "*" and arn.split(":")[2] in {"sqs", "dynamodb", "secretsmanager", "events"}:
                        assert any(our in arn for our in ours), arn

    @pytest.mark.parametrize("name", FUNCTIONS)
    def test_a_role_has_the_telemetry_beside_it_and_is_lambda_s_alone(self, day_one: DayOne, name: str) -> None:
        iam, role = day_one.sandbox.client("iam"), day_one.deployed.stack.resources[f"{pascal(name)}Role"]
        attached = [pair["PolicyArn"] for pair in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]]
        assert attached == [day_one.deployed.stack.resources["FunctionTelemetry"]]
        (trust,) = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]["Statement"]
        assert (trust["Principal"], trust["Action"]) == ({"Service": "lambda.amazonaws.com"}, "sts:AssumeRole")


@contextmanager
def without(day_one: DayOne, action: str, *, role: str) -> Iterator[None]:
    """The calls of a role less one action, until the end of the block."""
    iam, name = day_one.sandbox.client("iam"), day_one.deployed.stack.resources[role]
    whole = iam.get_role_policy(RoleName=name, PolicyName="calls")["PolicyDocument"]
    less = {
        **whole,
        "Statement": [_less(pair, action) for pair in whole["Statement"] if listed(pair["Action"]) != [action]],
    }
    iam.put_role_policy(RoleName=name, PolicyName="calls", PolicyDocument=json.dumps(less))
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=name, PolicyName="calls", PolicyDocument=json.dumps(whole))


def _less(statement: dict[str, Any], action: str) -> dict[str, Any]:
    return {**statement, "Action": [name for name in listed(statement["Action"]) if name != action]}


def listed(one_or_many: str | list[str]) -> list[str]:
    return one_or_many if isinstance(one_or_many, list) else [one_or_many]


def test_without_one_permission_a_hire_waits_in_the_inbox_and_the_log_says_why(day_one: DayOne) -> None:
    person = somebody()

    def refusals() -> list[dict[str, Any]]:
        return [record for record in day_one.log("plan_changes") if "AccessDenied" in str(record.get("reason", ""))]

    with visibility(day_one, "InboxQueue", seconds=5):
        with without(day_one, "dynamodb:PutItem", role="PlanChangesRole"):
            change = day_one.tell(person)
            # Twice: the queue has handed it out again.
            assert eventually(lambda: len(refusals()) >= 2)
            assert day_one.waiting("InboxQueue") >= 1
            assert person["user_name"] not in day_one.view.users()
            assert not day_one.knows(f"/v1/changes/{change}")
        assert {pair["level"] for pair in refusals()} == {"WARNING"}
        assert day_one.succeeded(change)["change"]["succeeded"] == 2
    assert person["user_name"] in day_one.view.members("Engineers")
    assert becomes(lambda: day_one.waiting("InboxQueue"), 0)
