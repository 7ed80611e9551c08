"""Records of a person, in memory, and their erasure."""

from collections.abc import Callable
from dataclasses import replace

from dayone.errors import Conflicting
from dayone.model.audit import AuditEntry
from dayone.model.changes import Cause, Change
from dayone.model.personal_data import PersonalNames
from dayone.model.subject_state import Head
from dayone.model.subjects import Subject
from dayone.ports.personal_data import Erasure
from tests.fakes.table.state import State


class MemoryPersonalData:
    """It erases what is kept by the person's id; entries of the log stay, of which the fake has no seals to change."""

    def __init__(self, state: State) -> None:
        self._state = state

    def is_forgotten(self, change: str) -> bool:
        return change in self._state.changes

    def erase(self, names: PersonalNames, before: Erasure, *, is_over: Callable[[], bool]) -> Erasure:
        assert not is_over() or before
        person, state = names.person, self._state
        own = [of for of in state.applied if of.subject == person]
        for of in own:
            del state.applied[of]
        plans = [key for key in state.plans if key[1] == person]
        for key in plans:
            del state.plans[key]
            state.shares.pop(key, None)
        operations = [key for key, operation in state.operations.items() if operation.subject == person]
        for pair in operations:
            del state.operations[pair]
        grants = [name for name, grant in state.grants.items() if grant.person == person.name]
        for name in grants:
            del state.grants[name]
        for heard in [key for key in state.heard if key[0] == person]:
            del state.heard[heard]
        state.former_holders = {claim: name for claim, name in state.former_holders.items() if name != person.name}
        rewritten = self._rewrite_heads(person)
        policies = [version for version, kept in sorted(state.kept_policies.items()) if names.is_in(kept.text)]
        deleted = len(own) + len(plans) + len(operations) + len(grants)
        return replace(before, place="", deleted=deleted, rewritten=rewritten, policies=tuple(policies))

    def _rewrite_heads(self, person: Subject) -> int:
        found = [head for head in self._state.heads.values() if person.name in head.former_holders]
        for head in found:
            others = tuple("forgotten" if name == person.name else name for name in head.former_holders)
            self._state.heads[head.subject] = replace(head, former_holders=others, revision=head.revision + 1)
        return len(found)

    def forget(self, cause: Cause, head: Head, *, notes: tuple[str, ...], audit: AuditEntry) -> None:
        if self._state.heads[head.subject].revision != head.revision:
            raise Conflicting("the person has moved since they were read")
        del self._state.heads[head.subject]
        self._state.changes[cause.change] = Change(cause=cause, subjects=0, notes=notes)
        self._state.record(audit)
