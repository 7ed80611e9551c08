"""Puts together what the executor changes: Identity Center, and what stands beside it."""

from typing import TYPE_CHECKING

from dayone.wiring_people import reception, sessions

if TYPE_CHECKING:
    from dayone.adapters.call_gate import CallGate
    from dayone.adapters.dynamodb_table import DynamoTable
    from dayone.settings import ExecuteOperationsSettings
    from dayone.usecases.attempts import IdentityCenter


def identity_center(given: "ExecuteOperationsSettings", *, table: "DynamoTable", gate: "CallGate") -> "IdentityCenter":
    """Its calls are held back by the gate."""
    from dayone.adapters.aws_clients import client
    from dayone.adapters.identity_store import IdentityStoreDirectory
    from dayone.adapters.sso_assignments import SsoAssignments
    from dayone.adapters.sso_permission_sets import SsoPermissionSets
    from dayone.adapters.sso_set_policies import SsoSetPolicies
    from dayone.usecases.attempts import IdentityCenter

    sso_admin, identitystore = gate.guard(client("sso-admin")), gate.guard(client("identitystore"))
    lacks_rights = given.management_account_access != "true"
    return IdentityCenter(
        directory=IdentityStoreDirectory(identitystore, identity_store_id=given.identity_store_id),
        permission_sets=SsoPermissionSets(sso_admin, instance_arn=given.instance_arn, lacks_rights=lacks_rights),
        set_policies=SsoSetPolicies(sso_admin, instance_arn=given.instance_arn),
        assignments=SsoAssignments(sso_admin, instance_arn=given.instance_arn, lacks_rights=lacks_rights),
        sessions=sessions(given),
        reception=reception(given, table=table),
    )
