"""Read access to the environment of the deployment; each method raises a DayOneError for what it cannot read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dayone.ports.state_tables import TableDescription, TableOwner


class OwnApis(Protocol):
    """The REST APIs of API Gateway that belong to this stack."""

    def includes(self, api_id: str) -> bool:
        """Return whether an API with this id belongs to the stack; raises Unavailable when that cannot be read."""


class StackAnswers(Protocol):
    """Answers to requests about custom resources."""

    def send(self, answer: str, *, to: str) -> None:
        """Put an answer to the presigned URL of its request; raises Unavailable when it was not taken."""


@dataclass(frozen=True, kw_only=True)
class SeenEncryption:
    """Encryption of Identity Center's data; `key_arn` is empty for a key of AWS's own."""

    key_arn: str = ""
    status: str = ""
    status_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SeenInstance:
    """An instance of Identity Center; values that AWS leaves out are empty, or None."""

    identity_store_id: str
    owner_account: str
    status: str
    status_reason: str = ""
    primary_region: str = ""
    permission_sets_enabled: bool | None = None
    encryption: SeenEncryption = SeenEncryption()


@dataclass(frozen=True, kw_only=True)
class SeenOrganization:
    """The organisation that the account is in."""

    id: str
    management_account: str


@dataclass(frozen=True, kw_only=True)
class SeenTrail:
    """A trail of CloudTrail; `records_writes` is None when its selectors cannot be read."""

    name: str
    is_logging: bool
    is_everywhere: bool
    is_of_organization: bool
    home_region: str
    records_writes: bool | None


@dataclass(frozen=True, kw_only=True)
class SeenConcurrency:
    """Concurrency of the account's functions: `limit` in all, `unreserved` of them not reserved for a function."""

    limit: int
    unreserved: int


@dataclass(frozen=True, kw_only=True)
class SeenRoles:
    """Number of IAM roles in the account, the quota of roles, and the quota of managed policies for each role."""

    roles: int
    quota: int
    policies_each: int


@dataclass(frozen=True, kw_only=True)
class SeenInvokers:
    """Principals allowed to invoke functions, by ARN; `answered` is for how many users and roles AWS answered.

    `administrators` may change the code of the functions as well, `others` may not. `unanswered` counts users and roles
    that AWS did not answer for, and `is_cut` is whether the account has more of them than were checked.
    """

    administrators: tuple[str, ...]
    others: tuple[str, ...]
    answered: int
    unanswered: int = 0
    is_cut: bool = False


class InstanceSight(Protocol):
    """Identity Center, in the Region of the caller."""

    @property
    def region(self) -> str:
        """That Region."""

    def instance(self, instance_arn: str) -> SeenInstance:
        """Return the instance of that ARN."""

    def permission_sets_in(self, instance_arn: str, account: str) -> int:
        """Return how many of its permission sets are in use in an account."""


class KeySight(Protocol):
    """Identity Center's decryption of its data on behalf of the caller."""

    def refusal(self, *, instance_arn: str, identity_store_id: str, account_id: str) -> str:
        """KMS's reason for not letting Identity Center read for the caller, as `KMS_ACCESS_DENIED`; else empty."""


class KeyPolicySight(Protocol):
    """KMS, as the key's own account sees it."""

    def policy(self, key_arn: str) -> Mapping[str, Any]:
        """Return the policy of a key."""


class OrganizationSight(Protocol):
    """AWS Organizations."""

    def organization(self) -> SeenOrganization:
        """Return the organisation; raise NotFound when the account is in none."""

    def delegated_administrators(self, service: str) -> frozenset[str]:
        """Return the accounts that administer a service, such as `sso.amazonaws.com`, for the management account."""

    def has_policy_type(self, policy_type: str) -> bool:
        """Return whether a type of policy, such as `SERVICE_CONTROL_POLICY`, is enabled at the root."""


class PolicyTargetSight(Protocol):
    """Service control policies, by what they are attached to."""

    def roots(self) -> Sequence[str]:
        """Return the ids of the organization's roots, of which there is one."""

    def policies_on(self, target: str) -> frozenset[str]:
        """Return the names of the policies attached to a root or unit itself; raise NotFound for no such target."""


class TrailSight(Protocol):
    """CloudTrail, in the Region of the caller."""

    def trails(self) -> Sequence[SeenTrail]:
        """Return the trails that record events here, those of other Regions and of the organisation included."""


class TableSight(Protocol):
    """DynamoDB, in the Region of the caller."""

    def table(self, name: str) -> TableDescription:
        """Return the table of that name."""

    def owner(self, name: str) -> TableOwner | None:
        """Return the recorded owner of the table, or None when it has none."""

    def expires_by(self, name: str) -> str:
        """Return the attribute by which DynamoDB deletes expired items, or empty when it deletes none."""

    def can_be_restored(self, name: str) -> bool:
        """Return whether point-in-time recovery is on."""


class QuotaSight(Protocol):
    """Service Quotas."""

    def of_identity_center(self) -> Mapping[str, float]:
        """Return the quotas that are in force for the account, by AWS's own names."""


class ConcurrencySight(Protocol):
    """Lambda, in the Region of the caller."""

    def concurrency(self) -> SeenConcurrency:
        """Return how many functions of the account run at once."""


class InvokerSight(Protocol):
    """IAM and Lambda, in the account of the functions."""

    def invokers(self, functions: Sequence[str]) -> SeenInvokers:
        """Return the principals allowed to invoke any of the functions with these ARNs."""


class RoleSight(Protocol):
    """IAM, in the account of the caller."""

    def roles(self) -> SeenRoles:
        """Return the roles that the account has and may have."""
