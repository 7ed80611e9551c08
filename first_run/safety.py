"""Refuses an organisation that is not empty, and a caller that the first run does not work for."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from first_run.names import GROUP, PERMISSION_SET, USER

MOST_ACCOUNTS = 5
# Resources that people create when they enable Identity Center: themselves, a group for that, AdministratorAccess.
MOST_OF_OTHERS = 2
_OWN = {"users": USER, "groups": GROUP, "permission sets": PERMISSION_SET}


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account of the organisation; `state` is Organizations' word."""

    id: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """Contents of the environment: the caller, the organisation, and everything in Identity Center by name.

    `instances` are ARNs of Identity Center in this Region and account.
    """

    caller_arn: str
    account: str
    organization: str
    management_account: str
    features: str
    accounts: Collection[Account]
    instances: Collection[str]
    contents: Mapping[str, Collection[str]]
    stack_status: str = ""


def objections(inventory: Inventory, *, organization: str = "", account: str = "") -> list[str]:
    """Return the reasons why nothing may be done here, with the fix; empty when it may.

    `organization` is that of an earlier command of the same run, empty for a new run: only resources of such a run may
    exist. `account` is the member account given by the user.
    """
    return [
        *_of_the_caller(inventory),
        *_of_the_organization(inventory, organization=organization, account=account),
        *_of_the_contents(inventory, is_resumed=organization == inventory.organization),
    ]


def member_account(inventory: Inventory, *, account: str = "") -> str:
    """Return the account to give access in: the named one, else the first of the organisation; empty without any."""
    members = sorted(
        member.id
        for member in inventory.accounts
        if member.state == "ACTIVE" and member.id != inventory.management_account
    )
    return next((member for member in members if account in {"", member}), "")


def _of_the_caller(inventory: Inventory) -> Iterator[str]:
    if inventory.account != inventory.management_account:
        yield (
            f"This is account {inventory.account}, and the management account is {inventory.management_account}: "
            "sign in to that one."
        )
    if inventory.caller_arn.endswith(":root"):
        yield "You are the root user, who cannot assume a role: sign in as an administrator who is an IAM user or role."


def _of_the_organization(inventory: Inventory, *, organization: str, account: str) -> Iterator[str]:
    if organization and organization != inventory.organization:
        yield (
            f"The run that is kept here was in {organization}, and this is {inventory.organization}: "
            "go on there, or begin in another folder."
        )
    if inventory.features != "ALL":
        yield "The organisation has no service control policies: enable all features of AWS Organizations."
    if len(inventory.accounts) > MOST_ACCOUNTS:
        yield (
            f"The organisation has {len(inventory.accounts)} accounts, and this is for one with at most "
            f"{MOST_ACCOUNTS}: use one that nobody needs."
        )
    if not member_account(inventory, account=account):
        yield (
            f"{account} is no active member account of this organisation."
            if account
            else "The organisation has no active member account: make one to give access in."
        )


def _of_the_contents(inventory: Inventory, *, is_resumed: bool) -> Iterator[str]:
    if len(inventory.instances) != 1:
        yield (
            f"{len(inventory.instances)} instances of Identity Center are seen from here: enable it for the "
            "organisation, and set AWS_REGION to its Region."
        )
    for kind, names in inventory.contents.items():
        of_others = [name for name in names if name != _OWN[kind]]
        if len(of_others) > MOST_OF_OTHERS:
            yield (
                f"Identity Center has {len(of_others)} {kind}, and this is for one with at most {MOST_OF_OTHERS} of "
                "others: use an organisation that nobody needs."
            )
        if _OWN[kind] in names and not is_resumed:
            yield f"Identity Center has {_OWN[kind]} already, from another first run: take it away by hand first."
    if inventory.stack_status and not is_resumed:
        yield f"The stack is there already ({inventory.stack_status}), from another first run: delete it first."
