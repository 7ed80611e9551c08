"""Service control policies that deny everything to users whose access has ended, so that their live sessions end."""

import json
from collections.abc import Sequence
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.errors import Awaited, NotFound, Refused
from dayone.ports.identity_center import Receipt

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient

SID = "DayOneEndedSessions"
# The least that any organisation has; since May 2026 it is said to be twice as much.
# Source: AWS Organizations User Guide, "Quotas and service limits", maximum size of a service control policy.
_LARGEST = 5120
# Nobody has this id, and a condition without any value is refused.
_NOBODY = "nobody"
_KEY = "identitystore:userId"
_FULL_FOR = 600.0  # seconds until it is worth asking again: places become free when sessions are over


class OrganizationsSessionPolicies:
    """The port LiveSessions over the API `organizations`.

    AWS replaces a policy's document as a whole and has no way to do so only if it is unchanged. So documents are read
    and written under a lock, by the one executor there is; what else stands in a document stays.
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
            for policy_id, (document, request_id) in documents.items():
                if user_id in _statement(document)["Condition"]["StringEquals"][_KEY]:
                    return Receipt(request_id=request_id, references={"policy_id": policy_id})
            for policy_id, (document, _) in documents.items():
                _set_users(document, [*_users(document), user_id])
                if len(_text(document)) <= _LARGEST:
                    return self._write(policy_id, document)
        raise Awaited("no service control policy has room for another user", retry_after=_FULL_FOR)

    def release(self, user_id: str, *, policy_id: str = "") -> Receipt:
        """See LiveSessions."""
        request_id = ""
        with self._lock:
            for one in [policy_id] if policy_id else self._policy_ids:
                with suppress(NotFound), translated():
                    request_id = self._release(user_id, policy_id=one)
        return Receipt(request_id=request_id)

    def _release(self, user_id: str, *, policy_id: str) -> str:
        document, request_id = self._document(policy_id)
        users = _users(document)
        if user_id not in users:
            return request_id
        _set_users(document, [other for other in users if other != user_id])
        return self._write(policy_id, document).request_id

    def _document(self, policy_id: str) -> tuple[dict[str, Any], str]:
        answer = self._client.describe_policy(PolicyId=policy_id)
        document = json.loads(answer["Policy"]["Content"])
        _statement(document)
        return document, answer["ResponseMetadata"]["RequestId"]

    def _write(self, policy_id: str, document: dict[str, Any]) -> Receipt:
        done = self._client.update_policy(PolicyId=policy_id, Content=_text(document))
        return Receipt(request_id=done["ResponseMetadata"]["RequestId"], references={"policy_id": policy_id})


def empty_document() -> str:
    """The document of a policy that ends nobody's sessions yet."""
    condition = {"StringEquals": {_KEY: [_NOBODY]}}
    statement = {"Sid": SID, "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    return _text({"Version": "2012-10-17", "Statement": [statement]})


def _statement(document: dict[str, Any]) -> dict[str, Any]:
    statements = document["Statement"]
    ours = [one for one in statements if one.get("Sid") == SID] if isinstance(statements, list) else []
    if not ours:
        raise Refused(f"the service control policy has no statement {SID}: put it back as the template has it")
    statement: dict[str, Any] = ours[0]
    users = statement["Condition"]["StringEquals"][_KEY]
    if isinstance(users, str):
        # AWS may hand out a list of one as the one itself.
        statement["Condition"]["StringEquals"][_KEY] = [users]
    return statement


def _users(document: dict[str, Any]) -> list[str]:
    users: list[str] = _statement(document)["Condition"]["StringEquals"][_KEY]
    return [one for one in users if one != _NOBODY]


def _set_users(document: dict[str, Any], users: Sequence[str]) -> None:
    _statement(document)["Condition"]["StringEquals"][_KEY] = list(users) or [_NOBODY]


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"))
