"""Add to a preview what exists in Identity Center under the names that it would create."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from dayone.errors import Rejected, Unavailable
from dayone.executor.existing import ExistingNames, parts_in
from dayone.executor.existing_use import ReadBudget
from dayone.model.dependencies import ROOTS
from dayone.model.operations import Action
from dayone.model.policy.rules import Policy
from dayone.model.subjects import ITSELF, ResourceKind, ResourceOf, Subject, SubjectKind, assignment_in
from dayone.planning.desired import desired_for_permission_set
from dayone.planning.desired_people import EXTERNAL
from dayone.planning.existing import Comparison, how_to_describe, is_same_person
from dayone.ports.identity_center import ExistingResource
from dayone.preview.preview import TAKEN_ON, PlanPreview, PreviewedOperation, new_names, not_looked_at

# API Gateway waits for 29 seconds, of which planning takes 18 at most.
_LONGEST_LOOK = timedelta(seconds=6)
_LONGEST_LOADING = timedelta(seconds=2)
_MOST_READS = 40
_PAGE = 100
_ADOPTED = "exists with every part as wanted, and would be taken on"
_SAME_PERSON = "exists as the user of the same person, and would be taken on"
_AS_IT_IS = "What the policy has to say to have it as it is: {describe}. Once that has failed, {adopt}"
_AS_HR_HAS_IT = "Once that has failed, {describe} names what HR has to say to have it as it is, and {adopt}"
_ADOPT = "`dayone changes adopt` decides to take it on, by the digest {digest}"
_OURS = "exists as another resource that Day One manages, which has to give the name up first"
_CALLS = {ResourceKind.USER: 2, ResourceKind.GROUP: 2, ResourceKind.PERMISSION_SET: 3}


def with_existing(preview: PlanPreview, *, policy: Policy, names: ExistingNames) -> PlanPreview:
    """Add existing resources of the same names to a preview's users, groups and permission sets.

    The calls and the time are limited; a note has the number of names that were not checked.
    """
    if not (total := new_names(preview)):
        return preview
    look = _Look(policy=policy, names=names)
    with suppress(Unavailable), names.preview_turn():
        operations = tuple(look.at(operation) for operation in preview.operations)
        preview = replace(preview, operations=tuple(look.with_uses(operations)))
    notes = list(preview.notes)
    if look.as_of:
        of = f"{look.kept} of {total} new names"
        notes.append(f"looked at in the inventory of {look.as_of:%Y-%m-%dT%H:%MZ}: {of}")
    return replace(preview, notes=(*notes, *not_looked_at(preview, seen=look.seen)))


class _Look:
    """Lookups for one preview; `seen` is the number of names that were checked, `kept` of those in an inventory."""

    def __init__(self, *, policy: Policy, names: ExistingNames) -> None:
        self._policy, self._names = policy, names
        self._reads = ReadBudget(remaining=_MOST_READS, until=names.access.desired.clock() + _LONGEST_LOOK)
        self._ours: dict[SubjectKind, frozenset[str]] = {}
        # Of what would be taken on: AWS's ids, and who uses it.
        self._ids: dict[Subject, str] = {}
        self._uses: dict[Subject, frozenset[str]] = {}
        self.seen = self.kept = 0
        self.as_of: datetime | None = None

    def at(self, operation: PreviewedOperation) -> PreviewedOperation:
        """Return the operation with the existing resource; unchanged if it cannot be read now, or within the limits."""
        if operation.action is not Action.CREATE or operation.resource.kind not in ROOTS:
            return operation
        for look in (self._at_aws, self._at_inventory):
            with suppress(Unavailable, Rejected):
                exists = look(operation)
                if exists is not None:
                    self.seen += 1
                    return replace(operation, exists=exists)
        return operation

    def with_uses(self, operations: Sequence[PreviewedOperation]) -> Iterator[PreviewedOperation]:
        """Yield the operations, with the members, assignments and parts that exist of what would be taken on."""
        created = [each for each in operations if each.action is Action.CREATE and each.resource.kind not in ROOTS]
        ids = self._ids_of({who for each in created if (who := _who(each))}) if self._uses else {}
        for operation in operations:
            exists = TAKEN_ON if operation in created and self._is_used(operation, ids=ids) else operation.exists
            yield replace(operation, exists=exists)

    def _ids_of(self, subjects: Iterable[Subject]) -> Mapping[Subject, str]:
        unknown = [ResourceOf(each, ITSELF[each.kind]) for each in sorted(subjects) if each not in self._ids]
        applied = self._names.access.desired.index.applied(unknown)
        recorded = {each.subject: "".join(own.references.values()) for each, own in applied.items()}
        return {**recorded, **self._ids}

    def _is_used(self, operation: PreviewedOperation, *, ids: Mapping[Subject, str]) -> bool:
        who, resource = _who(operation), operation.resource
        if who is None:
            return operation.subject in self._uses
        if resource.kind is ResourceKind.MEMBERSHIP:
            group = Subject(SubjectKind.GROUP, resource.name)
            return f"member {ids.get(who)}" in self._uses.get(group, ())
        permission_set = Subject(SubjectKind.PERMISSION_SET, assignment_in(resource).permission_set)
        kind = "user" if who.kind is SubjectKind.PERSON else "group"
        return f"{kind} {ids.get(who)} in {operation.subject.name}" in self._uses.get(permission_set, ())

    def _at_aws(self, operation: PreviewedOperation) -> str | None:
        """Return what exists as AWS answers now, None when the calls or the time for that are used up."""
        calls = _CALLS[operation.resource.kind]
        if self._reads.remaining < calls or self._names.access.desired.clock() >= self._reads.until:
            return None
        self._reads.remaining -= calls
        found = self._names.find(operation.subject.kind, attributes=operation.attributes)
        return self._compared(operation, found, reads=self._reads) if found else ""

    def _at_inventory(self, operation: PreviewedOperation) -> str | None:
        """Return what exists as the last inventory has it, None without a recent one."""
        until = self._reads.until + _LONGEST_LOADING
        kept = self._names.access.kept(until=until)
        if kept is None:
            return None
        found = kept.find(operation.subject.kind, attributes=operation.attributes)
        reads = ReadBudget(remaining=0, until=self._reads.until)
        exists = self._compared(operation, found, reads=reads) if found else ""
        self.kept, self.as_of = self.kept + 1, kept.of.began_at
        return exists

    def _compared(self, operation: PreviewedOperation, found: ExistingResource, *, reads: ReadBudget) -> str:
        desired, kind = operation.attributes, operation.resource.kind
        if kind is ResourceKind.USER and (EXTERNAL in desired or is_same_person(found.attributes, desired)):
            self._note(operation.subject, found)
            return _SAME_PERSON
        if kind is not ResourceKind.USER and self._is_ours(operation.subject.kind, found):
            return _OURS
        comparison = self._comparison(operation, found, reads=reads)
        if not comparison.is_identical:
            return f"exists, and would be left as it is: {comparison}{_decide(operation, comparison)}"
        self._note(operation.subject, found)
        if kind is not ResourceKind.USER:
            self._uses[operation.subject] = frozenset(comparison.uses)
        return _ADOPTED

    def _note(self, subject: Subject, found: ExistingResource) -> None:
        (self._ids[subject],) = found.references.values()

    def _comparison(self, operation: PreviewedOperation, found: ExistingResource, *, reads: ReadBudget) -> Comparison:
        subject, is_set = operation.subject, operation.subject.kind is SubjectKind.PERMISSION_SET
        parts = parts_in(desired_for_permission_set(subject.name, policy=self._policy)) if is_set else {}
        return self._names.compare(subject, found, desired=operation.attributes, parts=parts, reads=reads)

    def _is_ours(self, kind: SubjectKind, found: ExistingResource) -> bool:
        if kind not in self._ours:
            self._ours[kind] = frozenset(self._recorded(kind))
        return bool(self._ours[kind] & set(found.references.values()))

    def _recorded(self, kind: SubjectKind) -> list[str]:
        ids, cursor = list[str](), None
        while cursor != "":
            page = self._names.access.desired.index.listed(kind, cursor=cursor or "", limit=_PAGE)
            for state in page.entries:
                own = state.applied.get(ITSELF[kind])
                ids += own.references.values() if own else ()
            cursor = page.cursor
        return ids


def _who(operation: PreviewedOperation) -> Subject | None:
    """Return the person of a membership, or the group or person of an assignment; None for any other resource."""
    match operation.resource.kind:
        case ResourceKind.MEMBERSHIP:
            return operation.subject
        case ResourceKind.ASSIGNMENT:
            return assignment_in(operation.resource).principal.target.subject
        case _:
            return None


def _decide(operation: PreviewedOperation, comparison: Comparison) -> str:
    """Describe the possible decisions; a previewed person need not be recorded yet, and then cannot be described."""
    if comparison.unread:
        return ""
    ways = _AS_HR_HAS_IT if operation.resource.kind is ResourceKind.USER else _AS_IT_IS
    describe = how_to_describe(operation.subject, name=operation.attributes.get("name", ""))
    return f". {ways.format(describe=describe, adopt=_ADOPT.format(digest=comparison.digest))}"
