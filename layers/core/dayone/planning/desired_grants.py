"""Desired resources from grants on top of the policy's rules, reasons why a due grant gives nothing, and its turns."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dayone.model.accounts import Account, AccountState, left_alone_in
from dayone.model.grants import Ending, Grant, GrantState, is_grant, is_of_grants
from dayone.model.operations import Applied
from dayone.model.people import Person, has_access
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Desired, DesiredResource, Reason, Resource, ResourceKind, assignment_in
from dayone.policy.sensitivity import sensitivity_of

# Long enough for what has ended to be gone.
GIVEN_ANEW_AFTER = timedelta(hours=1)
_NOT_DELEGATED = "AWS does not let Day One, a delegated administrator, assign this there"
_NOT_BY_ACCIDENT = "this is the management account, which only a grant with `include_management_account` reaches"


def with_grants(
    desired: Desired,
    *,
    fact: Person | Account | None,
    grants: Iterable[Grant],
    policy: Policy,
    employed: Container[str],
    now: datetime,
) -> Desired:
    """Return the desired resources with the grants in force at `now`; unchanged if the subject is left alone.

    `employed` are the ids of those people with assignments of their own who are in employment.
    """
    in_force = [entry for entry in grants if entry.state(now=now) is GrantState.ACTIVE]
    if not in_force or desired.left_alone or desired.gone:
        return desired
    resources, notes = dict(desired.resources), list(desired.notes)
    for grant in in_force:
        if obstacle := why_nothing(grant, fact=fact, policy=policy, employed=employed, now=now):
            notes.append(f"{grant.rule} gives nothing: {obstacle}")
            continue
        before = resources.get(grant.resource)
        reasons = (*before.reasons, reason_of(grant)) if before else (reason_of(grant),)
        resources[grant.resource] = DesiredResource(before.attributes if before else {}, reasons)
    return replace(desired, resources=resources, notes=tuple(notes))


def with_approved_ends(
    desired: Desired, *, state: SubjectState, fact: object, policy: Policy, now: datetime
) -> Desired:
    """Return the desired resources with sensitive access that grants alone gave ending with these grants.

    An extension, another grant or a rule gives it anew after that, which is held as every gift is.
    """
    resources, notes, at = dict(desired.resources), list(desired.notes), desired.given_anew_at
    for resource, is_over in _sensitive_grants(state, fact=fact, policy=policy, now=now).items():
        if resource not in resources:
            continue
        if not is_over:
            resources[resource] = replace(resources[resource], reasons=state.applied[resource].reasons)
            continue
        del resources[resource]
        at = now + GIVEN_ANEW_AFTER
        notes.append(f"{resource} is sensitive and ends with its grant: what else gives it is held anew")
    return replace(desired, resources=resources, notes=tuple(notes), given_anew_at=at)


def _sensitive_grants(state: SubjectState, *, fact: object, policy: Policy, now: datetime) -> Mapping[Resource, bool]:
    """Return sensitive access that only grants gave, each with whether all of these are over as they were approved."""
    if not state.head.grants:
        return {}
    sensitivity, found = sensitivity_of(policy), dict[Resource, bool]()
    for resource, have in state.applied.items():
        rules = {reason.rule for reason in have.reasons}
        if is_of_grants(rules) and sensitivity.why(resource, fact=fact):
            grants = [grant for grant in state.head.grants if grant.rule in rules and grant.end is None]
            found[resource] = not any(grant.begins <= now < grant.until for grant in grants)
    return found


def reason_of(grant: Grant) -> Reason:
    """Return the reason of a grant, such as `OPS-7: the shop is down, until 2026-11-23T17:00Z`."""
    ticket = f"{grant.ticket}: " if grant.ticket else ""
    until = grant.lasts_until.astimezone(UTC)
    return Reason(grant.rule, f"{ticket}{grant.reason}, until {until:%Y-%m-%dT%H:%MZ}")


def why_nothing(
    grant: Grant, *, fact: Person | Account | None, policy: Policy, employed: Container[str], now: datetime
) -> str:
    """Return the reason why a grant would give nothing if it were active, or empty."""
    if fact is None:
        return f"nothing is known of {grant.subject}"
    if obstacle := why_not_by_policy(grant, policy=policy):
        return obstacle
    if isinstance(fact, Account) and (obstacle := why_too_sensitive(grant, fact, policy=policy)):
        return obstacle
    if isinstance(fact, Account):
        return _why_not_in(fact, grant) or (
            "" if not grant.person or grant.person in employed else _not_employed(grant.person)
        )
    return "" if has_access(fact, cycle=policy.people, now=now) else _not_employed(fact.id)


def why_too_sensitive(grant: Grant, account: Account, *, policy: Policy) -> str:
    """Return the reason why a group may not get a grant, or empty: later members would have it unapproved."""
    if not grant.group or not grant.permission_set:
        return ""
    sensitivity = sensitivity_of(policy)
    reason = sensitivity.why_assignment(assignment_in(grant.resource), account=account)
    if not reason or grant.group in sensitivity.groups:
        return ""
    return (
        f"this is sensitive, and group {grant.group} is not, so that whoever joins it would get it: {reason}; "
        "grant it to people, or name the group in `sensitive.groups`"
    )


def why_not_by_policy(grant: Grant, *, policy: Policy) -> str:
    """Return the reason why the policy or AWS's limits rule out the granted access, or empty."""
    protection = policy.protection
    if grant.person and grant.person in protection.people:
        return f"person {grant.person} is protected by the policy"
    if grant.group in protection.groups:
        return f"group {grant.group} is protected by the policy"
    if grant.group and all(rule.name != grant.group for rule in policy.groups):
        return f"the policy has no group {grant.group}"
    if grant.resource.kind is ResourceKind.MEMBERSHIP:
        return ""
    if grant.subject.name in protection.accounts:
        return f"account {grant.subject.name} is protected by the policy"
    return _why_not_assigned(grant, policy=policy)


