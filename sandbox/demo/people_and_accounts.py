"""What the outside world does in the story: HR hires somebody, the cloud team makes an account."""

import json
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from sandbox.sandbox import Sandbox
from sandbox.signed_http import Answer, HttpApi

ALICE = {
    "id": "e-1001",
    "email": "alice.ferrari@example.com",
    "user_name": "alice",
    "given_name": "Alice",
    "family_name": "Ferrari",
    "display_name": "Alice Ferrari",
    "department": "Engineering",
    "title": "Site Reliability Engineer",
    "employment": "employee",
    "location": "Turin",
    "time_zone": "Europe/Rome",
}


def hire(person: dict[str, str], *, api: HttpApi, key: str) -> Answer:
    """Post the event HR posts for a new hire, signed with the source's key by the library that defines the scheme."""
    now = datetime.now(UTC)
    body = json.dumps({"type": "person.created", "timestamp": now.isoformat(), "data": person})
    delivery = f"msg_{person['id']}_{int(now.timestamp())}"
    headers = {
        "content-type": "application/json",
        "webhook-id": delivery,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(key).sign(delivery, now, body),
    }
    return api.send("POST", "/hr/standard", body=body.encode(), headers=headers)


def signing_key(sandbox: Sandbox, *, secret_arn: str) -> str:
    """The key that HR signs with, as an administrator reads it from the deployed secret."""
    secret = sandbox.client("secretsmanager").get_secret_value(SecretId=secret_arn)["SecretString"]
    return str(json.loads(secret)["current"])


def make_account(sandbox: Sandbox, *, name: str, email: str) -> str:
    """Create an account in Organizations, wait until AWS says SUCCEEDED, and return its id."""
    organizations = sandbox.client("organizations")
    status = organizations.create_account(AccountName=name, Email=email)["CreateAccountStatus"]
    while status["State"] == "IN_PROGRESS":
        status = organizations.describe_create_account_status(CreateAccountRequestId=status["Id"])[
            "CreateAccountStatus"
        ]
    return str(status["AccountId"])


def move_into_unit(sandbox: Sandbox, *, account_id: str, path: tuple[str, ...]) -> None:
    """Move an account from the root into an organizational unit, which is made when it is not there."""
    organizations = sandbox.client("organizations")
    root = parent = str(organizations.list_roots()["Roots"][0]["Id"])
    for name in path:
        parent = _unit(organizations, parent=parent, name=name)
    organizations.move_account(AccountId=account_id, SourceParentId=root, DestinationParentId=parent)


def _unit(organizations: Any, *, parent: str, name: str) -> str:  # noqa: ANN401 - boto3's own types are not at hand
    pages = organizations.get_paginator("list_organizational_units_for_parent").paginate(ParentId=parent)
    for page in pages:
        for unit in page["OrganizationalUnits"]:
            if unit["Name"] == name:
                return str(unit["Id"])
    made = organizations.create_organizational_unit(ParentId=parent, Name=name)
    return str(made["OrganizationalUnit"]["Id"])
