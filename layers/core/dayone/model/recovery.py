"""The identity of the state table, and its recovery: the time in which nobody relies on what the table says."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dayone.model.changes import Cause
from dayone.model.dependencies import COUNTED, Difference, requirements
from dayone.model.inventory import DriftFinding, DriftKind
from dayone.model.operations import Action, Applied, Operation
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import ITSELF, DesiredResource, Resource, ResourceKind, ResourceOf, Subject


@dataclass(frozen=True, kw_only=True)
class TableIdentity:
    """The id that AWS has given a table, which no other ever has, and how many times the stack's record began anew.

    It stands in the table and outside it; the two differ from the loss of a table to the end of its recovery.
    """

    table_id: str
    epoch: int = 1


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """An open recovery of a table; `since` is None until it was noted, `change` the one that rebuilds the record.

    `requested` is the cause of that change: it begins once Identity Center was read anew, with everybody known by then.
    """

    table_id: str
    since: datetime | None = None
    requested: Cause | None = None
    change: str = ""

    @property
    def read_after(self) -> datetime | None:
        """The moment after which Identity Center has to be read anew, None before the recovery was noted."""
        return self.requested.at if self.requested else self.since

    def permits(self, operation: Operation) -> bool:
        """Return whether an operation may be carried out meanwhile: a part of an end that was reported since then."""
        return bool(operation.ends) and self.since is not None and operation.created_at >= self.since


@dataclass(frozen=True, kw_only=True)
class Correction:
    """Differences of one subject from Identity Center: what it has lost or has otherwise, and ids of what it gained."""

    restored: tuple[Resource, ...] = ()
    findings: tuple[str, ...] = ()


def corrections(findings: Iterable[DriftFinding], *, since: datetime) -> Mapping[Subject, Correction]:
    """Return what the record of each subject lacks, by findings that were first seen since then.

    What others had added before was known by then, and stays as it is.
    """
    found: dict[Subject, Correction] = {}
    for finding in findings:
        target = finding.difference.target
        if target is None:
            continue
        before = found.get(target.subject, Correction())
        if finding.difference.kind not in (DriftKind.UNMANAGED, DriftKind.ORPHANED):
            restored = (*before.restored, target.resource)
            found[target.subject] = Correction(restored=restored, findings=before.findings)
        elif finding.first_seen_at >= since:
            ids = (*before.findings, finding.id)
            found[target.subject] = Correction(restored=before.restored, findings=ids)
    return found


def gone_in(findings: Iterable[DriftFinding]) -> frozenset[ResourceOf]:
    """Return the groups, permission sets and users that do not exist any more."""
    missing = (finding.difference.target for finding in findings if finding.difference.kind is DriftKind.MISSING)
    return frozenset(target for target in missing if target and target.resource in ITSELF.values())


def hanging_on(gone: Container[ResourceOf], *, state: SubjectState) -> tuple[Resource, ...]:
    """Return the recorded memberships and assignments that AWS deleted with what is gone, and lists nowhere."""
    return tuple(
        resource
        for resource in state.applied
        if resource.kind in COUNTED
        and any(each in gone for each in requirements(_given(resource), subject=state.head.subject))
    )


def _given(resource: Resource) -> Difference:
    return Difference(Action.CREATE, resource, DesiredResource({}, ()))


def unknown_members(findings: Iterable[DriftFinding]) -> Sequence[DriftFinding]:
    """Return members of our groups of whom no fact is recorded."""
    return [
        finding
        for finding in findings
        if finding.difference.kind is DriftKind.UNMANAGED
        and finding.difference.target is None
        and Resource.parse(finding.difference.resource).kind is ResourceKind.MEMBERSHIP
    ]


def recorded_from(finding: DriftFinding, *, subject: Subject, change: str) -> Applied | None:
    """Return the record of what a finding says is there, None when it says nothing of that subject."""
    target = finding.difference.target
    if finding.difference.kind is not DriftKind.UNMANAGED or target is None or target.subject != subject:
        return None
    return Applied(
        resource=target.resource, references=finding.difference.references, change=change, at=finding.seen_at
    )
