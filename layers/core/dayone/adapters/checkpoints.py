"""Checkpoints of the audit log: signed by a key in KMS, kept in a bucket of S3 with Object Lock."""

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from dayone.adapters.aws.dependent_actions import KEEPS_CHECKPOINTS, SIGNS_CHECKPOINTS, DependentActions
from dayone.adapters.aws.errors import never_rejected


class KmsSigner(Protocol):
    """Methods used of boto3's client of KMS."""

    def sign(self, *, KeyId: str, Message: bytes, MessageType: str, SigningAlgorithm: str) -> Mapping[str, Any]:  # noqa: N803 - AWS's own names
        """See the API of the same name."""


class KmsSigningKey:
    """The port SigningKey over an asymmetric key of KMS on the curve ECC_NIST_P256, named by its ARN.

    KMS takes a digest, so that what is signed may have any length.
    Source: AWS KMS API Reference, Sign.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset()
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = SIGNS_CHECKPOINTS

    def __init__(self, client: KmsSigner, *, arn: str) -> None:
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


class S3Client(Protocol):
    """Methods used of boto3's client of S3."""

    def put_object(  # noqa: D102 - see the API of the same name
        self,
        *,
        Bucket: str,  # noqa: N803 - AWS's own names
        Key: str,  # noqa: N803
        Body: bytes,  # noqa: N803
        ContentType: str,  # noqa: N803
        ChecksumAlgorithm: str,  # noqa: N803
    ) -> Mapping[str, Any]: ...


class S3CheckpointArchive:
    """The port CheckpointArchive; objects are stored below `folder`, which is the stack's name.

    They are retained for the bucket's default retention. Such a bucket requires a checksum with each object, which the
    SDK sends. Source: Amazon S3 User Guide, "Locking objects with Object Lock".
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset()
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = KEEPS_CHECKPOINTS

    def __init__(self, client: S3Client, *, bucket: str, folder: str) -> None:
        self._client = client
        self._bucket = bucket
        self._folder = folder

    def keep(self, name: str, text: str) -> None:
        """See CheckpointArchive."""
        with never_rejected():
            self._client.put_object(
                Bucket=self._bucket,
                Key=f"{self._folder}/{name}",
                Body=text.encode(),
                ContentType="application/json",
                ChecksumAlgorithm="SHA256",
            )
