"""Find who caused held operations: through a rule, a grant, or a manual entry, however long ago."""

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from itertools import chain

from dayone.model.accounts import Account
from dayone.model.audit import AUTHOR
from dayone.model.changes import Blame
from dayone.model.dependencies import PARTS_OF_A_SET
from dayone.model.guardrails import HeldPart
from dayone.model.people import Person, Stage, Status, begins_at, stage_of
from dayone.model.policy.origins import (
    EXCEPT,
    GIVES,
    GUARDRAILS,
    NAMED,
    SENSITIVE_ACCOUNTS,
    approval_of_group,
    assignment_rule,
    group_rule,
    kept_parts,
    names_by_kind,
    part_digest,
    policy_parts,
    protection_rule,
    sensitive_rule,
    set_rule,
)
from dayone.model.policy.rules import AccountSelector, PersonSelector, SensitiveNames
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Resource, ResourceKind, Subject, SubjectKind, assignment_in
from dayone.planning.causes import (
    EMPLOYMENT,
    Causes,
    Circumstances,
    by_bringing,
    by_configuring,
    by_moving,
    by_opening,
    by_source_record,
    by_taking_out,
    confirmed_since,
    of_employment,
)
from dayone.policy.matching import describes, has_lapsed, selects_account, selects_person

type _Selectors = Iterable[PersonSelector | AccountSelector]


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


def with_gainers(held: HeldPart, *, subject: Subject, state_of: Callable[[Subject], SubjectState]) -> HeldPart:
    """Return a held operation that whoever alone would be given something sensitive by it may not decide on.

    They are named as they sign in by now, whatever HR called them when it was held, and as HR calls them.
    """
    if not held.sensitive:
        return held
    person = subject.name if subject.kind is SubjectKind.PERSON else ""
    if held.resource.kind is ResourceKind.ASSIGNMENT:
        person = assignment_in(held.resource).principal.person
    state = state_of(Subject(SubjectKind.PERSON, person)) if person else None
    if state is None or not isinstance(state.head.fact, Person):
        return held
    user = state.applied.get(Resource(ResourceKind.USER))
    names = (state.head.fact.user_name, user.attributes.get("user_name", "") if user else "")
    return replace(held, blamed=tuple(dict.fromkeys((*held.blamed, *(f"{AUTHOR}{name}" for name in names if name)))))


def _by_grants(resource: Resource, at: Circumstances) -> Causes:
    # Whoever has left loses what was granted because of that, whoever gave it.
    for grant in at.state.head.grants if resource not in at.of_leavers else ():
        if grant.resource == resource:
            yield grant.granted_by, f"gave grant {grant.id}"
            yield from ((extension.by, f"extended grant {grant.id}") for extension in grant.extensions)
            if grant.end is not None:
                yield grant.end.by, f"ended grant {grant.id}"


def _by_rules(resource: Resource, at: Circumstances, *, is_given: bool) -> Causes:
    name = at.state.head.subject.name
    if is_given:
        return _by_giving(resource, at)
    match resource.kind:
        case ResourceKind.GROUP:
            return by_taking_out(resource, at, rules=(group_rule(name), protection_rule("groups", name)))
        case ResourceKind.PERMISSION_SET:
            return by_taking_out(resource, at, rules=(set_rule(name),))
        case ResourceKind.ASSIGNMENT:
            return _of_assignment(resource, at)
        case ResourceKind.MEMBERSHIP if isinstance(at.fact, Person) and _is_here(at.fact, at):
            return _of_membership(resource, at, person=at.fact)
        case _:
            return of_employment(at.fact, at, source_records=at.source_records)


def _is_here(fact: object, at: Circumstances) -> bool:
    """Return whether rules decide the person's access, rather than the stage of their employment."""
    if not isinstance(fact, Person) or fact.status is Status.MISSING:
        return False
    return stage_of(fact, cycle=at.policy.people, now=at.now) is Stage.PRESENT


def _of_membership(resource: Resource, at: Circumstances, *, person: Person) -> Causes:
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
            or has_lapsed(selector, person, since=confirmed_since(resource, at), now=at.now)
        )
    ]
    yield from _of_rule(rule, resource, at, taking=taking, gave=gave)
    attributes = {condition.attribute for selector in (*members, *exceptions) for condition in selector.conditions}
    yield from by_source_record(sorted(attributes), fact=person, source_records=at.source_records)
    yield from by_configuring(at)
    names = {resource.name, group.called} if group else {resource.name}
    protected = [protection_rule("groups", name) for name in sorted(names)]
    yield from by_taking_out(resource, at, rules=(*protected, protection_rule("people", person.id)))


def _of_assignment(resource: Resource, at: Circumstances) -> Causes:
    account, before, holder = at.fact, at.state.head.fact, at.people.get(assignment_in(resource).principal.person)
    if holder is not None and not _is_here(holder.fact, at):
        yield from of_employment(holder.fact, at, source_records=holder.source_records)
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
    yield from by_taking_out(resource, at, rules=(protection_rule("accounts", at.state.head.subject.name),))


def _of_rule(rule: str, resource: Resource, at: Circumstances, *, taking: _Selectors, gave: _Selectors) -> Causes:
    """Yield the authors of parts that take it now, of former parts that gave it, and of removals of parts.

    If none of these is recorded, yield the authors of every part of the rule, or else of the policy as a whole.
    """
    for digest in (found := [part_digest(rule, EXCEPT, selector) for selector in taking]):
        yield from by_bringing(digest, at, reason=f"put the `except` of {rule} in force that takes it away")
    lost = [part_digest(rule, GIVES, selector) for selector in gave]
    for digest in lost:
        yield from by_bringing(digest, at, reason=f"put the part of {rule} in force that gave it")
    out = () if lost else tuple(by_taking_out(resource, at, rules=(rule,)))
    yield from out
    if not (found or lost or out):
        rest = [digest for digest, name in policy_parts(at.policy).items() if name == rule]
        for digest in rest or [""]:
            yield from by_bringing(digest, at, reason=f"put {rule} in force as it is")


