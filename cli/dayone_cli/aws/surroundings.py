"""Environment of a deployment, checked with the credentials of the user of the command."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dayone_cli.aws.aws_failures import aws_asked
from dayone_cli.aws.target import Target
from dayone_cli.failures import Failure, Misused

if TYPE_CHECKING:
    from dayone.setup.check import CheckSettings, GivenSettings
    from dayone.setup.findings import Finding

type Given = Mapping[str, str]

_WHOLE = {"outstanding_assignments": "OutstandingAssignments", "concurrent_provisionings": "ConcurrentProvisionings"}
# Who hands these an event can do what the event says.
_BELIEVING = ("AccessApi", "PlanChanges", "RecordAccountEvent", "PublishEvents")
_RATES = {"sso_admin_calls": "SsoAdminCalls", "identity_store_calls": "IdentityStoreCalls"}


def own_findings(target: Target, *, instance_arn: str, ended_sessions_targets: str) -> "Sequence[Finding]":
    """Return the caller's findings, by the parameters of the stack, else for the only existing instance.

    Raises Unauthorised without credentials, and Misused when there are several instances and none was named.
    """
    from dayone.setup.check import check_settings
    from dayone.setup.findings import unseen

    with aws_asked("ask who the caller is (sts:GetCallerIdentity)"):
        account = str(target.client("sts").get_caller_identity()["Account"])
    typed = {"InstanceArn": instance_arn, "EndedSessionsTargets": ended_sessions_targets}
    given = {**parameters_of(target), **{name: value for name, value in typed.items() if value}}
    try:
        given = given if given.keys() >= {"InstanceArn", "IdentityStoreId"} else {**given, **_instance(target, given)}
    except Misused:
        raise
    except Failure as failure:
        says = f"AWS did not answer: {failure.detail.partition(':')[0]}"
        return [unseen("instance", says, do="allow the caller sso:ListInstances, then check again")]
    if not given.get("InstanceArn"):
        return [_no_instance(target)]
    findings = check_settings(_settings(target, given, account=account), ports=_ports(target))
    return (*findings, _session_policy(target, given), *_invocations(target, given, account=account))


def parameters_of(target: Target) -> Given:
    """Return the stack's parameters by name; none when it is not deployed, or may not be read."""
    try:
        return target.parameters
    except Failure:
        return {}


def _table_of(target: Target, given: Given) -> str:
    """Return the stack's table, or the one given to it; empty before there is one."""
    try:
        return target.outputs.get("TableName", "") or given.get("StateTableName", "")
    except Failure:
        return given.get("StateTableName", "")


def _instance(target: Target, given: Given) -> Given:
    with aws_asked("find the Identity Center instance (sso:ListInstances)"):
        pages = target.client("sso-admin").get_paginator("list_instances").paginate()
        found = {str(pair["InstanceArn"]): str(pair["IdentityStoreId"]) for page in pages for pair in page["Instances"]}
    arn = given.get("InstanceArn") or (next(iter(found)) if len(found) == 1 else "")
    if len(found) > 1 and not arn:
        raise Misused(
            "There are several instances of Identity Center", detail=f"add --instance-arn: {', '.join(found)}"
        )
    return {"InstanceArn": arn, "IdentityStoreId": found.get(arn, "")}


def _no_instance(target: Target) -> "Finding":
    from dayone.setup.findings import amiss

    mend = "enable an organisation instance there, or name the Region it is in with --region"
    return amiss("instance", f"there is no Identity Center in {target.known_region}", do=mend)


def _session_policy(target: Target, given: Given) -> "Finding":
    """Check that the policy that ends live sessions fits; the deployed functions have no right to read that."""
    from dayone.adapters.setup.probes import OrganizationsTargetSight
    from dayone.setup.organization import session_policy_fits
    from dayone.setup.session_policy import policy_name

    targets = tuple(filter(None, map(str.strip, given.get("EndedSessionsTargets", "").split(","))))
    sight = OrganizationsTargetSight(target.client("organizations"))
    return session_policy_fits(targets, policy=policy_name(target.stack), sight=sight)


def _invocations(target: Target, given: Given, *, account: str) -> "Iterator[Finding]":
    """Yield findings on who may invoke the functions that trust their events; none before these are deployed."""
    from dayone.adapters.setup.invokers import IamInvokerSight
    from dayone.setup.findings import only_the_api_and_the_queues_invoke

    try:
        names = [target.outputs[f"{name}FunctionName"] for name in _BELIEVING]
        api_role = target.outputs["AccessApiInvocationRoleArn"]
    except (Failure, KeyError):
        return
    partition = given["InstanceArn"].split(":")[1]
    functions = [f"arn:{partition}:lambda:{target.known_region}:{account}:function:{name}" for name in names]
    is_denied = given.get("DenyOtherInvocations") == "true"
    sight = IamInvokerSight(target.client("iam"), target.client("lambda"))
    yield only_the_api_and_the_queues_invoke(functions, api_role=api_role, is_denied=is_denied, sight=sight)


def _settings(target: Target, given: Given, *, account: str) -> "GivenSettings":
    from dayone.executor.rate_limits import Budgets
    from dayone.setup.check import GivenSettings

    budgets: dict[str, Any] = {name: int(given[value]) for name, value in _WHOLE.items() if value in given}
    budgets |= {name: float(given[value]) for name, value in _RATES.items() if value in given}
    return GivenSettings(
        instance_arn=given["InstanceArn"],
        identity_store_id=given["IdentityStoreId"],
        account_id=account,
        identity_center_key=given.get("IdentityCenterKeyArn", ""),
        administered_from=given.get("AdministeredFrom", "auto"),
        management_account_access=given.get("ManagementAccountAccess") == "true",
        organization_id=given.get("OrganizationId", ""),
        ends_sessions=bool(given.get("EndedSessionsTargets") or given.get("EndedSessionsPolicyId")),
        inbox_concurrency=int(given.get("InboxConcurrency", GivenSettings.inbox_concurrency)),
        table_name=_table_of(target, given),
        stack_name=target.stack,
        budgets=Budgets(**budgets),
        sole_administrator=given.get("SoleAdministrator") == "yes",
    )


def _ports(target: Target) -> "CheckSettings":
    from dayone.adapters.setup.instance import IdentityCenterKeySight, KmsKeyPolicies, SsoInstanceSight
    from dayone.adapters.setup.probes import (
        CloudTrailSight,
        DynamoTableSight,
        IamRoleSight,
        LambdaConcurrencySight,
        OrganizationsSight,
        ServiceQuotaSight,
    )
    from dayone.setup.check import CheckSettings

    return CheckSettings(
        instance=SsoInstanceSight(target.client("sso-admin")),
        key=IdentityCenterKeySight(target.client("sso-admin"), target.client("identitystore")),
        key_policies=KmsKeyPolicies(target.client("kms")),
        organization=OrganizationsSight(target.client("organizations")),
        trails=CloudTrailSight(target.client("cloudtrail")),
        quotas=ServiceQuotaSight(target.client("service-quotas")),
        concurrency=LambdaConcurrencySight(target.client("lambda")),
        roles=IamRoleSight(target.client("iam")),
        table=DynamoTableSight(target.client("dynamodb")),
    )
