"""Read an existing Identity Center resource with a name to be created, and compare it with the desired one.

The reads are limited for each name. Parts that were not read are reported, and then nothing is adopted.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from dayone.errors import AccessDenied, Rejected
from dayone.model.dependencies import PARTS_OF_A_SET, digest_of
from dayone.model.subjects import Desired, Resource, Subject, SubjectKind
from dayone.planning.desired_access import DesiredAccess, EvaluatedAccess
from dayone.planning.existing import Comparison, Mismatch, compare_attributes, compare_parts, compare_user
from dayone.ports.identity_center import (
    AssignmentKey,
    AwsPrincipal,
    DirectoryNames,
    ExistingResource,
    ExistingUse,
    LiveAccess,
    NamedSets,
    PrincipalType,
    SetContents,
    SetParts,
)
from dayone.ports.records import Page

# As many calls as the executor may make for a name, at the API's own rate of three a second.
MOST_READS_OF_NAMES = 40
_LONGEST_READING_OF_NAMES = timedelta(seconds=16)


@dataclass(frozen=True, kw_only=True)
class ExistingAccess:
    """Reading what exists: what it needs."""

    contents: SetContents
    use: ExistingUse
    live: LiveAccess
    desired: DesiredAccess


@dataclass(kw_only=True)
class ReadBudget:
    """Budget of calls, and its deadline."""

    remaining: int
    until: datetime


@dataclass(frozen=True, kw_only=True)
class ExistingNames:
    """Looking for names: what it needs; whoever looks within a `preview_turn` has some seconds for all names."""

    directory: DirectoryNames
    permission_sets: NamedSets
    access: ExistingAccess
    preview_turn: Callable[[], AbstractContextManager[None]]

    def find(self, kind: SubjectKind, *, attributes: Mapping[str, str]) -> ExistingResource | None:
        """Return the resource with the name desired for a person's user, a group or a permission set."""
        match kind:
            case SubjectKind.PERSON:
                return self.directory.find_user(attributes["user_name"])
            case SubjectKind.GROUP:
                return self.directory.find_group(attributes["name"])
            case _:
                return self.permission_sets.find(attributes["name"])

    def reads_for_subject(self) -> ReadBudget:
        """Return the read budget of the API for one name."""
        return ReadBudget(remaining=MOST_READS_OF_NAMES, until=self.access.desired.clock() + _LONGEST_READING_OF_NAMES)

    def compare(
        self,
        subject: Subject,
        found: ExistingResource,
        *,
        desired: Mapping[str, str],
        parts: Mapping[Resource, Mapping[str, str]],
        reads: ReadBudget | None = None,
    ) -> Comparison:
        """Compare an existing resource with the desired attributes; `parts` are those of a permission set."""
        match subject.kind:
            case SubjectKind.PERSON:
                return compare_user(found.attributes, desired)
            case SubjectKind.GROUP:
                return compare_group(found, desired=desired, key=subject.name, access=self.access, reads=reads)
            case _:
                return compare_permission_set(found, desired=desired, parts=parts, access=self.access, reads=reads)


def parts_in(desired: Desired) -> Mapping[Resource, Mapping[str, str]]:
    """Return the desired parts of a permission set, with attributes; nothing for any other subject."""
    return {part: how.attributes for part, how in desired.resources.items() if part.kind in PARTS_OF_A_SET}


# Calls to AWS for one name.
MOST_READS = 40
# The executor's process is ended 13 seconds after the last of its attempts has begun.
_LONGEST_READING = timedelta(seconds=5)
_PAGE = 100
CALLS_FOR_PARTS = 4
_BOUND = f" (at most {MOST_READS} calls to AWS, and five seconds, for a name)"
_IN_MANAGEMENT_ACCOUNT_ALONE = "its assignments, which AWS lists in the management account alone"


class _OutOfReads(Exception):
    """The reads are used up, or their time is."""


@dataclass(kw_only=True)
class _Reading:
    """The reading of one name; `uses` are the members and assignments that it has come to."""

    access: ExistingAccess
    reads: ReadBudget
    uses: list[str] = field(default_factory=list)
    _names: dict[AwsPrincipal, str] = field(default_factory=dict)
    _sets: dict[str, str] = field(default_factory=dict)

    @cached_property
    def desired(self) -> EvaluatedAccess:
        """Evaluated when something is there to be compared with it."""
        return self.access.desired.evaluate()

    def read[T](self, call: Callable[[], T], *, calls: int = 1) -> T:
        """Make these calls if so many are left; raises _OutOfReads."""
        if self.reads.remaining < calls or self.access.desired.clock() > self.reads.until:
            raise _OutOfReads
        self.reads.remaining -= calls
        return call()

    def pages[T](self, page: Callable[[str], Page[T]]) -> Iterator[T]:
        """All entries of a list that is read page by page from a cursor."""
        cursor = ""
        while True:
            found = self.read(lambda at=cursor: page(at))  # type: ignore[misc]
            yield from found.entries
            if not (cursor := found.cursor):
                return

    def name_of(self, principal: AwsPrincipal) -> str:
        """Return the name of a group or a user in Identity Center, empty when it does not exist."""
        if principal not in self._names:
            self._names[principal] = self.read(lambda: self.access.live.principal_name(principal))
        return self._names[principal]

    def set_name(self, arn: str) -> str:
        """Return the name of a permission set."""
        if arn not in self._sets:
            self._sets[arn] = self.read(lambda: self.access.live.permission_set_name(arn))
        return self._sets[arn]


