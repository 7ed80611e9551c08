"""The operations on policies of the organization, service control policies above all, and on what they are attached to.

Texts of refusals as users of the API have published them; codes and reasons from the service model.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.organizations.models import FakeAccount, FakeOrganizationalUnit, FakePolicy
from moto.organizations.utils import DEFAULT_RCP_POLICY_ID, DEFAULT_SCP_POLICY_ID

from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.organizations.moto_backend import OrganizationState
from sandbox.identity_center.organizations.policy_documents import SERVICE_CONTROL_POLICY, check_document
from sandbox.identity_center.organizations.refusals import constraint, invalid_input, invalid_token
from sandbox.identity_center.protocol.paging import page
from sandbox.identity_center.protocol.service_error import ServiceError

PAGE = 20
POLICIES_PER_TYPE = 10_000
# Of these types every root, unit and account has at least one policy as long as the type is enabled.
_NEVER_WITHOUT = {SERVICE_CONTROL_POLICY: DEFAULT_SCP_POLICY_ID, "RESOURCE_CONTROL_POLICY": DEFAULT_RCP_POLICY_ID}
# Characters, of any but service control policies. Source: Organizations User Guide, "Quotas and service limits".
_CHARACTERS = {"RESOURCE_CONTROL_POLICY": 5_120, "AISERVICES_OPT_OUT_POLICY": 2_500}
_OTHER_CHARACTERS = 10_000

type Target = FakeOrganizationalUnit | FakeAccount


class OrganizationPolicies:
    """Serves the policy operations on moto's state, which keeps the policies and what they are attached to."""

    def __init__(self, state: OrganizationState, behaviour: Callable[[], Behaviour]) -> None:
        self._state = state
        self._behaviour = behaviour

    def create_policy(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Create a policy that is attached to nothing."""
        self._check_name(parameters["Name"], parameters["Type"])
        self._check_content(parameters["Type"], parameters["Content"])
        if len(self._of_type(parameters["Type"])) >= POLICIES_PER_TYPE:
            raise constraint("POLICY_NUMBER_LIMIT_EXCEEDED", "You have reached the maximum number of policies.")
        self._state.create_policy(**parameters)
        policy = self._state.policies[-1]
        policy.id = f"p-{secrets.token_hex(5)}"  # moto's are shorter than the model's ARNs allow
        return _described(policy)

    def update_policy(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Change name, description or content, the latter as a whole."""
        policy = self._editable(parameters["PolicyId"])
        if parameters.get("Name", policy.name) != policy.name:
            self._check_name(parameters["Name"], policy.type)
        if "Content" in parameters:
            self._check_content(policy.type, parameters["Content"])
        self._state.update_policy(**parameters)
        return _described(policy)

    def delete_policy(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Delete a policy that is attached to nothing."""
        policy = self._editable(parameters["PolicyId"])
        if policy.attachments:
            message = (
                "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts "
                "before performing this operation."
            )
            raise ServiceError("PolicyInUseException", message)
        self._state.policies.remove(policy)
        return {}

    def describe_policy(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with a policy and its content."""
        return _described(self._policy(parameters["PolicyId"]))

    def list_policies(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of the policies of a type."""
        return _paged(self._of_type(parameters["Filter"]), parameters)

    def attach_policy(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Attach a policy to a root, unit or account, once."""
        policy, target = self._policy(parameters["PolicyId"]), self._target(parameters["TargetId"])
        self._check_enabled(policy.type)
        if policy in target.attached_policies:
            message = "A policy with the specified name and type already exists."
            raise ServiceError("DuplicatePolicyAttachmentException", message)
        if len(_attached(target, policy.type)) >= self._behaviour().policies_per_target:
            message = "You have attached the maximum number of policies to the specified target."
            raise constraint("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", message)
        target.attached_policies.append(policy)
        policy.attachments.append(target)
        return {}

    def detach_policy(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Detach a policy from a root, unit or account, which keeps at least one of its type."""
        policy, target = self._policy(parameters["PolicyId"]), self._target(parameters["TargetId"])
        if policy not in target.attached_policies:
            message = "The policy isn't attached to the specified target in the specified root."
            raise ServiceError("PolicyNotAttachedException", message)
        if policy.type in _NEVER_WITHOUT and len(_attached(target, policy.type)) == 1:
            message = (
                "You cannot remove the last policy attached to the specified target. You must have at least one "
                "attached at all times."
            )
            raise constraint("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", message)
        target.attached_policies.remove(policy)
        policy.attachments.remove(target)
        return {}

    def list_targets_for_policy(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of what a policy is attached to."""
        attached = self._policy(parameters["PolicyId"]).attachments
        entries = (
            (target.id, {"TargetId": target.id, "Arn": target.arn, "Name": target.name, "Type": target.type})
            for target in attached
        )
        return page("Targets", entries, parameters, size=PAGE, refusal=invalid_token())

    def list_policies_for_target(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of the policies of a type that are attached to a root, unit or account itself."""
        return _paged(_attached(self._target(parameters["TargetId"]), parameters["Filter"]), parameters)

    def disable_policy_type(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Disable a type: its policies are detached from everything, and AWS's own comes back with the type."""
        answer = self._state.disable_policy_type(**parameters)
        own = _NEVER_WITHOUT.get(parameters["PolicyType"])
        targets: list[Target] = [*self._state.ou, *self._state.accounts]
        for target in targets:
            for policy in [*_attached(target, parameters["PolicyType"])]:
                if policy.id != own:
                    target.attached_policies.remove(policy)
                    policy.attachments.remove(target)
        return answer

    def _policy(self, policy_id: str) -> FakePolicy:
        policy = next((policy for policy in self._state.policies if policy.id == policy_id), None)
        if policy is None:
            raise ServiceError("PolicyNotFoundException", "You specified a policy that doesn't exist.")
        return policy

    def _editable(self, policy_id: str) -> FakePolicy:
        policy = self._policy(policy_id)
        if policy.aws_managed:
            raise invalid_input(
                "IMMUTABLE_POLICY", "You specified a policy that is managed by AWS and can't be modified."
            )
        return policy

    def _target(self, target_id: str) -> Target:
        account = next((account for account in self._state.accounts if account.id == target_id), None)
        target = account or self._state.container(target_id)
        if target is None:
            raise ServiceError("TargetNotFoundException", "You specified a target that doesn't exist.")
        return target

    def _of_type(self, policy_type: str) -> list[FakePolicy]:
        return [policy for policy in self._state.policies if policy.type == policy_type]

    def _check_name(self, name: str, policy_type: str) -> None:
        if any(policy.name == name for policy in self._of_type(policy_type)):
            raise ServiceError("DuplicatePolicyException", "A policy with the specified name and type already exists.")

    def _check_content(self, policy_type: str, content: str) -> None:
        limit: float = _CHARACTERS.get(policy_type, _OTHER_CHARACTERS)
        if policy_type == SERVICE_CONTROL_POLICY:
            limit = self._behaviour().policy_characters
        if len(content) > limit:
            raise constraint("POLICY_CONTENT_LIMIT_EXCEEDED", "You have exceeded the maximum policy size.")
        check_document(policy_type, content)

    def _check_enabled(self, policy_type: str) -> None:
        types = self._state.list_roots()["Roots"][0]["PolicyTypes"]
        if not any(enabled["Type"] == policy_type for enabled in types):
            message = "This operation can be performed only for enabled policy types."
            raise ServiceError("PolicyTypeNotEnabledException", message)


def _attached(target: Target, policy_type: str) -> list[FakePolicy]:
    return [policy for policy in target.attached_policies if policy.type == policy_type]


def _described(policy: FakePolicy) -> dict[str, Any]:
    return {"Policy": {"PolicySummary": _summary(policy), "Content": policy.content}}


def _summary(policy: FakePolicy) -> dict[str, Any]:
    summary: dict[str, Any] = policy.describe()["Policy"]["PolicySummary"]
    owned = f"arn:aws:organizations::aws:policy/{policy.type.lower()}/{policy.id}"
    return summary | ({"Arn": owned} if policy.aws_managed else {})


def _paged(policies: Iterable[FakePolicy], parameters: Mapping[str, Any]) -> dict[str, Any]:
    entries = ((policy.id, _summary(policy)) for policy in policies)
    return page("Policies", entries, parameters, size=PAGE, refusal=invalid_token())
