"""IAM policy documents that let somebody widen access."""

import json
import time

import pytest

from dayone.policy.sensitive_documents import NOT_ACTION, UNREADABLE, why_document_is_sensitive


def _why(*statements: object) -> str:
    return why_document_is_sensitive(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def _allow(action: object, resource: object = "*", **others: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **others}


def _deny(action: object, resource: object = "*", **others: object) -> dict[str, object]:
    return _allow(action, resource, **others) | {"Effect": "Deny"}


@pytest.mark.parametrize(
    ("action", "named"),
    [
        ("iam:PassRole", "iam:passrole"),
        ("IAM:passROLE", "iam:passrole"),
        (["s3:GetObject", "iam:AttachRolePolicy"], "iam:attachrolepolicy"),
        ("iam:Attach*", "iam:attach"),
        ("iam:*", "iam:"),
        ("i?m:PassR?le", "iam:passrole"),
        ("*:PutBucketPolicy", "s3:putbucketpolicy"),
        ("s3:*", "s3:"),
        ("kms:CreateGrant", "kms:creategrant"),
        ("*", "and "),
        ("**", "and "),
        ("*:*", "and "),
    ],
)
def test_an_action_that_widens_access_on_everything_is_sensitive(action: object, named: str) -> None:
    assert named in _why(_allow(action))


@pytest.mark.parametrize(
    "action", ["s3:GetObject", "s3:Get*", "iam:List*", "iam:Get*", "ec2:Describe*", "iam:[PA]assRole", "iam:PassRole?"]
)
def test_other_actions_are_not(action: str) -> None:
    assert not _why(_allow(action))


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        "**",
        ["arn:aws:s3:::bucket", "*"],
        "arn:aws:iam::*:role/*",
        "arn:aws:iam::111122223333:role/*",
        "arn:aws:iam::*:*",
        "arn:aws:iam::*",
        "arn:*",
        "arn:aws:iam::*:role/?*",
        "arn:aws:s3:::*",
        "arn:aws:s3:::*/*",
        "arn:aws:iam::*:role*",
        "arn:aws:iam::*:r*",
        "arn:aws:iam::111122223333:policy*",
        "arn:aws:iam::*:*role*",
        "arn:aws:iam::*:role/*a*",
        "arn:aws:lambda:*:*:function*",
        # One statement for each letter would be all of them.
        "arn:aws:iam::*:role/a*",
        "arn:aws:s3:::a*",
        # A name that is nobody's own, or not the whole of it.
        "arn:aws:iam::*:role/*/${aws:username}",
        "arn:aws:iam::*:user/*${aws:username}",
        "arn:aws:iam::*:user/*/${aws:RequestedRegion}",
        "arn:aws:s3:::*/${aws:username}",
    ],
)
def test_all_of_a_kind_in_an_account_is_everything(resource: object) -> None:
    assert _why(_allow("iam:PassRole", resource))


def test_the_objects_of_one_bucket_are_not_everything() -> None:
    assert not _why(_allow("s3:PutObjectAcl", "arn:aws:s3:::bucket/*"))
    assert _why(_allow("s3:PutObjectAcl", "arn:aws:s3:::*/*"))


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:iam::*:role/app-*",
        "arn:aws:iam::*:role/app/*",
        "arn:aws:iam::*:user/${aws:username}",
        "arn:aws:iam::*:user/*/${aws:username}",
        "arn:aws:iam::111122223333:user/*/${AWS:UserName}",
        "arn:aws:s3:::b",
        "arn:aws:sns:*:*:app-*",
    ],
)
def test_some_of_a_kind_is_not(resource: str) -> None:
    assert not _why(_allow("iam:PassRole", resource))


def test_all_resources_but_some_are_everything() -> None:
    statement = {"Effect": "Allow", "Action": "iam:PassRole", "NotResource": "arn:aws:iam::*:role/admin"}
    assert _why(statement)


@pytest.mark.parametrize("resource", ["*", "arn:aws:s3:::bucket/*"])
def test_all_actions_but_some_are_sensitive_whatever_they_are(resource: str) -> None:
    assert _why({"Effect": "Allow", "NotAction": "iam:*", "Resource": resource}) == NOT_ACTION


def test_a_condition_makes_nothing_harmless() -> None:
    condition = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    assert _why(_allow("iam:PassRole", Condition=condition))


@pytest.mark.parametrize(
    "deny",
    [
        _deny("iam:*"),
        _deny("IAM:PassRole"),
        _deny("*", ["arn:aws:s3:::b", "*"]),
        {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"},
    ],
)
def test_what_is_denied_on_every_resource_is_not_given(deny: object) -> None:
    assert not _why(_allow("iam:PassRole"), deny)


@pytest.mark.parametrize(
    "deny",
    [
        _deny("iam:AttachRolePolicy"),
        _deny("iam:PassRole", "arn:aws:iam::*:role/*"),
        _deny("iam:PassRole", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
        {"Effect": "Deny", "Action": "iam:PassRole", "NotResource": "arn:aws:iam::*:role/x"},
        {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"},
    ],
)
def test_what_is_denied_in_some_cases_is_given(deny: object) -> None:
    assert "iam:passrole" in _why(_allow("iam:PassRole"), deny)


def test_a_deny_alone_gives_nothing() -> None:
    assert not _why(_deny("*"))
    assert not _why({"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"})


@pytest.mark.parametrize(
    "document",
    [
        "",
        "[]",
        "{}",
        '"*"',
        "{",
        '{"Statement": "x"}',
        '{"Statement": [{"Effect": "Allow", "Resource": "*"}]}',
        '{"Statement": [{"Effect": "allow", "Action": "s3:GetObject", "Resource": "*"}]}',
        '{"Statement": [{"Effect": "Allow", "Action": 1, "Resource": "*"}]}',
        '{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject"}]}',
        '{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "NotAction": "s3:*", "Resource": "*"}]}',
        '{"Statement": [{"Effect": "Allow", "action": "iam:*", "Action": "s3:GetObject", "Resource": "*"}]}',
        '{"Statement": [{"Effect": ["Allow"], "Action": "s3:GetObject", "Resource": "*"}]}',
        "[" * 100_000,
    ],
)
def test_what_cannot_be_read_is_sensitive(document: str) -> None:
    assert why_document_is_sensitive(document) == UNREADABLE


def test_one_statement_may_stand_without_a_list() -> None:
    assert why_document_is_sensitive(json.dumps({"Statement": _allow("iam:PassRole")}))
    assert not why_document_is_sensitive(json.dumps({"Statement": _allow("s3:GetObject")}))


def test_no_pattern_takes_long() -> None:
    began = time.process_time()
    assert not _why(_allow([f"iam:{'a*' * 60}{number}" for number in range(70)]))
    assert time.process_time() - began < 2