def _by_giving(resource: Resource, at: Circumstances) -> Causes:
    """Yield the authors of parts that give it, of removed parts that prevented it, and of manual entries behind it."""
    match resource.kind:
        case ResourceKind.GUARDRAILS:
            return _by_loosening(at)
        case ResourceKind.ASSIGNMENT:
            return _by_assigning(resource, at)
        case ResourceKind.MEMBERSHIP if isinstance(at.fact, Person):
            return _by_joining(resource, at, person=at.fact)
        case ResourceKind.USER if isinstance(at.fact, Person):
            return chain(
                by_source_record(("email", "user_name"), fact=at.fact, source_records=at.source_records),
                by_configuring(at),
            )
        case kind if kind in PARTS_OF_A_SET or kind is ResourceKind.PROVISIONING:
            return _by_giving_rights(at)
        case _:
            return of_employment(at.fact, at, source_records=at.source_records)


def _by_joining(resource: Resource, at: Circumstances, *, person: Person) -> Causes:
    """Yield the authors of the facts behind a membership, and of its rule unless that was approved in this form."""
    rule, group = (
        group_rule(resource.name),
        next((rule for rule in at.policy.groups if rule.name == resource.name), None),
    )
    day = begins_at(person, cycle=at.policy.people, now=at.now) or at.now
    giving = [selector for selector in group.members if selects_person(selector, person, now=day)] if group else []
    named = [part_digest(rule, NAMED, person.id)] if group and person.id in group.people else []
    if group is None or approval_of_group(group) not in at.policy.reservations.approved:
        for digest in (*(part_digest(rule, GIVES, selector) for selector in giving), *named):
            yield from by_bringing(digest, at, reason=f"put the part of {rule} in force that gives it")
        yield from by_opening(rule, at)
    attributes = EMPLOYMENT.union(condition.attribute for selector in giving for condition in selector.conditions)
    yield from by_source_record(sorted(attributes), fact=person, source_records=at.source_records)
    yield from by_configuring(at)


def _by_assigning(resource: Resource, at: Circumstances) -> Causes:
    rule = assignment_rule(resource.name)
    alike = [rule for rule in at.policy.assignments if f"{rule.permission_set}/{rule.principal}" == resource.name]
    for selector in chain.from_iterable(rule.accounts for rule in alike):
        if isinstance(at.fact, Account) and selects_account(selector, at.fact):
            yield from by_bringing(part_digest(rule, GIVES, selector), at, reason=f"put {rule} in force")
    yield from by_opening(rule, at)
    yield from by_moving(resource, at)
    if (holder := at.people.get(assignment_in(resource).principal.person)) and isinstance(holder.fact, Person):
        yield from by_source_record(sorted(EMPLOYMENT), fact=holder.fact, source_records=holder.source_records)
        yield from by_configuring(at)


def _by_giving_rights(at: Circumstances) -> Causes:
    name = at.state.head.subject.name
    for rule in (rule for rule in at.policy.permission_sets if rule.name == name):
        digest = part_digest(protection_rule("permission_sets", name), GIVES, rule.rights)
        yield from by_bringing(digest, at, reason=f"put the rights of {set_rule(name)} in force")
    yield from by_opening(set_rule(name), at)


def _by_loosening(at: Circumstances) -> Causes:
    guard = at.policy.reservations.guard
    if guard is None:
        return
    for limit in fields(guard.guardrails):
        loose = getattr(at.uploaded.guardrails, limit.name)
        if loose != getattr(guard.guardrails, limit.name):
            digest = part_digest(GUARDRAILS, limit.name, str(loose))
            yield from by_bringing(digest, at, reason="put the loosened guardrails in force")
    for kind in fields(guard.protection):
        for name in getattr(guard.protection, kind.name) - getattr(at.uploaded.protection, kind.name):
            out = at.origins.taken_out.get(protection_rule(kind.name, name), {})
            yield from ((actor, "took something out of `protect`") for actor in out)
    for digest in kept_parts(at.uploaded, guard=guard):
        yield from by_bringing(digest, at, reason="put the part in force by which people would keep access")
    yield from _by_calling_harmless(guard.sensitive, at)


def _by_calling_harmless(sensitive: SensitiveNames, at: Circumstances) -> Causes:
    uploaded = at.uploaded.sensitive
    strict, loose = dict(names_by_kind(sensitive)), dict(names_by_kind(uploaded))
    for excepted in ("harmless", "birthrights"):
        for name in loose[excepted] - strict[excepted]:
            digest = part_digest(sensitive_rule(excepted, name), GIVES, None)
            yield from by_bringing(digest, at, reason=f"put {name} among what is excepted ({excepted})")
    rules = [
        sensitive_rule(kind, name) for kind in ("permission_sets", "groups") for name in strict[kind] - loose[kind]
    ]
    rules += [SENSITIVE_ACCOUNTS] if len(sensitive.accounts) > len(uploaded.accounts) else []
    for rule in rules:
        yield from ((actor, "took something out of `sensitive`") for actor in at.origins.taken_out.get(rule, {}))