def compare_group(
    found: ExistingResource,
    *,
    desired: Mapping[str, str],
    key: str,
    access: ExistingAccess,
    reads: ReadBudget | None = None,
) -> Comparison:
    """Compare a group's attributes, members and assignments with the policy's; `key` is its name there.

    `reads` is the remaining budget of a caller that compares many names.
    """
    group_id, reading = found.references["group_id"], _begun(access, reads)
    mismatches, unread = list(compare_attributes(found.attributes, desired)), []
    with access.use.turn():
        try:
            mismatches += _members(group_id, key=key, reading=reading)
        except _OutOfReads:
            unread.append(f"the rest of its members{_BOUND}")
        try:
            mismatches += _assignments_of(group_id, name=found.attributes["name"], reading=reading)
        except _OutOfReads:
            unread.append(f"the rest of its assignments{_BOUND}")
        except (AccessDenied, Rejected) as error:
            unread.append(f"{_IN_MANAGEMENT_ACCOUNT_ALONE} ({error})")
    return Comparison(
        mismatches=tuple(mismatches),
        unread=tuple(unread),
        uses=tuple(reading.uses),
        digest=digest_of(found.attributes, desired, reading.uses, mismatches),
    )


def compare_permission_set(
    found: ExistingResource,
    *,
    desired: Mapping[str, str],
    parts: Mapping[Resource, Mapping[str, str]],
    access: ExistingAccess,
    reads: ReadBudget | None = None,
) -> Comparison:
    """Its attributes, all that is attached to it, and its assignments; `parts` are those that it is to have."""
    arn, reading = found.references["permission_set_arn"], _begun(access, reads)
    mismatches, unread, attached = list(compare_attributes(found.attributes, desired)), [], SetParts()
    with access.use.turn():
        accounts = 0
        try:
            attached = reading.read(lambda: access.contents.parts(arn), calls=CALLS_FOR_PARTS)
            mismatches += compare_parts(attached.attached, parts)
            for account in reading.pages(lambda at: access.use.accounts(arn, cursor=at, limit=_PAGE)):
                mismatches += _assignments_in(account, arn=arn, name=found.attributes["name"], reading=reading)
                accounts += 1
        except _OutOfReads:
            unread.append(f"the rest of its parts and assignments, after {accounts} accounts{_BOUND}")
    return Comparison(
        mismatches=tuple(mismatches),
        unread=tuple(unread),
        attached=attached.attached,
        uses=tuple(reading.uses),
        digest=digest_of(found.attributes, desired, attached.attached, parts, reading.uses, mismatches),
    )


def _begun(access: ExistingAccess, reads: ReadBudget | None) -> _Reading:
    until = access.desired.clock() + _LONGEST_READING
    return _Reading(access=access, reads=reads or ReadBudget(remaining=MOST_READS, until=until))


def _members(group_id: str, *, key: str, reading: _Reading) -> Iterator[Mismatch]:
    for user_id in reading.pages(lambda at: reading.access.use.members(group_id, cursor=at, limit=_PAGE)):
        reading.uses.append(f"member {user_id}")
        person = reading.desired.person_of(reading.name_of(AwsPrincipal(kind=PrincipalType.USER, id=user_id)))
        if not person or not reading.desired.is_member(person, group=key):
            existing = f"person:{person}" if person else f"user {user_id}"
            yield Mismatch(part="member", existing=existing, person=person)


def _assignments_of(group_id: str, *, name: str, reading: _Reading) -> Iterator[Mismatch]:
    group, live = AwsPrincipal(kind=PrincipalType.GROUP, id=group_id), reading.access.live
    for key in reading.pages(lambda at: live.of_principal(group, account="", cursor=at, limit=_PAGE)):
        reading.uses.append(f"{key.permission_set_arn} in {key.account_id}")
        permission_set = reading.set_name(key.permission_set_arn)
        if not reading.desired.is_assigned(key.account_id, permission_set=permission_set, group=name):
            yield Mismatch(
                part="assignment", existing=f"{permission_set or key.permission_set_arn} in {key.account_id}"
            )


def _assignments_in(account: str, *, arn: str, name: str, reading: _Reading) -> Iterator[Mismatch]:
    live = reading.access.live
    for key in reading.pages(lambda at: live.in_account(account, permission_set_arn=arn, cursor=at, limit=_PAGE)):
        reading.uses.append(f"{key.principal_type.lower()} {key.principal_id} in {account}")
        mismatch = _surplus(key, permission_set=name, reading=reading)
        if mismatch:
            yield mismatch


def _surplus(key: AssignmentKey, *, permission_set: str, reading: _Reading) -> Mismatch | None:
    """Return a mismatch for an assignment whose holder should not have it, else None."""
    name = reading.name_of(AwsPrincipal(kind=key.principal_type, id=key.principal_id))
    is_group, account = key.principal_type is PrincipalType.GROUP, key.account_id
    group, person = (name, "") if is_group else ("", reading.desired.person_of(name))
    if (group or person) and reading.desired.is_assigned(
        account, permission_set=permission_set, group=group, person=person
    ):
        return None
    unnamed = f"group {group or key.principal_id}" if is_group else f"user {key.principal_id}"
    existing = f"{f'person:{person}' if person else unnamed} in {account}"
    return Mismatch(part="assignment", existing=existing, account=account, group=group, person=person)
