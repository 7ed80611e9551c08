"""Check the organisation: its administrators, events, quotas, and the policy that ends sessions."""

from collections.abc import Iterator, Mapping, Sequence

from dayone.errors import DayOneError, NotFound
from dayone.executor.rate_limits import Budgets
from dayone.ports.setup import (
    ConcurrencySight,
    InstanceSight,
    PolicyTargetSight,
    RoleSight,
    SeenConcurrency,
    SeenOrganization,
    SeenRoles,
    SeenTrail,
)
from dayone.setup.findings import Finding, amiss, doubtful, fine, judged, read_or_error, unseen
from dayone.setup.session_policy import MOST_POLICIES_ON_A_TARGET

# Source: AWS Organizations User Guide: its events are in this Region only, of the partition `aws`.
_EVENTS_IN = "us-east-1"
_PARTITION = "arn:aws:"


def may_administer(
    seen: SeenOrganization, delegates: frozenset[str] | DayOneError, *, account: str, stated: str
) -> Finding:
    """Check that the account is the management account, or administers Identity Center for it, as configured."""
    name = "administered-from"
    if account == seen.management_account:
        if stated == "delegated-administrator":
            return amiss(name, "this is the management account", do="deploy with AdministeredFrom=auto")
        return fine(name, f"{account} is the management account")
    if stated == "management-account":
        message = f"the management account is {seen.management_account}, not {account}"
        return amiss(name, message, do="deploy there, or with AdministeredFrom=auto")
    if isinstance(delegates, DayOneError):
        do = "allow the caller organizations:ListDelegatedAdministrators, then check again"
        return unseen(
            name,
            f"{account} is not the management account; whether it is a delegated administrator could not be read",
            do=do,
        )
    if account in delegates:
        return fine(
            name, f"{account} administers Identity Center for {seen.management_account}, whose own access it leaves"
        )
    do = f"deploy in {seen.management_account}, or register {account} in the console, Identity Center, Settings"
    return amiss(name, f"{account} is neither the management account nor its delegated administrator", do=do)


def management_access(organization: SeenOrganization | DayOneError, *, account: str, has_rights: bool) -> Finding:
    """Check that Day One can give access in the management account, and is where the rights for that count."""
    return judged(
        "management-account-access",
        organization,
        needs="organizations:DescribeOrganization",
        judge=lambda it: _management_access(it, account=account, has_rights=has_rights),
    )


def _management_access(seen: SeenOrganization, *, account: str, has_rights: bool) -> Finding:
    name, management = "management-account-access", seen.management_account
    if account != management:
        if not has_rights:
            return fine(name, f"Day One leaves access in the management account {management} to others")
        message = f"ManagementAccountAccess counts in the management account {management} only, and this is {account}"
        return doubtful(name, message, do="deploy with ManagementAccountAccess=false")
    if has_rights:
        return fine(name, f"Day One may give and take access in {account}, the management account")
    return fine(
        name,
        f"Day One gives no access in {account}, the management account, and refuses policies and grants that would; "
        "deploy with ManagementAccountAccess=true if it is to",
    )


def events_arrive(seen: SeenOrganization, *, account: str, region: str, listens_to: str, arn: str) -> Finding:
    """Check the delivery of account events, which exist in one Region of the management account."""
    name = "organization-events"
    if not arn.startswith(_PARTITION):
        return unseen(name, "where the events of this partition are is not known", do="see docs/accounts.md")
    is_there = account == seen.management_account and region == _EVENTS_IN
    if listens_to and listens_to != seen.id:
        return amiss(
            name, f"the organisation is {seen.id}, not {listens_to}", do=f"deploy with OrganizationId={seen.id}"
        )
    if is_there:
        return fine(name, f"the organisation's events are in this account and Region, {region}")
    where = f"{_EVENTS_IN} of {seen.management_account}"
    if not listens_to:
        do = f"deploy with OrganizationId={seen.id}, and template-forwarder.yaml in {where}"
        return amiss(name, f"the organisation's events are in {where}, and no forwarder is listened to", do=do)
    do = f"see that template-forwarder.yaml is deployed in {where}: aws cloudformation describe-stacks"
    return unseen(name, f"a forwarder in {where} is accepted; whether there is one cannot be checked from here", do=do)


