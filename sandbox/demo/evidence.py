"""State of Identity Center expected by the story."""

from dataclasses import dataclass

from sandbox.identity_center_view import IdentityCenterView


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A person's way to an account, by name."""

    user_name: str
    group: str
    permission_set: str
    managed_policy: str
    account_id: str


def missing(expected: Expected, *, view: IdentityCenterView) -> str:
    """Return the first missing part, in words; empty when there is none."""
    wanted = expected
    if wanted.user_name not in view.users():
        return f"no user {wanted.user_name}"
    if wanted.group not in view.groups():
        return f"no group {wanted.group}"
    if wanted.user_name not in view.members(wanted.group):
        return f"{wanted.user_name} is not in {wanted.group}"
    if wanted.permission_set not in view.permission_sets():
        return f"no permission set {wanted.permission_set}"
    if wanted.managed_policy not in view.managed_policies(wanted.permission_set):
        return f"{wanted.permission_set} lacks {wanted.managed_policy}"
    if (wanted.permission_set, wanted.group) not in view.assignments(wanted.account_id):
        return f"{wanted.group} has no {wanted.permission_set} in {wanted.account_id}"
    if not view.assignment_requests(wanted.account_id):
        return f"no assignment in {wanted.account_id} is said to have SUCCEEDED"
    return ""
