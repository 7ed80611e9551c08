"""Find who caused held operations: through a rule, a grant, or a manual entry, however long ago."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from itertools import chain

from dayone.model.accounts import Account
from dayone.model.changes import Blame
from dayone.model.dependencies import PARTS_OF_A_SET
from dayone.model.hr.sources import BY_HAND
from dayone.model.lifecycle import LifeCycle, Stage, begins_at, stage_of
from dayone.model.people import Person, Status
from dayone.model.policy.origins import (
    EXCEPT,
    GIVES,
    GUARDRAILS,
    NAMED,
    SENSITIVE_ACCOUNTS,
    Origins,
    assignment_rule,
    cycle_parts,
    group_rule,
    names_by_kind,
    part_digest,
    policy_parts,
    protection_rule,
    sensitive_rule,
    set_rule,
)
from dayone.model.policy.rules import AccountSelector, PersonSelector, Policy, SensitiveNames
from dayone.model.subject_state import Head, SourceRecord, SubjectState
from dayone.model.subjects import Resource, ResourceKind, assignment_in
from dayone.policy.matching import describes, has_lapsed, selects_account, selects_person

# An actor, and by what they have brought it about.
type _Causes = Iterator[tuple[str, str]]
type _Selectors = Iterable[PersonSelector | AccountSelector]
# AWS may confirm access some time after the rule behind it has been removed.
_AT_MOST_LATE, _OF_LATE = timedelta(hours=1), timedelta(days=7)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_END, _BEFORE_OR_AWAY = ("end_date", "status"), ("start_date", "status", "leave_start", "leave_end")
_EMPLOYMENT = frozenset({*_END, *_BEFORE_OR_AWAY})


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """Context in which a subject's plan holds operations.

    `state` is the state recorded before; `fact` and `tellings` are those in force now. `people` are the heads of the
    people with assignments of their own. `uploaded` is the policy without the guards of the previous one. `of_leavers`
    are removals caused by the end of the person's employment.
    """

    policy: Policy
    uploaded: Policy
    origins: Origins
    state: SubjectState
    fact: Person | Account | None
    source_records: tuple[SourceRecord, ...]
    now: datetime
    of_leavers: frozenset[Resource]
    people: Mapping[str, Head] = field(default_factory=dict)


def blamed_for(held: Iterable[Resource], *, given: frozenset[Resource], at: Circumstances) -> tuple[Blame, ...]:
    """Return everybody who caused a held operation, each once; `given` are the operations that take nothing away.

    The actor of the change is included only when they are to blame for something else.
    """
    found: dict[tuple[str, bool], Blame] = {}
    for resource in sorted(held):
        of_leavers = resource in at.of_leavers and resource not in given
        for actor, reason in chain(_by_grants(resource, at), _by_rules(resource, at, is_given=resource in given)):
            if actor:
                found.setdefault((actor, of_leavers), Blame(actor=actor, reason=reason, of_leavers=of_leavers))
    return tuple(found.values())


def _by_grants(resource: Resource, at: Circumstances) -> _Causes:
    # Whoever has left loses what was granted because of that, whoever gave it.
    for grant in at.state.head.grants if resource not in at.of_leavers else ():
        if grant.resource == resource:
            yield grant.granted_by, f"gave grant {grant.id}"
            yield from ((extension.by, f"extended grant {grant.id}") for extension in grant.extensions)
            if grant.end is not None:
                yield grant.end.by, f"ended grant {grant.id}"


def _by_rules(resource: Resource, at: Circumstances, *, is_given: bool) -> _Causes:
    name = at.state.head.subject.name
    if is_given:
        return _by_giving(resource, at)
    match resource.kind:
        case ResourceKind.GROUP:
            return _by_taking_out(resource, at, rules=(group_rule(name), protection_rule("groups", name)))
        case ResourceKind.PERMISSION_SET:
            return _by_taking_out(resource, at, rules=(set_rule(name),))
        case ResourceKind.ASSIGNMENT:
            return _of_assignment(resource, at)
        case ResourceKind.MEMBERSHIP if isinstance(at.fact, Person) and _is_here(at.fact, at):
            return _of_membership(resource, at, person=at.fact)
        case _:
            return _of_employment(at.fact, at, source_records=at.source_records)


def _is_here(fact: object, at: Circumstances) -> bool:
    """Return whether rules decide the person's access, rather than the stage of their employment."""
    if not isinstance(fact, Person) or fact.status is Status.MISSING:
        return False
    return stage_of(fact, cycle=at.policy.people, now=at.now) is Stage.PRESENT


def _of_employment(fact: object, at: Circumstances, *, source_records: Iterable[SourceRecord]) -> _Causes:
    """Yield causes of an employment stage: manual entries, or policy settings that differ from HR's dates."""
    if not isinstance(fact, Person):
        return
    stage = stage_of(fact, cycle=at.policy.people, now=at.now)
    yield from _by_source_record(
        _END if stage is Stage.LEFT else _BEFORE_OR_AWAY, fact=fact, source_records=source_records
    )
    if stage is not stage_of(fact, cycle=LifeCycle(), now=at.now):
        for digest in cycle_parts(at.policy, person=fact.id):
            yield from _by_bringing(digest, at, reason="put the part of `people` in force that ends the access")


