"""Credentials of a role for a person: a session known to STS, for the permission set's duration."""

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
    """Credentials for a shell or SDK to act as the role, until `expiration`; `arn` is the session's in STS."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: datetime
    arn: str


@dataclass
class SessionLimits:
    """Maximum duration of a role session, whatever the permission set allows: tests make it short."""

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