def _why_not_assigned(grant: Grant, *, policy: Policy) -> str:
    off_limits = policy.terms.off_limits
    rule = next((rule for rule in policy.permission_sets if rule.name == grant.permission_set), None)
    if rule is None:
        return f"the policy has no permission set {grant.permission_set}"
    if off_limits.is_delegated and grant.subject.name == off_limits.account:
        return _NOT_DELEGATED
    if rule.called in off_limits.permission_sets:
        return _NOT_DELEGATED
    return ""


def _why_not_in(account: Account, grant: Grant) -> str:
    if account.is_management and not grant.includes_management:
        return _NOT_BY_ACCIDENT
    return "" if account.state is AccountState.ACTIVE else left_alone_in(account.state) or "the account is gone"


def _not_employed(person: str) -> str:
    return f"person {person} is not in employment, or is on a leave without access"


def reasons_to_mend(
    applied: Mapping[Resource, Applied], *, desired: Mapping[Resource, DesiredResource]
) -> Mapping[Resource, tuple[Reason, ...]]:
    """Return new reasons for unchanged resources whose reasons from grants have changed.

    A resource given by a rule, also one that a rule gives beside a grant, keeps a rule among its reasons: only
    resources given by grants alone are removed without approval at the end of the grants.
    """
    found = {resource: (have, desired[resource]) for resource, have in applied.items() if resource in desired}
    return {
        resource: mended
        for resource, (have, want) in found.items()
        if (mended := _mended(have.reasons, want.reasons)) != have.reasons
    }


def _mended(have: tuple[Reason, ...], want: tuple[Reason, ...]) -> tuple[Reason, ...]:
    granted = tuple(reason for reason in want if is_grant(reason.rule))
    had, rules = (tuple(reason for reason in reasons if not is_grant(reason.rule)) for reasons in (have, want))
    # What a rule has come to give is the rule's as well, also when it goes before the grant does.
    is_as_it_was = granted == tuple(reason for reason in have if is_grant(reason.rule)) and bool(had or not rules)
    return have if is_as_it_was else (*(rules or had), *granted)


# Endings requested by the creator of the grant, or by a caller for this grant alone.
_ANNOUNCED = frozenset({Ending.EXPIRED, Ending.ENDED_EARLY})


def has_ended_as_announced(grants: Iterable[Grant], *, now: datetime) -> frozenset[Resource]:
    """Return the resources of grants that expired or were ended by a request about them."""
    return frozenset(grant.resource for grant in grants if grant.ending(now=now) in _ANNOUNCED)


def announced_ends(
    removed: Iterable[Resource], *, state: SubjectState, fact: object, policy: Policy, now: datetime
) -> frozenset[Resource]:
    """Return the removals of what grants alone gave, at an announced end or, of sensitive access, at the approved one.

    No number of removals holds these.
    """
    sensitive = _sensitive_grants(state, fact=fact, policy=policy, now=now)
    ended = has_ended_as_announced(state.head.grants, now=now) | {
        name for name, is_over in sensitive.items() if is_over
    }
    going = ended.intersection(removed) & state.applied.keys()
    return frozenset(gone for gone in going if is_of_grants(reason.rule for reason in state.applied[gone].reasons))


def next_turn(grants: Sequence[Grant], *, now: datetime) -> datetime | None:
    """Return the next time at which a grant begins or ends, `now` if such a change is not recorded yet, or None."""
    if any(grant.noted is not grant.state(now=now) for grant in grants):
        return now
    # Of sensitive access the first end counts, however often the grant has been extended.
    moments = [
        moment
        for grant in grants
        for moment in (grant.begins, grant.until, grant.lasts_until)
        if grant.is_open(now=now)
    ]
    return min((moment for moment in moments if moment > now), default=None)


def people_granted(grants: Iterable[Grant]) -> frozenset[str]:
    """Return the ids of people with a grant for an assignment to themselves in an account."""
    return frozenset(
        grant.person for grant in grants if grant.person and grant.resource.kind is ResourceKind.ASSIGNMENT
    )
