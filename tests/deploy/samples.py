"""The templates that are checked, and for each parameter that no default stands for, a value that a user would give."""

TEMPLATES = ("template.yaml", "template-forwarder.yaml", "docs/ci/roles.yaml")

SAMPLES = {
    "AcceptOtherTable": "0b1c7c3e-5a0e-4b7c-9d21-3f1e2d3c4b5a",
    "AdministerPolicyArn": "arn:aws:iam::111122223333:policy/dayone-AdministerPolicy-1A2B3C4D5E6F",
    "AlarmTopicArn": "arn:aws:sns:eu-west-1:111122223333:alarms",
    "ApplySubject": "repo:acme/access:environment:dayone",
    "AuditCheckpointsBucket": "acme-audit-checkpoints",
    "EndedSessionsPolicyId": "p-0a1b2c3d",
    "EndedSessionsTargets": "r-ab12",
    "HrNetworks": "10.20.0.0/16,fd00:20::/32",
    "NotificationNetworks": "10.30.0.0/16",
    "HubBusArn": "arn:aws:events:eu-west-1:111122223333:event-bus/dayone-account-events",
    "IdentityCenterKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef",
    "IdentityStoreId": "d-0123456789",
    "InstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef",
    "OrganizationId": "o-a1b2c3d4e5",
    "PlanSubject": "repo:acme/access:pull_request",
    "PortalUrl": "https://acme.awsapps.com/start",
    "ReadPolicyArn": "arn:aws:iam::111122223333:policy/dayone-ReadPolicy-1A2B3C4D5E6F",
    "StateTableName": "dayone-StateTable-1A2B3C4D5E6F",
    "VpcEndpointIds": "vpce-0a1b2c3d4e5f60718,vpce-1a2b3c4d5e6f70819",
    "WebAcl": "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/mine/01234567-89ab-cdef-0123-456789abcdef",
}

REGION = "eu-west-1"
ACCOUNT = "111122223333"
# The shortest that people take, and the longest that CloudFormation does.
STACK_NAMES = ("dayone", "d" + "a" * 126 + "y")


def pseudo_parameters(stack: str) -> dict[str, str]:
    """Return CloudFormation's pseudo parameters of a stack with this name."""
    return {
        "AWS::AccountId": ACCOUNT,
        "AWS::Partition": "aws",
        "AWS::Region": REGION,
        "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{stack}/8a6b4c20-1d3e-11f1-9b7c-0123456789ab",
        "AWS::StackName": stack,
        "AWS::URLSuffix": "amazonaws.com",
    }
