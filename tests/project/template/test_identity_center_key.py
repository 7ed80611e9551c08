"""Callers of Identity Center have the rights to its encryption key, under the parameter, and no others.

The rights of each call are stated here from AWS's pages and not from the adapters' tables: Service Authorization
Reference (each action of the two services but a few has the dependent action kms:Decrypt), and IAM Identity Center User
Guide, "Baseline KMS key policy" (administrators also encrypt).
"""

import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

from dayone.adapters.aws.dependent_actions import Dependency
from tests.project.repository import PACKAGE, functions, pascal, resource, template

WITHOUT_KEY = {"sso:DescribeInstance", "sso:ListInstances"}
READS = re.compile(r"(sso|identitystore):(Describe|Get|List|IsMember|Search)\w+")
KEY, CONDITION = "IdentityCenterKeyArn", "HasIdentityCenterKey"
POLICY = "customer-managed-key"
VIA = {
    "sso.*.amazonaws.com": ("kms:EncryptionContext:aws:sso:instance-arn", {"Ref": "InstanceArn"}),
    "identitystore.*.amazonaws.com": (
        "kms:EncryptionContext:aws:identitystore:identitystore-arn",
        {"Fn::Sub": "arn:${AWS::Partition}:identitystore::*:identitystore/${IdentityStoreId}"},
    ),
}


def _needed(actions: set[str]) -> set[str]:
    """Return AWS's additional demands for these actions if Identity Center has a customer's key."""
    calls = {action for action in actions if action.startswith(("sso:", "identitystore:"))} - WITHOUT_KEY
    writes = {action for action in calls if not READS.fullmatch(action)}
    decrypts = {"kms:Decrypt"} if calls else set()
    return decrypts | ({"kms:Encrypt", "kms:GenerateDataKeyWithoutPlaintext"} if writes else set())


def _adapters() -> Iterator[type[Any]]:
    for path in sorted((PACKAGE / "adapters").rglob("*.py")):
        module = importlib.import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts))
        for _, found in inspect.getmembers(module, inspect.isclass):
            if found.__module__ == module.__name__ and hasattr(found, "ACTIONS"):
                yield found


ADAPTERS = list(_adapters())


def _inline(name: str) -> dict[str, tuple[str, list[dict[str, Any]]]]:
    """The inline policies of a function's role by name: condition of the template, and statements."""
    policies = {}
    for policy in resource(f"{pascal(name)}Role")["Policies"]:
        condition, given, _ = policy.get("Fn::If", ("", policy, None))
        policies[given["PolicyName"]] = (condition, given["PolicyDocument"]["Statement"])
    return policies


def _actions(statements: list[dict[str, Any]]) -> set[str]:
    listed = (pair["Action"] if isinstance(pair["Action"], list) else [pair["Action"]] for pair in statements)
    return {action for actions in listed for action in actions}


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.__name__)
def test_an_adapter_declares_what_the_key_asks_for_besides_its_calls(adapter: type[Any]) -> None:
    declared = getattr(adapter, "DEPENDENT_ACTIONS", {}).get(Dependency.CUSTOMER_KEY, frozenset())
    assert declared == _needed(set(adapter.ACTIONS))


def test_there_are_adapters_of_all_three_sorts() -> None:
    assert {len(_needed(set(adapter.ACTIONS))) for adapter in ADAPTERS} == {0, 1, 3}


@pytest.mark.parametrize("name", functions())
def test_a_role_has_the_rights_that_its_calls_take_and_no_others(name: str) -> None:
    inline = _inline(name)
    condition, statements = inline.get(POLICY, ("", []))
    assert _actions(statements) == _needed(_actions(inline.get("calls", ("", []))[1]))
    assert condition == (CONDITION if statements else "")
    elsewhere = [action for policy in inline.keys() - {POLICY} for action in _actions(inline[policy][1])]
    assert not [action for action in elsewhere if action.startswith("kms:")]


@pytest.mark.parametrize("name", [name for name in functions() if POLICY in _inline(name)])
def test_the_rights_are_to_that_key_through_each_of_the_two_services(name: str) -> None:
    _, statements = _inline(name)[POLICY]
    via = {}
    for statement in statements:
        assert statement["Resource"] == {"Ref": KEY}
        assert statement["Effect"] == "Allow"
        conditions = {key: value for keys in statement["Condition"].values() for key, value in keys.items()}
        service = conditions.pop("kms:ViaService")
        ((context, value),) = conditions.items()
        via[service] = (context, value)
    assert via == VIA


def test_without_the_parameter_nobody_has_a_right_to_any_key() -> None:
    assert template()["Parameters"][KEY]["Default"] == ""
    assert template()["Conditions"][CONDITION] == {"Fn::Not": [{"Fn::Equals": [{"Ref": KEY}, ""]}]}


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        ("", True),
        ("arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", True),
        ("arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab", True),
        ("arn:aws:kms:eu-central-1:111122223333:alias/identity-center", False),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", False),
        ("arn:aws:kms:*:111122223333:key/*", False),
    ],
)
def test_the_parameter_is_the_arn_of_one_key(text: str, *, is_allowed: bool) -> None:
    assert bool(re.fullmatch(template()["Parameters"][KEY]["AllowedPattern"], text)) is is_allowed
