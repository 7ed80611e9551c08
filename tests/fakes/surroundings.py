"""Environment of the deployment, in memory: correct unless a test changes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dayone.ports.setup import SeenConcurrency, SeenInstance, SeenOrganization, SeenRoles, SeenTrail
from dayone.ports.state_tables import EXPIRES, INDEXES, STREAM_VIEW, TableDescription, TableOwner
from dayone.setup.check import CheckSettings, GivenSettings

MANAGEMENT, ELSEWHERE = "111122223333", "444455556666"
GIVEN = GivenSettings(
    instance_arn="arn:aws:sso:::instance/ssoins-0123456789abcdef",
    identity_store_id="d-0123456789",
    account_id=MANAGEMENT,
    table_name="state",
    stack_name="dayone",
)
TABLE = TableDescription(
    name="state",
    arn=f"arn:aws:dynamodb:us-east-1:{MANAGEMENT}:table/state",
    id="0b1c7c3e-0000-4000-8000-000000000001",
    indexes=INDEXES,
    stream_arn=f"arn:aws:dynamodb:us-east-1:{MANAGEMENT}:table/state/stream/1",
    stream_view=STREAM_VIEW,
    is_protected=True,
)
TRAIL = SeenTrail(
    name="all",
    is_logging=True,
    is_everywhere=True,
    is_of_organization=True,
    home_region="eu-central-1",
    records_writes=True,
)
OWNER = TableOwner(stack="dayone", table_id=TABLE.id)


@dataclass
class MemorySurroundings:
    """Stands for all ports; an error in `fails` is raised by the method of that name.

    Without a `key_policy` there is nobody to ask for one.
    """

    region: str = "us-east-1"
    seen: SeenInstance = field(
        default_factory=lambda: SeenInstance(
            identity_store_id="d-0123456789",
            owner_account=MANAGEMENT,
            status="ACTIVE",
            primary_region="us-east-1",
            permission_sets_enabled=True,
        )
    )
    id: str = "o-a1b2c3d4e5"
    delegates: frozenset[str] = frozenset()
    policy_types: frozenset[str] = frozenset()
    seen_trails: Sequence[SeenTrail] = (TRAIL,)
    quotas: Mapping[str, float] = field(default_factory=lambda: {"Permission sets": 3500.0})
    key_refusal: str = ""
    key_policy: Mapping[str, Any] | None = None
    limits: SeenConcurrency = field(default_factory=lambda: SeenConcurrency(limit=1000, unreserved=900))
    roles_there: SeenRoles = field(default_factory=lambda: SeenRoles(roles=40, quota=1000, policies_each=10))
    permission_sets: int = 7
    description: TableDescription = TABLE
    noted: TableOwner | None = OWNER
    expiry: str = EXPIRES
    recovery: bool = True
    fails: dict[str, Exception] = field(default_factory=dict)

    def instance(self, _instance_arn: str) -> SeenInstance:
        return self._unless("instance", self.seen)

    def refusal(self, *, instance_arn: str, identity_store_id: str, account_id: str) -> str:
        del instance_arn, identity_store_id, account_id
        return self._unless("refusal", self.key_refusal)

    def policy(self, _key_arn: str) -> Mapping[str, Any]:
        return self._unless("policy", self.key_policy or {})

    def organization(self) -> SeenOrganization:
        return self._unless("organization", SeenOrganization(id=self.id, management_account=MANAGEMENT))

    def delegated_administrators(self, _service: str) -> frozenset[str]:
        return self._unless("delegated_administrators", self.delegates)

    def has_policy_type(self, policy_type: str) -> bool:
        return self._unless("has_policy_type", policy_type in self.policy_types)

    def trails(self) -> Sequence[SeenTrail]:
        return self._unless("trails", self.seen_trails)

    def of_identity_center(self) -> Mapping[str, float]:
        return self._unless("of_identity_center", self.quotas)

    def permission_sets_in(self, _instance_arn: str, account: str) -> int:
        return self._unless("permission_sets_in", self.permission_sets if account == GIVEN.account_id else 0)

    def concurrency(self) -> SeenConcurrency:
        return self._unless("concurrency", self.limits)

    def roles(self) -> SeenRoles:
        return self._unless("roles", self.roles_there)

    def table(self, _name: str) -> TableDescription:
        return self._unless("table", self.description)

    def owner(self, _name: str) -> TableOwner | None:
        return self._unless("owner", self.noted)

    def expires_by(self, _name: str) -> str:
        return self._unless("expires_by", self.expiry)

    def can_be_restored(self, _name: str) -> bool:
        return self._unless("can_be_restored", self.recovery)

    def ports(self) -> CheckSettings:
        return CheckSettings(
            instance=self,
            key=self,
            organization=self,
            trails=self,
            quotas=self,
            concurrency=self,
            roles=self,
            table=self,
            key_policies=None if self.key_policy is None else self,
        )

    def _unless[T](self, name: str, answer: T) -> T:
        if name in self.fails:
            raise self.fails[name]
        return answer
