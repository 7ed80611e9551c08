"""A local IAM Identity Center: the AWS APIs identitystore, sso-admin and organizations, for boto3 and the AWS CLI."""
