"""Reads in Identity Center what there is at this moment, no faster than it is allowed to, and who and what uses it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws.dependent_actions import READS_ENCRYPTED, DependentActions
from dayone.adapters.aws.errors import translated
from dayone.errors import NotFound
from dayone.ports.identity_center import AssignmentKey, AwsPrincipal, PrincipalType
from dayone.ports.records import Page

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient
    from mypy_boto3_sso_admin import SSOAdminClient


_SSO, _STORE = "sso-admin", "identitystore"


class AwsLiveAccess:
    """The port LiveAccess over the APIs `sso-admin` and `identitystore`. Source: their API References.

    `wait` returns when the API of a service may be called. Names of permission sets never change, so they are kept.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "identitystore:DescribeGroup",
            "identitystore:DescribeUser",
            "identitystore:GetGroupId",
            "identitystore:GetUserId",
            "sso:DescribePermissionSet",
            "sso:ListAccountAssignments",
            "sso:ListAccountAssignmentsForPrincipal",
            "sso:ListPermissionSetsProvisionedToAccount",
        }
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = READS_ENCRYPTED

    def __init__(
        self,
        sso_admin: "SSOAdminClient",
        identitystore: "IdentityStoreClient",
        *,
        instance_arn: str,
        identity_store_id: str,
        wait: Callable[[str, str], None],
    ) -> None:
        self._sso = sso_admin
        self._store = identitystore
        self._instance = {"InstanceArn": instance_arn}
        self._in_store = {"IdentityStoreId": identity_store_id}
        self._wait = wait
        self._names: dict[str, str] = {}

    def permission_sets_in(self, account: str) -> Sequence[str]:
        """See LiveAccess."""
        found, token = list[str](), dict[str, str]()
        while True:
            self._wait(_SSO, "ListPermissionSetsProvisionedToAccount")
            parameters: Any = {**self._instance, "AccountId": account, "MaxResults": 100, **token}
            with translated():
                answer = self._sso.list_permission_sets_provisioned_to_account(**parameters)
            found += answer.get("PermissionSets", [])
            if not answer.get("NextToken"):
                return sorted(found)
            token = {"NextToken": answer["NextToken"]}

    def in_account(self, account: str, *, permission_set_arn: str, cursor: str, limit: int) -> Page[AssignmentKey]:
        """See LiveAccess."""
        parameters: Any = {**self._instance, "AccountId": account, "PermissionSetArn": permission_set_arn}
        self._wait(_SSO, "ListAccountAssignments")
        try:
            with translated():
                answer = self._sso.list_account_assignments(**parameters, **_part(cursor, limit))
        except NotFound:
            return Page([])
        return _page(answer)

    def of_principal(self, principal: AwsPrincipal, *, account: str, cursor: str, limit: int) -> Page[AssignmentKey]:
        """See LiveAccess."""
        parameters: Any = {**self._instance, "PrincipalId": principal.id, "PrincipalType": principal.kind.value}
        parameters |= {"Filter": {"AccountId": account}} if account else {}
        self._wait(_SSO, "ListAccountAssignmentsForPrincipal")
        try:
            with translated():
                answer = self._sso.list_account_assignments_for_principal(**parameters, **_part(cursor, limit))
        except NotFound:
            return Page([])
        return _page(answer)

    def permission_set_name(self, arn: str) -> str:
        """See LiveAccess."""
        if arn not in self._names:
            self._wait(_SSO, "DescribePermissionSet")
            parameters: Any = {**self._instance, "PermissionSetArn": arn}
            self._names[arn] = _name_or_empty(
                lambda: self._sso.describe_permission_set(**parameters)["PermissionSet"]["Name"]
            )
        return self._names[arn]

    def principal_name(self, principal: AwsPrincipal) -> str:
        """See LiveAccess."""
        store: Any = self._store
        if principal.kind is PrincipalType.GROUP:
            self._wait(_STORE, "DescribeGroup")
            return _name_or_empty(
                lambda: store.describe_group(**self._in_store, GroupId=principal.id).get("DisplayName", "")
            )
        self._wait(_STORE, "DescribeUser")
        return _name_or_empty(lambda: store.describe_user(**self._in_store, UserId=principal.id).get("UserName", ""))

    def group_called(self, name: str) -> AwsPrincipal | None:
        """See LiveAccess; GetGroupId finds it whatever the letter case."""
        self._wait(_STORE, "GetGroupId")
        parameters: Any = {**self._in_store, **_identified("displayName", name)}
        found = _name_or_empty(lambda: self._store.get_group_id(**parameters)["GroupId"])
        return AwsPrincipal(kind=PrincipalType.GROUP, id=found) if found else None

    def user_called(self, name: str) -> AwsPrincipal | None:
        """See LiveAccess."""
        self._wait(_STORE, "GetUserId")
        parameters: Any = {**self._in_store, **_identified("userName", name)}
        found = _name_or_empty(lambda: self._store.get_user_id(**parameters)["UserId"])
        return AwsPrincipal(kind=PrincipalType.USER, id=found) if found else None


def _identified(path: str, value: str) -> Mapping[str, Any]:
    return {"AlternateIdentifier": {"UniqueAttribute": {"AttributePath": path, "AttributeValue": value}}}


def _name_or_empty(ask: Callable[[], str]) -> str:
    try:
        with translated():
            return ask()
    except NotFound:
        return ""


def _part(cursor: str, limit: int) -> Any:  # noqa: ANN401 - keyword arguments of two boto3 methods
    return {"MaxResults": limit, **({"NextToken": cursor} if cursor else {})}


def _page(answer: Mapping[str, Any]) -> Page[AssignmentKey]:
    assignments = (
        AssignmentKey(
            account_id=pair["AccountId"],
            permission_set_arn=pair["PermissionSetArn"],
            principal_id=pair["PrincipalId"],
            principal_type=PrincipalType(pair["PrincipalType"]),
        )
        for pair in answer.get("AccountAssignments", [])
    )
    return Page(list(assignments), answer.get("NextToken") or "")


class AwsExistingUse:
    """The port ExistingUse over the APIs `sso-admin` and `identitystore`. Source: their API References."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"identitystore:ListGroupMemberships", "sso:ListAccountsForProvisionedPermissionSet"}
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = READS_ENCRYPTED

    def __init__(
        self,
        sso_admin: "SSOAdminClient",
        identitystore: "IdentityStoreClient",
        *,
        instance_arn: str,
        identity_store_id: str,
        turn: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """`turn` gives the right to call."""
        self._sso = sso_admin
        self._store = identitystore
        self._instance = {"InstanceArn": instance_arn}
        self._in_store = {"IdentityStoreId": identity_store_id}
        self._turn = turn

    def turn(self) -> AbstractContextManager[None]:
        """See ExistingUse."""
        return self._turn()

    def accounts(self, permission_set_arn: str, *, cursor: str, limit: int) -> Page[str]:
        """See ExistingUse."""
        parameters: Any = {**self._instance, "PermissionSetArn": permission_set_arn, **_part(cursor, limit)}
        with translated():
            answer = self._sso.list_accounts_for_provisioned_permission_set(**parameters)
        return Page(answer.get("AccountIds", []), answer.get("NextToken") or "")

    def members(self, group_id: str, *, cursor: str, limit: int) -> Page[str]:
        """See ExistingUse."""
        parameters: Any = {**self._in_store, "GroupId": group_id, **_part(cursor, limit)}
        with translated():
            answer = self._store.list_group_memberships(**parameters)
        members = [str(entry["MemberId"].get("UserId", "")) for entry in answer["GroupMemberships"]]
        return Page(members, answer.get("NextToken") or "")
