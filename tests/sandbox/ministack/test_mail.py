"""Sending mail on the local AWS: who may send as whom."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox import Sandbox


def test_the_right_to_send_as_one_identity_sends_as_that_one_and_no_other(sandbox: Sandbox) -> None:
    administrator = sandbox.client("sesv2")
    for address in ("it@example.com", "hr@example.com"):
        administrator.create_email_identity(EmailIdentity=address)
    resource = f"arn:aws:ses:{sandbox.region}:{sandbox.account_id}:identity/it@example.com"
    statement = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": resource}
    sender = sandbox.create_user("sender", policy={"Version": "2012-10-17", "Statement": [statement]})
    client = sandbox.client("sesv2", credentials=sender)
    mail = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hello"}}}}
    to = {"ToAddresses": ["ada@example.com"]}
    assert client.send_email(FromEmailAddress="it@example.com", Destination=to, Content=mail)["MessageId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        client.send_email(FromEmailAddress="hr@example.com", Destination=to, Content=mail)


def test_an_identity_with_a_default_configuration_set_takes_the_right_to_that_set_too(sandbox: Sandbox) -> None:
    administrator = sandbox.client("sesv2")
    administrator.create_configuration_set(ConfigurationSetName="tracked")
    administrator.create_email_identity(EmailIdentity="tracked.example.com", ConfigurationSetName="tracked")
    assert administrator.get_email_identity(EmailIdentity="tracked.example.com")["ConfigurationSetName"] == "tracked"
    ses = f"arn:aws:ses:{sandbox.region}:{sandbox.account_id}"
    rights = {"without": [f"{ses}:identity/*"], "with": [f"{ses}:identity/*", f"{ses}:configuration-set/*"]}
    clients = {
        name: sandbox.client("sesv2", credentials=sandbox.create_user(f"sender-{name}", policy=may_send(resources)))
        for name, resources in rights.items()
    }
    mail = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hello"}}}}
    request = {"Destination": {"ToAddresses": ["ada@example.com"]}, "Content": mail}
    assert clients["with"].send_email(FromEmailAddress="it@tracked.example.com", **request)["MessageId"]
    with pytest.raises(ClientError, match=r"AccessDenied.*configuration-set/tracked"):
        clients["without"].send_email(FromEmailAddress="it@tracked.example.com", **request)


def may_send(resources: list[str]) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": resources}
    return {"Version": "2012-10-17", "Statement": [statement]}
