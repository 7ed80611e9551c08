"""Service control policies that deny everything to users whose access has ended."""

import json
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws.errors import translated
from dayone.errors import Awaited, NotFound
from dayone.ports.identity_center import Receipt

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient

_FULL_FOR = 600.0  # seconds until another attempt: places become free when sessions are over


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


SID = "DayOneEndedSessions"
# The least quota of any organization; since May 2026 it is documented as twice as much.
# Source: AWS Organizations User Guide, "Quotas and service limits", maximum size of a service control policy.
LARGEST = 5120
_KEY = "identitystore:userId"
_OPERATOR = "StringEquals"
# Nobody has this id, and a condition without any value is refused.
_NOBODY = "nobody"
type Statement = dict[str, Any]


def empty_document() -> str:
    """Return the document of a policy that denies nobody yet."""
    return _text({"Version": "2012-10-17", "Statement": [_denying(())]})


def users_denied(content: str) -> frozenset[str]:
    """Return the users who are denied everything; none by a statement of ours that somebody else has changed."""
    ours = [statement for statement in _statements(content) if statement.get("Sid") == SID]
    return frozenset(user for statement in ours if _is_whole(statement) for user in _users(statement))


def with_users(content: str, *, add: Collection[str] = (), remove: Collection[str] = ()) -> str:
    """Return the document with our statement restored, in its place or at the end; other statements stay as they are.

    Users that are named in the rest of our statement stay, too.
    """
    statements = _statements(content)
    ours = [number for number, statement in enumerate(statements) if statement.get("Sid") == SID]
    users = [user for number in ours for user in _users(statements[number])]
    mended = _denying(user for user in dict.fromkeys([*users, *add]) if user not in remove)
    place = ours[0] if ours else len(statements)
    others = [statement for number, statement in enumerate(statements) if number not in ours]
    return _text({**json.loads(content), "Statement": [*others[:place], mended, *others[place:]]})


def _denying(users: Iterable[str]) -> Statement:
    condition = {_OPERATOR: {_KEY: list(users) or [_NOBODY]}}
    return {"Sid": SID, "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}


def _is_whole(statement: Statement) -> bool:
    # AWS may hand out a list of one as the one itself, and keys of conditions in another case.
    plain = {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value for name, value in statement.items()
    }
    condition = plain.pop("Condition", {})
    expected = {name: value for name, value in _denying(()).items() if name != "Condition"}
    return (
        plain == expected
        and list(condition) == [_OPERATOR]
        and len(condition[_OPERATOR]) == 1
        and bool(_users(statement))
    )


def _users(statement: Statement) -> list[str]:
    condition = statement.get("Condition", {}).get(_OPERATOR, {})
    values = [value for key, value in condition.items() if key.lower() == _KEY.lower()]
    users = values[0] if values else []
    return [user for user in ([users] if isinstance(users, str) else users) if user != _NOBODY]


def _statements(content: str) -> list[Statement]:
    statements = json.loads(content).get("Statement", [])
    return [statements] if isinstance(statements, dict) else list(statements)


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"))
