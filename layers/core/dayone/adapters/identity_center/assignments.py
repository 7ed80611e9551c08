"""Account assignments in Identity Center, which AWS makes and removes in its own time."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws.dependent_actions import IN_ACCOUNTS, WRITES_ENCRYPTED, DependentActions
from dayone.adapters.aws.errors import translated
from dayone.adapters.identity_center.responses import FULL_PAGE, entries_of, request_state, states_of, with_explanation
from dayone.ports.identity_center import AssignmentKey, RequestState

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient


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
