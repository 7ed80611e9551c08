"""Creates the stack, and the role of the second person."""

import json
import time
from contextlib import suppress

from first_run.names import APPROVER, STACK
from first_run.record import Differs
from first_run.scene import CHANGE_SECONDS, Scene

_DEPLOY_SECONDS = 900.0
# AWS: what IAM is told takes some seconds until every service knows of it.
_ROLE_SECONDS = 60.0
_ROOM = 50
_KEPT = ("name", "state", "message")
_SCP = "SERVICE_CONTROL_POLICY"


def deploy(scene: Scene) -> None:
    """Deploy into an organisation that has never seen Day One, and discover its accounts."""
    _enable_service_control_policies(scene)
    is_new = scene.aws.stack() is None  # else the step is run again
    release(scene, "the stack is created", expected="CREATE_COMPLETE" if is_new else "UPDATE_COMPLETE")
    _make_approver(scene)
    looked = scene.aws.dayone("accounts", "discover", f"--timeout={CHANGE_SECONDS:g}")
    scene.log.require("Day One has looked at the organisation", expected="ok", observed=looked.shown)
    check_setup(scene)


def release(scene: Scene, what: str, *, expected: str = "UPDATE_COMPLETE", **parameters: str) -> None:
    """Create or update the stack; raises Differs with CloudFormation's words when it fails."""
    kept = json.loads(scene.values.get("parameters", "null")) or _parameters(scene)
    kept |= parameters
    began = time.monotonic()
    answer = scene.aws.deploy(kept)
    took = time.monotonic() - began
    if answer.status != 0:
        _note_failures(scene)
        raise Differs(f"{what}: {answer.shown}")
    scene.values["parameters"] = json.dumps(kept)
    observed = str((scene.aws.stack() or {}).get("StackStatus", "no stack"))
    scene.log.check(what, expected=expected, observed=observed, seconds=took, within=_DEPLOY_SECONDS)


def check_setup(scene: Scene) -> None:
    """Let `dayone setup check` look with the caller's eyes and with the deployed functions'."""
    answer = scene.aws.dayone("setup", "check")
    findings = (answer.document or {}).get("findings", [])
    if not findings:
        raise Differs(f"`dayone setup check` says: {answer.shown}")
    scene.log.note("setup check", findings=[{name: finding[name] for name in _KEPT} for finding in findings])
    wrong = sorted(finding["name"] for finding in findings if finding["state"] == "error")
    scene.log.check("setup check finds nothing wrong", expected="nothing", observed=", ".join(wrong) or "nothing")


def _parameters(scene: Scene) -> dict[str, str]:
    usual = {
        "InstanceArn": scene.values["instance"],
        "IdentityStoreId": scene.values["store"],
        "EndedSessionsTargets": scene.values["root"],
        "LogRetentionDays": "30",
    }
    room = scene.aws.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    scene.log.note("concurrent executions of Lambda", limit=room)
    return usual | ({"InboxConcurrency": "4", "PlanConcurrency": "2"} if room < _ROOM else {})


def _enable_service_control_policies(scene: Scene) -> None:
    if _policies(scene) == "ENABLED":
        return
    scene.values["enabled_policies"] = "yes"
    scene.aws.client("organizations").enable_policy_type(RootId=scene.values["root"], PolicyType=_SCP)
    scene.until("service control policies are", expected="ENABLED", read=lambda: _policies(scene), within=_ROLE_SECONDS)
    scene.log.note("service control policies were off; they are switched on until the end of the run")


def _policies(scene: Scene) -> str:
    """Return the state of the service control policies of the root: ENABLED, or on the way there, or off."""
    roots = scene.aws.client("organizations").list_roots()["Roots"]
    kinds = {kind["Type"]: str(kind["Status"]) for root in roots for kind in root["PolicyTypes"]}
    return kinds.get(_SCP, "off")


def _make_approver(scene: Scene) -> None:
    iam, account = scene.aws.client("iam"), scene.values["management_account"]
    trusted = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [trusted]})
    with suppress(iam.exceptions.EntityAlreadyExistsException):  # by a step that is run again
        iam.create_role(RoleName=APPROVER, AssumeRolePolicyDocument=trust, Tags=[{"Key": "stack", "Value": STACK}])
    iam.attach_role_policy(RoleName=APPROVER, PolicyArn=scene.aws.outputs()["OperatePolicyArn"])
    scene.values["approver_arn"] = str(iam.get_role(RoleName=APPROVER)["Role"]["Arn"])
    scene.until(
        "the second person's role may call the API", expected="ok", read=lambda: _may(scene), within=_ROLE_SECONDS
    )


def _may(scene: Scene) -> str:
    sts = scene.aws.client("sts")
    try:
        environment = scene.approver()
    except sts.exceptions.ClientError as error:  # the role is not known everywhere yet
        return str(error)
    return scene.aws.dayone("api", "GET", "/v1/health", environment=environment).shown


def _note_failures(scene: Scene) -> None:
    """Keep which resources CloudFormation could not make, and why."""
    if scene.aws.stack() is None:
        return
    events = scene.aws.every("cloudformation", "describe_stack_events", "StackEvents", StackName=STACK)
    for event in events:
        if str(event["ResourceStatus"]).endswith("_FAILED"):
            scene.log.note(
                "a resource failed",
                resource=event["LogicalResourceId"],
                type=event["ResourceType"],
                reason=event.get("ResourceStatusReason", ""),
            )
