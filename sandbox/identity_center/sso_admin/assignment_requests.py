"""Operations that create and delete account assignments, and return their progress."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.identity_center.identity_store.directory import Directory
from sandbox.identity_center.protocol.service_error import ServiceError, conflict, not_found
from sandbox.identity_center.sso_admin.account_states import check_account
from sandbox.identity_center.sso_admin.assignments import Assignment, Assignments
from sandbox.identity_center.sso_admin.management_account import Calling, ManagementAccount
from sandbox.identity_center.sso_admin.moto_backend import SsoAdminState
from sandbox.identity_center.sso_admin.provisions import Provisions
from sandbox.identity_center.sso_admin.quotas import (
    GROUPS_PER_PERMISSION_SET_AND_ACCOUNT,
    PERMISSION_SETS_PER_ACCOUNT,
    check_quota,
)
from sandbox.identity_center.sso_admin.requests import Request, RequestFailed, Requests, no_permission_set

CREATION, DELETION = "assignment creation", "assignment deletion"


class AssignmentRequests:
    """Serves creation and deletion; `account_state` tells the State of an account, None for an unknown one."""

    def __init__(
        self,
        state: SsoAdminState,
        directory: Directory,
        assignments: Assignments,
        provisions: Provisions,
        requests: Requests,
        account_state: Callable[[str], str | None],
        management_account: ManagementAccount,
    ) -> None:
        self._state = state
        self._directory = directory
        self._assignments = assignments
        self._provisions = provisions
        self._requests = requests
        self._account_state = account_state
        self._management_account = management_account

    def create_account_assignment(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Accept an assignment; creating one that is there already is accepted too, and changes nothing."""
        assignment = Assignment.requested(parameters)
        self._refuse_if_in_progress(DELETION, assignment)
        if not self._requests.behaviour.late_refusals:
            self._check_quotas(assignment)
        caller = self._management_account.calling()
        request = self._start(
            CREATION, parameters, lambda: self._create(assignment, caller, asked_at=request.created_at)
        )
        return {"AccountAssignmentCreationStatus": request.described()}

    def delete_account_assignment(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Accept the removal of an assignment, which must exist: otherwise it is refused, or fails later.

        AWS was seen to do both.
        """
        assignment = Assignment.requested(parameters)
        self._refuse_if_in_progress(CREATION, assignment)
        if assignment not in self._assignments and not self._requests.behaviour.late_refusals:
            raise not_found("Assignment not found.")
        caller = self._management_account.calling()
        request = self._start(DELETION, parameters, lambda: self._remove(assignment, caller))
        return {"AccountAssignmentDeletionStatus": request.described()}

    def describe_account_assignment_creation_status(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer how far the creation is."""
        request_id = parameters["AccountAssignmentCreationRequestId"]
        return {"AccountAssignmentCreationStatus": self._requests.describe(CREATION, request_id)}

    def describe_account_assignment_deletion_status(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer how far the deletion is."""
        request_id = parameters["AccountAssignmentDeletionRequestId"]
        return {"AccountAssignmentDeletionStatus": self._requests.describe(DELETION, request_id)}

    def list_account_assignment_creation_status(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of creations and how far they are."""
        return self._requests.listed("AccountAssignmentsCreationStatus", CREATION, parameters)

    def list_account_assignment_deletion_status(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of deletions and how far they are."""
        return self._requests.listed("AccountAssignmentsDeletionStatus", DELETION, parameters)

    def is_assigning(self, permission_set_arn: str) -> bool:
        """Return whether a permission set is about to be assigned."""
        return any(
            request.subject["PermissionSetArn"] == permission_set_arn
            for request in self._requests.in_progress(CREATION)
        )

    def _start(self, kind: str, parameters: Mapping[str, Any], perform: Callable[[], None]) -> Request:
        behaviour = self._requests.behaviour
        seconds = behaviour.assignment_seconds if kind == CREATION else behaviour.deletion_seconds
        self._refuse_if_account_is_busy(parameters["TargetId"], behaviour.assignments_per_account)
        self._requests.check_room({CREATION, DELETION}, behaviour.outstanding_assignments)
        subject = {name: value for name, value in parameters.items() if name != "InstanceArn"}
        return self._requests.start(kind, subject, perform, seconds=seconds)

    def _refuse_if_account_is_busy(self, account_id: str, limit: float | None) -> None:
        # The guide says that one IAM role of an account can be updated at a time. Whether AWS refuses what comes next
        # or lets it wait is not documented; a client that copes with a refusal copes with waiting.
        under_way = [*self._requests.in_progress(CREATION), *self._requests.in_progress(DELETION)]
        if limit is not None and sum(request.subject["TargetId"] == account_id for request in under_way) >= limit:
            raise _in_conflict()

    def _refuse_if_in_progress(self, kind: str, assignment: Assignment) -> None:
        if any(Assignment.requested(request.subject) == assignment for request in self._requests.in_progress(kind)):
            raise _in_conflict()

    def _check_quotas(self, assignment: Assignment) -> None:
        there = self._assignments.of_role(*assignment[:2])
        if assignment.principal_type == "GROUP" and assignment not in there:
            groups = 1 + sum(assignment.principal_type == "GROUP" for assignment in there)
            check_quota(groups, GROUPS_PER_PERMISSION_SET_AND_ACCOUNT, "groups per permission set and account")
        if not there:
            count = 1 + len(self._provisions.permission_sets(assignment.account_id))
            check_quota(count, PERMISSION_SETS_PER_ACCOUNT, "permission sets per account")

    def _remove(self, assignment: Assignment, caller: Calling) -> None:
        if assignment not in self._assignments:
            raise RequestFailed(_no_entitlement(assignment))
        if self._assignments.of_role(*assignment[:2]) == {assignment}:
            self._management_account.check_removal(caller, *assignment[:2])
        self._assignments.remove(assignment)

    def _create(self, assignment: Assignment, caller: Calling, *, asked_at: float) -> None:
        check_account(assignment.account_id, self._account_state(assignment.account_id), is_taking="is taking")
        if not self._state.exists(assignment.permission_set_arn):
            raise RequestFailed(no_permission_set(assignment.permission_set_arn))
        known_at = asked_at - self._requests.behaviour.principal_seconds
        if not self._directory.holds_principal(assignment.principal_type, assignment.principal_id, since=known_at):
            principal = f"the {assignment.principal_type} assignee {assignment.principal_id}"
            raise RequestFailed(
                f"Received a 404 status error: {principal} was not found in directory {self._directory.store_id}"
            )
        if self._requests.behaviour.late_refusals:
            try:
                self._check_quotas(assignment)
            except ServiceError as refused:
                raise RequestFailed(f"Received a 409 status error: {refused.message}") from refused
        has_role = self._provisions.holds(*assignment[:2])
        self._management_account.check_assignment(caller, *assignment[:2], has_role=has_role)
        self._assignments.add(assignment)


def _no_entitlement(assignment: Assignment) -> str:
    # Source of the wording: Terraform's provider and other clients, which take this for done.
    parts = zip(
        ("accessorId=AccessorId", "resourceId=ResourceId", "auxiliaryResourceId=AuxiliaryResourceId"),
        (assignment.principal_id, assignment.permission_set_arn.rpartition("/")[2], assignment.account_id),
        strict=True,
    )
    key = ", ".join(f"{part}{{value={value}}}" for part, value in parts)
    return (
        "Received a 404 status error: EntitlementItem doesn't exist with the given entitlement key "
        f"EntitlementKey{{{key}, containerId=ContainerId{{value={assignment.account_id}}}}}"
    )


def _in_conflict() -> Exception:
    # Source of the wording: errors that users of the API have published.
    return conflict("There is a conflicting operation in process.")
