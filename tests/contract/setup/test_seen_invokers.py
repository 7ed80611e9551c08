"""The port InvokerSight over IAM and Lambda."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from dayone.adapters.setup.invokers import IamInvokerSight
from dayone.errors import AccessDenied
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.answers import answering
from tests.contract.identity_centers import fresh

FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:nobody-has-this"


def _document(*actions: str, effect: str = "Allow", resource: str = "*") -> str:
    statement = {"Effect": effect, "Action": list(actions), "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def iam(sandbox: Sandbox) -> Any:  # noqa: ANN401 - a boto3 client
    return sandbox.client("iam")


@pytest.fixture
def functions(sandbox: Sandbox) -> Any:  # noqa: ANN401 - the same
    return sandbox.client("lambda")


def _user(iam: Any, *actions: str, resource: str = "*") -> str:  # noqa: ANN401 - the same
    name = fresh("invoker")
    arn = str(iam.create_user(UserName=name)["User"]["Arn"])
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=_document(*actions, resource=resource))
    return arn


def test_who_may_invoke_is_seen_and_who_may_change_the_code_as_well(iam: Any, functions: Any) -> None:  # noqa: ANN401
    administrator, bot = _user(iam, "*"), _user(iam, "lambda:InvokeFunction")
    reader, elsewhere = _user(iam, "lambda:Get*"), _user(iam, "lambda:Invoke*", resource=f"{FUNCTION}-not")
    seen = IamInvokerSight(iam, functions).invokers([FUNCTION])
    assert administrator in seen.administrators
    assert bot in seen.others
    assert not {reader, elsewhere} & {*seen.administrators, *seen.others}
    assert seen.answered >= 4
    assert not seen.is_cut


def test_a_role_counts_and_a_role_of_a_service_alone_does_not(iam: Any, functions: Any) -> None:  # noqa: ANN401
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = iam.create_role(RoleName=fresh("invoker"), AssumeRolePolicyDocument=trust)["Role"]
    iam.put_role_policy(RoleName=role["RoleName"], PolicyName="own", PolicyDocument=_document("lambda:*"))
    seen = IamInvokerSight(iam, functions).invokers([FUNCTION])
    assert role["Arn"] in seen.administrators
    assert not [arn for arn in (*seen.administrators, *seen.others) if "/aws-service-role/" in arn]


def test_no_more_than_two_hundred_are_asked_about() -> None:
    asked: list[str] = []
    seen = IamInvokerSight(_Crowd(450, asked), _NoPolicy()).invokers([FUNCTION])
    assert (len(asked), seen.answered, seen.is_cut) == (200, 200, True)


@pytest.mark.parametrize(
    ("code", "status"), [("Throttling", 400), ("NoSuchEntity", 404), ("ServiceFailure", 500), ("AccessDenied", 403)]
)
def test_whom_iam_does_not_answer_for_is_counted(iam: Any, functions: Any, code: str, status: int) -> None:  # noqa: ANN401
    _user(iam, "*")
    with answering(iam, "SimulatePrincipalPolicy", code, status=status):
        seen = IamInvokerSight(iam, functions).invokers([FUNCTION])
    assert (seen.answered, seen.administrators, seen.others) == (0, (), ())
    assert seen.unanswered > 0


def test_who_may_not_list_users_sees_nothing(iam: Any, functions: Any) -> None:  # noqa: ANN401
    with answering(iam, "ListUsers", "AccessDenied", status=403), pytest.raises(AccessDenied):
        IamInvokerSight(iam, functions).invokers([FUNCTION])


def test_of_several_functions_aws_answers_for_each_by_itself() -> None:
    """As the IAM API Reference has it: the results of an action on several resources are ResourceSpecificResults."""
    iam = boto3.client("iam", aws_access_key_id="x", aws_secret_access_key="x")
    arn = "arn:aws:iam::111122223333:user/bot"
    user = {
        "Path": "/",
        "UserName": "bot",
        "UserId": "AIDAEXAMPLEID12345",
        "Arn": arn,
        "CreateDate": "2026-11-29T00:00:00Z",
    }
    result = {
        "EvalActionName": "lambda:InvokeFunction",
        "EvalResourceName": "*",
        "EvalDecision": "implicitDeny",
        "ResourceSpecificResults": [
            {"EvalResourceName": FUNCTION, "EvalResourceDecision": "implicitDeny"},
            {"EvalResourceName": f"{FUNCTION}-2", "EvalResourceDecision": "allowed"},
        ],
    }
    with Stubber(iam) as stub:
        stub.add_response("list_users", {"Users": [user]})
        stub.add_response("list_roles", {"Roles": []})
        stub.add_response("simulate_principal_policy", {"EvaluationResults": [result]})
        assert IamInvokerSight(iam, _NoPolicy()).invokers([FUNCTION, f"{FUNCTION}-2"]).others == (arn,)


def test_whom_a_function_itself_allows_counts(iam: Any) -> None:  # noqa: ANN401
    allowed = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::999988887777:root"},
        "Action": "lambda:InvokeFunction",
    }
    by_service = {
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
    }
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction"}
    seen = IamInvokerSight(iam, _NoPolicy([allowed, by_service, everybody])).invokers([FUNCTION])
    assert {"arn:aws:iam::999988887777:root", "*"} <= set(seen.others)
    assert "apigateway.amazonaws.com" not in seen.others


def test_the_adapter_needs_every_action_it_names(iam: Any, functions: Any) -> None:  # noqa: ANN401
    called, on_functions = recorded_actions(iam), recorded_actions(functions)
    _ = IamInvokerSight(iam, functions).invokers([FUNCTION])
    assert called | on_functions == IamInvokerSight.ACTIONS


class _NoPolicy:
    """Lambda, whose functions have the policy that is given, or none."""

    def __init__(self, statements: list[dict[str, Any]] | None = None) -> None:
        self._statements = statements

    def get_policy(self, **_: str) -> dict[str, str]:
        return {"Policy": json.dumps({"Statement": self._statements or []})}


class _Crowd:
    """IAM with that many users, who may do nothing."""

    def __init__(self, size: int, asked: list[str]) -> None:
        self._size = size
        self._asked = asked

    def get_paginator(self, operation: str) -> "_Crowd":
        assert operation in ("list_users", "list_roles")
        return self

    def paginate(self) -> Iterator[dict[str, Any]]:
        users = [{"Arn": f"arn:aws:iam::111122223333:user/{number}", "Path": "/"} for number in range(self._size)]
        yield {"Users": users, "Roles": []}

    def simulate_principal_policy(self, *, PolicySourceArn: str, **_: object) -> dict[str, Any]:  # noqa: N803
        self._asked.append(PolicySourceArn)
        return {"EvaluationResults": []}
