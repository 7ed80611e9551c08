"""Permission sets, account assignments and their provisioning, as the AWS API `sso-admin` shows them."""
