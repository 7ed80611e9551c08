"""An Identity Center in memory: what the fakes of its three ports share."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count, islice

from dayone.errors import NotFound
from dayone.ports.identity_center import AssignmentKey, PrincipalType, Receipt, RequestState
from tests.fakes.pages import Grouped


class RequestFailed(Exception):
    """Failure of an accepted request."""


@dataclass
class StoredGroup:
    name: str
    description: str


@dataclass
class StoredSet:
    name: str
    attributes: dict[str, str]
    tags: dict[str, str] = field(default_factory=dict)
    managed_policies: set[str] = field(default_factory=set)
    customer_policies: set[str] = field(default_factory=set)
    inline_policy: str = ""
    boundary: str = ""
    revision: int = 1


@dataclass
class Request:
    kind: str
    perform: Callable[[], None]
    state: RequestState = field(default_factory=lambda: RequestState(is_over=False, status="IN_PROGRESS"))


def names_of(user: Mapping[str, str]) -> list[tuple[str, str]]:
    """A name and an address that no other user may have, whatever the case of their letters."""
    return [(word, user[word].casefold()) for word in ("user_name", "email") if user.get(word)]


@dataclass
class MemoryIdentityCenter:
    """Users by id (attributes in our words), groups by id, memberships by id, permission sets by ARN.

    `accounts` are the ids of active accounts; None means any. `closed` are those in which nothing can be provisioned.
    Requests stay in progress until `work`.
    `provisioned` has the revision of each permission set (ARN) that an account has.
    """

    accounts: set[str] | None = None
    closed: set[str] = field(default_factory=set)
    users: Grouped[str, dict[str, str]] = field(default_factory=lambda: Grouped(lambda _, user: names_of(user)))
    groups: dict[str, StoredGroup] = field(default_factory=dict)
    memberships: Grouped[str, tuple[str, str]] = field(default_factory=lambda: Grouped(lambda _, pair: [pair, *pair]))
    permission_sets: dict[str, StoredSet] = field(default_factory=dict)
    assignments: set[AssignmentKey] = field(default_factory=set)
    provisioned: dict[tuple[str, str], int] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    unfinished: dict[str, None] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def receipt(self, **references: str) -> Receipt:
        return Receipt(request_id=self.new_id("request"), references=references)

    def new_id(self, kind: str) -> str:
        return f"{kind}-{next(self.numbers)}"

    def ask(self, kind: str, perform: Callable[[], None]) -> str:
        request_id = self.new_id("request")
        self.requests[request_id] = Request(kind, perform)
        self.unfinished[request_id] = None
        return request_id

    def state_of(self, kind: str, request_id: str) -> RequestState:
        request = self.requests.get(request_id)
        if request is None or request.kind != kind:
            raise NotFound(f"ResourceNotFoundException: no {kind} has the id {request_id}")
        return request.state

    def states_of(self, kind: str, request_ids: Collection[str]) -> Mapping[str, RequestState]:
        """Return the states in the first hundred of a list, the newest first."""
        newest = islice((request for request in reversed(self.requests) if self.requests[request].kind == kind), 100)
        return {name: self.requests[name].state for name in newest if name in request_ids}

    def in_progress(self) -> list[str]:
        return list(self.unfinished)

    def work(self, only: Iterable[str] | None = None) -> None:
        """Let time pass until these requests, or all, are over; in the order in which they were asked for."""
        for request_id in list(self.in_progress() if only is None else only):
            request = self.requests[request_id]
            self.unfinished.pop(request_id, None)
            try:
                request.perform()
            except RequestFailed as failure:
                request.state = RequestState(is_over=True, failure_reason=str(failure), status="FAILED")
            else:
                request.state = RequestState(is_over=True, status="SUCCEEDED")

    def holds(self, principal_type: PrincipalType, principal_id: str) -> bool:
        return principal_id in (self.users if principal_type is PrincipalType.USER else self.groups)

    def existing_set(self, arn: str) -> StoredSet:
        if arn not in self.permission_sets:
            raise NotFound("ResourceNotFoundException: Could not find PermissionSet")
        return self.permission_sets[arn]

    def delete_assignment(self, key: AssignmentKey) -> None:
        self.assignments.discard(key)
        role = (key.account_id, key.permission_set_arn)
        if not any((assignment.account_id, assignment.permission_set_arn) == role for assignment in self.assignments):
            self.provisioned.pop(role, None)
