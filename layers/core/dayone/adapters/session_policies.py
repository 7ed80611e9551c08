"""Service control policies that deny everything to users whose access has ended, so that their live sessions end."""

from collections.abc import Sequence
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.adapters.session_policy_document import LARGEST, users_denied, with_users
from dayone.errors import Awaited, NotFound
from dayone.ports.identity_center import Receipt

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient

_FULL_FOR = 600.0  # seconds until it is worth asking again: places become free when sessions are over


class OrganizationsSessionPolicies:
    """The port LiveSessions over the API `organizations`.

    AWS replaces a policy's document as a whole and has no way to do so only if it is unchanged. So documents are read
    and written under a lock, by the one executor there is; what else stands in a document stays, and what somebody has
    changed in our statement is put right.
    Source: IAM Identity Center User Guide, "Use a Deny policy to revoke active user permissions".
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"organizations:DescribePolicy", "organizations:UpdatePolicy"})

    def __init__(self, client: "OrganizationsClient", *, policy_ids: Sequence[str]) -> None:
        self._client = client
        self._policy_ids = tuple(policy_ids)
        self._lock = Lock()

    def end(self, user_id: str) -> Receipt:
        """See LiveSessions."""
        with self._lock, translated():
            documents = {policy_id: self._document(policy_id) for policy_id in self._policy_ids}
            for policy_id, (content, request_id) in documents.items():
                if user_id in users_denied(content):
                    return Receipt(request_id=request_id, references={"policy_id": policy_id})
            for policy_id, (content, _) in documents.items():
                changed = with_users(content, add=[user_id])
                if len(changed) <= LARGEST:
                    return self._write(policy_id, changed)
        raise Awaited("no service control policy has room for another user", retry_after=_FULL_FOR)

    def release(self, user_id: str, *, policy_id: str = "") -> Receipt:
        """See LiveSessions."""
        request_id = ""
        with self._lock:
            for listed_id in [policy_id] if policy_id else self._policy_ids:
                with suppress(NotFound), translated():
                    request_id = self._release(user_id, policy_id=listed_id)
        return Receipt(request_id=request_id)

    def _release(self, user_id: str, *, policy_id: str) -> str:
        content, request_id = self._document(policy_id)
        without = with_users(content, remove=[user_id])
        return request_id if without == with_users(content) else self._write(policy_id, without).request_id

    def _document(self, policy_id: str) -> tuple[str, str]:
        answer = self._client.describe_policy(PolicyId=policy_id)
        return answer["Policy"]["Content"], answer["ResponseMetadata"]["RequestId"]

    def _write(self, policy_id: str, content: str) -> Receipt:
        done = self._client.update_policy(PolicyId=policy_id, Content=content)
        return Receipt(request_id=done["ResponseMetadata"]["RequestId"], references={"policy_id": policy_id})


class OrganizationsDeniedUsers:
    """The port DeniedUsers over the API `organizations`."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"organizations:DescribePolicy"})

    def __init__(self, client: "OrganizationsClient", *, policy_ids: Sequence[str]) -> None:
        self._client = client
        self._policy_ids = tuple(policy_ids)

    def users(self) -> frozenset[str]:
        """See DeniedUsers."""
        with translated():
            contents = [self._client.describe_policy(PolicyId=policy_id) for policy_id in self._policy_ids]
        return frozenset(user for answer in contents for user in users_denied(answer["Policy"]["Content"]))
