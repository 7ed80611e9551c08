"""The files of a policy, with the authors of each part across later edits, and authors of removed parts."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from itertools import chain

from dayone.model.policy.context import PolicyVersion, ends_of
from dayone.model.policy.rules import (
    AccountSelector,
    AssignmentRule,
    GroupRule,
    Guard,
    Location,
    PermissionSetRule,
    Policy,
    SensitiveNames,
)

# Of one record: parts that are in force, parts that were, and rules that parts were taken out of.
MOST_PARTS, _MOST_FORMER, _MOST_RULES = 8_000, 3_000, 1_000
# Stands for all parts of a policy that has too many.
_ANY = ""
GUARDRAILS, PEOPLE = "guardrails", "people"
# The roles of parts: what gives, who is named, and what takes away from those that are given to.
GIVES, NAMED, EXCEPT = "gives", "named", "except"
SAME_PERSON = "same_person"
SENSITIVE_ACCOUNTS = "sensitive accounts"
# Settings of the life cycle that determine when somebody has access.
_CYCLE = ("access_from", "access_until", "on_leave")
# In the order of AccessEnds.
_ENDS = ("on_leave", "access_until", "ends_sessions")
_LIMITS = ("percent", "at_least")


@dataclass(frozen=True, kw_only=True)
class Origins:
    """Authors of the parts of the policy in force and of removed parts, by the ARNs that they called with.

    `brought` has the actors by the digest of a part's meaning, the earliest first. Those of parts that are no longer in
    force are kept while there is room, in case a part comes back. `taken_out` has by a rule's name when each actor last
    removed a part of that rule. `version` is that of the policy.
    """

    version: int = 0
    brought: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    taken_out: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)

    def of(self, digest: str, *, otherwise: tuple[str, ...]) -> tuple[str, ...]:
        """Return the authors of a part, or `otherwise` for a part that was in force before authors were recorded."""
        return self.brought.get(digest) or self.brought.get(_ANY) or otherwise


def group_rule(key: str) -> str:
    """Return the name of the rule of a group."""
    return f"group {key}"


def set_rule(key: str) -> str:
    """Return the name of the rule of a permission set."""
    return f"permission set {key}"


def assignment_rule(name: str) -> str:
    """Return the name of all rules with one assignment: `name` is the resource's, `<permission set>/<principal>`."""
    return f"assignment {name}"


def protection_rule(kind: str, name: str) -> str:
    """Return the name of a protection rule; `kind` is that of Protection."""
    return f"protect {kind} {name}"


def sensitive_rule(kind: str, name: str) -> str:
    """Return the name of the rule that declares something sensitive; `kind` is that of `names_by_kind`."""
    return f"sensitive {kind} {name}"


def part_digest(rule: str, role: str, meaning: object) -> str:
    """Return the digest of a part by its meaning, whatever its position in the file and its notation."""
    text = repr((rule, role, meaning_of(meaning)))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Meaning:
    """Part of a policy that was reduced to its meaning before."""

    value: object


def meaning_of(value: object) -> object:
    """Return the meaning of a part of a policy: without locations, alternatives in any order and letter case."""
    if isinstance(value, Meaning):
        return value.value
    if isinstance(value, Location):
        return None
    if is_dataclass(value):
        return type(value).__name__, tuple(meaning_of(getattr(value, each.name)) for each in fields(value))
    if isinstance(value, tuple):
        return sorted({each.casefold() if isinstance(each, str) else repr(meaning_of(each)) for each in value})
    if isinstance(value, Mapping):
        return sorted((name, meaning_of(each)) for name, each in value.items())
    return value


def birthrights_of(rules: Iterable[GroupRule | AssignmentRule]) -> frozenset[str]:
    """Return identifiers of the rules by which HR alone gives sensitive access; they change with the rule."""
    return frozenset(birthright_of(rule) for rule in rules if rule.birthright)


def birthright_of(rule: GroupRule | AssignmentRule) -> str:
    """Return an identifier of a rule's exact form: its name and a collision-resistant digest."""
    if isinstance(rule, GroupRule):
        named, selects = group_rule(rule.name), membership_meaning(rule)
    else:
        named, selects = assignment_of(rule), {"accounts": rule.accounts, "except": rule.exceptions}
    return f"{named} {part_digest(named, GIVES, selects)}"


def harmless_of(rule: PermissionSetRule) -> str:
    """Return an identifier of a permission set with exactly its present permissions."""
    return f"{rule.name} {part_digest(set_rule(rule.name), GIVES, rule.rights)}"


def approval_of(rule: AssignmentRule, selector: AccountSelector) -> str:
    """Return an identifier of one part of an assignment rule together with its exceptions."""
    return part_digest(assignment_of(rule), GIVES, {"accounts": selector, "except": rule.exceptions})


def approval_of_group(rule: GroupRule) -> str:
    """Return a digest of a rule of a group in exactly its present form."""
    return part_digest(group_rule(rule.name), GIVES, membership_meaning(rule))


def membership_meaning(rule: GroupRule) -> Mapping[str, object]:
    """Return everything that determines who is in a group; members and exceptions are kept apart."""
    return {"members": rule.members, "people": tuple(sorted(rule.people)), "except": rule.exceptions}


def assignment_of(rule: AssignmentRule) -> str:
    """Return the name of an assignment rule, shared by rules with the same assignment."""
    return assignment_rule(f"{rule.permission_set}/{rule.principal}")


