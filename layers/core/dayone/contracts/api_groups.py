"""What the HTTP API answers about groups and permission sets."""

from typing import TypedDict

from dayone.contracts.api import ConfirmedAnswer, HeadAnswer, MemberAnswer
from dayone.contracts.api_assignments import HoldingAnswer
from dayone.contracts.api_people import Progress


class GroupInListAnswer(TypedDict):
    """A group in short: `group` is its key in the policy, `name` what Identity Center calls it.

    `is_there` is whether Identity Center has it as far as AWS confirmed; one that is not wanted any more stays listed.
    """

    group: str
    name: str
    description: str
    is_there: bool
    progress: Progress


class GroupsAnswer(TypedDict):
    """Part of all groups, by key."""

    groups: list[GroupInListAnswer]
    cursor: str


class GroupAnswer(TypedDict):
    """A group, as Identity Center has it or null, and part of its members."""

    group: str
    head: HeadAnswer
    confirmed: ConfirmedAnswer | None
    members: list[MemberAnswer]
    cursor: str


class PermissionSetInListAnswer(TypedDict):
    """A permission set in short: `permission_set` is its key in the policy, `name` what Identity Center calls it."""

    permission_set: str
    name: str
    description: str
    session_duration: str
    is_there: bool
    progress: Progress


class PermissionSetsAnswer(TypedDict):
    """Part of all permission sets, by key."""

    permission_sets: list[PermissionSetInListAnswer]
    cursor: str


class PermissionSetAnswer(TypedDict):
    """A permission set with its parts, as Identity Center has them, and part of where it is assigned.

    A part of where it is assigned may be short, or empty, and still have a cursor.
    """

    permission_set: str
    head: HeadAnswer
    confirmed: list[ConfirmedAnswer]
    assignments: list[HoldingAnswer]
    cursor: str
