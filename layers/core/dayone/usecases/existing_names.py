"""Find what exists in Identity Center under the name of something that is to be created, and compare it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

from dayone.domain.desired import Desired
from dayone.domain.existing import Comparison, compare_user
from dayone.domain.precedence import PARTS_OF_A_SET
from dayone.domain.subjects import Resource, Subject, SubjectKind
from dayone.ports.identity_center import DirectoryNames, Found, NamedSets
from dayone.usecases.read_existing import ExistingAccess, Reads, compare_group, compare_permission_set

# As many calls as the executor may make for a name, at the API's own rate of three a second.
_MOST_READS = 40
_LONGEST_READING = timedelta(seconds=16)


@dataclass(frozen=True, kw_only=True)
class ExistingNames:
    """Looking for names: what it needs; whoever looks within a `preview_turn` has some seconds for all names."""

    directory: DirectoryNames
    permission_sets: NamedSets
    access: ExistingAccess
    preview_turn: Callable[[], AbstractContextManager[None]]

    def find(self, kind: SubjectKind, *, attributes: Mapping[str, str]) -> Found | None:
        """What has the name that a person's user, a group or a permission set is to have."""
        match kind:
            case SubjectKind.PERSON:
                return self.directory.find_user(attributes["user_name"])
            case SubjectKind.GROUP:
                return self.directory.find_group(attributes["name"])
            case _:
                return self.permission_sets.find(attributes["name"])

    def reads_for_one(self) -> Reads:
        """What the API may read of one name that it is asked about."""
        return Reads(remaining=_MOST_READS, until=self.access.desired.clock() + _LONGEST_READING)

    def compare(
        self,
        subject: Subject,
        found: Found,
        *,
        desired: Mapping[str, str],
        parts: Mapping[Resource, Mapping[str, str]],
        reads: Reads | None = None,
    ) -> Comparison:
        """What was found with the attributes that are desired; `parts` are those of a permission set."""
        match subject.kind:
            case SubjectKind.PERSON:
                return compare_user(found.attributes, desired)
            case SubjectKind.GROUP:
                return compare_group(found, desired=desired, key=subject.name, access=self.access, reads=reads)
            case _:
                return compare_permission_set(found, desired=desired, parts=parts, access=self.access, reads=reads)


def parts_in(desired: Desired) -> Mapping[Resource, Mapping[str, str]]:
    """What a permission set is to have, with attributes; nothing of any other subject."""
    return {part: how.attributes for part, how in desired.resources.items() if part.kind in PARTS_OF_A_SET}
