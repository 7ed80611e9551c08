"""Check the organisation: who may administer it, whether its events arrive, and the policy that ends sessions."""

from collections.abc import Sequence

from dayone.errors import DayOneError, NotFound
from dayone.ports.setup import PolicyTargetSight, SeenOrganization, SeenTrail
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
