"""Puts together what the executor changes: Identity Center, and what stands beside it."""

from typing import TYPE_CHECKING

from dayone.wiring.people import policy_parser, reception, sessions

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import TypedDict

    from dayone.adapters.aws.rate_limiter import CallGate
    from dayone.adapters.dynamodb.table import DynamoTable
    from dayone.adapters.identity_center.live_access import AwsExistingUse, AwsLiveAccess
    from dayone.executor.attempt import IdentityCenter
    from dayone.planning.desired_access import DesiredAccess
    from dayone.settings import ExecuteOperationsSettings

    class Uses(TypedDict):
        """Adapters that read the use of resources."""

        use: AwsExistingUse
        live: AwsLiveAccess


def identity_center(
    given: "ExecuteOperationsSettings", *, table: "DynamoTable", gate: "CallGate", clock: "Callable[[], datetime]"
) -> "IdentityCenter":
    """Its calls are held back by the gate."""
    from dayone.adapters.aws.clients import client
    from dayone.adapters.identity_center.directory import IdentityStoreDirectory
    from dayone.adapters.identity_center.permission_set_policies import SsoSetPolicies
    from dayone.adapters.identity_center.permission_sets import SsoAssignments, SsoPermissionSets
    from dayone.adapters.inventory import DynamoInventoryView
    from dayone.executor.attempt import IdentityCenter
    from dayone.executor.existing import ExistingAccess
    from dayone.executor.existing_use import KeptInventory

    sso_admin, identitystore = gate.guard(client("sso-admin")), gate.guard(client("identitystore"))
    lacks_rights = given.management_account_access != "true"
    set_policies = SsoSetPolicies(sso_admin, instance_arn=given.instance_arn)
    return IdentityCenter(
        directory=IdentityStoreDirectory(identitystore, identity_store_id=given.identity_store_id),
        permission_sets=SsoPermissionSets(sso_admin, instance_arn=given.instance_arn, lacks_rights=lacks_rights),
        set_policies=set_policies,
        assignments=SsoAssignments(sso_admin, instance_arn=given.instance_arn, lacks_rights=lacks_rights),
        existing=ExistingAccess(
            contents=set_policies,
            **_uses(given, gate=gate),
            desired=_desired_access(given, table=table, clock=clock),
            inventory=KeptInventory(DynamoInventoryView(table)),
        ),
        sessions=sessions(given),
        reception=reception(given, table=table),
    )


def _uses(given: "ExecuteOperationsSettings", *, gate: "CallGate") -> "Uses":
    from dayone.adapters.aws.clients import client
    from dayone.adapters.identity_center.live_access import AwsExistingUse, AwsLiveAccess

    # They are guarded by the gate themselves.
    sso_admin, identitystore = client("sso-admin"), client("identitystore")
    places = {"instance_arn": given.instance_arn, "identity_store_id": given.identity_store_id}
    return {
        "use": AwsExistingUse(sso_admin, identitystore, **places, turn=gate.behind_all_others),
        "live": AwsLiveAccess(sso_admin, identitystore, **places, wait=lambda _service, _api: None),
    }


def _desired_access(
    given: "ExecuteOperationsSettings", *, table: "DynamoTable", clock: "Callable[[], datetime]"
) -> "DesiredAccess":
    from dayone.adapters.dynamodb.policies import DynamoPolicyInForce
    from dayone.adapters.dynamodb.read_models import DynamoRecords, DynamoSubjectIndex
    from dayone.planning.desired_access import DesiredAccess

    return DesiredAccess(
        policies=DynamoPolicyInForce(table, parse=policy_parser(given.ended_sessions_policies)),
        records=DynamoRecords(table),
        index=DynamoSubjectIndex(table),
        clock=clock,
    )
