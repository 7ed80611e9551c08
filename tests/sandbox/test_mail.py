"""Sending mail on the local AWS: who may send as whom."""

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
