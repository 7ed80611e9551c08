"""Find the differences in a plan that give something and need approval, with reasons."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dayone.model.accounts import Account
from dayone.model.dependencies import (
    COUNTED,
    PARTS_OF_A_SET,
    Adoption,
    Difference,
    is_removal,
    sessions_last,
)
from dayone.model.guardrails import Verdict
from dayone.model.operations import Action, Applied
from dayone.model.people import Person
from dayone.model.policy.origins import approval_of, assignment_of, assignment_rule, birthright_of
from dayone.model.policy.rules import PermissionSetRule, PersonSelector, Policy
from dayone.model.subject_state import SourceRecord, SubjectState
from dayone.model.subjects import ITSELF, Desired, Resource, ResourceKind, Subject, SubjectKind, assignment_in
from dayone.planning.causes import EMPLOYMENT, manual_in_force
from dayone.planning.desired import assignment_reasons, entered_by, is_new, membership_reasons
from dayone.planning.desired_people import has_vacated
from dayone.policy.managed_policies import HARMLESS
from dayone.policy.matching import selects_account
from dayone.policy.sensitive_documents import why_document_is_sensitive
from dayone.policy.sensitivity import Sensitivity, recorded_rule, why_contents_are_sensitive

FIRST_APPROVAL = "the account existed before Day One, and its first assignments are not approved yet"
NO_LONGER_SENSITIVE = (
    "the account was sensitive until it was moved, renamed or tagged, and what it is given since is not approved yet"
)
SENSITIVE = "sensitive access"
_MOST_GIFTS = 3
_RIGHTS = PARTS_OF_A_SET - {ResourceKind.PERMISSION_SET}
_SIGN_IN = ("user_name", "email")


@dataclass(frozen=True, kw_only=True)
class Gift:
    """Reason why a gift needs approval; `is_sensitive` if because of its permissions."""

    reason: str
    is_sensitive: bool = False


@dataclass(frozen=True)
class Giving:
    """Context in which a subject's plan gives something.

    `recorded` looks up the recorded state of another subject, and `accounts_with` where a person has something of their
    own; `source_records` are the current records of a person.
    """

    state: SubjectState
    fact: Person | Account | None
    desired: Desired
    adoption: Adoption | None
    source_records: tuple[SourceRecord, ...]
    recorded: Callable[[Subject], SubjectState]
    accounts_with: Callable[[str], Iterable[Subject]]
    now: datetime


def held_gifts(found: Sequence[Difference], *, giving: Giving, sensitivity: Sensitivity) -> Mapping[Resource, Gift]:
    """Return the gifts that need approval although they take nothing away, each with the reason.

    These are sensitive access, loosened guardrails, the first assignments in an account from before Day One, and all
    changes to resources that others created and use.
    """
    adoption, head = giving.adoption, giving.state.head
    if adoption is not None and adoption.in_use:
        return {pair.resource: Gift(reason=adoption.held_reason) for pair in found if not is_removal(pair)}
    if head.subject.kind is SubjectKind.PERMISSION_SET:
        return _gifts_of_set(found, giving=giving, sensitivity=sensitivity)
    first = {
        removal.resource for removal in head.held if removal.is_gift and not (removal.sensitive or removal.is_addition)
    }
    gifts = {
        difference.resource: _gift_of(difference, first=first, giving=giving, sensitivity=sensitivity)
        for difference in found
        if difference.action is Action.CREATE or difference.resource.kind is ResourceKind.USER
    }
    return {resource: gift for resource, gift in gifts.items() if gift is not None}


def why_gifts_are_held(gifts: Iterable[tuple[Resource, Gift]]) -> str:
    """Join the reasons why those gifts are held into one text; "" without any."""
    gifts = list(gifts)
    others = dict.fromkeys(gift.reason for _, gift in gifts if not gift.is_sensitive)
    sensitive = dict.fromkeys(_in_words(resource, gift) for resource, gift in gifts if gift.is_sensitive)
    listed = "; ".join(shortened(list(sensitive), most=_MOST_GIFTS))
    return "; ".join(filter(None, (*others, f"{SENSITIVE}: {listed}" if listed else "")))


def why_gift_is_held(resource: Resource, gift: Gift) -> str:
    """Return the rule that holds one gift, in words."""
    return f"{SENSITIVE}: {_in_words(resource, gift)}" if gift.is_sensitive else gift.reason


def _in_words(resource: Resource, gift: Gift) -> str:
    # All that is to be done to a permission set is held for one reason, which names it.
    return f"{resource}: {gift.reason}" if resource.kind in COUNTED else gift.reason


def shortened(reasons: list[str], *, most: int) -> Iterable[str]:
    """Yield the first of many texts, and the number of the others."""
    yield from reasons[:most]
    if len(reasons) > most:
        yield f"{len(reasons) - most} more"


def _gift_of(
    difference: Difference, *, first: Collection[Resource], giving: Giving, sensitivity: Sensitivity
) -> Gift | None:
    resource, kind = difference.resource, difference.resource.kind
    if kind is ResourceKind.USER:
        why = _why_rename_is_sensitive(difference, giving=giving, sensitivity=sensitivity)
        return Gift(reason=why, is_sensitive=True) if why else None
    if why := _why_sensitive(resource, giving=giving, sensitivity=sensitivity):
        return Gift(reason=why, is_sensitive=True)
    if kind is ResourceKind.GUARDRAILS:
        return Gift(reason=giving.desired.doubtful)
    is_first = kind is ResourceKind.ASSIGNMENT and (giving.state.head.awaits_approval or resource in first)
    why_first = NO_LONGER_SENSITIVE if giving.state.head.was_sensitive else FIRST_APPROVAL
    return Gift(reason=why_first) if is_first else None


def _why_sensitive(resource: Resource, *, giving: Giving, sensitivity: Sensitivity) -> str:
    """Return the reason why a resource not yet given is sensitive, or ""."""
    have = giving.state.applied.get(resource)
    if have is not None and have.doubt is not Action.DELETE:
        # It was given before; the call is only repeated.
        return ""
    if reason := sensitivity.why(resource, fact=giving.fact):
        return "" if _is_excepted(resource, giving=giving, policy=sensitivity.policy) else reason
    if resource.kind is not ResourceKind.ASSIGNMENT:
        return ""
    # An edit that takes rights out of a set does not do so at once.
    name = assignment_in(resource).permission_set
    recorded = recorded_rule(giving.recorded(Subject(SubjectKind.PERMISSION_SET, name)).applied)
    rule = next((rule for rule in sensitivity.policy.permission_sets if rule.name == name), None)
    if sensitivity.is_called_harmless(name) and rule and _is_within(recorded, rule):
        return ""
    reason = why_contents_are_sensitive(recorded)
    return f"permission set `{name}`, as it is in AWS: {reason}" if reason else ""


def _is_excepted(resource: Resource, *, giving: Giving, policy: Policy) -> bool:
    """Return whether it is given without a decision, by a birthright or as what is approved elsewhere.

    What is held already is decided on where it is: of two new accounts the decision on the first is none on the second.
    """
    if _is_birthright(resource, giving, policy):
        return True
    is_held = any(
        part.resource == resource and part.sensitive and part.verdict is not Verdict.WITHDRAWN
        for part in giving.state.head.held
    )
    return not is_held and is_of_new_account(resource, giving.fact, policy=policy, now=giving.now)


def _why_rename_is_sensitive(difference: Difference, *, giving: Giving, sensitivity: Sensitivity) -> str:
    """Return the reason why another user name or e-mail address may give somebody else what the user has, or "".

    Whoever holds the new one gets a password by it. The names of people who have left are freed once they have nothing.
    """
    person, have = giving.fact, giving.state.applied.get(difference.resource)
    if not isinstance(person, Person) or difference.action is not Action.UPDATE or have is None or has_vacated(person):
        return ""
    names = [(have.attributes.get(name, ""), difference.desired.attributes.get(name, "")) for name in _SIGN_IN]
    if all(old.casefold() == new.casefold() for old, new in names):
        return ""
    policy = sensitivity.policy
    approved = policy.sensitive.birthrights  # without any, no digests of all groups for each person
    by_hr = {rule.name for rule in policy.groups if birthright_of(rule) in approved} if approved else set()
    there = {resource for resource in giving.state.applied if resource.kind is ResourceKind.MEMBERSHIP}
    there |= {part.resource for part in giving.state.head.held if part.verdict is Verdict.APPROVED}
    groups = {resource.name for resource in there} & sensitivity.groups.keys() - by_hr
    alone = {
        rule.permission_set for rule in policy.assignments if rule.person == person.id and sensitivity.why_rule(rule)
    }
    # By a grant, or by a rule that is gone while AWS still has it.
    alone |= {
        assignment_in(resource).permission_set
        for account in map(giving.recorded, giving.accounts_with(person.id))
        for resource in account.applied
        if resource.kind is ResourceKind.ASSIGNMENT and assignment_in(resource).principal.person == person.id
        if sensitivity.why(resource, fact=account.head.fact)
    }
    has = ", ".join([f"group {name}" for name in sorted(groups)] + sorted(alone))
    return f"the user signs in by another name or e-mail address, and has {has}" if has else ""


def _is_within(recorded: PermissionSetRule, rule: PermissionSetRule) -> bool:
    """Return whether a permission set in AWS has no more parts than its rule."""
    return (
        {*recorded.managed_policies} <= {*rule.managed_policies}
        and {*map(str, recorded.customer_policies)} <= {*map(str, rule.customer_policies)}
        and recorded.inline_policy in ("", rule.inline_policy)
    )


def _gifts_of_set(found: Sequence[Difference], *, giving: Giving, sensitivity: Sensitivity) -> Mapping[Resource, Gift]:
    """All that is to be done to a sensitive set that may give more by it, so that no form in between is given."""
    name, applied = giving.state.head.subject.name, giving.state.applied
    if sensitivity.has_set(name):
        reason, is_named = sensitivity.why_set(name), sensitivity.is_called_sensitive(name)
        is_new = ITSELF[SubjectKind.PERMISSION_SET] not in applied
    else:
        # Of one that others made, what is taken off may be all that limits it.
        reason, is_named, is_new = why_contents_are_sensitive(recorded_rule(applied)), False, False
    if not (reason and (is_new or any(_may_widen(difference, applied, is_named=is_named) for difference in found))):
        return {}
    why = f"permission set `{name}`: {reason}"
    return {difference.resource: Gift(reason=why, is_sensitive=True) for difference in found}


def _may_widen(difference: Difference, applied: Mapping[Resource, Applied], *, is_named: bool) -> bool:
    """Return whether a difference may widen a set; harmless additions count only if the set is not named."""
    kind, have = difference.resource.kind, applied.get(difference.resource)
    if kind is ResourceKind.PERMISSION_SET and have is not None and difference.action is Action.UPDATE:
        # Whoever has left keeps a session that they have.
        return sessions_last(difference.desired.attributes) > sessions_last(have.attributes)
    if kind not in _RIGHTS or _is_repair(difference, have):
        return False
    if difference.action is Action.DELETE or have is not None:
        # A Deny in it may have limited the others.
        return True
    match kind:
        case ResourceKind.BOUNDARY:
            return False
        case ResourceKind.MANAGED_POLICY:
            return is_named or difference.resource.name not in HARMLESS
        case ResourceKind.INLINE_POLICY:
            return is_named or bool(why_document_is_sensitive(difference.desired.attributes.get("document", "")))
        case _:
            return True


def _is_repair(difference: Difference, have: Applied | None) -> bool:
    """Return whether it was given in this form before, and is only repeated."""
    if have is None or difference.action is Action.DELETE or have.doubt is Action.DELETE:
        return False
    return have.attributes == difference.desired.attributes


def _is_birthright(resource: Resource, giving: Giving, policy: Policy) -> bool:
    """Return whether HR alone gives it, by a rule that somebody else has approved for that."""
    if not policy.sensitive.birthrights:
        return False
    if resource.kind is ResourceKind.ASSIGNMENT and isinstance(giving.fact, Account):
        person = assignment_in(resource).principal.person
        entered = entered_by(giving.state, giving.fact, policy=policy, now=giving.now)
        head = giving.recorded(Subject(SubjectKind.PERSON, person)).head if person else None
        return head is not None and any(
            assignment_of(rule) == assignment_rule(resource.name)
            and birthright_of(rule) in policy.sensitive.birthrights - {*entered}
            and assignment_reasons(rule, giving.fact)
            and not _is_by_hand((), fact=head.fact, source_records=head.source_records)
            for rule in policy.assignments
        )
    fact = giving.fact
    if resource.kind is not ResourceKind.MEMBERSHIP or not isinstance(fact, Person):
        return False
    return any(
        rule.name == resource.name
        and birthright_of(rule) in policy.sensitive.birthrights
        and membership_reasons(rule, fact, now=giving.now)
        and not _is_by_hand(rule.members, fact=fact, source_records=giving.source_records)
        for rule in policy.groups
    )


def _is_by_hand(selectors: Iterable[PersonSelector], *, fact: object, source_records: Iterable[SourceRecord]) -> bool:
    """Return whether a manual entry in force supplies the employment or an attribute used by the selectors."""
    names = EMPLOYMENT.union(condition.attribute for selector in selectors for condition in selector.conditions)
    return any(manual_in_force(names, fact=fact, source_records=source_records))


def is_of_new_account(resource: Resource, fact: object, *, policy: Policy, now: datetime) -> bool:
    """Return whether it is assigned in an account newly created by this organisation, by a part approved elsewhere."""
    if resource.kind is not ResourceKind.ASSIGNMENT or not isinstance(fact, Account) or fact.is_management:
        return False
    return is_new(fact, now=now) and bool(approvals_of(resource, fact, policy=policy) & policy.reservations.approved)


def approvals_of(resource: Resource, fact: object, *, policy: Policy) -> frozenset[str]:
    """Return identifiers of the parts of rules that assign something to a group in this account."""
    if resource.kind is not ResourceKind.ASSIGNMENT or not isinstance(fact, Account):
        return frozenset()
    return frozenset(
        approval_of(rule, selector)
        for rule in policy.assignments
        if rule.group and assignment_of(rule) == assignment_rule(resource.name) and assignment_reasons(rule, fact)
        for selector in rule.accounts
        if selects_account(selector, fact)
    )
