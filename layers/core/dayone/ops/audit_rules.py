"""Check by the audit log alone that the executor kept its protocol: each end is one that its steps allow.

These are rules of the protocol, whatever was decided: docs/decisions/0126-the-protocol-is-proven.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from dayone.model.audit import AuditEntry, AuditRecord, Steps
from dayone.model.operations import Action, DeletionOutcome, OperationState

_SUCCEEDED = OperationState.SUCCEEDED.value
_OVER = frozenset({_SUCCEEDED, DeletionOutcome.ALREADY_DELETED.value, DeletionOutcome.LEFT_IN_PLACE.value})
# AWS takes these as requests, and works on each for a while.
_REQUESTS = frozenset({"assignment", "provisioning"})
# In a plan these come when all else of it is over.
_LAST = frozenset({"create-provisioning", "update-provisioning", "delete-user"})
_DONE = "SUCCEEDED"
_REBUILT = "rebuild-record"


@dataclass(frozen=True)
class RuleBroken:
    """The first entry of the audit log that no run of the protocol could have written, and the reason."""

    lane: str
    number: int
    message: str


@dataclass(frozen=True)
class _End:
    """An end of an operation, as its entry tells of it."""

    entry: AuditEntry

    @property
    def kind(self) -> str:
        """Kind of the operation, such as `create-membership`."""
        return self.entry.action.partition(" ")[0]

    @property
    def resource_kind(self) -> str:
        return self.kind.partition("-")[2]

    @property
    def name(self) -> str:
        """The name of the resource within its kind, empty where its subject identifies it."""
        return self.entry.action.partition(" ")[2].partition("/")[2]

    @property
    def plan(self) -> str:
        return self.entry.operation.rpartition("/")[0]

    @property
    def number(self) -> str:
        return self.entry.operation.rpartition("/")[2]

    @property
    def is_removal(self) -> bool:
        return self.kind.startswith(f"{Action.DELETE}-")


@dataclass
class AuditRules:
    """The rules, entry by entry; what lies before the first of them is unknown, and breaks no rule."""

    knows_members: bool
    _ended: set[tuple[str, str]] = field(default_factory=set)
    # Who is in a group, by its key, and in which groups somebody is, as far as entries tell.
    _members: dict[str, set[str]] = field(default_factory=dict)
    _groups: dict[str, set[str]] = field(default_factory=dict)
    _last: dict[str, str] = field(default_factory=dict)

    def broken_by(self, entry: AuditEntry) -> str:
        """Return which rule the next entry breaks; empty for none, and for one that tells of no operation any more."""
        if not entry.operation or not entry.action:
            return ""
        end, name = _End(entry), (entry.change, entry.operation)
        if name in self._ended:
            return "it has ended before"
        self._ended.add(name)
        return _against_its_steps(end) or self._against_others(end)

    def _against_others(self, end: _End) -> str:
        if end.entry.outcome not in _OVER:
            return ""
        broken = self._against_its_group(end) if self.knows_members else ""
        return (self._against_its_plan(end) or broken) if end.entry.outcome == _SUCCEEDED else ""

    def _against_its_plan(self, end: _End) -> str:
        is_overtaken = end.plan in self._last and end.number < self._last[end.plan]
        if end.kind in _LAST:
            self._last[end.plan] = end.number
        return "what comes last in its plan was done before it" if is_overtaken else ""

    def _against_its_group(self, end: _End) -> str:
        match end.kind:
            case "create-membership":
                self._members.setdefault(end.name, set()).add(end.entry.subject)
                self._groups.setdefault(end.entry.subject, set()).add(end.name)
            case "delete-membership":
                self._forget({end.entry.subject}, {end.name})
            case "delete-group":
                group = end.entry.subject.partition(":")[2]
                if members := self._members.pop(group, None):
                    self._forget(members, {group})
                    return f"a group is gone of which {min(members)} is a member"
            case "delete-user":
                if groups := self._groups.pop(end.entry.subject, None):
                    self._forget({end.entry.subject}, groups)
                    return f"a user is gone who is a member of {min(groups)}"
        return ""

    def _forget(self, people: set[str], groups: set[str]) -> None:
        for person in people:
            self._groups.get(person, set()).difference_update(groups)
        for group in groups:
            self._members.get(group, set()).difference_update(people)


def first_broken(records: Iterable[AuditRecord]) -> RuleBroken | None:
    """Return the first record that breaks a rule of the protocol, None when all keep them.

    Where the record was rebuilt meanwhile, members went and came without an operation.
    """
    records = list(records)
    rules = AuditRules(knows_members=all(record.entry.action != _REBUILT for record in records))
    for record in records:
        if message := rules.broken_by(record.entry):
            return RuleBroken(lane=record.lane, number=record.number, message=message)
    return None


def _against_its_steps(end: _End) -> str:
    entry, steps = end.entry, end.entry.steps
    if steps is None or entry.outcome != _SUCCEEDED:
        # Entries of releases before these were recorded have none.
        return ""
    if steps.doubted_at is None:
        return "AWS was called without a doubt on record"
    if steps.doubted_at > entry.at:
        return "it ended before it began"
    return _against_its_answer(end, steps) if end.resource_kind in _REQUESTS else ""


def _against_its_answer(end: _End, steps: Steps) -> str:
    if not end.entry.request_id:
        # A removal of what is gone by then needs no request, when an earlier one may have removed it.
        return "" if end.is_removal else "AWS took no request for it"
    if steps.submitted_at is None or steps.submitted_at > end.entry.at:
        return "its request is not on record before its end"
    may_be_gone = end.is_removal and steps.attempts > 1
    is_in_part = end.resource_kind == "provisioning" and bool(end.entry.detail)
    if steps.answer == _DONE or (steps.answer == "FAILED" and (may_be_gone or is_in_part)):
        return ""
    return f"it counts as done, and AWS has said {steps.answer or 'nothing'}"