def _of_membership(resource: Resource, at: Circumstances, *, person: Person) -> _Causes:
    rule, before = group_rule(resource.name), at.state.head.fact
    group = next((rule for rule in at.policy.groups if rule.name == resource.name), None)
    members, exceptions = (group.members, group.exceptions) if group else ((), ())
    taking = [selector for selector in exceptions if selects_person(selector, person, now=at.now)]
    gave = [
        selector
        for selector in members
        if not selects_person(selector, person, now=at.now)
        and (
            (isinstance(before, Person) and selects_person(selector, before, now=at.now))
            or has_lapsed(selector, person, since=_since(resource, at), now=at.now)
        )
    ]
    yield from _of_rule(rule, resource, at, taking=taking, gave=gave)
    attributes = {condition.attribute for selector in (*members, *exceptions) for condition in selector.conditions}
    yield from _by_source_record(sorted(attributes), fact=person, source_records=at.source_records)
    names = {resource.name, group.called} if group else {resource.name}
    protected = [protection_rule("groups", name) for name in sorted(names)]
    yield from _by_taking_out(resource, at, rules=(*protected, protection_rule("people", person.id)))


def _of_assignment(resource: Resource, at: Circumstances) -> _Causes:
    account, before, holder = at.fact, at.state.head.fact, at.people.get(assignment_in(resource).principal.person)
    if holder is not None and not _is_here(holder.fact, at):
        yield from _of_employment(holder.fact, at, source_records=holder.source_records)
        return
    alike = [rule for rule in at.policy.assignments if f"{rule.permission_set}/{rule.principal}" == resource.name]
    taking, gave = list[AccountSelector](), list[AccountSelector]()
    for rule in alike:
        now = [
            selector
            for selector in rule.accounts
            if isinstance(account, Account) and selects_account(selector, account)
        ]
        if isinstance(account, Account) and now:
            taking += [selector for selector in rule.exceptions if describes(selector, account)]
        if isinstance(before, Account) and not any(describes(selector, before) for selector in rule.exceptions):
            gave += [
                selector for selector in rule.accounts if selector not in now and selects_account(selector, before)
            ]
    yield from _of_rule(assignment_rule(resource.name), resource, at, taking=taking, gave=gave)
    yield from _by_taking_out(resource, at, rules=(protection_rule("accounts", at.state.head.subject.name),))


def _of_rule(rule: str, resource: Resource, at: Circumstances, *, taking: _Selectors, gave: _Selectors) -> _Causes:
    """Yield the authors of parts that take it now, of former parts that gave it, and of removals of parts.

    If none of these is recorded, yield the authors of every part of the rule, or else of the policy as a whole.
    """
    for digest in (found := [part_digest(rule, EXCEPT, selector) for selector in taking]):
        yield from _by_bringing(digest, at, reason=f"put the `except` of {rule} in force that takes it away")
    lost = [part_digest(rule, GIVES, selector) for selector in gave]
    for digest in lost:
        yield from _by_bringing(digest, at, reason=f"put the part of {rule} in force that gave it")
    out = () if lost else tuple(_by_taking_out(resource, at, rules=(rule,)))
    yield from out
    if not (found or lost or out):
        rest = [digest for digest, name in policy_parts(at.policy).items() if name == rule]
        for digest in rest or [""]:
            yield from _by_bringing(digest, at, reason=f"put {rule} in force as it is")


def _by_giving(resource: Resource, at: Circumstances) -> _Causes:
    """Yield the authors of parts that give it, of removed parts that prevented it, and of manual entries behind it."""
    match resource.kind:
        case ResourceKind.GUARDRAILS:
            return _by_loosening(at)
        case ResourceKind.ASSIGNMENT:
            return _by_assigning(resource, at)
        case ResourceKind.MEMBERSHIP if isinstance(at.fact, Person):
            return _by_joining(resource, at, person=at.fact)
        case kind if kind in PARTS_OF_A_SET or kind is ResourceKind.PROVISIONING:
            return _by_giving_rights(at)
        case _:
            return _of_employment(at.fact, at, source_records=at.source_records)


def _by_joining(resource: Resource, at: Circumstances, *, person: Person) -> _Causes:
    rule, group = (
        group_rule(resource.name),
        next((rule for rule in at.policy.groups if rule.name == resource.name), None),
    )
    day = begins_at(person, cycle=at.policy.people, now=at.now) or at.now
    giving = [selector for selector in group.members if selects_person(selector, person, now=day)] if group else []
    named = [part_digest(rule, NAMED, person.id)] if group and person.id in group.people else []
    for digest in (*(part_digest(rule, GIVES, selector) for selector in giving), *named):
        yield from _by_bringing(digest, at, reason=f"put the part of {rule} in force that gives it")
    yield from _by_opening(rule, at)
    attributes = _EMPLOYMENT.union(condition.attribute for selector in giving for condition in selector.conditions)
    yield from _by_source_record(sorted(attributes), fact=person, source_records=at.source_records)


