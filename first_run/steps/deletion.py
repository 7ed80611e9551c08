"""Takes away everything that a first run has made, in the order in which it can go."""

import time
from collections.abc import Callable
from contextlib import suppress

from first_run.names import APPROVER, STACK
from first_run.record import Differs
from first_run.scene import Scene
from first_run.steps.policies import EMPTY

_TABLE = "StateTable"
_SECONDS = 60.0
_TABLE_SECONDS = 300.0


def delete(scene: Scene) -> None:
    """Take away access first, then the stack, then what it leaves; it goes on where a step before has stopped."""
    stack = scene.aws.stack()
    if stack is not None:
        _remember_table(scene)
        if "approver_arn" in scene.values:
            _take_access_away(scene)
    _delete_user(scene)
    _delete_approver(scene)
    if stack is not None:
        _delete_stack(scene)
    _delete_table(scene)
    _delete_unit_and_policies(scene)
    left = [kind for kind, there in (("user", scene.user_id()), ("group", scene.group_id())) if there]
    left += ["permission set"] if scene.permission_set() else []
    scene.log.check("left in Identity Center is", expected="nothing", observed=", ".join(left) or "nothing")


def _remember_table(scene: Scene) -> None:
    """Its name is lost with the stack. A stack that could not be created leaves it, too, and has no outputs."""
    resources = scene.aws.every("cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=STACK)
    for resource in resources:
        if resource["LogicalResourceId"] == _TABLE and resource.get("PhysicalResourceId"):
            scene.values["table"] = str(resource["PhysicalResourceId"])


def _take_access_away(scene: Scene) -> None:
    """Apply a policy without rules: its removals are held, and approved by the second person."""
    scene.put_in_force("a policy without rules", EMPTY, is_held=bool(scene.group_id()))
    account = scene.values["account"]
    for what, read in (
        ("the assignment is", lambda: "there" if scene.is_assigned(account) == "yes" else "gone"),
        ("the group is", lambda: "there" if scene.group_id() else "gone"),
        ("the permission set is", lambda: "there" if scene.permission_set() else "gone"),
    ):
        scene.until(what, expected="gone", read=read, within=_SECONDS)


def _delete_user(scene: Scene) -> None:
    """Day One keeps users of those who left; the test's own goes."""
    if user := scene.user_id():
        scene.aws.client("identitystore").delete_user(IdentityStoreId=scene.values["store"], UserId=user)


def _delete_approver(scene: Scene) -> None:
    """Before the stack, whose policy could not be deleted while the role has it."""
    iam = scene.aws.client("iam")
    with suppress(iam.exceptions.NoSuchEntityException):
        of = {"RoleName": APPROVER}
        for policy in scene.aws.every("iam", "list_attached_role_policies", "AttachedPolicies", **of):
            iam.detach_role_policy(**of, PolicyArn=policy["PolicyArn"])
        iam.delete_role(**of)
    scene.values.pop("approver_arn", None)


def _delete_stack(scene: Scene) -> None:
    began = time.monotonic()
    answer = scene.aws.delete()
    if answer.status != 0:
        raise Differs(f"the stack: {answer.shown}")
    observed = "there" if scene.aws.stack() else "gone"
    scene.log.require("the stack is", expected="gone", observed=observed, seconds=time.monotonic() - began)
    left = "there" if scene.session_policy() else "gone"
    scene.log.check("the service control policy is", expected="gone", observed=left)


def _delete_table(scene: Scene) -> None:
    """Delete the table, after checking that it has outlived the stack."""
    table, dynamodb = scene.values.get("table", ""), scene.aws.client("dynamodb")
    if not table:
        return
    scene.log.check("the table that the stack has left is", expected="ACTIVE", observed=_status(scene, table))
    if _status(scene, table) == "gone":
        return
    dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
    _wait(scene, "the table without protection is", "ACTIVE", lambda: _status(scene, table))
    dynamodb.delete_table(TableName=table)
    _wait(scene, "the table is", "gone", lambda: _status(scene, table))
    scene.values.pop("table")


def _wait(scene: Scene, what: str, expected: str, read: Callable[[], str]) -> None:
    scene.until(what, expected=expected, read=read, within=_TABLE_SECONDS)


def _status(scene: Scene, table: str) -> str:
    dynamodb = scene.aws.client("dynamodb")
    try:
        return str(dynamodb.describe_table(TableName=table)["Table"]["TableStatus"])
    except dynamodb.exceptions.ResourceNotFoundException:
        return "gone"


def _delete_unit_and_policies(scene: Scene) -> None:
    organizations = scene.aws.client("organizations")
    if unit := scene.values.pop("unit", ""):
        with suppress(organizations.exceptions.OrganizationalUnitNotFoundException):
            organizations.delete_organizational_unit(OrganizationalUnitId=unit)
    if scene.values.pop("enabled_policies", ""):
        organizations.disable_policy_type(RootId=scene.values["root"], PolicyType="SERVICE_CONTROL_POLICY")
