"""Permission sets in Identity Center with their tags, their provisioning to accounts, and assignments."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws.dependent_actions import IN_ACCOUNTS, WRITES_ENCRYPTED, DependentActions
from dayone.adapters.aws.errors import translated
from dayone.adapters.identity_center.names import SET_MEMBERS, PermissionSetNames, SsoNamedSets
from dayone.adapters.identity_center.permission_set_policies import (
    FULL_PAGE,
    entries_of,
    is_denied_by_iam,
    receipt,
    request_state,
    seen,
    states_of,
    with_explanation,
)
from dayone.errors import AlreadyExists, Conflicting
from dayone.model.operations import tags_in
from dayone.ports.identity_center import AssignmentKey, Receipt, RequestState

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient


# AWS accepts no empty description, and does not document its omission in an update. A blank is allowed.
_BLANK = " "
_DEFAULT_SESSION = "PT1H"


class SsoProvisioning:
    """The provisioning side of the port PermissionSets. Source: IAM Identity Center API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "sso:ProvisionPermissionSet",
            "sso:DescribePermissionSetProvisioningStatus",
            "sso:ListPermissionSetProvisioningStatus",
            "sso:ListAccountsForProvisionedPermissionSet",
        }
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = {**IN_ACCOUNTS, **WRITES_ENCRYPTED}

    def __init__(self, client: "SSOAdminClient", *, instance_arn: str, lacks_rights: bool = False) -> None:
        """`lacks_rights` is whether the operator has given none in the management account."""
        self._client = client
        self._instance = instance_arn
        self._lacks_rights = lacks_rights

    def provision(self, arn: str, *, account: str = "") -> str:
        """See PermissionSets."""
        target: Any = {"TargetType": "ALL_PROVISIONED_ACCOUNTS"}
        if account:
            target = {"TargetType": "AWS_ACCOUNT", "TargetId": account}
        with translated():
            answer = self._client.provision_permission_set(**self._target(arn), **target)
        return answer["PermissionSetProvisioningStatus"]["RequestId"]

    def provisionings(self, request_ids: Collection[str]) -> Mapping[str, RequestState]:
        """See PermissionSets; a full page without them ends the look."""
        pages = self._client.get_paginator("list_permission_set_provisioning_status").paginate(
            InstanceArn=self._instance, PaginationConfig={"PageSize": FULL_PAGE}
        )
        with translated():
            listed = entries_of(pages, member="PermissionSetsProvisioningStatus", request_ids=request_ids)
        return states_of(listed, request_ids=request_ids, describe=self.provisioning)

    def provisioning(self, request_id: str) -> RequestState:
        """See PermissionSets."""
        with translated():
            answer = self._client.describe_permission_set_provisioning_status(
                InstanceArn=self._instance, ProvisionPermissionSetRequestId=request_id
            )
        status = answer["PermissionSetProvisioningStatus"]
        state, arn = request_state(status), status.get("PermissionSetArn")
        # AWS does not document the end of a request with nothing to update. Then no account has an old form. And
        # in the management account it takes its caller's rights even where that has the newest one already.
        left = self.outdated_accounts if is_denied_by_iam(state) else self.accounts
        if state.failure_reason and arn and not left(arn):
            return RequestState(is_over=True, status="SUCCEEDED")
        return with_explanation(state, lacks_rights=self._lacks_rights)

    def accounts(self, arn: str) -> Collection[str]:
        """See PermissionSets."""
        return self._accounts(arn)

    def outdated_accounts(self, arn: str) -> Collection[str]:
        """See PermissionSets."""
        return self._accounts(arn, ProvisioningStatus=_OUTDATED)

    def _accounts(self, arn: str, **filtered: Any) -> frozenset[str]:  # noqa: ANN401 - keyword arguments of boto3
        pages = self._client.get_paginator("list_accounts_for_provisioned_permission_set")
        with translated():
            listed = list(pages.paginate(**self._target(arn), **filtered))
        return frozenset(account for page in listed for account in page.get("AccountIds", ()))

    def _target(self, arn: str) -> Any:  # noqa: ANN401 - keyword arguments of many boto3 methods
        return {"InstanceArn": self._instance, "PermissionSetArn": arn}


