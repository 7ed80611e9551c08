"""Callers of a deployed Day One, each with some of the policies that the stack makes for callers."""

from sandbox.access import Credentials
from sandbox.deployment import Stack
from sandbox.sandbox import Sandbox

# Which outputs name the policies of each. Ada says who gets what; Grace looks at it, and approves what is held. Ada may
# approve as well, and still not what she has brought about.
ADA, GRACE = "ada", "grace"
POLICIES = {
    ADA: ("AdministerPolicyArn", "OperatePolicyArn"),
    GRACE: ("OperatePolicyArn",),
    "auditor": ("ReadPolicyArn",),
    "approver": ("OperatePolicyArn",),
    "ticket-bot": (),
}


def stack_caller(sandbox: Sandbox, stack: Stack, name: str) -> Credentials:
    """Make an IAM user of one of these names; IAM holds its key to its policies, unlike the administrator's."""
    iam = sandbox.client("iam")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    for output in POLICIES[name]:
        iam.attach_user_policy(UserName=name, PolicyArn=stack.outputs[output])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"], arn=arn)
