"""Puts together the fence around the state table, for reading it, noting a recovery, and ending one."""

from typing import TYPE_CHECKING, Any

from dayone.adapters.aws.clients import client
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.table_fence import EndingTableRecoveries, SsmTableIdentity, TableFence, TableRecoveries

if TYPE_CHECKING:
    from dayone.reconcile.recovery import RecoveringPorts
    from dayone.settings import ClaimTableSettings, FencedSettings, ReconcileAccessSettings


def outside(given: "ClaimTableSettings | FencedSettings") -> SsmTableIdentity:
    """Return the identity of the table that stands outside it."""
    return SsmTableIdentity(client("ssm"), parameter=given.table_identity_parameter)


def _parts(given: "FencedSettings", *, table: DynamoTable) -> dict[str, Any]:
    return {"client": client("dynamodb"), "table": table, "name": given.table_name, "outside": outside(given)}


def fence(given: "FencedSettings", *, table: DynamoTable) -> TableFence:
    """Return the fence to be read."""
    return TableFence(**_parts(given, table=table))


def recoveries(given: "FencedSettings", *, table: DynamoTable) -> TableRecoveries:
    """Return the fence for whoever rebuilds the record."""
    return TableRecoveries(**_parts(given, table=table))


def recovering(given: "ReconcileAccessSettings", *, table: DynamoTable) -> "RecoveringPorts":
    """Return the ports of the sweep, which notes recoveries and ends them."""
    from dayone.adapters.dynamodb.operations import DynamoOpenOperations
    from dayone.adapters.dynamodb.read_models import DynamoSubjectIndex
    from dayone.adapters.inventory import DynamoInventoryView
    from dayone.reconcile.recovery import RecoveringPorts

    ending = EndingTableRecoveries(**_parts(given, table=table), stack=given.stack_name)
    views: dict[str, Any] = {"findings": DynamoInventoryView(table), "index": DynamoSubjectIndex(table)}
    return RecoveringPorts(fence=ending, operations=DynamoOpenOperations(table), **views)
