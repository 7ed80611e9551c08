"""Check that AWS's quotas hold the budgets, functions, roles and permission sets."""

from collections.abc import Iterator, Mapping

from dayone.errors import DayOneError
from dayone.executor.rate_limits import Budgets
from dayone.ports.setup import ConcurrencySight, InstanceSight, RoleSight, SeenConcurrency, SeenRoles
from dayone.setup.findings import Finding, doubtful, fine, judged, read_or_error, unseen

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
    in_force = next((int(number) for title, number in listed.items() if _is_of_account(title)), None)
    quota = in_force or _PUBLISHED_PERMISSION_SETS
    whose = "" if in_force else ", which is what AWS publishes"
    message = f"{in_use} of {quota} permission sets are in use in {account}{whose}"
    if in_use >= _ALMOST * quota:
        do = "raise the quota of Identity Center for permission sets in an account, or give fewer of them there"
        return doubtful(name, message, do=do)
    return fine(name, f"{message}; the same number holds for every other account")


def _is_of_account(title: str) -> bool:
    # Its name in Service Quotas is undocumented; the name in the user guide has these words.
    return "permission sets" in title.lower() and "per aws account" in title.lower()
