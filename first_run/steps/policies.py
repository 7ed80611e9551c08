"""The access policies of a first run."""

from typing import Any

from first_run.names import GROUP, PERMISSION_SET

DEPARTMENT = "First run"
EMPTY: dict[str, Any] = {"version": 1}


def access_policy(*accounts: dict[str, Any], session: str = "PT1H") -> dict[str, Any]:
    """One group of whoever is in the department, with view access in these accounts."""
    return {
        "version": 1,
        "groups": {GROUP: {"members": [{"department": DEPARTMENT}]}},
        "permission_sets": {PERMISSION_SET: {"managed_policies": ["ViewOnlyAccess"], "session_duration": session}},
        "assignments": [{"group": GROUP, "permission_set": PERMISSION_SET, "accounts": list(accounts)}],
    }
