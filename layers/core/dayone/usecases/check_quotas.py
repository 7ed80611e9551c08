"""What is said of the budgets: whether AWS's quotas hold them, as published or as Service Quotas has them."""

from collections.abc import Mapping

from dayone.domain.findings import Finding, doubtful, fine, unseen
from dayone.domain.rate_limits import Budgets

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
        f"{one}={given[one]:g} (AWS publishes {most:g})" for one, most in _PUBLISHED.items() if given[one] > most
    ]
    if too_much:
        do = "lower them, unless AWS Support has raised the quota: what is above it is throttled"
        return doubtful(name, f"more than AWS allows: {', '.join(too_much)}", do=do)
    within = "the budgets are within what AWS publishes"
    if quotas is None:
        do = "allow the caller servicequotas:ListServiceQuotas, then check again"
        return unseen(name, f"{within}; the quota of this account could not be read", do=do)
    listed = "; ".join(f"{one}: {number:g}" for one, number in sorted(quotas.items())[:_LISTED])
    return fine(
        name, f"{within}; Service Quotas lists {len(quotas)} for Identity Center{f': {listed}' if listed else ''}"
    )
