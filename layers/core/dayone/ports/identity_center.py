"""Ports for Identity Center, one method per intent, and for reading what somebody has there now."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from dayone.model.policy.context import OffLimits
from dayone.model.subjects import Resource, ResourceKind
from dayone.ports.records import Page


@dataclass(frozen=True, kw_only=True)
class SetParts:
    """All that is attached to a permission set.

    `managed` and `customer` are policies as `SetPolicies` names them, `inline` is JSON text or empty, and `boundary`
    has one of `managed_policy` and `customer_policy`, or nothing.
    """

    managed: frozenset[str] = frozenset()
    customer: frozenset[str] = frozenset()
    inline: str = ""
    boundary: Mapping[str, str] = field(default_factory=dict)

    @property
    def attached(self) -> Mapping[Resource, Mapping[str, str]]:
        """Each of them as a resource, with the attributes that it has."""
        return {
            **{Resource(ResourceKind.MANAGED_POLICY, name): {} for name in self.managed},
            **{Resource(ResourceKind.CUSTOMER_POLICY, name): {} for name in self.customer},
            **({Resource(ResourceKind.INLINE_POLICY): {"document": self.inline}} if self.inline else {}),
            **({Resource(ResourceKind.BOUNDARY): self.boundary} if self.boundary else {}),
        }


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """AWS did it: its request id, and the ids it gave."""

    request_id: str
    references: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ExistingResource:
    """Something that exists in Identity Center: its ids and its attributes in our words."""

    references: Mapping[str, str]
    attributes: Mapping[str, str]


class DirectoryNames(Protocol):
    """Users and groups by their names; attributes in the words of `domain.desired`."""

    def find_user(self, user_name: str) -> ExistingResource | None:
        """By its unique user name; references: `user_id`."""

    def find_group(self, name: str) -> ExistingResource | None:
        """By its unique display name, whatever the letter case; references: `group_id`."""


class Directory(DirectoryNames, Protocol):
    """Users, groups and memberships in the Identity Store; attributes in the words of `domain.desired`.

    Creating raises AlreadyExists when the name or the e-mail is taken; any other bad request is Refused or NotFound.
    """

    def create_user(self, attributes: Mapping[str, str]) -> Receipt:
        """Create a user; `references` has `user_id`."""

    def update_user(self, user_id: str, *, attributes: Mapping[str, str]) -> Receipt:
        """Set these attributes; an empty text unsets one."""

    def delete_user(self, user_id: str) -> Receipt:
        """Delete a user and its memberships; raise NotFound when it does not exist."""

    def create_group(self, attributes: Mapping[str, str]) -> Receipt:
        """Create a group; `references` has `group_id`."""

    def update_group(self, group_id: str, *, attributes: Mapping[str, str]) -> Receipt:
        """Set name and description to these; an empty description unsets it. Members and assignments stay."""

    def delete_group(self, group_id: str) -> Receipt:
        """Delete a group; raise NotFound when it does not exist."""

    def add_member(self, *, group_id: str, user_id: str) -> Receipt:
        """Add a user to a group; `references` has `membership_id`. Raise AlreadyExists for a member."""

    def find_membership(self, *, group_id: str, user_id: str) -> str | None:
        """Return the membership id, or None when the user is not a member or either of the two does not exist."""

    def remove_member(self, membership_id: str) -> Receipt:
        """Delete a membership; raise NotFound when it does not exist."""


class NamedSets(Protocol):
    """Permission sets by their names; attributes as those of PermissionSets."""

    def find(self, name: str) -> ExistingResource | None:
        """By its unique name; references: `permission_set_arn`."""


class PermissionSets(NamedSets, Protocol):
    """Permission sets themselves; attributes in the words of `domain.desired`, each tag as `tag:<key>`."""

    def create(self, attributes: Mapping[str, str]) -> Receipt:
        """Create a permission set; `references` has `permission_set_arn`. Raise AlreadyExists for a used name."""

    def update(self, arn: str, *, attributes: Mapping[str, str]) -> Receipt:
        """Set description, session duration and relay state to these; what is missing goes back to AWS's default.

        Name and tags are left alone: the one cannot be changed, the others have calls of their own.
        """

    def tag(self, arn: str, *, tags: Mapping[str, str]) -> Receipt:
        """Add these tags, or change their values; the others stay."""

    def untag(self, arn: str, *, keys: Iterable[str]) -> Receipt:
        """Take the tags of these keys away; harmless where there is none."""

    def delete(self, arn: str) -> Receipt:
        """Delete a permission set; raise NotFound when it does not exist, Conflicting while it is assigned."""

    def provision(self, arn: str, *, account: str = "") -> str:
        """Ask for the set to reach every account it is in use in, or one of them; returns the request id."""

    def accounts(self, arn: str) -> Collection[str]:
        """Return the ids of the accounts that have the set; raise NotFound when it does not exist."""

    def outdated_accounts(self, arn: str) -> Collection[str]:
        """Those of them that have it in an earlier form."""

    def provisionings(self, request_ids: Collection[str]) -> Mapping[str, "RequestState"]:
        """Return the states of these requests from one read of AWS's list; those not listed are missing."""

    def provisioning(self, request_id: str) -> "RequestState":
        """Return the state of a request, also where no account has the set; raise NotFound for an unknown id."""


class SetContents(Protocol):
    """Read access to the contents of permission sets; names as in SetPolicies."""

    def parts(self, arn: str) -> SetParts:
        """All of it; raises NotFound when the set is gone."""

    def inline(self, arn: str) -> str:
        """Return the inline policy, JSON text, or empty."""

    def boundary(self, arn: str) -> Mapping[str, str]:
        """Return the permissions boundary as `managed_policy` or `customer_policy`, or nothing."""


