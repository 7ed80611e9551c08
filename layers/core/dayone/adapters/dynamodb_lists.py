"""Under which name the indexes list records, and in which order."""

from dayone.domain.operations import Lane
from dayone.domain.subjects import Subject, SubjectKind

BEGUN = "RUNNABLE#begun"
# What waits for a resource; its place there begins with that.
PARKED = "PARKED"
DUE = "DUE"
CHANGES = "changes"
# Changes that hold something, and those of which something has failed or was given up: others may be among them.
HOLDING = "changes:holding"
FAILED = "changes:failed"
REVOKED_SESSIONS = "revoked-sessions"
# With the subject behind it: the list of what was done to that subject.
AUDIT_OF = "audit:"

_LISTS = {
    SubjectKind.PERSON: "people",
    SubjectKind.ACCOUNT: "accounts",
    SubjectKind.GROUP: "groups",
    SubjectKind.PERMISSION_SET: "permission-sets",
    SubjectKind.POLICY: "policies",
    SubjectKind.ORGANIZATION: "organizations",
}


def list_of(kind: SubjectKind) -> str:
    """The list of the subjects of a kind."""
    return _LISTS[kind]


def waiting_in(lane: Lane) -> str:
    """The open operations of a lane of which no attempt has begun."""
    return f"RUNNABLE#{lane}"


def changes_of(subject: Subject) -> str:
    """The list of the changes that have planned a subject."""
    return f"changes:{subject}"


def grants_in_state(*, is_open: bool) -> str:
    """The list of the grants that are open, or of those that are over."""
    return "grants:open" if is_open else "grants:over"


def members_of(group: str) -> str:
    """The list of a group's members."""
    return f"members:{group}"


def assignments_of(group: str) -> str:
    """The list of a group's assignments."""
    return f"assignments:{group}"
