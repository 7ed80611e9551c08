"""Each action, resource and condition key in a policy of the templates is one that AWS has."""

import json
from typing import Any

import pytest

from tests.deploy.combinations import levels_of, pairwise
from tests.deploy.resolution import resolve
from tests.deploy.samples import TEMPLATES, pseudo_parameters
from tests.project.repository import template
from tests.project.template.service_authorization import mistakes, statements

QUEUE = "arn:aws:sqs:eu-west-1:111122223333:inbox"
BUS = "arn:aws:events:eu-west-1:111122223333:event-bus/dayone"
INSTANCE = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
PERMISSION_SETS = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/*"
ACCOUNTS = "arn:aws:sso:::account/*"


def _created(file: str) -> list[dict[str, Any]]:
    """The template for each set of parameters that is tried."""
    rows = pairwise(levels_of(template(file)))
    return [resolve(template(file), {**pseudo_parameters(row["AWS::StackName"]), **row}) for row in rows]


@pytest.mark.parametrize("file", TEMPLATES)
def test_every_policy_says_what_aws_knows(file: str) -> None:
    wrong: dict[str, None] = {}
    for created in _created(file):
        for name, resource in created["Resources"].items():
            found = mistakes(list(statements(resource)), created["Resources"])
            wrong |= dict.fromkeys(f"{name}: {each}" for each in found)
    assert not list(wrong)


@pytest.mark.parametrize("file", TEMPLATES)
def test_every_role_and_policy_is_looked_at(file: str) -> None:
    """A policy that is written in another way would not be seen."""
    for name, resource in template(file)["Resources"].items():
        text = json.dumps(resource)
        assert bool(list(statements(resource))) == ("Statement" in text and "Effect" in text), name


def _mistakes(*policy: dict[str, Any]) -> list[str]:
    return mistakes([{"Effect": "Allow", **statement} for statement in policy], {"Inbox": {"Type": "AWS::SQS::Queue"}})


@pytest.mark.parametrize(
    ("statement", "mistake"),
    [
        ({"Action": "sqs:SendMessages", "Resource": QUEUE}, "there is no action sqs:SendMessages"),
        ({"Action": "sqss:SendMessage", "Resource": QUEUE}, "there is no action sqss:SendMessage"),
        ({"Action": "sqs:sendmessage", "Resource": QUEUE}, "there is no action sqs:sendmessage"),
        ({"Action": ["sqs:SendMessage"], "Resource": BUS}, "sqs:SendMessage needs a resource of the type queue"),
        ({"Action": "sqs:SendMessage", "Resource": [QUEUE, BUS]}, f"{BUS} is of no type that sqs:SendMessage is for"),
        ({"Action": "events:PutEvents", "Resource": f"{BUS.partition('/')[0]}:dayone"}, "events:PutEvents is for none"),
        ({"Action": ["sqs:SendMessage", "events:PutEvents"], "Resource": QUEUE}, "events:PutEvents is for none of the"),
        ({"Action": "organizations:ListAccounts", "Resource": QUEUE}, "organizations:ListAccounts is for no resource"),
        ({"Action": "organizations:ListAccounts", "Resource": ["*", QUEUE]}, "organizations:ListAccounts is for no"),
        (
            {"Action": "sso:CreateAccountAssignment", "Resource": [INSTANCE, PERMISSION_SETS]},
            "sso:CreateAccountAssignment needs a resource of the type Account",
        ),
        (
            {"Action": "sso:DescribeInstance", "Resource": [INSTANCE, ACCOUNTS]},
            f"{ACCOUNTS} is of no type that sso:DescribeInstance is for",
        ),
        (
            {"Action": "sqs:SendMessage", "Resource": QUEUE, "Condition": {"StringEquals": {"sqs:From": "x"}}},
            "sqs:SendMessage knows no condition key sqs:From",
        ),
        (
            {"Action": "sqs:SendMessage", "Resource": QUEUE, "Condition": {"StringEquals": {"aws:SourceArns": "x"}}},
            "sqs:SendMessage knows no condition key aws:SourceArns",
        ),
        (
            {"Action": "sqs:SendMessage", "Resource": QUEUE, "Condition": {"StringIs": {"aws:SourceArn": "x"}}},
            "there is no condition operator StringIs",
        ),
        (
            {
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"token.actions.githubusercontent.com:sub": "x"}},
            },
            "sts:AssumeRole knows no condition key token.actions.githubusercontent.com:sub",
        ),
    ],
)
def test_a_mistake_is_found(statement: dict[str, Any], mistake: str) -> None:
    assert [each for each in _mistakes(statement) if each.startswith(mistake)], _mistakes(statement)


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "sqs:SendMessage", "Resource": QUEUE},
        {"Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt": "Inbox.Arn"}},
        {"Action": "sqs:SendMessage", "Resource": {"Fn::Sub": "${Inbox.Arn}"}},
        {"Action": "organizations:ListAccounts", "Resource": "*"},
        {"Action": "sso:CreateAccountAssignment", "Resource": [INSTANCE, PERMISSION_SETS, ACCOUNTS]},
        {"Action": ["sso:DescribeInstance", "sso:DescribePermissionSet"], "Resource": [INSTANCE, PERMISSION_SETS]},
        {"Action": "sqs:SendMessage", "Resource": QUEUE, "Condition": {"ArnEquals": {"aws:SourceArn": "x"}}},
        {"Action": "sqs:SendMessage", "Resource": QUEUE, "Condition": {"StringLike": {"aws:ResourceTag/team": "x"}}},
        {
            "Action": "iam:PassRole",
            "Resource": "arn:aws:iam::111122223333:role/a/path/and-a-name",
            "Condition": {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}},
        },
        {
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"},
            "Condition": {"StringEquals": {"gitlab.com:aud": "x"}},
        },
    ],
)
def test_what_aws_knows_is_right(statement: dict[str, Any]) -> None:
    assert not _mistakes(statement)


def test_what_an_action_is_for_may_be_spread_over_statements() -> None:
    mail = "arn:aws:ses:eu-west-1:111122223333"
    settings = {"Action": "ses:SendEmail", "Resource": f"{mail}:configuration-set/*"}
    assert not _mistakes(settings, {"Action": "ses:SendEmail", "Resource": f"{mail}:identity/*"})
    assert _mistakes(settings) == ["ses:SendEmail needs a resource of the type identity"]
