"""Context of every step: AWS, the step's log, and the values left by earlier steps."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from first_run.aws import Answer, Aws
from first_run.names import APPROVER, GROUP, PERMISSION_SET, SESSION_POLICY, USER
from first_run.record import Differs, Log

_POLL_SECONDS = 1.0
# The longest that a change may take, and that AWS may take to show what it has confirmed.
CHANGE_SECONDS = 900.0
_KEPT_IN_REPORT = ("kind", "resource", "state", "attempts", "request_id", "failure_reason", "refusal", "waiting_for")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One step at work. `values` are kept from step to step: ids of the instance, the store, the accounts, the root."""

    aws: Aws
    log: Log
    values: dict[str, str]

    # Day One

    def settle(self, what: str, change: str, *, is_held: bool, within: float) -> None:
        """Watch a change to its end, with a part of it approved by somebody else when it is held.

        Raises Differs unless it succeeds.
        """
        began = time.monotonic()
        answer = self._watch("watch", change)
        held = _state(answer) == "held"
        self.log.check(f"{what}: waits for a second person", expected=_yes(is_held), observed=_yes(held))
        if held:
            answer = self._watch("approve", change, "--yes", environment=self.approver())
        took = time.monotonic() - began
        self.log.note(what, change=_changed(answer.document or {}))
        observed = _state(answer)
        if observed != "succeeded":
            self.log.require(what, expected="succeeded", observed=_why(answer) or answer.shown, seconds=took)
        self.log.check(what, expected="succeeded", observed=observed, seconds=took, within=within)

    def put_in_force(self, what: str, policy: Mapping[str, Any], *, is_held: bool, within: float = 120) -> None:
        """Apply a policy as `dayone policy apply` does, and settle what it leads to."""
        answer = self.aws.dayone("policy", "apply", "--yes", "--no-watch", self.aws.file("policy.yaml", policy))
        if answer.status != 0:
            raise Differs(f"{what}: {answer.shown}")
        if answer.document.get("change"):  # none when it is in force already, by a step that is run again
            self.settle(what, str(answer.document["change"]), is_held=is_held, within=within)

    def approver(self) -> dict[str, str]:
        """Return the environment of the second person, whose role is assumed for the duration of a command."""
        sts = self.aws.client("sts")
        key = sts.assume_role(RoleArn=self.values["approver_arn"], RoleSessionName=APPROVER)["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
            "AWS_SESSION_TOKEN": key["SessionToken"],
            "AWS_PROFILE": "",
            "DAYONE_API": self.aws.api_url,
        }

    def _watch(self, verb: str, change: str, *options: str, environment: Mapping[str, str] | None = None) -> Answer:
        return self.aws.dayone(
            "changes", verb, change, f"--timeout={CHANGE_SECONDS:g}", *options, environment=environment
        )

    # Identity Center and Organizations, read by themselves and not through Day One

    def until(self, what: str, *, expected: str, read: Callable[[], str], within: float) -> None:
        """Read until it is as expected, for as long as `within` allows."""
        began = time.monotonic()
        observed = read()
        while observed != expected and time.monotonic() - began < within:
            time.sleep(_POLL_SECONDS)
            observed = read()
        self.log.check(what, expected=expected, observed=observed, seconds=time.monotonic() - began, within=within)

    def user_id(self) -> str:
        """Return the id of the test's user; empty when there is none."""
        users = self.aws.every("identitystore", "list_users", "Users", IdentityStoreId=self.values["store"])
        return next((str(user["UserId"]) for user in users if user["UserName"] == USER), "")

    def group_id(self) -> str:
        """Return the id of the test's group; empty when there is none."""
        groups = self.aws.every("identitystore", "list_groups", "Groups", IdentityStoreId=self.values["store"])
        return next((str(group["GroupId"]) for group in groups if group["DisplayName"] == GROUP), "")

    def permission_set(self) -> str:
        """Return the ARN of the test's permission set; empty when there is none."""
        of = {"InstanceArn": self.values["instance"]}
        for arn in self.aws.every("sso-admin", "list_permission_sets", "PermissionSets", **of):
            described = self.aws.client("sso-admin").describe_permission_set(**of, PermissionSetArn=arn)
            if described["PermissionSet"]["Name"] == PERMISSION_SET:
                return str(arn)
        return ""

    def is_member(self) -> str:
        """Return whether the user is in the group: yes or no."""
        group, user, of = self.group_id(), self.user_id(), {"IdentityStoreId": self.values["store"]}
        if not group:
            return "no"
        members = self.aws.every("identitystore", "list_group_memberships", "GroupMemberships", **of, GroupId=group)
        return _yes(user in [member["MemberId"].get("UserId") for member in members])

    def is_assigned(self, account: str) -> str:
        """Return whether the group has the permission set in an account: yes or no."""
        arn, group = self.permission_set(), self.group_id()
        if not (arn and group):
            return "no"
        of = {"InstanceArn": self.values["instance"], "AccountId": account, "PermissionSetArn": arn}
        held = self.aws.every("sso-admin", "list_account_assignments", "AccountAssignments", **of)
        return _yes(group in [assignment["PrincipalId"] for assignment in held])

    def session_policy(self) -> str:
        """Return the id of the policy that ends live sessions; empty when there is none."""
        policies = self.aws.every("organizations", "list_policies", "Policies", Filter="SERVICE_CONTROL_POLICY")
        return next((str(policy["Id"]) for policy in policies if policy["Name"] == SESSION_POLICY), "")

    def sessions_are_ended(self) -> str:
        """Return whether that policy names the user: yes or no."""
        organizations, policy = self.aws.client("organizations"), self.session_policy()
        if not policy:
            return "no"
        content = organizations.describe_policy(PolicyId=policy)["Policy"]["Content"]
        return _yes(f'"{self.values["user"]}"' in content)


def _yes(value: bool) -> str:  # noqa: FBT001 - what is said of it
    return "yes" if value else "no"


def _state(answer: Answer) -> str:
    return str((answer.document or {}).get("change", {}).get("state", "unknown"))


def _changed(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the reported parts of a change: its operations with AWS's request ids and words, no reasons or people."""
    operations = document.get("operations", ())
    return {
        "state": document.get("change", {}).get("state"),
        "operations": [
            {
                **{name: operation[name] for name in _KEPT_IN_REPORT if operation.get(name)},
                "created_at": operation.get("created_at"),
                "finished_at": operation.get("finished_at"),
            }
            for operation in operations
        ],
    }


def _why(answer: Answer) -> str:
    """AWS's words for the first operation that has failed."""
    for operation in (answer.document or {}).get("operations", ()):
        if operation["state"] == "failed":
            return f"{operation['kind']} {operation['resource']}: {operation['failure_reason']}"
    return ""