def trail_records(trails: Sequence[SeenTrail], seen: SeenOrganization, *, account: str) -> Finding:
    """EventBridge hears of calls to Organizations only where a trail records management events."""
    name = "trail"
    there = [trail for trail in trails if trail.is_logging and (trail.is_everywhere or trail.home_region == _EVENTS_IN)]
    is_management = account == seen.management_account
    counted = there if is_management else [trail for trail in there if trail.is_of_organization]
    recording = [trail for trail in counted if trail.records_writes]
    if recording:
        return fine(name, f"the trail {recording[0].name} records management events in {_EVENTS_IN}")
    if unread := [trail for trail in counted if trail.records_writes is None]:
        do = "in the management account, look whether it records management events"
        return unseen(name, f"the trail {unread[0].name} logs; what it records cannot be read from here", do=do)
    do = f"create a trail for all Regions that records management events, in {seen.management_account}"
    missed = "accounts that are moved, renamed or tagged are then noticed by the daily look only"
    if is_management:
        return doubtful(name, f"no trail records management events in {_EVENTS_IN}: {missed}", do=do)
    return unseen(name, f"the organisation has no trail that is seen from here; without one {missed}", do=do)


def control_policies(*, is_enabled: bool, is_requested: bool) -> Finding:
    """Check that service control policies are enabled, which ending live sessions requires."""
    name = "service-control-policies"
    if not is_requested:
        return fine(name, "not needed: no policy is to end live sessions")
    if is_enabled:
        return fine(name, "service control policies are enabled")
    do = "enable them: aws organizations enable-policy-type --policy-type SERVICE_CONTROL_POLICY --root-id ROOT"
    return amiss(name, "live sessions are to be ended, and service control policies are not enabled", do=do)


_NAME = "session-policy-targets"
_DO = "detach one of them there, or merge two, or name organizational units with room as EndedSessionsTargets"


def session_policy_fits(targets: Sequence[str], *, policy: str, sight: PolicyTargetSight) -> Finding:
    """Check that the policy fits on each target, which takes at most five; without targets, on the root.

    `policy` is the name of the stack's own, which needs no second place.
    """
    return judged(
        _NAME,
        read_or_error(lambda: _room_on(targets, policy=policy, sight=sight)),
        needs="organizations:ListRoots and organizations:ListPoliciesForTarget",
        judge=lambda finding: finding,
    )


def _room_on(targets: Sequence[str], *, policy: str, sight: PolicyTargetSight) -> Finding:
    full, missing, counts = list[str](), list[str](), list[str]()
    for target in targets or sight.roots():
        try:
            names = sight.policies_on(target)
        except NotFound:
            missing.append(target)
            continue
        counts.append(f"{target} has {len(names)} of {MOST_POLICIES_ON_A_TARGET}")
        if policy not in names and len(names) >= MOST_POLICIES_ON_A_TARGET:
            full.append(target)
    if missing:
        do = "name the root or organizational units (aws organizations list-roots) as EndedSessionsTargets"
        return amiss(_NAME, f"there is no {', '.join(missing)} in the organization", do=do)
    message = f"service control policies: {'; '.join(counts)}"
    if not full:
        return fine(_NAME, message)
    if not targets:
        return doubtful(_NAME, f"{message}: the policy that ends live sessions does not fit there", do=_DO)
    return amiss(_NAME, f"{message}: {', '.join(full)} has no room, and the deployment would fail", do=_DO)


# Source: IAM Identity Center User Guide, quotas; see Budgets. None of the four can be raised but by a support case.
_PUBLISHED: Mapping[str, float] = {
    "SsoAdminCalls": 20,
    "IdentityStoreCalls": 20,
    "OutstandingAssignments": 15,
    "ConcurrentProvisionings": 3,
}
_LISTED = 5


def budgets_fit(budgets: Budgets, *, quotas: Mapping[str, float] | None) -> Finding:
    """No budget is above what AWS publishes; `quotas` are those of Service Quotas, None when they cannot be read."""
    name = "quotas"
    given = {
        "SsoAdminCalls": budgets.sso_admin_calls,
        "IdentityStoreCalls": budgets.identity_store_calls,
        "OutstandingAssignments": budgets.outstanding_assignments,
        "ConcurrentProvisionings": budgets.concurrent_provisionings,
    }
    too_much = [
        f"{name}={given[name]:g} (AWS publishes {most:g})" for name, most in _PUBLISHED.items() if given[name] > most
    ]
    if too_much:
        do = "lower them, unless AWS Support has raised the quota: what is above it is throttled"
        return doubtful(name, f"more than AWS allows: {', '.join(too_much)}", do=do)
    within = "the budgets are within what AWS publishes"
    if quotas is None:
        do = "allow the caller servicequotas:ListServiceQuotas, then check again"
        return unseen(name, f"{within}; the quota of this account could not be read", do=do)
    listed = "; ".join(f"{name}: {number:g}" for name, number in sorted(quotas.items())[:_LISTED])
    return fine(
        name, f"{within}; Service Quotas lists {len(quotas)} for Identity Center{f': {listed}' if listed else ''}"
    )


