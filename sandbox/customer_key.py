"""A KMS key of the management account's, put in use for Identity Center as a cloud team does it on AWS."""

import json
import time
from typing import Any

from sandbox.errors import SandboxError
from sandbox.sandbox import Sandbox

_PATIENCE = 30.0  # seconds


def encrypt_with_own_key(sandbox: Sandbox) -> str:
    """Make a key whose policy suffices for where Day One is, have Identity Center encrypted with it; returns its ARN.

    Raises SandboxError when Identity Center does not come to use it.
    """
    place = sandbox.management
    kms = place.client("kms", place.administrator)
    sso_admin = place.client("sso-admin", place.administrator)
    accounts = sorted({sandbox.account_id, place.account_id})
    key_arn = str(kms.create_key(Policy=json.dumps(_policy_for(accounts)))["KeyMetadata"]["Arn"])
    instance = {"InstanceArn": sso_admin.list_instances()["Instances"][0]["InstanceArn"]}
    wanted = {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": key_arn}
    sso_admin.update_instance(**instance, EncryptionConfiguration=wanted)
    deadline = time.monotonic() + _PATIENCE
    while True:
        details: dict[str, Any] = sso_admin.describe_instance(**instance)["EncryptionConfigurationDetails"]
        if details.get("KmsKeyArn") == key_arn and details["EncryptionStatus"] == "ENABLED":
            return key_arn
        if time.monotonic() > deadline or details["EncryptionStatus"] == "UPDATE_FAILED":
            raise SandboxError(f"Identity Center does not use its key: {details}")
        time.sleep(0.1)


def _policy_for(accounts: list[str]) -> dict[str, Any]:
    # The first statement of AWS's baseline policy: the administrators of each account say who may do what.
    principals = [f"arn:aws:iam::{account}:root" for account in accounts]
    statement = {"Effect": "Allow", "Principal": {"AWS": principals}, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
