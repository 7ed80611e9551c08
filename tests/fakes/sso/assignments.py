"""The port Assignments in memory; what is asked for happens when `MemoryIdentityCenter.work` is called."""

from collections.abc import Collection, Mapping

from dayone.errors import Conflicting, NotFound
from dayone.ports.identity_center import AssignmentKey, RequestState
from tests.fakes.sso.identity_center import MemoryIdentityCenter, RequestFailed


class MemoryAssignments:
    def __init__(self, center: MemoryIdentityCenter) -> None:
        self._center = center
        self._asked: dict[str, AssignmentKey] = {}

    def create(self, key: AssignmentKey) -> str:
        self._refuse_while("deletion", key)
        return self._remember(key, self._center.ask("creation", lambda: self._create(key)))

    def exists(self, key: AssignmentKey) -> bool:
        if key.permission_set_arn not in self._center.permission_sets:
            raise NotFound("ResourceNotFoundException: Could not find PermissionSet")
        return key in self._center.assignments

    def delete(self, key: AssignmentKey) -> str:
        self._refuse_while("creation", key)
        if key not in self._center.assignments:
            raise NotFound("ResourceNotFoundException: Assignment not found.")
        return self._remember(key, self._center.ask("deletion", lambda: self._center.delete_assignment(key)))

    def creations(self, request_ids: Collection[str]) -> Mapping[str, RequestState]:
        return self._center.states_of("creation", request_ids)

    def deletions(self, request_ids: Collection[str]) -> Mapping[str, RequestState]:
        return self._center.states_of("deletion", request_ids)

    def creation(self, request_id: str) -> RequestState:
        return self._center.state_of("creation", request_id)

    def deletion(self, request_id: str) -> RequestState:
        return self._center.state_of("deletion", request_id)

    def _create(self, key: AssignmentKey) -> None:
        if self._center.accounts is not None and key.account_id not in self._center.accounts:
            raise RequestFailed(f"Received a 404 status error: AWS account {key.account_id} was not found.")
        if key.permission_set_arn not in self._center.permission_sets:
            raise RequestFailed("Received a 404 status error: Could not find PermissionSet")
        if not self._center.holds(key.principal_type, key.principal_id):
            assignee = f"the {key.principal_type} assignee {key.principal_id}"
            raise RequestFailed(f"Received a 404 status error: {assignee} was not found")
        self._center.assignments.add(key)
        revision = self._center.permission_sets[key.permission_set_arn].revision
        self._center.provisioned.setdefault((key.account_id, key.permission_set_arn), revision)

    def _refuse_while(self, kind: str, key: AssignmentKey) -> None:
        for request_id in self._center.in_progress():
            if self._asked.get(request_id) == key and self._center.requests[request_id].kind == kind:
                raise Conflicting("ConflictException: A conflicting operation on this assignment is in progress.")

    def _remember(self, key: AssignmentKey, request_id: str) -> str:
        self._asked[request_id] = key
        return request_id
