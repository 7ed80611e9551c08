"""Reading parameters of Systems Manager takes the right to those that are named, as on AWS."""

import pytest
from botocore.exceptions import ClientError

from sandbox import Sandbox


def test_the_right_to_one_parameter_reads_that_one_and_no_other(sandbox: Sandbox) -> None:
    for name in ("/ours/hr", "/theirs/hr"):
        sandbox.client("ssm").put_parameter(Name=name, Value="x", Type="String")
    resource = f"arn:aws:ssm:{sandbox.region}:{sandbox.account_id}:parameter/ours/hr"
    statement = {"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": resource}
    reader = sandbox.create_user("reader", policy={"Version": "2012-10-17", "Statement": [statement]})
    ssm = sandbox.client("ssm", credentials=reader)
    assert [pair["Value"] for pair in ssm.get_parameters(Names=["/ours/hr"])["Parameters"]] == ["x"]
    with pytest.raises(ClientError, match="AccessDenied"):
        ssm.get_parameters(Names=["/theirs/hr"])
