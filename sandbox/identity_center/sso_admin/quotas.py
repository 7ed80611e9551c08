"""Quotas of IAM Identity Center on numbers of resources, as opposed to rates.

Source: IAM Identity Center User Guide, quotas. The defaults; AWS raises some of them.
"""

from sandbox.identity_center.protocol.service_error import ServiceError

PERMISSION_SETS = 3500
PERMISSION_SETS_PER_ACCOUNT = 500
GROUPS_PER_PERMISSION_SET_AND_ACCOUNT = 100
POLICIES_PER_PERMISSION_SET = 25
TAGS_PER_RESOURCE = 50
REGIONS = 6
USERS = 200_000
GROUPS = 100_000


def check_quota(count: int, quota: int, what: str) -> None:
    """Raise ServiceQuotaExceededException when there would be more than the quota; `what` names the resources."""
    if count > quota:
        raise ServiceError("ServiceQuotaExceededException", f"You have exceeded the quota of {quota} {what}.")
