"""The key that signs checkpoints of the audit log, in KMS, which never gives it away."""

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from dayone.adapters.aws_errors import never_rejected
from dayone.adapters.dependent_actions import SIGNS_CHECKPOINTS, DependentActions


class KmsClient(Protocol):
    """What of boto3's client of KMS is used."""

    def sign(self, *, KeyId: str, Message: bytes, MessageType: str, SigningAlgorithm: str) -> Mapping[str, Any]:  # noqa: N803 - AWS's own names
        """See the API of the same name."""


class KmsSigningKey:
    """The port SigningKey over an asymmetric key of KMS on the curve ECC_NIST_P256, named by its ARN.

    KMS takes a digest, so that what is signed may have any length.
    Source: AWS KMS API Reference, Sign.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset()
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = SIGNS_CHECKPOINTS

    def __init__(self, client: KmsClient, *, arn: str) -> None:
        self._client = client
        self._arn = arn

    @property
    def arn(self) -> str:
        """See SigningKey."""
        return self._arn

    def sign(self, text: bytes) -> bytes:
        """See SigningKey."""
        with never_rejected():
            answer = self._client.sign(
                KeyId=self._arn,
                Message=hashlib.sha256(text).digest(),
                MessageType="DIGEST",
                SigningAlgorithm="ECDSA_SHA_256",
            )
        return bytes(answer["Signature"])
