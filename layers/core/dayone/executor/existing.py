"""Read an existing Identity Center resource with a name to be created, and compare it with the desired one.

The reads are limited for each name. Members and assignments beyond that are compared as the last inventory has them.
Parts that were not read are reported, and then nothing is adopted.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from dayone.errors import AccessDenied, Awaited, Rejected
from dayone.executor.existing_use import KeptInventory, KeptUse, LiveUse, OutOfReads, ReadBudget, Use
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
)

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
    inventory: KeptInventory

    def kept(self, *, until: datetime) -> KeptUse | None:
        """Return what the last inventory has read, None if that is not recent.

        Raises Awaited when it is not loaded by `until`; the next call goes on with that.
        """

        def check() -> None:
            if self.desired.clock() > until:
                raise Awaited("what the inventory has read is still being loaded", retry_after=1)

        return self.inventory.read(now=self.desired.clock(), check=check)

    def evaluated(self) -> EvaluatedAccess:
        """Return what is desired, evaluated minutes ago where that was begun by an attempt that ran out of time."""
        now, policy, last = self.desired.clock(), self.desired.policies.current(), self.inventory.evaluated
        if last is None or last.policy != policy or now - last.now > _EVALUATED_FOR:
            last = self.inventory.evaluated = self.desired.evaluate(policy=policy)
        return last


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
_MOST_READS = 40
# The executor's process is ended 13 seconds after the last of its attempts has begun.
_LONGEST_READING = timedelta(seconds=5)
# What the inventory has read comes from the table, after the calls.
_LONGEST_LOADING = timedelta(seconds=3)
_CALLS_FOR_PARTS = 4
# A comparison with the inventory that ran out of time goes on with what it has evaluated by then.
_EVALUATED_FOR = timedelta(minutes=5)
_BOUND = f" (at most {_MOST_READS} calls to AWS, and five seconds, for a name, and no recent inventory has them)"
_IN_MANAGEMENT_ACCOUNT_ALONE = "its assignments, which AWS lists in the management account alone"


# A member or an assignment, and what is wrong with it, if anything.
type _Used = tuple[str, Mismatch | None]


class _Comparing:
    """The comparison of one name: `uses` are the members and assignments that it has come to."""

    def __init__(self, found: ExistingResource, *, access: ExistingAccess, reads: ReadBudget | None) -> None:
        now = access.desired.clock()
        self._access, self._has_many_names = access, reads is not None
        (self._id,) = found.references.values()
        reads = reads or ReadBudget(remaining=_MOST_READS, until=now + _LONGEST_READING)
        self._until = max(reads.until, now) + _LONGEST_LOADING
        self._live = LiveUse(use=access.use, live=access.live, reads=reads, clock=access.desired.clock)
        self.mismatches: list[Mismatch] = []
        self.unread: list[str] = []
        self.uses: list[str] = []

    @cached_property
    def desired(self) -> EvaluatedAccess:
        """Evaluated when something is there to be compared with it."""
        return self._access.desired.evaluate()

    def compare(self, uses: Callable[[Use], Iterator[_Used]], *, called: str, refusal: str = "") -> None:
        """Compare some of the uses as they are now, or else as the inventory has them.

        `called` is what they are, `refusal` what is said if AWS may refuse to list them.
        """
        found: list[_Used] = []
        try:
            for used in uses(self._live):
                found.append(used)  # noqa: PERF402 - what came before an error counts
        except OutOfReads:
            reason = f"the rest of {called}{_BOUND}"
        except (AccessDenied, Rejected) as error:
            if not refusal:
                raise
            reason = f"{refusal} ({error})"
        else:
            reason = ""
        if reason and (kept := self._kept()):
            self.desired = self._access.evaluated()
            found, reason = list(self._in_time(uses(kept))), ""
        self.unread += [reason] if reason else []
        self.uses += [use for use, _ in found]
        self.mismatches += [mismatch for _, mismatch in found if mismatch]

    def _in_time(self, uses: Iterator[_Used]) -> Iterator[_Used]:
        for used in uses:
            if self._access.desired.clock() > self._until:
                raise Awaited("it is still being compared with the inventory", retry_after=1)
            yield used

    def attached(self) -> Mapping[Resource, Mapping[str, str]] | None:
        """Return what is attached to a permission set, None if that was not read."""
        try:
            return self._live.read(lambda: self._access.contents.parts(self._id), calls=_CALLS_FOR_PARTS).attached
        except OutOfReads:
            # Before anything is adopted it is read from AWS.
            kept = self._kept() if self._has_many_names else None
            return kept.attached(self._id) if kept else None

    def _kept(self) -> KeptUse | None:
        kept = self._access.kept(until=self._until)
        return kept if kept and kept.has_read(self._id) else None

    def comparison(self, *compared: object, attached: Mapping[Resource, Mapping[str, str]] | None = None) -> Comparison:
        """Return the result; its digest is of all of this, and of what was `compared`."""
        return Comparison(
            mismatches=tuple(self.mismatches),
            unread=tuple(self.unread),
            attached=attached or {},
            uses=tuple(self.uses),
            digest=digest_of(*compared, self.uses, self.mismatches),
        )


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
    group_id, name = found.references["group_id"], found.attributes["name"]
    comparing = _Comparing(found, access=access, reads=reads)
    comparing.mismatches += compare_attributes(found.attributes, desired)
    with access.use.turn():
        comparing.compare(lambda use: _members(group_id, key=key, use=use, of=comparing), called="its members")
        comparing.compare(
            lambda use: _assignments_of(group_id, name=name, use=use, of=comparing),
            called="its assignments",
            refusal=_IN_MANAGEMENT_ACCOUNT_ALONE,
        )
    return comparing.comparison(found.attributes, desired)


def compare_permission_set(
    found: ExistingResource,
    *,
    desired: Mapping[str, str],
    parts: Mapping[Resource, Mapping[str, str]],
    access: ExistingAccess,
    reads: ReadBudget | None = None,
) -> Comparison:
    """Its attributes, all that is attached to it, and its assignments; `parts` are those that it is to have."""
    arn, name = found.references["permission_set_arn"], found.attributes["name"]
    comparing = _Comparing(found, access=access, reads=reads)
    comparing.mismatches += compare_attributes(found.attributes, desired)
    with access.use.turn():
        attached = comparing.attached()
        if attached is None:
            comparing.unread.append(f"its parts{_BOUND}")
        else:
            comparing.mismatches += compare_parts(attached, parts)
        comparing.compare(lambda use: _assignments_in(arn, name=name, use=use, of=comparing), called="its assignments")
    return comparing.comparison(found.attributes, desired, attached or {}, parts, attached=attached)


def _members(group_id: str, *, key: str, use: Use, of: _Comparing) -> Iterator[_Used]:
    for user_id in use.members(group_id):
        person = of.desired.person_of(use.principal_name(AwsPrincipal(kind=PrincipalType.USER, id=user_id)))
        is_desired = person and of.desired.is_member(person, group=key)
        mismatch = Mismatch(part="member", existing=f"person:{person}" if person else f"user {user_id}", person=person)
        yield f"member {user_id}", None if is_desired else mismatch


def _assignments_of(group_id: str, *, name: str, use: Use, of: _Comparing) -> Iterator[_Used]:
    for key in use.of_group(group_id):
        permission_set, account = use.set_name(key.permission_set_arn), key.account_id
        is_desired = of.desired.is_assigned(account, permission_set=permission_set, group=name)
        existing = f"{permission_set or key.permission_set_arn} in {account}"
        mismatch = None if is_desired else Mismatch(part="assignment", existing=existing)
        yield f"{key.permission_set_arn} in {account}", mismatch


def _assignments_in(arn: str, *, name: str, use: Use, of: _Comparing) -> Iterator[_Used]:
    for key in use.of_set(arn):
        mismatch = _surplus(key, permission_set=name, use=use, desired=of.desired)
        yield f"{key.principal_type.lower()} {key.principal_id} in {key.account_id}", mismatch


def _surplus(key: AssignmentKey, *, permission_set: str, use: Use, desired: EvaluatedAccess) -> Mismatch | None:
    """Return a mismatch for an assignment whose holder should not have it, else None."""
    name = use.principal_name(AwsPrincipal(kind=key.principal_type, id=key.principal_id))
    is_group, account = key.principal_type is PrincipalType.GROUP, key.account_id
    group, person = (name, "") if is_group else ("", desired.person_of(name))
    if (group or person) and desired.is_assigned(account, permission_set=permission_set, group=group, person=person):
        return None
    unnamed = f"group {group or key.principal_id}" if is_group else f"user {key.principal_id}"
    existing = f"{f'person:{person}' if person else unnamed} in {account}"
    return Mismatch(part="assignment", existing=existing, account=account, group=group, person=person)
