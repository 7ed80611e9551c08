"""What Day One is deployed into, as AWS describes it; each method raises a DayOneError for what it cannot read."""

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
    """How Identity Center encrypts what it keeps; `key_arn` is empty for a key of AWS's own."""

    key_arn: str = ""
    status: str = ""
    status_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SeenInstance:
    """An instance of Identity Center; what AWS does not say is empty, or None."""

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
    """How many functions of the account run at once: `limit` in all, `unreserved` of them for whoever comes."""

    limit: int
    unreserved: int


@dataclass(frozen=True, kw_only=True)
class SeenRoles:
    """How many IAM roles the account has, how many it may have, and how many managed policies each of them."""

    roles: int
    quota: int
    policies_each: int


@dataclass(frozen=True, kw_only=True)
class SeenInvokers:
    """Who may invoke functions, by ARN; `answered` is for how many users and roles AWS has answered.

    `administrators` may change the code of the functions as well, `others` may not. `unanswered` counts users and roles
    that AWS did not answer for, and `is_cut` is whether the account has more of them than were asked about.
    """

    administrators: tuple[str, ...]
    others: tuple[str, ...]
    answered: int
    unanswered: int = 0
    is_cut: bool = False


class InstanceSight(Protocol):
    """Identity Center, in the Region where the question is asked."""

    @property
    def region(self) -> str:
        """That Region."""

    def instance(self, instance_arn: str) -> SeenInstance:
        """The instance of that ARN."""

    def permission_sets_in(self, instance_arn: str, account: str) -> int:
        """How many of its permission sets are in use in an account."""


class KeySight(Protocol):
    """Identity Center as far as it decrypts what it keeps for whoever asks."""

    def refusal(self, *, instance_arn: str, identity_store_id: str, account_id: str) -> str:
        """KMS's reason for not letting Identity Center read for the caller, as `KMS_ACCESS_DENIED`; else empty."""


class KeyPolicySight(Protocol):
    """KMS, as the key's own account sees it."""

    def policy(self, key_arn: str) -> Mapping[str, Any]:
        """The policy of a key."""


class OrganizationSight(Protocol):
    """AWS Organizations."""

    def organization(self) -> SeenOrganization:
        """The organisation; raises NotFound when the account is in none."""

    def delegated_administrators(self, service: str) -> frozenset[str]:
        """The accounts that administer a service, such as `sso.amazonaws.com`, for the management account."""

    def has_policy_type(self, policy_type: str) -> bool:
        """Whether a type of policy, such as `SERVICE_CONTROL_POLICY`, is enabled at the root."""


class PolicyTargetSight(Protocol):
    """Service control policies, by what they are attached to."""

    def roots(self) -> Sequence[str]:
        """The ids of the organization's roots, of which there is one."""

    def policies_on(self, target: str) -> frozenset[str]:
        """The names of the policies attached to a root or unit itself; raises NotFound for no such target."""


class TrailSight(Protocol):
    """CloudTrail, in the Region where the question is asked."""

    def trails(self) -> Sequence[SeenTrail]:
        """The trails that record something here, those of other Regions and of the organisation included."""


class TableSight(Protocol):
    """DynamoDB, in the Region where the question is asked."""

    def table(self, name: str) -> TableDescription:
        """The table of that name."""

    def owner(self, name: str) -> TableOwner | None:
        """Whom the table says that it was taken for, or None when it says nothing."""

    def expires_by(self, name: str) -> str:
        """The attribute by which DynamoDB deletes items that have expired, or empty when it deletes none."""

    def can_be_restored(self, name: str) -> bool:
        """Whether point-in-time recovery is on."""


class QuotaSight(Protocol):
    """Service Quotas."""

    def of_identity_center(self) -> Mapping[str, float]:
        """The quotas that are in force for the account, by AWS's own names."""


class ConcurrencySight(Protocol):
    """Lambda, in the Region where the question is asked."""

    def concurrency(self) -> SeenConcurrency:
        """How many functions of the account run at once."""


class InvokerSight(Protocol):
    """IAM and Lambda, in the account of the functions."""

    def invokers(self, functions: Sequence[str]) -> SeenInvokers:
        """Who may invoke any of the functions with these ARNs."""


class RoleSight(Protocol):
    """IAM, in the account that asks."""

    def roles(self) -> SeenRoles:
        """The roles that the account has and may have."""
