"""Actions of a cloud team, AWS and Control Tower on the accounts of an organisation, in plain steps."""

import json
import time
import urllib.request
from typing import Any

from sandbox.access import Credentials
from sandbox.identity_center.organizations.doors import ACCOUNTS, MANAGED_ACCOUNTS
from sandbox.sandbox import Sandbox

type Path = tuple[str, ...]

_ATTEMPTS = 10  # Organizations refuses what comes while it is busy, and says to try again


class Organisation:
    """The organisation of one local AWS, in the hands of its management account.

    Units are named by their path from the root down; `()` is the root.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        management = sandbox.management
        self._organizations: Any = management.client("organizations", management.administrator, attempts=_ATTEMPTS)

    @property
    def id(self) -> str:
        """The organisation's id, such as `o-a1b2c3d4e5`."""
        return str(self._organizations.describe_organization()["Organization"]["Id"])

    # Accounts that come

    def make_account(self, name: str) -> str:
        """Create an account in the root, wait for AWS's result, and return its id."""
        asked = self._organizations.create_account(AccountName=name, Email=f"{name}@example.com")
        status = asked["CreateAccountStatus"]
        while status["State"] == "IN_PROGRESS":
            time.sleep(0.1)
            said = self._organizations.describe_create_account_status(CreateAccountRequestId=status["Id"])
            status = said["CreateAccountStatus"]
        return str(status["AccountId"])

    def invite(self, account_id: str) -> str:
        """Invite an account that exists already; returns the id of the handshake."""
        target = {"Type": "ACCOUNT", "Id": account_id}
        return str(self._organizations.invite_account_to_organization(Target=target)["Handshake"]["Id"])

    def accept(self, handshake: str, *, account_id: str) -> None:
        """Accept an invitation, as the invited account."""
        self._as_member(account_id).accept_handshake(HandshakeId=handshake)

    def order(self, name: str, *, path: Path, region: str = "us-east-1") -> None:
        """Have Control Tower, at home in that Region, make an account in a unit; it takes its time and tells when."""
        wanted = {"AccountName": name, "Email": f"{name}@example.com", "OrganizationalUnitId": self.unit(path)}
        self._control("POST", MANAGED_ACCOUNTS, json.dumps({**wanted, "Region": region}))

    def order_move(self, account_id: str, *, path: Path, region: str = "us-east-1") -> None:
        """Have Control Tower put an account into another unit; it takes its time and tells when."""
        wanted = {"OrganizationalUnitId": self.unit(path), "Region": region}
        self._control("PUT", f"{MANAGED_ACCOUNTS}/{account_id}", json.dumps(wanted))

    # What happens to them

    def move(self, account_id: str, *, path: Path) -> None:
        """Move an account into a unit, which is made when it is not there."""
        here = self._organizations.list_parents(ChildId=account_id)["Parents"][0]["Id"]
        self._organizations.move_account(AccountId=account_id, SourceParentId=here, DestinationParentId=self.unit(path))

    def tag(self, resource_id: str, **tags: str) -> None:
        """Put tags on an account or a unit."""
        written = [{"Key": key, "Value": text} for key, text in tags.items()]
        self._organizations.tag_resource(ResourceId=resource_id, Tags=written)

    def untag(self, resource_id: str, *keys: str) -> None:
        """Take tags off."""
        self._organizations.untag_resource(ResourceId=resource_id, TagKeys=list(keys))

    def rename(self, account_id: str, *, name: str) -> None:
        """Give an account another name, as Account Management does."""
        self._control("PUT", f"{ACCOUNTS}{account_id}/name", name)

    def set_state(self, account_id: str, state: str) -> None:
        """Let AWS put an account into a State, such as SUSPENDED or ACTIVE, of which it tells nobody."""
        self._control("PUT", f"{ACCOUNTS}{account_id}/state", state)

    # Accounts that go

    def close(self, account_id: str) -> None:
        """Begin to close an account: it is PENDING_CLOSURE, and SUSPENDED after a while."""
        self._organizations.close_account(AccountId=account_id)

    def let_ninety_days_pass(self, account_id: str) -> None:
        """Let an account that was closed be gone for good."""
        self._control("DELETE", f"{ACCOUNTS}{account_id}")

    def remove(self, account_id: str) -> None:
        """Remove an account from the organisation, as the management account."""
        self._organizations.remove_account_from_organization(AccountId=account_id)

    def leave(self, account_id: str) -> None:
        """Leave the organisation, as the account itself."""
        self._as_member(account_id).leave_organization()

    # Units

    def unit(self, path: Path) -> str:
        """Return the id of a unit, which is created if it does not exist."""
        parent = str(self._organizations.list_roots()["Roots"][0]["Id"])
        for name in path:
            parent = self._unit(name, parent=parent)
        return parent

    def rename_unit(self, path: Path, *, name: str) -> None:
        """Give a unit another name; nothing below it moves."""
        self._organizations.update_organizational_unit(OrganizationalUnitId=self.unit(path), Name=name)

    def delete_unit(self, path: Path) -> None:
        """Delete a unit, which must be empty."""
        self._organizations.delete_organizational_unit(OrganizationalUnitId=self.unit(path))

    def _unit(self, name: str, *, parent: str) -> str:
        pages = self._organizations.get_paginator("list_organizational_units_for_parent").paginate(ParentId=parent)
        for page in pages:
            for unit in page["OrganizationalUnits"]:
                if unit["Name"] == name:
                    return str(unit["Id"])
        made = self._organizations.create_organizational_unit(ParentId=parent, Name=name)
        return str(made["OrganizationalUnit"]["Id"])

    def _as_member(self, account_id: str) -> Any:  # noqa: ANN401 - a boto3 client
        key = Credentials(access_key_id=account_id, secret_access_key="test", arn=f"arn:aws:iam::{account_id}:root")
        return self._sandbox.client("organizations", credentials=key)

    def _control(self, method: str, path: str, said: str = "") -> None:
        url = f"{self._sandbox.identity_center_endpoint}{path}"
        # Straight to this machine: a proxy named in the environment is not for it.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(urllib.request.Request(url, said.encode(), method=method), timeout=10).close()
