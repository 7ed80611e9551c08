"""Keep the guards up against the edit that would take them down: what it loosens counts once somebody else approves."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import chain

from dayone.model.policy.context import ends_of, stricter_ends, with_ends
from dayone.model.policy.origins import approval_of, approval_of_group, assignment_of, meaning_of
from dayone.model.policy.rules import (
    AccountSelector,
    AssignmentRule,
    Guard,
    Guardrails,
    PermissionSetRule,
    Policy,
    Protection,
    Reservations,
    SensitiveNames,
)
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Desired, DesiredResource, Reason, Resource, ResourceKind, Subject
from dayone.policy.matching import is_narrower
from dayone.policy.sensitive_notes import as_they_counted, keeps_access
from dayone.policy.sensitivity import Sensitivity, groups_with_access, principals_exposed, was_given

_MOST_NAMES = 10
_STAYS = (
    "the guardrails stay as strict as before: {loosens}; to loosen them, put an edit in force that changes nothing "
    "else, or this policy once more, and have somebody else approve that"
)


@dataclass(frozen=True, kw_only=True)
class CompanyRecords:
    """Records that an edit is judged by: all accounts, any subject, and the id of the inventory to be taken over."""

    accounts: Callable[[], Iterable[SubjectState]]
    state_of: Callable[[Subject], SubjectState]
    inventory: Callable[[], str]


def judged_as_edit(policy: Policy, *, in_force: Policy, recorded: CompanyRecords) -> Policy:
    """Return a policy as evaluated before it is in force: with the guards in force and their effects."""
    approved, assigned = _still_approved(policy, in_force=in_force), in_force.reservations.assigned
    takes_over = "" if in_force.version else recorded.inventory()
    reservations = Reservations(approved=approved, assigned=assigned, takes_over=takes_over)
    if accounts := _more_sensitive(policy.sensitive, in_force.sensitive).accounts:
        sensitivity = Sensitivity(replace(policy, sensitive=replace(policy.sensitive, accounts=accounts)))
        found = (principals_exposed(account, sensitivity) for account in recorded.accounts())
        there = frozenset(chain.from_iterable(found))
        reservations = replace(reservations, in_sensitive_accounts=there, accounts_compared=True)
    policy = replace(policy, reservations=reservations)
    guard = _guard_against(policy, in_force=in_force, recorded=recorded)
    before = (*in_force.before[:1], in_force) if in_force.version else ()
    return with_reservations(policy, reservations=replace(reservations, guard=guard), before=before)


def _still_approved(policy: Policy, *, in_force: Policy) -> frozenset[str]:
    """Return what of a policy was approved in the one before: the same parts and groups, and narrower parts."""
    if not (approved := in_force.reservations.approved):
        return approved
    before = [
        (rule, selector)
        for rule in in_force.assignments
        for selector in rule.accounts
        if approval_of(rule, selector) in approved
    ]
    parts = frozenset(
        approval_of(rule, selector)
        for rule in policy.assignments
        for selector in rule.accounts
        if any(_is_part_of(rule, selector, wide=wide, part=part) for wide, part in before)
    )
    return parts | (approved & {approval_of_group(rule) for rule in policy.groups})


def _is_part_of(
    rule: AssignmentRule, selector: AccountSelector, *, wide: AssignmentRule, part: AccountSelector
) -> bool:
    if assignment_of(rule) != assignment_of(wide):
        return False
    kept = _by_meaning(rule.exceptions).keys() >= _by_meaning(wide.exceptions).keys()
    is_same = meaning_of(selector) == meaning_of(part)
    return kept and (is_same or is_narrower(replace(selector, location=part.location), part))


def with_reservations(policy: Policy, *, reservations: Reservations, before: tuple[Policy, ...]) -> Policy:
    """Return a policy under its reservations: with the stricter guardrails, and the protection of both."""
    guard = reservations.guard
    protection = guard.protection if guard else policy.protection
    if reservations.replaced_ends:
        before = as_they_counted(before, ends=reservations.replaced_ends, protection=protection)
    policy = replace(policy, reservations=reservations, before=before)
    if guard is None:
        return policy
    # A group is protected by its name as well, whatever its key is by now.
    called = {name.casefold() for name in protection.groups}
    keys = {rule.name for rule in policy.groups if {rule.name.casefold(), rule.called.casefold()} & called}
    return replace(
        policy,
        guardrails=_stricter(policy.guardrails, guard.guardrails),
        protection=replace(protection, groups=protection.groups | keys),
        sensitive=_more_sensitive(policy.sensitive, guard.sensitive),
        people=with_ends(policy.people, guard.ends),
    )


def desired_guards(policy: Policy) -> Desired:
    """Desire the loosened guardrails as a resource, if the policy loosens them and does nothing else."""
    guard = policy.reservations.guard
    if guard is None or not guard.loosens:
        return Desired({})
    loosens = "; ".join(guard.loosens)
    if not guard.is_alone:
        return Desired({}, notes=(_STAYS.format(loosens=loosens),))
    reasons = tuple(Reason("guardrails", text) for text in guard.loosens)
    loosened = Resource(ResourceKind.GUARDRAILS, str(policy.version))
    doubtful = f"it loosens the guardrails: {loosens}"
    waits = f"waits for another person's approval: {doubtful}"
    return Desired({loosened: DesiredResource({}, reasons)}, notes=(waits,), doubtful=doubtful)


def _guard_against(policy: Policy, *, in_force: Policy, recorded: CompanyRecords) -> Guard | None:
    if not in_force.version:
        # Before it there is nothing to be loosened but what is sensitive: HR alone gives none of it, and nothing of it
        # is called harmless.
        names = replace(policy.sensitive, birthrights=frozenset(), harmless=frozenset())
        in_force = replace(policy, sensitive=names, groups=(), permission_sets=(), assignments=())
    if in_force.protection != Protection():
        changed = Protection(permission_sets=_changed_sets(policy, in_force=in_force))
        in_force = replace(in_force, protection=_joined(in_force.protection, changed))
    named = in_force.sensitive.permission_sets | _copies(policy, in_force=in_force)
    in_force = replace(in_force, sensitive=replace(in_force.sensitive, permission_sets=named))
    before = replace(in_force, sensitive=_with_groups_given_less(policy, in_force=in_force, recorded=recorded))
    # Nobody is in a group that the policy does not have: nothing becomes possible by that yet.
    there = before.sensitive.groups & {rule.name for rule in policy.groups}
    had = replace(before, sensitive=replace(before.sensitive, groups=there))
    own, theirs = ((each.protection, each.people, each.guardrails) for each in (policy, in_force))
    is_same = own == theirs and not in_force.reservations.guard
    kept = None if is_same else keeps_access(policy, in_force=had, groups=before.sensitive.groups, recorded=recorded)
    loosens = (*_loosened(policy, in_force=had), *(kept.loosens if kept else ()))
    if not loosens and before.sensitive.groups <= policy.sensitive.groups:
        return None
    return Guard(
        guardrails=_stricter(policy.guardrails, in_force.guardrails),
        protection=_joined(kept.protection if kept else policy.protection, in_force.protection),
        sensitive=_more_sensitive(policy.sensitive, before.sensitive),
        loosens=loosens,
        is_alone=_meaning(policy, in_force=in_force) == _meaning(in_force, in_force=in_force),
        ends=kept.ends if kept else None,
        limits=kept.limits if kept else None,
    )


def _with_groups_given_less(policy: Policy, *, in_force: Policy, recorded: CompanyRecords) -> SensitiveNames:
    """Return the former sensitive names, with groups whose members had sensitive access and may still have it.

    Also without a rule of the group: AWS may keep it. Not when the access was only asked for, and never given.
    """
    kept = replace(policy, sensitive=_more_sensitive(policy.sensitive, in_force.sensitive))
    sensitivity = Sensitivity(in_force)
    still = sensitivity.groups.keys() - Sensitivity(kept).groups
    if still - in_force.sensitive.groups:
        has_had = cache(partial(was_given, sensitivity=sensitivity, state_of=recorded.state_of))
        found = (groups_with_access(each, sensitivity, was_given=has_had) for each in recorded.accounts())
        still = still & frozenset(chain.from_iterable(found))
    return replace(in_force.sensitive, groups=in_force.sensitive.groups | still)


def _copies(policy: Policy, *, in_force: Policy) -> frozenset[str]:
    """Return the new or changed permission sets that have all policies of one that is called sensitive.

    Not those that a set which is not called so has as well: then it is not for these that it is called sensitive.
    """
    names = in_force.sensitive.permission_sets
    parts = {rule.name: _policies_of(rule) for rule in in_force.permission_sets}
    others = [have for name, have in parts.items() if name not in names]
    called = [have for name, have in parts.items() if name in names and have]
    guarded = [have for have in called if not any(have <= other for other in others)]
    return frozenset(
        rule.name
        for rule in policy.permission_sets
        if (have := _policies_of(rule)) != parts.get(rule.name) and any(each <= have for each in guarded)
    )


def _policies_of(rule: PermissionSetRule) -> frozenset[str]:
    return frozenset(filter(None, (*rule.managed_policies, *map(str, rule.customer_policies), rule.inline_policy)))


def _changed_sets(policy: Policy, *, in_force: Policy) -> frozenset[str]:
    """Return the permission sets of protected people and groups that would be unassigned or changed."""
    before = in_force.protection
    had, has = (
        {rule.permission_set for rule in rules if rule.group in protected.groups or rule.person in protected.people}
        for rules, protected in (
            (in_force.assignments, before),
            # A protected group may have another key by now.
            (policy.assignments, _joined(policy.protection, before)),
        )
    )
    did, do = ({rule.name: rule.rights for rule in rules.permission_sets} for rules in (in_force, policy))
    return frozenset(name for name in had if name not in has or did.get(name) != do.get(name))


def _stricter(guardrails: Guardrails, other: Guardrails) -> Guardrails:
    return Guardrails(
        percent=min(guardrails.percent, other.percent),
        at_least=min(guardrails.at_least, other.at_least),
        longest_grant=min(guardrails.longest_grant, other.longest_grant),
        additions_percent=min(guardrails.additions_percent, other.additions_percent),
        additions_at_least=min(guardrails.additions_at_least, other.additions_at_least),
        removes_unmanaged=guardrails.removes_unmanaged and other.removes_unmanaged,
    )


def _joined(protection: Protection, other: Protection) -> Protection:
    return Protection(
        people=protection.people | other.people,
        users=protection.users | other.users,
        groups=protection.groups | other.groups,
        accounts=protection.accounts | other.accounts,
        permission_sets=protection.permission_sets | other.permission_sets,
    )


def _more_sensitive(names: SensitiveNames, other: SensitiveNames) -> SensitiveNames:
    accounts = _by_meaning((*other.accounts, *names.accounts))
    return SensitiveNames(
        permission_sets=names.permission_sets | other.permission_sets,
        groups=names.groups | other.groups,
        accounts=tuple(accounts.values()),
        harmless=names.harmless & other.harmless,
        birthrights=names.birthrights & other.birthrights,
    )


def _by_meaning(selectors: Iterable[AccountSelector]) -> dict[str, AccountSelector]:
    """Return the selectors, each meaning once."""
    return {repr(meaning_of(selector)): selector for selector in selectors}


def _loosened(policy: Policy, *, in_force: Policy) -> Iterator[str]:
    """Yield in words what an edit would loosen of the guardrails."""
    before, after = in_force.guardrails, policy.guardrails
    for name, old, new in (
        ("removals.percent", before.percent, after.percent),
        ("removals.at_least", before.at_least, after.at_least),
        ("grants.longest", before.longest_grant, after.longest_grant),
        ("additions.percent", before.additions_percent, after.additions_percent),
        ("additions.at_least", before.additions_at_least, after.additions_at_least),
    ):
        if new > old:  # type: ignore[operator] # the same kind of value on both sides
            yield f"{name} from {old} to {new}"
    if after.removes_unmanaged and not before.removes_unmanaged:
        yield "unmanaged from report to remove"
    protected, still = in_force.protection, policy.protection
    for kind, names in (
        ("person", protected.people - still.people),
        # The audit log has people by their HR id alone.
        ("user", {f"name {number}" for number, _ in enumerate(protected.users - still.users, start=1)}),
        ("group", protected.groups - still.groups),
        ("account", protected.accounts - still.accounts),
        ("permission set", protected.permission_sets - still.permission_sets),
    ):
        if names:
            yield f"no longer protected: {_listed(f'{kind} {name}' for name in sorted(names))}"
    yield from _less_sensitive(policy.sensitive, in_force=in_force.sensitive)


def _less_sensitive(names: SensitiveNames, *, in_force: SensitiveNames) -> Iterator[str]:
    kept = _by_meaning(names.accounts)
    accounts = [each for meaning, each in _by_meaning(in_force.accounts).items() if meaning not in kept]
    dropped = chain(
        (f"permission set {name}" for name in sorted(in_force.permission_sets - names.permission_sets)),
        (f"group {name}" for name in sorted(in_force.groups - names.groups)),
        (f"accounts of {selector.location}" for selector in accounts),
    )
    if listed := _listed(dropped):
        yield f"no longer sensitive: {listed}"
    harmless = sorted(name.rpartition(" ")[0] for name in names.harmless - in_force.harmless)
    if listed := _listed(f"permission set {name}" for name in harmless):
        yield f"called harmless, as it is now: {listed}"
    if given := _listed(name.rpartition(" ")[0] for name in sorted(names.birthrights - in_force.birthrights)):
        yield f"given by HR alone, as it is now: {given}"


def _listed(names: Iterable[str]) -> str:
    first = list(names)
    return ", ".join(first[:_MOST_NAMES]) + (f" and {rest} more" if (rest := len(first) - _MOST_NAMES) > 0 else "")


def _meaning(policy: Policy, *, in_force: Policy) -> object:
    """Return everything a policy means but its guardrails, and later ends of access, whatever its files and order."""
    people = with_ends(policy.people, stricter_ends(ends_of(policy.people), ends_of(in_force.people)))
    groups = (replace(rule, birthright=False) for rule in policy.groups)
    rules = (*groups, *policy.permission_sets, *(replace(rule, birthright=False) for rule in policy.assignments))
    return sorted(map(repr, map(meaning_of, rules))), people
