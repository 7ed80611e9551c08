"""What a cloud team does in AWS Organizations: makes accounts, moves them between units, tags them."""

import time
from typing import Any

from sandbox.sandbox import Sandbox


class Organisation:
    """The organisation of one local AWS, whose units are named by their path from the root down."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._organizations: Any = sandbox.client("organizations")

    def make_account(self, name: str) -> str:
        """Create an account in the root, wait until AWS says what came of it, and return its id."""
        asked = self._organizations.create_account(AccountName=name, Email=f"{name}@example.com")
        status = asked["CreateAccountStatus"]
        while status["State"] == "IN_PROGRESS":
            time.sleep(0.1)
            said = self._organizations.describe_create_account_status(CreateAccountRequestId=status["Id"])
            status = said["CreateAccountStatus"]
        return str(status["AccountId"])

    def move(self, account_id: str, *, path: tuple[str, ...]) -> None:
        """Move an account into a unit, which is made when it is not there; an empty path is the root."""
        here = self._organizations.list_parents(ChildId=account_id)["Parents"][0]["Id"]
        self._organizations.move_account(AccountId=account_id, SourceParentId=here, DestinationParentId=self.unit(path))

    def unit(self, path: tuple[str, ...]) -> str:
        """The id of a unit, which is made when it is not there; an empty path is the root."""
        parent = str(self._organizations.list_roots()["Roots"][0]["Id"])
        for name in path:
            parent = self._unit(name, parent=parent)
        return parent

    def tag(self, resource_id: str, **tags: str) -> None:
        """Put tags on an account or a unit."""
        written = [{"Key": key, "Value": text} for key, text in tags.items()]
        self._organizations.tag_resource(ResourceId=resource_id, Tags=written)

    def _unit(self, name: str, *, parent: str) -> str:
        pages = self._organizations.get_paginator("list_organizational_units_for_parent").paginate(ParentId=parent)
        for page in pages:
            for unit in page["OrganizationalUnits"]:
                if unit["Name"] == name:
                    return str(unit["Id"])
        made = self._organizations.create_organizational_unit(ParentId=parent, Name=name)
        return str(made["OrganizationalUnit"]["Id"])
