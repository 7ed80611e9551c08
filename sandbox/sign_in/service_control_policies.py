"""Service control policies of the organisation that apply to an account."""

from moto.organizations.models import FakeAccount, FakeOrganizationalUnit

from sandbox.identity_center.organizations.moto_backend import OrganizationState


def policies_above(organization: OrganizationState, account_id: str) -> list[list[str]]:
    """Return the policy documents of each level that has any: the account's own, its units', the root's.

    Empty for the management account, which such policies do not reach, and for an account of no organisation.

    Reads without the center's lock. Who holds it may be waiting for IAM, and IAM, one request at a time, for this
    answer; and lists, which are all there is to read, can be walked while they change.
    """
    account = next((fake_account for fake_account in organization.accounts if fake_account.id == account_id), None)
    if account is None or account_id == organization.organization.master_account_id:
        return []
    levels: list[FakeAccount | FakeOrganizationalUnit] = [account]
    parent: str | None = account.parent_id
    while parent and (unit := organization.container(parent)):
        levels.append(unit)
        parent = unit.parent_id
    documents = [_documents(level) for level in levels]
    # AWS sees to it that every level has one; moto does not.
    return [level for level in documents if level]


def _documents(level: FakeAccount | FakeOrganizationalUnit) -> list[str]:
    return [str(policy.content) for policy in level.attached_policies if policy.type == "SERVICE_CONTROL_POLICY"]
