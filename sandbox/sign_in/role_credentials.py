"""Issues the credentials of a role to a person: a session that STS knows, as long as the permission set says."""

import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.sign_in.entitlements import Entitlement, User
from sandbox.sign_in.member_accounts import MemberAccounts
from sandbox.sign_in.refusals import portal_refusal

USER_ID = "identitystore:userId"


@dataclass(frozen=True, kw_only=True)
class RoleCredentials:
    """What a shell or SDK needs to act as the role, until `expiration`; `arn` is what STS calls the session."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: datetime
    arn: str


@dataclass
class SessionLimits:
    """How long a role session lasts at most, whatever the permission set says: tests make it short."""

    longest: float = 43200.0  # twelve hours, in seconds


class Issuer:
    """Assumes roles for people, with their user name as the session's name."""

    def __init__(self, accounts: MemberAccounts, limits: SessionLimits) -> None:
        self._accounts = accounts
        self._limits = limits

    def issue(self, user: User, entitlement: Entitlement) -> RoleCredentials:
        """Return new credentials; raises ForbiddenException when the role is not, or no longer, there."""
        role = entitlement.role
        if role is None:
            raise portal_refusal("ForbiddenException", "No access")
        try:
            said = self._accounts.sts(entitlement.account_id).assume_role(
                RoleArn=role.arn,
                RoleSessionName=user.user_name,
                DurationSeconds=int(min(role.content.session_seconds, self._limits.longest)),
                Tags=[{"Key": USER_ID, "Value": user.id}],
            )
        except (ClientError, BotoCoreError) as error:
            print(f"no session of {role.arn}: {error}", file=sys.stderr, flush=True)
            raise portal_refusal("ForbiddenException", "No access") from error
        return _read(said)


def _read(said: dict[str, Any]) -> RoleCredentials:
    key = said["Credentials"]
    return RoleCredentials(
        access_key_id=key["AccessKeyId"],
        secret_access_key=key["SecretAccessKey"],
        session_token=key["SessionToken"],
        expiration=key["Expiration"],
        arn=said["AssumedRoleUser"]["Arn"],
    )