def policy_parts(policy: Policy) -> Mapping[str, str]:
    """Return the parts of a policy by their digests, each with the name of its rule."""
    return {part_digest(rule, role, meaning): rule for rule, role, meaning in _parts(policy)}


def _parts(policy: Policy) -> Iterator[tuple[str, str, object]]:
    for group in policy.groups:
        rule = group_rule(group.name)
        yield rule, GIVES, None
        yield from ((rule, GIVES, each) for each in group.members)
        yield from ((rule, NAMED, person) for person in group.people)
        yield from ((rule, EXCEPT, each) for each in group.exceptions)
    for permission_set in policy.permission_sets:
        yield set_rule(permission_set.name), GIVES, None
        yield protection_rule("permission_sets", permission_set.name), GIVES, permission_set.rights
    for assignment in policy.assignments:
        rule = assignment_rule(f"{assignment.permission_set}/{assignment.principal}")
        yield from ((rule, GIVES, each) for each in assignment.accounts)
        yield from ((rule, EXCEPT, each) for each in assignment.exceptions)
    for kind in fields(policy.protection):
        for name in getattr(policy.protection, kind.name):
            yield protection_rule(kind.name, name), GIVES, None
    for section, names in names_by_kind(policy.sensitive):
        yield from ((sensitive_rule(section, name), GIVES, None) for name in names)
    yield from ((SENSITIVE_ACCOUNTS, GIVES, selector) for selector in policy.sensitive.accounts)
    for limit in fields(policy.guardrails):
        yield GUARDRAILS, limit.name, str(getattr(policy.guardrails, limit.name))
    yield from ((PEOPLE, name, str(getattr(policy.people, name))) for name in dict.fromkeys((*_CYCLE, *_ENDS)))
    yield from ((PEOPLE, SAME_PERSON, " ".join(pair)) for pair in policy.people.duplicates)


def names_by_kind(sensitive: SensitiveNames) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the names declared sensitive or harmless, by kind."""
    names = sensitive
    return (
        ("permission_sets", names.permission_sets),
        ("groups", names.groups),
        ("harmless", names.harmless),
        ("birthrights", names.birthrights),
    )


def kept_parts(policy: Policy, *, guard: Guard) -> Iterator[str]:
    """Yield the digests of the parts of an uploaded policy by which people would keep access, but for a guard."""
    for kind in fields(policy.protection):
        for name in getattr(policy.protection, kind.name) - getattr(guard.protection, kind.name):
            yield part_digest(protection_rule(kind.name, name), GIVES, None)
    own = ends_of(policy.people)
    for name, each in zip(_ENDS, fields(own), strict=True):
        if guard.ends and getattr(own, each.name) != getattr(guard.ends, each.name):
            yield part_digest(PEOPLE, name, str(getattr(policy.people, name)))
    for name in _LIMITS:
        if guard.limits and (lower := getattr(policy.guardrails, name)) < getattr(guard.limits, name):
            yield part_digest(GUARDRAILS, name, str(lower))


def cycle_parts(policy: Policy, *, person: str) -> Iterator[str]:
    """Yield the digests of the parts that set when this person has access, where they differ from the defaults."""
    usual = Policy().people
    for name in _CYCLE:
        if (value := getattr(policy.people, name)) != getattr(usual, name):
            yield part_digest(PEOPLE, name, str(value))
    if original := policy.people.original_of(person):
        yield part_digest(PEOPLE, SAME_PERSON, f"{person} {original}")


def origins_after(existing: Origins, *, before: Policy, after: Policy, now: datetime) -> Origins:
    """Return the authors after `after` replaces `before`, both as they were uploaded, with their own actors.

    A part without a record counts as brought by the actors of `before`.
    """
    had, has, actors = policy_parts(before), policy_parts(after), after.terms.causes
    brought = {**existing.brought, **{digest: existing.of(digest, otherwise=before.terms.causes) for digest in had}}
    taken_out = dict(existing.taken_out)
    for rule in {had[digest] for digest in had.keys() - has.keys()}:
        # At the end, so that those rules go first that nobody has touched for the longest time.
        taken_out[rule] = {**taken_out.pop(rule, {}), **dict.fromkeys(actors, now)}
    taken_out = dict(list(taken_out.items())[-_MOST_RULES:])
    if len(has) > MOST_PARTS:
        everybody = tuple(dict.fromkeys([*chain.from_iterable(brought.values()), *actors]))
        return Origins(version=after.version, brought={_ANY: everybody}, taken_out=taken_out)
    former = [digest for digest in brought if digest not in has and digest != _ANY][-_MOST_FORMER:]
    is_new = has.keys() - had.keys()
    now_brought = {
        digest: tuple(dict.fromkeys((*brought.get(digest, ()), *(actors if digest in is_new else ()))))
        for digest in has
    }
    return Origins(
        version=after.version, brought={**{each: brought[each] for each in former}, **now_brought}, taken_out=taken_out
    )


def as_text(files: Mapping[str, str]) -> tuple[str, str]:
    """Join files into a file's name and its text; several become a JSON object of texts by name, without a name."""
    if len(files) == 1:
        return next(iter(files.items()))
    return "", json.dumps(files, ensure_ascii=False)


def files_in(kept: PolicyVersion) -> Mapping[str, str]:
    """Return the texts of a stored policy by the names of their files: the input of `as_text`."""
    files: Mapping[str, str] = {kept.file: kept.text} if kept.file else json.loads(kept.text)
    return files