def _by_assigning(resource: Resource, at: Circumstances) -> _Causes:
    rule = assignment_rule(resource.name)
    alike = [rule for rule in at.policy.assignments if f"{rule.permission_set}/{rule.principal}" == resource.name]
    for selector in chain.from_iterable(rule.accounts for rule in alike):
        if isinstance(at.fact, Account) and selects_account(selector, at.fact):
            yield from _by_bringing(part_digest(rule, GIVES, selector), at, reason=f"put {rule} in force")
    yield from _by_opening(rule, at)
    if (holder := at.people.get(assignment_in(resource).principal.person)) and isinstance(holder.fact, Person):
        yield from _by_source_record(sorted(_EMPLOYMENT), fact=holder.fact, source_records=holder.source_records)


def _by_giving_rights(at: Circumstances) -> _Causes:
    name = at.state.head.subject.name
    for rule in (rule for rule in at.policy.permission_sets if rule.name == name):
        digest = part_digest(protection_rule("permission_sets", name), GIVES, rule.rights)
        yield from _by_bringing(digest, at, reason=f"put the rights of {set_rule(name)} in force")
    yield from _by_opening(set_rule(name), at)


def _by_opening(rule: str, at: Circumstances) -> _Causes:
    """By whoever has taken a part out of a rule of late, which may have kept it from giving this."""
    for actor, when in at.origins.taken_out.get(rule, {}).items():
        if when > at.now - _OF_LATE:
            yield actor, f"took a part out of {rule}"


def _by_loosening(at: Circumstances) -> _Causes:
    guard = at.policy.reservations.guard
    if guard is None:
        return
    for limit in fields(guard.guardrails):
        loose = getattr(at.uploaded.guardrails, limit.name)
        if loose != getattr(guard.guardrails, limit.name):
            digest = part_digest(GUARDRAILS, limit.name, str(loose))
            yield from _by_bringing(digest, at, reason="put the loosened guardrails in force")
    for kind in fields(guard.protection):
        for name in getattr(guard.protection, kind.name) - getattr(at.uploaded.protection, kind.name):
            out = at.origins.taken_out.get(protection_rule(kind.name, name), {})
            yield from ((actor, "took something out of `protect`") for actor in out)
    yield from _by_calling_harmless(guard.sensitive, at)


def _by_calling_harmless(sensitive: SensitiveNames, at: Circumstances) -> _Causes:
    uploaded = at.uploaded.sensitive
    strict, loose = dict(names_by_kind(sensitive)), dict(names_by_kind(uploaded))
    for excepted in ("harmless", "birthrights"):
        for name in loose[excepted] - strict[excepted]:
            digest = part_digest(sensitive_rule(excepted, name), GIVES, None)
            yield from _by_bringing(digest, at, reason=f"put {name} among what is excepted ({excepted})")
    rules = [
        sensitive_rule(kind, name) for kind in ("permission_sets", "groups") for name in strict[kind] - loose[kind]
    ]
    rules += [SENSITIVE_ACCOUNTS] if len(sensitive.accounts) > len(uploaded.accounts) else []
    for rule in rules:
        yield from ((actor, "took something out of `sensitive`") for actor in at.origins.taken_out.get(rule, {}))


def _by_taking_out(resource: Resource, at: Circumstances, *, rules: Iterable[str]) -> _Causes:
    """By whoever has taken a part out of a rule since AWS confirmed what is to go."""
    since = _since(resource, at)
    for rule in rules:
        out = at.origins.taken_out.get(rule, {})
        yield from ((actor, f"took a part out of {rule}") for actor, when in out.items() if when > since)


def _by_bringing(digest: str, at: Circumstances, *, reason: str) -> _Causes:
    return ((actor, reason) for actor in at.origins.of(digest, otherwise=at.policy.terms.causes))


def _since(resource: Resource, at: Circumstances) -> datetime:
    have = at.state.applied.get(resource)
    return have.at - _AT_MOST_LATE if have and have.at else _LONG_AGO


def _by_source_record(attributes: Iterable[str], *, fact: Person, source_records: Iterable[SourceRecord]) -> _Causes:
    """Yield the authors of manual entries whose values are in force for the person."""
    by_hand = next((record for record in source_records if record.source == BY_HAND), None)
    for name in attributes if by_hand else ():
        value = getattr(fact, name)
        if by_hand and by_hand.attributes.get(name) == ("" if value is None else str(value)):
            yield by_hand.tellers.get(name, ""), f"told {name} of person {fact.id} by hand"
