"""Refuses work in accounts that Identity Center cannot reach: closed, not active yet, or none of the organization."""

from sandbox.identity_center.sso_admin.requests import RequestFailed


def check_account(account_id: str, state: str | None, *, is_taking: str) -> None:
    """Raise RequestFailed with AWS's reason unless the account is ACTIVE; `state` is None for one that is not there.

    AWS has the same text for an account that is too new as for one that is closed for good, and spells it in two ways:
    it `is taking` (assignments) or `takes` (provisioning) longer than usual.
    """
    if state is None:
        raise RequestFailed(f"Received a 404 status error: AWS account {account_id} was not found.")
    if state != "ACTIVE":
        raise RequestFailed(
            "AWS SSO is unable to complete your request at this time. Obtaining permissions to manage your AWS "
            f"account '{account_id}' {is_taking} longer than usual. Please try again in a few minutes. "
            "If this problem continues, contact AWS Support."
        )
