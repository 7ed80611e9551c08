"""moto's organizations backend, which keeps accounts, units and policies, corrected where AWS differs."""

from collections.abc import Iterator
from typing import Any

import moto.organizations.models as moto_models
from moto.core.utils import unix_time, utcnow
from moto.organizations.models import (
    FakeAccount,
    FakeOrganization,
    FakeOrganizationalUnit,
    OrganizationsBackend,
    organizations_backends,
)
from moto.organizations.utils import make_random_account_id, make_random_create_account_status_id


class Account(FakeAccount):
    """An account of the organization, without the IAM role that moto would make in an IAM nobody here can reach."""

    def __init__(self, organization: FakeOrganization, **request: Any) -> None:  # noqa: ANN401 - moto's own signature
        self.type = "ACCOUNT"
        self.region = organization.region
        self.organization_id = organization.id
        self.master_account_id = organization.master_account_id
        self.create_account_status_id = make_random_create_account_status_id()
        self.id = make_random_account_id()
        self.name = request["AccountName"]
        self.email = request["Email"]
        self.create_time = utcnow()
        self.state = self.status = "ACTIVE"
        self.joined_method = "CREATED"
        self.parent_id = organization.root_id
        self.attached_policies: list[moto_models.FakePolicy] = []
        self.tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", [])}


class OrganizationState(OrganizationsBackend):
    """The state behind organizations: from the start there are a root and the management account."""

    def __init__(self, account_id: str) -> None:
        super().__init__("aws", account_id)
        # moto's backend names the class of its accounts itself; this is the only place that can choose another.
        moto_models.FakeAccount = Account  # type: ignore[misc]
        self.create_organization(region="us-east-1", FeatureSet="ALL")
        self.accounts[0].name = "management"
        self.accounts[0].joined_method = "INVITED"
        # The account that makes the request which is being answered.
        self.caller = account_id

    @property
    def organization(self) -> FakeOrganization:
        """The organization itself."""
        assert self.org is not None  # created above, and never deleted
        return self.org

    def account_state(self, account_id: str) -> str | None:
        """Return the State of an account (ACTIVE, SUSPENDED, …), None when the organization has no such account."""
        return next((account.state for account in self.accounts if account.id == account_id), None)

    def invited(self, account_id: str, *, name: str, email: str) -> None:
        """Take an account that exists into the root of the organization."""
        self.create_account(AccountName=name, Email=email)
        account = self.accounts[-1]
        organizations_backends.master_accounts[account_id] = organizations_backends.master_accounts.pop(account.id)
        account.id, account.joined_method = account_id, "INVITED"

    def detach_all(self, target: FakeAccount | FakeOrganizationalUnit) -> None:
        """Detach every policy from an account or unit that goes: AWS lists it as a target no longer."""
        for policy in target.attached_policies:
            policy.attachments.remove(target)
        target.attached_policies.clear()

    def container(self, identifier: str) -> FakeOrganizationalUnit | None:
        """Return the root or unit with this id."""
        return next((unit for unit in self.ou if unit.id == identifier), None)

    def path(self, identifier: str) -> str:
        """Return the entity path of a root or unit, such as `o-…/r-…/ou-…/`."""
        return "/".join([self.organization.id, *reversed(list(self._upwards(identifier)))]) + "/"

    def parents(self) -> dict[str, str]:
        """Return the id of the root or unit that each account and unit is in."""
        accounts = {account.id: account.parent_id for account in self.accounts}
        return accounts | {unit.id: unit.parent_id for unit in self.ou if unit.parent_id}

    def depth(self, identifier: str) -> int:
        """Return how many units lie between the root and this container, itself included."""
        return len(list(self._upwards(identifier))) - 1

    def described(self, account: FakeAccount) -> dict[str, Any]:
        """Return an account as Organizations answers it; times in seconds since the epoch."""
        return {
            "Id": account.id,
            "Arn": account.arn,
            "Email": account.email,
            "Name": account.name,
            "Status": account.status,
            "State": account.state,
            "Paths": [f"{self.path(account.parent_id)}{account.id}/"],
            "JoinedMethod": account.joined_method,
            "JoinedTimestamp": unix_time(account.create_time),
        }

    def _get_resource_for_tagging(self, resource_id: str) -> Any:  # noqa: ANN401 - moto's own signature
        """Find a policy under the ids that AWS's have, too, which moto takes for invalid."""
        policy = next((policy for policy in self.policies if policy.id == resource_id), None)
        return policy or super()._get_resource_for_tagging(resource_id)

    def _upwards(self, identifier: str | None) -> Iterator[str]:
        while identifier and (container := self.container(identifier)):
            yield container.id
            identifier = container.parent_id
