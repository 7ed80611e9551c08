"""Find what an edit would loosen: the guardrails, and what ends sensitive access that somebody has."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from itertools import chain
from typing import Protocol

from dayone.model.policy.context import AccessEnds, ends_of, stricter_ends
from dayone.model.policy.origins import meaning_of
from dayone.model.policy.rules import AccountSelector, Guardrails, Policy, Protection, SensitiveNames
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import ResourceKind, Subject, SubjectKind, assignment_in
from dayone.policy.sensitivity import Sensitivity, recorded_rule, why_contents_are_sensitive

_MOST_NAMES = 10


class Recorded(Protocol):
    """Records that an edit is judged by."""

    @property
    def accounts(self) -> Callable[[], Iterable[SubjectState]]:
        """A walk through all accounts."""
        ...

    @property
    def state_of(self) -> Callable[[Subject], SubjectState]:
        """A lookup of any subject."""
        ...


@dataclass(frozen=True, kw_only=True)
class KeptAccess:
    """What counts of an edit until somebody else approves how it would have people keep sensitive access.

    `protection` is its own, without what waits; `ends` are when access ends, `limits` those of removals that facts
    bring about. `loosens` says in words what waits.
    """

    protection: Protection
    ends: AccessEnds
    limits: Guardrails
    loosens: tuple[str, ...] = ()


def keeps_access(policy: Policy, *, in_force: Policy, groups: Iterable[str], recorded: Recorded) -> KeptAccess:
    """Return what of an edit would have people keep sensitive access, as `groups` and others have it, and what counts.

    Where nobody has any, it counts at once.
    """
    own = KeptAccess(protection=policy.protection, ends=ends_of(policy.people), limits=policy.guardrails)
    before = in_force.removal_limits
    strict = KeptAccess(
        protection=_approved(policy, in_force=in_force, groups=groups),
        ends=stricter_ends(own.ends, ends_of(in_force.people)),
        limits=before,
    )
    loosens = (*_protects(policy, strict), *_ends_later(own.ends, strict.ends), *_lowers(own.limits, before))
    if not loosens or not _is_any_sensitive((policy, in_force), recorded=recorded):
        return own
    return replace(strict, loosens=loosens)


def protected_by_both(protection: Protection, other: Protection) -> Protection:
    """Return what both protect."""
    return Protection(
        **{kind.name: getattr(protection, kind.name) & getattr(other, kind.name) for kind in fields(other)}
    )


def by_meaning(selectors: Iterable[AccountSelector]) -> dict[str, AccountSelector]:
    """Return the selectors, each meaning once."""
    return {repr(meaning_of(selector)): selector for selector in selectors}


def _approved(policy: Policy, *, in_force: Policy, groups: Iterable[str]) -> Protection:
    """Return what a policy protects without what is new; new groups without sensitive access count at once."""
    own, before = policy.protection, in_force.protection
    sensitive = {*Sensitivity(policy).groups, *Sensitivity(in_force).groups, *groups}
    rules = (*policy.groups, *in_force.groups)
    called = {name.casefold() for rule in rules if rule.name in sensitive for name in (rule.name, rule.called)}
    called |= {name.casefold() for name in sensitive}
    were = {name.casefold() for name in before.groups}
    were |= {rule.name.casefold() for rule in rules if rule.called.casefold() in were}
    return Protection(
        people=own.people & before.people,
        users=own.users & before.users,
        groups=frozenset(name for name in own.groups if name.casefold() in were or name.casefold() not in called),
        accounts=own.accounts & before.accounts,
        permission_sets=own.permission_sets,
    )


def _is_any_sensitive(policies: Iterable[Policy], *, recorded: Recorded) -> bool:
    """Return whether policies have anything sensitive, or AWS still has what an earlier one gave."""
    known = [Sensitivity(policy) for policy in policies]
    for which in known:
        names = which.policy.sensitive
        if which.permission_sets or which.groups or names.permission_sets or names.accounts:
            return True
        if any(which.why_rule(rule) for rule in which.policy.assignments):
            return True
    assigned = (resource for account in recorded.accounts() for resource in account.applied)
    sets = {assignment_in(each).permission_set for each in assigned if each.kind is ResourceKind.ASSIGNMENT}
    return any(
        why_contents_are_sensitive(recorded_rule(recorded.state_of(Subject(SubjectKind.PERMISSION_SET, name)).applied))
        for name in sets
        if not any(which.is_called_harmless(name) for which in known)
    )


def _protects(policy: Policy, strict: KeptAccess) -> Iterator[str]:
    own, counts = policy.protection, strict.protection
    for kind, names in (
        ("person", own.people - counts.people),
        # The audit log has people by their HR id alone.
        ("user", {f"name {number}" for number, _ in enumerate(own.users - counts.users, start=1)}),
        ("group", own.groups - counts.groups),
        ("account", own.accounts - counts.accounts),
    ):
        if names:
            yield f"newly protected: {_listed(f'{kind} {name}' for name in sorted(names))}"


def _ends_later(ends: AccessEnds, strict: AccessEnds) -> Iterator[str]:
    if ends.suspends != strict.suspends:
        yield "people.on_leave from suspend to keep"
    if ends.until != strict.until:
        yield f"people.access_until from {strict.until[:5]} to {ends.until[:5] or '24:00'}"
    if ends.with_sessions != strict.with_sessions:
        yield "people.end_sessions from true to false"


def _lowers(limits: Guardrails, before: Guardrails) -> Iterator[str]:
    for name, old, new in (("percent", before.percent, limits.percent), ("at_least", before.at_least, limits.at_least)):
        if new < old:
            yield f"removals.{name} from {old} to {new}, for what HR and the organisation take away"


def loosened(policy: Policy, *, in_force: Policy) -> Iterator[str]:
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
    kept = by_meaning(names.accounts)
    accounts = [each for meaning, each in by_meaning(in_force.accounts).items() if meaning not in kept]
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
    more = f" and {len(first) - _MOST_NAMES} more" if len(first) > _MOST_NAMES else ""
    return ", ".join(first[:_MOST_NAMES]) + more
