"""Notes on sensitive access in a policy: who alone can give it, what many can change, who would keep it by an edit."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Protocol

from dayone.model.policy.context import AccessEnds, ends_of, stricter_ends, with_ends
from dayone.model.policy.origins import birthright_of
from dayone.model.policy.rules import (
    AccountSelector,
    AssignmentRule,
    GroupRule,
    Guardrails,
    Policy,
    PolicyNote,
    Protection,
)
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import ResourceKind, Subject, SubjectKind, assignment_in
from dayone.policy.sensitivity import MAYBE, Sensitivity, recorded_rule, why_contents_are_sensitive

# Attributes that HR systems let people edit themselves.
_OWN = frozenset({"given_name", "family_name", "display_name", "user_name", "email", "time_zone", "location"})
_MOST_NAMES, _KINDS = 10, fields(Protection)
_BY_OWNERS = "which whoever tags or renames accounts can set"


def birthrights_in_force(policy: Policy) -> Iterator[str]:
    """Yield a sentence for each sensitive access that HR alone gives."""
    for rule in _birthrights(policy):
        if birthright_of(rule) in policy.sensitive.birthrights:
            yield f"{rule.location}: {_given_by_hr(rule, policy=policy)}"


def _birthrights(policy: Policy) -> Iterator[GroupRule | AssignmentRule]:
    yield from (rule for rule in policy.groups if rule.birthright)
    yield from (rule for rule in policy.assignments if rule.birthright)


def _given_by_hr(rule: GroupRule | AssignmentRule, *, policy: Policy) -> str:
    what = f"group {rule.name}" if isinstance(rule, GroupRule) else f"{rule.permission_set} of person {rule.person}"
    if birthright_of(rule) in policy.sensitive.birthrights:
        return f"HR alone gives {what}, although it is sensitive (`birthright`)"
    return f"{what} is to be given by HR alone (`birthright`), which counts once somebody else has approved that"


def sensitive_sets(policy: Policy) -> Iterator[PolicyNote]:
    """Yield a note on each permission set that is sensitive or declared harmless although it is, and each birthright.

    Also on what gives sensitive access, or excepts from it, by what many can change.
    """
    sensitivity = Sensitivity(policy)
    yield from _given_lightly(policy, sensitivity)
    reasons = sensitivity.permission_sets
    for rule in _birthrights(policy):
        yield PolicyNote(rule.location, _given_by_hr(rule, policy=policy))
    for permission_set in policy.permission_sets:
        if reason := reasons.get(permission_set.name):
            yield PolicyNote(permission_set.location, f"permission set `{permission_set.name}` is sensitive: {reason}")
        elif reason := why_contents_are_sensitive(permission_set):
            yield PolicyNote(
                permission_set.location, f"permission set `{permission_set.name}` is called harmless, although {reason}"
            )


def _given_lightly(policy: Policy, sensitivity: Sensitivity) -> Iterator[PolicyNote]:
    """Yield what gives sensitive access, or keeps somebody or an account out of it, by what many can change."""
    for group in policy.groups:
        if reason := sensitivity.groups.get(group.name):
            yield from _joined_lightly(group, reason=reason)
    for rule in policy.assignments:
        for role, places in (("goes by", rule.accounts), ("leaves accounts out by", rule.exceptions)):
            if sensitivity.why_set(rule.permission_set) and (names := _set_by_owners(places)):
                text = f"`{rule.permission_set}` is sensitive and {role} {names}, {_BY_OWNERS}"
                yield PolicyNote(rule.location, text)
    for selector in policy.sensitive.accounts:
        if names := _set_by_owners([selector]):
            yield PolicyNote(selector.location, f"accounts are sensitive by {names}, {_BY_OWNERS}")


def _joined_lightly(group: GroupRule, *, reason: str) -> Iterator[PolicyNote]:
    if reason.endswith(MAYBE):
        text = f"group `{group.name}` is sensitive, so whoever joins it waits for an approval: {reason}"
        yield PolicyNote(group.location, text)
    for role, selectors in (("goes by", group.members), ("leaves people out by", group.exceptions)):
        attributes = {condition.attribute for selector in selectors for condition in selector.conditions}
        if own := attributes & _OWN:
            names = ", ".join(f"`{name}`" for name in sorted(own))
            text = f"group `{group.name}` is sensitive and {role} {names}, which people can often edit themselves"
            yield PolicyNote(group.location, text)


def _set_by_owners(selectors: Iterable[AccountSelector]) -> str:
    tags = sorted({condition.attribute for selector in selectors for condition in selector.tags})
    names = "the account's name" if any(selector.names for selector in selectors) else ""
    listed = ", ".join(f"`{name}`" for name in tags)
    return " and ".join(filter(None, (f"the tag {listed}" if tags else "", names)))


class RecordedReach(Protocol):
    """Records that an edit is judged by: a walk through all accounts, and a lookup of any subject."""

    @property
    def accounts(self) -> Callable[[], Iterable[SubjectState]]: ...  # noqa: D102

    @property
    def state_of(self) -> Callable[[Subject], SubjectState]: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True)
class KeptAccess:
    """Settings of an edit that count until somebody else approves how it would have people keep sensitive access.

    `protection` is its own, without what waits; `ends` are when access ends, `limits` those of removals that facts
    bring about; without these the policy's own. `loosens` says in words what waits.
    """

    protection: Protection
    ends: AccessEnds
    limits: Guardrails | None = None
    loosens: tuple[str, ...] = ()


def keeps_access(policy: Policy, *, in_force: Policy, groups: Iterable[str], recorded: RecordedReach) -> KeptAccess:
    """Return what of an edit would have people keep sensitive access, as `groups` and others have it, and what counts.

    Where nobody has any, it counts at once.
    """
    own = KeptAccess(protection=policy.protection, ends=ends_of(policy.people))
    limits, ends = in_force.removal_limits, stricter_ends(own.ends, ends_of(in_force.people))
    protection = _approved(policy, in_force=in_force, groups=groups)
    lowers = _lowers(policy.guardrails, limits)
    loosens = (*_protects(policy.protection, protection), *_ends_later(own.ends, ends), *lowers)
    if loosens and not _is_any_sensitive((policy, in_force), recorded=recorded):
        return own
    return KeptAccess(protection=protection, ends=ends, limits=limits, loosens=loosens)


def as_they_counted(
    before: Iterable[Policy], *, ends: Iterable[AccessEnds], protection: Protection
) -> tuple[Policy, ...]:
    """Return earlier policies by which access ends as it did when they counted, and no more is protected than now."""
    return tuple(
        replace(
            entry,
            people=with_ends(entry.people, each),
            protection=Protection(
                **{kind.name: getattr(entry.protection, kind.name) & getattr(protection, kind.name) for kind in _KINDS}
            ),
        )
        for entry, each in zip(before, ends, strict=False)
    )


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


def _is_any_sensitive(policies: Iterable[Policy], *, recorded: RecordedReach) -> bool:
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


def _protects(own: Protection, counts: Protection) -> Iterator[str]:
    for kind, names in (
        ("person", own.people - counts.people),
        # The audit log has people by their HR id alone.
        ("user", {f"name {number}" for number, _ in enumerate(own.users - counts.users, start=1)}),
        ("group", own.groups - counts.groups),
        ("account", own.accounts - counts.accounts),
    ):
        if names:
            more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
            yield f"newly protected: {', '.join(f'{kind} {name}' for name in sorted(names)[:_MOST_NAMES])}{more}"


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
