"""Reaches IAM, STS and KMS in the accounts of the organisation, as AWS's own sign-in service does."""

import threading
from functools import lru_cache
from typing import Any

import botocore.config
import botocore.session

_CLIENTS = 64  # of half a megabyte each
_CONFIG = botocore.config.Config(
    proxies={},
    connect_timeout=5,
    read_timeout=30,
    parameter_validation=False,  # it would refuse a session of a few seconds, which is what a test can wait for
)


class MemberAccounts:
    """Clients of the local AWS, one for each service and account; the key of an account's root is the account's id."""

    def __init__(self, endpoint: str, *, region: str) -> None:
        self._endpoint = endpoint
        self._region = region
        self._session = botocore.session.Session()
        self._lock = threading.Lock()
        self._client = lru_cache(maxsize=_CLIENTS)(self._made)

    def iam(self, account_id: str) -> Any:  # noqa: ANN401 - botocore makes client classes
        """Return a client of the account's IAM."""
        return self._client("iam", account_id)

    def sts(self, account_id: str) -> Any:  # noqa: ANN401 - botocore makes client classes
        """Return a client of STS that speaks as the account's root."""
        return self._client("sts", account_id)

    def kms(self, account_id: str) -> Any:  # noqa: ANN401 - botocore makes client classes
        """Return a client of the account's KMS."""
        return self._client("kms", account_id)

    def _made(self, service: str, account_id: str) -> Any:  # noqa: ANN401 - botocore makes client classes
        with self._lock:  # botocore's sessions make one client at a time
            return self._session.create_client(
                service,
                region_name=self._region,
                endpoint_url=self._endpoint,
                aws_access_key_id=account_id,
                aws_secret_access_key="test",
                config=_CONFIG,
            )
