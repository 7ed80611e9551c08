"""IAM rights that AWS demands of a caller in addition to those of the called API, and the conditions for that.

An adapter has, beside its `ACTIONS`, a table `DEPENDENT_ACTIONS: ClassVar[DependentActions]`: for each dependency the
IAM actions that the service then demands of a caller of the adapter's actions. The role of every function that is wired
with the adapter has one inline policy of the dependency's name with exactly these actions, under the template's
condition for the dependency; tests/project/template/test_permissions.py holds both to it. Source: Service Authorization
Reference, "Dependent actions": rights that a principal must have besides an action.
"""

from collections.abc import Mapping
from enum import StrEnum


class Dependency(StrEnum):
    """A condition under which AWS demands further rights; the value names the policy in the role."""

    MANAGEMENT_ACCOUNT = "management-account"
    """Identity Center works in the management account with its caller's IAM rights."""
    CONFIGURATION_SET = "default-configuration-set"
    """SES authorises a mail on the default configuration set of the identity that sends it, too."""
    PASSED_ROLE = "passed-role"
    """A service is given a role to act by."""
    CUSTOMER_KEY = "customer-managed-key"
    """Identity Center uses a customer's KMS key with its caller's rights to that key."""
    SIGNING_KEY = "signing-key"
    """A KMS key names the role that may sign with it, so the right to it stands apart from the role."""
    CHECKPOINT_BUCKET = "checkpoint-bucket"
    """Checkpoints of the audit log go into a bucket, too, where one is named."""


type DependentActions = Mapping[Dependency, frozenset[str]]

# Source: Identity Center's own refusals, each of which names one of them ("Access denied by IAM. Please check your
# policy, or wait for role propagation to complete."), and the rights by which others assign there.
_IN_MANAGEMENT_ACCOUNT = frozenset(
    {
        "iam:GetRole",
        "iam:ListRolePolicies",
        "iam:ListAttachedRolePolicies",
        "iam:GetRolePolicy",
        "iam:CreateRole",
        "iam:UpdateRole",
        "iam:UpdateRoleDescription",
        "iam:UpdateAssumeRolePolicy",
        "iam:AttachRolePolicy",
        "iam:DetachRolePolicy",
        "iam:PutRolePolicy",
        "iam:DeleteRolePolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:DeleteRolePermissionsBoundary",
        "iam:DeleteRole",
        "iam:GetSAMLProvider",
        "iam:CreateSAMLProvider",
        "iam:UpdateSAMLProvider",
        "iam:TagSAMLProvider",
    }
)

# Source: Service Authorization Reference, AWS IAM Identity Center and AWS Identity Store: kms:Decrypt for all that the
# adapters call but sso:DescribeInstance. IAM Identity Center User Guide, "Baseline KMS key policy": all three for those
# who administer it.
_DECRYPTS = frozenset({"kms:Decrypt"})
_ENCRYPTS = _DECRYPTS | {"kms:Encrypt", "kms:GenerateDataKeyWithoutPlaintext"}

# Of whoever only reads in Identity Center, and of whoever also writes.
READS_ENCRYPTED: DependentActions = {Dependency.CUSTOMER_KEY: _DECRYPTS}
WRITES_ENCRYPTED: DependentActions = {Dependency.CUSTOMER_KEY: _ENCRYPTS}
# Of whoever signs and keeps checkpoints of the audit log.
SIGNS_CHECKPOINTS: DependentActions = {Dependency.SIGNING_KEY: frozenset({"kms:Sign"})}
KEEPS_CHECKPOINTS: DependentActions = {Dependency.CHECKPOINT_BUCKET: frozenset({"s3:PutObject"})}
# Of whoever has Identity Center make, change or remove its roles in accounts.
IN_ACCOUNTS: DependentActions = {Dependency.MANAGEMENT_ACCOUNT: _IN_MANAGEMENT_ACCOUNT}
