"""Account assignments: which user or group has which permission set in which account, and how that comes and goes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sandbox.identity_center.identity_store.directory import Directory
from sandbox.identity_center.listeners import AccessListener
from sandbox.identity_center.paging import page
from sandbox.identity_center.service_error import conflict, not_found
from sandbox.identity_center.sso_admin.moto_backend import SsoAdminState
from sandbox.identity_center.sso_admin.provisions import Provisions
from sandbox.identity_center.sso_admin.requests import RequestFailed, Requests

CREATION, DELETION = "assignment creation", "assignment deletion"


class Assignment(NamedTuple):
    """One assignment: permission set by ARN, principal by type (USER, GROUP) and id."""

    account_id: str
    permission_set_arn: str
    principal_type: str
    principal_id: str

    @classmethod
    def requested(cls, parameters: Mapping[str, Any]) -> "Assignment":
        """Read the assignment out of a create or delete request."""
        names = ("TargetId", "PermissionSetArn", "PrincipalType", "PrincipalId")
        return cls(*(parameters[name] for name in names))

    def described(self) -> dict[str, Any]:
        """Return the assignment as the List operations answer it."""
        return {
            "AccountId": self.account_id,
            "PermissionSetArn": self.permission_set_arn,
            "PrincipalType": self.principal_type,
            "PrincipalId": self.principal_id,
        }


class Assignments:
    """Serves the assignment operations; `account_state` tells the State of an account, None for an unknown one."""

    def __init__(
        self,
        state: SsoAdminState,
        directory: Directory,
        provisions: Provisions,
        requests: Requests,
        account_state: Callable[[str], str | None],
        listener: AccessListener,
    ) -> None:
        self._state = state
        self._directory = directory
        self._provisions = provisions
        self._requests = requests
        self._account_state = account_state
        self._listener = listener
        self._assignments: set[Assignment] = set()

    def create_account_assignment(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Accept an assignment; creating one that is there already is accepted too, and changes nothing."""
        assignment = Assignment.requested(parameters)
        self._refuse_if_in_progress(DELETION, assignment)
        request = self._requests.start(CREATION, _subject(parameters), lambda: self._create(assignment))
        return {"AccountAssignmentCreationStatus": request.described()}

    def delete_account_assignment(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Accept the removal of an assignment, which must exist."""
        assignment = Assignment.requested(parameters)
        self._refuse_if_in_progress(CREATION, assignment)
        if assignment not in self._assignments:
            raise not_found("Assignment not found.")
        request = self._requests.start(DELETION, _subject(parameters), lambda: self._delete(assignment))
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

    def list_account_assignments(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of the assignments of one permission set in one account."""
        permission_set_arn = self._state.permission_set(parameters["PermissionSetArn"]).permission_set_arn
        wanted = (parameters["AccountId"], permission_set_arn)
        return _paged((one for one in self._assignments if one[:2] == wanted), parameters)

    def list_account_assignments_for_principal(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of the assignments of a user, those of the user's groups included, or of a group."""
        found = self.of_principal(parameters["PrincipalType"], parameters["PrincipalId"])
        account_id = (parameters.get("Filter") or {}).get("AccountId")
        return _paged((one for one in found if account_id in (None, one.account_id)), parameters)

    def __iter__(self) -> Iterator[Assignment]:
        return iter(frozenset(self._assignments))

    def of_principal(self, principal_type: str, principal_id: str) -> set[Assignment]:
        """Return the assignments in force of a group, or of a user and of the groups that the user is in."""
        principals = {(principal_type, principal_id)}
        if principal_type == "USER" and principal_id in self._directory.users:
            memberships = self._directory.memberships_of(self._directory.user(principal_id))
            principals |= {("GROUP", membership.group_id) for membership in memberships}
        return {one for one in self._assignments if one[2:] in principals}

    def uses(self, permission_set_arn: str) -> bool:
        """Say whether a permission set is assigned, or about to be."""
        creations = (request.subject["PermissionSetArn"] for request in self._requests.in_progress(CREATION))
        assigned = (assignment.permission_set_arn for assignment in self._assignments)
        return permission_set_arn in {*creations, *assigned}

    def forget(self, **gone: str) -> None:
        """Drop all assignments whose fields have these values: of a deleted principal, or in a departed account."""
        for assignment in list(self._assignments):
            if gone.items() <= assignment._asdict().items():
                self._delete(assignment)

    def _create(self, assignment: Assignment) -> None:
        self._check_account(assignment.account_id)
        if not self._state.exists(assignment.permission_set_arn):
            permission_set_id = assignment.permission_set_arn.rpartition("/")[2]
            raise RequestFailed(
                f"Received a 404 status error: Could not find PermissionSet with id {permission_set_id}"
            )
        if not self._directory.holds_principal(assignment.principal_type, assignment.principal_id):
            principal = f"the {assignment.principal_type} assignee {assignment.principal_id}"
            raise RequestFailed(
                f"Received a 404 status error: {principal} was not found in directory {self._directory.store_id}"
            )
        self._provisions.add(assignment.account_id, self._state.permission_set(assignment.permission_set_arn))
        if assignment not in self._assignments:
            self._assignments.add(assignment)
            self._listener.on_assigned(assignment)

    def _check_account(self, account_id: str) -> None:
        state = self._account_state(account_id)
        if state is None:
            raise RequestFailed(f"Received a 404 status error: AWS account {account_id} was not found.")
        if state != "ACTIVE":
            raise RequestFailed(
                "AWS SSO is unable to complete your request at this time. Obtaining permissions to manage your AWS "
                f"account '{account_id}' is taking longer than usual."
            )

    def _delete(self, assignment: Assignment) -> None:
        if assignment in self._assignments:
            self._assignments.remove(assignment)
            self._listener.on_unassigned(assignment)
        if not any(one[:2] == assignment[:2] for one in self._assignments):
            self._provisions.remove(assignment.account_id, assignment.permission_set_arn)

    def _refuse_if_in_progress(self, kind: str, assignment: Assignment) -> None:
        if any(Assignment.requested(request.subject) == assignment for request in self._requests.in_progress(kind)):
            raise conflict("A conflicting operation on this assignment is in progress. Please try again later.")


def _subject(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if name != "InstanceArn"}


def _paged(found: Iterable[Assignment], parameters: Mapping[str, Any]) -> dict[str, Any]:
    return page("AccountAssignments", ((" ".join(one), one.described()) for one in found), parameters)
