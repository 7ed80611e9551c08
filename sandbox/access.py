"""Access to the local AWS: endpoints, keys, and an environment that keeps ~/.aws out."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import botocore.config
import botocore.session

IDENTITY_CENTER_SERVICES = ("sso-admin", "identitystore", "organizations", "sso", "sso-oidc")


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """An access key, of the account's administrator or of a user that IAM holds to its policy."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    arn: str


@dataclass(frozen=True, kw_only=True)
class Access:
    """The addresses and the account of one running local AWS."""

    endpoint: str
    identity_center_endpoint: str
    account_id: str
    region: str

    @property
    def administrator(self) -> Credentials:
        """The key of the account's root, which is the account's id; MiniStack does not verify its signature."""
        return Credentials(
            access_key_id=self.account_id, secret_access_key="test", arn=f"arn:aws:iam::{self.account_id}:root"
        )

    def endpoint_for(self, service: str) -> str:
        """Return the URL that serves a service, which is named as boto3 names it."""
        return self.identity_center_endpoint if service in IDENTITY_CENTER_SERVICES else self.endpoint

    @property
    def portal_url(self) -> str:
        """The URL at which a browser finds the portal; profiles name it by its start URL instead."""
        return f"{self.identity_center_endpoint}/start"

    @property
    def identity_center_environment(self) -> dict[str, str]:
        """The variables by which an AWS SDK finds the services of the Identity Center server."""
        names = (service.replace("-", "_").upper() for service in IDENTITY_CENTER_SERVICES)
        return {f"AWS_ENDPOINT_URL_{name}": self.identity_center_endpoint for name in names}

    @property
    def environment(self) -> dict[str, str]:
        """Every variable that an AWS SDK or command needs to speak to the local AWS, and to nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            **self.identity_center_environment,
            "AWS_ACCESS_KEY_ID": self.administrator.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.administrator.secret_access_key,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            # Some operations put a name before the host, and there is no host data-127.0.0.1.
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            "AWS_PAGER": "",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    def client(self, service: str, credentials: Credentials, *, attempts: int = 2) -> Any:  # noqa: ANN401 - its type varies
        """Return a boto3 client that owes nothing to the caller's environment or ~/.aws and tries that often."""
        session: Any = boto3.session.Session(botocore_session=_isolated_session())
        return session.client(
            service,
            region_name=self.region,
            endpoint_url=self.endpoint_for(service),
            aws_access_key_id=credentials.access_key_id,
            aws_secret_access_key=credentials.secret_access_key,
            config=botocore.config.Config(proxies={}, retries={"mode": "standard", "total_max_attempts": attempts}),
        )


def _isolated_session() -> botocore.session.Session:
    # Each variable is: its name in the profile, its name in the environment, its default, its conversion.
    return botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )


def without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment less everything that steers an AWS SDK, the SAM CLI or another Python."""
    foreign = ("AWS_", "SAM_", "PYTHON", "VIRTUAL_ENV")
    return {name: setting for name, setting in environment.items() if not name.startswith(foreign)}
