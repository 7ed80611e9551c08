"""Notes on a policy: the sensitive access in it, who alone can give it, and what many can change."""

from collections.abc import Iterable, Iterator

from dayone.model.policy.origins import birthright_of
from dayone.model.policy.rules import AccountSelector, AssignmentRule, GroupRule, Policy, PolicyNote
from dayone.policy.sensitivity import MAYBE, Sensitivity, why_contents_are_sensitive

# Attributes that HR systems let people edit themselves.
_OWN = frozenset({"given_name", "family_name", "display_name", "user_name", "email", "time_zone", "location"})
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
