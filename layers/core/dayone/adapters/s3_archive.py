"""Checkpoints of the audit log in a bucket of S3 whose Object Lock keeps them."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from dayone.adapters.aws_errors import never_rejected
from dayone.adapters.dependent_actions import KEEPS_CHECKPOINTS, DependentActions


class S3Client(Protocol):
    """What of boto3's client of S3 is used."""

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
    """The port CheckpointArchive; what is kept lies below `folder`, which is the stack's name.

    How long it is kept is the bucket's default retention. Such a bucket wants a checksum with each object, which the
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
