"""A KMS key of the management account's, put in use for Identity Center as a cloud team does it on AWS."""

import json
import time
from typing import Any

from sandbox.errors import SandboxError
from sandbox.sandbox import Sandbox

_PATIENCE = 30.0  # seconds


def encrypt_with_own_key(sandbox: Sandbox) -> str:
    """Make a key whose policy suffices for where Day One is, have Identity Center use it, and return its ARN.

    Raises SandboxError when Identity Center does not come to use it.
    """
    accounts = sorted({sandbox.account_id, sandbox.management.account_id})
    key_arn = make_key(sandbox, accounts=accounts)
    put_in_use(sandbox, key_arn)
    return key_arn


def make_key(sandbox: Sandbox, *, accounts: list[str]) -> str:
    """Make a key in the management account that the administrators of these accounts may use; returns its ARN."""
    place = sandbox.management
    # The first statement of AWS's baseline policy: IAM in each account says who may do what.
    principals = [f"arn:aws:iam::{account}:root" for account in accounts]
    statement = {"Effect": "Allow", "Principal": {"AWS": principals}, "Action": "kms:*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    kms = place.client("kms", place.administrator)
    return str(kms.create_key(Policy=json.dumps(document))["KeyMetadata"]["Arn"])


def put_in_use(sandbox: Sandbox, key_arn: str) -> None:
    """Have Identity Center encrypted with a key, and wait until it is; raises SandboxError when it never is."""
    place = sandbox.management
    sso_admin = place.client("sso-admin", place.administrator)
    instance = {"InstanceArn": sso_admin.list_instances()["Instances"][0]["InstanceArn"]}
    wanted = {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": key_arn}
    sso_admin.update_instance(**instance, EncryptionConfiguration=wanted)
    deadline = time.monotonic() + _PATIENCE
    while True:
        details: dict[str, Any] = sso_admin.describe_instance(**instance)["EncryptionConfigurationDetails"]
        if details.get("KmsKeyArn") == key_arn and details["EncryptionStatus"] == "ENABLED":
            return
        if time.monotonic() > deadline or details["EncryptionStatus"] == "UPDATE_FAILED":
            raise SandboxError(f"Identity Center does not use its key: {details}")
        time.sleep(0.1)
