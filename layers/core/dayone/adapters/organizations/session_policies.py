"""Service control policies that deny everything to users whose access has ended."""

import json
from collections.abc import Collection, Iterable, Sequence
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws.errors import translated
from dayone.errors import Awaited, Conflicting, NotFound, Refused
from dayone.ports.identity_center import Receipt
from dayone.ports.organizations import OwnedPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

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


OWNER_TAG = "dayone:stack"
_DESCRIPTION = "Denies everything to users whose access has ended, while their last sessions may live"


class OrganizationsSessionPolicyStore:
    """The port SessionPolicyStore over the API `organizations`; a tag names the owner of a policy.

    Source: AWS Organizations API Reference.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "organizations:AttachPolicy",
            "organizations:CreatePolicy",
            "organizations:DeletePolicy",
            "organizations:DetachPolicy",
            "organizations:ListPolicies",
            "organizations:ListPoliciesForTarget",
            "organizations:ListTagsForResource",
            "organizations:ListTargetsForPolicy",
            # For a policy that is made with a tag.
            "organizations:TagResource",
        }
    )

    def __init__(self, client: "OrganizationsClient") -> None:
        self._client = client

    def find(self, name: str) -> OwnedPolicy | None:
        """See SessionPolicyStore. Organizations has no way to ask for a name."""
        with translated():
            pages = self._client.get_paginator("list_policies").paginate(Filter="SERVICE_CONTROL_POLICY")
            found = [policy for page in pages for policy in page.get("Policies", []) if policy.get("Name") == name]
            if not found:
                return None
            return OwnedPolicy(id=found[0]["Id"], arn=found[0]["Arn"], owner=self._owner_of(found[0]["Id"]))

    def create(self, name: str, *, owner: str) -> OwnedPolicy:
        """See SessionPolicyStore."""
        try:
            with translated():
                made = self._client.create_policy(
                    Name=name,
                    Description=_DESCRIPTION,
                    Type="SERVICE_CONTROL_POLICY",
                    Content=empty_document(),
                    Tags=[{"Key": OWNER_TAG, "Value": owner}],
                )
        except Refused as refused:
            if _is(refused, "DuplicatePolicyException"):
                raise Conflicting(str(refused)) from refused
            raise
        summary = made["Policy"]["PolicySummary"]
        return OwnedPolicy(id=summary["Id"], arn=summary["Arn"], owner=owner)

    def targets_of(self, policy_id: str) -> frozenset[str]:
        """See SessionPolicyStore."""
        with translated():
            pages = list(self._client.get_paginator("list_targets_for_policy").paginate(PolicyId=policy_id))
        return frozenset(target["TargetId"] for page in pages for target in page.get("Targets", []))

    def policies_on(self, target: str) -> frozenset[str]:
        """See SessionPolicyStore."""
        listing = self._client.get_paginator("list_policies_for_target")
        with translated():
            pages = list(listing.paginate(TargetId=target, Filter="SERVICE_CONTROL_POLICY"))
        return frozenset(policy["Id"] for page in pages for policy in page.get("Policies", []))

    def attach(self, policy_id: str, *, target: str) -> None:
        """See SessionPolicyStore."""
        with _harmless("DuplicatePolicyAttachmentException"), translated():
            self._client.attach_policy(PolicyId=policy_id, TargetId=target)

    def detach(self, policy_id: str, *, target: str) -> None:
        """See SessionPolicyStore."""
        with suppress(NotFound), _harmless("PolicyNotAttachedException"), translated():
            self._client.detach_policy(PolicyId=policy_id, TargetId=target)

    def delete(self, policy_id: str) -> None:
        """See SessionPolicyStore."""
        with suppress(NotFound), translated():
            self._client.delete_policy(PolicyId=policy_id)

    def _owner_of(self, policy_id: str) -> str:
        pages = self._client.get_paginator("list_tags_for_resource").paginate(ResourceId=policy_id)
        tags = {tag["Key"]: tag["Value"] for page in pages for tag in page.get("Tags", [])}
        return tags.get(OWNER_TAG, "")


@contextmanager
def _harmless(code: str) -> "Iterator[None]":
    try:
        yield
    except Refused as refused:
        if not _is(refused, code):
            raise


def _is(refused: Refused, code: str) -> bool:
    return str(refused).startswith(f"{code}:")