class SsoPermissionSets(SsoProvisioning, SsoNamedSets):
    """The port PermissionSets over the API `sso-admin`. Source: IAM Identity Center API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = (
        SsoNamedSets.ACTIONS
        | SsoProvisioning.ACTIONS
        | frozenset(
            {
                "sso:CreatePermissionSet",
                "sso:UpdatePermissionSet",
                "sso:DeletePermissionSet",
                "sso:TagResource",
                "sso:UntagResource",
            }
        )
    )

    def __init__(self, client: "SSOAdminClient", *, instance_arn: str, lacks_rights: bool = False) -> None:
        """`lacks_rights` is whether the operator has given none in the management account."""
        SsoProvisioning.__init__(self, client, instance_arn=instance_arn, lacks_rights=lacks_rights)
        self._by_name = PermissionSetNames(client, instance_arn=instance_arn)

    def create(self, attributes: Mapping[str, str]) -> Receipt:
        """See PermissionSets."""
        given: Any = {SET_MEMBERS[word]: text for word, text in attributes.items() if word in SET_MEMBERS and text}
        tags = tags_in(attributes)
        given |= {"Tags": _listed(tags)} if tags else {}
        try:
            with translated():
                made = self._client.create_permission_set(InstanceArn=self._instance, **given)
        except Conflicting as conflict:
            if seen(lambda: self._by_name.find(attributes["name"]) is not None):
                raise AlreadyExists(str(conflict)) from conflict
            raise
        return receipt(made, permission_set_arn=made["PermissionSet"]["PermissionSetArn"])

    def update(self, arn: str, *, attributes: Mapping[str, str]) -> Receipt:
        """See PermissionSets."""
        # AWS itself clears a relay state that is left out, and has no other way to clear one.
        given: Any = {"RelayState": attributes["relay_state"]} if attributes.get("relay_state") else {}
        with translated():
            return receipt(
                self._client.update_permission_set(
                    **self._target(arn),
                    Description=attributes.get("description") or _BLANK,
                    SessionDuration=attributes.get("session_duration") or _DEFAULT_SESSION,
                    **given,
                )
            )

    def tag(self, arn: str, *, tags: Mapping[str, str]) -> Receipt:
        """See PermissionSets."""
        parameters: Any = {"InstanceArn": self._instance, "ResourceArn": arn, "Tags": _listed(tags)}
        with translated():
            return receipt(self._client.tag_resource(**parameters))

    def untag(self, arn: str, *, keys: Iterable[str]) -> Receipt:
        """See PermissionSets."""
        parameters: Any = {"InstanceArn": self._instance, "ResourceArn": arn, "TagKeys": sorted(keys)}
        with translated():
            return receipt(self._client.untag_resource(**parameters))

    def delete(self, arn: str) -> Receipt:
        """See PermissionSets."""
        with translated():
            return receipt(self._client.delete_permission_set(**self._target(arn)))


def _listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


_OUTDATED = "LATEST_PERMISSION_SET_NOT_PROVISIONED"


class SsoAssignments:
    """The port Assignments over the API `sso-admin`. Source: IAM Identity Center API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "sso:CreateAccountAssignment",
            "sso:DeleteAccountAssignment",
            "sso:DescribeAccountAssignmentCreationStatus",
            "sso:DescribeAccountAssignmentDeletionStatus",
            "sso:ListAccountAssignmentCreationStatus",
            "sso:ListAccountAssignmentDeletionStatus",
            "sso:ListAccountAssignments",
        }
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = {**IN_ACCOUNTS, **WRITES_ENCRYPTED}

    def __init__(self, client: "SSOAdminClient", *, instance_arn: str, lacks_rights: bool = False) -> None:
        """`lacks_rights` is whether the operator has given none in the management account."""
        self._client = client
        self._instance = instance_arn
        self._lacks_rights = lacks_rights

    def create(self, key: AssignmentKey) -> str:
        """See Assignments."""
        with translated():
            answer = self._client.create_account_assignment(**self._request(key))
        return answer["AccountAssignmentCreationStatus"]["RequestId"]

    def exists(self, key: AssignmentKey) -> bool:
        """See Assignments."""
        pages = self._client.get_paginator("list_account_assignments").paginate(
            InstanceArn=self._instance, AccountId=key.account_id, PermissionSetArn=key.permission_set_arn
        )
        with translated():
            return any(
                (each.get("PrincipalType"), each.get("PrincipalId")) == (key.principal_type.value, key.principal_id)
                for page in pages
                for each in page["AccountAssignments"]
            )

    def delete(self, key: AssignmentKey) -> str:
        """See Assignments."""
        with translated():
            answer = self._client.delete_account_assignment(**self._request(key))
        return answer["AccountAssignmentDeletionStatus"]["RequestId"]

    def creations(self, answer: Collection[str]) -> Mapping[str, RequestState]:
        """See Assignments; AWS's order is undocumented, so the search ends with a full page without these requests."""
        pages = self._client.get_paginator("list_account_assignment_creation_status")
        with translated():
            listed = entries_of(self._pages(pages), member="AccountAssignmentsCreationStatus", request_ids=answer)
        return states_of(listed, request_ids=answer, describe=self.creation)

    def deletions(self, answer: Collection[str]) -> Mapping[str, RequestState]:
        """See Assignments; read as those of creations are."""
        pages = self._client.get_paginator("list_account_assignment_deletion_status")
        with translated():
            listed = entries_of(self._pages(pages), member="AccountAssignmentsDeletionStatus", request_ids=answer)
        return states_of(listed, request_ids=answer, describe=self.deletion)

    def creation(self, request_id: str) -> RequestState:
        """See Assignments."""
        with translated():
            status = self._client.describe_account_assignment_creation_status(
                InstanceArn=self._instance, AccountAssignmentCreationRequestId=request_id
            )
        return with_explanation(
            request_state(status["AccountAssignmentCreationStatus"]), lacks_rights=self._lacks_rights
        )

    def deletion(self, request_id: str) -> RequestState:
        """See Assignments."""
        with translated():
            status = self._client.describe_account_assignment_deletion_status(
                InstanceArn=self._instance, AccountAssignmentDeletionRequestId=request_id
            )
        return with_explanation(
            request_state(status["AccountAssignmentDeletionStatus"]), lacks_rights=self._lacks_rights
        )

    def _pages(self, paginator: Any) -> Any:  # noqa: ANN401 - one of two paginators
        return paginator.paginate(InstanceArn=self._instance, PaginationConfig={"PageSize": FULL_PAGE})

    def _request(self, key: AssignmentKey) -> Any:  # noqa: ANN401 - keyword arguments of two boto3 methods
        return {
            "InstanceArn": self._instance,
            "TargetType": "AWS_ACCOUNT",
            "TargetId": key.account_id,
            "PermissionSetArn": key.permission_set_arn,
            "PrincipalType": key.principal_type.value,
            "PrincipalId": key.principal_id,
        }