# One each for the executor, the sweep, the publisher and the account events, and two for the API and HR systems.
OTHER_EXECUTIONS = 6
# Source: AWS Lambda Developer Guide, ScalingConfig: the least that MaximumConcurrency may be.
_LEAST_PLANNERS = 2
_MORE_EXECUTIONS = (
    "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384"
    " --desired-value 1000"
)
# Source: IAM Identity Center User Guide, quotas: provisioned permission sets per AWS account; AWS raises it on request.
_PUBLISHED_PERMISSION_SETS = 500
_ALMOST = 0.9


def room_findings(
    ports: tuple[ConcurrencySight, RoleSight, InstanceSight],
    quotas: Mapping[str, float] | DayOneError,
    *,
    instance_arn: str,
    account: str,
    planners: int,
) -> Iterator[Finding]:
    """All that is found about the room that there is; `quotas` are those of Service Quotas for Identity Center."""
    concurrency, roles, instance = ports
    yield judged(
        "lambda-concurrency",
        read_or_error(concurrency.concurrency),
        needs="lambda:GetAccountSettings",
        judge=lambda limits: concurrency_suffices(limits, inbox_concurrency=planners),
    )
    yield judged(
        "roles",
        read_or_error(roles.roles),
        needs="iam:GetAccountSummary",
        judge=lambda existing: roles_have_room(existing, account=account),
    )
    yield judged(
        "permission-sets",
        read_or_error(lambda: instance.permission_sets_in(instance_arn, account)),
        needs="sso:ListPermissionSetsProvisionedToAccount",
        judge=lambda in_use: permission_sets_have_room(in_use, quotas=quotas, account=account),
    )


def concurrency_suffices(seen: SeenConcurrency, *, inbox_concurrency: int) -> Finding:
    """Lambda runs as many functions at once as Day One needs when all of them have work."""
    name = "lambda-concurrency"
    planners = f"planning takes up to {inbox_concurrency} of them (InboxConcurrency)"
    if seen.unreserved >= inbox_concurrency + OTHER_EXECUTIONS:
        return fine(name, f"{seen.unreserved} functions of the account can run at once; {planners}")
    fitting = max(_LEAST_PLANNERS, seen.unreserved - OTHER_EXECUTIONS)
    smaller = f"deploy with InboxConcurrency={fitting}, and " if fitting < inbox_concurrency else ""
    message = (
        f"{seen.unreserved} functions of the account can run at once, of {seen.limit} in all; {planners}, and the"
        f" others need {OTHER_EXECUTIONS}: Lambda may refuse the executor, the sweep and HR deliveries"
    )
    return doubtful(name, message, do=f"{smaller}ask AWS for more, which is free: {_MORE_EXECUTIONS}")


def roles_have_room(seen: SeenRoles, *, account: str) -> Finding:
    """IAM has room for the role that Identity Center makes for each permission set that is assigned in an account."""
    name = "roles"
    message = (
        f"{seen.roles} of {seen.quota} roles are in use in {account}. Each permission set that is assigned in an"
        " account takes one there, and fails if it has more managed policies than a role may have there:"
        f" {seen.policies_each}"
    )
    if seen.roles >= _ALMOST * seen.quota:
        return doubtful(
            name, message, do=f"raise the quota of IAM `Roles per account` in {account}, or delete roles there"
        )
    return fine(name, f"{message}; other accounts have quotas of their own, which cannot be read from here")


def permission_sets_have_room(in_use: int, *, quotas: Mapping[str, float] | DayOneError, account: str) -> Finding:
    """Check that the account has room for more permission sets; `quotas` are Service Quotas' for Identity Center."""
    name = "permission-sets"
    listed = {} if isinstance(quotas, DayOneError) else quotas
    # Its name in Service Quotas is undocumented; the name in the user guide has these words.
    in_force = next(
        (
            int(number)
            for title, number in listed.items()
            if "permission sets" in title.lower() and "per aws account" in title.lower()
        ),
        None,
    )
    quota = in_force or _PUBLISHED_PERMISSION_SETS
    whose = "" if in_force else ", which is what AWS publishes"
    message = f"{in_use} of {quota} permission sets are in use in {account}{whose}"
    if in_use >= _ALMOST * quota:
        do = "raise the quota of Identity Center for permission sets in an account, or give fewer of them there"
        return doubtful(name, message, do=do)
    return fine(name, f"{message}; the same number holds for every other account")
