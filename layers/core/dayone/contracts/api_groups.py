"""What the HTTP API answers about groups and permission sets."""

from typing import TypedDict

from dayone.contracts.api import ConfirmedAnswer, HeadAnswer, MemberAnswer
from dayone.contracts.api_assignments import HoldingAnswer
from dayone.contracts.api_people import Progress


class GroupInListAnswer(TypedDict):
    """A summary of a group: `group` is its key in the policy, `name` its name in Identity Center.

    `is_there` is whether AWS has confirmed it; a group that the policy no longer has stays listed.
    """

    group: str
    name: str
    description: str
    is_there: bool
    progress: Progress


class GroupsAnswer(TypedDict):
    """A page of groups, by key."""

    groups: list[GroupInListAnswer]
    cursor: str


class GroupAnswer(TypedDict):
    """A group as confirmed by AWS, or null, and a page of its members."""

    group: str
    head: HeadAnswer
    confirmed: ConfirmedAnswer | None
    members: list[MemberAnswer]
    cursor: str


class PermissionSetInListAnswer(TypedDict):
    """A summary of a permission set: `permission_set` is its key in the policy, `name` its name in Identity Center."""

    permission_set: str
    name: str
    description: str
    session_duration: str
    is_there: bool
    progress: Progress


class PermissionSetsAnswer(TypedDict):
    """A page of permission sets, by key."""

    permission_sets: list[PermissionSetInListAnswer]
    cursor: str


class PermissionSetAnswer(TypedDict):
    """A permission set with its parts, as confirmed by AWS, and a page of its assignments.

    A page of assignments may be short, or empty, and still have a cursor.
    """

    permission_set: str
    head: HeadAnswer
    confirmed: list[ConfirmedAnswer]
    assignments: list[HoldingAnswer]
    cursor: str
