"""The account assignments that are in force: which user or group has which permission set in which account."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sandbox.identity_center.identity_store.directory import Directory
from sandbox.identity_center.listeners import AccessListener
from sandbox.identity_center.protocol.paging import page
from sandbox.identity_center.sso_admin.moto_backend import SsoAdminState
from sandbox.identity_center.sso_admin.provisions import Provisions


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
    """Keeps what is in force, with the roles that it needs, and serves the two listings of it."""

    def __init__(
        self, state: SsoAdminState, directory: Directory, provisions: Provisions, listener: AccessListener
    ) -> None:
        self._state = state
        self._directory = directory
        self._provisions = provisions
        self._listener = listener
        self._all: set[Assignment] = set()
        # By account and permission set, and by principal: an organization can have a hundred thousand.
        self._of_role: defaultdict[tuple[str, str], set[Assignment]] = defaultdict(set)
        self._of_principal: defaultdict[tuple[str, str], set[Assignment]] = defaultdict(set)

    def list_account_assignments(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of the assignments of one permission set in one account."""
        permission_set_arn = self._state.permission_set(parameters["PermissionSetArn"]).permission_set_arn
        return _paged(self.of_role(parameters["AccountId"], permission_set_arn), parameters)

    def list_account_assignments_for_principal(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of the assignments of a user, those of the user's groups included, or of a group."""
        found = self.of_principal(parameters["PrincipalType"], parameters["PrincipalId"])
        account_id = (parameters.get("Filter") or {}).get("AccountId")
        return _paged((assignment for assignment in found if account_id in (None, assignment.account_id)), parameters)

    def __iter__(self) -> Iterator[Assignment]:
        return iter(frozenset(self._all))

    def __contains__(self, assignment: Assignment) -> bool:
        return assignment in self._all

    def of_role(self, account_id: str, permission_set_arn: str) -> frozenset[Assignment]:
        """Return the assignments of one permission set in one account."""
        return frozenset(self._of_role.get((account_id, permission_set_arn), ()))

    def of_principal(self, principal_type: str, principal_id: str) -> set[Assignment]:
        """Return the assignments of a group, or of a user and of the groups that the user is in."""
        principals = {(principal_type, principal_id)}
        if principal_type == "USER" and principal_id in self._directory.users:
            memberships = self._directory.memberships_of(self._directory.user(principal_id))
            principals |= {("GROUP", membership.group_id) for membership in memberships}
        return {assignment for principal in principals for assignment in self._of_principal.get(principal, ())}

    def uses(self, permission_set_arn: str) -> bool:
        """Return whether the permission set is assigned anywhere."""
        return any(assigned and role[1] == permission_set_arn for role, assigned in self._of_role.items())

    def add(self, assignment: Assignment) -> None:
        """Put an assignment in force, its role first; one that is there already changes nothing.

        Raises RequestFailed when the role cannot be made.
        """
        if assignment in self._all:
            return
        self._provisions.add(assignment.account_id, self._state.permission_set(assignment.permission_set_arn))
        self._all.add(assignment)
        self._of_role[assignment[:2]].add(assignment)
        self._of_principal[assignment[2:]].add(assignment)
        self._listener.on_assigned(assignment)

    def remove(self, assignment: Assignment) -> None:
        """End an assignment, and with the last one of its permission set in the account the role."""
        if assignment not in self._all:
            return
        self._all.remove(assignment)
        self._of_role[assignment[:2]].remove(assignment)
        self._of_principal[assignment[2:]].remove(assignment)
        self._listener.on_unassigned(assignment)
        if not self._of_role[assignment[:2]]:
            del self._of_role[assignment[:2]]
            self._provisions.remove(assignment.account_id, assignment.permission_set_arn)

    def forget(self, **gone: str) -> None:
        """End all assignments whose fields have these values: of a deleted principal, or in a departed account."""
        for assignment in list(self._all):
            if gone.items() <= assignment._asdict().items():
                self.remove(assignment)


def _paged(found: Iterable[Assignment], parameters: Mapping[str, Any]) -> dict[str, Any]:
    return page(
        "AccountAssignments", ((" ".join(assignment), assignment.described()) for assignment in found), parameters
    )