class SetPolicies(SetContents, Protocol):
    """Policies attached to permission sets.

    A `managed_policy` is a path below `policy/` such as `job-function/ViewOnlyAccess`, or a whole ARN. A
    `customer_policy` is a path and a name such as `/teams/Deployer`; the accounts must have it.
    """

    def attach_managed(self, arn: str, *, managed_policy: str) -> Receipt:
        """Attach a managed policy; raise AlreadyExists when it is attached."""

    def detach_managed(self, arn: str, *, managed_policy: str) -> Receipt:
        """Detach a managed policy; raise NotFound when it is not attached."""

    def attach_customer(self, arn: str, *, customer_policy: str) -> Receipt:
        """Attach a customer policy; raise AlreadyExists when it is attached."""

    def detach_customer(self, arn: str, *, customer_policy: str) -> Receipt:
        """Detach a customer policy; raise NotFound when it is not attached."""

    def put_inline(self, arn: str, *, document: str) -> Receipt:
        """Set the inline policy, JSON text."""

    def delete_inline(self, arn: str) -> Receipt:
        """Remove the inline policy; harmless when there is none."""

    def put_boundary(self, arn: str, *, managed_policy: str = "", customer_policy: str = "") -> Receipt:
        """Set the permissions boundary to one of the two, whatever it was before."""

    def delete_boundary(self, arn: str) -> Receipt:
        """Delete the permissions boundary; raise NotFound when there is none."""


@dataclass(frozen=True, kw_only=True)
class RequestState:
    """State of an asynchronous AWS request: in progress, over, or failed with a reason; `status` is AWS's word."""

    is_over: bool
    failure_reason: str = ""
    status: str = field(default="", compare=False)


class PrincipalType(StrEnum):
    """Types of principals in assignments, in AWS's words."""

    GROUP = "GROUP"
    USER = "USER"


@dataclass(frozen=True, kw_only=True, slots=True)
class AssignmentKey:
    """One assignment in AWS's ids: the account, the permission set, and the group or user."""

    account_id: str
    permission_set_arn: str
    principal_id: str
    principal_type: PrincipalType = PrincipalType.GROUP


class Assignments(Protocol):
    """Account assignments, which AWS makes and removes asynchronously."""

    def create(self, key: AssignmentKey) -> str:
        """Ask for it; returns the request id. A duplicate is accepted by AWS and harmless."""

    def exists(self, key: AssignmentKey) -> bool:
        """Return whether it exists; raise NotFound when the account or the permission set does not."""

    def delete(self, key: AssignmentKey) -> str:
        """Ask for it to go; returns the request id. Raises NotFound when it is not there."""

    def creations(self, request_ids: Collection[str]) -> Mapping[str, RequestState]:
        """Return the states of these requests from one read of AWS's list of creations; others are missing."""

    def deletions(self, request_ids: Collection[str]) -> Mapping[str, RequestState]:
        """Return the states of these requests from one read of AWS's list of deletions; others are missing."""

    def creation(self, request_id: str) -> RequestState:
        """Return the state of a creation; raise NotFound for an unknown id."""

    def deletion(self, request_id: str) -> RequestState:
        """Return the state of a deletion; raise NotFound for an unknown id."""


class ExistingUse(Protocol):
    """Accounts of a permission set, and members of a group; cursors are AWS's own."""

    def turn(self) -> AbstractContextManager[None]:
        """Acquire the right to read, which one thread has at a time; raise Awaited while another has it.

        Within it every call to Identity Center waits until the others leave half of the rate unused, and raises Awaited
        when they do not for seconds.
        """

    def accounts(self, permission_set_arn: str, *, cursor: str, limit: int) -> Page[str]:
        """Return the ids of the accounts that have the set; raise NotFound when it does not exist."""

    def members(self, group_id: str, *, cursor: str, limit: int) -> Page[str]:
        """Return the ids of the users in a group; raise NotFound when it does not exist."""


@dataclass(frozen=True, kw_only=True)
class AwsPrincipal:
    """A group or a user, by AWS's id."""

    kind: PrincipalType
    id: str


class LiveAccess(Protocol):
    """Assignments, and the names of what they are of; cursors are AWS's own."""

    def permission_sets_in(self, account: str) -> Sequence[str]:
        """Return the ARNs of all permission sets in use in an account, in order."""

    def in_account(self, account: str, *, permission_set_arn: str, cursor: str, limit: int) -> Page[AssignmentKey]:
        """Return the assignments of a permission set in an account; none when either does not exist."""

    def of_principal(self, principal: AwsPrincipal, *, account: str, cursor: str, limit: int) -> Page[AssignmentKey]:
        """Return the assignments of a group, or of a user and their groups, in one account or, if empty, in all.

        None when the principal does not exist. AWS answers this in the management account only, and raises Refused
        elsewhere.
        """

    def permission_set_name(self, arn: str) -> str:
        """Return the name of a permission set, empty when it does not exist."""

    def principal_name(self, principal: AwsPrincipal) -> str:
        """Return the display name of a group or the user name of a user, empty when they do not exist."""

    def group_called(self, name: str) -> AwsPrincipal | None:
        """Return the group of this display name, or None."""

    def user_called(self, name: str) -> AwsPrincipal | None:
        """Return the user of this user name, or None."""


class Standing(Protocol):
    """Limits that AWS sets for this account."""

    def off_limits(self) -> OffLimits:
        """Nothing in the management account with IAM rights for it. What is in use there may show a minute later."""
