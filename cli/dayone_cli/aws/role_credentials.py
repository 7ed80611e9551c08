"""Credentials of a permission set in an account, in the forms that shells and AWS SDKs read."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dayone_cli.aws.aws_failures import aws_asked
from dayone_cli.aws.portal_place import Portal


@dataclass(frozen=True, kw_only=True)
class RoleCredentials:
    """Keys that last until `expiration`."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expiration: datetime

    def export_lines(self) -> str:
        """Return the three lines for a POSIX shell, as the portal shows them."""
        return (
            f'export AWS_ACCESS_KEY_ID="{self.access_key_id}"\n'
            f'export AWS_SECRET_ACCESS_KEY="{self.secret_access_key}"\n'
            f'export AWS_SESSION_TOKEN="{self.session_token}"\n'
        )

    def process_output(self) -> str:
        """Return the output that an AWS SDK expects of a `credential_process`."""
        said = {
            "Version": 1,
            "AccessKeyId": self.access_key_id,
            "SecretAccessKey": self.secret_access_key,
            "SessionToken": self.session_token,
            "Expiration": self.expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        return json.dumps(said) + "\n"


def role_credentials(sso: Any, *, access_token: str, account: str, permission_set: str) -> RoleCredentials:  # noqa: ANN401
    """Ask the portal with a boto3 client of `sso`; raises the Failure of what it answers instead."""
    with aws_asked(f"get credentials of {permission_set} in {account}"):
        answer = sso.get_role_credentials(accessToken=access_token, accountId=account, roleName=permission_set)
    said = answer["roleCredentials"]
    return RoleCredentials(
        access_key_id=said["accessKeyId"],
        secret_access_key=said["secretAccessKey"],
        session_token=said["sessionToken"],
        expiration=datetime.fromtimestamp(said["expiration"] / 1000, UTC),
    )


def profile_block(portal: Portal, *, account: str, permission_set: str, region: str) -> str:
    """Return the text for ~/.aws/config by which the AWS CLI gets the same credentials."""
    if portal.session:
        where = f"sso_session = {portal.session}\n"
        above = (
            f"[sso-session {portal.session}]\nsso_start_url = {portal.start_url}\nsso_region = {portal.region}\n"
            "sso_registration_scopes = sso:account:access\n\n"
        )
    else:
        where, above = f"sso_start_url = {portal.start_url}\nsso_region = {portal.region}\n", ""
    role = f"sso_account_id = {account}\nsso_role_name = {permission_set}\nregion = {region}\n"
    return f"{above}[profile {permission_set}-{account}]\n{where}{role}"
