"""Reads what is in an organisation before anything is done to it; it changes nothing."""

from collections.abc import Mapping
from typing import Any

from first_run.aws import Aws, names
from first_run.safety import Account, Inventory


def read_inventory(aws: Aws) -> Inventory:
    """Read the caller, the organisation and Identity Center; raises botocore's ClientError."""
    caller = aws.client("sts").get_caller_identity()
    organization = aws.client("organizations").describe_organization()["Organization"]
    instances = aws.client("sso-admin").list_instances()["Instances"]
    accounts = aws.every("organizations", "list_accounts", "Accounts")
    return Inventory(
        caller_arn=str(caller["Arn"]),
        account=str(caller["Account"]),
        organization=str(organization["Id"]),
        management_account=str(organization["MasterAccountId"]),
        features=str(organization["FeatureSet"]),
        # `Status` is what AWS has taken the place of by `State`; both are answered until it goes.
        accounts=[Account(id=str(a["Id"]), state=str(a.get("State") or a.get("Status"))) for a in accounts],
        instances=names(instances, "InstanceArn"),
        contents=_contents(aws, instances[0]) if len(instances) == 1 else {},
        stack_status=str((aws.stack() or {}).get("StackStatus", "")),
    )


def _contents(aws: Aws, instance: Mapping[str, Any]) -> dict[str, list[str]]:
    arn, store = str(instance["InstanceArn"]), str(instance["IdentityStoreId"])
    sets = aws.every("sso-admin", "list_permission_sets", "PermissionSets", InstanceArn=arn)
    described = [
        aws.client("sso-admin").describe_permission_set(InstanceArn=arn, PermissionSetArn=set_arn)["PermissionSet"]
        for set_arn in sets[:10]  # more than are looked at are too many anyway
    ]
    return {
        "users": names(aws.every("identitystore", "list_users", "Users", IdentityStoreId=store), "UserName"),
        "groups": names(aws.every("identitystore", "list_groups", "Groups", IdentityStoreId=store), "DisplayName"),
        "permission sets": names(described, "Name"),
    }
