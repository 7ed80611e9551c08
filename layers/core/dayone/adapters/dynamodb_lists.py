"""Under which name the indexes list records, and in which order."""

from dayone.domain.operations import Operation
from dayone.domain.subjects import SubjectKind

RUNNABLE = "RUNNABLE"
DUE = "DUE"
CHANGES = "changes"

_LISTS = {
    SubjectKind.PERSON: "people",
    SubjectKind.ACCOUNT: "accounts",
    SubjectKind.GROUP: "groups",
    SubjectKind.PERMISSION_SET: "permission-sets",
    SubjectKind.POLICY: "policies",
}


def list_of(kind: SubjectKind) -> str:
    """The list of the subjects of a kind."""
    return _LISTS[kind]


def urgency_of(operation: Operation) -> str:
    """What the runnable operations are sorted by: priority, then the time of the change, then their place in a plan."""
    return f"{operation.priority:d}#{operation.change}#{operation.subject}#{operation.number:04d}"


def members_of(group: str) -> str:
    """The list of a group's members."""
    return f"members:{group}"


def assignments_of(group: str) -> str:
    """The list of a group's assignments."""
    return f"assignments:{group}"
